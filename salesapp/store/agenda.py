"""The calendar's rows: what is planned for and what was done between two moments, and moving a planned one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, update

from salesapp.store.activities import Owners
from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import activity, contact, customer, deal, person

Rows = Sequence[Row[*tuple[Any, ...]]]
MOST: Final = 600
"""Rows of one kind in one view; who looks at more people than that chooses some of them."""

_columns = (
    activity.c.id,
    activity.c.kind,
    activity.c.state,
    activity.c.planned_at,
    activity.c.at,
    activity.c.noted_at,
    activity.c.all_day,
    activity.c.minutes,
    activity.c.outcome,
    activity.c.note,
    activity.c.version,
    activity.c.owner_id,
    customer.c.name.label("customer_name"),
    contact.c.name.label("contact_name"),
    deal.c.title.label("deal_title"),
    person.c.name.label("owner_name"),
)


def _between(state: str, moment: ColumnElement[Any], *, of_owners: bool) -> Select[Any]:
    query = (
        select(*_columns)
        .select_from(activity)
        .outerjoin(customer, customer.c.id == activity.c.customer_id)
        .outerjoin(contact, contact.c.id == activity.c.contact_id)
        .outerjoin(deal, deal.c.id == activity.c.deal_id)
        .outerjoin(person, person.c.id == activity.c.owner_id)
        .where(activity.c.state == state, moment >= bindparam("since"), moment < bindparam("until"))
        .order_by(moment, activity.c.id)
        .limit(bindparam("most"))
    )
    return query.where(activity.c.owner_id.in_(bindparam("owners", expanding=True))) if of_owners else query


_PLANNED = {of: _between("planned", activity.c.planned_at, of_owners=of) for of in (False, True)}
_DONE = {of: _between("done", activity.c.at, of_owners=of) for of in (False, True)}


def _values(owners: Owners, since: datetime, until: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"since": since, "until": until, "most": MOST}
    return values if owners is None else values | {"owners": sorted(owners)}


def planned(x: Executor, owners: Owners, since: datetime, until: datetime) -> Rows:
    """What is planned in this time, for whoever may see these owners' records."""
    return x.execute(_PLANNED[owners is not None], _values(owners, since, until)).all()


def done(x: Executor, owners: Owners, since: datetime, until: datetime) -> Rows:
    """What was done in this time, for whoever may see these owners' records."""
    return x.execute(_DONE[owners is not None], _values(owners, since, until)).all()


def move(x: Executor, activity_id: int, version: int, values: Mapping[str, Any]) -> bool:
    """Change a planned activity if it still is the one that was seen; whether it was."""
    statement = (
        update(activity)
        .where(activity.c.id == activity_id, activity.c.state == "planned", activity.c.version == version)
        .values(dict(values) | {"version": activity.c.version + 1})
    )
    return bool(rows_changed(x, statement))
