"""What a check of a file found: the same thing on many lines is said once, with how many and the first of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from salesapp.domain.errors import Msg
from salesapp.domain.text import LANGUAGES, Text

LINES_SHOWN: Final = 3
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
    ones something is to be known. `message` is the sentence of the first line; `field` the column's field it is about,
    "" where it is about the row."""

    how: str
    message: Msg
    count: int
    lines: tuple[int, ...]

    @property
    def field(self) -> str:
        return str(self.message.values.get("field", ""))

    def to_data(self) -> dict[str, Any]:
        """As it is kept in the database."""
        said = value_to_data(self.message)
        return {"how": self.how, "message": said, "count": self.count, "lines": list(self.lines)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """What `to_data` wrote."""
        return cls(data["how"], value_from_data(data["message"]), data["count"], tuple(data["lines"]))


@dataclass(slots=True)
class _Group:
    message: Msg
    count: int = 0
    lines: list[int] = field(default_factory=list)


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

    def found(self) -> list[Finding]:
        """Everything, what keeps rows out first, then what is most frequent."""
        every = [Finding(key[0], each.message, each.count, tuple(each.lines)) for key, each in self._groups.items()]
        return sorted(every, key=lambda each: (each.how != REJECTED, -each.count, each.lines))


def _what(message: Msg) -> tuple[str, ...]:
    """The sentence, the field it is about, the word nobody knows, and the sentence inside it."""
    inner = message.values.get("reason", message.values.get("problem"))
    here = (message.source, *(str(message.values.get(name, "")) for name in ("field", "word")))
    return here + (_what(inner) if isinstance(inner, Msg) else ())
