"""Imports in the person's words: how a file is read, what state one is in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from salesapp.domain.errors import N_
from salesapp.domain.importing import DATE_ORDERS, DECIMALS, FileShape
from salesapp.web.file_words import size_words
from salesapp.web.i18n import gettext, ngettext, show_number

Options = Sequence[tuple[str, str]]

ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "GB18030 (简体中文)",
    "big5": "Big5 (繁體中文)",
    "cp1251": "Windows-1251 (Русский)",
    "koi8-r": "KOI8-R (Русский)",
    "cp866": "DOS 866 (Русский)",
    "cp1252": "Windows-1252 (Latin)",
    "shift_jis": "Shift_JIS (日本語)",
    "euc-kr": "CP949 (한국어)",
}
DELIMITERS: Final = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar")}
DATES: Final = {  # in the sentence, in the select
    "ymd": (N_("dates year-month-day"), N_("year-month-day")),
    "dmy": (N_("dates day-month-year"), N_("day-month-year")),
    "mdy": (N_("dates month-day-year"), N_("month-day-year")),
}
NUMBERS: Final = {".": (N_("decimal point"), "1234.50"), ",": (N_("decimal comma"), "1234,50")}
BEGINS: Final = 10
"""So many lines are offered as the one the table begins in."""
HEADERS: Final = {"1": N_("the first row is the header"), "0": N_("no header")}
FORMATS: Final = {"csv": "CSV", "xlsx": "Excel", "vcard": "vCard"}
CARD: Final = {  # the parts of a card, as they are read
    "Name": N_("Name"),
    "Company": N_("Company"),
    "Department": N_("Department"),
    "Position": N_("Position"),
    "Phone": N_("Phone"),
    "E-mail": N_("E-mail"),
    "Address": N_("Address"),
    "Website": N_("Website"),
    "WeChat": N_("WeChat"),
    "Birthday": N_("Birthday"),
    "Note": N_("Note"),
    "Tags": N_("Tags"),
    "Nickname": N_("Nickname"),
    "Fax": N_("Fax"),
    "Chat": N_("Chat"),
    "Key": N_("Key"),
}
STATES: Final = {
    "uploaded": (N_("not begun yet"), ""),
    "checking": (N_("being checked"), "accent"),
    "checked": (N_("checked"), "accent"),
    "running": (N_("coming in"), "accent"),
    "done": (N_("brought in"), ""),
    "failed": (N_("did not work"), "bad"),
    "undoing": (N_("being taken back"), "accent"),
    "undone": (N_("taken back"), ""),
}


def column_name(at: int, name: str, shape: FileShape) -> str:
    """What a column is called: as the file says, else by its place."""
    if shape.format == "vcard":
        return gettext(CARD.get(name, name))
    return name if shape.header and name.strip() else gettext("Column %(n)s") % {"n": at + 1}


def encodings(shape: FileShape) -> Options:
    """The encodings to choose from; the file's own among them, whatever it is."""
    known = ENCODINGS if shape.encoding in ENCODINGS else {shape.encoding: shape.encoding, **ENCODINGS}
    return list(known.items())


def delimiters(shape: FileShape) -> Options:
    """What can stand between two cells."""
    found = [(sign, gettext(word)) for sign, word in DELIMITERS.items()]
    return found if shape.delimiter in DELIMITERS else [(shape.delimiter, shape.delimiter), *found]


LONG: Final = 28
ENDING: Final = 14
"""Of a long name both ends are shown, in the two lines a phone has for it: the last one tells files of one program
apart. A Chinese sign takes the room of two letters."""


def file_title(name: str) -> str:
    """The name of a file, short enough for the head of a page, its ending visible."""
    if _room(name) <= LONG:
        return name
    begin, ending = name, name
    while _room(begin) > LONG - ENDING - 1:
        begin = begin[:-1]
    while _room(ending) > ENDING:
        ending = ending[1:]
    return f"{begin.rstrip()}…{ending.lstrip()}"


def _room(text: str) -> int:
    return sum(2 if sign >= "\u2e80" else 1 for sign in text)


def said(shape: FileShape, dates: bool = True) -> str:
    """How a file is read, in one line; how its `dates` are where it has some."""
    words = [FORMATS.get(shape.format, shape.format)]
    if shape.format == "csv":
        words = [dict(encodings(shape))[shape.encoding], dict(delimiters(shape))[shape.delimiter]]
    if shape.format == "xlsx" and shape.sheet:
        words.append(shape.sheet)
    if shape.format != "vcard":
        words += [_begin(shape)]
        words += [gettext(DATES[shape.date_order][0])] if dates else []
        words += [gettext(NUMBERS[shape.decimal][0])]
    return gettext(", ").join(words)


def _begin(shape: FileShape) -> str:
    """Where its header is, or its first row where it has none."""
    if shape.begins == 1:
        words = HEADERS["1" if shape.header else "0"]
        return gettext(words)
    text = gettext("the header is in line %(line)s") if shape.header else gettext("no header, from line %(line)s on")
    return text % {"line": shape.begins}


def shape_fields(shape: FileShape, sheets: Sequence[str]) -> list[tuple[str, str, str, Options]]:
    """What can be said otherwise: name, label, value, options; nothing of a vCard, which says all of it itself."""
    if shape.format == "vcard":
        return []
    found: list[tuple[str, str, str, Options]] = []
    if shape.format == "csv":
        found.append(("encoding", gettext("Encoding"), shape.encoding, encodings(shape)))
        found.append(("delimiter", gettext("Between two cells"), shape.delimiter, delimiters(shape)))
    if shape.format == "xlsx" and len(sheets) > 1:
        found.append(("sheet", gettext("Sheet"), shape.sheet or sheets[0], [(each, each) for each in sheets]))
    lines = [(str(line), str(line)) for line in range(1, max(BEGINS, shape.begins) + 1)]
    found.append(("begins", gettext("The table begins in line"), str(shape.begins), lines))
    header = "1" if shape.header else "0"
    found.append(("header", gettext("Header"), header, [(key, gettext(word)) for key, word in HEADERS.items()]))
    dates = [(key, gettext(DATES[key][1])) for key in DATE_ORDERS]
    found.append(("date_order", gettext("Dates"), shape.date_order, dates))
    numbers = [(key, NUMBERS[key][1]) for key in DECIMALS]
    found.append(("decimal", gettext("Numbers"), shape.decimal, numbers))
    return found


def state_word(state: str) -> tuple[str, str]:
    """A state in words, and the tone of its mark."""
    word, tone = STATES[state]
    return gettext(word), tone


def rows_word(n: int) -> str:
    """So many rows."""
    return ngettext("%(num)s row", "%(num)s rows", n) % {"num": show_number(n)}


def about_file(run: Any, total: int | None = None) -> str:
    """A file in a few words: its size, its rows where they were counted."""
    total = run.total if total is None else total
    return " · ".join(filter(None, [size_words(run.size), rows_word(total) if total is not None else ""]))
