"""What a list's columns show of its rows, for whoever may already see them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select

from salesapp.domain.deal_facts import field_answer, money_answer
from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import Kind
from salesapp.domain.permissions import Actor
from salesapp.domain.views import read_only
from salesapp.store import visibility
from salesapp.store.criteria import contacts_of_deal
from salesapp.store.engine import Executor
from salesapp.store.follow_up_facts import of_rule, state_at
from salesapp.store.no_index import no_index
from salesapp.store.record_sources import TABLES, open_deals, source_of_deal
from salesapp.store.tables import (
    activity,
    contact_point,
    customer,
    customer_tag,
    deal,
    field_link,
    follow_up_occurrence,
    person,
    tag,
    team,
    territory,
)

Cells = Mapping[str, object]
"""The values of one row by column: as the facts have them, but names for records and moments for days."""
_planned = no_index(activity.c.state) == "planned"


def _one(query: Select[Any]) -> ColumnElement[Any]:
    return query.scalar_subquery()


def _name(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return _one(select(person.c.name).where(person.c.id == column))


def _team_name(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return _one(select(team.c.name).where(team.c.id == column))


def _team_of(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return _one(select(team.c.name).join(person, person.c.team_id == team.c.id).where(person.c.id == column))


def _reached(kind: str) -> ColumnElement[Any]:
    points = (contact_point.c.customer_id == customer.c.id, contact_point.c.kind == kind)
    query = select(contact_point.c.shown).where(*points, contact_point.c.archived_at.is_(None))
    return _one(query.order_by(contact_point.c.contact_id.is_not(None), contact_point.c.id).limit(1))


def _next(*ways: ColumnElement[bool]) -> ColumnElement[Any]:
    return _one(select(func.min(activity.c.planned_at)).where(or_(*ways), _planned))


def _next_is_day(*ways: ColumnElement[bool]) -> ColumnElement[Any]:
    """Whether the step that comes next has no hour; of several at one time the one noted first, as in the rows."""
    query = select(activity.c.all_day).where(or_(*ways), _planned)
    return _one(query.order_by(activity.c.planned_at, activity.c.id).limit(1))


_NEXT_IS_DAY: Final[Mapping[Kind, Callable[[], ColumnElement[Any]]]] = {
    "customer": lambda: _next_is_day(activity.c.customer_id == customer.c.id),
    "deal": lambda: _next_is_day(activity.c.deal_id == deal.c.id),
}


def _customer_name(column: ColumnElement[Any], actor: Actor, now: datetime) -> ColumnElement[Any]:
    """What a row's customer is called, where this person may see them: a row may stay theirs when its customer goes."""
    seen = or_(*visibility.customer_branches(actor, now))
    return _one(select(_called).where(customer.c.id == column, seen).correlate_except(customer))


def _deal_title(actor: Actor, now: datetime) -> ColumnElement[Any]:
    seen = or_(*visibility.deal_branches(actor, now))
    return _one(select(deal.c.title).where(deal.c.id == activity.c.deal_id, seen).correlate_except(deal))


_called = func.coalesce(func.nullif(customer.c.name, ""), customer.c.company)
_SEPARATOR: Final = "\x1f"
_tags = (
    select(func.aggregate_strings(tag.c.name, _SEPARATOR))
    .select_from(customer_tag.join(tag, tag.c.id == customer_tag.c.tag_id))
    .where(customer_tag.c.customer_id == customer.c.id)
)
_Makers = Mapping[str, Callable[[], ColumnElement[Any]]]
_MADE: Final[Mapping[Kind, _Makers]] = {
    "customer": {
        "created": lambda: customer.c.created_at,
        "touched": lambda: customer.c.touched_at,
        "last_contact": lambda: customer.c.last_contact_at,
        "owner": lambda: _name(customer.c.owner_id),
        "team": lambda: _team_of(customer.c.owner_id),
        "territory": lambda: _one(select(territory.c.name).where(territory.c.id == customer.c.territory_id)),
        "tag": lambda: _one(_tags),
        "open_deals": open_deals,
        "next": lambda: _next(activity.c.customer_id == customer.c.id),
        "phone": lambda: _reached("phone"),
        "mail": lambda: _reached("email"),
    },
    "deal": {
        "created": lambda: deal.c.created_at,
        "touched": lambda: deal.c.touched_at,
        "closed": lambda: deal.c.closed_at,
        "stage_since": lambda: deal.c.stage_entered_at,
        "owner": lambda: _name(deal.c.owner_id),
        "team": lambda: _team_name(deal.c.team_id),
        "amount": lambda: deal.c.amount_minor,
        "source": source_of_deal,
        "contacts": contacts_of_deal,
        "next": lambda: _next(activity.c.deal_id == deal.c.id),
    },
    "activity": {
        "owner": lambda: _name(activity.c.owner_id),
        "planned": lambda: activity.c.planned_at,
        "done": lambda: activity.c.at,
        "rule": lambda: of_rule(follow_up_occurrence.c.rule),
        "rule_due": lambda: of_rule(follow_up_occurrence.c.due_at),
    },
}
_OF_OTHERS: Final[Mapping[Kind, Mapping[str, Callable[[Actor, datetime], ColumnElement[Any]]]]] = {
    "customer": {},
    "deal": {"customer": lambda actor, now: _customer_name(deal.c.customer_id, actor, now)},
    "activity": {
        "customer": lambda actor, now: _customer_name(activity.c.customer_id, actor, now),
        "deal": _deal_title,
        "rule_state": lambda _actor, now: of_rule(state_at(now)),
    },
}
"""What stands in another record, which not everybody who sees the row may see; and what depends on the moment."""
_ALWAYS: Final[Mapping[Kind, tuple[ColumnElement[Any], ...]]] = {
    "customer": (customer.c.custom, customer.c.external_key, customer.c.company.label("called_else")),
    "deal": (deal.c.custom, deal.c.external_key, deal.c.currency, deal.c.process.label("of_process")),
    "activity": (
        activity.c.custom,
        activity.c.external_key,
        activity.c.all_day,
        activity.c.customer_id,
        activity.c.deal_id,
    ),
}
_BESIDE: Final = ("external_key", "called_else", "of_process", "all_day", "customer_id", "deal_id")


def read(
    x: Executor, actor: Actor, kind: Kind, ids: Sequence[int], columns: Collection[str], fields: Fields, now: datetime
) -> list[dict[str, object]]:
    """The cells of these rows, in this order, each with its `id`."""
    if not ids:
        return []
    table = TABLES[kind]
    plain = [key for key in columns if not key.startswith("field.")]
    shown = [_made(kind, key, actor, now).label(f"c_{key}") for key in plain]
    shown += [_NEXT_IS_DAY[kind]().label("all_day")] if "next" in plain else []
    rows = x.execute(select(table.c.id, *_ALWAYS[kind], *shown).where(table.c.id.in_(ids))).all()
    own = {key: fields[key.removeprefix("field.")] for key in columns if key.startswith("field.")}
    linked = linked_names(x, actor, kind, ids, [key.removeprefix("field.") for key in own], now)
    found = {row.id: _cells(row._mapping, plain, own) | linked.get(row.id, {}) for row in rows}
    return [found[number] for number in ids if number in found]


def _made(kind: Kind, key: str, actor: Actor, now: datetime) -> ColumnElement[Any]:
    if key in _OF_OTHERS[kind]:
        return _OF_OTHERS[kind][key](actor, now)
    made = _MADE[kind].get(key)
    return TABLES[kind].c[key] if made is None else made()


def _cells(row: Mapping[Any, Any], plain: Collection[str], own: Mapping[str, Any]) -> dict[str, object]:
    custom = read_only(row["custom"] or {})
    cells: dict[str, object] = {"id": row["id"]}
    cells |= {name: row[name] for name in _BESIDE if name in row}
    cells |= {key: row[f"c_{key}"] for key in plain}
    if "amount" in cells:
        cells["amount"] = money_answer(row["c_amount"], row["currency"])
    if isinstance(tags := cells.get("tag"), str):
        cells["tag"] = tuple(sorted(tags.split(_SEPARATOR)))
    if isinstance(because := cells.get("because"), Mapping):  # pages keep rows by what stands in them
        cells["because"] = json.dumps(because, sort_keys=True)
    for key, field in own.items():
        plugin = key.split(".")[1]
        cells[key] = None if field.type in ("person", "customer") else field_answer(custom, plugin, field)
    return cells


def linked_names(
    x: Executor, actor: Actor, kind: str, ids: Sequence[int], keys: Collection[str], now: datetime
) -> dict[int, dict[str, object]]:
    """Names of the people and customers that fields name; of customers only where the person may see them."""
    if not keys:
        return {}
    seen = or_(*visibility.customer_branches(actor, now))
    query = (
        select(field_link.c.subject_id, field_link.c.field, func.coalesce(person.c.name, _called).label("name"))
        .select_from(
            field_link.outerjoin(person, person.c.id == field_link.c.person_id).outerjoin(
                customer, (customer.c.id == field_link.c.customer_id) & seen
            )
        )
        .where(field_link.c.subject_kind == kind, field_link.c.subject_id.in_(ids), field_link.c.field.in_(list(keys)))
    )
    found: dict[int, dict[str, object]] = {}
    for row in x.execute(query):
        found.setdefault(row.subject_id, {})[f"field.{row.field}"] = row.name
    return found
