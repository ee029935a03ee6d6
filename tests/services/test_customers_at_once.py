"""Two at the same moment, in two real transactions: one gets it, the other is told."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from flask import Flask

from salesapp.domain.errors import Refused
from salesapp.domain.permissions import Actor
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.pool import claim_customer, release_customer
from salesapp.services.work import Work, work
from salesapp.store import customers, pools
from salesapp.store.customer_lists import Filters, page
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added


def at_once(app: Flask, actors: list[Actor], act: Callable[[Work], Any]) -> list[Any]:
    """Let everybody do the same thing at the same moment; results, or what was refused, in no order."""
    barrier, results = Barrier(len(actors)), []

    def run(actor: Actor) -> None:
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                with work(actor, NOW) as w:
                    results.append(act(w))
            except Refused as refused:
                results.append(refused)

    threads = [Thread(target=run, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(results) == len(actors)
    return results


def test_two_forms_with_the_same_number_make_one_customer(app: Flask, cast: Cast) -> None:
    actors = [cast.owner, cast.colleague, cast.outsider, cast.owner]
    results = at_once(app, actors, lambda w: add_customer(w, NewCustomer(name="王建国", phones=["13800138000"])))
    refused = [each for each in results if isinstance(each, Refused)]
    assert len(refused) == 3
    assert {problem.place for each in refused for problem in each.problems} == {"phone"}
    with reading() as x:
        assert page(x, cast.admin, Filters(), "touched", None, NOW).count == 1


def test_of_many_who_claim_exactly_one_gets_it(app: Flask, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    results = at_once(
        app, [cast.owner, cast.colleague, cast.outsider, cast.manager], lambda w: claim_customer(w, customer_id)
    )
    assert sum(isinstance(each, Refused) for each in results) == 3
    with reading() as x:
        assert customers.read(x, customer_id).owner_id is not None


def test_the_default_pool_is_made_once(app: Flask, cast: Cast) -> None:
    assert (
        len(set(at_once(app, [cast.owner, cast.colleague, cast.manager], lambda w: pools.ensure_default(w.session))))
        == 1
    )
