"""What a follow-up rule plans, by when, until when, and whom it tells, as frozen records."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import Final, Literal, get_args

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.follow_up_triggers import LONGEST, MOST_AHEAD, check_full
from salesapp.domain.pack import KEY, check_text
from salesapp.domain.placeholders import OF_RULES, in_braces
from salesapp.domain.text import LANGUAGES, Text

DeadlineUnit = Literal["minute", "hour", "day", "working_day", "week", "month"]
PASSING: Final = MappingProxyType({"minute": timedelta(minutes=1), "hour": timedelta(hours=1)})
"""The units of a deadline that pass, whatever day it is."""
WHO: Final = ("owner", "salesperson", "manager", "team")
FUNCTION: Final = "function."
"""Before the key of a function: "function.service"."""
MOST_WORKING_DAYS: Final = 366
MOST_OF: Final = MappingProxyType(
    {"working_day": MOST_WORKING_DAYS, "week": LONGEST["week"], "month": LONGEST["month"]}
)
"""The most of a unit, where it is fewer than of days."""
PLACES: Final = OF_RULES
"""What the text of an activity may name, in braces."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when, counted from the anchor: so many hours that pass (weekends and holidays do not move them), so many days
    or weeks later, so many months later on the same day of the month (31 January + 1 is the last of February), or the
    so-manieth working day after (0: that day, or the first working one after it). `at` is the hour on the team's clock;
    without one the whole day is there for it."""

    count: int = 0
    unit: DeadlineUnit = "day"
    at: time | None = None

    def __post_init__(self) -> None:
        if self.unit not in get_args(DeadlineUnit):
            raise ValueError(f"Deadline: unit must be one of {', '.join(get_args(DeadlineUnit))}, not {self.unit!r}")
        if type(self.count) is not int or not 0 <= self.count <= MOST_AHEAD:
            raise ValueError(f"Deadline: count must be a whole number from 0 to {MOST_AHEAD}, not {self.count!r}")
        if self.count > (most := MOST_OF.get(self.unit, MOST_AHEAD)):
            raise ValueError(f"Deadline: at most {most} {self.unit.replace('_', ' ')}s, not {self.count}")
        if self.at is not None and (type(self.at) is not time or self.at.tzinfo or self.unit in PASSING):
            raise ValueError(f"Deadline: at is an hour like time(18), and not with hours that pass: {self.at!r}")
        if self.at is not None and (self.at.second or self.at.microsecond):
            raise ValueError(f"Deadline: at is an hour and a minute, not {self.at!r}")


@dataclass(frozen=True, slots=True)
class Do:
    """What is planned: an activity of `kind`, with a `text` that may name {customer}, {contact}, {deal},
    {salesperson}, {company}, {date}, and what the date of a plugin is {about}; `form` is the full key of a result form
    whose topics must then be answered."""

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


def check_who(owner: str, who: object) -> None:
    """Somebody a rule can name: by their part in the record, or by a function."""
    if not isinstance(who, str) or not (
        who in WHO or (who.startswith(FUNCTION) and KEY.fullmatch(who.removeprefix(FUNCTION)))
    ):
        raise ValueError(f"{owner}: who must be one of {', '.join(WHO)}, or 'function.service', not {who!r}")


def check_places(text: str) -> None:
    """A text names in braces only what it can be given."""
    if strange := [name for name in in_braces(text) if name not in PLACES]:
        raise ValueError(f"Do: text can name {', '.join(f'{{{each}}}' for each in PLACES)}, not {{{strange[0]}}}")
