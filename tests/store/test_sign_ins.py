"""Who a sign-in is: whose records they see, in which zone, for how long; and what is written down."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.permissions import SYSTEM
from salesapp.services.sign_in import open_sign_in, password_problems, token_hash
from salesapp.services.work import work
from salesapp.store import audit, sign_ins
from salesapp.store.engine import reading
from salesapp.store.tables import event, person, team
from salesapp.testing import NOW, Cast


def test_each_role_sees_its_own_people(cast: Cast) -> None:
    with reading() as x:
        seen = {
            who: sign_ins.actor_of(x, int(getattr(cast, who).id)) for who in ("admin", "manager", "owner", "reader")
        }
    people = {who: actor.people for who, actor in seen.items() if actor is not None}
    north = {cast.manager.id, cast.owner.id, cast.colleague.id, cast.reader.id}
    assert people == {"admin": None, "manager": north, "owner": {cast.owner.id}, "reader": north}


def test_a_manager_without_a_team_sees_only_their_own(cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.manager.id).values(team_id=None))
    with reading() as x:
        actor = sign_ins.actor_of(x, int(cast.manager.id or 0))
    assert actor is not None
    assert actor.people == {cast.manager.id}


@pytest.mark.parametrize(
    ("own", "of_team", "zone"),
    [
        ("Europe/Moscow", "Asia/Taipei", "Europe/Moscow"),
        (None, "Asia/Taipei", "Asia/Taipei"),
        (None, None, "Asia/Shanghai"),
    ],
)
def test_the_nearest_time_zone_holds(cast: Cast, own: str | None, of_team: str | None, zone: str) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.owner.id).values(zone=own))
        w.session.execute(update(team).where(team.c.id == cast.owner.team_id).values(zone=of_team))
        token = open_sign_in(w, int(cast.owner.id or 0), address="127.0.0.1", agent="test")
    with reading() as x:
        actor = sign_ins.actor_of(x, int(cast.owner.id or 0))
        found = sign_ins.load(x, token_hash(token), NOW)
    assert actor is not None
    assert found is not None
    assert (actor.zone, found.actor.zone) == (zone, zone)


def test_a_sign_in_idle_for_seven_days_is_neither_valid_nor_listed(cast: Cast) -> None:
    owner = int(cast.owner.id or 0)
    with work(SYSTEM, NOW) as w:
        token = open_sign_in(w, owner, address="127.0.0.1", agent="test")
    week = NOW + sign_ins.IDLE
    with reading() as x:
        before = week - timedelta(seconds=1)
        assert sign_ins.load(x, token_hash(token), before) is not None
        assert len(sign_ins.current(x, owner, before)) == 1
        assert sign_ins.load(x, token_hash(token), week) is None
        assert len(sign_ins.current(x, owner, week)) == 0


def test_each_sign_in_is_written_down(app: Flask, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        open_sign_in(w, int(cast.owner.id or 0), address="127.0.0.1", agent="test")
    with reading() as x:
        rows = x.execute(select(event.c.kind, event.c.actor_id).where(event.c.subject_id == cast.owner.id)).all()
    assert rows == [("sign_in.opened", cast.owner.id)]  # who signs in does it, though nobody was signed in before


def test_the_audit_says_who_signed_in_where_it_was_noted_without_them(app: Flask, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        w.event("sign_in.opened", "person", int(cast.owner.id or 0), data={"sign_in": 1})
        w.event("person.changed", "person", int(cast.owner.id or 0), data={"fields": []})
    with reading() as x:
        found = audit.page(x, audit.Narrowed(), None, 9)
    assert [(each.kind, each.actor_name) for each in found[:2]] == [
        ("person.changed", ""),
        ("sign_in.opened", cast.owner.name),
    ]


@pytest.mark.parametrize(("length", "good"), [(9, False), (10, True), (200, True), (201, False)])
def test_a_password_has_ten_to_two_hundred_characters(length: int, good: bool) -> None:
    assert (password_problems("x" * length) == []) is good
