"""What a check of a file found: the same thing on many lines is said once, with how many and the first of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from salesapp.domain.errors import Msg
from salesapp.domain.text import LANGUAGES, Text

LINES_SHOWN: Final = 3
OTHERS_SHOWN: Final = 3
KINDS_KEPT: Final = 200
WORDS_KEPT: Final = 300
REJECTED, NOTED = "rejected", "noted"


def value_to_data(value: object) -> Any:
    """A value of a sentence as JSON; sentences and labels in it stay what they are."""
    if isinstance(value, Msg):
        return {"msg": value.source, "values": {name: value_to_data(each) for name, each in value.values.items()}}
    if isinstance(value, Text):
        return {"text": {language: value.in_language(language) for language in LANGUAGES}}
    return value if isinstance(value, int | float | str | bool) or value is None else str(value)


def value_from_data(data: Any) -> Any:
    """What `value_to_data` wrote."""
    if isinstance(data, Mapping) and "msg" in data:
        return Msg(data["msg"], {name: value_from_data(each) for name, each in data["values"].items()})
    return Text(**data["text"]) if isinstance(data, Mapping) and "text" in data else data


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is so on `count` lines, the first of which are `lines`: `rejected` rows cannot come in, of `noted`
    ones something is to be known. `message` is the sentence of the first line; `others` are the first of the other
    values it is said with, as a sentence that names one number must not seem to be about all of the rows. `field`: the
    column's field it is about, "" where it is about the row."""

    how: str
    message: Msg
    count: int
    lines: tuple[int, ...]
    others: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        return str(self.message.values.get("field", ""))

    def to_data(self) -> dict[str, Any]:
        """As it is kept in the database."""
        said = value_to_data(self.message)
        found = {"how": self.how, "message": said, "count": self.count, "lines": list(self.lines)}
        return {**found, "others": list(self.others)} if self.others else found

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """What `to_data` wrote."""
        said, others = value_from_data(data["message"]), tuple(data.get("others", ()))
        return cls(data["how"], said, data["count"], tuple(data["lines"]), others)


@dataclass(slots=True)
class _Group:
    message: Msg
    count: int = 0
    lines: list[int] = field(default_factory=list)
    values: dict[str, None] = field(default_factory=dict)
    """What it is said of, each once: the first ones."""


class Findings:
    """Collects what is found, line by line."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], _Group] = {}

    def add(self, how: str, line: int, message: Msg) -> None:
        """One more line this is so on. Sentences count as the same when only their values differ."""
        key = (how, *_what(message))
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= KINDS_KEPT:
                return
            group = self._groups[key] = _Group(message)
        group.count += 1
        if len(group.lines) < LINES_SHOWN:
            group.lines.append(line)
        if len(group.values) <= OTHERS_SHOWN + 1 and (value := _value(message)):
            group.values[value] = None

    def found(self) -> list[Finding]:
        """Everything, what keeps rows out first, then what is most frequent."""
        every = [_finding(key[0], each) for key, each in self._groups.items()]
        return sorted(every, key=lambda each: (each.how != REJECTED, -each.count, each.lines))


def _finding(how: str, group: _Group) -> Finding:
    """With the first of its other values; one more than is shown says that there are more."""
    others = list(group.values)[1:]
    shown = (*others[:OTHERS_SHOWN], *("…" if len(others) > OTHERS_SHOWN else ""))
    return Finding(how, group.message, group.count, tuple(group.lines), shown)


def _value(message: Msg) -> str:
    """What a sentence is said of, where it names anything."""
    said = (message.values.get(name) for name in ("value", "name", "key"))
    return next((str(each) for each in said if isinstance(each, str) and each), "")


def _what(message: Msg) -> tuple[str, ...]:
    """The sentence, the field it is about, the word nobody knows, and the sentence inside it."""
    inner = message.values.get("reason", message.values.get("problem"))
    here = (message.source, *(str(message.values.get(name, "")) for name in ("field", "word")))
    return here + (_what(inner) if isinstance(inner, Msg) else ())
