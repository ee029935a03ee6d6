"""What a follow-up rule would plan in the coming weeks, before it is switched on. Nothing is written.

What comes with a day or follows the last contact is counted ahead, on a sample where there are many; what follows a
stage or something that happened, as if it happened as often as in the last weeks. Days are the company's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from salesapp.domain.follow_up import FUNCTION, LOST, WON, FollowUp, OnEvent, OnStage
from salesapp.domain.follow_up_times import Clock
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_ends import ended, excepted
from salesapp.services.follow_up_forecasts import AHEAD, WEEKS, Basis, Forecast, Planned, Tried, forecast
from salesapp.services.follow_up_people import doers
from salesapp.services.work_calendars import of_team
from salesapp.store import follow_up_about, follow_up_subjects, settings
from salesapp.store import follow_up_sampling as samples
from salesapp.store.engine import Executor

MOST_PEOPLE: Final = 12
MOST_SHARED: Final = 1000
MOST_ASKED: Final = 1000


@dataclass(frozen=True, slots=True)
class Simulated:
    """How many it would plan in each of the coming weeks, and for whom: (person's id, each week), most first. `looked`
    records stand for about `about`; `left_out` are those an exception holds for, or who need nothing more."""

    weeks: tuple[int, ...] = (0,) * WEEKS
    people: tuple[tuple[int, tuple[int, ...]], ...] = ()
    basis: Basis = "counted"
    looked: int = 0
    about: int = 0
    left_out: int = 0

    @property
    def is_sample(self) -> bool:
        """Whether some stand for the rest."""
        return self.looked < self.about

    @property
    def total(self) -> int:
        """In all these weeks."""
        return sum(self.weeks)


def company_clock(x: Executor) -> Clock:
    """By whose days a rule is tried: the company's."""
    return Clock(of_team(x, None), ZoneInfo(settings.company(x).zone))


def simulate(x: Executor, catalog: Catalog, rule: FollowUp, since: datetime | None, now: datetime) -> Simulated:
    """What the rule would plan in the coming weeks, had it run since `since` (None: for ever)."""
    tried = Tried(x, catalog, rule, since, now, company_clock(x))
    return _summed(tried, forecast(tried))


def _summed(tried: Tried, found: Forecast) -> Simulated:
    every = [each for each in found.planned if tried.week(each.due_at) < WEEKS]
    in_time, kept = _without_exceptions(tried, every)
    weeks = [0.0] * WEEKS
    people: dict[int, list[float]] = {}
    for each, person_id in zip(in_time, _doers(tried.x, in_time), strict=True):
        week = tried.week(each.due_at)
        weeks[week] += each.weight * kept
        if person_id is not None:
            people.setdefault(person_id, [0.0] * WEEKS)[week] += each.weight * kept
    most = sorted(people.items(), key=lambda each: (-sum(each[1]), each[0]))[:MOST_PEOPLE]
    whole = tuple((person, tuple(map(round, counts))) for person, counts in most)
    left_out = sum(each.weight for each in every) - sum(weeks)
    looked = len(found.sample.rows) if found.sample else 0
    about = round(looked * found.sample.each_stands_for) if found.sample else 0
    return Simulated(tuple(map(round, weeks)), whole, found.basis, looked, about, round(left_out))


def _without_exceptions(tried: Tried, planned: list[Planned]) -> tuple[list[Planned], float]:
    """Those no exception holds for, and that nothing has ended; of very many, all of them, and the share of a
    sample."""
    if isinstance(tried.rule.when, OnStage) and tried.rule.when.stage not in (WON, LOST):
        return planned, _kept_of_stage(tried, tried.rule.when)
    ids = list(dict.fromkeys(each.subject_id for each in planned if each.subject_id is not None))
    asked = ids[:: max(1, -(-len(ids) // MOST_ASKED))]
    out = _left_out(tried, asked)
    if len(asked) < len(ids):
        return planned, 1 - len(out) / len(asked)
    return [each for each in planned if each.subject_id not in out], 1.0


def _kept_of_stage(tried: Tried, when: OnStage) -> float:
    """Stage entries are counted by day: of the last of them it is asked how many an exception holds for."""
    ids = samples.last_in(tried.x, when.process, when.stage, tried.now - AHEAD)
    return 1 - len(_left_out(tried, ids)) / len(ids) if ids else 1.0


def _left_out(tried: Tried, ids: Sequence[int]) -> set[int]:
    """Of which of these the rule plans nothing, as it would find when it runs."""
    if not ids:
        return set()
    x, rule = tried.x, tried.rule
    running = Running(f"own.{rule.key}", rule, tried.since, "own")
    gone = set[int]()
    anchors: dict[int, datetime] = {}
    if not isinstance(rule.when, OnStage | OnEvent):
        there = follow_up_subjects.subjects(x, rule.when, ids)
        gone = {each for each in ids if each not in there or there[each].gone}
        anchors = {each.id: each.value for each in there.values() if isinstance(each.value, datetime)}
    about = follow_up_about.subjects(x, rule.subject, ids)
    watched = [Counted(one.id, one.customer_id, _anchor(tried, anchors.get(one.id))) for one in about.values()]
    over = {subject_id for subject_id, _ in ended(x, running, watched, tried.now)}
    return gone | over | excepted(x, tried.catalog, running, ids, tried.now)


class Counted(NamedTuple):
    """A subject as a rule would watch it: from when it counts."""

    subject_id: int
    customer_id: int | None
    anchor: datetime
    part: str = ""


def _anchor(tried: Tried, begun: datetime | None) -> datetime:
    """From when on something may end it: the sale, but not before the rule runs; else from now on."""
    return max(filter(None, (begun, tried.since)), default=tried.now)


def _doers(x: Executor, planned: Sequence[Planned]) -> list[int | None]:
    """Who would do each. What several could do is shared out one by one, as far as that is quick."""
    shared = bool(planned) and (planned[0].want.who == "team" or planned[0].want.who.startswith(FUNCTION))
    if shared:
        some = doers(x, [each.want for each in planned[:MOST_SHARED]])
        return [some[n % len(some)] for n in range(len(planned))]
    wants = list(dict.fromkeys(each.want for each in planned))
    found = dict(zip(wants, doers(x, wants), strict=True))
    return [found[each.want] for each in planned]
