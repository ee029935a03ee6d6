"""What was typed for what a follow-up rule begins with, as its record."""

from collections.abc import Callable, Mapping
from typing import Final, cast

from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.follow_up import (
    MOST_AHEAD,
    ByGrade,
    ByLevel,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Subject,
    Trigger,
)
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import parse_partial_date
from salesapp.domain.solar_terms import TERMS, SolarTerm
from salesapp.plugging.catalog import Catalog
from salesapp.web.follow_up_beginning_choices import answers
from salesapp.web.follow_up_beginnings import ENDS, OTHER, TERM
from salesapp.web.follow_up_forms import Offered, Problems, Values, chosen, interval, whole
from salesapp.web.i18n import language


def read(typed: Values, choices: Offered, catalog: Catalog, problems: Problems) -> Trigger:
    """What was typed; what is wrong goes to `problems`, and then the answer means nothing."""
    begin, before = chosen("begin", typed, choices, problems), len(problems)
    found = _READ[begin](typed, choices, catalog, problems) if begin in _READ else ByGrade()
    return found if len(problems) == before else ByGrade()


def _end(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    """A deal is won or lost: in one process, or in whichever it is."""
    process, begin = chosen("process", typed, choices, problems), typed["begin"]
    if process not in dict(choices["process"]):
        return ByGrade()
    return OnStage(process, ENDS[begin]) if process else OnEvent(f"deal.{begin}")


def _stage(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    before = len(problems)
    process, _, stage = chosen("stage", typed, choices, problems).partition("|")
    if not process:
        problems.append(problem("stage", N_("Choose a stage.")))
    return ByGrade() if len(problems) > before else OnStage(process, stage)


def _event(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    before = len(problems)
    kind, _, of = chosen("event", typed, choices, problems).partition("|")
    if len(problems) > before:
        return ByGrade()
    return OnEvent(kind, cast("Subject", of), typed["each"] == "1")


def _date(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    before = len(problems)
    of, days = chosen("date_of", typed, choices, problems), _days(typed, choices, MOST_AHEAD, problems)
    if len(problems) > before:
        return ByGrade()
    if of.startswith("date.") and of.endswith("birthday") and typed["yearly"] != "1":
        problems.append(problem("yearly", N_("A birthday comes round each year.")))
        return ByGrade()
    return OnDate(of, days, typed["yearly"] == "1")


def _days(typed: Values, choices: Offered, most: int, problems: Problems) -> int:
    side = chosen("side", typed, choices, problems)
    return whole("days", typed, 0, most, problems) * (-1 if side == "before" else 1)


def _holiday(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    feast = chosen("feast", typed, choices, problems)
    if feast.removeprefix(TERM) in TERMS:
        return OnHoliday(SolarTerm(feast.removeprefix(TERM)), _days(typed, choices, 60, problems))
    name = "feast_day" if feast == OTHER else "feast"
    day = parse_partial_date(typed[name], language())
    days = _days(typed, choices, 60, problems)
    if isinstance(day, Msg):
        problems.append(Problem(name, day))
    elif day.year is not None:
        problems.append(problem(name, N_("It comes round each year: leave the year out.")))
    else:
        return OnHoliday(day, days)
    return ByGrade()


def _silence(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    before = len(problems)
    of, after = chosen("silent_of", typed, choices, problems), interval("silent", typed, problems)
    return ByGrade() if len(problems) > before else Silence(after, cast("Subject", of))


def _level(typed: Values, choices: Offered, catalog: Catalog, problems: Problems) -> Trigger:
    field = chosen("level", typed, choices, problems)
    found: list[tuple[str, Interval]] = []
    for answer, _label in answers(catalog, field):
        if typed.get(f"level_{answer}_count", "").strip():
            found.append((answer, interval(f"level_{answer}", typed, problems)))
    if not found:
        problems.append(problem("level", N_("Choose the field, and say an interval for one answer at least.")))
    return ByLevel(field, tuple(found)) if found else ByGrade()


_READ: Final[Mapping[str, Callable[[Values, Offered, Catalog, Problems], Trigger]]] = {
    "won": _end,
    "lost": _end,
    "stage": _stage,
    "event": _event,
    "date": _date,
    "holiday": _holiday,
    "silence": _silence,
    "level": _level,
    "grade": lambda _typed, _choices, _catalog, _problems: ByGrade(),
}
