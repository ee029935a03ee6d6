"""Follow-up rules of every kind, for tests that write them down and read them back."""

from datetime import date, time

from hypothesis import strategies as st

from salesapp.domain.criteria import AllOf, Not, When
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
from salesapp.domain.text import Text

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
INTERVALS = st.builds(Interval, st.integers(1, 99), st.sampled_from(["day", "week", "month"]))
DAYS = st.one_of(
    st.builds(PartialDate, st.just("lunar"), st.none(), st.integers(1, 12), st.integers(1, 30), st.booleans()),
    st.builds(PartialDate, st.just("solar"), st.none(), st.integers(1, 12), st.integers(1, 28)),
)
REPEATED = st.one_of(
    st.builds(OnStage, st.just("general.six"), st.sampled_from([":won", ":lost", "contact"])),
    st.builds(OnEvent, st.sampled_from(["deal.won", "quote.sent"]), st.just("deal"), st.booleans()),
    st.just(OnEvent("customer.claimed", of="customer")),
)
ONCE = st.one_of(
    st.builds(OnDate, st.sampled_from(["date.other", "deal.closed"]), st.integers(-99, 99), st.booleans()),
    st.builds(OnHoliday, DAYS, st.integers(-60, 60)),
    st.builds(Silence, INTERVALS, st.sampled_from(["customer", "deal"])),
    st.just(ByGrade()),
    st.builds(
        ByLevel,
        st.just("car.level"),
        st.lists(st.tuples(st.text(max_size=9), INTERVALS), min_size=1, unique_by=lambda its: its[0]).map(tuple),
    ),
)
HOURS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DEADLINES = st.builds(Deadline, st.integers(0, 99), st.sampled_from(["day", "working_day"]), st.none() | HOURS)
PASSING = st.builds(Deadline, st.integers(0, 99), st.sampled_from(["minute", "hour"]))
UNTIL = st.builds(
    *(Until, st.booleans(), st.booleans(), st.booleans()),
    *(st.none() | st.integers(1, 1000), st.none() | st.dates(date(2000, 1, 1))),
)
BEFORE_AND_AFTER = [(None, 24), (None, 5), (3, 24), (3, None), (0, 0)]
WHO = st.sampled_from(["owner", "salesperson", "manager", "team", "function.service"])


@st.composite
def follow_ups(draw: st.DrawFn, texts: st.SearchStrategy[Text]) -> FollowUp:
    """A rule with all there can be in one; what it names is not there."""
    every = draw(st.none() | INTERVALS)
    repeated = every is not None or draw(st.booleans())
    before, after = draw(st.sampled_from(BEFORE_AND_AFTER))
    return FollowUp(
        key=draw(KEYS),
        label=draw(texts),
        when=draw(REPEATED if repeated else ONCE),
        do=Do(draw(st.sampled_from(["call", "task"])), draw(texts.map(_plain)), draw(st.sampled_from([None, "a.b"]))),
        who=draw(WHO),
        deadline=draw(PASSING | DEADLINES if repeated else DEADLINES),
        every=every,
        until=draw(UNTIL),
        unless=draw(st.sampled_from([None, When("planned", "is", True), AllOf((Not(When("owner", "filled")),))])),
        escalate=draw(st.sampled_from([None, Escalate(draw(WHO), before, after)])),
        waits=draw(st.booleans()),
        on=draw(st.booleans()),
    )


def _plain(text: Text) -> Text:
    """Braces name something in the text of an activity."""
    return Text(*(each.replace("{", "(") for each in (text.en, text.zh_Hans, text.zh_Hant, text.ru)))
