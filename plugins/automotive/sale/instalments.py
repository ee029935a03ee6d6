"""What a loan costs a month: the annuity, exact to the smallest unit of its currency."""

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Final

MOST_MONTHS: Final = 96
MOST_RATE: Final = 3600
"""Hundredths of a percent a year: what is above is no loan for a car."""
LEAST: Final = 1000
"""Minor units a month: below it, rounding would eat the loan."""
YEAR: Final = 120_000  # twelve months, of ten thousand hundredths of a percent


@dataclass(frozen=True, slots=True)
class Plan:
    """Equal instalments each month, in minor units; the last one settles what rounding left over."""

    monthly: int
    last: int
    total: int


def rounded(exact: Fraction) -> int:
    """To the nearest minor unit, half of one up."""
    return floor(exact + Fraction(1, 2))


def plan(financed: int, months: int, rate: int) -> Plan:
    """How `financed` minor units are paid back in so many months at a yearly `rate` in hundredths of a percent, 0 among
    them; at least LEAST a month, or the last one could fall below zero."""
    grows = Fraction(rate, YEAR)
    monthly = rounded(_annuity(financed, months, grows))
    owed = financed
    for _ in range(months - 1):
        owed += rounded(owed * grows) - monthly
    last = owed + rounded(owed * grows)
    return Plan(monthly, last, monthly * (months - 1) + last)


def _annuity(financed: int, months: int, grows: Fraction) -> Fraction:
    if not grows:
        return Fraction(financed, months)
    power = (1 + grows) ** months
    return financed * grows * power / (power - 1)
