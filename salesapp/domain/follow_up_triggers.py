"""What a follow-up rule begins with, as frozen records: a stage, an event, a date, a feast, silence, a rhythm."""

from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal, get_args

from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.events import KINDS as EVENT_KINDS
from salesapp.domain.followups import Interval
from salesapp.domain.pack import EVIDENCE, KEY, check_tuple, refuse_repeats
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.solar_terms import SolarTerm

Subject = Literal["deal", "customer"]
WON: Final = ":won"
LOST: Final = ":lost"
MOST_AHEAD: Final = 3650
LONGEST: Final = MappingProxyType({"day": MOST_AHEAD, "week": 520, "month": 120})
"""So many of each an interval has at most."""
EVENT_GROUPS: Final = frozenset(kind.partition(".")[0] for kind in EVENT_KINDS)
"""Whom things happen to that the house tells of; "deal.wonn" is a slip, not evidence of a plugin called "deal"."""
DATES_OF: Final = ("date", "customer", "deal")
DATES_OF_DEALS: Final = ("deal.expected_close", "deal.closed")


@dataclass(frozen=True, slots=True)
class OnStage:
    """A deal of `process` ("bakery.cakes") comes into `stage`; ":won" and ":lost" are its ends. It counts from the
    moment it did so first; a move that is taken back takes along what is open."""

    process: str
    stage: str

    def __post_init__(self) -> None:
        check_full("OnStage: the process must be", self.process, "bakery.cakes")
        if self.stage not in (WON, LOST) and not KEY.fullmatch(str(self.stage)):
            raise ValueError(f"OnStage: the stage must be a key, ':won' or ':lost', not {self.stage!r}")


@dataclass(frozen=True, slots=True)
class OnEvent:
    """Something happens to a customer or a deal (`of`): an event of the house, or evidence a plugin pushes
    ("quote.sent"). When it happens again, what is open moves along; with `each` every time counts by itself."""

    kind: str
    of: Subject = "deal"
    each: bool = False

    def __post_init__(self) -> None:
        if not is_event(self.kind):
            close = get_close_matches(str(self.kind), EVENT_KINDS, n=1)
            near = f"; did you mean {close[0]!r}?" if close else ", nor is it evidence like 'quote.sent'"
            raise ValueError(f"OnEvent: there is no event {self.kind!r}{near}")
        if self.kind.startswith(("activity.planned", "import.", "bulk.", "undo.")):
            raise ValueError(f"OnEvent: no rule can begin with {self.kind!r}")
        check_subject("OnEvent", self.of)
        if self.of == "deal" and self.kind.startswith(("customer.", "contact.")) and self.kind in EVENT_KINDS:
            raise ValueError(f"OnEvent: {self.kind} happens to a customer, and not to a deal: of='customer'")
        if type(self.each) is not bool:
            raise ValueError(f"OnEvent: each must be True or False, not {self.each!r}")


@dataclass(frozen=True, slots=True)
class OnDate:
    """A date comes: `of` is "date.birthday" (and every other kind of date kept of a customer and their contacts),
    "date.car.insurance" (a plugin's `DateKind` by its full key), "customer.own.insured_until" or "deal.car.promised_on"
    (a date field by its full key), "deal.expected_close", "deal.closed" (the day it was won). `days` before it (below
    zero) or after; `yearly` it comes round each year."""

    of: str
    days: int = 0
    yearly: bool = False

    def __post_init__(self) -> None:
        group, _, rest = str(self.of).partition(".")
        if group not in DATES_OF or not rest:
            raise ValueError(f"OnDate: of must be date.…, customer.… or deal.…, not {self.of!r}")
        if group == "date" and rest not in DATE_KINDS and not EVIDENCE.fullmatch(rest):
            raise ValueError(
                f"OnDate: kinds of dates are {', '.join(DATE_KINDS)}, or a plugin's as in 'date.car.insurance', "
                f"not {rest!r}"
            )
        if group != "date" and self.of not in DATES_OF_DEALS and not EVIDENCE.fullmatch(rest):
            raise ValueError(f"OnDate: a field is named in full, as in 'deal.bakery.day', not {self.of!r}")
        if type(self.days) is not int or abs(self.days) > MOST_AHEAD:
            raise ValueError(f"OnDate: days must be a whole number up to {MOST_AHEAD}, not {self.days!r}")
        if type(self.yearly) is not bool:
            raise ValueError(f"OnDate: yearly must be True or False, not {self.yearly!r}")
        if rest.endswith("birthday") and group == "date" and not self.yearly:
            raise ValueError(f"OnDate: a birthday comes round each year: OnDate({self.of!r}, yearly=True)")


@dataclass(frozen=True, slots=True)
class OnHoliday:
    """A feast all customers share: a day of the year, solar or lunar (Spring Festival is lunar 1-1), or a solar term
    (清明节 is SolarTerm("qingming")); `days` before it (below zero) or after."""

    day: PartialDate | SolarTerm
    days: int = 0

    def __post_init__(self) -> None:
        if type(self.day) is not SolarTerm and (type(self.day) is not PartialDate or self.day.year is not None):
            raise ValueError(
                f"OnHoliday: the day must be a PartialDate without a year or a SolarTerm, not {self.day!r}"
            )
        if type(self.days) is not int or abs(self.days) > 60:
            raise ValueError(f"OnHoliday: days must be a whole number up to 60, not {self.days!r}")


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody was in touch with the customer (of an open deal: of its customer) for so long."""

    interval: Interval
    of: Subject = "customer"

    def __post_init__(self) -> None:
        check_interval("Silence", self.interval)
        check_subject("Silence", self.of)


@dataclass(frozen=True, slots=True)
class ByGrade:
    """The interval that belongs to the customer's grade (the owner's numbers) after the last contact."""


@dataclass(frozen=True, slots=True)
class ByLevel:
    """The interval that belongs to the answer of a choice field of open deals, "car.level", after the last contact;
    answers without an interval have no rhythm."""

    field: str
    intervals: tuple[tuple[str, Interval], ...]

    def __post_init__(self) -> None:
        check_full("ByLevel: the field is", self.field, "car.level")
        check_tuple("ByLevel", "intervals", self.intervals, tuple, at_least_one=True)
        for pair in self.intervals:
            if [type(each) for each in pair] != [str, Interval]:
                raise ValueError(f"ByLevel: an answer and its interval, as in ('h', Interval(2, 'day')), not {pair!r}")
            check_interval("ByLevel", pair[1])
        refuse_repeats("ByLevel", "answer", (answer for answer, _ in self.intervals))


Trigger = OnStage | OnEvent | OnDate | OnHoliday | Silence | ByGrade | ByLevel
"""What a rule can begin with."""
TRIGGERS: Final[tuple[type, ...]] = (OnStage, OnEvent, OnDate, OnHoliday, Silence, ByGrade, ByLevel)


def subject_of(when: Trigger) -> Subject:
    """What a rule that begins so is about."""
    match when:
        case OnStage() | ByLevel():
            return "deal"
        case OnEvent(of=of) | Silence(of=of):
            return of
        case OnDate(of=of):
            return "deal" if of.startswith("deal.") else "customer"
    return "customer"


def is_event(kind: object) -> bool:
    """An event of the house, or a name that evidence of a plugin can have: one misspelt would never happen."""
    if not isinstance(kind, str) or not EVIDENCE.fullmatch(kind):
        return False
    return kind in EVENT_KINDS or kind.partition(".")[0] not in EVENT_GROUPS


def check_subject(owner: str, of: object) -> None:
    """A deal or a customer."""
    if of not in get_args(Subject):
        raise ValueError(f"{owner}: of must be deal or customer, not {of!r}")


def check_interval(owner: str, interval: object) -> None:
    """So many days, weeks or months, ten years at most."""
    if not isinstance(interval, Interval):
        raise ValueError(f"{owner}: an interval is needed, as in Interval(2, 'month'), not {interval!r}")
    if interval.count > (most := LONGEST[interval.unit]):
        raise ValueError(f"{owner}: an interval has 1 to {most} of a {interval.unit}, not {interval.count!r}")


def check_full(what: str, name: object, example: str) -> None:
    """Somebody's full name: of whom, a dot, its key."""
    if not isinstance(name, str) or not EVIDENCE.fullmatch(name):
        raise ValueError(f"{what} named in full, as in {example!r}, not {name!r}")
