"""Deals in the person's words."""

import pytest

from salesapp.web.deal_words import besides


@pytest.mark.parametrize(
    ("title", "customer", "said"),
    [
        ("罗敏 · 极光 5", "罗敏", "极光 5"),
        ("罗敏：极光 5", "罗敏", "极光 5"),
        ("罗敏", "罗敏", ""),
        ("罗敏之家", "罗敏", "罗敏之家"),
        ("极光 5", "罗敏", "极光 5"),
        ("极光 5", None, "极光 5"),
        ("- 极光 5", "", "- 极光 5"),
        (None, "罗敏", ""),
    ],
)
def test_a_row_names_the_customer_once(title: str | None, customer: str | None, said: str) -> None:
    assert besides(title, customer) == said
