"""The times that figures are summed up for: all time, years, quarters and months of UTC, each known by a
number.

Any other time is made of these, and of the pieces between its borders and the nearest month's. What there is little of
is summed up for parts of a month of five days, too, so that less than three days are left to be counted live; what is
slow to count by hours: a zone's days begin with one nearly everywhere.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

EVER: Final = 0
QUARTERS: Final = 10_000, 99_999
"""No quarter lies beyond these, and nothing else between them: 2026 is a year, 20261 a quarter, 202603 a month, 2026031
the first five days of that."""
PARTS: Final = 6
"""Of a month."""
_HOUR: Final = timedelta(hours=1)
_YEAR_ONE: Final = datetime(1, 1, 1, tzinfo=UTC)

Piece = tuple[datetime, datetime, int]
"""From a moment on, before another one: counted in addition (1), or taken off (-1)."""


Hours = tuple[int, int, int]
"""The first and the last hour, both included: counted in addition (1), or taken off (-1)."""


def spans_of(at: datetime) -> tuple[int, int, int, int]:
    """The spans a moment counts in."""
    day = at.astimezone(UTC)
    return EVER, day.year, day.year * 10 + (day.month + 2) // 3, day.year * 100 + day.month


def spans_and_part(at: datetime) -> tuple[int, int, int, int, int]:
    """The same, and the part of its month."""
    spans = spans_of(at)
    return *spans, spans[3] * 10 + _part_of(at.astimezone(UTC))


def _part_of(day: datetime) -> int:
    """Five days each; the last one goes to the end of the month."""
    return min(PARTS, (day.day + 4) // 5)


def hour_of(at: datetime) -> int:
    """The number of the hour a moment is in, counted from the first year on."""
    return (at - _YEAR_ONE) // _HOUR


@dataclass(frozen=True, slots=True)
class Cover:
    """What a time is made of: `single` spans, all quarters of a range (both ends included), and pieces."""

    single: tuple[int, ...] = ()
    between: tuple[int, int] | None = None
    pieces: tuple[Piece, ...] = ()


ALL_TIME: Final = Cover((EVER,))


def cover(since: datetime | None, until: datetime | None) -> Cover:
    """What makes up the time from `since` on and before `until`; None where it is open."""
    if since is None and until is None:
        return ALL_TIME
    first, last = _nearest(since), _nearest(until)
    if since is not None and until is not None and (since >= until or first == last):
        return Cover(pieces=((since, until, 1),) if since < until else ())
    found = [_piece(since, first, 1)] if since is not None and first is not None else []
    found += [_piece(until, last, -1)] if until is not None and last is not None else []
    single, between = _inside(None if first is None else _number(first), None if last is None else _number(last))
    return Cover(single, between, tuple(piece for piece in found if piece is not None))


def in_hours(pieces: Iterable[Piece]) -> tuple[list[Hours], list[Piece]]:
    """The whole hours of these pieces, and what is left at their ends."""
    hours: list[Hours] = []
    left: list[Piece] = []
    for since, until, sign in pieces:
        first, last = since + (_YEAR_ONE - since) % _HOUR, until - (until - _YEAR_ONE) % _HOUR
        if first >= last:
            left.append((since, until, sign))
            continue
        hours.append((hour_of(first), hour_of(last) - 1, sign))
        left += [(*each, sign) for each in ((since, first), (last, until)) if each[0] < each[1]]
    return hours, left


Part = tuple[int, int]
"""A part of a month: counted in addition (1), or taken off (-1)."""


def in_parts(pieces: Iterable[Piece]) -> tuple[list[Part], list[Piece]]:
    """The parts of months these pieces are made of, and what is to be added or taken off at their ends."""
    parts: list[Part] = []
    left: list[Piece] = []
    for since, until, sign in pieces:
        first, last = _nearest_part(since), _nearest_part(until)
        if first >= last:
            left.append((since, until, sign))
            continue
        parts += [(_part(each), sign) for each in range(first, last)]
        ends = (_piece(since, _begin(first), sign), _piece(until, _begin(last), -sign))
        left += [piece for piece in ends if piece is not None]
    return parts, left


def _nearest_part(moment: datetime) -> int:
    """The number (of all counted through) of the part whose beginning is nearest."""
    here = moment.astimezone(UTC)
    number = _number(here) * PARTS + _part_of(here) - 1
    return number if here - _begin(number) <= _begin(number + 1) - here else number + 1


def _begin(part: int) -> datetime:
    return _moment(part // PARTS).replace(day=part % PARTS * 5 + 1)


def _part(number: int) -> int:
    return _month(number // PARTS) * 10 + number % PARTS + 1


def _nearest(moment: datetime | None) -> datetime | None:
    """The beginning of a month that is nearest to the moment."""
    if moment is None:
        return None
    here = moment.astimezone(UTC)
    begun = here.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = _moment(_number(begun) + 1)
    return begun if here - begun <= following - here else following


def _piece(border: datetime, month: datetime, sign: int) -> Piece | None:
    """What is to be added or taken off because the time begins (1) or ends (-1) beside the month's own border."""
    if border == month:
        return None
    return (border, month, sign) if border < month else (month, border, -sign)


def _number(begun: datetime) -> int:
    return begun.year * 12 + begun.month - 1


def _moment(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _month(number: int) -> int:
    return number // 12 * 100 + number % 12 + 1


def _quarter(number: int) -> int:
    return number // 3 // 4 * 10 + number // 3 % 4 + 1


def _inside(first: int | None, last: int | None) -> tuple[tuple[int, ...], tuple[int, int] | None]:
    """The months and quarters from one month (of all counted through) on, and before another."""
    low = None if first is None else -(-first // 3) * 3  # where the first whole quarter begins
    high = None if last is None else last // 3 * 3  # and where the last one ends
    if low is not None and high is not None and low >= high:
        assert first is not None and last is not None  # noqa: PT018 (one follows from the other)
        return tuple(_month(each) for each in range(first, last)), None
    single = [*range(first or 0, low or 0), *range(high or 0, last or 0)]
    months = tuple(_month(each) for each in single)
    if low is not None and high is not None and high - low <= 36:  # a few are read faster one by one
        return (*months, *_wholes(low, high)), None
    between = (QUARTERS[0] if low is None else _quarter(low), QUARTERS[1] if high is None else _quarter(high - 3))
    return months, between


def _wholes(low: int, high: int) -> Iterator[int]:
    """The quarters, and a year instead of its four."""
    while low < high:
        is_year = low % 12 == 0 and low + 12 <= high
        yield low // 12 if is_year else _quarter(low)
        low += 12 if is_year else 3
