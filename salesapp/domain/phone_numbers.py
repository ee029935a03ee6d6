"""Phone numbers as people type them, above all Chinese ones: full width, area codes without their 0, 转 8001."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from salesapp.domain.errors import N_, Msg

_EXTENSION_WORDS = re.compile(r"\s*(?:转|轉|分机|分機|доб\.?|ext\.?|;\s*ext=|x|#)\s*[:.]?\s*(\d{1,7})$", re.IGNORECASE)
_EXTENSION_DASHED = re.compile(r"^(\(?0\d{2,3}\)?[- ]?\d{7,8}|[2-9]\d{6,7})-(\d{1,6})$")
_TWO_NUMBERS = re.compile(r"\d[\d ()-]{5,}[/、,;|]\D*\d[\d ()-]{5,}")
_PHONE_SIGNS = re.compile(r"[0-9+() .\-/‐-―−·~]")
_CHINESE_MOBILE = re.compile(r"1[3-9]\d*")
_WHOLE_MOBILE = re.compile("1(?:[3-689][0-9]|7[0-8])[0-9]{8}")  # 179 is dialled before a number
_MOBILE_DIGITS = 11
_RANGE_DIGITS = 5
_SHORTEST, _SERVICE_LONGEST, _LONGEST = 3, 6, 15  # 110, 95588; ITU allows 15 digits in all


def normal_phone(text: str, country: str) -> str | Msg:
    """What a number is compared by: E.164 where it is known ("+861083211441;ext=8001"), else its digits.

    Landlines without an area code, service numbers and ranges newer than the library are kept as digits.
    """
    if country == "CN" and _WHOLE_MOBILE.fullmatch(text):  # most there are, and asking the library takes its time
        return f"+86{text}" if _is_known_range(text[:_RANGE_DIGITS]) else text
    number, extension = _split_extension(text)
    problem = _phone_signs_problem(number)
    if problem:
        return problem
    digits = phone_fragment(number)
    international = number.lstrip("( ").startswith(("+", "00"))
    local_service = len(digits) <= _SERVICE_LONGEST and not international
    normal = digits if local_service else _normal_number(digits, international, country)
    return f"{normal};ext={extension}" if extension and isinstance(normal, str) else normal


@lru_cache(maxsize=4096)
def _is_known_range(beginning: str) -> bool:
    """Whether Chinese mobile numbers begin like this: no range is told by more than these digits."""
    number = phonenumbers.PhoneNumber(86, int(beginning.ljust(_MOBILE_DIGITS, "0")))
    return phonenumbers.is_valid_number(number)


def phone_fragment(raw: str) -> str:
    """The digits of a typed number or part of one, as the search compares them (an international 00 is dropped)."""
    bare = raw[1:] if raw.startswith("+") else raw
    if bare.isascii() and bare.isdigit():
        digits = bare
    else:
        digits = "".join(re.findall("[0-9]", unicodedata.normalize("NFKC", raw)))
    return digits[2:] if digits.startswith("00") else digits


def _split_extension(text: str) -> tuple[str, str]:
    """The number and its extension ("转 8001", "ext. 12", and the Chinese 010-83210000-8001)."""
    worded = _EXTENSION_WORDS.search(text)
    if worded and len(phone_fragment(text[: worded.start()])) >= _SHORTEST:
        return text[: worded.start()], worded[1]
    dashed = _EXTENSION_DASHED.match(text)
    return (dashed[1], dashed[2]) if dashed else (text, "")


def _phone_signs_problem(number: str) -> Msg | None:
    if _TWO_NUMBERS.search(number):
        return Msg(N_("These are two phone numbers; enter each on its own."))
    foreign = _PHONE_SIGNS.sub("", number)
    if foreign:
        return Msg(N_("A phone number is made of digits; this has “%(found)s”."), {"found": foreign[:20]})
    if "+" in number.lstrip("( ")[1:]:
        return Msg(N_("The + of a phone number stands at its start."))
    length = len(phone_fragment(number))
    if length < _SHORTEST:
        return Msg(N_("The phone number is too short."))
    return Msg(N_("The phone number is too long.")) if length > _LONGEST else None


def _normal_number(digits: str, international: bool, country: str) -> str | Msg:
    """E.164 where the number is real; digits as typed where only a person can know (local numbers without an area)."""
    try:
        parsed = phonenumbers.parse("+" + digits if international else digits, country)
    except phonenumbers.NumberParseException:
        return Msg(N_("No country has the code this phone number starts with.")) if international else digits
    national = phonenumbers.national_significant_number(parsed)
    problem = _mobile_problem(national) if parsed.country_code == 86 else None
    if problem:
        return problem
    if phonenumbers.is_valid_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return _unsure_number(parsed, digits, international)


def _mobile_problem(national: str) -> Msg | None:
    """Only mobile numbers have 3 to 9 after their 1, so here a wrong length is certain, not a guess."""
    missing = _MOBILE_DIGITS - len(national)
    if missing == 0 or not _CHINESE_MOBILE.fullmatch(national):
        return None
    if missing == 1:
        return Msg(N_("The phone number is one digit short."))
    if missing == -1:
        return Msg(N_("The phone number is one digit too long."))
    return Msg(N_("A Chinese mobile number has 11 digits; this has %(count)s."), {"count": len(national)})


def _unsure_number(parsed: phonenumbers.PhoneNumber, digits: str, international: bool) -> str | Msg:
    """Numbers no list knows: refused when their length is impossible, else kept (ranges are new every year)."""
    result = phonenumbers.is_possible_number_with_reason(parsed)
    if result == phonenumbers.ValidationResult.TOO_LONG:
        return Msg(N_("The phone number is too long."))
    if result == phonenumbers.ValidationResult.TOO_SHORT:
        return Msg(N_("The phone number is too short."))
    return "+" + digits if international else digits
