"""Follow-up rules check themselves: each mistake is a sentence for whoever writes the rule."""

from dataclasses import replace
from datetime import UTC, date, time
from typing import Any

import pytest

from salesapp.domain.conditions import When
from salesapp.domain.events import KINDS as EVENT_KINDS
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
    Trigger,
    Until,
)
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.text import Text

A = Text("a", "a", "a", "a")
MONTH = Interval(1, "month")
CALL = Do("call", A)
RULE = FollowUp("thanks", A, OnStage("car.sale", ":won"), CALL)
FEAST = PartialDate("lunar", None, 1, 1)


@pytest.mark.parametrize(
    "fits",
    [
        OnStage("car.sale", ":lost"),
        OnStage("car.sale", "delivered"),
        OnEvent("deal.won"),
        OnEvent("customer.added", "customer"),
        OnEvent("quote.sent"),
        OnEvent("quote.sent", "customer", each=True),
        OnDate("date.birthday", yearly=True),
        OnDate("date.other"),
        OnDate("customer.own.insured_until", -90),
        OnDate("deal.car.promised_on", 3650),
        OnDate("customer.own.birthday"),  # a field of the house may mean anything
        OnDate("deal.expected_close"),
        OnDate("deal.closed", yearly=True),
        OnHoliday(FEAST, -60),
        Silence(Interval(3650, "day")),
        ByGrade(),
        ByLevel("car.level", (("h", Interval(2, "day")), ("a", Interval(4, "day")))),
    ],
)
def test_what_a_rule_can_begin_with(fits: Trigger) -> None:
    assert FollowUp("thanks", A, fits, CALL).when == fits


@pytest.mark.parametrize(
    ("record", "arguments", "complaint"),
    [
        (OnStage, ("sale", ":won"), "process must be named in full"),
        (OnStage, (None, ":won"), "process must be named in full"),
        (OnStage, ("car.sale", ":done"), "stage must be a key, ':won' or ':lost'"),
        (OnStage, ("car.sale", None), "stage must be a key"),
        (OnEvent, ("won",), "there is no event 'won'"),
        (OnEvent, (None,), "there is no event None"),
        (OnEvent, ("deal.wonn",), "there is no event 'deal.wonn'; did you mean 'deal.won'?"),
        (OnEvent, ("activity.xyz",), "there is no event 'activity.xyz'"),
        (OnEvent, ("activity.planned",), "no rule can begin with 'activity.planned'"),
        (OnEvent, ("import.done", "customer"), "no rule can begin"),
        (OnEvent, ("bulk.done",), "no rule can begin"),
        (OnEvent, ("undo.done",), "no rule can begin"),
        (OnEvent, ("deal.won", "contact"), "of must be deal or customer"),
        (OnEvent, ("customer.added",), "happens to a customer, and not to a deal"),
        (OnEvent, ("contact.added", "deal"), "happens to a customer, and not to a deal"),
        (OnEvent, ("deal.won", "deal", 1), "each must be True or False"),
        (OnDate, ("birthday",), "of must be date.…, customer.… or deal.…"),
        (OnDate, ("date.",), "of must be date.…"),
        (OnDate, (None,), "of must be date.…"),
        (OnDate, ("contact.own.since",), "of must be date.…"),
        (OnDate, ("date.wedding",), "kinds of dates are birthday, family_birthday"),
        (OnDate, ("deal.promised_on",), "a field is named in full"),
        (OnDate, ("customer.expected_close",), "a field is named in full"),
        (OnDate, ("deal.closed", 1.5), "days must be a whole number up to 3650"),
        (OnDate, ("deal.closed", True), "days must be a whole number"),
        (OnDate, ("deal.closed", -3651), "days must be a whole number up to 3650"),
        (OnDate, ("deal.closed", 0, "yes"), "yearly must be True or False"),
        (OnDate, ("date.birthday",), "a birthday comes round each year"),
        (OnDate, ("date.family_birthday", -1), "a birthday comes round each year"),
        (OnHoliday, (date(2026, 1, 1),), "the day must be a PartialDate without a year"),
        (OnHoliday, (PartialDate("solar", 2026, 1, 1),), "the day must be a PartialDate without a year"),
        (OnHoliday, ("1-1",), "the day must be a PartialDate without a year"),
        (OnHoliday, (FEAST, 1.5), "days must be a whole number up to 60"),
        (OnHoliday, (FEAST, True), "days must be a whole number up to 60"),
        (OnHoliday, (FEAST, 61), "days must be a whole number up to 60"),
        (Silence, (30,), "an interval is needed"),
        (Silence, (MONTH, "contact"), "of must be deal or customer"),
        (Silence, (Interval(3651, "day"),), "an interval has 1 to 3650 of a day"),
        (Silence, (Interval(521, "week"),), "an interval has 1 to 520 of a week"),
        (Silence, (Interval(121, "month"),), "an interval has 1 to 120 of a month"),
        (Interval, (True, "day"), "not an interval"),
        (Interval, ("1", "day"), "not an interval"),
        (ByLevel, ("level", (("h", MONTH),)), "the field is named in full"),
        (ByLevel, ("car.level", ()), "intervals is empty"),
        (ByLevel, ("car.level", [("h", MONTH)]), "intervals must be a tuple"),
        (ByLevel, ("car.level", ("h", MONTH)), "intervals must be a tuple of tuple"),
        (ByLevel, ("car.level", (("h", MONTH, 1),)), "an answer and its interval"),
        (ByLevel, ("car.level", ((1, MONTH),)), "an answer and its interval"),
        (ByLevel, ("car.level", (("h", 2),)), "an answer and its interval"),
        (ByLevel, ("car.level", (("h", Interval(999, "month")),)), "an interval has 1 to 120"),
        (ByLevel, ("car.level", (("h", MONTH), ("h", MONTH))), "more than one answer is called 'h'"),
        (Deadline, (1, "year"), "unit must be one of minute, hour, day, working_day, week, month"),
        (Deadline, (-1,), "count must be a whole number from 0 to 3650"),
        (Deadline, (3651,), "count must be a whole number from 0 to 3650"),
        (Deadline, (1.0,), "count must be a whole number"),
        (Deadline, (True,), "count must be a whole number"),
        (Deadline, (367, "working_day"), "at most 366 working days"),
        (Deadline, (521, "week"), "at most 520 weeks, not 521"),
        (Deadline, (121, "month"), "at most 120 months, not 121"),
        (Deadline, (1, "day", "18:00"), "at is an hour like time"),
        (Deadline, (1, "day", time(18, tzinfo=UTC)), "at is an hour like time"),
        (Deadline, (1, "hour", time(18)), "not with hours that pass"),
        (Deadline, (1, "minute", time(18)), "not with hours that pass"),
        (Deadline, (1, "day", time(18, 0, 1)), "an hour and a minute"),
        (Deadline, (1, "day", time(18, 0, 0, 1)), "an hour and a minute"),
        (Do, ("phone", A), "kind must be one of call, visit"),
        (Do, (["call"], A), "kind must be one of call, visit"),
        (Do, ("call", "Thanks"), "text must be a Text"),
        (Do, ("call", Text("{customers}", "a", "a", "a")), "text can name {customer}"),
        (Do, ("call", Text("a", "a", "a", "{customer.name}")), "text can name {customer}"),
        (Do, ("call", Text("a", "{customer!r}", "a", "a")), "text can name {customer}"),
        (Do, ("call", Text("a", "a", "{}", "a")), "text can name {customer}"),
        (Do, ("call", A, "tasted"), "the form is named in full"),
        (Do, ("call", A, 1), "the form is named in full"),
        (Until, (1,), "answered must be True or False"),
        (Until, (False, None), "bought_again must be True or False"),
        (Until, (False, False, "yes"), "unsubscribed must be True or False"),
        (Until, (False, False, True, 0), "times must be a whole number from 1 to 1000"),
        (Until, (False, False, True, 1001), "times must be a whole number from 1 to 1000"),
        (Until, (False, False, True, True), "times must be a whole number"),
        (Until, (False, False, True, None, "2026-01-01"), "day must be a date"),
        (Escalate, ("boss",), "who must be one of owner, salesperson, manager, team"),
        (Escalate, ("function.",), "who must be one of"),
        (Escalate, ("function.Service",), "who must be one of"),
        (Escalate, (None,), "who must be one of"),
        (Escalate, ("manager", None, None), "before or after says when"),
        (Escalate, ("manager", -1), "before must be a number of hours up to 1440"),
        (Escalate, ("manager", None, 1441), "after must be a number of hours up to 1440"),
        (Escalate, ("manager", None, 1.5), "after must be a number of hours"),
    ],
)
def test_what_does_not_hold_is_said(record: Any, arguments: tuple[object, ...], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as said:
        record(*arguments)
    assert str(said.value).startswith((record.__name__, "not an interval"))


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ({"key": "Thanks"}, "the key must be small letters"),
        ({"label": "Thanks"}, "label must be a Text"),
        ({"when": "car.sale"}, "when must be OnStage, OnEvent, OnDate"),
        ({"when": Trigger}, "when must be OnStage"),
        ({"do": "call"}, "do must be Do"),
        ({"deadline": 24}, "deadline must be Deadline"),
        ({"until": None}, "until must be Until"),
        ({"escalate": "manager"}, "escalate must be Escalate, None"),
        ({"who": "boss"}, "who must be one of"),
        ({"unless": "silent"}, "unless must be a condition"),
        ({"every": 30}, "an interval is needed"),
        ({"every": Interval(121, "month")}, "an interval has 1 to 120"),
        ({"waits": 1}, "waits must be True or False"),
        ({"on": None}, "on must be True or False"),
    ],
)
def test_what_does_not_hold_of_a_rule_is_said(part: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        replace(RULE, **part)


BY_DAYS = [OnDate("deal.closed"), OnHoliday(FEAST), Silence(MONTH), ByGrade(), ByLevel("car.level", (("h", MONTH),))]


@pytest.mark.parametrize("when", BY_DAYS)
def test_what_comes_by_days_repeats_itself_and_counts_no_hours(when: Trigger) -> None:
    rule = replace(RULE, when=when)
    with pytest.raises(ValueError, match=f"{type(when).__name__} repeats itself"):
        replace(rule, every=MONTH)
    for passing in (Deadline(24, "hour"), Deadline(0, "minute")):
        with pytest.raises(ValueError, match=f"{type(when).__name__} counts from a day"):
            replace(rule, deadline=passing)
    for fits in (Deadline(1, "day", time(18)), Deadline(1, "working_day")):
        assert replace(rule, deadline=fits).deadline == fits


def test_the_most_there_can_be() -> None:
    assert Deadline(3650).count == Deadline(3650, "hour").count == 3650
    assert Deadline(366, "working_day").count == 366
    assert Escalate("team", 1440, None).before == Escalate("owner", None, 1440).after == 1440
    assert (Until(times=1).times, Until(times=1000).times) == (1, 1000)


def test_a_whole_rule() -> None:
    rule = FollowUp(
        "bridge",
        A,
        OnEvent("car.delivered", each=True),
        Do("call", Text("{customer} {contact}", "{deal} {salesperson}", "{company} {date}", "{"), "car.first_call"),
        "function.service",
        Deadline(24, "hour"),
        Interval(2, "month"),
        Until(True, True, False, 6, date(2030, 1, 1)),
        When("grade", "is", "c"),
        Escalate("function.service", 4, 0),
        waits=True,
        on=False,
    )
    assert rule.subject == "deal"
    assert replace(rule, when=OnStage("car.sale", "delivered")).key == "bridge"


@pytest.mark.parametrize(
    ("when", "subject"),
    [
        (OnStage("car.sale", ":won"), "deal"),
        (OnEvent("deal.won"), "deal"),
        (OnEvent("deal.won", "customer"), "customer"),
        (OnDate("date.birthday", yearly=True), "customer"),
        (OnDate("customer.own.insured_until"), "customer"),
        (OnDate("deal.closed"), "deal"),
        (OnHoliday(FEAST), "customer"),
        (Silence(MONTH), "customer"),
        (Silence(MONTH, "deal"), "deal"),
        (ByGrade(), "customer"),
        (ByLevel("car.level", (("h", MONTH),)), "deal"),
    ],
)
def test_a_rule_knows_whom_it_is_about(when: Trigger, subject: str) -> None:
    assert replace(RULE, when=when).subject == subject


def test_every_other_event_can_begin_a_rule() -> None:
    refused = {"activity.planned", "bulk.done", "undo.done", "import.done", "import.undone"}
    assert refused <= set(EVENT_KINDS)
    for kind in set(EVENT_KINDS) - refused:
        assert OnEvent(kind, "customer").kind == kind
