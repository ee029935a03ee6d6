"""What is known of an activity because a follow-up rule planned it: which rule, by when, and whether that was kept.

Most activities have no rule, and a rule has few of all activities: so it is asked from the rules' side, by their own
indexes, and not by each activity.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, literal_column, select

from salesapp.store.fact_sources import Answer, DayOf, Plain, Reference, Source
from salesapp.store.tables import activity, follow_up_occurrence

_its = follow_up_occurrence.c


@dataclass(frozen=True, slots=True)
class OfRule(Source):
    """A fact of the occurrence that an activity is there for."""

    inner: Source

    def filled(self) -> Answer:
        return _planned_by(self.inner.filled())

    def equals(self, value: Any) -> Answer:
        return _planned_by(self.inner.equals(value))

    def at_least(self, value: Any) -> Answer:
        return _planned_by(self.inner.at_least(value))

    def at_most(self, value: Any) -> Answer:
        return _planned_by(self.inner.at_most(value))


def _planned_by(wanted: Answer) -> Answer:
    """Whether a rule planned it with an occurrence like this."""
    return activity.c.id.in_(select(_its.activity_id).where(_its.activity_id.is_not(None), wanted))


def state_at(now: datetime | None) -> ColumnElement[Any]:
    """What has become of an occurrence: open and past its deadline it is overdue."""
    if now is None:
        return _its.state
    return case((and_(_its.state == "open", _its.due_at < now), "overdue"), else_=_its.state)


def rule_sources(zone: tzinfo, now: datetime | None) -> Mapping[str, Callable[[], Source]]:
    """The facts that lists of activities ask about rules."""
    return {
        "rule": lambda: OfRule(Reference(_its.rule)),
        "rule_state": lambda: OfRule(Plain(state_at(now), never_null=True)),
        "rule_due": lambda: OfRule(DayOf(_its.due_at, zone=zone)),
    }


def of_rule(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column of the occurrence that an activity is there for."""
    return select(column).where(_its.activity_id == activity.c.id).correlate(activity).scalar_subquery()


# A literal, as a partial index serves no bound value; few are, so they are found first, by that index.
_missed_off = and_(_its.missed_off, _its.state == literal_column("'open'"))
_few = select(_its.activity_id).where(_missed_off, _its.activity_id.is_not(None))
_unmoved = exists().where(_its.activity_id == activity.c.id, _its.due_at >= activity.c.planned_at).correlate(activity)


def missed_off() -> Answer:
    """Whether its time passed while nothing ran, it is still to be done, and nobody has put it off since."""
    return and_(activity.c.id.in_(_few), _unmoved)
