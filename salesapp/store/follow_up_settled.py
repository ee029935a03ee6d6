"""What becomes of what follow-up rules planned: settled, opened again, moved, called off, somebody else's."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update

from salesapp.store.engine import Executor
from salesapp.store.follow_up_rows import IS_OPEN, Occurrence, occurrence
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import activity, notice, person
from salesapp.store.types import Instant

_ids: Any = bindparam("ids", expanding=True)
_customer_of = (
    update(occurrence)
    .where(occurrence.c.subject_kind == literal_column("'deal'"), occurrence.c.subject_id == bindparam("of_deal"))
    .values(customer_id=bindparam("to"))
)


def give_customer(x: Executor, rules: Collection[str], deal_id: int, customer_id: int | None) -> None:
    """The deal has a customer now."""
    query = _customer_of.where(occurrence.c.rule.in_(sorted(rules)))
    x.execute(query, {"of_deal": deal_id, "to": customer_id})


_settle = (
    update(occurrence)
    .where(occurrence.c.activity_id.in_(_ids), occurrence.c.state.in_(bindparam("states", expanding=True)))
    .values(
        state=bindparam("to"), settled_at=bindparam("at", type_=Instant()),
        escalate_at=None,
    )
)  # fmt: skip


def settle(
    x: Executor, activity_ids: Collection[int], to: str, at: datetime | None, was: Collection[str] = ("open",)
) -> int:
    """What became of the occurrences of these activities; how many were in one of the states `was`."""
    values = {"ids": sorted(activity_ids), "states": sorted(was), "to": to, "at": at}
    return rows_changed(x, _settle, values)


_reopen = (
    update(occurrence)
    .where(occurrence.c.id == bindparam("of_id"))
    .values(state="open", settled_at=None, escalate_at=bindparam("told_at", type_=Instant()))
)
_give = (
    update(occurrence)
    .where(occurrence.c.id == bindparam("of_id"))
    .values(
        owner_id=bindparam("to"),
        team_id=select(person.c.team_id).where(person.c.id == bindparam("to")).scalar_subquery(),
    )
)


def reopen(x: Executor, occurrence_id: int, escalate_at: datetime | None) -> None:
    """It is to be done after all, and somebody is told then if it is not."""
    x.execute(_reopen, {"of_id": occurrence_id, "told_at": escalate_at})


_hold = select(occurrence.c.id).where(occurrence.c.id == bindparam("of_id"), IS_OPEN).with_for_update()
_hand_on = update(occurrence).where(occurrence.c.id == bindparam("of_id")).values(activity_id=bindparam("to"))


def hold_open(x: Executor, occurrence_id: int) -> bool:
    """Whether it is open; nobody settles it until the end of the transaction."""
    return x.execute(_hold, {"of_id": occurrence_id}).first() is not None


def hand_on(x: Executor, occurrence_id: int, activity_id: int) -> None:
    """Another activity is there for it now."""
    x.execute(_hand_on, {"of_id": occurrence_id, "to": activity_id})


def give(x: Executor, occurrence_id: int, owner_id: int | None) -> None:
    """Somebody else is to do it."""
    x.execute(_give, {"of_id": occurrence_id, "to": owner_id})


def change(x: Executor, occurrence_id: int, values: Mapping[str, Any]) -> None:
    """New values of one occurrence."""
    x.execute(update(occurrence).where(occurrence.c.id == occurrence_id).values(dict(values)))


_given = (
    update(occurrence)
    .where(occurrence.c.customer_id == bindparam("of_customer"), IS_OPEN)
    .values(
        owner_id=select(activity.c.owner_id).where(activity.c.id == occurrence.c.activity_id).scalar_subquery(),
        team_id=select(person.c.team_id)
        .select_from(activity.join(person, person.c.id == activity.c.owner_id))
        .where(activity.c.id == occurrence.c.activity_id)
        .scalar_subquery(),
    )
)


def follow_owners(x: Executor, customer_id: int) -> int:
    """Whose the open ones of a customer are now: those who have their activities."""
    return rows_changed(x, _given, {"of_customer": customer_id})


_cancel = (
    update(activity)
    .where(activity.c.id.in_(_ids), activity.c.state == "planned")
    .values(state="cancelled", version=activity.c.version + 1)
    .returning(activity.c.id)
)
_quiet = (
    update(notice)
    .where(
        notice.c.subject_kind == "activity",
        notice.c.subject_id.in_(_ids),
        notice.c.read_at.is_(None),
        notice.c.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("now", type_=Instant()))
)


def cancel(x: Executor, activity_ids: Collection[int], now: datetime) -> set[int]:
    """These activities will not happen, and nobody has to read of them; which were still planned."""
    ids = sorted(activity_ids)
    x.execute(_quiet, {"ids": ids, "now": now})
    return set(x.execute(_cancel, {"ids": ids}).scalars())


def rename(x: Executor, row: Occurrence, key: str) -> None:
    """What is open is another occurrence now, as what it counts from is another day; its activity says so, too."""
    x.execute(update(occurrence).where(occurrence.c.id == row.id).values(occurrence=key))
    was = x.execute(select(activity.c.because).where(activity.c.id == row.activity_id)).scalar_one()
    because = {**was, "rule": row.rule, "occurrence": key}
    x.execute(update(activity).where(activity.c.id == row.activity_id).values(because=because))
