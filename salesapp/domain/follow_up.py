"""Follow-up rules: when something happens, plan an activity for somebody by a deadline; as frozen records.

A rule is about one *subject*: a deal, or a customer. Its *anchor* is the moment it counts from: a stage was entered,
something happened, a date comes round, the customer was last in touch. What it plans is an *occurrence*; only the next
one of a rule and a subject exists as an activity. When which occurrence is due: `follow_up_times.py`.
"""

import re
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final, Literal, get_args

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.conditions import Condition
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.events import KINDS as EVENT_KINDS
from salesapp.domain.followups import Interval
from salesapp.domain.pack import EVIDENCE, KEY, check_is_condition, check_key, check_text, check_tuple, refuse_repeats
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.text import LANGUAGES, Text

Subject = Literal["deal", "customer"]
DeadlineUnit = Literal["minute", "hour", "day", "working_day"]
PASSING: Final = MappingProxyType({"minute": timedelta(minutes=1), "hour": timedelta(hours=1)})
"""The units of a deadline that pass, whatever day it is."""
WON: Final = ":won"
LOST: Final = ":lost"
WHO: Final = ("owner", "salesperson", "manager", "team")
FUNCTION: Final = "function."
"""Before the key of a function: "function.service"."""
MOST_AHEAD: Final = 3650
MOST_WORKING_DAYS: Final = 366
LONGEST: Final = MappingProxyType({"day": MOST_AHEAD, "week": 520, "month": 120})
"""So many of each an interval has at most."""
EVENT_GROUPS: Final = frozenset(kind.partition(".")[0] for kind in EVENT_KINDS)
"""Whom things happen to that the house tells of; "deal.wonn" is a slip, not evidence of a plugin called "deal"."""
DATES_OF: Final = ("date", "customer", "deal")
DATES_OF_DEALS: Final = ("deal.expected_close", "deal.closed")
PLACES: Final = ("customer", "contact", "deal", "salesperson", "company", "date")
"""What the text of an activity may name, in braces."""
_NAMED: Final = re.compile(r"\{([^{}]*)\}")


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
    "customer.own.insured_until" or "deal.car.promised_on" (a date field by its full key), "deal.expected_close",
    "deal.closed" (the day it was won). `days` before it (below zero) or after; `yearly` it comes round each year."""

    of: str
    days: int = 0
    yearly: bool = False

    def __post_init__(self) -> None:
        group, _, rest = str(self.of).partition(".")
        if group not in DATES_OF or not rest:
            raise ValueError(f"OnDate: of must be date.…, customer.… or deal.…, not {self.of!r}")
        if group == "date" and rest not in DATE_KINDS:
            raise ValueError(f"OnDate: kinds of dates are {', '.join(DATE_KINDS)}, not {rest!r}")
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
    """A feast all customers share: a day of the year, solar or lunar (Spring Festival is lunar 1-1), `days` before it
    (below zero) or after."""

    day: PartialDate
    days: int = 0

    def __post_init__(self) -> None:
        if type(self.day) is not PartialDate or self.day.year is not None:
            raise ValueError(f"OnHoliday: the day must be a PartialDate without a year, not {self.day!r}")
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


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when, counted from the anchor: so many hours that pass (weekends and holidays do not move them), so many days
    later, or the so-manieth working day after (0: that day, or the first working one after it). `at` is the hour on
    the team's clock; without one the whole day is there for it."""

    count: int = 0
    unit: DeadlineUnit = "day"
    at: time | None = None

    def __post_init__(self) -> None:
        if self.unit not in get_args(DeadlineUnit):
            raise ValueError(f"Deadline: unit must be one of {', '.join(get_args(DeadlineUnit))}, not {self.unit!r}")
        if type(self.count) is not int or not 0 <= self.count <= MOST_AHEAD:
            raise ValueError(f"Deadline: count must be a whole number from 0 to {MOST_AHEAD}, not {self.count!r}")
        if self.unit == "working_day" and self.count > MOST_WORKING_DAYS:
            raise ValueError(f"Deadline: at most {MOST_WORKING_DAYS} working days, not {self.count}")
        if self.at is not None and (type(self.at) is not time or self.at.tzinfo or self.unit in PASSING):
            raise ValueError(f"Deadline: at is an hour like time(18), and not with hours that pass: {self.at!r}")
        if self.at is not None and (self.at.second or self.at.microsecond):
            raise ValueError(f"Deadline: at is an hour and a minute, not {self.at!r}")


@dataclass(frozen=True, slots=True)
class Do:
    """What is planned: an activity of `kind`, with a `text` that may name {customer}, {contact}, {deal},
    {salesperson}, {company} and {date}; `form` is the full key of a result form whose topics must then be answered."""

    kind: str
    text: Text
    form: str | None = None

    def __post_init__(self) -> None:
        if str(self.kind) not in KINDS_BY_KEY:
            raise ValueError(f"Do: kind must be one of {', '.join(KINDS_BY_KEY)}, not {self.kind!r}")
        check_text("Do", "text", self.text)
        for language in LANGUAGES:
            check_places(self.text.in_language(language))
        if self.form is not None:
            check_full("Do: the form is", self.form, "bakery.tasted")


@dataclass(frozen=True, slots=True)
class Until:
    """What ends a rule for its subject: a contact that reached them, another deal won, no wish to be written to, so
    many occurrences, a day."""

    answered: bool = False
    bought_again: bool = False
    unsubscribed: bool = True
    times: int | None = None
    day: date | None = None

    def __post_init__(self) -> None:
        for name in ("answered", "bought_again", "unsubscribed"):
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"Until: {name} must be True or False, not {getattr(self, name)!r}")
        if self.times is not None and (type(self.times) is not int or not 1 <= self.times <= 1000):
            raise ValueError(f"Until: times must be a whole number from 1 to 1000, not {self.times!r}")
        if self.day is not None and type(self.day) is not date:
            raise ValueError(f"Until: day must be a date, not {self.day!r}")


@dataclass(frozen=True, slots=True)
class Escalate:
    """Whom to tell when it is not done so many hours before the deadline, and so many after it (None: not then)."""

    to: str = "manager"
    before: int | None = None
    after: int | None = 24

    def __post_init__(self) -> None:
        check_who("Escalate", self.to)
        if self.before is None and self.after is None:
            raise ValueError("Escalate: before or after says when")
        for name in ("before", "after"):
            hours = getattr(self, name)
            if hours is not None and (type(hours) is not int or not 0 <= hours <= 24 * 60):
                raise ValueError(f"Escalate: {name} must be a number of hours up to {24 * 60}, not {hours!r}")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A rule: when, who, what, by when, until, unless.

    `every` repeats it: after the anchor each so many days, weeks or months, the first time when the first of them are
    over (the deadline counts from there); while an occurrence of it is open, the next one waits, and those whose time
    passed meanwhile are left out, though `until.times` counts them. `waits` also
    holds it back while anything else is planned with the customer. `unless` is a condition about the deal, or about the
    customer, in the words of lists. `on`: whether it runs in a new installation; the owner switches it.
    """

    key: str
    label: Text
    when: Trigger
    do: Do
    who: str = "owner"
    deadline: Deadline = field(default_factory=Deadline)
    every: Interval | None = None
    until: Until = field(default_factory=Until)
    unless: Condition | None = None
    escalate: Escalate | None = None
    waits: bool = False
    on: bool = True

    def __post_init__(self) -> None:
        check_key("FollowUp", self.key)
        me = f"FollowUp {self.key!r}"
        check_text(me, "label", self.label)
        for name, kinds in (
            ("when", TRIGGERS),
            ("do", (Do,)),
            ("deadline", (Deadline,)),
            ("until", (Until,)),
            ("escalate", (Escalate, type(None))),
        ):
            if type(getattr(self, name)) not in kinds:
                raise ValueError(f"{me}: {name} must be {_named(kinds)}, not {getattr(self, name)!r}")
        check_who(me, self.who)
        if self.unless is not None:
            check_is_condition(me, "unless", self.unless)
        if self.every is not None:
            check_interval(me, self.every)
            if not isinstance(self.when, OnStage | OnEvent):
                itself = type(self.when).__name__
                raise ValueError(f"{me}: every repeats what follows a stage or an event; {itself} repeats itself")
        if self.deadline.unit in PASSING and not isinstance(self.when, OnStage | OnEvent):
            itself = type(self.when).__name__
            raise ValueError(f"{me}: hours pass after a stage or an event; {itself} counts from a day")
        for name in ("waits", "on"):
            if type(getattr(self, name)) is not bool:
                raise ValueError(f"{me}: {name} must be True or False, not {getattr(self, name)!r}")

    @property
    def subject(self) -> Subject:
        """What the rule is about: a deal or a customer."""
        return subject_of(self.when)


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


def check_who(owner: str, who: object) -> None:
    """Somebody a rule can name: by their part in the record, or by a function."""
    if not isinstance(who, str) or not (
        who in WHO or (who.startswith(FUNCTION) and KEY.fullmatch(who.removeprefix(FUNCTION)))
    ):
        raise ValueError(f"{owner}: who must be one of {', '.join(WHO)}, or 'function.service', not {who!r}")


def check_places(text: str) -> None:
    """A text names in braces only what it can be given."""
    if strange := [name for name in _NAMED.findall(text) if name not in PLACES]:
        raise ValueError(f"Do: text can name {', '.join(f'{{{each}}}' for each in PLACES)}, not {{{strange[0]}}}")


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


def _named(kinds: tuple[type, ...]) -> str:
    return ", ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
