"""What a plugin adds to a demo has a past, told by the people of the demo; nobody else writes into the past."""

from datetime import timedelta

import pytest
from flask import Flask

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import SYSTEM
from salesapp.services.customers import NewCustomer
from salesapp.services.plugin_work import demo_work
from salesapp.services.plugin_work import work as plugin_work
from salesapp.testing import NOW, Cast

LAST_YEAR = NOW - timedelta(days=300)


def test_what_is_done_at_an_earlier_moment_happened_then(app: Flask, cast: Cast) -> None:
    with demo_work(NOW, plugin="general", language="ru") as w:
        past = w.at(LAST_YEAR, cast.owner.id)
        customer = past.reads.customer(past.add_customer(NewCustomer(name="沈月")))
        assert customer is not None
        assert (customer.created_at, customer.owner_id) == (LAST_YEAR, cast.owner.id)
        assert (past.now, past.actor.id, w.now, w.language) == (LAST_YEAR, cast.owner.id, NOW, "ru")
        assert w.at(LAST_YEAR).actor.id is None


def test_only_a_demo_has_one_and_never_what_is_to_come(app: Flask, cast: Cast) -> None:
    with plugin_work(SYSTEM, NOW) as w, pytest.raises(ValueError, match="only within DemoData"):
        w.at(LAST_YEAR)
    with demo_work(NOW, plugin="general", language="en") as w:
        with pytest.raises(ValueError, match="never what is to come"):
            w.at(NOW + timedelta(days=1))
        with pytest.raises(NotFound):
            w.at(LAST_YEAR, 999_999)
