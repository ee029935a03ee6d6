"""Solar terms against known days, and against where the sun stands."""

from datetime import date

import pytest

from salesapp.domain.solar_terms import TERMS, SolarTerm, term_in
from tests.domain.moon import sun_days

KNOWN = [
    *(("qingming", year, 4, 4) for year in (2000, 2008, 2012, 2016, 2020, 2021, 2024, 2025, 2028)),
    *(("qingming", year, 4, 5) for year in (2006, 2007, 2010, 2011, 2018, 2019, 2022, 2023, 2026, 2027)),
    *(("dongzhi", year, 12, 21) for year in (2020, 2021, 2024, 2025)),
    *(("dongzhi", year, 12, 22) for year in (2018, 2019, 2022, 2023)),
    *(("lichun", year, 2, day) for year, day in ((2017, 3), (2021, 3), (2024, 4), (2025, 3), (2026, 4))),
]


@pytest.mark.parametrize(("name", "year", "month", "day"), KNOWN)
def test_known_days(name: str, year: int, month: int, day: int) -> None:
    assert term_in(SolarTerm(name), year) == date(year, month, day)


@pytest.mark.parametrize(("number", "name"), list(enumerate(TERMS)))
def test_they_are_where_the_sun_is(number: int, name: str) -> None:
    found = [(term_in(SolarTerm(name), year), day) for year, day in sun_days(number).items()]
    differ = [abs((one - other).days) for one, other in found if one != other]
    assert differ in ([], [1], [1, 1])  # the formula is some minutes off, and now and then that is about midnight


def test_a_name_there_is_not() -> None:
    with pytest.raises(ValueError, match="there is no solar term 'quingming'; did you mean 'qingming'"):
        SolarTerm("quingming")


@pytest.mark.parametrize("year", [1900, 2100])
def test_years_nobody_knows(year: int) -> None:
    with pytest.raises(ValueError, match="known from 1901 to 2099"):
        term_in(SolarTerm("qingming"), year)
