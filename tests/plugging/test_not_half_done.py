"""No plugin commits, or spoils, what the house has only half done."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from salesapp.domain.errors import Refused
from salesapp.services import customers
from salesapp.services.customers import NewCustomer
from salesapp.store import customers as rows
from salesapp.store.engine import reading
from salesapp.store.tables import customer
from salesapp.testing import Cast, Clock
from tests.plugging.hook_kit import Plugged, hooks_of, plugged, run_jobs, seen
from tests.plugging.test_checks import count, did

__all__ = ["plugged"]

NESTS = """
def nest(now):
    try:
        with work(SYSTEM, now) as other:
            other.add_customer(NewCustomer(name="Inner", owner_id=None))
    except RuntimeError as error:
        SEEN.append(str(error)[:22])

@hookimpl
def salesapp_check_customer_save(changes, now):
    if changes["name"] == "Check":
        nest(now)

@hookimpl
def salesapp_event(event, w):
    nest(w.now)

@hookimpl
def salesapp_records():
    return [Listens("all", kinds=("customer.added",))]
"""
ASKS = """
@hookimpl
def salesapp_check_customer_save(reads):
    for each in (reads.customer, reads.deal, reads.activity):
        for sent in ("x", 10**30):
            try:
                SEEN.append(each(sent))
            except Exception:
                SEEN.append(None)
"""


@pytest.fixture
def cast_of(plugged: Plugged, request: pytest.FixtureRequest) -> Callable[..., Cast]:
    def of(**options: Any) -> Cast:
        plugged(**options)
        cast: Cast = request.getfixturevalue("cast")
        return cast

    return of


def test_a_plugin_that_is_asked_within_a_work_opens_no_second_one(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(nests=NESTS)

    def half(w: Any) -> None:
        customers.add_customer(w, NewCustomer(name="Outer"))
        customers.add_customer(w, NewCustomer(name="Check"))
        raise Refused([])

    with pytest.raises(Refused):
        did(cast.owner, half)
    assert (count(customer), seen("nests")) == (0, ["a work is open already"])
    did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Outer")))
    run_jobs(clock)
    assert (count(customer), seen("nests")) == (1, ["a work is open already"])


def test_a_plugin_called_outside_any_work_opens_its_own(plugged: Plugged, cast: Cast, clock: Clock) -> None:
    app = plugged(nests=NESTS)
    nest = sys.modules["salesapp_plugins.nests"].nest
    for _ in range(2):
        assert hooks_of(app).contain("nests", "Page", lambda: nest(clock.now)).error is None
    assert (count(customer), seen("nests")) == (2, [])


def test_an_id_that_is_none_spoils_nothing(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(asks=ASKS)
    one = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
    assert seen("asks") == [None] * 6
    with reading() as x:
        assert rows.read(x, one).name == "Li"
