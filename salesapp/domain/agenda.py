"""How a day is laid out: quarters of an hour, lanes for what overlaps, the hours shown, and what clashes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.errors import N_, Problem, problem

QUARTER: Final = 15  # minutes: what a time snaps to
DAY: Final = 96  # quarters
LEAST: Final = 2  # quarters an item is drawn with, so that a finger can hit it
HOURS: Final = (8, 19)
JUST_NOW: Final = timedelta(minutes=10)
"""Who writes something down this soon writes down what has just ended; the form says the present minute by itself."""
SHORTEST, LONGEST = 5, 12 * 60  # minutes an activity may take; what takes longer is a whole day


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a day, in quarters of an hour since its midnight."""

    key: int
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Lane:
    """Where an item stands beside others: the `index`th of `of` lanes."""

    index: int
    of: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Items for which there is no lane left, and the piece of the day they cover."""

    keys: tuple[int, ...]
    start: int
    length: int
    lane: Lane


@dataclass(frozen=True, slots=True)
class Booked:
    """Somebody's time that is taken."""

    key: int
    owner: int | None
    start: datetime
    end: datetime


def span(key: int, minute: int, minutes: int) -> Span:
    """The piece of the day of what begins at `minute` and takes `minutes`; it ends with the day at the latest."""
    start = min(minute // QUARTER, DAY - LEAST)
    end = -(-(minute + minutes) // QUARTER)
    return Span(key, start, max(LEAST, min(end, DAY) - start))


def took_place(
    at: datetime, noted_at: datetime, planned_at: datetime | None, length: timedelta
) -> tuple[datetime, datetime]:
    """From when to when something done went on, as far as anybody can tell: from its planned hour, if that was before
    it was ticked off (`planned_at`: of the same day, else None); from the hour somebody wrote down afterwards; else it
    has just ended. Nothing done reaches beyond the moment it was noted."""
    if planned_at is not None and planned_at < at:
        return planned_at, min(planned_at + length, at)
    if noted_at - at > JUST_NOW:
        return at, min(at + length, noted_at)
    return at - length, at


def snapped(minute: int) -> int:
    """The nearest quarter of an hour of the same day."""
    return min(max(0, (minute + QUARTER // 2) // QUARTER), DAY - 1) * QUARTER


def hours_shown(spans: Iterable[Span], hours: tuple[int, int] = HOURS) -> tuple[int, int]:
    """From which hour to which: the usual ones, and more where something lies before or after them."""
    first, last = hours
    for each in spans:
        first, last = min(first, each.start // 4), max(last, -(-each.end // 4))
    return first, last


def clusters(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The items in groups that overlap, one with the next."""
    group: list[Span] = []
    end = 0
    for each in sorted(spans, key=lambda one: (one.start, -one.length, one.key)):
        if group and each.start >= end:
            yield group
            group, end = [], 0
        group.append(each)
        end = max(end, each.end)
    if group:
        yield group


def lanes(spans: Iterable[Span], most: int) -> tuple[dict[int, Lane], list[Rest]]:
    """A lane for each item, so that none covers another; and, where more than `most` would be needed, what is left."""
    placed: dict[int, Lane] = {}
    rests: list[Rest] = []
    for group in clusters(spans):
        indexes = _indexes(group)
        needed = max(indexes.values()) + 1
        kept = needed if needed <= most else most - 1  # the last lane says how many more there are
        of = min(needed, most)
        placed |= {key: Lane(index, of) for key, index in indexes.items() if index < kept}
        left = [each for each in group if indexes[each.key] >= kept]
        if left:
            start, end = min(each.start for each in left), max(each.end for each in left)
            rests.append(Rest(tuple(each.key for each in left), start, end - start, Lane(of - 1, of)))
    return placed, rests


def _indexes(group: Sequence[Span]) -> dict[int, int]:
    """For each item of a group, in the order of time, the first lane that is free again."""
    ends: list[int] = []
    found: dict[int, int] = {}
    for each in group:
        index = next((n for n, end in enumerate(ends) if end <= each.start), len(ends))
        ends[index : index + 1] = [each.end]
        found[each.key] = index
    return found


def clashes(booked: Iterable[Booked]) -> Mapping[int, tuple[int, ...]]:
    """For each item the others that take the same person's time, in the order of time."""
    found: dict[int, list[int]] = {}
    open_of: dict[int, list[Booked]] = {}
    for each in sorted(booked, key=lambda one: (one.start, one.key)):
        if each.owner is None:
            continue
        beside = [one for one in open_of.get(each.owner, ()) if one.end > each.start]
        for one in beside:
            found.setdefault(one.key, []).append(each.key)
            found.setdefault(each.key, []).append(one.key)
        open_of[each.owner] = [*beside, each]
    return {key: tuple(others) for key, others in found.items()}


def check_length(minutes: int | None) -> list[Problem]:
    """What is wrong with how long it is said to take."""
    if minutes is None or SHORTEST <= minutes <= LONGEST:
        return []
    source = N_("It can take %(least)s minutes to %(most)s hours; what takes longer is planned without a time.")
    return [problem("minutes", source, least=SHORTEST, most=LONGEST // 60)]
