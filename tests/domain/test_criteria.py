"""The condition language: what it refuses, its way into JSON and back, its answers and its words."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.conditions import MOST_QUESTIONS
from salesapp.domain.criteria import (
    OPS,
    AllOf,
    AnyOf,
    Condition,
    Not,
    When,
    check,
    explain,
    fields_of,
    from_data,
    holds,
    to_data,
    unmet,
)
from salesapp.domain.money import Money
from salesapp.web.i18n import say
from tests.domain.every_fact import CONDITIONS, KNOWN, TODAY

AMOUNT, LEVEL, SIGNED = When("amount", "filled"), When("field.choice", "is", "a"), When("step.sign", "is", True)
FACTS: dict[str, object] = {
    "title": "МРТ卢沟桥",
    "amount": Money(100, "CNY"),
    "expected_close": date(2026, 3, 9),
    "contacts": 2,
    "step.sign": False,
    "field.bool": True,
    "field.choice": "a",
    "field.choices": ("a", "b"),
}


def deep(levels: int) -> Condition:
    """A condition nested so deep."""
    found: Condition = AMOUNT
    for _ in range(levels - 1):
        found = Not(found)
    return found


# --- what it refuses ---

WRONG: list[tuple[str, Callable[[], object]]] = [
    ("the op must be one of filled, .* not 'equals'", lambda: When("amount", "equals", 1)),  # type: ignore[arg-type]
    ("the field must be the name of a fact, as in 'amount', not ''", lambda: When("", "filled")),
    ("the field must be .* not 7", lambda: When(7, "filled")),  # type: ignore[arg-type]
    (r"When\('amount', 'filled'\) has no value, not True", lambda: When("amount", "filled", True)),
    ("'empty'. has no value", lambda: When("amount", "empty", "")),
    ("'is'. needs a text, .* not None", lambda: When("title", "is")),
    ("'is'. needs a text, .* not ''", lambda: When("title", "is", "")),
    ("'is'. needs a text, .* not 1.5", lambda: When("title", "is", 1.5)),  # type: ignore[arg-type]
    ("'is'. needs .* not Money", lambda: When("amount", "is", Money(1, "CNY"))),
    ("'is'. needs .* datetime", lambda: When("expected_close", "is", datetime(2026, 1, 1))),
    ("'is'. needs .* not 1000000000000000000", lambda: When("contacts", "is", 10**18)),
    (r"'is'. needs .* not 'a\\x00'", lambda: When("title", "is", "a\0")),
    ("'is_not'. needs .* not .'a',.", lambda: When("title", "is_not", ("a",))),
    ("'one_of'. needs a tuple of 1 to 100 texts", lambda: When("title", "one_of", ())),
    ("'one_of'. needs .* not 'ab'", lambda: When("title", "one_of", "ab")),
    ("'one_of'. needs .* not .'a', 1.", lambda: When("title", "one_of", ("a", 1))),  # type: ignore[arg-type]
    ("'one_of'. needs", lambda: When("title", "one_of", tuple(map(str, range(101))))),
    (r"'contains'. needs a text, not '\\ud800'", lambda: When("title", "contains", "\ud800")),
    ("'contains'. needs a text, not ''", lambda: When("title", "contains", "")),
    ("'at_least'. needs a number, a date or Money, not '1'", lambda: When("contacts", "at_least", "1")),
    ("'at_least'. needs .* not True", lambda: When("contacts", "at_least", True)),
    ("'at_most'. needs .* not Money", lambda: When("amount", "at_most", Money(1.5, "CNY"))),  # type: ignore[arg-type]
    ("'ago'. needs a number of days from 0 to 36525, not -1", lambda: When("stage_since", "ago", -1)),
    ("'ahead'. needs .* not 36526", lambda: When("stage_since", "ahead", 36_526)),
    ("'ahead'. needs .* not True", lambda: When("stage_since", "ahead", True)),
    ("AllOf needs a tuple of conditions, as in", lambda: AllOf(AMOUNT)),  # type: ignore[arg-type]
    ("AllOf needs a tuple of conditions", lambda: AllOf((AMOUNT, "amount"))),  # type: ignore[arg-type]
    ("AnyOf needs a tuple of conditions", lambda: AnyOf([AMOUNT])),  # type: ignore[arg-type]
    ("AnyOf needs 1 to 100 conditions, not 0", lambda: AnyOf(())),
    ("AllOf needs 1 to 100 conditions, not 101", lambda: AllOf((AMOUNT,) * 101)),
    ("Not: a condition is needed", lambda: Not((AMOUNT,))),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("complaint", "make"), WRONG, ids=[complaint for complaint, _ in WRONG])
def test_a_wrong_record_says_what_is_wrong(complaint: str, make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()


UNFIT: list[tuple[str, Condition]] = [
    ("nothing is called 'amout': did you mean 'amount'?", When("amout", "filled")),
    (
        "nothing is called 'field.choise': did you mean 'field.choice'?",
        AllOf((AMOUNT, Not(When("field.choise", "empty")))),
    ),
    ("nothing is called 'zzz': there are title, amount, ", When("zzz", "filled")),
    ("type amount, which is asked filled, empty, at_least, at_most", When("amount", "is", 5)),
    ("type text, which is asked", When("title", "at_least", 5)),
    ("type choices, which is asked filled, empty, contains", When("field.choices", "is", "a")),
    ("type record, which is asked filled, empty", When("owner", "is", 5)),
    ("type integer, which is asked", When("contacts", "ago", 5)),
    ("type bool, which is asked", When("step.sign", "one_of", ("a",))),
    ("the fact is never empty, ask is, is_not, at_least, at_most", When("contacts", "filled")),
    ("the fact is never empty, ask is, is_not", When("step.sign", "empty")),
    ("the fact is never empty", When("stage_since", "filled")),
    ("must be of type Money, not 5", When("amount", "at_least", 5)),
    ("no such currency: 'XXQ'", When("amount", "at_least", Money(5, "XXQ"))),
    ("must be of type int, not True", When("contacts", "is", True)),
    ("must be of type bool, not 1", When("step.sign", "is", 1)),
    ("must be of type str, not 5", When("title", "is", 5)),
    ("must be of type date, not 5", When("expected_close", "at_most", 5)),
    ("must be of type int, not Money", When("contacts", "at_least", Money(1, "CNY"))),
    ("'z' is not one of a, b, c", When("field.choice", "is", "z")),
    ("'z' is not one of a, b, c", When("field.choice", "one_of", ("a", "z"))),
    ("'z' is not one of a, b, c", When("field.choices", "contains", "z")),
    ("nested at most 20 deep", deep(21)),
    ("has at most 100 questions", AllOf((AllOf((AMOUNT,) * 60), AnyOf((AMOUNT,) * 41)))),
]


@pytest.mark.parametrize(("complaint", "condition"), UNFIT, ids=[str(number) for number in range(len(UNFIT))])
def test_a_condition_about_what_is_not_there_is_refused(complaint: str, condition: Condition) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        check(condition, KNOWN)


def test_what_can_be_answered_passes() -> None:
    many = AllOf((AMOUNT,) * (MOST_QUESTIONS - 40))
    for condition in (deep(20), AllOf((many, AnyOf((AMOUNT,) * 40))), When("field.choice", "one_of", ("a", "c"))):
        check(condition, KNOWN)


def test_a_condition_that_doubles_itself_is_refused_at_once() -> None:
    doubled: Condition = AMOUNT
    for _ in range(60):
        doubled = AllOf((doubled, doubled))
    with pytest.raises(ValueError, match="has at most 100 questions"):
        check(doubled, KNOWN)


# --- its way into JSON and back ---


@given(CONDITIONS)
def test_every_condition_survives_json(condition: Condition) -> None:
    check(condition, KNOWN)
    assert from_data(json.loads(json.dumps(to_data(condition)))) == condition


def test_json_is_as_documented() -> None:
    condition = AllOf(
        (
            AMOUNT,
            Not(AnyOf((When("amount", "at_least", Money(1250, "CNY")), When("stage_since", "is", date(2026, 5, 31))))),
            When("title", "one_of", ("2026-05-31", "b")),
            When("step.sign", "is", False),
        )
    )
    assert to_data(condition) == {
        "all": [
            {"field": "amount", "op": "filled"},
            {
                "not": {
                    "any": [
                        {"field": "amount", "op": "at_least", "value": {"minor": 1250, "currency": "CNY"}},
                        {"field": "stage_since", "op": "is", "value": {"date": "2026-05-31"}},
                    ]
                }
            },
            {"field": "title", "op": "one_of", "value": ["2026-05-31", "b"]},
            {"field": "step.sign", "op": "is", "value": False},
        ]
    }
    assert from_data(to_data(condition)) == condition


GOOD = {"field": "amount", "op": "filled"}


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "the condition: an object is needed"),
        ([GOOD], "the condition: an object is needed"),
        ({}, "the condition: an object is needed"),
        ({"all": GOOD}, "all: a list of conditions is needed"),
        ({"any": []}, "any: AnyOf needs 1 to 100 conditions, not 0"),
        ({"all": [GOOD, {"not": []}]}, "all[1].not: an object is needed"),
        (
            {"all": [GOOD, {"not": {"field": "amount"}}]},
            "all[1].not: a question has field, op and mostly value; ['op'] is missing",
        ),
        ({"any": [{"all": [GOOD, "x"]}]}, "any[0].all[1]: an object is needed"),
        ({"all": [GOOD], "any": [GOOD]}, "['field', 'op'] is missing"),
        (GOOD | {"colour": 1}, "['colour'] is not known"),
        (GOOD | {1: 1}, "['1'] is not known"),
        ({"not": {"field": "amount", "op": "is", "value": 1.5}}, "not: When('amount', 'is') needs a text"),
        ({"field": ["amount"], "op": "filled"}, "the field must be the name of a fact"),
        ({"field": "amount", "op": ["filled"]}, "the op must be one of"),
        ({"field": "amount", "op": "at_least", "value": {"minor": 5, "currency": "XXQ"}}, "no such currency: 'XXQ'"),
        ({"field": "amount", "op": "at_least", "value": {"minor": 5}}, "needs a number, a date or Money"),
        ({"field": "amount", "op": "at_least", "value": {"minor": True, "currency": "CNY"}}, "a date or Money"),
        ({"field": "amount", "op": "at_least", "value": {"minor": 5, "currency": "CNY", "x": 1}}, "a date or Money"),
        ({"field": "stage_since", "op": "is", "value": {"date": "2026-02-30"}}, "day is out of range"),
        ({"field": "stage_since", "op": "is", "value": {"date": "20260228"}}, "needs a text, a number"),
        ({"field": "stage_since", "op": "is", "value": {"date": "2026-02-28", "x": 1}}, "needs a text, a number"),
        ({"field": "title", "op": "one_of", "value": ["a", ["b"]]}, "needs a tuple of 1 to 100 texts"),
    ],
)
def test_wrong_json_names_the_place(data: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        from_data(data)


def test_json_cannot_exhaust_anything() -> None:
    data: object = GOOD
    for _ in range(50_000):
        data = {"not": data}
    with pytest.raises(ValueError, match="nested at most 20 deep"):
        from_data(data)
    with pytest.raises(ValueError, match="has at most 100 questions"):
        from_data({"all": [{"any": [GOOD] * 11}] * 10})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.sampled_from([GOOD]),
        lambda inside: (
            st.lists(inside, max_size=2)
            | st.dictionaries(
                st.sampled_from(["all", "any", "not", "field", "op", "value", "date", "minor", "currency"]),
                inside,
                max_size=3,
            )
        ),
    )
)
def test_whatever_arrives_is_a_condition_or_a_value_error(data: object) -> None:
    try:
        found = from_data(data)
    except ValueError:
        return
    assert from_data(to_data(found)) == found


# --- its answers ---

ANSWERS: list[tuple[str, Any, bool]] = [
    ("amount filled", None, True),
    ("title filled", None, True),
    ("customer filled", None, False),
    ("customer empty", None, True),
    ("step.sign filled", None, True),  # a No is an answer
    ("contacts empty", None, False),
    ("title is", "МРТ卢沟桥", True),
    ("title is", "мрт卢沟桥", False),
    ("title is_not", "МРТ", True),
    ("customer is_not", "МРТ", True),
    ("contacts is", 2, True),
    ("contacts is", 3, False),
    ("field.bool is", 1, False),  # which equals True in Python
    ("field.bool is_not", True, False),
    ("step.sign is", False, True),
    ("field.date is", False, False),
    ("expected_close is", date(2026, 3, 9), True),
    ("title one_of", ("x", "МРТ卢沟桥"), True),
    ("title one_of", ("МРТ",), False),
    ("field.text one_of", ("x",), False),
    ("title contains", "РТ卢沟", True),
    ("title contains", "рт", False),
    ("title contains", "%", False),
    ("field.text contains", "x", False),
    ("field.choices contains", "b", True),
    ("field.choices contains", "c", False),
    ("contacts at_least", 2, True),
    ("contacts at_least", 3, False),
    ("contacts at_most", 2, True),
    ("contacts at_most", 1, False),
    ("amount at_least", Money(100, "CNY"), True),
    ("amount at_least", Money(101, "CNY"), False),
    ("amount at_least", Money(1, "USD"), False),
    ("amount at_most", Money(100, "CNY"), True),
    ("amount at_most", Money(99, "CNY"), False),
    ("amount at_most", Money(1000, "USD"), False),
    ("amount at_least", 5, False),  # nothing fits, and nothing breaks
    ("title at_most", 5, False),
    ("expected_close at_least", date(2026, 3, 9), True),
    ("expected_close at_least", date(2026, 3, 10), False),
    ("expected_close at_most", date(2026, 3, 9), True),
    ("expected_close at_most", date(2026, 3, 8), False),
    ("field.integer at_most", 5, False),
    ("field.date ago", 0, False),
    ("field.date ahead", 0, False),
]


@pytest.mark.parametrize(("question", "value", "answer"), ANSWERS)
def test_each_question_is_answered(question: str, value: Any, answer: bool) -> None:
    field, op = question.split()
    asked = When(field, op, value)  # type: ignore[arg-type]
    assert holds(asked, FACTS, TODAY) is answer
    assert holds(Not(asked), FACTS, TODAY) is not answer


@pytest.mark.parametrize("empty", [{}, {"field.text": None}, {"field.text": ""}, {"field.text": ()}])
def test_what_is_empty_answers_no_question_but_two(empty: dict[str, object]) -> None:
    values: dict[str, Any] = {"is": "a", "is_not": "a", "one_of": ("a",), "contains": "a", "ago": 0, "within": 0}
    values["ahead"] = 0
    answers = {op for kind in OPS for op in OPS[kind] if holds(When("field.text", op, _any(op, values)), empty, TODAY)}
    assert answers == {"empty", "is_not"}


def _any(op: str, values: dict[str, Any]) -> Any:
    return values.get(op, 1 if op.startswith("at_") else None)


@pytest.mark.parametrize(
    ("day", "ago", "ahead"),
    # the greatest number of days for which it lies that far back, the least for which it lies within reach
    [(TODAY, 0, 0), (date(2026, 3, 1), 1, None), (date(2026, 2, 23), 7, None), (date(2026, 3, 9), None, 7)],
)
def test_days_are_counted_from_today(day: date, ago: int | None, ahead: int | None) -> None:
    facts = {"stage_since": day}
    for days in range(10):
        assert holds(When("stage_since", "ago", days), facts, TODAY) is (ago is not None and days <= ago)
        assert holds(When("stage_since", "ahead", days), facts, TODAY) is (ahead is not None and days >= ahead)


def test_all_any_and_not() -> None:
    yes, no = AMOUNT, SIGNED
    for condition, answer in [
        (AllOf((yes, yes)), True),
        (AllOf((yes, no)), False),
        (AnyOf((no, yes)), True),
        (AnyOf((no, no)), False),
        (Not(no), True),
        (Not(AllOf((yes, AnyOf((no, yes))))), False),
    ]:
        assert holds(condition, FACTS, TODAY) is answer


def test_a_foreign_condition_is_no_answer() -> None:
    for use in (lambda c: holds(c, FACTS, TODAY), to_data):
        with pytest.raises(TypeError):
            use(Condition())


# --- what is missing ---

BUDGET, CLOSE = When("field.amount", "filled"), When("expected_close", "filled")


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        (AMOUNT, ()),
        (BUDGET, (BUDGET,)),
        (AllOf((AMOUNT, BUDGET, SIGNED, BUDGET)), (BUDGET, SIGNED)),
        (AnyOf((BUDGET, SIGNED)), (BUDGET, SIGNED)),
        (AnyOf((BUDGET, AMOUNT)), ()),
        (AllOf((SIGNED, AnyOf((BUDGET, AMOUNT)))), (SIGNED,)),
        (Not(AMOUNT), (AMOUNT,)),
        (Not(BUDGET), ()),
        (Not(AnyOf((AMOUNT, BUDGET, CLOSE))), (AMOUNT, CLOSE)),
        (Not(AllOf((AMOUNT, CLOSE))), (AMOUNT, CLOSE)),
        (Not(AllOf((AMOUNT, BUDGET))), ()),
        (Not(Not(BUDGET)), (BUDGET,)),
    ],
)
def test_what_is_missing_is_named_once_in_order(condition: Condition, missing: tuple[When, ...]) -> None:
    assert unmet(condition, FACTS, TODAY) == missing


@given(CONDITIONS)
def test_nothing_is_missing_exactly_where_it_holds(condition: Condition) -> None:
    for facts in (FACTS, {}):
        assert (unmet(condition, facts, TODAY) == ()) is holds(condition, facts, TODAY)


def test_what_a_condition_asks_about() -> None:
    assert fields_of(AllOf((SIGNED, Not(AnyOf((AMOUNT, SIGNED))), AMOUNT))) == ("step.sign", "amount")


# --- its words ---

WORDS: list[tuple[Condition, str]] = [
    (AMOUNT, "Amount is filled in"),
    (Not(AMOUNT), "Amount is empty"),
    (When("owner", "filled"), "Owner is chosen"),
    (When("field.choices", "empty"), "Choices is not chosen"),
    (When("title", "is", "x"), "Deal name is “x”"),
    (Not(When("title", "is_not", "x")), "Deal name is “x”"),
    (When("contacts", "is_not", 3), "Number of contacts is not 3"),
    (LEVEL, "Level is “Top”"),
    (Not(LEVEL), "Level is not “Top”"),
    (When("field.choice", "is", "gone"), "Level is “gone”"),
    (When("field.choice", "one_of", ("a", "b", "c")), "Level is “Top”, “Middle” or “Low”"),
    (Not(When("field.choice", "one_of", ("a", "b"))), "Level is not “Top” or “Middle”"),
    (When("title", "one_of", ("a",)), "Deal name is “a”"),
    (When("title", "contains", "100%"), "Deal name contains “100%”"),
    (Not(When("field.choices", "contains", "a")), "Choices does not contain “Top”"),
    (When("amount", "at_least", Money(10_000_000, "CNY")), "Amount is at least CN¥100,000"),
    (When("amount", "at_most", Money(150, "USD")), "Amount is at most $1.50"),
    (Not(When("contacts", "at_least", 2)), "not (Number of contacts is at least 2)"),
    (When("expected_close", "at_least", date(2026, 5, 31)), "Expected close is May 31, 2026 or later"),
    (When("expected_close", "at_most", date(2026, 5, 31)), "Expected close is May 31, 2026 or earlier"),
    (When("expected_close", "is", date(2026, 5, 31)), "Expected close is May 31, 2026"),
    (When("stage_since", "ago", 0), "Start of this stage is today or earlier"),
    (When("stage_since", "ago", 1), "Start of this stage is before today"),
    (When("stage_since", "ago", 14), "Start of this stage is at least 14 days ago"),
    (When("stage_since", "ahead", 0), "Start of this stage is today"),
    (When("stage_since", "ahead", 1), "Start of this stage is today or tomorrow"),
    (When("stage_since", "ahead", 2), "Start of this stage is today or in the next 2 days"),
    (SIGNED, "the key step “Sign” is done"),
    (When("step.sign", "is_not", False), "the key step “Sign” is done"),
    (Not(SIGNED), "the key step “Sign” is not done"),
    (When("step.sign", "is", False), "the key step “Sign” is not done"),
    (When("field.bool", "is", True), "Bool is “yes”"),
    (When("field.bool", "is_not", False), "Bool is not “no”"),
    (When("field.gone", "is", "x"), "field.gone is “x”"),
    (AllOf((AMOUNT, SIGNED)), "Amount is filled in and the key step “Sign” is done"),
    (AnyOf((AMOUNT, LEVEL, SIGNED)), "Amount is filled in, Level is “Top” or the key step “Sign” is done"),
    (
        AllOf((AMOUNT, AnyOf((LEVEL, SIGNED)))),
        "Amount is filled in and (Level is “Top” or the key step “Sign” is done)",
    ),
    (
        AllOf((AnyOf((AMOUNT,)), AllOf((LEVEL, SIGNED)))),
        "Amount is filled in and Level is “Top” and the key step “Sign” is done",
    ),
    (Not(AllOf((AMOUNT, SIGNED))), "Amount is empty or the key step “Sign” is not done"),
    (Not(AnyOf((AMOUNT, Not(LEVEL)))), "Amount is empty and Level is “Top”"),
]


@pytest.mark.parametrize(("condition", "words"), WORDS, ids=[words for _, words in WORDS])
def test_a_condition_is_explained_in_words(condition: Condition, words: str) -> None:
    assert say(explain(condition, KNOWN)) == words


@given(CONDITIONS)
def test_every_condition_has_words(condition: Condition) -> None:
    words = say(explain(condition, KNOWN))
    assert words
    assert "Money(" not in words
    assert "Text(" not in words


def test_the_longest_condition_still_has_words() -> None:
    words = say(explain(AllOf((AMOUNT,) * MOST_QUESTIONS), KNOWN))
    assert words.count("Amount is filled in") == MOST_QUESTIONS
