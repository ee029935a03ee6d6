"""The values of a list's columns as a page, and as a file, show them."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from salesapp.domain.conditions import Vocabulary
from salesapp.domain.list_query import Kind
from salesapp.domain.money import Money
from salesapp.domain.text import Text
from salesapp.services.table_files import Shown
from salesapp.store.list_cells import Cells
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, local, say, show_date, show_day, show_moment, show_number
from salesapp.web.inputs import full_amount

_HOURS: Final = ("next", "planned", "done", "rule_due")
"""Of these the hour matters, too."""


def word(kind: Kind, key: str, cells: Cells, known: Vocabulary) -> str:
    """One cell for a page; "" where there is nothing."""
    value = cells.get(key)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, Money):
        return full_amount(value.minor, value.currency)
    if isinstance(value, datetime):
        return show_moment(value) if _has_hour(key, cells) else _day(key, value)
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, int | Decimal):
        return show_number(value)
    return _words(kind, key, value, cells, known)


def in_file(kind: Kind, key: str, cells: Cells, known: Vocabulary) -> Shown:
    """One cell for a table program: days, moments and numbers as what they are, amounts without their currency."""
    value = cells.get(key)
    if isinstance(value, Money):
        return value.major
    if isinstance(value, datetime):
        here = local(value)
        return here.replace(tzinfo=None) if _has_hour(key, cells) else here.date()
    if isinstance(value, date | Decimal) or type(value) is int:
        return value
    return word(kind, key, cells, known)


def currency_of(value: object) -> str:
    """The currency of an amount, for a column of its own."""
    return value.currency if isinstance(value, Money) else ""


def _day(key: str, value: datetime) -> str:
    return show_day(value) if key in _HOURS else show_date(local(value))


def _has_hour(key: str, cells: Cells) -> bool:
    return key in _HOURS and not (key in ("planned", "next") and cells.get("all_day"))


def _words(kind: Kind, key: str, value: object, cells: Cells, known: Vocabulary) -> str:
    if kind == "deal" and key == "stage":
        return deal_words.stage_label(str(cells.get("of_process", "")), str(value))
    if kind == "deal" and key == "process":
        return deal_words.process_label(str(value))
    if kind == "activity" and key == "because":
        return deal_words.because_text(json.loads(str(value))) if value else ""
    if kind == "customer" and key == "name":
        return str(value or cells.get("called_else") or gettext("Customer %(id)s") % {"id": cells["id"]})
    options: Mapping[str, Text] = dict(known[key].options) if key in known else {}
    if isinstance(value, tuple):
        return ", ".join(_labelled(each, options) for each in value)
    return _labelled(value, options)


def _labelled(value: object, options: Mapping[str, Text]) -> str:
    if value is None:
        return ""
    found = options.get(str(value))
    return say(found) if found else str(value)
