"""Every event there is, newest first by when it was noted. Each way to narrow them down walks an index of its own, so a
page costs the same whether there are a thousand or ten million."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, select, tuple_, union_all

from salesapp.store import timeline
from salesapp.store.engine import Executor
from salesapp.store.tables import customer, event, person
from salesapp.store.timeline import Entry
from salesapp.store.types import Id, Instant

GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "customers": ("customer.", "contact."),
        "deals": ("deal.", "step.", "decision."),
        "activities": ("activity.", "file."),
        "people": ("person.", "sign_in.", "function.", "team.", "territory."),
    }
)
"""What the audit can be narrowed to: the beginnings of event kinds."""
REST: Final = "house"
"""All the others: settings, imports, jobs, what plugins do."""
RECORDS: Final = ("customer", "deal", "activity", "person")
NOBODY: Final = 0
"""Instead of a person: the installation itself."""
After = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the audit is narrowed to; `record` is a kind of RECORDS and an id, `since` is included, `before` is not."""

    person: int | None = None
    group: str = ""
    record: tuple[str, int] | None = None
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_any(self) -> bool:
        return any(getattr(self, each.name) not in (None, "") for each in fields(self))


def page(x: Executor, narrowed: Narrowed, after: After | None, limit: int) -> list[Entry]:
    """Some events, those behind `after`. Who may see everything was asked before."""
    ids = x.scalars(statement(narrowed, kinds(x) if narrowed.group else (), after, limit)).all()
    return _with_who_signed_in(x, timeline.these(x, ids))


def count(x: Executor, narrowed: Narrowed, most: int) -> int:
    """How many there are, counted up to `most`."""
    found = statement(narrowed, kinds(x) if narrowed.group else (), None, most).order_by(None).subquery()
    return int(x.scalar(select(func.count()).select_from(found)) or 0)


def _with_who_signed_in(x: Executor, found: list[Entry]) -> list[Entry]:
    """Sign-ins were noted without who did it once, and what is sealed stays as it is: whose they were says it."""
    nameless = {each.subject_id for each in found if each.kind == "sign_in.opened" and not each.actor_name}
    if not nameless:
        return found
    query = select(person.c.id, person.c.name).where(person.c.id.in_(nameless))
    called = {row.id: row.name for row in x.execute(query)}
    return [
        replace(each, actor_name=called.get(each.subject_id, ""))
        if each.kind == "sign_in.opened" and not each.actor_name
        else each
        for each in found
    ]


def statement(narrowed: Narrowed, known: Sequence[str], after: After | None, limit: int) -> Select[Any]:
    """The ids of one page: a branch for each stretch of an index, limited by itself."""
    past = (
        [tuple_(event.c.noted_at, event.c.id) < tuple_(literal(after[0], Instant()), literal(after[1], Id))]
        if after
        else []
    )
    past += [event.c.noted_at >= narrowed.since] if narrowed.since else []
    past += [event.c.noted_at < narrowed.before] if narrowed.before else []
    newest = (event.c.noted_at.desc(), event.c.id.desc())
    columns = (event.c.id, event.c.noted_at)
    parts = [select(*columns).where(way, *past).order_by(*newest).limit(limit) for way in _ways(narrowed, known)]
    if not parts:
        parts = [select(*columns).where(*past).order_by(*newest).limit(limit)]
    both = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(both.c.id).order_by(both.c.noted_at.desc(), both.c.id.desc()).limit(limit)


def _ways(narrowed: Narrowed, known: Sequence[str]) -> list[ColumnElement[bool]]:
    of_kind = [kind for kind in known if group_of(kind) == narrowed.group] if narrowed.group else []
    rest: list[ColumnElement[bool]] = []
    if narrowed.person is not None:
        rest.append(event.c.actor_id == (narrowed.person if narrowed.person != NOBODY else null()))
    if narrowed.record is not None:
        return [and_(way, *rest, *_in(narrowed, of_kind)) for way in _of_record(*narrowed.record)]
    if rest:
        return [and_(*rest, *_in(narrowed, of_kind))]
    if narrowed.group:  # one kind after the other, each in the order of its index; of none there is nothing
        return [event.c.kind == kind for kind in of_kind] or [event.c.id.is_(None)]
    return []


def _in(narrowed: Narrowed, of_kind: Sequence[str]) -> list[ColumnElement[bool]]:
    return [event.c.kind.in_(of_kind)] if narrowed.group else []


def _of_record(kind: str, record_id: int) -> list[ColumnElement[bool]]:
    """What hangs on it, and what is about nothing but itself."""
    itself = and_(event.c.subject_kind == kind, event.c.subject_id == record_id)
    if kind == "customer":
        return [event.c.customer_id == record_id, and_(itself, event.c.customer_id.is_(None))]
    return [event.c.deal_id == record_id] if kind == "deal" else [itself]


def group_of(kind: str) -> str:
    """The group a kind of event belongs to."""
    return next((group for group, starts in GROUPS.items() if kind.startswith(starts)), REST)


def kinds(x: Executor) -> list[str]:
    """Every kind of event there is: from one to the next along their index, not through all events."""
    first = select(func.min(event.c.kind).label("kind")).cte("kinds", recursive=True)
    following = select(func.min(event.c.kind)).where(event.c.kind > first.c.kind).scalar_subquery()
    walk = first.union_all(select(following).where(first.c.kind.is_not(None)))
    return [kind for kind in x.scalars(select(walk.c.kind)) if kind is not None]


def names(x: Executor, found: Sequence[Entry]) -> dict[int, str]:
    """What the customers of these events are called."""
    ids = {each.customer_id or each.subject_id for each in found if each.customer_id or each.subject_kind == "customer"}
    if not ids:
        return {}
    query = select(customer.c.id, customer.c.name, customer.c.company).where(customer.c.id.in_(ids))
    return {row.id: row.name or row.company for row in x.execute(query)}


def people(x: Executor) -> list[tuple[int, str]]:
    """Everybody who ever worked here, by name."""
    rows = x.execute(select(person.c.id, person.c.name).order_by(person.c.name, person.c.id)).all()
    return [(row.id, row.name) for row in rows]
