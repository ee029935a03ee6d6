"""Money: whole minor units and a currency, read as people type it and shown as their language writes it."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final

from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol, list_currencies

from salesapp.domain.errors import N_, Msg

_CODE = re.compile(r"[A-Z]{3}")
MAX_MINOR: Final = 2**53 - 1
"""The largest amount that survives JSON and a spreadsheet; a BIGINT holds more."""
CURRENCIES: Final = (
    "CNY HKD TWD MOP RUB BYN KZT UZS KGS USD EUR GBP JPY KRW SGD MYR THB VND IDR PHP INR AUD NZD CAD CHF SEK NOK DKK "
    "PLN CZK HUF RON BGN RSD TRY UAH GEL AMD AZN MDL ILS AED SAR QAR KWD EGP ZAR NGN KES MAD BRL MXN ARS CLP COP PEN"
).split()
"""Those that are offered to choose from where a company has not named its own."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount, in the currency's smallest unit: Money(21_800_000, "CNY") is ¥218,000.

    A currency this version does not know (a newer one wrote it, or a file) can be shown, by its code. Whoever takes an
    amount in asks `is_currency`.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.currency):
            raise ValueError(f"no such currency: {self.currency!r}")

    @property
    def major(self) -> Decimal:
        """The amount in whole units, exact."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))


@lru_cache(maxsize=512)
def is_currency(code: str) -> bool:
    """Whether this is a currency's three-letter code."""
    return code in list_currencies()


@lru_cache(maxsize=512)
def minor_digits(currency: str) -> int:
    """How many decimal places the currency has: 2 for CNY, 0 for JPY."""
    return int(get_currency_precision(currency))


# --- reading ---

_POWERS: Final = {
    "千": 3, "万": 4, "萬": 4, "十万": 5, "十萬": 5, "百万": 6, "百萬": 6, "千万": 7, "千萬": 7, "亿": 8, "億": 8,
    "k": 3, "m": 6, "mln": 6, "b": 9, "bn": 9,
    "тыс": 3, "тыс.": 3, "млн": 6, "млн.": 6, "млрд": 9, "млрд.": 9,
}  # fmt: skip
_SIGNS: Final = {
    "CNY": ("rmb", "人民币", "人民幣", "元整", "元", "圆", "圓", "块", "塊", "¥", "юаней", "юаня", "юань"),
    "RUB": ("₽", "рублей", "рубля", "рубль", "руб.", "руб", "р."),
    "USD": ("us$", "$", "美元"),
    "EUR": ("€", "欧元", "歐元", "евро"),
    "JPY": ("¥", "円", "日元", "日圓"),
    "TWD": ("nt$", "$", "元", "新台币", "新臺幣"),
    "HKD": ("hk$", "$", "港元", "港币", "港幣"),
}
_MOST_DIGITS: Final = 27  # Decimal keeps 28, and rounding must not hide a fraction
_PIECE = re.compile(r"([0-9][0-9.,' ]*|\.[0-9]+)\s*([^\d\s.,']+\.?)?\s*")
_GROUPED = re.compile(r"[0-9]{1,3}([,. '])[0-9]{3}(?:\1[0-9]{3})*")


def parse_amount(raw: str, currency: str, language: str) -> int | Msg:
    """Minor units from `1 234,50`, `1,234.50`, `¥218,000`, `21.8万`, `1,9 млн`; never negative, never rounded.

    A lone comma or dot before exactly three digits groups thousands where the language writes them so;
    where it cannot be told apart from decimals, the amount is refused rather than guessed.
    """
    folded = unicodedata.normalize("NFKC", raw[:60]).casefold().replace("’", "'").strip()
    text = _without_sign(folded, currency)
    if not text or len(raw) > 60:
        return _not_an_amount(raw)
    if text[0] in "-−–(":
        return Msg(N_("An amount cannot be below zero."))
    value = _sum_of_pieces(text, language)
    if value is None:
        return _not_an_amount(raw)
    return _exact_minor(value, currency)


_PLAIN_NUMBER: Final = re.compile("[+-]? ?[0-9.,][0-9.,' ]*")


def parse_number(raw: str, language: str) -> Decimal | None:
    """A plain number as the language writes it, below zero too: `1 234,5`, `1,234.5`, `-0.5`. None for anything else,
    and where it cannot be told whether a sign groups thousands or begins the decimals."""
    text = unicodedata.normalize("NFKC", raw[:60]).replace("’", "'").replace("−", "-").replace("–", "-").strip()
    if len(raw) > 60 or not _PLAIN_NUMBER.fullmatch(text):
        return None
    number = _number(text.lstrip("+-").strip(), language)
    return -number if number is not None and text.startswith("-") else number


def _not_an_amount(raw: str) -> Msg:
    return Msg(N_("“%(found)s” is not an amount."), {"found": raw.strip()[:40]})


def _without_sign(text: str, currency: str) -> str:
    """Without the sign or code of this currency, in front and behind; another currency's stays and is refused."""
    signs = (*_SIGNS.get(currency, ()), currency.casefold())
    front = next((sign for sign in signs if text.startswith(sign)), "")
    text = text.removeprefix(front).strip()
    behind = next((sign for sign in signs if text.endswith(sign)), "")
    return text.removesuffix(behind).strip()


def _sum_of_pieces(text: str, language: str) -> Decimal | None:
    """1亿2000万 is one number in two pieces, each with a smaller unit; None when it is no number at all."""
    total, position, last_power = Decimal(0), 0, 99
    while position < len(text):
        piece = _PIECE.match(text, position)
        power = _POWERS.get(piece[2] or "", None if piece[2] else 0) if piece else None
        if piece is None or power is None or power >= last_power or (position and power == 0):
            return None
        number = _number(piece[1].strip(), language)
        if number is None:
            return None
        total, position, last_power = total + number.scaleb(power), piece.end(), power
    return total


def _number(digits: str, language: str) -> Decimal | None:
    """One number with separators; the last kind of separator is the decimal one when there are two kinds."""
    if len(digits) > _MOST_DIGITS:
        return None
    signs = re.findall("[.,' ]", digits)
    if not signs:
        return Decimal(digits)
    decimal = _decimal_sign(digits, signs, language)
    whole, _, fraction = digits.rpartition(decimal) if decimal else (digits, "", "")
    if decimal and (not fraction.isdecimal() or decimal in whole):
        return None
    if whole and not whole.isdecimal() and not _GROUPED.fullmatch(whole):
        return None
    return Decimal(re.sub("[.,' ]", "", whole or "0") + "." + (fraction or "0"))


def _decimal_sign(digits: str, signs: list[str], language: str) -> str:
    """Which separator starts the decimals; "" when all of them group thousands."""
    last = signs[-1]
    if last in "' " or (len(set(signs)) == 1 and len(signs) > 1):
        return ""
    groups = _GROUPED.fullmatch(digits) is not None
    groups_here = last == "," and language != "ru"
    return "" if groups and groups_here and len(set(signs)) == 1 else last


def _exact_minor(value: Decimal, currency: str) -> int | Msg:
    places = minor_digits(currency)
    minor = value.scaleb(places)
    if minor != minor.to_integral_value():
        text = N_("%(currency)s has at most %(places)s digits after the decimal sign.")
        return Msg(text, {"currency": currency, "places": places})
    return int(minor) if minor <= MAX_MINOR else Msg(N_("The amount is too large."))


# --- showing ---

_SHORT_UNITS: Final[dict[str, tuple[tuple[int, str], ...]]] = {
    "en": ((12, "T"), (9, "B"), (6, "M"), (3, "K")),
    "zh_Hans": ((12, "万亿"), (8, "亿"), (4, "万")),
    "zh_Hant": ((12, "兆"), (8, "億"), (4, "萬")),
    "ru": ((12, "\u00a0трлн"), (9, "\u00a0млрд"), (6, "\u00a0млн"), (3, "\u00a0тыс.")),
}
_OWN_SYMBOLS: Final = {
    ("zh_Hant", "CNY"): "¥",
    ("zh_Hant", "JPY"): "JP¥",  # else the same sign would stand for two currencies
    ("zh_Hant", "TWD"): "NT$",
}


@lru_cache(maxsize=8192)
def short_money(money: Money, language: str) -> str:
    """About three digits, for phones and charts: ¥186万, ₽1,9 млн, $1.9M."""
    value = abs(money.major)
    units = (*_SHORT_UNITS[language], (0, ""))
    for (power, unit), (below, _) in pairwise(units):
        if _rounded(value.scaleb(-below)) >= 10 ** (power - below):  # 999,950 is 1M, not 1,000K
            return _signed(money, language, _decimal(_rounded(value.scaleb(-power)), language) + unit)
    return _signed(money, language, _decimal(_rounded(value), language))


def _rounded(value: Decimal) -> Decimal:
    """One decimal below a hundred, none above."""
    return value.quantize(Decimal("0.1") if value < 100 else Decimal(1), ROUND_HALF_UP)


@lru_cache(maxsize=8192)
def full_money(money: Money, language: str) -> str:
    """To the last unit: ¥218,000, ¥218,000.50; decimals only where there are any."""
    places = minor_digits(money.currency)
    whole = money.major == money.major.to_integral_value()
    return _signed(money, language, _decimal(abs(money.major), language, 0 if whole else places))


def _signed(money: Money, language: str, digits: str) -> str:
    symbol = currency_symbol(money.currency, language)
    gap = "\u00a0" if symbol[-1].isalpha() else ""
    return ("-" if money.minor < 0 else "") + symbol + gap + digits


@lru_cache(maxsize=512)
def currency_symbol(currency: str, language: str) -> str:
    """The sign the language knows, unambiguous within it; ₽ everywhere, for it means nothing else."""
    if currency == "RUB":
        return "₽"
    return _OWN_SYMBOLS.get((language, currency)) or str(get_currency_symbol(currency, locale=language))


def _decimal(value: Decimal, language: str, places: int | None = None) -> str:
    pattern = "#,##0.#" if places is None else "#,##0" + ("." + "0" * places if places else "")
    return str(format_decimal(value, format=pattern, locale=language))
