"""Conditions as SQL: for every row the answer that `domain.criteria.holds` gives, on both databases.

No source answers with SQL's "unknown", so `Not` turns an answer round here, too.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, exists, func, not_, or_, select, type_coerce

from salesapp.domain.criteria import AllOf, AnyOf, Condition, Not, Op, When
from salesapp.domain.deal_facts import FACT_TYPES
from salesapp.domain.pack import Field, Process
from salesapp.store.custom_values import CustomBool, CustomDate, CustomInteger, CustomText
from salesapp.store.fact_sources import Amount, Answer, Chosen, DayOf, Done, Number, Plain, Reference, Source, Words
from salesapp.store.tables import contact, deal, deal_contact, deal_step, field_link

_ASK: Final[Mapping[Op, Callable[[Source, Any, date], Answer]]] = {
    "filled": lambda source, _value, _today: source.filled(),
    "empty": lambda source, _value, _today: not_(source.filled()),
    "is": lambda source, value, _today: source.equals(value),
    "is_not": lambda source, value, _today: not_(source.equals(value)),
    "one_of": lambda source, values, _today: or_(*(source.equals(value) for value in values)),
    "contains": lambda source, value, _today: source.contains(value),
    "at_least": lambda source, value, _today: source.at_least(value),
    "at_most": lambda source, value, _today: source.at_most(value),
    "ago": lambda source, days, today: source.at_most(today - timedelta(days)),
    "within": lambda source, days, today: and_(source.at_least(today - timedelta(days)), source.at_most(today)),
    "ahead": lambda source, days, today: and_(source.at_least(today), source.at_most(today + timedelta(days))),
}


def compile_condition(condition: Condition, sources: Mapping[str, Source], today: date) -> Answer:
    """The condition as SQL, true or false for every row and never NULL. It must have been checked against the
    vocabulary these are the sources of; its values are bound."""
    match condition:
        case AllOf(inside):
            return and_(*(compile_condition(each, sources, today) for each in inside))
        case AnyOf(inside):
            return or_(*(compile_condition(each, sources, today) for each in inside))
        case Not(inside):
            return not_(compile_condition(inside, sources, today))
        case When(field, op, value) if source := sources.get(field):
            return _ASK[op](source, value, today)
    raise ValueError(f"nothing in the database for {condition!r}")


# --- deals ---


class Sources(Mapping[str, Source]):
    """Each is made when it is asked for: a process has dozens, a condition needs a few."""

    def __init__(self, makers: Mapping[str, Callable[[], Source]]) -> None:
        self._makers = makers

    def __getitem__(self, key: str) -> Source:
        return self._makers[key]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def deal_sources(process_key: str, process: Process) -> Sources:
    """Where the database has what `deal_vocabulary(process)` asks of a deal; `process_key` is "general.six"."""
    plugin = process_key.partition(".")[0]
    steps = (step.key for stage in process.stages for step in stage.key_steps)
    return Sources(
        {
            "title": lambda: Words(deal.c.title),
            "amount": lambda: Amount(deal.c.amount_minor, deal.c.currency),
            "expected_close": lambda: Plain(deal.c.expected_close),
            "customer": lambda: Plain(deal.c.customer_id),
            "owner": lambda: Plain(deal.c.owner_id),
            "contacts": lambda: Plain(contacts_of_deal(), never_null=True),
            "stage_since": lambda: DayOf(deal.c.stage_entered_at),
            **{f"step.{step}": partial(_step_source, step) for step in steps},
            **{f"field.{field.key}": partial(field_source, deal.c.custom, plugin, field) for field in process.fields},
        }
    )


def contacts_of_deal() -> ColumnElement[int]:
    """How many contacts a deal has, without those put away."""
    living = deal_contact.join(
        contact, and_(contact.c.id == deal_contact.c.contact_id, contact.c.archived_at.is_(None))
    )
    of_deal = select(func.count()).select_from(living).where(deal_contact.c.deal_id == deal.c.id)
    return type_coerce(of_deal.correlate(deal).scalar_subquery(), BigInteger)  # else no larger number could be asked


def _step_source(step: str) -> Source:
    return Done(exists().where(deal_step.c.deal_id == deal.c.id, deal_step.c.step == step).correlate(deal))


def field_source(custom: ColumnElement[Any], plugin: str, field: Field) -> Source:
    """Where the values of a plugin's field are, in the JSON column of its records."""
    path = (plugin, field.key)
    match FACT_TYPES[field.type]:
        case "text" | "choice":
            return Words(CustomText(custom, *path))
        case "integer":
            return Plain(CustomInteger(custom, *path))
        case "number":
            return Number(CustomInteger(custom, *path, "micro"))
        case "bool":
            return Plain(CustomBool(custom, *path))
        case "date":
            return Plain(CustomDate(custom, *path))
        case "choices":
            return Chosen(custom, path)
        case "amount":
            minor = CustomInteger(custom, *path, "minor")
            return Amount(minor, CustomText(custom, *path, "currency"))
    raise ValueError(f"conditions cannot ask about a field of type {field.type}")


def link_source(kind: str, record_id: ColumnElement[Any], full_key: str, field: Field) -> Source:
    """Where the database has the person or the customer that a field ("own.referrer") of records of this kind names."""
    column = field_link.c.person_id if field.type == "person" else field_link.c.customer_id
    query = select(column).where(
        field_link.c.subject_kind == kind, field_link.c.subject_id == record_id, field_link.c.field == full_key
    )
    return Reference(query.scalar_subquery())
