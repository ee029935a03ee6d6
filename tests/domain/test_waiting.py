"""Back-off and periods: pure, the same everywhere, whatever the moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.back_off import FIRST, LONGEST, MOST_TRIES, SPREAD, back_off
from salesapp.domain.periods import Every

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
periods = st.builds(
    Every,
    st.timedeltas(timedelta(seconds=1), timedelta(days=40)),
    st.timedeltas(timedelta(), timedelta(days=40)),
)


@given(st.integers(1, 10**12), st.integers(1, 10**6))
def test_a_wait_grows_is_capped_and_is_the_same_each_time(key: int, failures: int) -> None:
    wait = back_off(key, failures)
    assert wait == back_off(key, failures)
    assert FIRST <= wait <= LONGEST * (1 + SPREAD)
    assert back_off(key, failures + 1) > wait or wait >= LONGEST


def test_what_failed_together_is_not_tried_again_together() -> None:
    assert len({back_off(key, 3) for key in range(100)}) == 100


def test_all_tries_together_outlast_a_night() -> None:
    assert timedelta(hours=8) < sum((back_off(1, n) for n in range(1, MOST_TRIES)), timedelta()) < timedelta(days=1)


@given(periods, moments, st.timedeltas(timedelta(), timedelta(days=100)))
def test_a_slot_holds_its_moment_and_all_slots_meet(every: Every, now: datetime, later: timedelta) -> None:
    begin, end = every.slot(now), every.next(now)
    assert begin <= now < end
    assert end - begin == every.period
    assert every.slot(begin) == begin
    assert every.slot(end) == end
    assert every.slot(end - timedelta(microseconds=1)) == begin
    assert (every.slot(now + later) == begin) is (now + later < end)


def test_a_daily_one_begins_at_its_hour_and_a_weekly_one_on_monday() -> None:
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert Every(timedelta(days=1), timedelta(hours=19)).next(noon) == datetime(2026, 3, 4, 19, tzinfo=UTC)
    assert Every(timedelta(weeks=1)).slot(noon) == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_period_has_to_last() -> None:
    with pytest.raises(ValueError, match="last"):
        Every(timedelta())
