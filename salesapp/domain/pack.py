"""What an industry is made of: processes, stages, key steps and lost reasons, as frozen records.

A record checks itself when it is made, so a mistake names itself where it was written: whoever holds a record
may rely on it. Every complaint is a ValueError in plain English, for the author of the plugin.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from salesapp.domain.text import Text

KEY: Final = re.compile(r"[a-z][a-z0-9_]*")
COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class KeyStep:
    """One thing to get done inside a stage: an item of its checklist."""

    key: str
    label: Text

    def __post_init__(self) -> None:
        check_key("KeyStep", self.key)
        check_text(f"KeyStep {self.key!r}", "label", self.label)


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
    """Where a deal stands: the goal of the stage, its checklist, how likely the deal is won from here (in percent)
    and after how many days it has stayed too long (None: it may stay)."""

    key: str
    label: Text
    goal: Text
    key_steps: tuple[KeyStep, ...]
    probability: int
    longest_stay_days: int | None = None

    def __post_init__(self) -> None:
        check_key("Stage", self.key)
        me = f"Stage {self.key!r}"
        check_text(me, "label", self.label)
        check_text(me, "goal", self.goal)
        check_tuple(me, "key_steps", self.key_steps, KeyStep)
        refuse_repeats(me, "key step", (step.key for step in self.key_steps))
        if type(self.probability) is not int or not 0 <= self.probability <= 100:
            raise ValueError(f"{me}: probability must be a whole number from 0 to 100, not {self.probability!r}")
        stay = self.longest_stay_days
        if stay is not None and (type(stay) is not int or stay < 1):
            raise ValueError(f"{me}: longest_stay_days must be a whole number of at least 1, or None, not {stay!r}")


@dataclass(frozen=True, slots=True)
class Process:
    """An ordered set of stages, chosen per deal, with the reasons a deal in it can be lost for.

    A key step's key is unique in the whole process, not only in its stage: a deal remembers what is done by that key.
    """

    key: str
    label: Text
    stages: tuple[Stage, ...]
    lost_reasons: tuple[LostReason, ...]

    def __post_init__(self) -> None:
        check_key("Process", self.key)
        me = f"Process {self.key!r}"
        check_text(me, "label", self.label)
        check_tuple(me, "stages", self.stages, Stage, at_least_one=True)
        check_tuple(me, "lost_reasons", self.lost_reasons, LostReason, at_least_one=True)
        refuse_repeats(me, "stage", (stage.key for stage in self.stages))
        refuse_repeats(me, "key step", (step.key for stage in self.stages for step in stage.key_steps))
        refuse_repeats(me, "lost reason", (reason.key for reason in self.lost_reasons))

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
        raise ValueError(f"{kind}: the key must be small letters, digits and _, beginning with a letter, not {key!r}")


def check_text(owner: str, name: str, value: object) -> None:
    """A label is a Text, so that no language can be forgotten."""
    if not isinstance(value, Text):
        raise ValueError(f"{owner}: {name} must be a Text(en=…, zh_Hans=…, zh_Hant=…, ru=…), not {value!r}")


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
