"""What the columns and the words of a file seem to be. Only what is certain: a guess that nobody checks must hold."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from salesapp.domain.importing import ImportField, Row
from salesapp.domain.text import LANGUAGES, Text

_NEAR: Final = 0.84
"""How alike two words must be to be one: `technolgy` is (0.95), `closed won` and `closed lost` are not (0.78)."""
_SHORTEST: Final = 3
_SHORTEST_NEAR: Final = 5
_MOSTLY: Final = 0.8
_MAIL: Final = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s,;]{2,}")
_PHONE: Final = re.compile(r"[+(（]?[\d][\d\s().\-+/（）]{5,22}(?:\s?(?:x|ext|доб|转|轉)\.?\s?\d{1,6})?", re.IGNORECASE)
_HAN: Final = re.compile("[\u3400-\u9fff]")
_NOT: Final = re.compile(r"[不未没沒无無非否]|\b(?:not?|non|never|without|не|нет|без)\b")
_WHICH: Final = frozenset(
    "home work business mobile private primary main office other cell personal default first value number no "
    "privat dienstlich geschäftlich geschaftlich личный рабочий мобильный домашний основной номер".split()
)
"""Words that say which one of several phones or addresses it is, or nothing."""


def guess_columns(fields: Mapping[str, ImportField], header: Sequence[str], rows: Sequence[Row]) -> dict[int, str]:
    """Which column is which field: by the column's name, and where the name says nothing by what its cells look like.
    A field that takes one column gets one; a column that is not certain gets none."""
    names, found = _names(fields), dict[int, str]()
    order = _likely_first(header, rows, _sure_names(fields))
    for rule in (_same_name, _one_of_several):
        for at in order:
            key = rule(header[at], names, fields)
            if at not in found and key and _free(fields[key], found) and not _contradicted(key, at, rows):
                found[at] = key
    answers = {key: _labels(each.choices, _without_space).keys() for key, each in fields.items() if each.choices}
    for at in range(len(header)):
        if at not in found and (key := _by_cells(_cells(at, rows), fields, answers, found)):
            found[at] = key
    return dict(sorted(found.items()))


def guess_values(choices: Mapping[str, Text], words: Iterable[str], *, parts: bool = False) -> dict[str, str]:
    """What the words of a column stand for: the same word in any language, whatever its case, spaces and dots, or one
    that is certainly a slip of it. `parts`: a word that stands in one choice alone, or one choice in it, is that."""
    same, labels = _labels(choices, _without_space), _labels(choices, squashed)
    found = {word: same.get(_without_space(word)) or _alike(squashed(word), labels) for word in words if word.strip()}
    if parts:
        found |= {word: _in_one(word, choices) for word, key in found.items() if not key}
    return {word: key for word, key in found.items() if key}


@lru_cache(maxsize=4096)
def squashed(text: str) -> str:
    """A name without case, spaces, dots and dashes: `GTX Pro`, `gtx-pro` and `GTXPro` are one."""
    folded = unicodedata.normalize("NFKC", text[:200]).casefold()
    return "".join(sign for sign in folded if sign.isalnum()) or folded.strip()


# --- columns ---


def _names(fields: Mapping[str, ImportField]) -> dict[str, str]:
    """Fields by what a file may call them; the key and the labels count more than what is only said so at times, and
    a name that two fields share is nobody's."""
    short = _once((squashed(key.rpartition(".")[2]), key) for key in fields)
    called = _once((squashed(name), key) for key, each in fields.items() for name in each.called)
    return short | called | _sure_names(fields)


def _sure_names(fields: Mapping[str, ImportField]) -> dict[str, str]:
    """Keys and labels."""
    return _once((squashed(name), key) for key, each in fields.items() for name in (key, *_in_all(each.label)))


def _in_all(label: Text) -> set[str]:
    return {label.in_language(language) for language in LANGUAGES}


def _once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Only names that lead to one key."""
    keys: dict[str, set[str]] = {}
    for name, key in pairs:
        keys.setdefault(name, set()).add(key)
    return {name: next(iter(found)) for name, found in keys.items() if len(found) == 1 and name}


def _same_name(name: str, names: Mapping[str, str], _fields: object) -> str | None:
    return names.get(squashed(name))


def _one_of_several(name: str, names: Mapping[str, str], fields: Mapping[str, ImportField]) -> str | None:
    """`Phone 2`, `E-mail 1 - Value`, `Telefon (privat)`: the name without what says which of several it is. That is
    certain only for a field that takes several."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    words = [word for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", folded) if word not in _WHICH]
    key = names.get(squashed("".join(words))) if words else None
    return key if key and fields[key].several else None


def _likely_first(header: Sequence[str], rows: Sequence[Row], sure: Mapping[str, str]) -> list[int]:
    """Of two columns that could be one field: what holds anything before what is empty, a label before what is called
    so at times, and the longer name, which says more (`Job Title` before `Title`)."""
    names = [squashed(name) for name in header]
    return sorted(range(len(header)), key=lambda at: (not _cells(at, rows), names[at] not in sure, -len(names[at])))


def _free(field: ImportField, found: Mapping[int, str]) -> bool:
    return field.several or field.key not in found.values()


def _cells(at: int, rows: Sequence[Row]) -> list[str]:
    return [cell for row in rows if at < len(row.cells) and (cell := row.cells[at][:300].strip())]


def _contradicted(key: str, at: int, rows: Sequence[Row]) -> bool:
    """A column called `email` that holds Yes and No is none."""
    looks = {"phone": _is_phone, "email": _is_mail}.get(key.rpartition(".")[2])
    cells = _cells(at, rows)
    return looks is not None and len(cells) > 1 and not any(looks(cell) for cell in cells)


def _is_phone(cell: str) -> bool:
    return any(_PHONE.fullmatch(part.strip()) for part in re.split(r"[;,、|\n:]+", unicodedata.normalize("NFKC", cell)))


def _is_mail(cell: str) -> bool:
    return _MAIL.search(cell) is not None


def _by_cells(
    cells: Sequence[str],
    fields: Mapping[str, ImportField],
    answers: Mapping[str, Collection[str]],
    found: Mapping[int, str],
) -> str | None:
    """A column of mail addresses, of phones, or of one field's answers."""
    if len(cells) < 2:
        return None
    if "email" in fields and _free(fields["email"], found) and _share(cells, _MAIL.fullmatch) >= _MOSTLY:
        return "email"
    if "phone" in fields and _free(fields["phone"], found) and _share(cells, _surely_phone) >= _MOSTLY:
        return "phone"
    words = {_without_space(cell) for cell in cells}
    free = {key: known for key, known in answers.items() if _free(fields[key], found)}
    return _by_choices(words, free) if len(words) > 1 else None


def _share(cells: Sequence[str], looks: Callable[[str], object]) -> float:
    return sum(1 for cell in cells if looks(cell)) / len(cells)


def _surely_phone(cell: str) -> bool:
    """Digits alone may be anything: a phone begins with + or 0, holds signs between, or is a Chinese mobile's."""
    digits = re.sub(r"\D", "", cell)
    typed = cell.startswith(("+", "0", "(")) or re.search(r"\d[\s)\-]+\d", cell) or re.fullmatch(r"1[3-9]\d{9}", digits)
    day = re.match(r"\d{1,4}[./\-]\d{1,2}[./\-]\d{1,4}(\D|$)", cell)
    return bool(typed and not day and 9 <= len(digits) <= 16 and _PHONE.fullmatch(cell))


def _by_choices(words: set[str], answers: Mapping[str, Collection[str]]) -> str | None:
    """The only field whose answers these all are."""
    fitting = [key for key, known in answers.items() if words.issubset(known)]
    return fitting[0] if len(fitting) == 1 else None


# --- words ---


def _labels(choices: Mapping[str, Text], form: Callable[[str], str]) -> dict[str, str]:
    """Keys by their labels and themselves in this form; a label of two is nobody's."""
    keys = _once((form(key), key) for key in choices)
    return keys | _once((form(name), key) for key, label in choices.items() for name in _in_all(label))


def _without_space(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text[:200]).casefold().split())


def _alike(word: str, labels: Mapping[str, str]) -> str | None:
    """The one label this is but for its dots and dashes, or a slip of; `A-` is not `A`."""
    if len(word) < _SHORTEST:
        return None
    if word in labels:
        return labels[word]
    near = {key for label, key in labels.items() if _is_slip(word, label)}
    return near.pop() if len(near) == 1 else None


def _in_one(word: str, choices: Mapping[str, Text]) -> str | None:
    """The only choice with a label that holds this word, or stands in it."""
    near = {key for key, label in choices.items() for name in _in_all(label) if _is_part(word, name)}
    return near.pop() if len(near) == 1 else None


def _is_part(one: str, other: str) -> bool:
    """Whole words within the longer text (Chinese has no gaps: two signs are enough), and no "not" before them."""
    part, whole = sorted((_spaced(one), _spaced(other)), key=len)
    if not part.strip() or _NOT.search(whole) or _NOT.search(part):
        return False
    if _HAN.search(part):
        return len(squashed(part)) > 1 and part.strip() in whole
    return len(squashed(part)) >= _SHORTEST_NEAR and part in whole


def _spaced(text: str) -> str:
    """Words with one gap around each."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", text[:200]).casefold())
    return f" {' '.join(words)} "


def _is_slip(word: str, label: str) -> bool:
    """Nearly the same letters, the same number in it, and no word added: `unqualified` is not `qualified`."""
    if min(len(word), len(label)) < _SHORTEST_NEAR or word[0] != label[0] or word in label or label in word:
        return False
    if not (word + label).isascii() and any("\u3400" <= sign <= "\u9fff" for sign in word + label):
        return False  # one other character is another word
    if re.findall(r"\d+", word) != re.findall(r"\d+", label):
        return False
    return SequenceMatcher(None, word, label, autojunk=False).ratio() >= _NEAR
