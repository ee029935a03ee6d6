"""Records as TOML tables, and back: keys are called as the record's own, so one reference serves both.

    KeyStep("visit", Text(…), evidence=("activity.visit",))
    { key = "visit", label = { en = "…", … }, evidence = ["activity.visit"] }

A table becomes a record by the types the record declares; the record then checks itself. Every mistake is kept with
its place, and reading goes on, so that an author sees all of them at once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from salesapp.domain.criteria import Condition, from_data
from salesapp.domain.follow_up import ByGrade, ByLevel, OnDate, OnEvent, OnHoliday, OnStage, Silence, Trigger
from salesapp.domain.text import Text
from salesapp.plugging.toml_lines import Path

WORDS: Final = {
    bool: "true or false",
    int: "a whole number",
    str: "a text in quotes",
    date: "a day, as in 2026-05-31",
    time: "an hour, as in 18:00:00",
}
NOTHING: Final = "none"
"""What is said in TOML for None, where leaving it out says something else."""
TRIGGERS: Final[dict[str, type]] = {
    "stage": OnStage,
    "event": OnEvent,
    "date": OnDate,
    "holiday": OnHoliday,
    "silence": Silence,
    "grade": ByGrade,
    "level": ByLevel,
}
"""What the `kind` of a follow-up rule's `when` can be: `{ kind = "stage", process = "bakery.cakes", stage = ":won" }`;
the words are those of `salesapp/domain/follow_up_data.py`."""
CALLED: Final[dict[type, dict[str, str]]] = {OnEvent: {"event": "kind"}}
"""Fields that are called otherwise there, as `kind` is taken: `{ kind = "event", event = "deal.won" }`."""
_STEP: Final = re.compile(r"\[(\d+)\]|([a-z]+)")


class MistakeError(Exception):
    """What is wrong, in plain English, at a place of the file."""

    def __init__(self, path: Path, words: str) -> None:
        self.path, self.words = path, words
        super().__init__(words)


class Reader:
    """Makes records of tables; what cannot be made is in `mistakes`, and None in its place."""

    def __init__(self) -> None:
        self.mistakes: list[MistakeError] = []

    def record(self, kind: type, table: Any, path: Path) -> Any:
        """A record of this kind; None when something in its table is wrong."""
        if not isinstance(table, dict):
            return self.note(path, f"{kind.__name__} is a table: key = value, one a line")
        before, hints = len(self.mistakes), hints_of(kind)
        known = {each.name: each for each in fields(kind) if each.init}
        misspelt = {name: near(name, known.keys() - table.keys()) for name in table.keys() - known.keys()}
        for name, meant in misspelt.items():
            self.note((*path, name), f"{kind.__name__} has no {name!r}{meant or told(known)}")
        values = {name: self.value(hints[name], table[name], (*path, name)) for name in known if name in table}
        values |= {name: None for name, each in known.items() if name not in table and may_be_none(each, hints[name])}
        needed = [name for name, each in known.items() if name not in table | values and is_needed(each)]
        if missing := [name for name in needed if f": did you mean {name!r}?" not in misspelt.values()]:
            self.note(path, f"{called(kind, table, path)} needs {' and '.join(missing)}")
        return self.made(kind, values, table, path) if len(self.mistakes) == before else None

    def made(self, kind: type, values: dict[str, Any], table: dict[str, Any], path: Path) -> Any:
        """The record, once everything in it could be read."""
        try:
            return kind(**values)
        except (ValueError, TypeError) as error:
            return self.note(place_in(table, path, str(error)), str(error))

    def value(self, hint: Any, value: Any, path: Path) -> Any:
        """One value as its type says."""
        if hint == Trigger:
            return self.trigger(value, path)
        if get_origin(hint) in (Union, UnionType):
            if value == NOTHING and str not in get_args(hint):
                return None
            hint = which(get_args(hint), value)
        if get_origin(hint) is tuple:
            return self.several(get_args(hint), value, path)
        if get_origin(hint) is Mapping:
            return self.mapping(get_args(hint)[1], value, path)
        if isinstance(hint, type) and issubclass(hint, Condition):
            return self.condition(value, path)
        if isinstance(hint, type) and is_dataclass(hint):
            return value if type(value) is hint else self.record(hint, value, path)
        if hint in WORDS and type(value) is not hint:
            written = str(value) if isinstance(value, Decimal) else repr(value)
            return self.note(path, f"{path[-1]} must be {WORDS[hint]}, not {written}")
        return value if hint in WORDS else plain(value)

    def several(self, kinds: tuple[Any, ...], value: Any, path: Path) -> Any:
        """A list, of one kind (`tuple[Stage, ...]`) or of one for each place (`tuple[str, Text]`)."""
        if not isinstance(value, list):
            return self.note(path, f"{path[-1]} must be a list, as in [ … ]")
        inside = [kinds[0]] * len(value) if kinds[-1] is ... else list(kinds)
        if len(inside) != len(value):
            return self.note(path, f"{path[-1]} must be a list of {len(inside)}")
        return tuple(
            self.value(kind, each, (*path, n)) for n, (kind, each) in enumerate(zip(inside, value, strict=True))
        )

    def mapping(self, kind: Any, value: Any, path: Path) -> Any:
        """A table whose keys are free, each with a value of this kind."""
        if not isinstance(value, dict):
            return self.note(path, f"{path[-1]} is a table: key = value, one a line")
        return {key: self.value(kind, each, (*path, key)) for key, each in value.items()}

    def trigger(self, value: Any, path: Path) -> Any:
        """What a follow-up rule begins with: its `kind` says which record the rest of the table is."""
        if not isinstance(value, dict) or "kind" not in value:
            words = f"{path[-1]} is a table with its kind, as in {{ kind = 'stage', … }}"
            return self.note(path, words + told(TRIGGERS))
        kind = TRIGGERS.get(str(value["kind"]))
        if kind is None:
            meant = near(str(value["kind"]), TRIGGERS) or told(TRIGGERS)
            return self.note((*path, "kind"), f"no rule begins with {value['kind']!r}{meant}")
        names = CALLED.get(kind, {})
        return self.record(kind, {names.get(name, name): each for name, each in value.items() if name != "kind"}, path)

    def condition(self, value: Any, path: Path) -> Any:
        """A condition, in the form of `salesapp/domain/condition_data.py`; a date may be written as TOML has it."""
        try:
            return from_data(as_data(value))
        except ValueError as error:
            place = str(error).partition(": ")[0]
            inside = tuple(int(n) if n else name for n, name in _STEP.findall(place)) if place[:3] in GROUPS else ()
            return self.note((*path, *inside), str(error))

    def note(self, path: Path, words: str) -> None:
        """Keep a mistake; there is no value then."""
        self.mistakes.append(MistakeError(path, words))


GROUPS: Final = ("all", "any", "not")


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """The types of a record's fields."""
    return get_type_hints(kind)


def is_needed(each: "Field[Any]") -> bool:
    """Whether a record cannot do without this field."""
    return each.default is MISSING and each.default_factory is MISSING


def may_be_none(each: "Field[Any]", hint: Any) -> bool:
    """Whether a field must be said in Python though it may say None: TOML leaves it out."""
    return is_needed(each) and NoneType in get_args(hint)


def called(kind: type, table: dict[str, Any], path: Path) -> str:
    """A record by its kind and key, as its own complaints call it; a label by where it is."""
    if kind is Text:
        return str(path[-1])
    return f"{kind.__name__} {table['key']!r}" if "key" in table else kind.__name__


def which(kinds: tuple[Any, ...], value: Any) -> Any:
    """Of several types the one that is meant: of records the first that has all keys of the table."""
    some = [each for each in kinds if each is not NoneType]
    keys = set(value) if isinstance(value, dict) else set()
    fits = [each for each in some if is_dataclass(each) and keys <= {one.name for one in fields(each)}]
    return (fits or some or [Any])[0]


def near(word: str, known: Iterable[str]) -> str:
    """What may have been meant; "" where nothing is close."""
    close = get_close_matches(word, list(known), n=1)
    return f": did you mean {close[0]!r}?" if close else ""


def told(known: Iterable[str]) -> str:
    """What there is to choose from."""
    return f"; there is {', '.join(known)}"


def as_data(value: Any) -> Any:
    """A condition of TOML as one of JSON: dates and decimal numbers are values of their own in TOML."""
    if isinstance(value, dict):
        if "field" in value and "value" in value:
            return value | {"value": plain_value(value["value"])}
        return {key: as_data(each) for key, each in value.items()}
    return [as_data(each) for each in value] if isinstance(value, list) else value


def plain_value(value: Any) -> Any:
    """A date or a decimal number as the conditions' JSON has it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"date": value.isoformat()}
    return {"number": f"{value:f}"} if isinstance(value, Decimal) else value


def plain(value: Any) -> Any:
    """A value of a field as records store it: a date as its text."""
    return value.isoformat() if isinstance(value, date) else value


# --- where a record's own complaint belongs ---

_REPEATED: Final = re.compile(r"(?:more than one|two) [\w ]+ (?:is|are) called '?(\w+)")
_NAMED: Final = re.compile(r"'(\w+)'")
_MENTIONED: Final = re.compile(r"the (?:first )?(?:field|stage) '(\w+)'")


def place_in(table: dict[str, Any], path: Path, words: str) -> Path:
    """The place a record's complaint is about: “Process 'six', stage 'needs', gate 'amount': …” is that gate."""
    if repeated := _REPEATED.search(words):
        return [path, *(place for _, place in keyed(table, path, repeated[1]))][-1]
    owner, _, rest = words.partition(": ")
    for key in [*_NAMED.findall(owner), *_MENTIONED.findall(rest)]:
        table, path = next(iter(keyed(table, path, key)), (table, path))
    told = [word for word in re.findall(r"\w+", f"{owner.rpartition(', ')[2]} {rest}") if word in table]
    return (*path, *(told or [name for name in ("needs",) if name in table])[:1])


def keyed(data: Any, path: Path, key: str) -> list[tuple[dict[str, Any], Path]]:
    """Every table at or below `path` that has this key, outer ones first."""
    found = [(data, path)] if isinstance(data, dict) and data.get("key") == key else []
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return found + [each for name, value in inside for each in keyed(value, (*path, name), key)]
