"""How a table is written, told by its cells: whether it has a header, in what order its dates stand, which sign begins
its decimals, what stands between two cells."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

DELIMITERS: Final = ("\t", ";", "|", ",")
"""The likelier first where two fit alike: a comma stands in many a text."""
_ENOUGH: Final = 400
_MANY: Final = 8
MOST_TITLES: Final = 9
_DATE: Final = re.compile(r"\s*(\d{1,4})([./\-])(\d{1,2})\2(\d{1,4})(?:[\sT,].*)?")
_TYPED: Final = re.compile(
    r"[+\-(]?[\d\uff10-\uff19][\d\uff10-\uff19\s.,:/()+\-TZ]*|[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+|\d{4}年.*",
    re.IGNORECASE,
)
"""A number, a date, a phone, a mail address, a link: nothing a column is called by."""
_MONEY: Final = r"[^\w.,]*(?:[A-Za-z]{3}\s)?[+\-(]?"
_POINT: Final = re.compile(
    rf"{_MONEY}(?:\d{{1,3}}(?:,\d{{3}})+\.\d+|\d{{1,3}}(?:,\d{{3}}){{2,}}|\d+\.(?:\d{{1,2}}|\d{{4,}}))\D*"
)
_COMMA: Final = re.compile(
    rf"{_MONEY}(?:\d{{1,3}}(?:[.\s]\d{{3}})+,\d+|\d{{1,3}}(?:\.\d{{3}}){{2,}}|\d+,(?:\d{{1,2}}|\d{{4,}}))\D*"
)


def guess_delimiter(lines: Sequence[str]) -> str:
    """What stands between two cells: the sign that cuts every row into as many cells as the first one."""
    best, most = ",", (0.0, 0)
    for sign in DELIMITERS:
        widths, clean = _widths(lines, sign)
        if widths and widths[0] > 1:
            share = widths.count(widths[0]) / len(widths)
            fit = (round(share if clean else share / 2, 1), widths[0])
            best, most = (sign, fit) if fit > most else (best, most)
    return best


def _widths(lines: Sequence[str], sign: str) -> tuple[list[int], bool]:
    """How many cells the first rows have, and whether quotation marks stand as they should."""
    reader = csv.reader(iter(lines), delimiter=sign, strict=True)
    found: list[int] = []
    try:
        for cells in islice(reader, _ENOUGH):
            if any(cells):
                found.append(_full_width(cells, found[0] if found else len(cells)))
    except csv.Error as error:
        return found, "unexpected end" in str(error)  # the sample ends inside a cell
    return (found[:-1] if len(found) > 2 else found), True  # the last one may have been cut off


def _full_width(cells: Sequence[str], expected: int) -> int:
    """As wide as the first row, if only empty cells are too many."""
    return expected if len(cells) > expected and not any(cells[expected:]) else len(cells)


def guess_titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand above the table: a title, who made it and when. They hold next to nothing, and what follows
    them is a header as wide as the table."""
    filled = [sum(1 for cell in row if cell.strip()) for row in rows[:_ENOUGH]]
    usual = sorted(filled)[len(filled) // 2] if filled else 0
    for at in range(1, min(MOST_TITLES + 1, len(filled))):
        if filled[at - 1] > max(1, usual // 3):
            return 0
        if filled[at] >= max(2, 0.6 * usual) and guess_header(rows[at:]):
            return at
    return 0


def guess_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: it holds words where those below hold numbers, dates, addresses."""
    if not rows or not any(rows[0]):
        return False
    first = [cell.strip() for cell in rows[0]]
    if any(len(cell) > 200 for cell in first):
        return False
    filled = [cell for cell in first if cell]
    named = not any(_TYPED.fullmatch(cell) for cell in filled) and len(set(filled)) == len(filled)
    if named and len(filled) >= _MANY and len(filled) > 0.8 * len(first):
        return True  # a row of data so wide holds a number, a date, nothing, or a word twice
    votes = sum(_vote(cell, at, rows[1:]) for at, cell in enumerate(first))
    return votes > 0 if votes else named


def _vote(cell: str, at: int, below: Sequence[Sequence[str]]) -> int:
    """For a header (+1) or against it (-1), as one column has it."""
    if not cell:
        return 0
    if _TYPED.fullmatch(cell):
        return -1
    found = [row[at][:200].strip() for row in below[:50] if at < len(row) and row[at].strip()]
    if not found:
        return 0
    if cell in found:
        return -1
    return 1 if sum(1 for each in found if _TYPED.fullmatch(each[:100])) > 0.7 * len(found) else 0


_SLIPS: Final = 20
"""So many days of one order say more than one of another, which is a slip of the hand. A fifth of the days is none:
programs write one column year first, and people the next one day first."""


def guess_date_order(rows: Iterable[Sequence[str]], language: str) -> str:
    """`ymd`, `dmy` or `mdy`: what the days above the twelfth say, else how people write who speak the language."""
    votes: Counter[str] = Counter()
    for first, sign, second, third in _dates(rows):
        votes[_order(first, sign, second, third)] += 1
    if votes["ymd"] > _SLIPS * (votes["dmy"] + votes["mdy"] + votes["."] + votes["-"] + votes["/"]):
        return "ymd"
    for order in ("dmy", "mdy"):
        if votes[order] and votes[order] >= votes["mdy" if order == "dmy" else "dmy"]:
            return order
    if votes["."] or votes["-"] or votes["/"]:
        return "mdy" if language == "en" and votes["/"] > votes["."] + votes["-"] else "dmy"
    return "dmy" if language == "ru" and not votes["ymd"] else "ymd"


def has_dates(rows: Iterable[Sequence[str]]) -> bool:
    """Whether there are dates whose order matters."""
    return next(_dates(rows), None) is not None


def proves_no_order(rows: Iterable[Sequence[str]]) -> bool:
    """Whether there are dates, and any of them could be read with the day or the month first."""
    votes = Counter(_order(*each) for each in _dates(rows))
    return bool(votes["."] + votes["-"] + votes["/"]) and not votes["dmy"] + votes["mdy"]


def _dates(rows: Iterable[Sequence[str]]) -> Iterator[tuple[str, str, str, str]]:
    for row in rows:
        for cell in row:
            if 6 <= len(cell) <= 40 and (found := _DATE.fullmatch(cell)):
                yield found[1], found[2], found[3], found[4]


def _order(first: str, sign: str, second: str, third: str) -> str:
    """The order a date proves, or its sign where it proves none."""
    if len(first) >= 3:
        return "ymd"
    if len(third) not in (2, 4):
        return ""
    if len(third) == 2 and int(first) > 31:
        return "ymd"
    if 12 < int(first) <= 31 and int(second) <= 12:
        return "dmy" if len(third) == 4 or int(third) > 31 or sign == "." else ""
    if 12 < int(second) <= 31 and int(first) <= 12:
        return "mdy"
    return sign if int(first) <= 12 and int(second) <= 12 else ""


def guess_decimal(rows: Iterable[Sequence[str]], language: str) -> str:
    """The sign before decimals: what the numbers prove that cannot be read otherwise, else the language's own."""
    point = comma = 0
    for row in rows:
        for cell in row:
            if cell and len(cell) <= 40 and cell[-1:] != "%" and any(sign in cell for sign in ".,"):
                point += _POINT.fullmatch(cell.strip()) is not None
                comma += _COMMA.fullmatch(cell.strip()) is not None
    if point == comma:
        return "," if language == "ru" else "."
    return "." if point > comma else ","
