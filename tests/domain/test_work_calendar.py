"""Working days: holidays of the country with their swapped weekends, and the team's own days."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.text import LANGUAGES
from salesapp.domain.work_calendar import WorkCalendar, countries, from_data, public_days, to_data

CHINA = WorkCalendar("CN")


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 13), True),  # Friday
        (date(2026, 2, 14), True),  # a Saturday that is worked for the Spring Festival
        (date(2026, 2, 17), False),  # the festival
        (date(2026, 2, 21), False),
        (date(2026, 2, 28), True),  # a Saturday again
        (date(2026, 3, 1), False),  # a plain Sunday
        (date(2026, 10, 1), False),
    ],
)
def test_china_works_on_some_weekends(day: date, works: bool) -> None:
    assert CHINA.is_working(day) is works


def test_other_countries_and_none() -> None:
    assert not WorkCalendar("RU").is_working(date(2026, 5, 11))  # Monday after Victory Day on a Saturday
    assert WorkCalendar("RU").is_working(date(2026, 2, 17))
    assert WorkCalendar("").is_working(date(2026, 1, 1))
    assert WorkCalendar("XX").is_working(date(2026, 1, 1))
    assert public_days("XX", 2026).holidays == {}
    assert {"CN", "TW", "HK", "RU", "KZ", "US", "GB"} <= countries()


def test_days_of_ones_own_come_first() -> None:
    own = WorkCalendar(
        "CN",
        weekdays=(0, 1, 2, 3, 4, 5),
        off=((date(2026, 6, 1), "店庆"),),
        extra=(date(2026, 10, 1), date(2026, 6, 7)),
    )
    assert not own.is_working(date(2026, 6, 1))
    assert own.rest(date(2026, 6, 1)) == "店庆"
    assert own.is_working(date(2026, 10, 1))
    assert own.rest(date(2026, 10, 1)) == ""
    assert own.is_working(date(2026, 6, 6))  # Saturdays are theirs
    assert not own.works_instead(date(2026, 6, 6))
    assert own.works_instead(date(2026, 6, 7))
    assert own.from_day(date(2026, 5, 31)) == date(2026, 6, 2)


def test_names_in_the_readers_language() -> None:
    day = date(2026, 2, 17)
    names = {language: CHINA.rest(day, language) for language in LANGUAGES}
    assert names["zh_Hans"] == "春节"
    assert "Spring Festival" in names["en"] or "Chinese New Year" in names["en"]
    assert names["ru"] == "Праздничный день"  # the library knows no Russian names of China's
    assert WorkCalendar("RU").rest(date(2026, 5, 9), "ru") == "День Победы"
    assert WorkCalendar("US").rest(date(2026, 12, 25), "en") == "Christmas Day"
    assert CHINA.rest(date(2026, 3, 1)) == ""


def test_the_first_working_day_and_a_team_that_never_works() -> None:
    assert CHINA.from_day(date(2026, 2, 15)) == date(2026, 2, 24)  # the festival, and the days about it
    assert CHINA.from_day(date(2026, 2, 13)) == date(2026, 2, 13)
    assert WorkCalendar("", weekdays=()).from_day(date(2026, 2, 13)) == date(2026, 2, 13)


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(
    st.builds(
        WorkCalendar,
        st.sampled_from(["", "CN", "RU", "US"]),
        st.lists(st.integers(0, 6), unique=True).map(lambda days: tuple(sorted(days))),
        st.builds(time, st.integers(0, 12), st.sampled_from([0, 30])),
        st.builds(time, st.integers(13, 23), st.sampled_from([0, 30])),
        st.lists(st.tuples(DAYS, st.text(min_size=1, max_size=5)), max_size=3, unique_by=lambda each: each[0]).map(
            tuple
        ),
        st.lists(DAYS, max_size=3).map(tuple),
    ),
    DAYS,
)
def test_a_calendar_is_kept_and_finds_the_first_day(own: WorkCalendar, day: date) -> None:
    assert from_data(to_data(own)) == own
    first = own.from_day(day)
    later = (date.fromordinal(day.toordinal() + n) for n in range(60))
    assert own.is_working(first) or (first == day and not any(map(own.is_working, later)))
    between = [date.fromordinal(n) for n in range(day.toordinal(), first.toordinal())]
    assert not any(own.is_working(each) for each in between)
