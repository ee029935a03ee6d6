"""Clearing away: what has served its time goes, whatever could still be used or seen stays."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.permissions import SYSTEM
from salesapp.services.housekeeping import DONE_JOBS, KEPT, clean_up
from salesapp.services.work import work
from salesapp.store import housekeeping
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import (
    event,
    job,
    metadata,
    notice,
    notice_digest,
    one_time_link,
    request_key,
    sign_in,
    throttle,
)
from salesapp.testing import NOW, Browser, Cast

OLD, YOUNG = NOW - timedelta(days=91), NOW - timedelta(days=89)


def fill(cast: Cast, at: datetime, name: str) -> None:
    """One of each, its end at this moment."""
    person = cast.owner.id
    with work(SYSTEM, NOW) as w:
        x = w.session
        common = {"person_id": person, "created_at": OLD - timedelta(days=30)}
        later = NOW + timedelta(days=5)
        ways: list[tuple[datetime, datetime | None]] = [(at, None), (later, at)]  # ran out, or ended before
        for number, (expires, ended) in enumerate(ways):
            token = {"token_hash": f"{name}{number}"}
            insert_row(x, sign_in, {**common, **token, "seen_at": OLD, "expires_at": expires, "ended_at": ended})
            insert_row(x, one_time_link, {**common, **token, "purpose": "p", "expires_at": expires, "used_at": ended})
        x.execute(request_key.insert().values(person_id=person, key=name, result={}, at=at))
        x.execute(throttle.insert().values(key=name, count=3, since=at + timedelta(days=88)))
        for state in ("done", "parked", "waiting", "running"):
            ended = None if state in ("waiting", "running") else at + timedelta(days=90) - DONE_JOBS
            insert_row(
                x,
                job,
                {"name": name, "args": {}, "state": state, "run_at": OLD, "created_at": OLD} | {"finished_at": ended},
            )


def rows() -> dict[str, list[str]]:
    """What is there, by table, as the names they were given."""
    named = {sign_in: sign_in.c.token_hash, one_time_link: one_time_link.c.token_hash, request_key: request_key.c.key}
    named |= {throttle: throttle.c.key, job: job.c.name + ":" + job.c.state}
    with reading() as x:
        return {table.name: sorted(x.scalars(select(column))) for table, column in named.items()}


def test_what_has_served_its_time_goes_and_nothing_else(cast: Cast) -> None:
    fill(cast, YOUNG, "young")
    before = rows()
    fill(cast, OLD, "old")
    with work(SYSTEM, NOW) as w:
        assert clean_up(w) is False
    kept = [f"old:{state}" for state in ("parked", "running", "waiting")]
    assert rows() == before | {"job": sorted([*before["job"], *kept])}


def test_old_notices_go_once_they_were_read_and_digests_after_some_weeks(cast: Cast) -> None:
    common: dict[str, Any] = {
        "person_id": cast.owner.id,
        "kind": "deal.given",
        "subject_kind": "deal",
        "subject_id": 1,
        "data": {},
    }
    ends: dict[str, dict[str, datetime]] = {"unread": {}, "read": {"read_at": NOW}, "taken back": {"withdrawn_at": NOW}}
    with work(SYSTEM, NOW) as w:
        for age in (364, 366):
            for name, end in ends.items():
                values = common | {"occurrence": f"{name} {age}", "at": NOW - timedelta(days=age)} | end
                w.session.execute(notice.insert().values(**values))
        for age in (41, 43):
            at = NOW - timedelta(days=age)
            w.session.execute(notice_digest.insert().values(person_id=cast.owner.id, day=at.date(), at=at))
        clean_up(w)
    with reading() as x:
        kept = x.scalars(select(notice.c.occurrence).order_by(notice.c.id)).all()
        assert kept == ["unread 364", "read 364", "taken back 364", "unread 366"]
        assert x.scalars(select(notice_digest.c.at)).all() == [NOW - timedelta(days=41)]


def test_nobody_who_is_signed_in_is_signed_out(cast: Cast, client_of: object) -> None:
    assert callable(client_of)
    browser: Browser = client_of(cast.owner)
    with work(SYSTEM, NOW + timedelta(days=6)) as w:
        clean_up(w)
    assert browser.get("/settings").status_code == 200


def test_it_goes_on_where_there_is_more_than_one_portion(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 3)
    with work(SYSTEM, NOW) as w:
        for n in range(7):
            w.session.execute(throttle.insert().values(key=str(n), count=1, since=OLD))
    answers = []
    for _ in range(3):
        with work(SYSTEM, NOW) as w:
            answers.append(clean_up(w))
    assert answers == [True, True, False]
    assert rows()["throttle"] == []


def test_nothing_refers_to_what_is_removed_and_events_are_not_among_it(app: Flask) -> None:
    referred = {key.column.table.name for table in metadata.tables.values() for key in table.foreign_keys}
    assert not referred & set(KEPT)
    assert event.name not in KEPT


def test_the_event_of_a_sign_in_outlives_it(cast: Cast, client_of: object) -> None:
    assert callable(client_of)
    client_of(cast.owner)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(sign_in).values(expires_at=OLD))
        clean_up(w)
    with reading() as x:
        assert x.scalars(select(sign_in.c.id)).all() == []
        assert x.scalars(select(event.c.kind)).all() == ["sign_in.opened"]
