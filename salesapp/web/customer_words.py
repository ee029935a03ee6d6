"""Customers in the person's words: labels of codes, names of those who have none, dates people know in part."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from babel.dates import format_skeleton
from flask import Flask

from salesapp.domain.customer_labels import DATE_KINDS, GRADES, KINDS, POINT_KINDS, STATES
from salesapp.domain.errors import N_
from salesapp.domain.partial_dates import PartialDate, lunar_in_chinese, next_occurrence, parse_partial_date
from salesapp.domain.sources import GROUPS
from salesapp.domain.text import Text
from salesapp.domain.views import CustomerView
from salesapp.web.i18n import gettext, language, locale, say, show_date, show_day, today
from salesapp.web.request import catalog

FIELD_LABELS: Mapping[str, str] = {
    "kind": N_("Kind"),
    "name": N_("Name"),
    "full_name": N_("Full name"),
    "company": N_("Company"),
    "position": N_("Position"),
    "department": N_("Department"),
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "wechat": N_("WeChat"),
    "link": N_("Website"),
    "state": N_("State"),
    "grade": N_("Grade"),
    "source": N_("Source"),
    "territory_id": N_("Territory"),
    "territory": N_("Territory"),
    "address": N_("Address"),
    "note": N_("Note"),
    "tags": N_("Tags"),
    "shared": N_("Shared number"),
    "value": N_("Number or address"),
    "day": N_("Date"),
    "label": N_("What it is"),
    "contact": N_("Contact"),
    "owner": N_("Owner"),
}


def field_word(name: str) -> str:
    """What a field is called."""
    return gettext(FIELD_LABELS[name]) if name in FIELD_LABELS else name


def _word(labels: Mapping[str, Text], key: object) -> str:
    return say(labels[key]) if isinstance(key, str) and key in labels else str(key or "")


def state_word(key: object) -> str:
    """A state's label."""
    return _word(STATES, key)


def grade_word(key: object) -> str:
    """A grade's label."""
    return _word(GRADES, key)


def source_word(key: object) -> str:
    """A source's label; its key where nobody knows it."""
    found = catalog().sources.get(key) if isinstance(key, str) else None
    return say(found.label) if found else str(key or "")


def point_word(kind: object) -> str:
    """What a way to reach somebody is called."""
    return _word(POINT_KINDS, kind)


def date_word(kind: object) -> str:
    """What an important date is; also one of a plugin that is off."""
    kept = catalog().shown_dates.get(kind) if isinstance(kind, str) else None
    return say(kept.label) if kept else _word(DATE_KINDS, kind)


def comes_round(kind: str) -> bool:
    """Whether a date of this kind comes again each year; the house's own do."""
    kept = catalog().shown_dates.get(kind)
    return kept.yearly if kept else kind in DATE_KINDS


def code_word(field: str, value: object) -> str:
    """A code of any field in words, for "from … to …"."""
    words = {"state": state_word, "grade": grade_word, "source": source_word}
    if value is None or value == "":
        return gettext("nothing")
    if field == "kind":
        return _word(KINDS, value)
    return words[field](value) if field in words else str(value)


def options(labels: Mapping[str, Text], *, empty: str = "") -> list[tuple[str, str]]:
    """Choices of a form; `empty` is the label of choosing none."""
    return ([("", empty)] if empty else []) + [(key, say(label)) for key, label in labels.items()]


def source_options(chosen: str | None = None) -> list[tuple[str, str]]:
    """Every source that is offered, each with its group; and the one that is `chosen`, whether offered or not."""
    mark = gettext("%(group)s: %(source)s")
    offered = (each for each in catalog().sources.values() if not each.off or each.key == chosen)
    named = [(each.key, mark % {"group": say(GROUPS[each.group]), "source": say(each.label)}) for each in offered]
    return [("", gettext("Not known")), *named]


def name_of(view: CustomerView, phone: str = "") -> str:
    """What a customer is called, also one who was added with a number alone."""
    return view.name or view.company or phone or gettext("Customer %(id)s") % {"id": view.id}


def partial_date(row: Any) -> PartialDate:
    """An important date's row as a value."""
    return PartialDate(row.calendar, row.year, row.month, row.day, row.leap_month)


def day_words(day: PartialDate) -> str:
    """A partial date as people say it."""
    if day.calendar == "lunar" and language().startswith("zh"):
        return lunar_in_chinese(day, traditional=language() == "zh_Hant")
    if day.calendar == "lunar":
        words = gettext("lunar leap month %(month)s, day %(day)s") if day.leap_month else ""
        text = (words or gettext("lunar month %(month)s, day %(day)s")) % {"month": day.month, "day": day.day}
    else:  # any leap year will do for a day without one
        text = format_skeleton("MMMMd", date(2000, day.month, day.day), locale=locale(language()))
    if day.year is None:
        return text
    return show_date(date(day.year, day.month, day.day)) if day.calendar == "solar" else f"{day.year} · {text}"


def typed_day(text: object) -> str:
    """A partial date as an event keeps it, in words; erased ones are "…"."""
    day = parse_partial_date(str(text)) if text else None
    return day_words(day) if isinstance(day, PartialDate) else "…"


def coming_words(day: PartialDate) -> str:
    """When a partial date comes round next; "" where the calendar does not know."""
    try:
        return show_day(next_occurrence(day, today() - timedelta(days=1)))
    except ValueError:
        return ""


def register(app: Flask) -> None:
    """Give templates these words."""
    app.jinja_env.globals.update(
        field_word=field_word,
        state_word=state_word,
        grade_word=grade_word,
        source_word=source_word,
        point_word=point_word,
        date_word=date_word,
        comes_round=comes_round,
        code_word=code_word,
        day_words=day_words,
        coming_words=coming_words,
        typed_day=typed_day,
    )
