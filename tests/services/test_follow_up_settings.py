"""The owner's follow-up rules: on and off, part by part, own ones, and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.conditions import When
from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.follow_up import Deadline, Do, Escalate, FollowUp, OnDate, OnEvent, OnStage, Silence, Until
from salesapp.domain.follow_up_data import from_data, to_data
from salesapp.domain.followups import Interval
from salesapp.domain.text import Text
from salesapp.jobs.follow_up_kinds import LOOK
from salesapp.plugging import running
from salesapp.services import follow_up_settings as service
from salesapp.services.follow_up_settings import PARTS, Setting
from salesapp.services.work import Work, work
from salesapp.store import follow_up_settings as rows
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.tables import job
from salesapp.testing import NOW, Cast

KEY = "general.first_call"
BIRTHDAY = "general.birthday"
WORDS = Text("Ask", "问", "問", "Спросить")
OWN = FollowUp("x", WORDS, Silence(Interval(2, "month")), Do("call", WORDS), deadline=Deadline(2))


@contextmanager
def admin(cast: Cast, later: int = 0) -> Iterator[Work]:
    with work(cast.admin, NOW + timedelta(minutes=later)) as w:
        yield w


def now(key: str = KEY) -> Setting:
    with reading() as x:
        return service.one(x, running.house().read(x, settings.config_version(x)), key)


def runs(key: str = KEY) -> bool:
    with reading() as x:
        return key in running.house().read(x, settings.config_version(x)).follow_ups


def seen(part: str, key: str = KEY) -> object:
    return service.part_of(now(key).rule, part)


def event_of(w: Work) -> int:
    return w.result["event"]


def test_only_who_manages_the_settings(app: Flask, cast: Cast) -> None:
    with work(cast.manager, NOW) as w:
        for deed in (
            lambda: service.switch(w, KEY, False),
            lambda: service.change(w, KEY, "who", "manager", "salesperson"),
            lambda: service.revert(w, KEY, "who"),
            lambda: service.add(w, OWN),
            lambda: service.archive(w, "own.r1"),
            lambda: service.restore(w, "own.r1"),
            lambda: service.undo(w, KEY, 1),
        ):
            with pytest.raises(NotAllowed):
                deed()
    assert runs()


def test_a_rule_is_switched_off_on_and_back(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        service.switch(w, KEY, False)
        service.switch(w, KEY, False)
        off = event_of(w)
    assert not now().on
    assert not runs()
    with admin(cast, 5) as w:
        service.switch(w, KEY, True)
        on = event_of(w)
    assert (now().on, now().since) == (True, NOW + timedelta(minutes=5))
    assert runs()
    with admin(cast) as w, pytest.raises(Refused):
        service.undo(w, KEY, off)  # it is not off any more
    with admin(cast) as w:
        service.undo(w, KEY, on)
        again = event_of(w)
    assert not now().on
    with admin(cast) as w:
        service.undo(w, KEY, again)
    assert now().since == NOW + timedelta(minutes=5)
    with admin(cast) as w, pytest.raises(NotFound):
        service.undo(w, BIRTHDAY, on)


def test_a_part_is_changed_and_goes_back(app: Flask, cast: Cast) -> None:
    brought = now().rule
    with admin(cast) as w:
        service.change(w, KEY, "deadline", Deadline(2, "working_day", time(18)), seen("deadline"))
        service.change(w, KEY, "who", "manager", seen("who"))
    found = now()
    assert (found.rule.deadline, found.rule.who) == (Deadline(2, "working_day", time(18)), "manager")
    assert set(found.changed) == set(found.then) == {"deadline", "who"}
    assert found.then["deadline"] == to_data(brought)["deadline"]
    assert found.by
    with admin(cast) as w:
        service.revert(w, KEY, "deadline")
        undo = event_of(w)
    assert now().rule.deadline == brought.deadline
    assert set(now().changed) == {"who"}
    with admin(cast) as w:
        service.undo(w, KEY, undo)
        service.change(w, KEY, "who", brought.who, "manager")  # said by hand what the plugin says
    assert set(now().changed) == {"deadline"}
    with admin(cast) as w, pytest.raises(NotFound):
        service.revert(w, KEY, "who")


def test_every_part_has_its_undo(app: Flask, cast: Cast) -> None:
    values = {
        "label": WORDS,
        "when": OnStage("general.six", "contact"),
        "do": Do("visit", WORDS),
        "who": "team",
        "deadline": Deadline(3, "hour"),
        "every": Interval(1, "month"),
        "until": Until(answered=True, times=3),
        "unless": When("grade", "is", "C"),
        "escalate": Escalate("manager", 2, None),
        "waits": True,
    }
    assert set(values) == set(PARTS)
    with admin(cast) as w:  # a rule about customers, so that the exception fits
        service.change(w, KEY, "unless", None, seen("unless"))
        service.change(w, KEY, "when", OnEvent("customer.added", "customer"), seen("when"))
    for part in ("unless", *(each for each in PARTS if each != "unless")):
        before = now().rule
        with admin(cast) as w:
            if part == "when":
                service.change(w, KEY, "unless", None, seen("unless"))
        with admin(cast) as w:
            service.change(w, KEY, part, values[part], seen(part))
            event = event_of(w)
        assert getattr(now().rule, part) == values[part]
        with admin(cast) as w:
            service.undo(w, KEY, event)
        assert getattr(now().rule, part) == getattr(before, part)


def test_what_somebody_else_changed_meanwhile_is_not_written_over(app: Flask, cast: Cast) -> None:
    was = seen("who")
    with admin(cast) as w:
        service.change(w, KEY, "who", "manager", was)
    with admin(cast) as w, pytest.raises(Stale) as stale:
        service.change(w, KEY, "who", "team", was)
    assert stale.value.fields == ("who",)
    with admin(cast) as w:
        service.change(w, KEY, "who", "manager", was)  # the same is no quarrel
        service.change(w, KEY, "waits", True, seen("waits"))
    assert (now().rule.who, now().rule.waits) == ("manager", True)


def test_an_undo_does_not_go_over_what_was_changed_since(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        service.change(w, KEY, "who", "manager", seen("who"))
        first = event_of(w)
        service.change(w, KEY, "who", "team", "manager")
    with admin(cast) as w, pytest.raises(Refused, match="changed this since"):
        service.undo(w, KEY, first)
    assert now().rule.who == "team"


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("when", OnStage("general.six", "nowhere")),
        ("when", OnEvent("nobody.pushes")),
        ("when", OnDate("deal.general.nothing")),
        ("do", Do("call", WORDS, "general.none")),
        ("who", "function.none"),
        ("escalate", Escalate("function.none")),
        ("unless", When("field.own.none", "filled")),
    ],
)
def test_what_is_not_there_cannot_be_named(app: Flask, cast: Cast, part: str, value: object) -> None:
    with admin(cast) as w, pytest.raises(Refused) as refused:
        service.change(w, KEY, part, value, seen(part))
    assert [each.place for each in refused.value.problems] == [part]
    assert not now().changed


def test_parts_that_do_not_go_together_are_refused_in_words(app: Flask, cast: Cast) -> None:
    for key, part, value in (
        (BIRTHDAY, "every", Interval(1, "month")),
        (BIRTHDAY, "deadline", Deadline(3, "hour")),
        (KEY, "when", OnDate("date.birthday", yearly=True)),
    ):
        with admin(cast) as w, pytest.raises(Refused) as refused:
            service.change(w, key, part, value, seen(part, key))
        assert "FollowUp" not in str(refused.value)
    with admin(cast) as w, pytest.raises(Refused) as refused:  # its exception asks about deals
        service.change(w, KEY, "when", OnEvent("customer.added", "customer"), seen("when"))
    assert [each.place for each in refused.value.problems] == ["unless"]


def test_what_ended_long_ago_is_not_switched_on(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        key = service.add(w, replace(OWN, until=Until(day=NOW.date())))
        service.switch(w, key, True)
        service.switch(w, key, False)
    with admin(cast, later=60 * 24) as w, pytest.raises(Refused, match="last day has passed"):
        service.switch(w, key, True)
    with admin(cast, later=60 * 24) as w:
        service.change(w, key, "until", Until(), seen("until", key))
        service.switch(w, key, True)
    assert now(key).on


def test_an_undo_leaves_a_rule_that_holds_together(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        key = service.add(w, OWN)
        service.change(w, key, "when", OnEvent("deal.won"), to_data(OWN)["when"])
        first = event_of(w)
        service.change(w, key, "deadline", Deadline(2, "hour"), to_data(OWN)["deadline"])
        second = event_of(w)
    with admin(cast) as w, pytest.raises(Refused) as refused:  # hours do not pass after a silence
        service.undo(w, key, first)
    assert [each.place for each in refused.value.problems] == ["when"]
    assert now(key).rule.when == OnEvent("deal.won")
    with admin(cast) as w:
        service.undo(w, key, second)
        service.undo(w, key, first)
    assert (now(key).rule.when, now(key).rule.deadline) == (OWN.when, OWN.deadline)


def test_a_rule_that_was_only_changed_runs_since_then(app: Flask, cast: Cast) -> None:
    """Else its row, without a moment, would stand for one that ran for ever."""
    with admin(cast) as w:
        service.change(w, KEY, "who", "manager", seen("who"))
        service.switch(w, BIRTHDAY, False)
        undo = event_of(w)
    assert now().since == NOW
    with admin(cast, 3) as w:
        service.undo(w, BIRTHDAY, undo)
        service.change(w, KEY, "who", "team", "manager")
    assert now(BIRTHDAY).since == NOW + timedelta(minutes=3)
    assert now().since == NOW


def test_nobody_waits_for_the_next_look(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        service.switch(w, KEY, False)
        names = w.session.execute(select(job.c.name)).scalars().all()
    assert service.LOOK in names
    assert LOOK.name == service.LOOK


def test_another_beginning_counts_from_now(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        service.switch(w, KEY, False)
        service.switch(w, KEY, True)
    with admin(cast, 90) as w:
        service.change(w, KEY, "when", OnEvent("deal.lost"), seen("when"))
    assert now().since == NOW + timedelta(minutes=90)


def test_a_rule_of_ones_own(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        key = service.add(w, OWN)
        assert w.result["follow_up"] == 1
    found = now(key)
    assert (key, found.on, found.rule) == ("own.r1", False, replace(OWN, key="r1"))
    assert not runs(key)
    with admin(cast) as w:
        service.switch(w, key, True)
        service.change(w, key, "who", "manager", "owner")
    assert runs(key)
    with reading() as x:
        row = next(row for row in rows.every(x) if row.rule == key)
    assert from_data("r1", row.own).who == "manager"
    with admin(cast) as w:
        service.archive(w, key)
        put_away = event_of(w)
    assert now(key).archived
    assert not runs(key)
    with admin(cast) as w, pytest.raises(Refused):
        service.switch(w, key, True)
    with admin(cast) as w:
        service.undo(w, key, put_away)
    assert runs(key)
    with admin(cast) as w:
        service.archive(w, key)
        service.restore(w, key)
        assert service.add(w, OWN) == "own.r2"
    assert not now(key).on
    with admin(cast) as w:
        with pytest.raises(NotFound):
            service.archive(w, KEY)
        with pytest.raises(NotFound):
            service.switch(w, "own.r9", True)
        with pytest.raises(Refused):
            service.add(w, replace(OWN, who="function.none"))


def test_there_is_an_end_to_own_rules(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_RULES", 1)
    with admin(cast) as w:
        key = service.add(w, OWN)
        with pytest.raises(Refused):
            service.add(w, OWN)
        service.archive(w, key)
        service.add(w, OWN)


def test_a_rule_that_lost_what_it_names_waits(app: Flask, cast: Cast) -> None:
    data = to_data(replace(OWN, when=OnStage("gone.process", "stage")))
    unreadable = {**data, "who": "nobody"}
    with admin(cast) as w:
        service.add(w, OWN)
        rows.put(w.session, "own.r1", {"own": data, "at": NOW})
        rows.put(w.session, "own.r2", {"own": unreadable, "at": NOW})
        w.config_changed()
    assert now("own.r1").missing == ("when",)
    with admin(cast) as w, pytest.raises(Refused):
        service.switch(w, "own.r1", True)
    with reading() as x:
        assert "own.r2" not in service.every(x, running.house().read(x, settings.config_version(x)))
    with admin(cast) as w:
        assert service.add(w, OWN) == "own.r3"


def test_a_change_that_fits_the_plugin_no_longer_waits(app: Flask, cast: Cast) -> None:
    with admin(cast) as w:
        hours = {"count": 3, "unit": "hour", "at": None}
        rows.put(w.session, BIRTHDAY, {"changes": {"deadline": hours}, "at": NOW})
        w.config_changed()
    found = now(BIRTHDAY)
    assert found.waiting == ("deadline",)
    assert found.brought is not None
    assert found.rule.deadline == found.brought.deadline
    with admin(cast) as w:
        service.revert(w, BIRTHDAY, "deadline")
    assert not now(BIRTHDAY).changed
