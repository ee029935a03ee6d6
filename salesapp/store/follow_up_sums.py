"""What has become of what follow-up rules planned, by rule and by whose it is now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from salesapp.store.deal_totals import NOBODY
from salesapp.store.engine import Executor
from salesapp.store.follow_up_facts import state_at
from salesapp.store.tables import activity, follow_up_occurrence
from salesapp.store.types import Instant

_its = follow_up_occurrence.c


@dataclass(frozen=True, slots=True)
class SumFilter:
    """What is counted: of some owners (None: of everybody), with a deadline from a moment on and before another one, of
    one rule (None: of all)."""

    owners: frozenset[int] | None = None
    since: datetime | None = None
    until: datetime | None = None
    rule: str | None = None


class Sum(NamedTuple):
    """So many activities of a rule and a person (0: of nobody) of which the same has become, `state` as lists have
    it."""

    rule: str
    owner_key: int
    state: str
    n: int


def sums(x: Executor, f: SumFilter, now: datetime) -> Sequence[Sum]:
    """How many of which rule and whose, and what has become of them. What a rule took back itself counts for nobody."""
    values: dict[str, Any] = {"now": now, "since": f.since, "until": f.until, "rule": f.rule}
    values |= {"owners": sorted(f.owners)} if f.owners is not None else {}
    shape = (f.owners is not None, f.since is not None, f.until is not None, f.rule is not None)
    rows = x.execute(_sums(*shape), {key: value for key, value in values.items() if value is not None})
    return [Sum(*row) for row in rows]


@cache
def _sums(of_owners: bool, since: bool, until: bool, of_rule: bool) -> Select[Any]:
    """By the index of deadlines; whose an activity is stands with it, as it can be handed on."""
    now: Any = bindparam("now", type_=Instant())
    keys = (_its.rule, func.coalesce(activity.c.owner_id, NOBODY), state_at(now))
    where: list[ColumnElement[bool]] = [_its.state != "withdrawn"]
    where += [_its.due_at >= bindparam("since")] if since else []
    where += [_its.due_at < bindparam("until")] if until else []
    where += [_its.rule == bindparam("rule")] if of_rule else []
    where += [activity.c.owner_id.in_(bindparam("owners", expanding=True))] if of_owners else []
    both = follow_up_occurrence.join(activity, activity.c.id == _its.activity_id)
    grouped = select(*(each.label(name) for each, name in zip(keys, Sum._fields, strict=False))).select_from(both)
    found = grouped.where(*where).subquery()
    return select(*found.c, func.count()).group_by(*found.c)
