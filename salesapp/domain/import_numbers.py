"""Numbers of a file's cells, read by the decimal sign that the whole file has."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.money import is_currency

_LONGEST: Final = 60
_POWERS: Final = {
    "千": 3, "万": 4, "萬": 4, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "亿": 8, "億": 8,
    "k": 3, "m": 6, "mln": 6, "bn": 9, "тыс": 3, "млн": 6, "млрд": 9,
}  # fmt: skip
_SIGNS: Final = frozenset(
    "rmb 人民币 人民幣 元 元整 圆 圓 块 塊 юаней юаня юань руб рублей рубля рубль р us$ nt$ hk$ a$ c$ r$ "
    "美元 欧元 歐元 евро 円 日元 日圓 新台币 新臺幣 港元 港币 港幣 卢布 盧布 долл долларов %".split()
)
_NUMBER: Final = re.compile(r"([^\d.,+\-()]*)(?:([+\-])([^\d.,+\-()]*))?(\d[\d.,' ]*|[.,]\d+)(e[+\-]?\d{1,2})?(.*)")
"""No two of its parts can take the same sign: blanks that each of several could take cost seconds a cell."""
_GROUPED: Final = {
    ".": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:[' ]\d{3})+"),
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[' ]\d{3})+"),
}
_MINUSES: Final = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "’": "'", "\u00a0": " ", "\u202f": " "})


def parse_number(cell: str, decimal: str) -> Decimal | Msg:
    """The number in a cell: `¥1,234.50`, `1 234,50 ₽`, `12万`, `(1,234)` (below zero), full-width digits. `decimal` is
    the sign the file's decimals begin with; the other one can only group thousands."""
    text = unicodedata.normalize("NFKC", cell[:_LONGEST]).translate(_MINUSES).casefold().strip()
    below, text = _below_zero(text)
    found = _NUMBER.fullmatch(text) if len(cell) <= _LONGEST else None
    if found is None or not (_is_sign(found[1]) and _is_sign(found[3] or "")) or (below and found[2]):
        return _refusal(cell, decimal)
    digits, power = _plain(found[4].strip(), decimal), _power(found[6])
    if digits is None or power is None:
        return _refusal(cell, decimal)
    try:
        value = Decimal(digits + (found[5] or "")).scaleb(power)
    except InvalidOperation:
        return _refusal(cell, decimal)
    return -value if below or found[2] == "-" else value


def _below_zero(text: str) -> tuple[bool, str]:
    """Whether it is written as bookkeepers write what is below zero: (1,234), or 1,234-."""
    if text.startswith("(") and text.endswith(")"):
        return True, text[1:-1].strip()
    return (True, text[:-1].strip()) if text.endswith("-") else (False, text)


def _plain(digits: str, decimal: str) -> str | None:
    """The digits as Python writes them; None where the signs stand in no order of this decimal sign."""
    whole, sign, fraction = digits.partition(decimal)
    if sign and not fraction.isdecimal():
        return None
    if whole and not whole.isdecimal() and not _GROUPED[decimal].fullmatch(whole):
        return None
    return re.sub(r"[.,' ]", "", whole or "0") + (f".{fraction}" if fraction else "")


def _power(rest: str) -> int | None:
    """How many zeros the word behind stands for, a sign of money may stand there, too; None: it is another word."""
    words = [word.rstrip(".") for word in rest.split()]
    if not words:
        return 0
    word = "".join(words)
    for unit in sorted(_POWERS, key=len, reverse=True):
        if word.startswith(unit) and _is_sign(word.removeprefix(unit)):
            return _POWERS[unit]
    return 0 if _is_sign(word) else None


@lru_cache(maxsize=256)
def _is_sign(text: str) -> bool:
    """Whether this says nothing but which money it is (or is nothing)."""
    word = text.strip().rstrip(".")
    single = len(word) == 1 and unicodedata.category(word) == "Sc"
    return not word or single or word in _SIGNS or is_currency(word.upper())


def _refusal(cell: str, decimal: str) -> Msg:
    value = " ".join(cell.split())[:40]
    if re.search(r"\d[.,]\d", value) and not re.search(r"[^\d.,' \-+]", value):
        text = N_("“%(value)s” is not a number with “%(decimal)s” before the decimals.")
        return Msg(text, {"value": value, "decimal": decimal})
    return Msg(N_("“%(value)s” is not a number."), {"value": value})
