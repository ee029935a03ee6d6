"""What follow-up rules planned: an occurrence for each, its activity, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    bindparam,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    update,
)

from salesapp.store import next_ids
from salesapp.store.bulk_parties import portions
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_many, insert_row, rows_changed
from salesapp.store.tables import (
    activity,
    contact,
    customer,
    deal,
    follow_up_occurrence,
    important_date,
    notice,
    person,
)
from salesapp.store.types import Instant

Occurrence = Row[*tuple[Any, ...]]
occurrence = follow_up_occurrence
_OPEN: Final = occurrence.c.state == literal_column("'open'")
_ids: Any = bindparam("ids", expanding=True)
_existing = select(
    occurrence.c.id, occurrence.c.rule, occurrence.c.subject_id, occurrence.c.occurrence, occurrence.c.state
).where(
    occurrence.c.rule.in_(bindparam("rules", expanding=True)),
    occurrence.c.subject_kind == bindparam("kind"),
    occurrence.c.subject_id.in_(_ids),
)


def existing(
    x: Executor, rules: Collection[str], kind: str, ids: Collection[int]
) -> dict[tuple[str, int, str], Occurrence]:
    """What was planned already for these subjects by these rules, by rule, subject and key."""
    rows = x.execute(_existing, {"rules": sorted(rules), "kind": kind, "ids": sorted(ids)})
    return {(row.rule, row.subject_id, row.occurrence): row for row in rows}


def add_activities(x: Executor, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Planned activities, all of the same columns; their ids."""
    if len(rows) == 1:
        return [insert_row(x, activity, rows[0])]
    ids = next_ids.take(x, activity, len(rows))
    insert_many(x, activity, [{"id": one, **row} for one, row in zip(ids, rows, strict=True)])
    return ids


def add(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """New occurrences. One that is there already breaks the whole transaction: somebody else was faster."""
    if len(rows) == 1:
        insert_row(x, occurrence, rows[0])
        return
    ids = next_ids.take(x, occurrence, len(rows))
    insert_many(x, occurrence, [{"id": one, **row} for one, row in zip(ids, rows, strict=True)])


_AGAIN: Final = ("activity_id", "owner_id", "team_id", "due_at", "planned_at", "escalate_at", "missed_off")
_again = (
    update(occurrence)
    .where(occurrence.c.id == bindparam("of_id"), occurrence.c.state == "withdrawn")
    .values(
        {name: bindparam(f"to_{name}", type_=occurrence.c[name].type) for name in _AGAIN}
        | {"state": "open", "settled_at": None}
    )
)


def again(x: Executor, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Occurrences that were withdrawn are planned after all."""
    values = [{"of_id": one, **{f"to_{name}": new[name] for name in _AGAIN}} for one, new in rows]
    if values:
        x.execute(_again, values)


# --- what is open ---

_WITH: Final = (
    occurrence,
    activity.c.kind.label("activity_kind"),
    activity.c.state.label("activity_state"),
    activity.c.deal_id,
    activity.c.owner_id.label("activity_owner_id"),
    activity.c.planned_at.label("activity_planned_at"),
    activity.c.all_day,
)
_rows = select(*_WITH).join(activity, activity.c.id == occurrence.c.activity_id)
_about: Final[Mapping[str, ColumnElement[bool]]] = {
    "activity": occurrence.c.activity_id == bindparam("about"),
    "customer": occurrence.c.customer_id == bindparam("about"),
    "rule": occurrence.c.rule == bindparam("about"),
}
_open_of = {
    name: _rows.where(which, _OPEN).order_by(occurrence.c.id).limit(bindparam("limit"))
    for name, which in _about.items()
}
_of_subject = _rows.where(
    occurrence.c.rule == bindparam("rule"),
    occurrence.c.subject_kind == bindparam("kind"),
    occurrence.c.subject_id.in_(_ids),
    _OPEN,
).order_by(occurrence.c.id)
_of_activity = select(occurrence).where(occurrence.c.activity_id == bindparam("activity_id"))


def of_activity(x: Executor, activity_id: int) -> Occurrence | None:
    """What rule's occurrence this activity is."""
    return x.execute(_of_activity, {"activity_id": activity_id}).first()


def open_of(x: Executor, of: str, about: int | str, limit: int = 500) -> Sequence[Occurrence]:
    """What is open of a "customer" and its deals or of a "rule", with its activity's kind, state, deal and owner."""
    return x.execute(_open_of[of], {"about": about, "limit": limit}).all()


_about_many = _rows.where(
    occurrence.c.subject_kind == bindparam("kind"), occurrence.c.subject_id.in_(_ids), _OPEN
).order_by(occurrence.c.id)


def open_about(x: Executor, kind: str, ids: Collection[int]) -> Sequence[Occurrence]:
    """What is open of any rule about these subjects."""
    return [row for some in portions(sorted(ids)) for row in x.execute(_about_many, {"kind": kind, "ids": some})]


is_by_rule: Final = exists().where(occurrence.c.activity_id == activity.c.id, _OPEN)
"""An activity that a rule planned, and that nobody did or called off yet."""


def open_of_subjects(x: Executor, rule: str, kind: str, ids: Collection[int]) -> Sequence[Occurrence]:
    """What is open of one rule about these subjects."""
    return x.execute(_of_subject, {"rule": rule, "kind": kind, "ids": sorted(ids)}).all()


_of_one = _rows.where(
    occurrence.c.subject_kind == bindparam("kind"), occurrence.c.subject_id == bindparam("subject_id"),
    occurrence.c.rule.in_(bindparam("rules", expanding=True)), _OPEN,
).order_by(occurrence.c.due_at, occurrence.c.id)  # fmt: skip


def open_of_rules(x: Executor, rules: Collection[str], kind: str, subject_id: int) -> list[Occurrence]:
    """What is open of these rules about one subject, what is due first at first."""
    return list(x.execute(_of_one, {"kind": kind, "subject_id": subject_id, "rules": sorted(rules)}))


OLD: Final = "old"
"""How the keys begin of what a rule planned when it still began with something else."""
_made_before = (
    _rows.where(
        occurrence.c.rule == bindparam("rule"),
        occurrence.c.planned_at < bindparam("before", type_=Instant()),
        occurrence.c.id > bindparam("past"),
        occurrence.c.occurrence.not_like(f"{OLD}%"),
    )
    .order_by(occurrence.c.id)
    .limit(bindparam("limit"))
)
_retire = (
    update(occurrence)
    .where(occurrence.c.id.in_(_ids))
    .values(occurrence=literal(OLD) + cast(occurrence.c.id, String) + literal(":") + occurrence.c.occurrence)
)


def made_before(x: Executor, rule: str, before: datetime, past: int, limit: int) -> Sequence[Occurrence]:
    """The next that a rule planned before a moment, whatever became of them; `past` is the last one's id."""
    return x.execute(_made_before, {"rule": rule, "before": before, "past": past, "limit": limit}).all()


def retire(x: Executor, ids: Collection[int]) -> None:
    """These do not stand in the way of what the rule plans from now on."""
    x.execute(_retire, {"ids": sorted(ids)})


_customer_of = (
    update(occurrence)
    .where(occurrence.c.subject_kind == literal_column("'deal'"), occurrence.c.subject_id == bindparam("of_deal"))
    .values(customer_id=bindparam("to"))
)


def give_customer(x: Executor, rules: Collection[str], deal_id: int, customer_id: int | None) -> None:
    """The deal has a customer now."""
    query = _customer_of.where(occurrence.c.rule.in_(sorted(rules)))
    x.execute(query, {"of_deal": deal_id, "to": customer_id})


_other_rules = select(occurrence.c.rule).where(_OPEN).distinct()


def rules_open(x: Executor) -> set[str]:
    """The rules of which anything is open."""
    return set(x.execute(_other_rules).scalars())


# --- settling ---

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


def give(x: Executor, occurrence_id: int, owner_id: int | None) -> None:
    """Somebody else is to do it."""
    x.execute(_give, {"of_id": occurrence_id, "to": owner_id})


def change(x: Executor, occurrence_id: int, values: Mapping[str, Any]) -> None:
    """New values of one occurrence."""
    x.execute(update(occurrence).where(occurrence.c.id == occurrence_id).values(dict(values)))


_given = (
    update(occurrence)
    .where(occurrence.c.customer_id == bindparam("of_customer"), _OPEN)
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
    because = {"rule": row.rule, "occurrence": key}
    x.execute(update(activity).where(activity.c.id == row.activity_id).values(because=because))


# --- what a plan needs to know of its subjects ---

_salesperson = person.alias("salesperson")
_customer_columns = (
    customer.c.name.label("customer_name"),
    customer.c.company,
    customer.c.owner_id.label("customer_owner_id"),
    customer.c.pool_id,
    customer.c.archived_at.label("customer_archived_at"),
    customer.c.last_contact_at,
)
_of_deals = (
    select(
        deal.c.id,
        literal_column("'deal'").label("kind"),
        deal.c.customer_id,
        deal.c.id.label("deal_id"),
        deal.c.owner_id.label("salesperson_id"),
        deal.c.scope_owner_id,
        deal.c.process,
        deal.c.stage,
        deal.c.state,
        deal.c.title,
        deal.c.archived_at,
        *_customer_columns,
        _salesperson.c.name.label("salesperson_name"),
    )
    .select_from(
        deal.outerjoin(customer, customer.c.id == deal.c.customer_id).outerjoin(
            _salesperson, _salesperson.c.id == func.coalesce(deal.c.owner_id, customer.c.owner_id)
        )
    )
    .where(deal.c.id.in_(_ids))
)
_of_customers = (
    select(
        customer.c.id,
        literal_column("'customer'").label("kind"),
        customer.c.id.label("customer_id"),
        literal_column("NULL").label("deal_id"),
        customer.c.owner_id.label("salesperson_id"),
        customer.c.owner_id.label("scope_owner_id"),
        literal_column("NULL").label("process"),
        literal_column("NULL").label("stage"),
        literal_column("'open'").label("state"),
        literal_column("''").label("title"),
        customer.c.archived_at,
        *_customer_columns,
        _salesperson.c.name.label("salesperson_name"),
    )
    .select_from(customer.outerjoin(_salesperson, _salesperson.c.id == customer.c.owner_id))
    .where(customer.c.id.in_(_ids))
)
_busy = (
    select(activity.c.customer_id)
    .where(activity.c.customer_id.in_(_ids), activity.c.state == literal_column("'planned'"))
    .distinct()
)
_of_dates = (
    select(important_date.c.id.label("date_id"), contact.c.id, contact.c.name)
    .join(contact, contact.c.id == important_date.c.contact_id)
    .where(important_date.c.id.in_(_ids))
)


def subjects(x: Executor, kind: str, ids: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Deals or customers, by id: whose they are, how they stand, what they are called."""
    query = _of_deals if kind == "deal" else _of_customers
    return {row.id: row for row in x.execute(query, {"ids": sorted(ids)})}


def contacts_of(x: Executor, parts: Collection[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """Whose dates these are, by the parts of their watches ("d12"), where they are a contact's."""
    ids = sorted({int(part[1:]) for part in parts if part.startswith("d")})
    return {f"d{row.date_id}": row for row in x.execute(_of_dates, {"ids": ids})} if ids else {}


def with_something_planned(x: Executor, customer_ids: Collection[int]) -> set[int]:
    """Which of these customers have anything planned."""
    return set(x.execute(_busy, {"ids": sorted(customer_ids)}).scalars())


_missed = (
    select(occurrence.c.owner_id, func.min(occurrence.c.activity_id).label("activity_id"), func.count().label("n"))
    .where(
        occurrence.c.missed_off,
        _OPEN,
        occurrence.c.due_at > bindparam("since", type_=Instant()),
        occurrence.c.due_at <= bindparam("until", type_=Instant()),
        occurrence.c.owner_id.is_not(None),
    )
    .group_by(occurrence.c.owner_id)
    .order_by(occurrence.c.owner_id)
)


def missed(x: Executor, since: datetime, until: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who has how much that came due in this time while nothing ran: owner_id, activity_id of one, n."""
    return x.execute(_missed, {"since": since, "until": until}).all()


_dangling = (
    select(occurrence.c.activity_id)
    .where(
        occurrence.c.customer_id == bindparam("about"),
        _OPEN,
        ~exists().where(activity.c.id == occurrence.c.activity_id, activity.c.state == "planned"),
    )
)  # fmt: skip


def no_longer_planned(x: Executor, customer_id: int) -> list[int]:
    """Activities of a customer's open occurrences that are not planned any more."""
    return list(x.execute(_dangling, {"about": customer_id}).scalars())
