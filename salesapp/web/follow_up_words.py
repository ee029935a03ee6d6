"""Follow-up rules in words, for the pages that set them: what is named, each part by itself, dated examples."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from salesapp.domain.customer_labels import DATE_KINDS, GRADES
from salesapp.domain.errors import N_
from salesapp.domain.follow_up import ByGrade, ByLevel, FollowUp, OnDate, OnEvent, OnHoliday, OnStage, Until
from salesapp.domain.follow_up_phrases import rate
from salesapp.domain.follow_up_times import Due
from salesapp.domain.follow_up_words import Label, Names, by_when, explain, when, who
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.placeholders import in_each_language
from salesapp.services.follow_up_examples import Example
from salesapp.services.follow_up_labels import names_of
from salesapp.store import teams
from salesapp.store.engine import Executor
from salesapp.web.customer_words import day_words
from salesapp.web.deal_words import kind_label
from salesapp.web.i18n import gettext, language, local, say, show_date
from salesapp.web.lists import can_be_asked
from salesapp.web.request import catalog

PARTS: Final[Mapping[str, str]] = {
    "when": N_("Begins"),
    "do": N_("Plans"),
    "who": N_("Who does it"),
    "deadline": N_("By when"),
    "every": N_("How often"),
    "until": N_("Ends"),
    "unless": N_("Not where"),
    "waits": N_("Side by side"),
    "escalate": N_("If nobody does it"),
    "label": N_("Name"),
}
"""What each part is called, in the order of the page."""
_NEUTRAL: Final[Mapping[str, Any]] = {"until": Until(unsubscribed=False), "unless": None, "escalate": None}
_NOTHING: Final[Mapping[str, str]] = {
    "until": N_("It never ends."),
    "unless": N_("No exceptions."),
    "escalate": N_("Nobody else is told."),
}


# --- what things are called ---


def functions(x: Executor) -> tuple[tuple[str, Label], ...]:
    """The functions of the house by key, also those out of use, as a rule may still name one."""
    return tuple((row.key, row.label) for row in teams.own_functions(x))


def names_for(rule: FollowUp, house_functions: tuple[tuple[str, Label], ...]) -> Names:
    """What the things are called that this rule names, and what its exceptions can ask."""
    return replace(names_of(catalog(), rule.subject, house_functions), facts=can_be_asked(rule.subject)[0])


# --- each part ---


def sentences(rule: FollowUp, names: Names) -> list[str]:
    """The whole rule, for who wants to read it in one go."""
    return [say(each) for each in explain(rule, names)]


def part_words(rule: FollowUp, part: str, names: Names) -> str:
    """One part by itself."""
    if part == "when":
        return say(when(rule.when, names))
    if part == "do":
        asks = gettext("asks “%(form)s”") % {"form": say(names.of("form", rule.do.form))} if rule.do.form else ""
        said = say(in_each_language(rule.do.text))
        text = gettext("%(kind)s: %(text)s") % {"kind": kind_label(rule.do.kind), "text": said}
        return " · ".join(filter(None, (text, asks)))
    if part == "who":
        return say(who(rule.who, names))
    if part == "deadline":
        return say(by_when(rule.deadline))
    if part == "every":
        return say(rate(rule.every)) if rule.every else _by_itself(rule)
    if part == "waits":
        return gettext("It waits while anything else is planned.") if rule.waits else gettext("It waits for nothing.")
    return say(rule.label) if part == "label" else _sentences_of(rule, part, names)


def _by_itself(rule: FollowUp) -> str:
    in_record = isinstance(rule.when, OnDate) and not rule.when.yearly and not rule.when.of.startswith("date.")
    if in_record or isinstance(rule.when, OnStage | OnEvent):
        return gettext("once")
    if isinstance(rule.when, OnDate | OnHoliday):
        return gettext("each time it comes round")
    return gettext("after each contact anew")


def _sentences_of(rule: FollowUp, part: str, names: Names) -> str:
    """Those that are told because of this part."""
    without = explain(replace(rule, **{part: _NEUTRAL[part]}), names)
    found = [say(each) for each in explain(rule, names) if each not in without]
    between = "" if language().startswith("zh") else " "
    return between.join(found) if found else gettext(_NOTHING[part])


# --- examples ---


def example_words(each: Example, rule: FollowUp, names: Names) -> tuple[str, list[str]]:
    """What it is about, and the deadlines that follow from it."""
    return _about(each, rule, names), [due_words(due) for due in each.dues]


def due_words(due: Due) -> str:
    """A deadline: the day, or the hour with it."""
    return gettext("by the end of %(day)s") % {"day": _day(due.planned_at)} if due.all_day else _moment(due.due_at)


def _about(each: Example, rule: FollowUp, names: Names) -> str:
    if each.about == "happened" and isinstance(each.begin, datetime):
        return gettext("%(what)s: %(moment)s") % {"what": say(when(rule.when, names)), "moment": _moment(each.begin)}
    if each.about == "born" and isinstance(each.begin, PartialDate):
        of = rule.when.of.partition(".")[2] if isinstance(rule.when, OnDate) else ""
        kind = DATE_KINDS.get(of) or names.of("date", of)
        return gettext("%(date)s on %(day)s") % {"date": say(kind), "day": day_words(each.begin)}
    if each.about == "day" and isinstance(each.begin, date):
        return gettext("The day is %(day)s") % {"day": show_date(each.begin, "full")}
    if each.about == "feast":
        return gettext("The next times")
    if isinstance(rule.when, ByGrade | ByLevel):
        return gettext("%(of)s: last contact today") % {"of": _rhythm(each.of, rule, names)}
    return gettext("Last contact today")


def _rhythm(name: str, rule: FollowUp, names: Names) -> str:
    if not isinstance(rule.when, ByLevel):
        return say(GRADES[name]) if name in GRADES else gettext("Not graded yet")
    return say(names.of("level", f"{rule.when.field}.{name}"))


def _moment(at: datetime) -> str:
    return gettext("%(day)s, %(hour)s") % {"day": _day(at), "hour": f"{local(at):%H:%M}"}


def _day(at: datetime) -> str:
    return show_date(at, "full")
