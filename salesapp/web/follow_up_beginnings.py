"""What a follow-up rule begins with, as a plain form: one choice, and the fields that belong to it.

Everything is a choice out of what there is here; what a rule names that is gone stays offered by its key, so that
nothing is changed by looking.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.follow_up import (
    LOST,
    MOST_AHEAD,
    WON,
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
from salesapp.domain.follow_up_phrases import EVENT_WORDS, FEASTS
from salesapp.domain.followups import Interval
from salesapp.domain.pack import ALWAYS, Evidence
from salesapp.domain.partial_dates import PartialDate, parse_partial_date
from salesapp.plugging.catalog import Catalog
from salesapp.services.list_fields import list_fields
from salesapp.web.follow_up_forms import Offered, Problems, Values, chosen, interval, interval_shown, whole
from salesapp.web.i18n import gettext, language, say

BEGINNINGS: Final[Mapping[str, str]] = {
    "stage": N_("A deal comes into a stage, is won or lost"),
    "event": N_("Something else happens"),
    "date": N_("A date comes: a birthday, a day of a deal"),
    "holiday": N_("A holiday comes"),
    "silence": N_("Nobody was in touch for a while"),
    "grade": N_("The interval of the customer’s grade is over"),
    "level": N_("An interval by an answer in the deal is over"),
}
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "stage": ("stage",),
    "event": ("event", "each"),
    "date": ("date_of", "days", "side", "yearly"),
    "holiday": ("feast", "feast_day", "days", "side"),
    "silence": ("silent_count", "silent_unit", "silent_of"),
    "grade": (),
    "level": ("level",),
}
_SIDES: Final[Mapping[str, str]] = {"before": N_("days before"), "after": N_("days after")}
_EVENTS: Final = (
    *("customer.added|customer", "customer.enquired|customer", "customer.assigned|customer"),
    *("customer.claimed|customer", "customer.shared|customer", "contact.added|customer"),
    *("deal.opened|deal", "deal.won|deal", "deal.lost|deal", "deal.reopened|deal"),
    *("activity.done|customer", "activity.done|deal"),
    *("activity.cancelled|customer", "activity.cancelled|deal"),
)
"""Those an owner may want to follow up; a rule of a plugin can begin with others, too."""
OTHER: Final = "other"
_BLANK: Final[Mapping[str, str]] = {
    "begin": "stage",
    "stage": "",
    "event": "customer.added|customer",
    "each": "",
    "date_of": "date.birthday",
    "days": "0",
    "side": "before",
    "yearly": "1",
    "feast": "lunar 01-01",
    "feast_day": "",
    "silent_count": "3",
    "silent_unit": "month",
    "silent_of": "customer",
    "level": "",
}


def blank() -> dict[str, str]:
    """The form of a rule that is not there yet."""
    return dict(_BLANK)


# --- as it is ---


def shown(when: Trigger) -> dict[str, str]:
    """A beginning as its form shows it: its own fields, and the others as they would begin."""
    return blank() | _shown(when)


def _shown(when: Trigger) -> dict[str, str]:
    match when:
        case OnStage(process=process, stage=stage):
            return {"begin": "stage", "stage": f"{process}|{stage}"}
        case OnEvent(kind=kind, of=of, each=each):
            return {"begin": "event", "event": f"{kind}|{of}", "each": "1" if each else ""}
        case OnDate(of=of, days=days, yearly=yearly):
            return {"begin": "date", "date_of": of, "yearly": "1" if yearly else "", **_days_shown(days)}
        case OnHoliday(day=day, days=days):
            known = (day.calendar, day.month, day.day) in FEASTS and not day.leap_month
            feast = {"feast": day.as_typed()} if known else {"feast": OTHER, "feast_day": day.as_typed()}
            return {"begin": "holiday", **feast, **_days_shown(days)}
        case Silence(interval=after, of=of):
            return {"begin": "silence", "silent_of": of, **interval_shown("silent", after)}
        case ByLevel(field=field, intervals=intervals):
            each_shown = (interval_shown(f"level_{answer}", every) for answer, every in intervals)
            return {"begin": "level", "level": field} | {key: text for each in each_shown for key, text in each.items()}
    return {"begin": "grade"}


def _days_shown(days: int) -> dict[str, str]:
    return {"days": str(abs(days)), "side": "after" if days > 0 else "before"}


# --- what there is to choose ---


def offered(catalog: Catalog, values: Values) -> dict[str, list[tuple[str, str]]]:
    """The choices of each field."""
    found = {
        "begin": [(key, gettext(words)) for key, words in BEGINNINGS.items()],
        "stage": _stages(catalog),
        "event": _events(catalog),
        "date_of": _dates(catalog),
        "side": [(key, gettext(words)) for key, words in _SIDES.items()],
        "feast": [*_feasts(), (OTHER, gettext("Another day"))],
        "silent_unit": units(),
        "silent_of": [("customer", gettext("Every customer")), ("deal", gettext("Open deals"))],
        "level": _levels(catalog),
    }
    return {name: _with(values.get(name, ""), options) for name, options in found.items()}


def units() -> list[tuple[str, str]]:
    """The units of an interval."""
    return [("day", gettext("days")), ("week", gettext("weeks")), ("month", gettext("months"))]


def _with(value: str, options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What is chosen already is offered though it is gone, or saving would choose something else."""
    there = not value or value in dict(options)
    return options if there else [*options, (value, value.replace("|", " · "))]


def _stages(catalog: Catalog) -> list[tuple[str, str]]:
    found = [("", gettext("Choose …"))]
    for key, process in catalog.processes.items():
        ends = ((WON, gettext("won")), (LOST, gettext("lost")))
        stages = [*((stage.key, say(stage.label)) for stage in process.stages), *ends]
        found += [(f"{key}|{stage}", f"{say(process.label)} · {label}") for stage, label in stages]
    return found


def _events(catalog: Catalog) -> list[tuple[str, str]]:
    of = {"customer": gettext("customer"), "deal": gettext("deal")}
    found = []
    for each in _EVENTS:
        kind, _, subject = each.partition("|")
        about = f" ({of[subject]})" if kind.startswith("activity.") else ""
        found.append((each, gettext(EVENT_WORDS[kind]) + about))
    return found + [(f"{key}|deal", say(each.label)) for key, each in catalog.of(Evidence).items()]


def _dates(catalog: Catalog) -> list[tuple[str, str]]:
    found = [(f"date.{key}", say(label)) for key, label in DATE_KINDS.items()]
    found += [("deal.closed", gettext("Day of the purchase")), ("deal.expected_close", gettext("Expected close"))]
    for group, fields in (
        ("customer", list_fields(catalog, ALWAYS, "customer")),
        ("deal", list_fields(catalog, ALWAYS, "deal")),
    ):
        found += [(f"{group}.{key}", say(each.label)) for key, each in fields.items() if each.type == "date"]
    return found


def _feasts() -> list[tuple[str, str]]:
    days = (
        (PartialDate(cast("Any", calendar), None, month, day), name) for (calendar, month, day), name in FEASTS.items()
    )
    return [(day.as_typed(), say(name)) for day, name in days]


def _levels(catalog: Catalog) -> list[tuple[str, str]]:
    fields = list_fields(catalog, ALWAYS, "deal").items()
    return [("", gettext("Choose …")), *((key, say(each.label)) for key, each in fields if each.type == "choice")]


def answers(catalog: Catalog, level: str) -> list[tuple[str, str]]:
    """The answers of the chosen field, each of which may have an interval."""
    field = list_fields(catalog, ALWAYS, "deal").get(level)
    return [(each.key, say(each.label)) for each in field.options] if field else []


# --- as it was typed ---


def fields_of(catalog: Catalog, typed: Values) -> tuple[str, ...]:
    """The names of the fields a form may send, with those of the chosen field's answers."""
    rhythms = (
        f"level_{key}_{part}" for key, _ in answers(catalog, typed.get("level", "")) for part in ("count", "unit")
    )
    return (*_BLANK, *rhythms)


def read(typed: Values, choices: Offered, catalog: Catalog, problems: Problems) -> Trigger:
    """What was typed; what is wrong goes to `problems`, and then the answer means nothing."""
    begin, before = chosen("begin", typed, choices, problems), len(problems)
    found = _READ[begin](typed, choices, catalog, problems) if begin in _READ else ByGrade()
    return found if len(problems) == before else ByGrade()


def _stage(typed: Values, choices: Offered, _catalog: Catalog, problems: Problems) -> Trigger:
    process, _, stage = chosen("stage", typed, choices, problems).partition("|")
    if not process:
        problems.append(problem("stage", N_("Choose a stage.")))
    return OnStage(process or "own.none", stage or WON)


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
    "stage": _stage,
    "event": _event,
    "date": _date,
    "holiday": _holiday,
    "silence": _silence,
    "level": _level,
    "grade": lambda _typed, _choices, _catalog, _problems: ByGrade(),
}
