"""How many SMS a text is."""

import pytest

from salesapp.domain.sms_length import sms_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("您" * 70, 1),
        ("您" * 71, 2),
        ("您" * 134, 2),
        ("您" * 135, 3),
        ("a" * 70 + "您", 2),
        ("Ж" * 70, 1),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_long_text_goes_in_several(text: str, parts: int) -> None:
    assert sms_of(text) == parts
