"""What the preview of an import shows: the columns with samples and the fields they can be, words, options."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesapp.domain.errors import Msg
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.text import Text
from salesapp.services.import_customer_rows import CustomerRow
from salesapp.services.import_kinds import NO, YES, ImportOption, Parsed
from salesapp.services.import_words import Words
from salesapp.web.i18n import gettext, say
from salesapp.web.imports_asking import AS_IT_IS
from salesapp.web.imports_words import column_name, rows_word

ROWS: Final = 8
SAMPLES: Final = 3
FIRST: Final = 6
"""Words that stand there at once; a file with all its salespeople has dozens."""
LONGEST: Final = 60


def columns(
    header: Sequence[str], rows: Sequence[Row], asked: ImportAsked, wrong: Mapping[int, Sequence[str]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Each column with some of its cells and what it is; those without anything in them apart."""
    full: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    for at, name in enumerate(header):
        samples = _samples(at, rows)
        value = asked.columns.get(at, "")
        shown = {"at": at, "name": column_name(at, name, asked.shape), "samples": samples, "value": value}
        shown["wrong"] = wrong.get(at, ())
        (full if samples or wrong.get(at) else empty).append(shown)
    return full, empty


def _samples(at: int, rows: Sequence[Row]) -> list[str]:
    cells = dict.fromkeys(cut(row.cells[at]) for row in rows if at < len(row.cells) and row.cells[at].strip())
    return list(cells)[:SAMPLES]


def cut(cell: str) -> str:
    """A cell short enough for a page."""
    text = " ".join(cell.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def table(rows: Sequence[Row], width: int) -> list[dict[str, Any]]:
    """The first rows, each as wide as the header."""
    found = []
    for row in rows[:ROWS]:
        cells = [cut(cell) for cell in row.cells[:width]]
        found.append({"line": row.line, "cells": [*cells, *[""] * (width - len(cells))]})
    return found


def field_options(fields: Mapping[str, ImportField]) -> list[tuple[str, str]]:
    """What a column can be."""
    return [("", gettext("Leave out")), *((key, say(each.label)) for key, each in fields.items())]


def words(found: Sequence[Words], asked: ImportAsked, fields: Mapping[str, ImportField]) -> list[dict[str, Any]]:
    """The words of each field of few answers: those nobody could be sure about first."""
    return [_words(place, each, asked, fields[each.field]) for place, each in enumerate(found)]


def _words(place: int, found: Words, asked: ImportAsked, field: ImportField) -> dict[str, Any]:
    chosen = asked.values.get(found.field, {})
    rows = [_word(n, word, count, chosen, found.guessed) for n, (word, count) in enumerate(found.counts)]
    unsure = [each for each in rows if each["word"] not in found.guessed]
    rest = FIRST if len(unsure) > FIRST + 2 else len(unsure)
    sure = [each for each in rows if each["word"] in found.guessed]
    return {
        "place": place,
        "field": found.field,
        "label": say(field.label),
        "unsure": unsure[:rest],
        "rest": unsure[rest:],
        "sure": sure,
        "sure_open": not unsure and len(sure) <= SAMPLES * 3,
        "options": tuple(_choices(field.choices or {})),
        "more": found.more,
    }


def _word(n: int, word: str, count: int, chosen: Mapping[str, str], guessed: Mapping[str, str]) -> dict[str, Any]:
    value = chosen.get(word, guessed.get(word, AS_IT_IS))
    blank = None if word in guessed else (AS_IT_IS, gettext("As it stands: “%(word)s”") % {"word": word})
    return {"n": n, "word": word, "rows": rows_word(count), "value": value, "blank": blank}


def _choices(choices: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [*((key, say(label)) for key, label in choices.items()), ("", gettext("Leave empty"))]


def options(found: Mapping[str, ImportOption], asked: ImportAsked, helps: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is asked for all rows."""
    return [
        {**_option(each, str(asked.options.get(key, each.default))), "help": helps.get(key, "")}
        for key, each in found.items()
    ]


def taken_by_name(parsed: Sequence[Parsed]) -> str:
    """What the names of the first rows were taken to say, where nothing else says it."""
    rows = [each for each in parsed if isinstance(each, CustomerRow) and not each.kind_said]
    firms = [cut(each.name) for each in rows if each.kind == "organisation"]
    if not rows:
        return ""
    values = {"firms": len(firms), "people": len(rows) - len(firms), "names": gettext(", ").join(firms[:SAMPLES])}
    if not firms:
        return gettext("By their names, the first rows are all persons.")
    text = gettext("By the names of the first rows: organisations %(firms)s (%(names)s …), persons %(people)s.")
    return text % values


def _option(each: ImportOption, value: str) -> dict[str, Any]:
    if each.choices is None:
        offered, kind = [(YES, gettext("Yes")), (NO, gettext("No"))], "choice"
    else:
        offered, kind = [(key, say(label)) for key, label in each.choices.items()], "select"
        if "" not in each.choices and (each.default == "" or len(each.choices) == 1):
            offered.insert(0, ("", gettext("Nothing chosen")))
    return {"key": each.key, "label": say(each.label), "value": value, "type": kind, "options": offered}


def label_of(message: Msg, fields: Mapping[str, ImportField]) -> Msg:
    """A sentence whose `field` is said by its label."""
    key = str(message.values.get("field", ""))
    return Msg(message.source, {**message.values, "field": fields[key].label}) if key in fields else message
