"""What an industry is made of: processes, stages, key steps and lost reasons, as frozen records.

A record checks itself when it is made, so a mistake names itself where it was written: whoever holds a record
may rely on it. Every complaint is a ValueError in plain English, for the author of the plugin.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Literal, get_args

from salesapp.domain import criteria
from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.criteria import Condition
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.field_values import LINKS, check_value, is_empty
from salesapp.domain.permissions import ROLES
from salesapp.domain.text import Text

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,38}")  # columns hold 80: a plugin's name, a dot, a key
EVIDENCE: Final = re.compile(rf"{KEY.pattern}\.{KEY.pattern}")
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


FieldType = Literal[
    "text", "long_text", "integer", "number", "amount", "date", "bool", "choice", "choices",
    "phone", "email", "link", "person", "customer",
]  # fmt: skip
FieldKind = Literal["customer", "contact", "deal", "activity"]
ALWAYS: Final = "admin"
"""The role that reads and writes every field: it says who else may."""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a `choice` or `choices` field offers; `key` is what is stored."""

    key: str
    label: Text

    def __post_init__(self) -> None:
        check_key("Option", self.key)
        check_text(f"Option {self.key!r}", "label", self.label)


@dataclass(frozen=True, slots=True)
class Field:
    """Something to know about a record that the core does not ask for.

    Stored with the record as JSON under the plugin's name: text, phone, email, link and choice as a string, choices as
    a list of them, integer, bool, date as "2026-05-31", amount as {"minor": 1250, "currency": "CNY"}, number (with up
    to six decimals) as {"micro": 1500000}; person and customer are ids. The field is asked for, and shown, where
    `visible_when` holds (None: always); `default`, written as it is stored, stands in a new record's form.

    `readers` and `writers` are roles; () is everybody, and "admin" is always among them. Who may not read a field gets
    its value nowhere. `between` is the least and the most of an integer. A field of a process or a result form has none
    of `required`, `default`, `readers`, `writers`, and is no person or customer: there a gate, or the form, says when
    it is required.
    """

    key: str
    label: Text
    type: FieldType
    options: tuple[Option, ...] = ()
    help: Text | None = None
    visible_when: Condition | None = None
    required: bool = False
    default: Any = field(default=None, hash=False)
    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    gone: tuple[Option, ...] = ()
    """Options no longer offered, in whose words older values are shown."""
    between: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        check_key("Field", self.key)
        me = f"Field {self.key!r}"
        check_text(me, "label", self.label)
        if self.help is not None:
            check_text(me, "help", self.help)
        if self.type not in get_args(FieldType):
            raise ValueError(f"{me}: type must be one of {', '.join(get_args(FieldType))}, not {self.type!r}")
        chosen = self.type in ("choice", "choices")
        check_tuple(me, "options", self.options, Option, at_least_one=chosen)
        if self.options and not chosen:
            raise ValueError(f"{me}: only choice and choices have options, not {self.type}")
        check_tuple(me, "gone", self.gone, Option)
        refuse_repeats(me, "option", (option.key for option in (*self.options, *self.gone)))
        if self.visible_when is not None:
            check_is_condition(me, "visible_when", self.visible_when)
        self._check_use(me)

    def _check_use(self, me: str) -> None:
        if self.between is not None:
            check_tuple(me, "between", self.between, int, at_least_one=True)
            if self.type != "integer" or self.between != (min(self.between), max(self.between)):
                raise ValueError(f"{me}: between is the least and the most of an integer, not {self.between!r}")
        if type(self.required) is not bool:
            raise ValueError(f"{me}: required must be True or False, not {self.required!r}")
        if not is_empty(self.default) and (self.type in LINKS or check_value(self, self.default)):
            raise ValueError(f"{me}: default must be a value of type {self.type} as it is stored, not {self.default!r}")
        for name, roles in (("readers", self.readers), ("writers", self.writers)):
            check_tuple(me, name, roles, str)
            if strange := sorted(set(roles) - set(ROLES)):
                raise ValueError(
                    f"{me}: {name} must be roles ({', '.join(ROLES)}), not {', '.join(map(repr, strange))}"
                )
        if self.readers and (blind := sorted(set(self.writers) - {*self.readers, ALWAYS})):
            raise ValueError(f"{me}: who may write it must read it, too: {', '.join(map(repr, blind))}")

    def is_read_by(self, role: str) -> bool:
        """Whether people of this role get its value at all."""
        return role == ALWAYS or not self.readers or role in self.readers

    def is_written_by(self, role: str) -> bool:
        """Whether people of this role may change its value."""
        return role == ALWAYS or (self.is_read_by(role) and (not self.writers or role in self.writers))


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields that every record of a kind has: customers, contacts, deals or activities. Everybody else, conditions
    among them, knows the field `size` of the plugin `bakery` as `bakery.size`."""

    kind: FieldKind
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        if self.kind not in get_args(FieldKind):
            raise ValueError(f"Fields: kind must be one of {', '.join(get_args(FieldKind))}, not {self.kind!r}")
        me = f"Fields {self.kind!r}"
        check_tuple(me, "fields", self.fields, Field, at_least_one=True)
        refuse_repeats(me, "field", (each.key for each in self.fields))


@dataclass(frozen=True, slots=True)
class KeyStep:
    """One thing to get done inside a stage: an item of its checklist.

    It is ticked by hand, or ticks itself when one of its pieces of `evidence` happens: "activity.call" when a call
    with the deal reached somebody while the deal stood in this stage (any kind of activity), or whatever a plugin
    pushes, such as "quote.sent".
    """

    key: str
    label: Text
    evidence: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_key("KeyStep", self.key)
        me = f"KeyStep {self.key!r}"
        check_text(me, "label", self.label)
        check_tuple(me, "evidence", self.evidence, str)
        for name in self.evidence:
            group, _, kind = name.partition(".")
            if not EVIDENCE.fullmatch(name) or (group == "activity" and kind not in KINDS_BY_KEY):
                known = ", ".join(f"activity.{each}" for each in KINDS_BY_KEY)
                raise ValueError(
                    f"{me}: no such evidence: {name!r}. It is one of {known}, or another plugin's name.kind"
                )


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something a plugin sees happen and pushes, in words for people: "quote.sent" of the plugin `quote` is called by
    the label of its evidence with the key "sent"."""

    key: str
    label: Text

    def __post_init__(self) -> None:
        check_key("Evidence", self.key)
        check_text(f"Evidence {self.key!r}", "label", self.label)


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold before a deal may leave or enter a stage. `hint` says what to do about it, where the condition
    put into words does not say enough: instead of those words, for each part of `needs` that is missing."""

    key: str
    needs: Condition
    hint: Text | None = None

    def __post_init__(self) -> None:
        check_key("Gate", self.key)
        me = f"Gate {self.key!r}"
        check_is_condition(me, "needs", self.needs)
        if self.hint is not None:
            check_text(me, "hint", self.hint)


@dataclass(frozen=True, slots=True)
class LostReason:
    """Why a deal was lost, to choose from."""

    key: str
    label: Text

    def __post_init__(self) -> None:
        check_key("LostReason", self.key)
        check_text(f"LostReason {self.key!r}", "label", self.label)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a deal stands: the goal of the stage, its checklist, how likely the deal is won from here (in percent),
    after how many days it has stayed too long (None: it may stay), and the gates before and behind it; before the first
    stage of a process there is none, as deals are opened there."""

    key: str
    label: Text
    goal: Text
    key_steps: tuple[KeyStep, ...]
    probability: int
    longest_stay_days: int | None = None
    to_enter: tuple[Gate, ...] = ()
    to_leave: tuple[Gate, ...] = ()

    def __post_init__(self) -> None:
        check_key("Stage", self.key)
        me = f"Stage {self.key!r}"
        check_text(me, "label", self.label)
        check_text(me, "goal", self.goal)
        check_tuple(me, "key_steps", self.key_steps, KeyStep)
        refuse_repeats(me, "key step", (step.key for step in self.key_steps))
        check_tuple(me, "to_enter", self.to_enter, Gate)
        check_tuple(me, "to_leave", self.to_leave, Gate)
        if type(self.probability) is not int or not 0 <= self.probability <= 100:
            raise ValueError(f"{me}: probability must be a whole number from 0 to 100, not {self.probability!r}")
        stay = self.longest_stay_days
        if stay is not None and (type(stay) is not int or stay < 1):
            raise ValueError(f"{me}: longest_stay_days must be a whole number of at least 1, or None, not {stay!r}")

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate of the stage: before it, then behind it."""
        return (*self.to_enter, *self.to_leave)


@dataclass(frozen=True, slots=True)
class Process:
    """An ordered set of stages, chosen per deal, with the reasons a deal in it can be lost for and the fields its
    deals have. With `lost_needs_yes` somebody who leads agrees before a deal counts as lost; with `lost_needs_call`,
    only after somebody else than the deal's owner has called the customer since that was asked. `lost_asks` are keys of
    its fields that must be answered when a deal is given up, where their `visible_when` holds.

    A key step's key is unique in the whole process, not only in its stage: a deal remembers what is done by that key.
    """

    key: str
    label: Text
    stages: tuple[Stage, ...]
    lost_reasons: tuple[LostReason, ...]
    fields: tuple[Field, ...] = ()
    lost_needs_yes: bool = False
    gone: tuple[tuple[str, Text], ...] = ()
    """What is no longer used, by "stage.K", "step.K" or "reason.K", so that deals that knew it still show its name."""
    lost_asks: tuple[str, ...] = ()
    lost_needs_call: bool = False

    def __post_init__(self) -> None:
        check_key("Process", self.key)
        me = f"Process {self.key!r}"
        check_text(me, "label", self.label)
        check_tuple(me, "stages", self.stages, Stage, at_least_one=True)
        check_tuple(me, "lost_reasons", self.lost_reasons, LostReason, at_least_one=True)
        refuse_repeats(me, "stage", (stage.key for stage in self.stages))
        refuse_repeats(me, "key step", (step.key for stage in self.stages for step in stage.key_steps))
        refuse_repeats(me, "lost reason", (reason.key for reason in self.lost_reasons))
        check_tuple(me, "fields", self.fields, Field)
        check_plain(me, self.fields, "a gate says when it is needed, and Fields('deal', …) can do the rest")
        refuse_repeats(me, "field", (each.key for each in self.fields))
        self._check_loss(me)
        gates = [(stage, gate) for stage in self.stages for gate in stage.gates]
        refuse_repeats(me, "gate", (gate.key for _, gate in gates))
        known = deal_vocabulary(self)
        for stage, gate in gates:
            check_condition(f"{me}, stage {stage.key!r}, gate {gate.key!r}", gate.needs, known)
        for each in self.fields:
            if each.visible_when is not None:
                check_condition(f"{me}, field {each.key!r}, visible_when", each.visible_when, known)
        if self.stages[0].to_enter:  # a deal is opened there, so nobody would ever be asked
            raise ValueError(
                f"{me}: the first stage {self.stages[0].key!r} is not entered by a move: no to_enter there"
            )

    def _check_loss(self, me: str) -> None:
        check_tuple(me, "lost_asks", self.lost_asks, str)
        refuse_repeats(me, "field of lost_asks", self.lost_asks)
        known = [each.key for each in self.fields]
        for key in self.lost_asks:
            if key not in known:
                close = get_close_matches(key, known, 1)
                hint = f": did you mean {close[0]!r}?" if close else f"; it has {', '.join(known) or 'no fields'}"
                raise ValueError(f"{me}: lost_asks: the process has no field {key!r}{hint}")
        if type(self.lost_needs_call) is not bool:
            raise ValueError(f"{me}: lost_needs_call must be True or False, not {self.lost_needs_call!r}")

    def gone_label(self, kind: str, key: str) -> Text | None:
        """What something that is no longer used was called; `kind` is stage, step or reason."""
        return dict(self.gone).get(f"{kind}.{key}")

    def stage(self, key: str) -> Stage | None:
        """The stage called `key`; None when the process has none, as for a deal older than its plugin."""
        return next((stage for stage in self.stages if stage.key == key), None)


@dataclass(frozen=True, slots=True)
class IndustryPack:
    """What one industry brings: its processes and, if it likes, an accent colour (`#rrggbb`, lower case)."""

    key: str
    label: Text
    processes: tuple[Process, ...]
    accent: str | None = None

    def __post_init__(self) -> None:
        check_key("IndustryPack", self.key)
        me = f"IndustryPack {self.key!r}"
        check_text(me, "label", self.label)
        check_tuple(me, "processes", self.processes, Process)
        refuse_repeats(me, "process", (process.key for process in self.processes))
        check_colour(me, self.accent)


def check_key(kind: str, key: object) -> None:
    """Keys are stored and stand in addresses, so they are plain and never depend on a language."""
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ValueError(
            f"{kind}: the key must be small letters, digits and _, beginning with a letter, 39 at most, not {key!r}"
        )


def check_text(owner: str, name: str, value: object) -> None:
    """A label is a Text, so that no language can be forgotten."""
    if not isinstance(value, Text):
        raise ValueError(f"{owner}: {name} must be a Text(en=…, zh_Hans=…, zh_Hant=…, ru=…), not {value!r}")


def check_is_condition(owner: str, name: str, value: object) -> None:
    """A condition is one of the records, not its name or a tuple of them."""
    if not isinstance(value, Condition):
        raise ValueError(f"{owner}: {name} must be a condition, as in When('amount', 'filled'), not {value!r}")


def check_plain(owner: str, fields: tuple[Field, ...], instead: str) -> None:
    """Fields of a process or a result form, whose values are read in many places without asking who reads."""
    for each in fields:
        used = [name for name in ("required", "readers", "writers") if getattr(each, name)]
        used += [] if is_empty(each.default) else ["default"]
        used += [f"the type {each.type}"] if each.type in LINKS else []
        if used:
            raise ValueError(f"{owner}: the field {each.key!r} cannot have {', '.join(used)} here: {instead}")


def check_condition(owner: str, condition: Condition, known: criteria.Vocabulary) -> None:
    """A condition asks only for what a deal of the process has."""
    try:
        criteria.check(condition, known)
    except ValueError as error:
        raise ValueError(f"{owner}: {error}") from None


def check_colour(owner: str, colour: object) -> None:
    """A colour ends up in a style sheet: nothing but a colour may pass."""
    if colour is not None and not (isinstance(colour, str) and COLOUR.fullmatch(colour)):
        raise ValueError(f"{owner}: accent must look like '#1f6f54', not {colour!r}")


def check_tuple(owner: str, name: str, value: object, kind: type, *, at_least_one: bool = False) -> None:
    """A tuple of one kind of record; `(KeyStep(…))` without its comma is the mistake everybody makes once."""
    if not isinstance(value, tuple) or not all(isinstance(item, kind) for item in value):
        raise ValueError(f"{owner}: {name} must be a tuple of {kind.__name__}, as in ({kind.__name__}(…),)")
    if at_least_one and not value:
        raise ValueError(f"{owner}: {name} is empty, at least one {kind.__name__} is needed")


def refuse_repeats(owner: str, what: str, keys: Iterable[str]) -> None:
    """Two records under one key could not be told apart later."""
    repeated = sorted(key for key, count in Counter(keys).items() if count > 1)
    if repeated:
        raise ValueError(f"{owner}: more than one {what} is called {', '.join(map(repr, repeated))}")
