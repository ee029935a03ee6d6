"""What can be chosen for what a follow-up rule begins with.

Everything is a choice out of what there is here; what a rule names that is gone stays offered by its key, so that
nothing is changed by looking.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.date_kinds import DateKind
from salesapp.domain.errors import N_
from salesapp.domain.follow_up_phrases import EVENT_WORDS, FEASTS
from salesapp.domain.pack import ALWAYS, Evidence
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.solar_terms import TERMS
from salesapp.plugging.catalog import Catalog
from salesapp.services.list_fields import list_fields
from salesapp.web.follow_up_beginnings import BEGINNINGS, BLANK, OTHER, TERM
from salesapp.web.follow_up_forms import Values
from salesapp.web.i18n import gettext, say

_SIDES: Final[Mapping[str, str]] = {"before": N_("days before"), "after": N_("days after")}
_EVENTS: Final = (
    *("customer.added|customer", "customer.enquired|customer", "customer.assigned|customer"),
    *("customer.claimed|customer", "customer.shared|customer", "contact.added|customer"),
    *("deal.opened|deal", "deal.reopened|deal"),
    *("activity.done|customer", "activity.done|deal"),
    *("activity.cancelled|customer", "activity.cancelled|deal"),
)
"""Those an owner may want to follow up; a rule of a plugin can begin with others, too."""


def offered(catalog: Catalog, values: Values) -> dict[str, list[tuple[str, str]]]:
    """The choices of each field."""
    found = {
        "begin": [(key, gettext(words)) for key, words in BEGINNINGS.items()],
        "process": [("", gettext("Every process")), *_processes(catalog)],
        "stage": _stages(catalog),
        "event": _events(catalog, values.get("event", "")),
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


def _processes(catalog: Catalog) -> list[tuple[str, str]]:
    return [(key, say(process.label)) for key, process in catalog.processes.items()]


def _stages(catalog: Catalog) -> list[tuple[str, str]]:
    found = [("", gettext("Choose …"))]
    for key, process in catalog.processes.items():
        found += [(f"{key}|{each.key}", f"{say(process.label)} · {say(each.label)}") for each in process.stages]
    return found


def _events(catalog: Catalog, chosen: str) -> list[tuple[str, str]]:
    """Those of the house, the one a rule begins with already among them, and what plugins tell of."""
    known = chosen.partition("|")[0] in EVENT_WORDS and chosen not in _EVENTS
    mine = [(each, _event(each)) for each in (*_EVENTS, *([chosen] if known else []))]
    return mine + [(f"{key}|deal", say(each.label)) for key, each in catalog.of(Evidence).items()]


def _event(value: str) -> str:
    kind, _, subject = value.partition("|")
    about = gettext("deal") if subject == "deal" else gettext("customer")
    return gettext(EVENT_WORDS[kind]) + (f" ({about})" if kind.startswith("activity.") else "")


def _dates(catalog: Catalog) -> list[tuple[str, str]]:
    found = [(f"date.{key}", say(label)) for key, label in DATE_KINDS.items()]
    found += [(f"date.{key}", say(each.label)) for key, each in catalog.of(DateKind).items()]
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
    return [(f"{TERM}qingming", say(TERMS["qingming"])), *((day.as_typed(), say(name)) for day, name in days)]


def _levels(catalog: Catalog) -> list[tuple[str, str]]:
    fields = list_fields(catalog, ALWAYS, "deal").items()
    return [("", gettext("Choose …")), *((key, say(each.label)) for key, each in fields if each.type == "choice")]


def answers(catalog: Catalog, level: str) -> list[tuple[str, str]]:
    """The answers of the chosen field, each of which may have an interval."""
    field = list_fields(catalog, ALWAYS, "deal").get(level)
    return [(each.key, say(each.label)) for each in field.options] if field else []


def fields_of(catalog: Catalog, typed: Values) -> tuple[str, ...]:
    """The names of the fields a form may send, with those of the chosen field's answers."""
    rhythms = (
        f"level_{key}_{part}" for key, _ in answers(catalog, typed.get("level", "")) for part in ("count", "unit")
    )
    return (*BLANK, *rhythms)
