"""Spans: whatever the time, what it is made of is that time, no moment twice and none left out."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.spans import EVER, Cover, cover, hour_of, in_hours, in_parts, spans_and_part, spans_of

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


def counted(made_of: Cover, at: datetime) -> int:
    """How often a record of this moment is counted."""
    hours, pieces = in_hours(made_of.pieces)
    n = live = sum(sign for since, until, sign in made_of.pieces if since <= at < until)
    by_hours = sum(sign for first, last, sign in hours if first <= hour_of(at) <= last)
    assert live == by_hours + sum(sign for since, until, sign in pieces if since <= at < until)
    parts, left = in_parts(made_of.pieces)
    by_parts = sum(sign for part, sign in parts if part == spans_and_part(at)[4])
    assert live == by_parts + sum(sign for since, until, sign in left if since <= at < until)
    assert all(until - since <= timedelta(days=3) for since, until, _ in left)
    spans = spans_of(at)
    assert spans_and_part(at)[:4] == spans
    n += sum(span in spans for span in made_of.single)
    if made_of.between is not None:
        n += sum(made_of.between[0] <= span <= made_of.between[1] for span in spans)
    return n


@given(st.none() | MOMENTS, st.none() | MOMENTS, MOMENTS)
def test_each_moment_of_the_time_is_counted_once(since: datetime | None, until: datetime | None, at: datetime) -> None:
    inside = (since is None or since <= at) and (until is None or at < until)
    assert counted(cover(since, until), at) == int(inside)


@given(MOMENTS, st.integers(0, 200), st.integers(-1, 1), st.sampled_from([-12, -8, 0, 3, 14]))
def test_borders_are_counted_right(begin: datetime, days: int, second: int, hours: int) -> None:
    since = begin.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    until = since + timedelta(days=days)
    for border in (since, until):
        at = border + timedelta(seconds=second)
        assert counted(cover(since, until), at) == int(since <= at < until)
    assert in_hours(cover(since, until).pieces)[1] == []  # a zone's days are whole hours


def test_a_time_of_whole_months_has_no_pieces() -> None:
    year = cover(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert year == Cover((2026,))
    assert cover(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)).single == (202602, 202603, 202604)
    assert cover(None, None) == Cover((EVER,))
