"""Instalments against a bank's own way of counting: month after month, with thirty digits."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from ..sale.instalments import LEAST, MOST_MONTHS, MOST_RATE, plan

MONTHS = st.integers(1, MOST_MONTHS)
RATES = st.integers(0, MOST_RATE)


def by_discounting(financed: int, months: int, rate: int) -> Decimal:
    """What is worth `financed` today when it comes each month: divided by the sum of the discounts."""
    with localcontext() as digits:
        digits.prec = 60
        grows = 1 + Decimal(rate) / 120_000
        return Decimal(financed) / sum(grows**-month for month in range(1, months + 1))


@given(st.integers(0, 10**12), MONTHS, RATES)
def test_every_instalment_is_that_of_the_formula_to_the_smallest_unit(above: int, months: int, rate: int) -> None:
    financed = LEAST * months + above
    exact = by_discounting(financed, months, rate)
    assert abs(plan(financed, months, rate).monthly - exact) <= Decimal("0.5")


@given(st.integers(0, 10**12), MONTHS, RATES)
def test_the_last_one_pays_off_what_is_owed_and_never_less_than_nothing(above: int, months: int, rate: int) -> None:
    found, owed = plan(LEAST * months + above, months, rate), Decimal(LEAST * months + above)
    for month in range(1, months + 1):
        interest = (owed * rate / 120_000).quantize(Decimal(1), ROUND_HALF_UP)
        owed += interest - (found.monthly if month < months else found.last)
    assert owed == 0
    assert found.last >= 0
    assert found.total == found.monthly * (months - 1) + found.last


def test_as_banks_print_it() -> None:
    assert plan(100_000_00, 36, 399).monthly == 2951_95  # 100,000.00 at 3.99 % a year
    assert plan(100_000_00, 36, 0).monthly == 2777_78
    assert plan(100_000_00, 36, 0).last == 2777_70
    assert plan(3_000_000, 60, 299).monthly == 53_893  # yen, which have nothing smaller
    assert plan(9_999_99, 1, 0).last == 9_999_99
