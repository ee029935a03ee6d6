"""Which days are suggested for the next contact: the grade's interval, on a day the person's team works."""

from dataclasses import dataclass
from datetime import date

from salesapp.domain.followups import next_contact, try_again
from salesapp.domain.permissions import Actor
from salesapp.services import intervals, work_calendars
from salesapp.store.engine import Executor


@dataclass(frozen=True, slots=True)
class Suggested:
    """`next`: after a contact today; `near`: where nobody was reached, or there was no time."""

    next: date
    near: date


def suggested(x: Executor, actor: Actor, grade: str | None, today: date) -> Suggested:
    """The days for this person and a customer of this grade."""
    calendar = work_calendars.of_team(x, actor.team_id)
    after = next_contact(grade, today, intervals.read(x))
    return Suggested(calendar.from_day(after), calendar.from_day(try_again(today)))
