"""Who works here, where, with which functions, and by which clock: what rules ask when they look for somebody to do
something. A company has few people, so they are read in one statement, however many subjects ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import func, literal_column, or_, select
from sqlalchemy.orm import Session

from salesapp.domain.company import Company
from salesapp.store.engine import Executor
from salesapp.store.settings import company_from
from salesapp.store.tables import follow_up_occurrence, person, person_function, setting, team
from salesapp.store.types import COMMA
from salesapp.store.work_calendars import KEY as CALENDAR

R = TypeVar("R")
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
_everybody = (
    select(
        person.c.id,
        person.c.role,
        person.c.deactivated_at,
        person.c.language,
        team.c.path,
        func.coalesce(person.c.zone, team.c.zone).label("zone"),
        _functions.label("functions"),
    )
    .outerjoin(team, team.c.id == person.c.team_id)
    .order_by(person.c.id)
)
_open = (  # said literally: an index of a part of a table serves no parameter
    select(follow_up_occurrence.c.owner_id, func.count().label("n"))
    .where(follow_up_occurrence.c.state == literal_column("'open'"), follow_up_occurrence.c.owner_id.is_not(None))
    .group_by(follow_up_occurrence.c.owner_id)
)
_calendars = select(setting.c.key, setting.c.value).where(
    or_(setting.c.key.in_(["company", CALENDAR]), setting.c.key.startswith(f"{CALENDAR}."))
)


def everybody(x: Executor) -> Mapping[int, Somebody]:
    """All people, also those who left, by id; as they were when this transaction first asked."""
    return _once(x, "everybody", _read_everybody)


def _once(x: Executor, name: str, read: Callable[[Executor], R]) -> R:
    """What rules ask for again and again, read once for a transaction: a move may be followed by several rules."""
    if not isinstance(x, Session):
        return read(x)
    kept = x.info.setdefault(KEPT, {})
    if name not in kept:
        kept[name] = read(x)
    found: R = kept[name]
    return found


def forget(x: Executor) -> None:
    """Somebody changed who works here, or by which clock."""
    if isinstance(x, Session):
        x.info.pop(KEPT, None)


def _read_everybody(x: Executor) -> Mapping[int, Somebody]:
    return {
        row.id: Somebody(
            row.id,
            row.role,
            tuple(int(part) for part in (row.path or "").split("/") if part),
            frozenset((row.functions or "").split(",")) - {""},
            row.deactivated_at is None,
            row.zone,
            row.language,
        )
        for row in x.execute(_everybody)
    }


def open_occurrences(x: Executor) -> dict[int, int]:
    """How much that rules planned each person has still to do."""
    return {row.owner_id: row.n for row in x.execute(_open)}


def calendars(x: Executor) -> tuple[Mapping[int | None, Any], Company]:
    """The working calendars by team (None: the company's own) as they are kept, and the company."""
    return _once(x, "calendars", _read_calendars)


def _read_calendars(x: Executor) -> tuple[Mapping[int | None, Any], Company]:
    found = {row.key: row.value for row in x.execute(_calendars)}
    company = company_from(found.pop("company", None))
    return {int(key.partition(".")[2]) if "." in key else None: value for key, value in found.items()}, company
