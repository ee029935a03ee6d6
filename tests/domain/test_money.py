from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.errors import Msg
from salesapp.domain.money import MAX_MINOR, Money, full_money, is_currency, minor_digits, parse_amount, short_money

LANGUAGES = ("en", "zh_Hans", "zh_Hant", "ru")


@pytest.mark.parametrize(
    ("raw", "currency", "language", "expected"),
    [
        ("1 234,50", "RUB", "ru", 123450),
        ("1\u00a0234\u202f567,5", "RUB", "ru", 123456750),
        ("1,234.50", "USD", "en", 123450),
        ("1.234,50", "EUR", "en", 123450),
        ("1,234", "CNY", "zh_Hans", 123400),
        ("1,234,567", "CNY", "ru", 123456700),
        ("1,5", "CNY", "en", 150),
        (".5", "USD", "en", 50),
        ("¥218,000", "CNY", "zh_Hans", 21800000),
        ("￥２１８，０００．５０", "CNY", "zh_Hans", 21800050),
        ("RMB 100 元", "CNY", "zh_Hans", 10000),
        ("21.8万", "CNY", "zh_Hans", 21800000),
        ("21.8萬元", "CNY", "zh_Hant", 21800000),
        ("1.234万", "CNY", "zh_Hans", 1234000),
        ("1亿2000万", "CNY", "zh_Hans", 12000000000),
        ("3百万", "CNY", "zh_Hans", 300000000),
        ("1,9 млн ₽", "RUB", "ru", 190000000),
        ("950 тыс. руб.", "RUB", "ru", 95000000),
        ("$1.9M", "USD", "en", 190000000),
        ("5k usd", "USD", "en", 500000),
        ("JPY 1,200", "JPY", "en", 1200),
        ("1.234", "KWD", "en", 1234),
        ("1’234.50", "USD", "en", 123450),
        ("0", "CNY", "en", 0),
    ],
)
def test_amounts_are_read_as_people_type_them(raw: str, currency: str, language: str, expected: int) -> None:
    assert parse_amount(raw, currency, language) == expected


@pytest.mark.parametrize(
    ("raw", "currency", "language", "said"),
    [
        ("much", "CNY", "en", "“much” is not an amount."),
        ("", "CNY", "en", "“” is not an amount."),
        ("12,34,567", "CNY", "en", "“12,34,567” is not an amount."),
        ("12 34", "CNY", "en", "“12 34” is not an amount."),
        ("1e5", "CNY", "en", "“1e5” is not an amount."),
        ("nan", "CNY", "en", "“nan” is not an amount."),
        ("$5", "CNY", "en", "“$5” is not an amount."),
        ("3万5", "CNY", "zh_Hans", "“3万5” is not an amount."),
        ("2万1亿", "CNY", "zh_Hans", "“2万1亿” is not an amount."),
        ("100.", "CNY", "en", "“100.” is not an amount."),
        ("-5", "CNY", "en", "An amount cannot be below zero."),
        ("−5", "CNY", "en", "An amount cannot be below zero."),
        ("1.234", "CNY", "en", "CNY has at most 2 digits after the decimal sign."),
        ("1,234", "RUB", "ru", "RUB has at most 2 digits after the decimal sign."),
        ("0.5", "JPY", "en", "JPY has at most 0 digits after the decimal sign."),
        ("90,071,992,547,409.92", "USD", "en", "The amount is too large."),
        ("10000000000000.000000000000001", "USD", "en", "“10000000000000.000000000000001” is not an amount."),
    ],
)
def test_amounts_are_refused_rather_than_guessed(raw: str, currency: str, language: str, said: str) -> None:
    assert str(parse_amount(raw, currency, language)) == said


def test_currencies_have_their_own_minor_units() -> None:
    assert [minor_digits(code) for code in ("CNY", "JPY", "KWD")] == [2, 0, 3]
    assert Money(12345, "KWD").major == Decimal("12.345")
    for wrong in ("YUAN", "cny", "", "C€Y"):
        with pytest.raises(ValueError, match="no such currency"):
            Money(1, wrong)


@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant", "ru"])
def test_a_currency_of_a_later_version_is_shown_by_its_code(language: str) -> None:
    assert not is_currency("ZZZ")
    assert full_money(Money(1200, "ZZZ"), language) == short_money(Money(1200, "ZZZ"), language) == "ZZZ\u00a012"


@pytest.mark.parametrize(
    ("money", "language", "expected"),
    [
        (Money(186_000_000, "CNY"), "zh_Hans", "¥186万"),
        (Money(186_000_000, "CNY"), "zh_Hant", "¥186萬"),
        (Money(21_800_000, "CNY"), "zh_Hans", "¥21.8万"),
        (Money(980_000, "CNY"), "zh_Hans", "¥9,800"),
        (Money(18_600_000_000, "CNY"), "zh_Hans", "¥1.9亿"),
        (Money(99_999_600, "CNY"), "zh_Hans", "¥100万"),
        (Money(186_000_000, "RUB"), "ru", "₽1,9\u00a0млн"),
        (Money(95_000_000, "RUB"), "ru", "₽950\u00a0тыс."),
        (Money(186_000_000, "USD"), "en", "$1.9M"),
        (Money(95_000_000, "USD"), "en", "$950K"),
        (Money(99_995_000, "USD"), "en", "$1M"),
        (Money(99_949_900, "USD"), "en", "$999K"),
        (Money(-186_000_000, "USD"), "en", "-$1.9M"),
        (Money(186_000_000, "USD"), "zh_Hans", "US$186万"),
        (Money(1_860_000, "JPY"), "zh_Hant", "JP¥186萬"),
        (Money(0, "USD"), "en", "$0"),
        (Money(100_000, "CHF"), "en", "CHF\u00a01K"),
    ],
)
def test_short_money(money: Money, language: str, expected: str) -> None:
    assert short_money(money, language) == expected


def test_full_money_is_exact() -> None:
    assert full_money(Money(21_800_000, "CNY"), "zh_Hans") == "¥218,000"
    assert full_money(Money(21_800_050, "CNY"), "zh_Hans") == "¥218,000.50"
    assert full_money(Money(21_800_050, "RUB"), "ru") == "₽218\u00a0000,50"
    assert full_money(Money(-5, "USD"), "en") == "-$0.05"
    assert full_money(Money(MAX_MINOR, "USD"), "en") == "$90,071,992,547,409.91"


amounts = st.builds(Money, st.integers(0, MAX_MINOR), st.sampled_from(["CNY", "USD", "RUB", "JPY", "KWD", "EUR"]))


@given(amounts.filter(lambda money: money.currency != "KWD"), st.sampled_from(LANGUAGES))
def test_what_is_shown_in_full_can_be_typed_back(money: Money, language: str) -> None:
    digits = full_money(money, language).lstrip("JPUSCN¥$€₽\u00a0")
    assert parse_amount(digits, money.currency, language) == money.minor


@given(amounts, st.sampled_from(LANGUAGES))
def test_short_money_is_short_and_near(money: Money, language: str) -> None:
    shown = short_money(money, language)
    assert sum(c.isdigit() for c in shown) <= 5
    beyond = money.major >= 10**15  # thousands of the largest unit, which has none above it
    assert "000" not in shown or language.startswith("zh") or beyond


@given(st.text(max_size=40) | st.text("0123456789.,' 万亿千kmb", max_size=20), st.sampled_from(["CNY", "JPY"]))
def test_reading_never_fails(raw: str, currency: str) -> None:
    read = parse_amount(raw, currency, "zh_Hans")
    assert isinstance(read, Msg) or 0 <= read <= MAX_MINOR
