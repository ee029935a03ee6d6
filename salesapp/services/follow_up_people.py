"""Who does what a rule plans, and by whose clock it is counted; for many subjects at once in a few statements.

    doers(x, [Want("manager", owner_id=7), Want("function.service", owner_id=8)])

Nobody is left without somebody: where there is none, it is the owner's manager's, then an administrator's.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.domain.follow_up import FUNCTION
from salesapp.domain.follow_up_times import Clock
from salesapp.domain.permissions import ROLES
from salesapp.domain.work_calendar import WorkCalendar, from_data
from salesapp.store import follow_up_people as rows
from salesapp.store.engine import Executor
from salesapp.store.follow_up_people import Somebody

_WORKING: Final = frozenset(key for key, role in ROLES.items() if "activity.edit" in role.verbs)
"""Roles whose people can do something at all."""
_LEADING: Final = frozenset(key for key, role in ROLES.items() if "decision.make" in role.verbs)


@dataclass(frozen=True, slots=True)
class Want:
    """Somebody who is looked for: `who` as a rule says it, the owner of the customer, the deal's owner."""

    who: str
    owner_id: int | None = None
    salesperson_id: int | None = None


def doers(x: Executor, wants: Sequence[Want]) -> list[int | None]:
    """Who does each of these; None only where nobody works here who could. Of several the one with the least to do,
    so that many wants at once are shared out among them."""
    if not wants:
        return []
    counted = any(want.who == "team" or want.who.startswith(FUNCTION) for want in wants)
    company = _Company(rows.everybody(x), Counter(rows.open_occurrences(x)) if counted else Counter())
    return [company.doer(want) for want in wants]


def clocks(x: Executor, person_ids: Iterable[int | None]) -> Mapping[int | None, Clock]:
    """The calendar and the zone each of these people works by; None has the company's."""
    kept, company = rows.calendars(x)
    people = rows.everybody(x)
    found: dict[int | None, Clock] = {}
    for person_id in {*person_ids, None}:
        one = people.get(person_id) if person_id is not None else None
        teams: tuple[int | None, ...] = (None, *(one.teams if one else ()))
        calendar = next((kept[each] for each in reversed(teams) if kept.get(each) is not None), None)
        zone = ZoneInfo((one.zone if one else None) or company.zone)
        found[person_id] = Clock(WorkCalendar(company.country) if calendar is None else from_data(calendar), zone)
    return found


class _Company:
    """Everybody, and how much each has still to do, counting what is given out meanwhile."""

    def __init__(self, people: Mapping[int, Somebody], busy: Counter[int]) -> None:
        self.people = people
        self.busy = busy
        self.working = [each for each in people.values() if each.here and each.role in _WORKING]
        self.leading = [each for each in self.working if each.role == "manager"]
        self._nearest_with: dict[tuple[str, int | None], list[Somebody]] = {}

    def doer(self, want: Want) -> int | None:
        found = next((each for each in self._ways(want) if each is not None), None)
        if found is None:
            return None
        self.busy[found.id] += 1
        return found.id

    def _ways(self, want: Want) -> Iterator[Somebody | None]:
        """Those who come into question, the right one first."""
        owner_id = want.owner_id if want.owner_id is not None else want.salesperson_id
        owner = self.people.get(owner_id) if owner_id is not None else None
        if want.who == "owner":
            yield self._here(want.owner_id)
        elif want.who == "salesperson":
            yield self._here(want.salesperson_id)
            yield self._here(want.owner_id)
        elif want.who == "team":
            yield self._of_team(owner)
        elif want.who.startswith(FUNCTION):
            yield self._with_function(want.who.removeprefix(FUNCTION), owner)
        yield self._manager(owner)
        yield self._nearest(lambda each: each.role == "admin", owner)

    def _here(self, person_id: int | None) -> Somebody | None:
        found = self.people.get(person_id) if person_id is not None else None
        return found if found is not None and found.here and found.role in _WORKING else None

    def _of_team(self, owner: Somebody | None) -> Somebody | None:
        """Who leads a team has another work, and does it where the team has nobody else."""
        if owner is None or owner.team_id is None:
            return None
        members = [each for each in self.working if each.team_id == owner.team_id]
        return self._least_busy([each for each in members if each.role not in _LEADING] or members)

    def _with_function(self, function: str, owner: Somebody | None) -> Somebody | None:
        key = (function, owner.team_id if owner else None)
        if key not in self._nearest_with:
            able = [each for each in self.working if function in each.functions]
            best = max((_nearness(each, owner) for each in able), default=None)
            self._nearest_with[key] = [each for each in able if _nearness(each, owner) == best]
        return self._least_busy(self._nearest_with[key])

    def _manager(self, owner: Somebody | None) -> Somebody | None:
        """Who leads the owner's team, else the nearest team above it."""
        teams = owner.teams if owner else ()
        above = [each for each in self.leading if each != owner and each.team_id in teams]
        return max(above, key=lambda each: (len(each.teams), -each.id), default=None)

    def _nearest(self, able: Callable[[Somebody], bool], owner: Somebody | None) -> Somebody | None:
        return max(filter(able, self.working), key=lambda each: (_nearness(each, owner), -each.id), default=None)

    def _least_busy(self, able: Collection[Somebody]) -> Somebody | None:
        return min(able, key=lambda each: (self.busy[each.id], each.id), default=None)


def _nearness(one: Somebody, owner: Somebody | None) -> tuple[int, bool]:
    """How near to the owner's team somebody works: how many teams stand above both, themselves among them; and, of
    those as near, whether right in that team. The service department beside one's own team is nearer than the
    company's top."""
    theirs = owner.teams if owner else ()
    shared = sum(1 for mine, its in zip(one.teams, theirs, strict=False) if mine == its)
    return shared, len(one.teams) == shared
