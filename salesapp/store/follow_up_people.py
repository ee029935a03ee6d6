"""Who works here, where, with which functions, and by which clock: what rules ask when they look for somebody to do
something. A company has few people, so they are read in one statement, however many subjects ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import func, literal_column, null, or_, select, true, type_coerce, union_all
from sqlalchemy.orm import Session

from salesapp.domain.company import Company
from salesapp.store.engine import Executor
from salesapp.store.settings import company_from
from salesapp.store.tables import follow_up_occurrence, person, person_function, setting, team
from salesapp.store.types import COMMA
from salesapp.store.work_calendars import KEY as CALENDAR

KEPT: Final = "follow_up_people"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person where they stand: `teams` are the ids of their team and those above it, the top first."""

    id: int
    role: str
    teams: tuple[int, ...]
    functions: frozenset[str]
    here: bool
    """Whether they still work here."""
    zone: str | None
    language: str | None = None

    @property
    def team_id(self) -> int | None:
        return self.teams[-1] if self.teams else None


_functions = (
    select(func.aggregate_strings(person_function.c.function, COMMA))
    .where(person_function.c.person_id == person.c.id)
    .scalar_subquery()
)
_everybody = select(
    person.c.id,
    person.c.role,
    person.c.deactivated_at.is_(None).label("here"),
    person.c.language,
    team.c.path,
    func.coalesce(person.c.zone, team.c.zone).label("zone"),
    _functions.label("functions"),
    type_coerce(null(), setting.c.value.type).label("value"),
).outerjoin(team, team.c.id == person.c.team_id)
_open = (  # said literally: an index of a part of a table serves no parameter
    select(follow_up_occurrence.c.owner_id, func.count().label("n"))
    .where(follow_up_occurrence.c.state == literal_column("'open'"), follow_up_occurrence.c.owner_id.is_not(None))
    .group_by(follow_up_occurrence.c.owner_id)
)
_calendars = select(literal_column("0"), setting.c.key, true(), null(), null(), null(), null(), setting.c.value).where(
    or_(setting.c.key.in_(["company", CALENDAR]), setting.c.key.startswith(f"{CALENDAR}."))
)
_company = union_all(_everybody, _calendars)


def everybody(x: Executor) -> Mapping[int, Somebody]:
    """All people, also those who left, by id; as they were when this transaction first asked."""
    return _once(x)[0]


Calendars = tuple[Mapping[int | None, Any], Company]
Whole = tuple[Mapping[int, Somebody], Calendars]


def _once(x: Executor) -> Whole:
    """What rules ask for again and again, read once for a transaction: a move may be followed by several rules."""
    if not isinstance(x, Session):
        return _read(x)
    if KEPT not in x.info:
        x.info[KEPT] = _read(x.connection())
    found: Whole = x.info[KEPT]
    return found


def forget(x: Executor) -> None:
    """Somebody changed who works here, or by which clock."""
    if isinstance(x, Session):
        x.info.pop(KEPT, None)


def _read(x: Executor) -> Whole:
    """Everybody and all calendars, in one statement."""
    people: dict[int, Somebody] = {}
    kept: dict[str, Any] = {}
    for *one, value in x.execute(_company):
        if one[0]:
            people[one[0]] = _somebody(*one)
        else:
            kept[one[1]] = value
    company = company_from(kept.pop("company", None))
    calendars = {int(key.partition(".")[2]) if "." in key else None: value for key, value in kept.items()}
    return {one: people[one] for one in sorted(people)}, (calendars, company)


@lru_cache(maxsize=4096)  # they are the same from one transaction to the next
def _somebody(
    person_id: int, role: str, here: bool, language: str | None, path: str | None, zone: str | None, can: str | None
) -> Somebody:
    teams = tuple(int(part) for part in (path or "").split("/") if part)
    return Somebody(person_id, role, teams, frozenset((can or "").split(",")) - {""}, here, zone, language)


def open_occurrences(x: Executor) -> dict[int, int]:
    """How much that rules planned each person has still to do."""
    return {row.owner_id: row.n for row in x.execute(_open)}


def calendars(x: Executor) -> Calendars:
    """The working calendars by team (None: the company's own) as they are kept, and the company."""
    return _once(x)[1]
