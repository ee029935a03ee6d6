"""A unit of work: all or nothing, and a form that arrives twice is done once."""

import hashlib
import json
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.errors import AlreadyDone, Refused, problem
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import event, event_payload, tag
from salesapp.testing import NOW, Cast


def _tags() -> int:
    with reading() as x:
        return int(x.execute(select(func.count()).select_from(tag)).scalar_one())


def test_a_refusal_leaves_nothing_behind(cast: Cast) -> None:
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        insert_row(w.session, tag, {"name": "vip"})
        raise Refused([problem("name", "no")])
    assert _tags() == 0


def test_the_same_form_twice_is_done_once_and_leads_to_the_same_place(cast: Cast) -> None:
    with work(cast.owner, NOW, request_key="k") as w:
        w.done("tag", insert_row(w.session, tag, {"name": "vip"}))
        first = dict(w.result)
    with pytest.raises(AlreadyDone) as again, work(cast.owner, NOW, request_key="k") as w:
        insert_row(w.session, tag, {"name": "vip again"})
    assert (again.value.result, _tags()) == (first, 1)


def test_a_refused_form_may_come_again_with_the_same_key(cast: Cast) -> None:
    with pytest.raises(Refused), work(cast.owner, NOW, request_key="k"):
        raise Refused([problem("name", "no")])
    with work(cast.owner, NOW, request_key="k") as w:
        insert_row(w.session, tag, {"name": "vip"})
    assert _tags() == 1


def test_two_people_may_use_the_same_key(cast: Cast) -> None:
    for number, actor in enumerate((cast.owner, cast.colleague)):
        with work(actor, NOW, request_key="k") as w:
            insert_row(w.session, tag, {"name": f"tag {number}"})
    assert _tags() == 2


def test_the_same_form_from_two_hands_at_once_is_done_once(app: Flask, cast: Cast) -> None:
    outcomes: list[str] = []

    def send(name: str) -> None:
        with app.app_context():
            try:
                with work(cast.owner, NOW, request_key="k") as w:
                    insert_row(w.session, tag, {"name": name})
                outcomes.append("done")
            except AlreadyDone:
                outcomes.append("already")

    threads = [Thread(target=send, args=(f"tag {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert (sorted(outcomes), _tags()) == (["already"] * 5 + ["done"], 1)


def test_an_event_keeps_names_apart_and_their_hash_with_it(cast: Cast) -> None:
    personal = {"name": ["王建国", "王建"]}
    with work(cast.owner, NOW) as w:
        event_id = w.event(
            "customer.changed", "customer", 7, customer_id=7, data={"fields": ["name"]}, personal=personal
        )
    with reading() as x:
        row = x.execute(select(event).where(event.c.id == event_id)).one()
        kept = x.execute(select(event_payload).where(event_payload.c.event_id == event_id)).one()
    assert "王" not in json.dumps(row.data, ensure_ascii=False)
    assert (kept.body, row.actor_id, row.team_id) == (personal, cast.owner.id, cast.owner.team_id)
    assert row.payload_hash == hashlib.sha256((kept.salt + json.dumps(personal, sort_keys=True)).encode()).hexdigest()
    assert len(kept.salt) == 32
