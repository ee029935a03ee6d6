"""A rhythm has one thing open at a time, whatever changes meanwhile, and goes on when that is done."""

from datetime import datetime

import pytest
from flask import Flask

from salesapp.domain.follow_up import ByLevel
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.services.activity_finish import finish_activity
from salesapp.services.deals import change_deal
from salesapp.services.work import work
from salesapp.store import follow_up_watches
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, only, planned, watches
from tests.web.field_kit import a_field

pytestmark = pytest.mark.usefixtures("app")


def soon(clock: Clock) -> None:
    clock.advance(minutes=5)
    jobs(clock)


def finish(cast: Cast, clock: Clock) -> None:
    with work(cast.owner, clock.now) as w:
        finish_activity(w, planned()[0].id, "reached", "")


def by_level(app: Flask, cast: Cast, clock: Clock, days: int) -> None:
    """A deal that had no level when it was first looked at, and gets one."""
    level = a_field(cast.admin, "deal", "choice", "意向", options="高\n低")
    with work(cast.owner, NOW) as w:
        option = next(iter(w.catalog.fields_of("deal")[level].options)).key
    only(a_rule(ByLevel(level, ((option, Interval(days, "day")),))))
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    soon(clock)
    assert [each.ended for each in watches()] == ["no_rhythm"]
    with work(cast.owner, clock.now) as w:
        change_deal(w, deal_id, {level: option}, {level: None})


def test_a_level_that_is_set_plans_one_thing_at_a_time(app: Flask, cast: Cast, clock: Clock) -> None:
    by_level(app, cast, clock, days=3)
    for _ in range(2):
        soon(clock)
        assert len(planned()) == 1
    assert [(each.look_at, each.ended) for each in watches()] == [(None, None)]
    finish(cast, clock)
    soon(clock)
    assert len(planned()) == 1
    finish(cast, clock)
    clock.advance(days=3)
    jobs(clock)
    assert len(planned()) == 1


def test_a_level_with_a_long_interval_goes_on_after_the_first(app: Flask, cast: Cast, clock: Clock) -> None:
    by_level(app, cast, clock, days=60)
    [watch] = watches()
    assert (planned(), watch.ended, watch.look_at > clock.now) == ([], None, True)
    clock.advance(days=55)
    jobs(clock)
    finish(cast, clock)
    clock.advance(days=55)
    jobs(clock)
    assert len(planned()) == 1


def test_what_is_looked_at_though_something_is_open_waits_for_that(app: Flask, cast: Cast, clock: Clock) -> None:
    by_level(app, cast, clock, days=3)
    look_again(clock.now)
    soon(clock)
    assert len(planned()) == 1
    assert [(each.look_at, each.ended) for each in watches()] == [(None, None)]


def look_again(now: datetime) -> None:
    """The watch is due though it waits for something that is open."""
    with work(SYSTEM, now) as w:
        follow_up_watches.move(w.session, [(each, {"look_at": now}) for each in watches()])


def test_only_what_is_named_of_a_watch_is_written(app: Flask, cast: Cast, clock: Clock) -> None:
    by_level(app, cast, clock, days=3)
    [seen] = watches()
    with work(SYSTEM, clock.now) as w:
        follow_up_watches.move(w.session, [(seen, {"look_at": clock.now, "n": 7})])
        follow_up_watches.move(w.session, [(seen, {"look_at": seen.look_at})])
    assert [(each.look_at, each.n) for each in watches()] == [(seen.look_at, 7)]
