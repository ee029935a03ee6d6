"""A rule that begins with something else now begins anew for everybody, a portion at a time."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask

from salesapp.domain.follow_up import Deadline, OnDate, OnEvent, OnStage, Until
from salesapp.domain.permissions import SYSTEM
from salesapp.services import follow_up_looking
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.customers import change_customer
from salesapp.services.deal_moves import reopen_deal, win_deal
from salesapp.services.deals import change_deal
from salesapp.services.follow_up_looking import look
from salesapp.services.work import work
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX, a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, occurrences, only, planned, watches
from tests.services.test_follow_up_engine import IN_A_DAY, finish, version, won
from tests.web.field_kit import a_field

ON_CHANGE = a_rule(OnEvent("deal.changed"), deadline=Deadline(24, "hour"))


def keys(state: str) -> list[str]:
    return [row.occurrence for row in occurrences() if row.state == state]


def soon(clock: Clock) -> None:
    clock.advance(minutes=5)
    jobs(clock)


def test_who_was_followed_up_by_the_old_beginning_is_by_the_new_one(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    deal_id = won(app, cast, clock)
    finish(cast, clock, planned()[0].id)
    soon(clock)
    only(ON_CHANGE, now=clock.now)
    soon(clock)
    with work(cast.owner, clock.now) as w:
        change_deal(w, deal_id, {"amount_minor": 700}, {})
    [call] = planned()
    assert call.planned_at == clock.now + timedelta(hours=24)
    assert (keys("kept"), keys("open")) == ([f"old{occurrences()[0].id}:0"], ["0"])


def test_what_begins_before_the_next_look_is_not_lost(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    deal_id = won(app, cast, clock)
    other_id = a_deal(app, cast.owner, a_customer(cast.owner), amount_minor=100)
    finish(cast, clock, planned()[0].id)
    soon(clock)
    clock.advance(minutes=1)
    only(ON_CHANGE, now=clock.now)
    with work(cast.owner, clock.now) as w:
        change_deal(w, other_id, {"amount_minor": 700}, {})
    [call] = planned()
    soon(clock)
    assert ([row.id for row in planned()], deal_id != other_id) == ([call.id], True)


def test_another_date_of_the_same_year_is_followed_up(app: Flask, cast: Cast, clock: Clock) -> None:
    ends = a_field(cast.admin, "customer", "date", "保险到期")
    comes = a_field(cast.admin, "customer", "date", "交付")
    only(a_rule(OnDate(f"customer.{ends}", yearly=True), until=Until(times=1)))
    wang = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        change_customer(w, wang, {ends: "2026-03-10", comes: "2026-03-09"}, {ends: None, comes: None})
    finish(cast, clock, planned()[0].id)
    soon(clock)
    only(a_rule(OnDate(f"customer.{comes}", yearly=True), until=Until(times=1)), now=clock.now)
    soon(clock)
    assert [(row.planned_at + timedelta(hours=8)).date() for row in planned()] == [date(2026, 3, 9)]
    assert keys("open") == ["2026"]


def test_what_is_open_of_the_old_beginning_goes(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    deal_id = won(app, cast, clock)
    soon(clock)
    only(a_rule(OnStage(SIX, ":lost"), deadline=Deadline(1)), now=clock.now)
    soon(clock)
    assert (planned(), keys("open"), watches()) == ([], [], [])
    only(IN_A_DAY, now=clock.now)
    soon(clock)
    with work(cast.manager, clock.now) as w:
        reopen_deal(w, deal_id, version(deal_id))
    with work(cast.owner, clock.now) as w:
        win_deal(w, deal_id, version(deal_id))
    assert keys("open") == ["0"]


def test_what_was_done_for_the_old_beginning_can_still_be_reopened(app: Flask, cast: Cast, clock: Clock) -> None:
    only(IN_A_DAY)
    won(app, cast, clock)
    [call] = planned()
    finish(cast, clock, call.id)
    only(ON_CHANGE, now=clock.now + timedelta(seconds=1))
    soon(clock)
    with work(cast.owner, clock.now) as w:
        reopen_activity(w, call.id)
    assert [row.id for row in planned()] == [call.id]
    finish(cast, clock, call.id)
    assert keys("open") == []


def test_beginning_anew_is_done_in_portions(
    app: Flask, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up_looking, "PORTION", 2)
    monkeypatch.setattr(follow_up_looking, "TAKEN_UP", 2)
    only(IN_A_DAY)
    for _ in range(5):
        won(app, cast, clock)
    soon(clock)
    only(ON_CHANGE, now=clock.now)
    left = []
    more = True
    while more:
        clock.advance(minutes=1)
        with work(SYSTEM, clock.now) as w:
            more = look(w)
        left.append((len(keys("open")), len(watches())))
    assert all(0 <= was - now <= 2 for one, two in pairwise(left) for was, now in zip(one, two, strict=True))
    assert left[0] == (3, 5)
    assert left[-1] == (0, 0)
