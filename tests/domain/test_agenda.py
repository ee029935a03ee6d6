"""The layout of a day: nothing covers anything, nothing is lost, and whose time is taken twice is found."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.activity_kinds import KINDS, takes
from salesapp.domain.agenda import (
    DAY,
    HOURS,
    LEAST,
    LONGEST,
    SHORTEST,
    Booked,
    Span,
    clashes,
    clusters,
    hours_shown,
    lanes,
    snapped,
    span,
    took_place,
)
from salesapp.testing import NOW

MINUTES = st.integers(0, 24 * 60 - 1)
LENGTHS = st.integers(SHORTEST, LONGEST)
DAYS = st.lists(st.tuples(MINUTES, LENGTHS), max_size=25).map(
    lambda pairs: [span(key, *pair) for key, pair in enumerate(pairs)]
)


def overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


@given(MINUTES, LENGTHS)
def test_a_span_lies_in_its_day_around_its_minutes_and_can_be_hit(minute: int, minutes: int) -> None:
    found = span(1, minute, minutes)
    assert 0 <= found.start < found.end <= DAY
    assert found.length >= LEAST
    assert found.start * 15 <= minute
    assert found.end * 15 >= min(minute + minutes, 24 * 60)


@given(DAYS, st.integers(2, 6))
def test_nothing_covers_anything_and_nothing_is_lost(spans: list[Span], most: int) -> None:
    placed, rests = lanes(spans, most)
    left = [key for rest in rests for key in rest.keys]
    assert sorted([*placed, *left]) == [each.key for each in spans]
    boxes = [(each, placed[each.key]) for each in spans if each.key in placed]
    boxes += [(Span(-1, rest.start, rest.length), rest.lane) for rest in rests]
    for (one, here), (other, there) in combinations(boxes, 2):
        assert not overlap(one, other) or (here.index != there.index and here.of == there.of)
    assert all(lane.index < lane.of <= most for _, lane in boxes)


@given(DAYS)
def test_there_are_no_more_lanes_than_overlap_at_one_moment(spans: list[Span]) -> None:
    placed, _ = lanes(spans, 99)
    for group in clusters(spans):
        at_once = max(sum(each.start <= one.start < each.end for each in group) for one in group)
        assert {placed[each.key].of for each in group} == {at_once}


@given(DAYS)
def test_who_is_alone_has_the_whole_width(spans: list[Span]) -> None:
    placed, _ = lanes(spans, 6)
    for each in spans:
        if not any(overlap(each, other) for other in spans if other is not each):
            assert (placed[each.key].index, placed[each.key].of) == (0, 1)


@given(DAYS)
def test_groups_do_not_overlap(spans: list[Span]) -> None:
    for one, other in combinations(list(clusters(spans)), 2):
        assert not any(overlap(a, b) for a in one for b in other)


@given(DAYS)
def test_the_hours_grow_with_what_is_there(spans: list[Span]) -> None:
    first, last = hours_shown(spans)
    assert 0 <= first <= HOURS[0] < HOURS[1] <= last <= 24
    assert all(first * 4 <= each.start and each.end <= last * 4 for each in spans)


def test_a_usual_day_and_a_late_one() -> None:
    assert hours_shown([]) == (8, 19)
    assert hours_shown([span(1, 22 * 60, 45)]) == (8, 23)
    assert hours_shown([span(1, 6 * 60 + 50, 15)]) == (6, 19)


def test_what_no_lane_is_left_for() -> None:
    placed, (rest,) = lanes([span(key, 600 + key * 15, 120) for key in range(5)], 3)
    assert {key: lane.index for key, lane in placed.items()} == {0: 0, 1: 1}
    assert (rest.keys, rest.start, rest.length, rest.lane.index, rest.lane.of) == ((2, 3, 4), 42, 10, 2, 3)


@given(MINUTES)
def test_snapping_goes_to_the_nearest_quarter_of_the_day(minute: int) -> None:
    found = snapped(minute)
    assert found % 15 == 0
    assert 0 <= found <= 24 * 60 - 15
    assert abs(found - minute) <= 7 or minute > 24 * 60 - 8


BOOKED = st.lists(st.tuples(st.sampled_from([1, 2, None]), st.integers(0, 300), st.integers(1, 90)), max_size=15).map(
    lambda rows: [
        Booked(key, owner, NOW + timedelta(minutes=at), NOW + timedelta(minutes=at + length))
        for key, (owner, at, length) in enumerate(rows)
    ]
)


@given(BOOKED)
def test_clashes_are_all_pairs_of_one_person_at_one_time(booked: list[Booked]) -> None:
    expected: dict[int, set[int]] = {}
    for one, other in combinations(booked, 2):
        if one.owner is not None and one.owner == other.owner and one.start < other.end and other.start < one.end:
            expected.setdefault(one.key, set()).add(other.key)
            expected.setdefault(other.key, set()).add(one.key)
    found = clashes(booked)
    assert {key: set(others) for key, others in found.items()} == expected
    assert all(len(others) == len(set(others)) for others in found.values())


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS])
def test_every_kind_has_a_usual_length(kind: str) -> None:
    assert SHORTEST <= takes(kind, None) <= LONGEST
    assert takes(kind, 45) == 45
    assert takes("of a plugin that left", None) == 30


AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("noted_after", "planned_before", "begins", "ends"),
    [
        (0, None, -60, 0),  # ticked off now: it has just ended
        (9, None, -60, 0),
        (240, None, 0, 60),  # written down in the evening, with its hour
        (30, None, 0, 30),  # never beyond the moment it was noted
        (0, 65, -65, -5),  # planned for an hour that is over
        (0, 20, -20, 0),  # shorter than planned
        (0, -120, -60, 0),  # done before its time
    ],
)
def test_what_is_done_lies_behind(noted_after: int, planned_before: int | None, begins: int, ends: int) -> None:
    planned_at = None if planned_before is None else AT - timedelta(minutes=planned_before)
    found = took_place(AT, AT + timedelta(minutes=noted_after), planned_at, HOUR)
    assert found == (AT + timedelta(minutes=begins), AT + timedelta(minutes=ends))
