"""What a deal can be asked, and its answers: whatever its JSON holds, nothing of the wrong shape gets through."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.criteria import FactType
from salesapp.domain.deal_facts import FACT_TYPES, deal_facts, deal_vocabulary
from salesapp.domain.money import Money
from salesapp.domain.pack import FieldType
from salesapp.domain.text import LANGUAGES
from tests.domain.every_fact import FIELDS, KNOWN, OPTIONS, PROCESS, STAGES, a_deal


def answers(**values: Any) -> Any:
    return deal_facts(a_deal(**values), PROCESS)


def field(key: str, value: object) -> object:
    """The answer of the field `key` where this is stored."""
    return answers(custom={"every_1": {key: value}})[f"field.{key}"]


def test_a_deal_is_asked_for_what_it_has_its_key_steps_and_its_fields() -> None:
    assert list(KNOWN) == [
        *("title", "amount", "expected_close", "customer", "owner", "contacts", "stage_since"),
        *("step.call", "step.visit", "step.sign"),
        *(f"field.{each.key}" for each in FIELDS),
    ]
    assert all(fact.key == key for key, fact in KNOWN.items())
    assert KNOWN["step.sign"].label is STAGES[1].key_steps[0].label
    assert KNOWN["field.choice"].options == tuple((option.key, option.label) for option in OPTIONS)
    assert {key for key, fact in KNOWN.items() if fact.never_empty} == {
        *("contacts", "stage_since", "step.call", "step.visit", "step.sign")
    }


def test_every_type_of_field_can_be_asked() -> None:
    assert set(FACT_TYPES) == set(get_args(FieldType))
    assert set(FACT_TYPES.values()) <= set(get_args(FactType))


def test_facts_of_every_deal_are_called_as_on_the_page() -> None:
    assert [KNOWN["amount"].label.in_language(language) for language in LANGUAGES] == [
        "Amount",
        "金额",
        "金額",
        "Сумма",
    ]


def test_a_deal_without_anything_answers_everything() -> None:
    found = answers()
    assert found.keys() == KNOWN.keys()
    assert {key: value for key, value in found.items() if value not in (None, "", ())} == {
        "contacts": 0,
        "stage_since": date(2026, 2, 20),
        "step.call": False,
        "step.visit": False,
        "step.sign": False,
    }


def test_a_full_deal_answers_with_its_own() -> None:
    found = answers(
        title="监护仪",
        amount_minor=150,
        currency="RUB",
        expected_close=date(2026, 5, 1),
        customer_id=7,
        owner_id=8,
        contact_ids=(3, 4),
        stage_entered_at=datetime(2026, 2, 1, 23, 59, tzinfo=UTC),
        done_steps=frozenset({"sign", "of_an_older_version"}),
        custom={"every_1": {"text": "x"}, "every_2": {"text": "another plugin's"}},
    )
    shown = (
        "title",
        "amount",
        "expected_close",
        "customer",
        "owner",
        "contacts",
        "stage_since",
        "step.sign",
        "field.text",
    )
    assert [found[key] for key in shown] == [
        *("监护仪", Money(150, "RUB"), date(2026, 5, 1), 7, 8, 2, date(2026, 2, 1), True, "x")
    ]
    assert found.keys() == KNOWN.keys()


def test_an_unknown_currency_is_an_amount_that_compares_with_none() -> None:
    found = answers(amount_minor=5, currency="XXQ", custom={"every_1": {"amount": {"minor": 7, "currency": "XXQ"}}})
    assert (found["amount"], found["field.amount"]) == ((5, "XXQ"), (7, "XXQ"))


@pytest.mark.parametrize(
    ("key", "value", "answer"),
    [
        ("text", "是", "是"),
        ("text", "", ""),
        ("long_text", "a\nb", "a\nb"),
        ("choice", "gone", "gone"),  # an option its plugin no longer has is still an answer
        ("integer", 0, 0),
        ("integer", 10**18 - 1, 10**18 - 1),
        ("amount", {"minor": 1250, "currency": "CNY"}, Money(1250, "CNY")),
        ("amount", {"minor": 1250, "currency": "CNY", "rate": 2}, Money(1250, "CNY")),
        ("date", "2024-02-29", date(2024, 2, 29)),
        ("bool", False, False),
        ("choices", ["a", "b"], ("a", "b")),
        ("choices", ["a", 5, None, ["b"]], ("a",)),
    ],
)
def test_a_value_of_the_right_shape(key: str, value: object, answer: object) -> None:
    assert field(key, value) == answer
    assert type(field(key, value)) is type(answer)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("text", value) for value in (5, True, ["a"], {"a": "b"})),
        *(("integer", value) for value in ("5", 5.0, True, 10**18, -(10**18), [5])),
        *(
            ("amount", value)
            for value in (5, "5", [], {"minor": 5}, {"currency": "CNY"}, {"minor": 5, "currency": None})
        ),
        *(("amount", {"minor": minor, "currency": "CNY"}) for minor in ("5", 5.0, True, 10**18)),
        *(("date", value) for value in ("2026-02-30", "20260228", "2026-W09-1", "2026-2-8", "now", "0000-01-01", 5)),
        *(("date", value) for value in ("2026-02-28 ", "2026-02-28\n", "２０２６-02-28", ["2026-02-28"])),
        *(("bool", value) for value in (1, 0, "true", [True])),
        *(("choice", value) for value in (1, ["a"])),
        *(("choices", value) for value in ("a", {"a": "b"}, 5, [], [5, ["a"]])),
    ],
)
def test_a_value_of_a_wrong_shape_is_empty(key: str, value: object) -> None:
    assert field(key, value) in (None, ())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.dates().map(str),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.sampled_from(["minor", "currency", "a"]), inside),
    max_leaves=5,
)
TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "integer": (int,),
    "amount": (Money, tuple),
    "date": (date,),
    "bool": (bool,),
    "choice": (str,),
    "choices": (tuple,),
}


@given(st.dictionaries(st.sampled_from([each.key for each in FIELDS]), json_values) | json_values)
def test_nothing_of_another_type_gets_through(kept: object) -> None:
    for custom in ({"every_1": kept}, kept):
        found = answers(custom=custom)
        for each in FIELDS:
            value = found[f"field.{each.key}"]
            assert value is None or type(value) in TYPES[FACT_TYPES[each.type]]


def test_a_process_without_fields_has_the_rest() -> None:
    assert not [key for key in deal_vocabulary(replace(PROCESS, fields=())) if key.startswith("field.")]
