"""Reading and writing many activities at once, for imports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, case, null, or_, select, update

from salesapp.domain.permissions import Actor
from salesapp.store.bulk import workable_on
from salesapp.store.bulk_parties import portions
from salesapp.store.engine import Executor
from salesapp.store.tables import activity, customer, deal, event, file
from salesapp.store.visibility import deal_branches

_deal = (deal.c.id, deal.c.external_key, deal.c.title, deal.c.customer_id, deal.c.owner_id, deal.c.scope_owner_id)


def deals_called(x: Executor, actor: Actor, now: datetime, words: Collection[str]) -> list[Row[*tuple[Any, ...]]]:
    """Living deals with one of these keys or names, of those this person may work on: id, external_key, title,
    customer_id, owner_id, scope_owner_id."""
    theirs = or_(*deal_branches(actor, now))
    seen = [
        row
        for some in portions(words)
        for column in (deal.c.external_key, deal.c.title)
        for row in x.execute(select(*_deal).where(column.in_(some), deal.c.archived_at.is_(None), theirs))
    ]
    mine = workable_on(x, actor, seen, now)
    return [row for row in seen if row.id in mine]


def by_key(x: Executor, keys: Collection[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """Activities by what a file called them; one that counts before one that was taken back."""
    found: dict[str, Row[*tuple[Any, ...]]] = {}
    for some in portions(keys):
        for row in x.execute(select(activity).where(activity.c.external_key.in_(some)).order_by(activity.c.id)):
            if row.state != "cancelled" or row.external_key not in found:
                found[row.external_key] = row
    return found


def by_number(x: Executor, numbers: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Activities by their own numbers."""
    rows = (row for some in portions(numbers) for row in x.execute(select(activity).where(activity.c.id.in_(some))))
    return {row.id: row for row in rows}


def twins(x: Executor, moments: Collection[datetime]) -> list[Row[*tuple[Any, ...]]]:
    """Activities done or planned at these moments that were not taken back."""
    columns = (activity.c.id, activity.c.kind, activity.c.customer_id, activity.c.deal_id, activity.c.note)
    when = case((activity.c.state == "planned", activity.c.planned_at), else_=activity.c.at).label("moment")
    found: list[Row[*tuple[Any, ...]]] = []
    for some in portions(sorted(moments)):
        for state, column in (("done", activity.c.at), ("planned", activity.c.planned_at)):
            query = select(*columns, when).where(activity.c.state == state, column.in_(some))
            found += x.execute(query.order_by(activity.c.id)).all()
    return found


def changed_here(x: Executor, ids: Collection[int]) -> set[int]:
    """Which of these somebody noted or changed here, beside imports."""
    found: set[int] = set()
    for some in portions(sorted(ids)):
        of_them = (event.c.subject_kind == "activity", event.c.subject_id.in_(some))
        rows = x.execute(select(event.c.subject_id, event.c.data).where(*of_them))
        found.update(one for one, data in rows if not (data or {}).get("import"))
    return found


def names_of(x: Executor, deal_ids: Collection[int]) -> dict[int, str]:
    """What these deals are called."""
    return {
        row.id: row.title
        for some in portions(sorted(deal_ids))
        for row in x.execute(select(deal.c.id, deal.c.title).where(deal.c.id.in_(some)))
    }


def scopes_of(x: Executor, deal_ids: Collection[int]) -> dict[int, int | None]:
    """Whose records these deals are, locked."""
    return {
        row.id: row.scope_owner_id
        for some in portions(sorted(deal_ids))
        for row in x.execute(
            select(deal.c.id, deal.c.scope_owner_id).where(deal.c.id.in_(some)).order_by(deal.c.id).with_for_update()
        )
    }


def change(x: Executor, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """New values of activities, all of the same columns, each at its next version."""
    values = [{"of_activity": one, **{f"to_{name}": value for name, value in new.items()}} for one, new in rows]
    if not values:
        return
    names = [name.removeprefix("to_") for name in values[0] if name != "of_activity"]
    new = {name: bindparam(f"to_{name}", type_=activity.c[name].type) for name in names}
    statement = update(activity).where(activity.c.id == bindparam("of_activity"))
    x.execute(statement.values({**new, "version": activity.c.version + 1}), values)


_contacted: Final = (
    update(customer)
    .where(
        customer.c.id == bindparam("of_customer"),
        or_(
            customer.c.last_contact_at.is_(None),
            customer.c.last_contact_at < bindparam("at", type_=customer.c.last_contact_at.type),
        ),
    )
    .values(last_contact_at=bindparam("at", type_=customer.c.last_contact_at.type))
)


def contacted(x: Executor, last: Mapping[int, datetime]) -> None:
    """Remember the last contact with these customers, unless there was a later one."""
    if last:
        x.execute(_contacted, [{"of_customer": one, "at": at} for one, at in sorted(last.items())])


def has_files(x: Executor, activity_id: int) -> bool:
    """Whether somebody attached a file to it."""
    query = select(file.c.id).where(file.c.activity_id == activity_id, file.c.archived_at.is_(None)).limit(1)
    return x.execute(query).first() is not None


def lock(x: Executor, ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """These activities, as they are, for nobody else to change until the transaction ends."""
    return [
        row
        for some in portions(sorted(ids))
        for row in x.execute(select(activity).where(activity.c.id.in_(some)).order_by(activity.c.id).with_for_update())
    ]


def free_key(x: Executor, activity_id: int) -> None:
    """Its key is anybody's again."""
    x.execute(update(activity).where(activity.c.id == activity_id).values(external_key=null()))
