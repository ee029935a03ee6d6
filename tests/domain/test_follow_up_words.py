"""Follow-up rules in words: whole sentences, every small word there is, and the reason of an activity."""

from dataclasses import replace
from datetime import date, time

import pytest

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.conditions import AllOf, AnyOf, Condition, Fact, Not, When
from salesapp.domain.events import KINDS as EVENT_KINDS
from salesapp.domain.follow_up import (
    WHO,
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
from salesapp.domain.follow_up_phrases import EVENT_WORDS, FEASTS, KIND_WORDS, WHO_WORDS, day_of_year, length, rate
from salesapp.domain.follow_up_words import NAMELESS, Names, because, by_when, explain, when, who
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.solar_terms import SolarTerm
from salesapp.domain.text import Text


def said(text: str) -> Text:
    return Text(text, text, text, text)


NAMES = Names(
    {
        "process.car.sale": said("Car sale"),
        "stage.car.sale.delivered": said("Delivered"),
        "event.car.delivered": said("Car delivered"),
        "field.customer.own.insured_until": said("Insured until"),
        "level.car.level": said("Level"),
        "level.car.level.h": said("H"),
        "function.service": said("Service"),
        "form.car.first_call": said("First call"),
    },
    {"grade": Fact("grade", said("Grade"), "choice", (("c", said("C")),))},
)
DELIVERED = OnStage("car.sale", "delivered")
IN_C, EMPTY = When("grade", "is", "c"), When("grade", "empty")
RULE = FollowUp(
    "call",
    said("Call"),
    DELIVERED,
    Do("call", said("Ask {customer} how it goes"), "car.first_call"),
    "function.service",
    Deadline(24, "hour"),
    Interval(2, "month"),
    Until(True, True, True, 6, date(2030, 1, 31)),
    When("grade", "is", "c"),
    Escalate("manager", 4, 24),
    waits=True,
)


def test_a_rule_is_a_few_sentences() -> None:
    assert [str(each) for each in explain(RULE, NAMES)] == [
        "Plans a call for somebody with the function “Service” when a deal of “Car sale” comes into “Delivered”: "
        "“Ask {customer} how it goes”.",
        "Deadline: within 24 hours.",
        "Comes every 2 months, for the first time after 2 months.",
        "Whoever does it fills in the form “First call”.",
        "Ends as soon as the customer was reached.",
        "Ends as soon as the customer buys again.",
        "Leaves out customers who want no more messages.",
        "Comes at most 6 times for each deal.",
        "Plans nothing after 2030-01-31.",
        "Not where Grade is “C”.",
        "Waits while anything else is planned with the customer.",
        "Not done 4 hours before the deadline? Then the owner’s manager is told.",
        "Not done 24 hours after the deadline? Then the owner’s manager is told.",
    ]


def test_a_plain_rule_needs_no_more_words_than_it_has() -> None:
    plain = FollowUp("call", said("Call"), ByGrade(), Do("visit", said("Go")), until=Until(unsubscribed=False))
    assert [str(each) for each in explain(plain, NAMELESS)] == [
        "Plans a visit for the customer’s owner when the time of the customer’s grade is over since the last contact: "
        "“Go”.",
        "Deadline: the same day.",
    ]
    often = replace(plain, until=Until(times=1), escalate=Escalate("team", 0, None))
    assert [str(each) for each in explain(often, NAMELESS)][2:] == [
        "Leaves out customers who want no more messages.",
        "Comes at most 1 time for each customer.",
        "Not done by the deadline? Then whoever of the owner’s team has least to do is told.",
    ]
    twice = replace(often, escalate=Escalate("team", 0, 0))
    assert [str(each) for each in explain(twice, NAMELESS)] == [str(each) for each in explain(often, NAMELESS)]


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (DELIVERED, "when a deal of “Car sale” comes into “Delivered”"),
        (OnStage("car.sale", ":won"), "when a deal of “Car sale” is won"),
        (OnStage("car.sale", ":lost"), "when a deal of “Car sale” is lost"),
        (OnStage("car.gone", "gone"), "when a deal of “car.gone” comes into “car.gone.gone”"),
        (OnEvent("deal.won"), "when the deal is won"),
        (OnEvent("car.delivered"), "when “Car delivered” happens"),
        (OnEvent("car.gone"), "when “car.gone” happens"),
        (OnDate("date.birthday", yearly=True), "each year on “Birthday”"),
        (OnDate("date.birthday", -3, yearly=True), "each year 3 days before “Birthday”"),
        (OnDate("date.birthday", 1, yearly=True), "each year 1 day after “Birthday”"),
        (OnDate("deal.closed", yearly=True), "each year on “Day of the purchase”"),
        (OnDate("deal.expected_close"), "on “Expected close”"),
        (OnDate("customer.own.insured_until", -90), "90 days before “Insured until”"),
        (OnDate("customer.own.gone", 2), "2 days after “customer.own.gone”"),
        (OnHoliday(PartialDate("lunar", None, 1, 1), -1), "each year 1 day before “Spring Festival”"),
        (OnHoliday(SolarTerm("qingming"), -2), "each year 2 days before “Qingming Festival”"),
        (OnHoliday(PartialDate("solar", None, 6, 1)), "each year on “June 1”"),
        (Silence(Interval(1, "month")), "when nobody was in touch with the customer for 1 month"),
        (ByGrade(), "when the time of the customer’s grade is over since the last contact"),
        (
            ByLevel("car.level", (("h", Interval(2, "day")), ("a", Interval(1, "week")))),
            "when the time of “Level” is over since the last contact (“H” 2 days, “car.level.a” 1 week)",
        ),
    ],
)
def test_what_a_rule_begins_with(trigger: Trigger, words: str) -> None:
    assert str(when(trigger, NAMES)) == words


@pytest.mark.parametrize(
    ("deadline", "words"),
    [
        (Deadline(0, "hour"), "at once"),
        (Deadline(5, "minute"), "within 5 minutes"),
        (Deadline(1, "hour"), "within 1 hour"),
        (Deadline(), "the same day"),
        (Deadline(0, "day", time(18)), "the same day, 18:00 at the latest"),
        (Deadline(1), "by the next day"),
        (Deadline(7), "within 7 days"),
        (Deadline(0, "week"), "the same day"),
        (Deadline(1, "week"), "within 1 week"),
        (Deadline(3, "month", time(10)), "within 3 months, 10:00 at the latest"),
        (Deadline(0, "working_day"), "the same day, or the next working day"),
        (Deadline(1, "working_day", time(9, 5)), "by the next working day, 09:05 at the latest"),
        (Deadline(3, "working_day"), "within 3 working days"),
    ],
)
def test_deadlines(deadline: Deadline, words: str) -> None:
    assert str(by_when(deadline)) == words


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({}, "every 2 months after a deal of “Car sale” comes into “Delivered”"),
        ({"every": None}, "within 24 hours after a deal of “Car sale” comes into “Delivered”"),
        ({"every": None, "deadline": Deadline(1)}, "by the next day after a deal of “Car sale” comes into “Delivered”"),
        ({"every": None, "deadline": Deadline()}, "when a deal of “Car sale” comes into “Delivered”"),
        ({"every": None, "deadline": Deadline(0, "hour")}, "when a deal of “Car sale” comes into “Delivered”"),
        (
            {"every": None, "deadline": Deadline(3), "when": OnDate("date.birthday", -3, yearly=True)},
            "each year 3 days before “Birthday”",
        ),
        (
            {"every": None, "deadline": Deadline(), "when": Silence(Interval(6, "month"))},
            "when nobody was in touch with the customer for 6 months",
        ),
    ],
)
def test_why_an_activity_is_there(part: dict[str, object], words: str) -> None:
    assert str(because(replace(RULE, **part), NAMES)) == words  # type: ignore[arg-type]


def test_who() -> None:
    assert {str(who(each)) for each in WHO} == {str(WHO_WORDS[each]) for each in WHO}
    assert str(who("function.gone", NAMES)) == "somebody with the function “gone”"


@pytest.mark.parametrize(
    ("count", "unit", "russian"),
    [
        (1, "hour", "1 час"),
        (2, "hour", "2 часа"),
        (5, "hour", "5 часов"),
        (11, "day", "11 дней"),
        (21, "day", "21 день"),
        (12, "day", "12 дней"),
        (22, "day", "22 дня"),
        (24, "week", "24 недели"),
        (111, "minute", "111 минут"),
        (121, "minute", "121 минуту"),
        (112, "month", "112 месяцев"),
        (3, "working_day", "3 рабочих дня"),
        (4, "time", "4 раза"),
    ],
)
def test_lengths_in_russian(count: int, unit: str, russian: str) -> None:
    assert length(count, unit).ru == russian


def test_lengths_and_rates() -> None:
    assert length(3, "working_day") == Text("3 working days", "3 个工作日", "3 個工作天", "3 рабочих дня")
    assert rate(Interval(1, "week")) == Text("every week", "每周", "每週", "раз в неделю")
    assert rate(Interval(2, "month")) == Text("every 2 months", "每 2 个月", "每 2 個月", "раз в 2 месяца")


def test_days_of_the_year() -> None:
    assert day_of_year(PartialDate("lunar", None, 8, 15)) == FEASTS["lunar", 8, 15]
    leap = day_of_year(PartialDate("lunar", None, 8, 15, True))
    assert leap == Text(
        "day 15 of leap lunar month 8", "农历闰八月十五", "農曆閏八月十五", "15-й день високосного 8-го лунного месяца"
    )
    assert day_of_year(PartialDate("solar", None, 2, 29)) == Text("February 29", "2月29日", "2月29日", "29 февраля")
    for calendar, month, day in FEASTS:
        assert PartialDate("lunar" if calendar == "lunar" else "solar", None, month, day).year is None


def test_there_are_words_for_everything() -> None:
    assert set(KIND_WORDS) == set(KINDS_BY_KEY)
    assert set(WHO_WORDS) == set(WHO)
    refused = ("activity.planned", "import.", "bulk.", "undo.")
    assert set(EVENT_WORDS) == {kind for kind in EVENT_KINDS if not kind.startswith(refused)}


@pytest.mark.parametrize(
    ("unless", "told"),
    [
        (Not(IN_C), ["Only where Grade is “C”."]),
        (AnyOf((Not(IN_C), EMPTY)), ["Only where Grade is “C”.", "Not where Grade is not chosen."]),
        (AnyOf((AnyOf((EMPTY, Not(IN_C))),)), ["Only where Grade is “C”.", "Not where Grade is not chosen."]),
        (AnyOf((EMPTY, IN_C)), ["Not where Grade is not chosen or Grade is “C”."]),
        (AllOf((Not(IN_C), EMPTY)), ["Not where Grade is not “C” and Grade is not chosen."]),
    ],
)
def test_an_exception_that_denies_something_is_turned_round(unless: Condition, told: list[str]) -> None:
    rule = FollowUp("call", said("Call"), ByGrade(), Do("visit", said("Go")), unless=unless)
    assert [text for each in explain(rule, NAMES) if " where " in (text := str(each))] == told


def test_what_a_text_names_is_read_in_the_words_of_the_reader() -> None:
    rule = FollowUp("call", said("Call"), ByGrade(), Do("visit", said("Ask {customer}, {about}")))
    first = explain(rule, NAMELESS)[0].values["text"]
    assert isinstance(first, Text)
    assert (first.zh_Hans, first.ru) == ("Ask {客户}, {事由}", "Ask {клиент}, {повод}")
