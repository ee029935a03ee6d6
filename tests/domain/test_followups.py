from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.followups import INTERVALS, Interval, add_months, next_contact


def test_grades_have_their_rhythm() -> None:
    day = date(2026, 3, 2)
    assert next_contact("A", day) == date(2026, 3, 9)
    assert next_contact("B", day) == date(2026, 4, 2)
    assert next_contact("C", day) == date(2026, 6, 2)
    assert next_contact(None, day) == date(2026, 4, 2)
    assert next_contact("Z", day) == date(2026, 4, 2)


def test_months_end_where_they_end() -> None:
    assert next_contact("B", date(2026, 1, 31)) == date(2026, 2, 28)
    assert next_contact("B", date(2028, 1, 31)) == date(2028, 2, 29)
    assert next_contact("C", date(2026, 11, 30)) == date(2027, 2, 28)
    assert next_contact("B", date(2026, 12, 15)) == date(2027, 1, 15)


def test_an_owner_may_set_other_intervals() -> None:
    own = {**INTERVALS, "A": Interval(3, "day"), None: Interval(2, "week")}
    assert next_contact("A", date(2026, 3, 2), own) == date(2026, 3, 5)
    assert next_contact(None, date(2026, 3, 2), own) == date(2026, 3, 16)
    assert next_contact("Z", date(2026, 3, 2), own) == date(2026, 3, 16)


@pytest.mark.parametrize(("count", "unit"), [(0, "day"), (-1, "month"), (1, "year")])
def test_an_interval_checks_itself(count: int, unit: str) -> None:
    with pytest.raises(ValueError, match="not an interval"):
        Interval(count, unit)  # type: ignore[arg-type]


@given(st.dates(date(1950, 1, 1), date(2200, 1, 1)), st.integers(1, 120))
def test_adding_months_lands_in_the_right_month_and_never_after_the_day(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
