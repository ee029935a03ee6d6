"""Follow-up rules as JSON: there and back, mistakes with their place, and the owner's changes part by part."""

import json
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.conditions import AllOf, Not, When
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
from salesapp.domain.follow_up_data import PARTS, differences, from_data, read_part, to_data, with_changes
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.solar_terms import SolarTerm
from salesapp.domain.text import Text

A = Text("Thanks", "谢谢", "謝謝", "Спасибо")
MONTH = Interval(1, "month")
RULE = FollowUp("thanks", A, OnStage("car.sale", ":won"), Do("call", A), deadline=Deadline(24, "hour"))
WHOLE = FollowUp(
    "bridge",
    A,
    OnEvent("car.delivered", each=True),
    Do("call", Text("{customer}", "a", "b", "c"), "car.first_call"),
    "function.service",
    Deadline(1, "working_day", time(18)),
    Interval(2, "month"),
    Until(True, True, False, 6, date(2030, 1, 1)),
    AllOf((When("grade", "is", "c"), Not(When("last_contact", "within", 30)))),
    Escalate("function.service", 4, None),
    waits=True,
    on=False,
)

INTERVALS = st.builds(Interval, st.integers(1, 99), st.sampled_from(["day", "week", "month"]))
FEASTS = st.builds(PartialDate, st.just("lunar"), st.none(), st.integers(1, 12), st.integers(1, 30), st.booleans())
LABELS = st.builds(Text, *[st.text("абв汉字 x", min_size=1).filter(str.strip)] * 4)
BY_DAY = (
    st.builds(OnDate, st.sampled_from(["deal.closed", "date.other", "customer.own.x"]), st.integers(-9, 9))
    | st.builds(OnHoliday, FEASTS, st.integers(-9, 9))
    | st.builds(Silence, INTERVALS, st.sampled_from(["deal", "customer"]))
    | st.just(ByGrade())
    | st.builds(ByLevel, st.just("car.level"), INTERVALS.map(lambda each: (("h", each), ("a", each))))
)
RULES = st.builds(
    replace,
    st.just(WHOLE),
    label=LABELS,
    when=st.builds(OnStage, st.just("car.sale"), st.sampled_from([":won", ":lost", "x"])) | st.just(OnEvent("a.b")),
    do=st.builds(Do, st.sampled_from(["call", "letter"]), LABELS, st.none() | st.just("a.b")),
    deadline=st.builds(Deadline, st.integers(0, 99), st.just("day"), st.none() | st.just(time(9, 30))),
    every=st.none() | INTERVALS,
    until=st.builds(Until, st.booleans(), times=st.none() | st.integers(1, 9), day=st.none() | st.dates()),
    escalate=st.none() | st.builds(Escalate, before=st.none() | st.integers(0, 99)),
) | st.builds(replace, st.just(WHOLE), when=BY_DAY, every=st.none(), unless=st.none(), on=st.booleans())


@given(RULES)
def test_a_rule_comes_back(rule: FollowUp) -> None:
    data = json.loads(json.dumps(to_data(rule)))
    assert from_data(rule.key, data) == rule
    assert with_changes(rule, {part: data[part] for part in PARTS}).rule == rule


@given(RULES, RULES)
def test_differences_make_one_of_the_other(brought: FollowUp, wanted: FollowUp) -> None:
    changes = json.loads(json.dumps(differences(brought, wanted)))
    applied = with_changes(brought, changes)
    assert applied.waiting == ()
    assert replace(applied.rule, on=wanted.on) == wanted
    assert differences(wanted, wanted) == {}


def test_the_shape_of_the_json() -> None:
    assert to_data(WHOLE) == {
        "label": {"en": "Thanks", "zh_Hans": "谢谢", "zh_Hant": "謝謝", "ru": "Спасибо"},
        "when": {"kind": "event", "event": "car.delivered", "of": "deal", "each": True},
        "do": {
            "kind": "call",
            "text": {"en": "{customer}", "zh_Hans": "a", "zh_Hant": "b", "ru": "c"},
            "form": "car.first_call",
        },
        "who": "function.service",
        "deadline": {"count": 1, "unit": "working_day", "at": "18:00"},
        "every": {"count": 2, "unit": "month"},
        "until": {"answered": True, "bought_again": True, "unsubscribed": False, "times": 6, "day": "2030-01-01"},
        "unless": {
            "all": [
                {"field": "grade", "op": "is", "value": "c"},
                {"not": {"field": "last_contact", "op": "within", "value": 30}},
            ]
        },
        "escalate": {"to": "function.service", "before": 4, "after": None},
        "waits": True,
        "on": False,
    }
    level = replace(RULE, when=ByLevel("car.level", (("h", MONTH),)), deadline=Deadline())
    assert to_data(level)["when"] == {
        "kind": "level",
        "field": "car.level",
        "intervals": [["h", {"count": 1, "unit": "month"}]],
    }
    feast = replace(RULE, when=OnHoliday(PartialDate("lunar", None, 8, 15), -1), deadline=Deadline())
    day = {"calendar": "lunar", "year": None, "month": 8, "day": 15, "leap_month": False}
    assert to_data(feast)["when"] == {"kind": "holiday", "day": day, "days": -1}
    sun = replace(RULE, when=OnHoliday(SolarTerm("qingming")), deadline=Deadline(2, "month"))
    assert to_data(sun)["when"] == {"kind": "holiday", "day": {"term": "qingming"}, "days": 0}
    assert from_data("thanks", to_data(sun)) == sun


def test_a_rule_needs_little() -> None:
    least = {"label": {"ru": "Спасибо"}, "when": {"kind": "grade"}, "do": {"kind": "call", "text": {"en": "x"}}}
    rule = from_data("r1", least)
    assert rule == FollowUp("r1", Text(*["Спасибо"] * 4), ByGrade(), Do("call", Text(*["x"] * 4)))


@pytest.mark.parametrize(
    ("part", "value", "complaint"),
    [
        ("label", {}, "label: an object by language is needed"),
        ("label", 5, "label: an object by language is needed"),
        ("label", {"de": "Danke"}, "label: an object by language is needed"),
        ("label", {"en": 1}, "label: words are needed"),
        ("label", {"en": " "}, r"label: Text\(' '\) has no en"),
        ("when", None, "when: kind must be one of stage, event, date"),
        ("when", {"kind": []}, "when: kind must be one of"),
        ("when", {"kind": "stage"}, "when: process is missing"),
        ("when", {"kind": "event", "of": "deal"}, "when: event is missing"),
        ("when", {"kind": "event", "event": "won"}, "when: OnEvent: there is no event 'won'"),
        ("when", {"kind": "grade", "days": 1}, "when: 'days' is not known here; it has nothing else"),
        ("when", {"kind": "silence", "interval": 3}, "when: an object is needed, not 3"),
        ("when", {"kind": "silence", "interval": {"count": 0, "unit": "day"}}, "when: not an interval"),
        ("when", {"kind": "level", "field": "a.b", "intervals": {"h": 1}}, "when: a list of answers"),
        ("when", {"kind": "level", "field": "a.b", "intervals": [3]}, "when: a list of answers"),
        ("when", {"kind": "level", "field": "a.b", "intervals": 3}, "when: a list of answers"),
        ("when", {"kind": "level", "field": "a.b", "intervals": [["h"]]}, "when: an object is needed, not 'h'"),
        ("when", {"kind": "holiday", "day": "1-1"}, "when: an object with calendar, month and day is needed"),
        ("when", {"kind": "holiday", "day": {"month": 1}}, "when: not a partial date"),
        ("do", {"kind": "call"}, "do: text is missing"),
        ("do", {"kind": "sing", "text": {"en": "x"}}, "do: Do: kind must be one of"),
        ("who", 3, "who must be one of owner"),
        ("deadline", {"cont": 1}, "deadline: 'cont' is not known here; it has count, unit, at"),
        ("deadline", {"count": "1"}, "deadline: Deadline: count must be"),
        ("deadline", {"at": 18}, "deadline: an hour like 18:00 is needed"),
        ("deadline", {"at": "6 pm"}, "deadline: an hour like 18:00 is needed"),
        ("deadline", {"at": "24:00"}, "deadline: an hour like 18:00 is needed"),
        ("deadline", {"at": "18:00:30"}, "deadline: an hour like 18:00 is needed"),
        ("deadline", 24, "deadline: an object is needed, not 24"),
        ("every", {"count": 1}, "every: unit is missing"),
        ("every", {"count": 1, "unit": "year"}, "every: not an interval"),
        ("until", {"day": 20300101}, "until: a day like 2026-05-31 is needed"),
        ("until", {"day": "1.1.2030"}, "until: a day like 2026-05-31 is needed"),
        ("until", {"day": "2026-02-30"}, "until: day is out of range"),
        ("until", None, "until: an object is needed, not None"),
        ("unless", {}, "unless: the condition: an object is needed"),
        ("escalate", {"to": "boss"}, "escalate: Escalate: who must be one of"),
        ("waits", "yes", "waits must be True or False"),
        ("where", 1, "where: a rule has label, when, do"),
    ],
)
def test_a_mistake_names_its_part(part: str, value: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_data("thanks", {**to_data(RULE), part: value})


@pytest.mark.parametrize("part", ["label", "when", "do"])
def test_what_is_missing_is_named(part: str) -> None:
    data = {name: value for name, value in to_data(RULE).items() if name != part}
    with pytest.raises(ValueError, match=f"{part}: is missing"):
        from_data("thanks", data)


def test_parts_are_read_one_by_one() -> None:
    assert read_part("deadline", {"count": 3}) == Deadline(3)
    assert read_part("unless", None) is read_part("every", None) is read_part("escalate", None) is None


# --- the owner's changes ---


def test_a_change_replaces_one_whole_part() -> None:
    applied = with_changes(RULE, {"deadline": {"count": 7}, "who": "manager", "label": {"en": "My thanks"}})
    assert applied.waiting == ()
    assert applied.rule == replace(RULE, deadline=Deadline(7), who="manager", label=Text(*["My thanks"] * 4))
    assert with_changes(applied.rule, {"deadline": {}}).rule.deadline == Deadline()


def test_changes_that_hang_together_need_no_order() -> None:
    monthly = replace(RULE, every=MONTH)
    changes = {
        "when": {"kind": "date", "of": "deal.closed", "yearly": True},
        "deadline": {"count": 0, "unit": "day"},
        "every": None,
    }
    applied = with_changes(monthly, changes)
    assert applied.waiting == ()
    assert applied.rule == replace(RULE, when=OnDate("deal.closed", yearly=True), deadline=Deadline())
    back = with_changes(applied.rule, differences(applied.rule, monthly))
    assert back.rule == monthly


def test_a_change_that_does_not_fit_waits() -> None:
    changes = {"when": {"kind": "grade"}, "who": "boss", "every": {"count": 0, "unit": "day"}, "waits": True, "gone": 1}
    applied = with_changes(RULE, changes)
    assert applied.rule == replace(RULE, waits=True)  # its hours do not go with a grade
    assert applied.waiting == ("when", "who", "every", "gone")
    newer = replace(RULE, deadline=Deadline(1))
    assert with_changes(newer, changes).rule == replace(newer, waits=True, when=ByGrade())
    assert with_changes(newer, changes).waiting == ("who", "every", "gone")
