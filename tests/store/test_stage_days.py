"""Stage entries by day: the roll-up is what counting the events gives, and its medians are near the true ones."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from salesapp.domain import stay_classes
from salesapp.services.work import Work
from salesapp.store import rollups, stage_days
from salesapp.store.inserts import insert_row
from salesapp.store.tables import deal, stage_day, stage_event
from salesapp.testing import NOW, Cast

DAY = 86400
LONGEST = 16 * 365 * DAY


@given(st.lists(st.integers(60, LONGEST), min_size=1, max_size=60))
def test_a_median_read_from_classes_is_within_a_tenth(secs: list[int]) -> None:
    classes: dict[int, list[int]] = {}
    for each in secs:
        classes.setdefault(stay_classes.class_of(each), []).append(each)
    found = stay_classes.median([(number, len(some), sum(some)) for number, some in sorted(classes.items())])
    assert found == pytest.approx(median(secs), rel=0.1)


def test_few_and_equal_stays_are_told_exactly() -> None:
    number = stay_classes.class_of(2 * DAY)
    assert stay_classes.median([(number, 1, 2 * DAY)]) == 2 * DAY
    assert stay_classes.median([(stay_classes.class_of(DAY), 1, DAY), (number, 1, 2 * DAY)]) == 1.5 * DAY
    assert stay_classes.median([(stay_classes.class_of(0), 3, 0)]) == 0
    assert stay_classes.class_of(None) == 0


@given(st.integers(0, 10**12))
def test_a_stay_lies_within_its_class(secs: int) -> None:
    edges = (0, *stay_classes.LIMITS, float("inf"))
    number = stay_classes.class_of(secs)
    assert edges[number - 1] <= secs < edges[number]


def an_event(w: Work, deal_id: int, **values: object) -> int:
    row = {"deal_id": deal_id, "process": "a.one", "stage": "last", "prev_stage": "first", "noted_at": NOW} | values
    event_id = insert_row(w.session, stage_event, row)
    count(w, event_id)
    return event_id


def count(w: Work, event_id: int, by: int = 1) -> None:
    row = w.session.execute(select(stage_event).where(stage_event.c.id == event_id)).one()
    stage_days.count(
        w.session,
        process=row.process,
        at=row.at,
        prev_stage=row.prev_stage,
        stage=row.stage,
        owner_id=row.owner_id,
        secs=row.secs_in_prev,
        by=by,
    )


def a_bare_deal(w: Work) -> int:
    moments = {"created_at": NOW, "stage_entered_at": NOW, "touched_at": NOW}
    return insert_row(
        w.session, deal, {"title": "A", "process": "a.one", "stage": "first", "currency": "CNY", **moments}
    )


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_days_are_what_counting_gives(w: Work, cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    deal_id, events = a_bare_deal(w), []
    for _ in range(100):
        secs = dice.choice([None, 0, 59, 60, *dice.choices(stay_classes.LIMITS, k=2), dice.randrange(LONGEST), 10**10])
        events.append(
            an_event(
                w,
                deal_id,
                at=NOW + timedelta(minutes=dice.randrange(-5000, 5000)),
                secs_in_prev=secs,
                prev_stage=None if secs is None else dice.choice(["first", ":won"]),
                owner_id=dice.choice([None, cast.owner.id]),
            )
        )
    for event_id in dice.sample(events, 20):
        w.session.execute(update(stage_event).where(stage_event.c.id == event_id).values(undone_at=NOW))
        count(w, event_id, by=-1)
    found = rollups.compare(w.session, stage_day)
    assert found.is_right, found
    assert sum(w.session.scalars(select(stage_day.c.n))) == 80
    assert 50 < found.counts[rollups.RIGHT] <= 80


def test_a_day_is_one_of_utc_wherever_the_moment_was_written(w: Work) -> None:
    shanghai = timezone(timedelta(hours=8))
    deal_id = a_bare_deal(w)
    an_event(w, deal_id, at=datetime(2026, 3, 2, 7, 59, tzinfo=shanghai), secs_in_prev=DAY)
    an_event(w, deal_id, at=datetime(2026, 3, 2, 8, 0, tzinfo=shanghai), secs_in_prev=3 * DAY)
    days = w.session.scalars(select(stage_day.c.day).order_by(stage_day.c.day)).all()
    assert days == [date(2026, 3, 1), date(2026, 3, 2)]
    assert rollups.compare(w.session, stage_day).is_right
    assert stage_days.stays(w.session, None, "a.one", datetime(2026, 3, 2, tzinfo=UTC)) == {"first": 3 * DAY}


def test_stays_are_of_the_owners_process_and_time_asked_for(w: Work, cast: Cast) -> None:
    deal_id, mine = a_bare_deal(w), int(cast.owner.id or 0)
    an_event(w, deal_id, at=NOW, secs_in_prev=None, prev_stage=None, stage="first", owner_id=mine)
    for days, owner_id in ((1, mine), (2, mine), (9, None)):
        an_event(w, deal_id, at=NOW, secs_in_prev=days * DAY, owner_id=owner_id)
    gone = an_event(w, deal_id, at=NOW, secs_in_prev=99 * DAY, owner_id=mine, prev_stage="last")
    count(w, gone, by=-1)
    an_event(w, deal_id, at=NOW, secs_in_prev=7 * DAY, owner_id=mine, process="a.two")

    def stay(owners: set[int] | None, since: datetime | None = None) -> dict[str, int]:
        return stage_days.stays(w.session, owners, "a.one", since)

    assert stay(None) == {"first": 2 * DAY}
    assert stay({mine}) == {"first": 1.5 * DAY}
    assert stay({0}) == {"first": 9 * DAY}
    assert stay(set()) == {}
    assert stay(None, NOW - timedelta(hours=3)) == {"first": 2 * DAY}
    assert stay(None, NOW + timedelta(hours=22)) == {}
    assert stay(None, NOW - timedelta(days=300)) == {"first": 2 * DAY}
