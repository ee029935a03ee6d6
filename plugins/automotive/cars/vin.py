"""The number of a car: seventeen signs, the ninth of which says whether the others were copied rightly."""

from typing import Final

SIGNS: Final = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"  # no I, O, Q: they look like 1 and 0
VALUES: Final = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
LENGTH: Final = 17


def tidy(text: str) -> str:
    """As it is kept: capitals, without blanks and dashes."""
    return "".join(text.split()).replace("-", "").upper()


def is_shaped(vin: str) -> bool:
    """Whether it has the length and the signs of one."""
    return len(vin) == LENGTH and all(sign in SIGNS for sign in vin)


def check_sign(vin: str) -> str:
    """What its ninth sign should be by ISO 3779, as GB 16735 demands."""
    rest = sum(weight * _value(sign) for weight, sign in zip(WEIGHTS, vin, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def is_checked(vin: str) -> bool:
    """Whether the ninth sign is right. Cars made for Europe carry any."""
    return is_shaped(vin) and vin[8] == check_sign(vin)


def _value(sign: str) -> int:
    return VALUES[sign] if sign in VALUES else int(sign)
