"""The form in which an owner sets a plugin."""

from dataclasses import replace
from typing import Any

import pytest

from salesapp.domain.criteria import When
from salesapp.domain.pack import Field
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.text import Text

LABEL = Text("A", "A", "A", "A")
NUMBER = Field("number", LABEL, "integer", default=3)
NAME = Field("name", LABEL, "text", required=True, default="desk")


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ({}, {"number": 3, "name": "desk"}),
        ({"number": 5, "name": "door"}, {"number": 5, "name": "door"}),
        ({"number": None, "name": None}, {"number": None, "name": "desk"}),  # open is an answer where none is needed
        ({"number": "five", "name": 7, "other": 1}, {"number": 3, "name": "desk"}),  # of a version with other types
    ],
)
def test_what_is_set(kept: Any, expected: Any) -> None:
    assert SettingsForm((NUMBER, NAME)).values(kept) == expected


def test_what_is_beyond_its_limits_is_as_nothing_was_set() -> None:
    form = SettingsForm((replace(NUMBER, between=(1, 9)),))
    assert [form.values({"number": n})["number"] for n in (0, 1, 9, 10)] == [3, 1, 9, 3]


@pytest.mark.parametrize("between", [(9, 1), (1,), (1, 2, 3), ("1", "9"), [1, 9]])
def test_limits_are_the_least_and_the_most_of_an_integer(between: Any) -> None:
    with pytest.raises(ValueError, match="between"):
        replace(NUMBER, between=between)
    with pytest.raises(ValueError, match="between"):
        Field("name", LABEL, "text", between=(1, 9))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ((), "fields is empty"),
        ((NUMBER, NUMBER), "more than one field is called 'number'"),
        ((replace(NUMBER, readers=("manager",)),), "'number' cannot have readers here"),
        ((replace(NUMBER, visible_when=When("name", "filled")),), "cannot have visible_when here"),
        ((Field("who", LABEL, "person"),), "cannot have the type person here"),
    ],
)
def test_what_a_form_cannot_have(fields: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SettingsForm(fields)


def test_a_plugin_has_one_form() -> None:
    with pytest.raises(ValueError, match="the key is always 'settings'"):
        SettingsForm((NUMBER,), key="more")
