"""What a deal keeps of its process's fields: the right shape for each type, and what others keep stays."""

from typing import Any, get_args

import pytest

from salesapp.domain.deal_values import (
    LONGEST,
    WHOLE,
    check_value,
    field_called,
    is_empty,
    plugin_of,
    value_of,
    with_values,
)
from salesapp.domain.money import MAX_MINOR
from salesapp.domain.pack import Field, FieldType, LostReason, Option, Process, Stage
from salesapp.domain.text import Text
from salesapp.domain.views import read_only

LABEL = Text(en="Flavour", zh_Hans="口味", zh_Hant="口味", ru="Вкус")
SWEET, SALTY = Option("sweet", LABEL), Option("salty", LABEL)


def field(kind: FieldType, key: str = "flavour") -> Field:
    return Field(key, LABEL, kind, (SWEET, SALTY) if kind in ("choice", "choices") else ())


FITS: dict[FieldType, list[Any]] = {
    "text": ["Честер", "口" * LONGEST["text"]],
    "long_text": ["two\nlines", "口" * LONGEST["long_text"]],
    "integer": [0, -3, WHOLE - 1],
    "amount": [{"minor": 0, "currency": "CNY"}, {"currency": "RUB", "minor": MAX_MINOR}],
    "date": ["2026-05-31", "2024-02-29"],
    "bool": [True, False],
    "choice": ["sweet", "salty"],
    "choices": [["sweet"], ["salty", "sweet"], ("sweet",)],
    "number": [{"micro": 0}, {"micro": -1_500_000}, {"micro": 10**18 - 1}],
    "phone": ["13800138000", "+7 912 345-67-89", "010-83210000-8001"],
    "email": ["wang@example.com"],
    "link": ["https://example.com/a?b=c"],
    "person": [1, 400],
    "customer": [1],
}
WRONG: dict[FieldType, list[Any]] = {
    "text": ["a\0b", "\ud800", 1, True, ["a"], "口" * (LONGEST["text"] + 1)],
    "long_text": [1, {"minor": 1}, "口" * (LONGEST["long_text"] + 1)],
    "integer": ["3", 3.0, True, WHOLE, -WHOLE],
    "amount": [
        12,
        "12",
        {},
        {"minor": 1},
        {"minor": 1, "currency": "CNY", "more": 1},
        {"minor": -1, "currency": "CNY"},
        {"minor": MAX_MINOR + 1, "currency": "CNY"},
        {"minor": 1.0, "currency": "CNY"},
        {"minor": True, "currency": "CNY"},
        {"minor": None, "currency": "CNY"},
        {"minor": 1, "currency": "RMB"},
        {"minor": 1, "currency": ["CNY"]},
    ],
    "date": ["2026-02-30", "20260531", "2026-5-31", "2026-W01-1", "2026-05-31\n", "2026-05-31T00:00", 20260531],
    "bool": ["yes", 0, 1],
    "choice": ["bitter", "Sweet", ["sweet"], 1],
    "choices": ["sweet", ["bitter"], ["sweet", 1], [["sweet"]], {"sweet": True}],
    "number": [1, 1.5, "1.5", {"micro": 1.5}, {"micro": True}, {"micro": 10**18}, {"micro": 1, "more": 1}, {}],
    "phone": ["abc", 13800138000, "12", "１３８００１３８０００"],
    "email": ["wang", "Wang@example.com", 5],
    "link": ["javascript:alert(1)", "example.com", "https://"],
    "person": ["1", 0, -1, True, 1.0],
    "customer": ["1", 0, True],
}


def test_every_type_is_tried() -> None:
    assert FITS.keys() == WRONG.keys() == set(get_args(FieldType))


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in FITS.items() for value in values])
def test_a_field_takes_what_fits_its_type(kind: FieldType, value: Any) -> None:
    assert check_value(field(kind), value) is None
    assert check_value(field(kind), read_only({"value": value})["value"]) is None  # as a view gives it back


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in WRONG.items() for value in values])
def test_a_field_refuses_another_shape_by_its_label(kind: FieldType, value: Any) -> None:
    complaint = check_value(field(kind), value)
    assert complaint is not None
    assert complaint.values == {"label": LABEL}


@pytest.mark.parametrize("kind", get_args(FieldType))
def test_no_answer_is_always_right(kind: FieldType) -> None:
    for nothing in (None, "", [], ()):
        assert check_value(field(kind), nothing) is None
        assert is_empty(nothing)
    assert not any(is_empty(each) for each in (0, False, {}, " "))


CUSTOM = {
    "bakery": {"flavour": "sweet", "of_an_older_version": [1]},
    "leads": {"flavour": "salty"},
    "odd": 3,
}


def test_a_value_is_kept_under_its_plugins_name() -> None:
    assert plugin_of("bakery.cakes") == "bakery"
    assert value_of(CUSTOM, "bakery.cakes", "flavour") == "sweet"
    assert value_of(CUSTOM, "bakery.bread", "flavour") == "sweet"  # one answer for all its processes
    for process, key in (("bakery.cakes", "weight"), ("unknown.cakes", "flavour"), ("odd.cakes", "flavour")):
        assert value_of(CUSTOM, process, key) is None


def test_what_others_keep_and_what_nobody_knows_stays() -> None:
    given = {plugin: dict(kept) if isinstance(kept, dict) else kept for plugin, kept in CUSTOM.items()}
    changed = with_values(given, "bakery.cakes", {"flavour": "salty", "sweet": False, "candles": 0})
    assert changed == {
        "bakery": {"flavour": "salty", "of_an_older_version": [1], "sweet": False, "candles": 0},
        "leads": {"flavour": "salty"},
        "odd": 3,
    }
    assert given == CUSTOM  # and nothing is changed behind anybody's back


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_an_empty_answer_leaves(nothing: Any) -> None:
    changed = with_values(CUSTOM, "bakery.cakes", {"flavour": nothing, "never_there": nothing})
    assert changed["bakery"] == {"of_an_older_version": [1]}


def test_the_first_answers_find_their_place() -> None:
    assert with_values({}, "bakery.cakes", {"flavour": "sweet"}) == {"bakery": {"flavour": "sweet"}}
    assert with_values({"bakery": None}, "bakery.cakes", {"flavour": "sweet"}) == {"bakery": {"flavour": "sweet"}}


def test_a_field_is_called_by_its_name_in_forms() -> None:
    asked = field("text")
    stages = (Stage("asked", LABEL, LABEL, (), 50),)
    process = Process("cakes", LABEL, stages, (LostReason("price", LABEL),), fields=(asked,))
    assert field_called(process, "field.flavour") is asked
    assert field_called(process, "field.weight") is None
    assert field_called(None, "field.flavour") is None
