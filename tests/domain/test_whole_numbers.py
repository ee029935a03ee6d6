"""Whole numbers as people type them."""

import pytest

from salesapp.domain.whole_numbers import is_between, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        (" 30 ", 30),
        ("３０", 30),
        ("999999999", 999_999_999),
        ("1000000000", None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("三十", None),
        ("②", None),
        ("٣", None),
        ("9" * 5000, None),
    ],
)
def test_it_is_a_number_or_none(text: str, number: int | None) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(("text", "fits"), [("1", True), ("１０", True), ("0", False), ("11", False), ("x", False)])
def test_between_includes_both_ends(text: str, fits: bool) -> None:
    assert is_between(text, 1, 10) is fits
