"""Follow-up rules: when something happens, plan an activity for somebody by a deadline; as frozen records.

A rule is about one *subject*: a deal, or a customer. Its *anchor* is the moment it counts from: a stage was entered,
something happened, a date comes round, the customer was last in touch. What it plans is an *occurrence*; only the next
one of a rule and a subject exists as an activity. When which occurrence is due: `follow_up_times.py`.
"""

from dataclasses import dataclass, field

from salesapp.domain.conditions import Condition
from salesapp.domain.follow_up_parts import (
    FUNCTION,
    MOST_WORKING_DAYS,
    PASSING,
    PLACES,
    WHO,
    Deadline,
    DeadlineUnit,
    Do,
    Escalate,
    Until,
    check_places,
    check_who,
)
from salesapp.domain.follow_up_triggers import (
    DATES_OF,
    DATES_OF_DEALS,
    EVENT_GROUPS,
    LONGEST,
    LOST,
    MOST_AHEAD,
    TRIGGERS,
    WON,
    ByGrade,
    ByLevel,
    OnDate,
    OnEvent,
    OnHoliday,
    OnStage,
    Silence,
    Subject,
    Trigger,
    check_full,
    check_interval,
    check_subject,
    is_event,
    subject_of,
)
from salesapp.domain.followups import Interval
from salesapp.domain.pack import check_is_condition, check_key, check_text
from salesapp.domain.text import Text

__all__ = [
    "DATES_OF",
    "DATES_OF_DEALS",
    "EVENT_GROUPS",
    "FUNCTION",
    "LONGEST",
    "LOST",
    "MOST_AHEAD",
    "MOST_WORKING_DAYS",
    "PASSING",
    "PLACES",
    "TRIGGERS",
    "WHO",
    "WON",
    "ByGrade",
    "ByLevel",
    "Deadline",
    "DeadlineUnit",
    "Do",
    "Escalate",
    "FollowUp",
    "OnDate",
    "OnEvent",
    "OnHoliday",
    "OnStage",
    "Silence",
    "Subject",
    "Trigger",
    "Until",
    "check_full",
    "check_interval",
    "check_places",
    "check_subject",
    "check_who",
    "is_event",
    "subject_of",
]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A rule: when, who, what, by when, until, unless.

    `every` repeats it: after the anchor each so many days, weeks or months, the first time when the first of them are
    over (the deadline counts from there); while an occurrence of it is open, the next one waits, and those whose time
    passed meanwhile are left out, though `until.times` counts them. `waits` also
    holds it back while anything else is planned with the customer. `unless` is a condition about the deal, or about
    the customer, in the words of lists: asked when the activity is planned, at the earliest two weeks before it is
    due, and again when that deal or customer changes in what it asks for: what is open goes where it holds then. `on`:
    whether it runs in a new installation; the owner switches it.
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


def _named(kinds: tuple[type, ...]) -> str:
    return ", ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
