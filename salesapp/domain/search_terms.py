"""One tokenizer for both databases: what a record is found by, and what a query asks for.

`haystack` is the searchable text of a record, `tokens` its index entries. A query's `query_tokens` find the candidates
in the index, its `query_terms` are then looked up in their haystacks (as LIKE, escaped by the caller).
Raise TOKENIZER_VERSION with every change of what comes out: records are then indexed anew.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import add

from salesapp.domain.phone_numbers import phone_fragment
from salesapp.domain.pinyin import readings

TOKENIZER_VERSION = 2
MAX_PART = 500
MAX_HAYSTACK = 8_000
MAX_TEXT = 200  # of a note: enough to recognise it by; each sign is some bytes of tokens, a thousand would be kilobytes
MAX_QUERY = 100
MAX_QUERY_TERMS = 8
MAX_QUERY_TOKENS = 32
_JOINED_DIGITS = 3  # 010-83 counts as one number, 3-1 does not

_HAN = (
    "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\ufa0e-\ufa29"
    "\U00020000-\U0002a6dd\U0002a700-\U0002b734\U0002b740-\U0002b81d"
    "\U0002b820-\U0002cea1\U0002ceb0-\U0002ebe0\U00030000-\U0003134a"
)
_HAN_RUN = re.compile(f"[{_HAN}]+")
_PLAIN_HAN = re.compile("[\u4e00-\u9fa5]+")
_PLAIN_WORDS = re.compile("[a-z0-9@. а-я\u4e00-\u9fa5]+")
_HAN_GAP = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_RUN = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’ʼ](?=[^\W\d_])")
_BETWEEN_DIGITS = "-+() ./"
_NUMBER_SIGNS = f"[{_BETWEEN_DIGITS}]"
_NUMBER = re.compile(rf"[0-9](?:{_NUMBER_SIGNS}{{0,3}}[0-9])+")
_NUMBER_QUERY = re.compile(rf"{_NUMBER_SIGNS}*[0-9][-+() ./0-9]*")


def haystack(
    names: Iterable[str],
    companies: Iterable[str] = (),
    phones: Iterable[str] = (),
    mails: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> str:
    """The searchable text of one record; phones as normalised (E.164 where known), pinyin added for names in Chinese.
    `texts` are found by their words alone, and by the first MAX_TEXT signs of each."""
    people, firms = [_HAN_GAP.sub("", _normal(name)) for name in names], [_normal(company) for company in companies]
    parts = [*people, *firms, *map(_normal, mails), *(_normal(text[:MAX_TEXT]) for text in texts)]
    words = [word for part in parts for word in part.split(" ")]
    words += [number for part in parts for number in _joined_numbers(part)]
    words += [form for phone in phones for form in _phone_forms(_normal(phone))]
    words += [sound for part in people for sound in _pinyin(part, person=True)]
    words += [sound for part in firms for sound in _pinyin(part, person=False)]
    return " ".join(dict.fromkeys(filter(None, words)))[:MAX_HAYSTACK].strip()


def tokens(text: str) -> set[str]:
    """The index entries of a haystack: characters and pairs of Han, heads and trigrams of other words."""
    found: set[str] = set()
    for run in _RUN.findall(_normal(text, MAX_HAYSTACK)):
        if not run.isascii() and _HAN_RUN.match(run):
            found.update(run, map(add, run, run[1:]))
        else:
            found.update((run[:1], run[:2]), [run[i : i + 3] for i in range(len(run) - 2)])
    return found


def query_terms(q: str) -> list[str]:
    """The pieces of a query, each of which the haystack must contain."""
    text = _normal(q, MAX_QUERY)
    pieces = text.split(" ")
    if _is_one_number(text, pieces):
        return [phone_fragment(text)]
    terms = [term for term in pieces if _RUN.search(term)]
    return list(dict.fromkeys(terms))[:MAX_QUERY_TERMS]


def _is_one_number(text: str, pieces: list[str]) -> bool:
    """(495) 123-45-67 is looked up as its digits; 95588 138 may be two numbers, and finds one as well."""
    if not _NUMBER_QUERY.fullmatch(text) or len(phone_fragment(text)) < _JOINED_DIGITS:
        return False
    return len(pieces) == 1 or not all(len(piece) >= _JOINED_DIGITS and piece.isdecimal() for piece in pieces)


def query_tokens(q: str) -> list[str]:
    """Index entries every match must have; empty when the query holds nothing to search for."""
    found: dict[str, None] = {}
    for term in query_terms(q):
        runs = _RUN.findall(term)
        for i, run in enumerate(runs):
            # The first piece of "i.wei" may be the end of a longer word, whose heads are not these.
            if len(run) >= 3 or i or len(runs) == 1 or _HAN_RUN.match(run):
                found.update(dict.fromkeys(_run_tokens(run)))
    return list(found)[:MAX_QUERY_TOKENS]


def is_cut_short(q: str) -> bool:
    """Whether a term is so short that the index knows it at the beginnings of words only."""
    runs_of = (_RUN.findall(term) for term in query_terms(q))
    return any(len(runs) == 1 and len(runs[0]) < 3 and not _HAN_RUN.match(runs[0]) for runs in runs_of)


def marked(text: str, terms: Iterable[str]) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is what a term asks for; joined they are the text again."""
    hit, terms = [False] * len(text), list(terms)
    folded = [(part, i) for i, char in enumerate(text) for part in _fold(char)]
    asked_numbers = any(term.isdecimal() for term in terms)
    digits = [(part, i) for part, i in folded if part not in _BETWEEN_DIGITS] if asked_numbers else []
    for term in terms:
        for start, end in _spans(digits if term.isdecimal() else folded, term):
            hit[start:end] = [True] * (end - start)
    runs = groupby(range(len(text)), key=lambda i: hit[i])
    return [("".join(text[i] for i in run), found) for found, run in runs]


@lru_cache(maxsize=8192)  # a page of hits asks for each sign of its names and notes, the same few thousand ever again
def _fold(char: str) -> str:
    """As `_normal` folds it; sign by sign, so that its place is known."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold()).replace("ё", "е")


def _spans(signs: list[tuple[str, int]], term: str) -> Iterator[tuple[int, int]]:
    words, at = "".join(part for part, _ in signs), -1
    while term and (at := words.find(term, at + 1)) >= 0:
        yield signs[at][1], signs[at + len(term) - 1][1] + 1


def _run_tokens(run: str) -> list[str]:
    """Not all of a long one: what is common costs the index a walk through everything that has it, and the words of
    what few entries find are looked at anyway. Firms end alike (有限公司), numbers begin alike (+86 138)."""
    size = 2 if _HAN_RUN.match(run) else 3
    every = [run[i : i + size] for i in range(len(run) - size + 1)] or [run]
    if size == 2:
        return every if len(every) <= 2 else every[:6:2]
    few = every[::-3][: 3 if run.isdecimal() else 4]
    return few if len(few) >= 3 else [*few, every[0]]


def _normal(text: str, limit: int = MAX_PART) -> str:
    """One way to write each word: width, case, ё, and apostrophes vanish."""
    if text.isascii() and "'" not in text and "\0" not in text:  # most are, and an import asks for a great many
        return " ".join(text[:limit].lower().split())
    if _PLAIN_HAN.fullmatch(text):
        return text[:limit]
    if _PLAIN_WORDS.fullmatch(text):
        return " ".join(text[:limit].split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[:limit]).casefold())
    spaced = " ".join(folded.replace("ё", "е").replace("\0", " ").split())
    return _APOSTROPHE.sub("", spaced)


def _joined_numbers(part: str) -> Iterator[str]:
    """2024-05 also as 202405, because a query that looks like a number is joined too."""
    if "00" not in part and not any(map(part.__contains__, _BETWEEN_DIGITS)):
        return  # nothing a fragment leaves out
    for match in _NUMBER.finditer(part):
        digits = phone_fragment(match[0])
        if len(digits) >= _JOINED_DIGITS and digits != match[0]:
            yield digits


def _phone_forms(phone: str) -> list[str]:
    """With and without the country code, and as dialled inside the country: each may be what somebody types."""
    number, _, extension = phone.partition(";ext=")
    digits = phone_fragment(number)
    forms = [digits]
    if number.startswith("+86"):
        mobile = digits[2:3] == "1" and digits[3:4] != "0"  # 10 is Beijing's area code
        forms.append(digits[2:] if mobile else "0" + digits[2:])
    elif number.startswith("+7"):
        forms.append("8" + digits[1:])
    return [*forms, extension]


def _pinyin(part: str, *, person: bool) -> Iterator[str]:
    """Full and initials of every Chinese stretch: luguoqiao, lgq."""
    for run in _HAN_RUN.findall(part):
        for syllables in readings(run, person=person):
            yield "".join(syllables)
            yield "".join(syllable[0] for syllable in syllables)
