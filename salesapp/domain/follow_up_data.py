"""Follow-up rules as JSON and back, and with the owner's changes: part by part, as the editor and the store have them.

{"label": {"en": "Call after delivery", …}, "when": {"kind": "stage", "process": "bakery.cakes", "stage": ":won"},
 "do": {"kind": "call", "text": {"en": …}, "form": "bakery.tasted"}, "who": "salesperson",
 "deadline": {"count": 1, "unit": "working_day", "at": "18:00"}, "every": {"count": 2, "unit": "month"},
 "until": {"times": 6, "day": "2027-01-31"}, "unless": a condition, "escalate": {"to": "manager", "after": 24}, …}
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date, time
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

from salesapp.domain import condition_data
from salesapp.domain.conditions import Condition
from salesapp.domain.follow_up import (
    ByGrade,
    ByLevel,
    Deadline,
    Do,
    Escalate,
    FollowUp,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Until,
)
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.record_data import words
from salesapp.domain.solar_terms import SolarTerm
from salesapp.domain.text import LANGUAGES, Text, own_text

PARTS: Final = ("label", "when", "do", "who", "deadline", "every", "until", "unless", "escalate", "waits")
"""What the owner can change of a rule, each as a whole."""
Read = Callable[[Any], Any]
_R = TypeVar("_R")
_HOUR: Final = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_KINDS: Final[Mapping[str, type]] = MappingProxyType(
    {
        "stage": OnStage,
        "event": OnEvent,
        "date": OnDate,
        "holiday": OnHoliday,
        "silence": Silence,
        "grade": ByGrade,
        "level": ByLevel,
    }
)
_KIND_OF: Final = {kind: name for name, kind in _KINDS.items()}
_CALLED: Final[Mapping[tuple[object, str], str]] = MappingProxyType({(OnEvent, "kind"): "event"})
"""Fields that are called otherwise, as `kind` says which trigger it is."""


# --- to JSON ---


def to_data(rule: FollowUp) -> dict[str, Any]:
    """Everything but the key."""
    return {each.name: part_data(getattr(rule, each.name)) for each in fields(rule) if each.name != "key"}


def part_data(value: Any) -> Any:
    """One part as JSON."""
    match value:
        case Text():
            return words(value)
        case Condition():
            return condition_data.to_data(value)
        case PartialDate():
            return value.to_json()
        case time():
            return value.isoformat("minutes")
        case date():
            return value.isoformat()
        case tuple():
            return [part_data(each) for each in value]
        case None | bool() | int() | str():
            return value
    kind = type(value)
    data = {_CALLED.get((kind, each.name), each.name): part_data(getattr(value, each.name)) for each in fields(value)}
    return {"kind": _KIND_OF[kind], **data} if kind in _KIND_OF else data


# --- from JSON ---


def from_data(key: str, data: Mapping[str, Any]) -> FollowUp:
    """The rule that is meant; a ValueError names the part that is wrong: "deadline: count must be …"."""
    if unknown := sorted(set(data) - {*PARTS, "on"}):
        raise ValueError(f"{unknown[0]}: a rule has {', '.join((*PARTS, 'on'))}")
    if missing := [part for part in ("label", "when", "do") if part not in data]:
        raise ValueError(f"{missing[0]}: is missing")
    return FollowUp(key, **{part: read_part(part, value) for part, value in data.items()})


def read_part(part: str, value: Any) -> Any:
    """One part of a rule; a ValueError begins with its name."""
    try:
        return _READERS[part](value)
    except ValueError as error:
        raise ValueError(f"{part}: {error}") from None


def _as_it_is(value: Any) -> Any:
    """The record it goes into checks it."""
    return value


def _record(kind: Callable[..., _R], **readers: Read) -> Callable[[Any], _R]:
    called = {_CALLED.get((kind, each.name), each.name): each for each in fields(cast(Any, kind))}
    needed = [name for name, each in called.items() if each.default is MISSING and each.default_factory is MISSING]

    def read(data: Any) -> _R:
        if not isinstance(data, Mapping):
            raise ValueError(f"an object is needed, not {data!r}")
        if unknown := sorted(str(name) for name in data if name not in called):
            raise ValueError(f"{unknown[0]!r} is not known here; it has {', '.join(called) or 'nothing else'}")
        if missing := [name for name in needed if name not in data]:
            raise ValueError(f"{missing[0]} is missing")
        return kind(**{called[name].name: readers.get(name, _as_it_is)(value) for name, value in data.items()})

    return read


def _if_any(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _text(value: Any) -> Text:
    """A label; in the languages it has not it says the same as in the first one."""
    if not isinstance(value, Mapping) or not value or set(value) - set(LANGUAGES):
        raise ValueError(f"an object by language is needed ({', '.join(LANGUAGES)}), not {value!r}")
    if not all(isinstance(each, str) for each in value.values()):
        raise ValueError(f"words are needed, not {value!r}")
    return own_text(value)


def _day(value: Any) -> date:
    if not isinstance(value, str) or not condition_data.DAY.fullmatch(value):
        raise ValueError(f"a day like 2026-05-31 is needed, not {value!r}")
    return date.fromisoformat(value)


def _hour(value: Any) -> time:
    if not isinstance(value, str) or not _HOUR.fullmatch(value):
        raise ValueError(f"an hour like 18:00 is needed, not {value!r}")
    return time.fromisoformat(value)


def _partial(value: Any) -> PartialDate | SolarTerm:
    if isinstance(value, Mapping) and "term" in value:
        return _term(value)
    if not isinstance(value, Mapping):
        raise ValueError(f"an object with calendar, month and day is needed, not {value!r}")
    return PartialDate.from_json(value)


_interval: Final = _record(Interval)
_term: Final = _record(SolarTerm)


def _intervals(value: Any) -> tuple[tuple[str, Interval], ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(each, list | tuple) for each in value):
        raise ValueError(f"a list of answers, each with its interval, is needed, not {value!r}")
    return tuple((*each[:-1], _interval(each[-1])) for each in value if each)


_TRIGGERS: Final[Mapping[str, Read]] = {
    "stage": _record(OnStage),
    "event": _record(OnEvent),
    "date": _record(OnDate),
    "holiday": _record(OnHoliday, day=_partial),
    "silence": _record(Silence, interval=_interval),
    "grade": _record(ByGrade),
    "level": _record(ByLevel, intervals=_intervals),
}


def _when(value: Any) -> Any:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if kind not in tuple(_TRIGGERS):
        raise ValueError(f"kind must be one of {', '.join(_TRIGGERS)}, not {kind!r}")
    return _TRIGGERS[kind]({name: each for name, each in value.items() if name != "kind"})


_READERS: Final[Mapping[str, Read]] = {
    "label": _text,
    "when": _when,
    "do": _record(Do, text=_text),
    "who": _as_it_is,
    "deadline": _record(Deadline, at=_if_any(_hour)),
    "every": _if_any(_interval),
    "until": _record(Until, day=_if_any(_day)),
    "unless": _if_any(condition_data.from_data),
    "escalate": _if_any(_record(Escalate)),
    "waits": _as_it_is,
    "on": _as_it_is,
}


# --- the owner's changes ---


@dataclass(frozen=True, slots=True)
class Applied:
    """The rule with its changes, and the parts whose change does not fit it, as a new version of the plugin may be
    another rule: those wait, and change nothing."""

    rule: FollowUp
    waiting: tuple[str, ...] = ()


def with_changes(rule: FollowUp, changes: Mapping[str, Any]) -> Applied:
    """The rule as the owner wants it: each change replaces one part as a whole, given as `to_data` has it. Some fit
    only after another one has: a date instead of a stage once no hours are counted."""
    left = [part for part in PARTS if part in changes]
    progress = True
    while progress:
        progress = False
        for part in tuple(left):
            try:
                rule = replace(rule, **{part: read_part(part, changes[part])})
            except ValueError:
                continue
            left.remove(part)
            progress = True
    return Applied(rule, tuple(left) + tuple(sorted(set(changes) - set(PARTS))))


def differences(brought: FollowUp, wanted: FollowUp) -> dict[str, Any]:
    """What makes the second one of the first, as `with_changes` takes it."""
    was, now = to_data(brought), to_data(wanted)
    return {part: now[part] for part in PARTS if now[part] != was[part]}
