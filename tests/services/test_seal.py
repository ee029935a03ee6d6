"""The hash chain over the events: whatever is changed afterwards shows."""

import re
from collections.abc import Callable
from threading import Thread
from time import monotonic

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from salesapp.domain.permissions import SYSTEM
from salesapp.services.seal import CAME_LATER, CHANGED, PAYLOAD, Chain, seal_events, seal_of, verify_chain
from salesapp.services.work import Work, work
from salesapp.store.engine import reading
from salesapp.store.tables import event, event_payload
from salesapp.testing import NOW, on_postgres

EVENTS = 7


@pytest.fixture
def written(app: Flask) -> list[int]:
    """Events as services write them, some with a personal part."""
    with work(SYSTEM, NOW) as w:
        return [
            w.event(
                "test", "thing", n, data={"b": n, "a": [1.5, None]}, personal={"name": f"机密{n}"} if n % 2 else None
            )
            for n in range(EVENTS)
        ]


def sealed(at_once: int = 3) -> None:
    more = True
    while more:
        with work(SYSTEM, NOW) as w:
            more = seal_events(w, at_once)


def verified() -> Chain:
    with reading() as x:
        return verify_chain(x, 2)


def test_all_events_are_sealed_whatever_the_portions(app: Flask, written: list[int]) -> None:
    assert verified() == Chain(0, EVENTS)
    sealed()
    found = verified()
    assert (found.sealed, found.open, found.broken_at) == (EVENTS, 0, None)
    assert re.fullmatch("[0-9a-f]{64}", found.last_seal)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(event).values(seal=None))
    sealed(100)
    assert verified().last_seal == found.last_seal


def test_the_chain_goes_on_with_later_events(app: Flask, written: list[int]) -> None:
    sealed()
    with work(SYSTEM, NOW) as w:
        w.event("test", "thing", 99)
    assert (verified().sealed, verified().open) == (EVENTS, 1)
    sealed()
    assert verified().sealed == EVENTS + 1


CHANGES: dict[str, tuple[Callable[[Work, int], object], str, int]] = {
    "what it says": (lambda w, i: w.session.execute(update(event).where(event.c.id == i).values(data={})), CHANGED, 0),
    "whose it is": (
        lambda w, i: w.session.execute(update(event).where(event.c.id == i).values(owner_id=9)),
        CHANGED,
        0,
    ),
    "when": (
        lambda w, i: w.session.execute(update(event).where(event.c.id == i).values(at=NOW.replace(year=1))),
        CHANGED,
        0,
    ),
    "its seal": (
        lambda w, i: w.session.execute(update(event).where(event.c.id == i).values(seal="0" * 64)),
        CHANGED,
        0,
    ),
    "no seal": (lambda w, i: w.session.execute(update(event).where(event.c.id == i).values(seal=None)), CAME_LATER, 0),
    "gone": (lambda w, i: w.session.execute(delete(event).where(event.c.id == i)), CHANGED, 1),
    "its person": (
        lambda w, i: w.session.execute(
            update(event_payload).where(event_payload.c.event_id == i).values(body={"n": "x"})
        ),
        PAYLOAD,
        0,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_changed_afterwards_shows(app: Flask, written: list[int], what: str) -> None:
    change, why, after = CHANGES[what]
    sealed()
    with work(SYSTEM, NOW) as w:
        change(w, written[3])
    found = verified()
    assert (found.broken_at, found.why) == (written[3 + after], why)


@pytest.mark.skipif(not on_postgres(), reason="SQLite writes one transaction after the other")
def test_sealing_waits_for_events_that_have_a_number_and_are_not_committed_yet(app: Flask) -> None:
    def within(act: Callable[[], object]) -> Thread:
        def run() -> None:
            with app.app_context():
                act()

        thread = Thread(target=run)
        thread.start()
        return thread

    def write() -> None:
        with work(SYSTEM, NOW) as w:
            w.event("test", "thing", 2)

    def blocked() -> bool:
        with reading() as x:
            return bool(x.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")))

    with work(SYSTEM, NOW) as w:
        w.event("test", "thing", 1)
        within(write).join(20)
        sealer, until = within(sealed), monotonic() + 20
        while sealer.is_alive() and not blocked():
            assert monotonic() < until
    sealer.join(20)
    assert verified().broken_at is None
    assert verified().sealed == 2


def test_erasing_what_is_personal_breaks_nothing(app: Flask, written: list[int]) -> None:
    sealed()
    with work(SYSTEM, NOW) as w:
        w.session.execute(delete(event_payload))
    assert verified().broken_at is None


@given(st.text(), st.dictionaries(st.text(), st.integers() | st.text() | st.none()))
def test_every_field_and_the_seal_before_count(previous: str, data: dict[str, object]) -> None:
    class Row:
        def __getattr__(self, name: str) -> object:
            return {"data": data, "at": NOW, "noted_at": NOW}.get(name)

    row = Row()
    first = seal_of(previous, row)
    assert first == seal_of(previous, Row())
    assert first != seal_of(previous + "x", row)
    for name in (column.name for column in event.c if column.name != "seal"):
        other = Row()
        setattr(other, name, "another")
        assert seal_of(previous, other) != first, name
