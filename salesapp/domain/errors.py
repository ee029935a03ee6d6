"""How the house says no: what is wrong, at which place, in words that are translated at the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


def N_(message: str) -> str:  # noqa: N802 (gettext's own name for "translate later")
    """Mark a message for the catalogues where it is written; it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Msg:
    """A sentence to translate later: the English source and the values of its %(name)s places."""

    source: str
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return self.source % self.values if self.values else self.source


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `place` is the form field it belongs to, "" for the whole form: "amount",
    "field.wish" of a deal's process, "car_wash.plate" of every customer (docs/plugins/life-of-a-deal.md lists them);
    `said_by` the plugin that objects, "" for the core."""

    place: str
    message: Msg
    said_by: str = ""


def problem(place: str, source: str, /, **values: object) -> Problem:
    """A Problem from an `N_("…")` source and its values."""
    return Problem(place, Msg(source, MappingProxyType(values)))


class SalesError(Exception):
    """Everything the house refuses on purpose; anything else is a defect."""


class Refused(SalesError):
    """The input does not hold (HTTP 422). Carries every problem at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.message}" for p in problems))
        self.problems = tuple(problems)


class Stale(SalesError):
    """Somebody else changed the same thing first (HTTP 409). `changed_by` is their name, `fields` what they changed."""

    def __init__(self, changed_by: str = "", fields: Sequence[str] = ()) -> None:
        super().__init__(f"changed meanwhile by {changed_by or 'somebody'}: {', '.join(fields)}")
        self.changed_by = changed_by
        self.fields = tuple(fields)


class NotAllowed(SalesError):
    """This person may not do this, though they may see it (HTTP 403). `why` says so where it is not their role: an
    `N_("…")` source."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class NotFound(SalesError):
    """Missing, or not visible to this person: both answer alike (HTTP 404)."""


class AlreadyDone(SalesError):
    """The same form arrived twice; `result` is what the first one led to, `{"deal": 12}` for one."""

    def __init__(self, result: Mapping[str, int]) -> None:
        super().__init__(f"already done: {dict(result)}")
        self.result = dict(result)
