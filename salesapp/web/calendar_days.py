"""The days of the calendar as its page draws them: each item at its time, beside what overlaps, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from babel.dates import format_date

from salesapp.domain.activity_kinds import takes
from salesapp.domain.agenda import HOURS, QUARTER, Lane, Span, clashes, hours_shown, lanes, span, took_place
from salesapp.domain.work_calendar import WorkCalendar
from salesapp.services.agenda import booked
from salesapp.web import deal_words
from salesapp.web.calendar_ask import Ask
from salesapp.web.calendar_words import beside_words, called, clock
from salesapp.web.i18n import gettext, language, local, locale, ngettext, show_date, show_number, today
from salesapp.web.request import current_now

MOST_LANES: Final = {"week": 3, "day": 6}


@dataclass(frozen=True, slots=True)
class Item:
    """One activity in the calendar. `place` are the classes that put it where it belongs; `minute` of its day."""

    id: int
    who: str
    what: str
    icon: str
    time: str
    until: str
    owner: str
    version: int
    minute: int
    minutes: int
    done: bool
    late: bool
    clash: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class More:
    """Those there was no room for beside others."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Day:
    """One day: what has no hour, what has one, and what found no room."""

    iso: str
    name: str
    number: int
    label: str
    href: str
    alone: str
    count: str
    n: int
    is_on: bool
    is_today: bool
    whole: Sequence[Item]
    timed: Sequence[Item]
    more: Sequence[More]
    rest: Sequence[Item]
    now: str
    off: bool = False
    """Whether the reader's team does not work on this day; `feast` is why, or that a weekend is worked."""
    feast: str = ""


Row = Any


def moment_of(row: Row) -> datetime:
    """When it is planned for, or was done."""
    found: datetime = row.planned_at if row.state == "planned" else row.at
    return found


def by_day(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """The rows by the person's calendar day."""
    found: dict[date, list[Row]] = {}
    for row in rows:
        found.setdefault(local(moment_of(row)).date(), []).append(row)
    return found


def days(
    ask: Ask, rows: Sequence[Row], works: WorkCalendar, *, with_owner: bool
) -> tuple[list[Day], tuple[int, int], list[str]]:
    """The days of the week with what is laid out in them; the hours shown; and whose time is taken twice, in words."""
    now, of_day = current_now(), by_day(rows)
    ahead = [each for each in map(booked, rows) if each is not None and each.end > now]
    taken, known = clashes(ahead), {row.id: row for row in rows}
    spans = {day: [_span(row) for row in of_day.get(day, ()) if not _is_whole(row)] for day in ask.days}
    open_hours = (min(HOURS[0], works.begins.hour), max(HOURS[1], works.ends.hour + (works.ends.minute > 0)))
    first, last = hours_shown((each for spans_of in spans.values() for each in spans_of), open_hours)
    made = []
    for day in ask.week:
        its_rows = of_day.get(day, [])
        items = {row.id: _item(row, _beside(row, taken, known), with_owner=with_owner) for row in its_rows}
        laid_out = _day(ask, day, its_rows, items, spans.get(day, []), first, last)
        made.append(replace(laid_out, off=not works.is_working(day), feast=_feast(works, day)))
    return made, (first, last), _clash_lines(ask, taken, known)


def _feast(works: WorkCalendar, day: date) -> str:
    """What is special about the day for those who work by this calendar."""
    return gettext("worked") if works.works_instead(day) else works.rest(day, language())


def _is_whole(row: Row) -> bool:
    return bool(row.state == "planned" and row.all_day)


def _from_to(row: Row) -> tuple[datetime, datetime]:
    """When it begins and ends; what is done ends when it was noted at the latest, and lies within its day."""
    length = timedelta(minutes=takes(row.kind, row.minutes))
    if row.state == "planned":
        return local(row.planned_at), local(row.planned_at + length)  # the clocks may change
    at = local(row.at)
    timed = row.planned_at is not None and not row.all_day and local(row.planned_at).date() == at.date()
    start, end = took_place(row.at, row.noted_at, row.planned_at if timed else None, length)
    return max(local(start), at.replace(hour=0, minute=0, second=0, microsecond=0)), local(end)


def _span(row: Row) -> Span:
    start, _ = _from_to(row)
    return span(row.id, start.hour * 60 + start.minute, _minutes(row))


def _minutes(row: Row) -> int:
    """How long it takes, or went on."""
    start, end = _from_to(row)
    return takes(row.kind, row.minutes) if row.state == "planned" else int((end - start).total_seconds() // 60)


def _item(row: Row, clash: str, *, with_owner: bool) -> Item:
    start, end = _from_to(row)
    done = row.state == "done"
    what = [deal_words.kind_label(row.kind), row.contact_name or "", gettext("not reached") if _missed(row) else ""]
    return Item(
        id=row.id,
        who=called(row),
        what=" · ".join(filter(None, what)),
        icon=deal_words.kind_icon(row.kind),
        time="" if _is_whole(row) else clock(start),
        until="" if _is_whole(row) else clock(end),
        owner=(row.owner_name or gettext("nobody")) if with_owner else "",
        version=row.version,
        minute=start.hour * 60 + start.minute,
        minutes=_minutes(row),
        done=done,
        late=not done and deal_words.is_late(row.planned_at, row.all_day),
        clash=clash,
    )


def _missed(row: Row) -> bool:
    return bool(row.outcome == "not_reached")


def _beside(row: Row, taken: Mapping[int, Sequence[int]], known: Mapping[int, Row]) -> str:
    return beside_words([called(known[key]) for key in taken.get(row.id, ())])


def _clash_lines(ask: Ask, taken: Mapping[int, Sequence[int]], known: Mapping[int, Row]) -> list[str]:
    """Each pair that takes one person's time twice, once."""
    pairs = [(known[key], known[other]) for key, others in taken.items() for other in others if key < other]
    pairs.sort(key=lambda pair: max(row.planned_at for row in pair))
    pairs.sort(key=lambda pair: local(pair[0].planned_at).date() != ask.on)  # what a phone shows comes first
    lines = []
    for pair in pairs:
        one, other = sorted(pair, key=lambda row: row.planned_at)
        day = local(other.planned_at).date()
        if day in ask.days:
            words = {"day": _weekday(day, language(), "EEEE"), "one": _at(one), "other": _at(other)}
            lines.append(gettext("%(day)s: %(one)s and %(other)s") % words)
    return lines


def _at(row: Row) -> str:
    return f"{clock(local(row.planned_at))} {called(row)}"


def _day(
    ask: Ask, day: date, rows: Sequence[Row], items: Mapping[int, Item], spans: Sequence[Span], first: int, last: int
) -> Day:
    placed, rests = lanes(spans, MOST_LANES[ask.view])
    timed = [
        replace(items[each.key], place=_place(each.start, each.length, placed[each.key], first))
        for each in sorted(spans, key=lambda one: (one.start, one.key))
        if each.key in placed
    ]
    return Day(
        iso=day.isoformat(),
        name=_weekday(day, language(), "EEE"),
        number=day.day,
        label=show_date(day, "full"),
        href=ask.address(on=day),
        alone=ask.address(on=day, view="day"),
        count=ngettext("%(num)s activity", "%(num)s activities", len(rows)) % {"num": show_number(len(rows))},
        n=len(rows),
        is_on=day == ask.on,
        is_today=day == today(),
        whole=[items[row.id] for row in rows if _is_whole(row)],
        timed=timed,
        more=[More(f"+{len(rest.keys)}", _place(rest.start, rest.length, rest.lane, first)) for rest in rests],
        rest=[items[key] for rest in rests for key in rest.keys],
        now=_now(day, first, last),
    )


def _place(start: int, length: int, lane: Lane, first: int) -> str:
    return f"at-{start - first * 4} for-{length} lane-{lane.index}-{lane.of}"


def _now(day: date, first: int, last: int) -> str:
    """Where the line of this moment runs, on the day it belongs to."""
    here = local(current_now())
    quarter = (here.hour * 60 + here.minute) // QUARTER - first * 4
    return f"at-{quarter}" if here.date() == day and 0 <= quarter < (last - first) * 4 else ""


@lru_cache(maxsize=1024)
def _weekday(day: date, lang: str, pattern: str) -> str:
    return format_date(day, pattern, locale=locale(lang))
