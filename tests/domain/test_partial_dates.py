import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.errors import Msg
from salesapp.domain.partial_dates import (
    PartialDate,
    lunar_in_chinese,
    next_occurrence,
    occurrence_in,
    parse_partial_date,
)


def solar(month: int, day: int, year: int | None = None) -> PartialDate:
    return PartialDate("solar", year, month, day)


def lunar(month: int, day: int, year: int | None = None, *, leap: bool = False) -> PartialDate:
    return PartialDate("lunar", year, month, day, leap)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1990-05-01", solar(5, 1, 1990)),
        ("1990/5/1", solar(5, 1, 1990)),
        ("1990.5.1", solar(5, 1, 1990)),
        ("19900501", solar(5, 1, 1990)),
        ("05-01", solar(5, 1)),
        ("5/1", solar(5, 1)),
        ("--05-01", solar(5, 1)),
        ("25/12", solar(12, 25)),
        ("01.05.1990", solar(5, 1, 1990)),
        ("０５－０１", solar(5, 1)),
        ("1990年5月1日", solar(5, 1, 1990)),
        ("5月1号", solar(5, 1)),
        ("五月一日", solar(5, 1)),
        ("阳历五月一", solar(5, 1)),
        ("02-29", solar(2, 29)),
        ("农历八月十五", lunar(8, 15)),
        ("農曆八月十五", lunar(8, 15)),
        ("八月十五", lunar(8, 15)),
        ("正月初一", lunar(1, 1)),
        ("腊月廿三", lunar(12, 23)),
        ("冬月二十九", lunar(11, 29)),
        ("1990年农历闰五月初一", lunar(5, 1, 1990, leap=True)),
        ("一九九〇年八月初十", lunar(8, 10, 1990)),
        ("农历1990-8-15", lunar(8, 15, 1990)),
        ("lunar 8-15", lunar(8, 15)),
        ("Lunar leap 4-1", lunar(4, 1, leap=True)),
        ("лунный 8-15", lunar(8, 15)),
    ],
)
def test_dates_are_read_as_people_type_them(raw: str, expected: PartialDate) -> None:
    assert parse_partial_date(raw) == expected


def test_the_language_decides_which_number_is_the_day() -> None:
    assert parse_partial_date("5.1", "zh_Hans") == parse_partial_date("5/1", "en") == solar(5, 1)
    assert parse_partial_date("5.1", "ru") == parse_partial_date("5/1", "ru") == solar(1, 5)
    assert parse_partial_date("05-01", "ru") == solar(5, 1)


@pytest.mark.parametrize(
    "raw",
    """soon 1990 13-13 02-30 2023-02-29 0-1 农历八月三十一 农历1989-闰4-1 1990年农历闰四月初一
    农历1850-1-1 阳历农历5-1 1990-05-01x 5/1-1990""".split(),
)
def test_what_is_no_date_is_refused(raw: str) -> None:
    assert isinstance(parse_partial_date(raw), Msg)


def test_nothing_and_far_too_much_are_refused() -> None:
    assert isinstance(parse_partial_date(""), Msg)
    assert isinstance(parse_partial_date("05-01" + " " * 5000), Msg)


def test_the_refusal_says_what_is_wrong() -> None:
    assert str(parse_partial_date("02-30")) == "“02-30” does not exist in the calendar."
    assert str(parse_partial_date("农历1850-1-1")) == "Lunar dates are known from 1901 to 2098."
    assert "lunar calendar of that year" in str(parse_partial_date("lunar 1990-leap 4-1"))


@pytest.mark.parametrize(
    ("pd", "after", "expected"),
    [
        (solar(5, 1), date(2026, 4, 30), date(2026, 5, 1)),
        (solar(5, 1), date(2026, 5, 1), date(2027, 5, 1)),
        (solar(2, 29), date(2026, 1, 1), date(2026, 2, 28)),
        (solar(2, 29), date(2028, 1, 1), date(2028, 2, 29)),
        (solar(5, 1, 2030), date(2026, 1, 1), date(2030, 5, 1)),
        (solar(5, 1, 1990), date(2026, 6, 1), date(2027, 5, 1)),
        (lunar(8, 15), date(2025, 1, 1), date(2025, 10, 6)),
        (lunar(8, 15), date(2025, 10, 6), date(2026, 9, 25)),
        (lunar(1, 1), date(2025, 12, 31), date(2026, 2, 17)),
        (lunar(12, 23), date(2026, 1, 1), date(2026, 2, 10)),
        (lunar(6, 1, leap=True), date(2025, 7, 1), date(2025, 7, 25)),  # 2025 has a leap sixth month
        (lunar(6, 1), date(2025, 1, 1), date(2025, 6, 25)),
        (lunar(6, 1, leap=True), date(2026, 1, 1), date(2026, 7, 14)),  # 2026 has none: the ordinary one
        (lunar(12, 30), date(2025, 2, 1), date(2026, 2, 16)),  # that month has 29 days
    ],
)
def test_dates_come_round(pd: PartialDate, after: date, expected: date) -> None:
    assert next_occurrence(pd, after) == expected


def test_lunar_dates_end_with_the_tables() -> None:
    with pytest.raises(ValueError, match="1901 to 2098"):
        next_occurrence(lunar(8, 15), date(2150, 1, 1))


@pytest.mark.parametrize(
    "first_day",
    """1901-02-19 1920-02-20 1966-01-21 1978-02-07 1985-02-20 2000-02-05 2024-02-10 2025-01-29 2026-02-17 2027-02-06
    2034-02-19 2044-01-30 2098-02-01""".split(),
)
def test_the_lunar_year_begins_when_everybody_knows_it_does(first_day: str) -> None:
    day = date.fromisoformat(first_day)
    assert occurrence_in(lunar(1, 1), day.year) == day
    assert next_occurrence(lunar(1, 1), day - timedelta(days=1)) == day


@pytest.mark.parametrize(
    ("year", "month"), [(1984, 10), (2020, 4), (2023, 2), (2025, 6), (2028, 5), (2031, 3), (2033, 11)]
)
def test_leap_months_are_where_the_almanac_has_them(year: int, month: int) -> None:
    leaps = []
    for number in range(1, 13):
        try:
            leaps.append(lunar(number, 1, year, leap=True).month)
        except ValueError:
            continue
    assert leaps == [month]


def test_lunar_months_follow_each_other_without_a_gap() -> None:
    for year in range(1901, 2098):
        last = max(occurrence_in(lunar(12, 30), year), occurrence_in(lunar(12, 30, leap=True), year))
        assert occurrence_in(lunar(1, 1), year + 1) == last + timedelta(days=1)
        for month in range(1, 12):
            end = max(occurrence_in(lunar(month, 30), year), occurrence_in(lunar(month, 30, leap=True), year))
            assert occurrence_in(lunar(month + 1, 1), year) == end + timedelta(days=1)


def partial_dates() -> st.SearchStrategy[PartialDate]:
    def build(calendar: str, year: int | None, month: int, day: int, leap: bool) -> PartialDate | None:
        try:
            return PartialDate("lunar" if calendar == "lunar" else "solar", year, month, day, leap)
        except ValueError:
            return None

    years = st.none() | st.integers(1900, 2060)
    return (
        st.builds(
            build,
            st.sampled_from(["solar", "lunar"]),
            years,
            st.integers(1, 12),
            st.integers(1, 31),
            st.booleans(),
        )
        .filter(lambda pd: pd is not None)
        .map(lambda pd: pd or solar(1, 1))
    )


@given(partial_dates())
def test_stored_and_typed_forms_come_back(pd: PartialDate) -> None:
    assert PartialDate.from_json(json.loads(json.dumps(pd.to_json()))) == pd
    assert parse_partial_date(pd.as_typed()) == pd
    assert parse_partial_date(pd.as_typed(), "ru") == pd


@pytest.mark.parametrize(
    ("pd", "simplified", "traditional"),
    [
        (lunar(8, 15), "农历八月十五", "農曆八月十五"),
        (lunar(1, 1), "农历正月初一", "農曆正月初一"),
        (lunar(4, 1, leap=True), "农历闰四月初一", "農曆閏四月初一"),
        (lunar(10, 10), "农历十月初十", "農曆十月初十"),
        (lunar(11, 20), "农历冬月二十", "農曆冬月二十"),
        (lunar(12, 23), "农历腊月廿三", "農曆臘月廿三"),
        (lunar(12, 30), "农历腊月三十", "農曆臘月三十"),
        (lunar(5, 19, 1990, leap=True), "农历1990年闰五月十九", "農曆1990年閏五月十九"),
    ],
)
def test_lunar_dates_are_written_as_chinese_readers_write_them(
    pd: PartialDate, simplified: str, traditional: str
) -> None:
    assert lunar_in_chinese(pd) == simplified
    assert lunar_in_chinese(pd, traditional=True) == traditional


@given(partial_dates().filter(lambda pd: pd.calendar == "lunar"), st.booleans())
def test_what_is_written_in_chinese_is_read_back(pd: PartialDate, traditional: bool) -> None:
    assert parse_partial_date(lunar_in_chinese(pd, traditional=traditional)) == pd


@given(partial_dates(), st.dates(date(1950, 1, 1), date(2090, 1, 1)))
def test_the_next_occurrence_is_after_and_none_lies_between(pd: PartialDate, after: date) -> None:
    found = next_occurrence(pd, after)
    assert found > after
    own_years = range(max(after.year - 1, pd.year or 1900), min(found.year + 1, 2099))
    between = [occurrence_in(pd, year) for year in own_years]
    assert not [day for day in between if after < day < found]
    if pd.year is None or pd.year < after.year - 1:
        assert found - after <= timedelta(days=400)


@given(st.text(max_size=30) | st.text("0123456789年月日初十闰农历-/. ", max_size=16))
def test_reading_never_fails(raw: str) -> None:
    assert isinstance(parse_partial_date(raw), PartialDate | Msg)


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"calendar": "solar", "month": "5", "day": 1},
        {"calendar": "mars", "month": 5, "day": 1},
        {"calendar": "solar", "month": 5, "day": 1, "leap_month": True},
        {"calendar": "solar", "month": True, "day": 1},
        {"calendar": "lunar", "month": 5, "day": 1, "leap_month": 1},
    ],
)
def test_broken_stored_dates_are_refused(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"partial date|leap months"):
        PartialDate.from_json(stored)
