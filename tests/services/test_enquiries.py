"""Somebody asks from outside: what they wrote is kept, and nobody learns who is a customer."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import Refused, problem
from salesapp.domain.permissions import SYSTEM
from salesapp.services import enquiries
from salesapp.services.customers import NewCustomer
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import event_payload, touch
from salesapp.testing import NOW, Cast

LI = {"name": "Li", "emails": ("li@example.com",)}


def asked(note: str = "", **new: Any) -> int:
    with work(SYSTEM, NOW) as w:
        return enquiries.take_enquiry(w, NewCustomer(owner_id=None, **{**LI, **new}), note)


def notes() -> list[str]:
    with reading() as x:
        return list(x.execute(select(touch.c.note).order_by(touch.c.id)).scalars())


def test_what_they_wrote_is_kept_of_new_ones_too(cast: Cast) -> None:
    assert asked("Two vans") == asked("And a car")
    assert notes() == ["Two vans", "And a car"]
    with reading() as x:
        told = [row for row in x.execute(select(event_payload.c.body)).scalars() if "note" in row]
    assert [each["note"] for each in told] == ["Two vans", "And a car"]


@pytest.mark.parametrize(
    "more",
    [{"phones": ("?",)}, {"name": "x" * 5000}, {"name": ""}, {"source": "no such"}, {"links": ("?",), "name": ""}],
)
def test_a_known_and_an_unknown_one_are_answered_alike(cast: Cast, more: dict[str, Any]) -> None:
    answers = []
    asked()
    for email in ("li@example.com", "new@example.com"):
        with pytest.raises(Refused) as refused:
            asked(**{"emails": (email,), **more})
        answers.append([(each.place, str(each.message)) for each in refused.value.problems])
    assert answers[0] == answers[1]
    assert len(notes()) == 1


def test_one_whom_a_plugin_protects_is_answered_alike(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: Any) -> None:
        raise Refused([problem("", "Not you.")])

    one = asked()
    monkeypatch.setattr("salesapp.services.permits.narrow_customer", no)
    assert asked("again") == one
    assert notes() == [""]


def test_two_at_once_are_one(cast: Cast, app: Flask) -> None:
    def ask(_: int) -> int:
        with app.app_context():
            return asked()

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(ask, range(2))
    assert first == second
    assert len(notes()) == 2
