"""Reads web forms: each is declared once as typed fields, and all its problems are told at once, at their places."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.field_types import DEFAULT_LENGTHS, EMPTY, READERS, FieldType, FormContext, clean

IGNORED_KEYS: Final = frozenset({"csrf_token", "request_key", "next", "version"})
IGNORED_PREFIX: Final = "seen-"
"""`seen-name` carries the value a person saw when the form was opened."""


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form. `max_length` 0 is the type's own; `minimum` and `maximum` are for integers;
    `choices` are the stored keys, unless `parse` is given others."""

    name: str
    type: FieldType
    label: Msg
    required: bool = False
    max_length: int = 0
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name or is_ignored(self.name):
            raise ValueError(f"a field cannot be called {self.name!r}")
        if self.type not in READERS:
            raise ValueError(f"{self.name}: no such type: {self.type!r}")

    @property
    def longest(self) -> int:
        """How many characters one value may have."""
        return self.max_length or DEFAULT_LENGTHS.get(self.type, 200)


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form: its fields in order, each name once."""

    fields: tuple[FormField, ...]

    def __post_init__(self) -> None:
        names = [f.name for f in self.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"fields declared twice: {', '.join(twice)}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a form says: `values` of the fields that hold, and every problem of those that do not."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the form may go on to a service."""
        return not self.problems


def parse(
    spec: FormSpec,
    raw: Mapping[str, Sequence[str]],
    context: FormContext | None = None,
    choices: Mapping[str, Collection[str]] | None = None,
    *,
    only_sent: bool = False,
) -> Parsed:
    """Read a sent form. `choices` are the allowed keys per field, for those known only at run time.

    Values: text, long_text str ("" when empty); choice str | None; choices tuple[str, ...]; bool; integer int | None;
    number (Decimal), date, datetime_local (aware UTC), amount (Money), partial_date, email, phone, wechat, link
    (ContactPoint): or None.
    `only_sent` leaves fields out that the form did not send (a save of changed fields); a box that is not
    ticked is not sent, so such forms send "0" beside it.
    """
    parsed = Parsed()
    names = {f.name for f in spec.fields}
    parsed.problems.extend(_unknown(name) for name in raw if name not in names and not is_ignored(name))
    for f in spec.fields:
        if f.name in raw or not only_sent:
            allowed = (choices or {}).get(f.name, f.choices)
            _read(f, raw.get(f.name, ()), context or FormContext(), allowed, parsed)
    return parsed


def is_ignored(name: str) -> bool:
    """Keys that the web edge reads itself."""
    return name in IGNORED_KEYS or name.startswith(IGNORED_PREFIX)


def _unknown(name: str) -> Problem:
    shown = "".join(c if c.isprintable() else "?" for c in name[:50])
    return problem("", N_("This form has no field “%(name)s”."), name=shown)


def _read(f: FormField, sent: Sequence[str], context: FormContext, allowed: Collection[str], parsed: Parsed) -> None:
    values = [clean(value, f.type) for value in sent]
    wrong = next((value for value in values if isinstance(value, Msg)), None)
    texts = [value for value in values if isinstance(value, str) and value]
    complaint = wrong or _complaint(f, texts, allowed)
    if complaint:
        parsed.problems.append(Problem(f.name, _labelled(complaint, f.label)))
    elif f.type == "choices":
        parsed.values[f.name] = tuple(dict.fromkeys(texts))
    elif f.type == "bool":
        _keep(f, READERS["bool"](texts[-1], context) if texts else False, parsed)  # "0" is sent beside a ticked box
    else:
        _keep(f, READERS[f.type](texts[0], context) if texts else EMPTY.get(f.type), parsed)


def _keep(f: FormField, value: object, parsed: Parsed) -> None:
    complaint = value if isinstance(value, Msg) else _bounds_complaint(f, value)
    if complaint:
        parsed.problems.append(Problem(f.name, _labelled(complaint, f.label)))
    else:
        parsed.values[f.name] = value


def _complaint(f: FormField, texts: Sequence[str], allowed: Collection[str]) -> Msg | None:
    """What is wrong before the type is looked at."""
    if f.required and not texts:
        return Msg(N_("%(label)s is needed."))
    if len(texts) > 1 and f.type not in ("choices", "bool"):
        return Msg(N_("%(label)s was sent more than once."))
    longest = max(map(len, texts), default=0)
    if longest > f.longest:
        return Msg(
            N_("%(label)s can hold %(max)s characters; this has %(length)s."), {"max": f.longest, "length": longest}
        )
    if f.type in ("choice", "choices"):
        foreign = next((text for text in texts if text not in allowed), None)
        if foreign is not None:
            return Msg(N_("%(label)s: “%(value)s” is not one of the choices."), {"value": foreign[:50]})
    return None


def _bounds_complaint(f: FormField, value: object) -> Msg | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    if f.minimum is not None and value < f.minimum:
        return Msg(N_("%(label)s must be at least %(minimum)s."), {"minimum": f.minimum})
    if f.maximum is not None and value > f.maximum:
        return Msg(N_("%(label)s must be at most %(maximum)s."), {"maximum": f.maximum})
    return None


def _labelled(message: Msg, label: Msg) -> Msg:
    """The label goes in as a Msg, so that the edge translates both."""
    return Msg(message.source, {**message.values, "label": label}) if "%(label)s" in message.source else message


__all__ = ["FieldType", "FormContext", "FormField", "FormSpec", "Parsed", "is_ignored", "parse"]
