"""What the tests begin with: a room, a form sent from the web, a trial lesson, a switch."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, Actor, DealView, work
from salesapp.testing import Browser, Cast, Clock, Kit

WISHED = {"name": "沈月", "phone": "138 0000 1234", "dance": "tango", "day": "2026-03-03"}
TOMORROW = date(2026, 3, 3)
ClientOf = Callable[[Actor], Browser]
Send = Callable[..., Any]
Rows = Callable[[], Sequence[Any]]
Booked = Callable[..., DealView]


@pytest.fixture
def school(kit: Kit) -> Any:
    """The plugin itself, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("dance_school").module


@pytest.fixture
def tables(school: Any) -> Any:
    """The plugin's own tables."""
    return school.tables


@pytest.fixture
def room(clock: Clock, tables: Any) -> int:
    """A room with one place."""
    with work(SYSTEM, clock.now) as w:
        made = w.session.execute(insert(tables.ROOM).values(name="Big hall", places=1).returning(tables.ROOM.c.id))
        return int(made.scalar_one())


@pytest.fixture
def trials(clock: Clock, tables: Any) -> Rows:
    """Every trial lesson, as it is kept."""

    def rows() -> Sequence[Any]:
        with work(SYSTEM, clock.now) as w:
            return list(w.reads.execute(select(tables.TRIAL)))

    return rows


@pytest.fixture
def sign_up(client: Browser) -> Send:
    """Fill in the form as anybody may."""

    def send(**typed: str) -> Any:
        page = client.get("/p/dance_school/").text
        client.csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
        return client.send("/p/dance_school/sign-up", WISHED | typed)

    return send


@pytest.fixture
def book(client_of: ClientOf, cast: Cast, room: int) -> Send:
    """Book a trial lesson for a deal, as its owner."""

    def send(deal: DealView, day: date = TOMORROW, comes_with: str = "顾晨", browser: Browser | None = None) -> Any:
        typed = {"room": str(room), "day": day.isoformat(), "comes_with": comes_with}
        return (browser or client_of(cast.owner)).send(f"/p/dance_school/deals/{deal.id}/book", typed)

    return send


@pytest.fixture
def booked(kit: Kit, book: Send) -> Booked:
    """A deal whose trial lesson is tomorrow."""

    def make(name: str = "沈月", day: date = TOMORROW, comes_with: str = "顾晨") -> DealView:
        deal = kit.a_deal("dance_school.course", customer=kit.a_customer(name), title=name)
        assert book(deal, day, comes_with).status_code == 303
        return kit.fill(deal, dance="tango")

    return make


@pytest.fixture
def enrol(kit: Kit) -> Callable[[DealView], DealView]:
    """They liked the lesson, and take a course."""

    def win(deal: DealView) -> DealView:
        kit.move(deal, "trial")
        kit.an_activity(deal, kind="demo", answers={"felt": "glad"})
        kit.move(deal, "place")
        return kit.win(kit.fill(deal, evening="tuesday", amount=880))

    return win
