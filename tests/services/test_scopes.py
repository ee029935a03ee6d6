"""Whose records hang on a customer follows its owner and the deal's, by every way, also while both change at once."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select

from salesapp.domain.permissions import Access, Actor
from salesapp.services import activities as activity_services
from salesapp.services import activity_finish, deal_moves
from salesapp.services import deals as service
from salesapp.services.activities import NewActivity
from salesapp.services.customers import change_customer
from salesapp.services.pool import assign_customer
from salesapp.services.work import Work, work
from salesapp.store import activities, customers, search, visibility
from salesapp.store.engine import db, reading
from salesapp.store.tables import activity, deal, search_row
from salesapp.testing import NOW, Cast
from tests.services.deal_files import SIX, a_customer, a_deal


def found(actor: Actor, q: str) -> list[int]:
    with reading() as x:
        return [hit.subject_id for hit in search.find(x, actor, q, NOW, kinds=("deal",))]


def scope(table: Table, record_id: int) -> int | None:
    with reading() as x:
        return x.execute(select(table.c.scope_owner_id).where(table.c.id == record_id)).scalar_one()


def hand_over(deal_id: int, to: Actor, by: Actor) -> None:
    with work(by, NOW) as w:
        service.change_deal(w, deal_id, {"owner_id": to.id}, {})


def test_a_deal_of_a_customer_nobody_owns_is_only_its_new_owners(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id, title="监护仪")
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, None)
    hand_over(deal_id, cast.colleague, cast.manager)
    with reading() as x:
        assert visibility.deal_access(x, cast.owner, deal_id, NOW) is Access.NONE
        assert visibility.deal_access(x, cast.colleague, deal_id, NOW) is Access.WORK
    assert (found(cast.owner, "监护仪"), found(cast.colleague, "监护仪")) == ([], [deal_id])


def test_what_was_done_for_a_deal_without_customer_goes_with_it(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        done = activity_services.note_activity(w, NewActivity(deal_id=deal_id, note="prices"))
    hand_over(deal_id, cast.colleague, cast.manager)
    assert scope(activity, done) == cast.colleague.id
    with reading() as x:
        assert activities.access(x, cast.colleague, done, NOW) is Access.WORK


def test_deals_are_found_by_the_name_their_customer_has_now(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, "卢沟桥医院")
    deal_id = a_deal(app, cast.owner, customer_id, title="监护仪")
    assert found(cast.owner, "卢沟") == [deal_id]
    with work(cast.owner, NOW) as w:
        change_customer(w, customer_id, {"name": "丰台医院"}, {"name": "卢沟桥医院"})
    assert (found(cast.owner, "卢沟"), found(cast.owner, "丰台")) == ([], [deal_id])


Begin = Callable[[Work, Flask, int], int]


def _deal(w: Work, app: Flask, customer_id: int) -> int:
    return service.open_deal(w, service.NewDeal(customer_id=customer_id, process=SIX))


def _activity(w: Work, _app: Flask, customer_id: int) -> int:
    return activity_services.note_activity(w, NewActivity(customer_id=customer_id))


@pytest.mark.parametrize(("begin", "table"), [(_deal, deal), (_activity, activity)])
def test_what_begins_while_its_customer_is_handed_over_is_the_new_owners(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, begin: Begin, table: Table
) -> None:
    customer_id = a_customer(cast.owner)
    load, looked, made = customers.load, Event(), []

    def watched(*args: Any) -> Any:
        view = load(*args)
        looked.set()
        return view

    monkeypatch.setattr(customers, "load", watched)

    def run() -> None:
        with app.app_context():
            with work(cast.manager, NOW) as w:
                made.append(begin(w, app, customer_id))
            db.session.remove()

    other = Thread(target=run)
    with work(cast.admin, NOW) as w:
        assign_customer(w, customer_id, cast.colleague.id)
        other.start()
        looked.wait(timeout=0.5)  # it must not get as far as reading the owner
    other.join(timeout=20)
    assert scope(table, made[0]) == cast.colleague.id


def test_the_customer_is_locked_before_what_hangs_on_it(app: Flask, cast: Cast, statements: list[str]) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    with work(cast.owner, NOW) as w:
        planned = activity_services.plan_activity(w, NewActivity(deal_id=deal_id, planned_at=NOW))
    acts: list[Callable[[Work], object]] = [
        lambda w: deal_moves.move_deal(w, deal_id, "needs", 1),
        lambda w: activity_finish.finish_activity(w, planned, "reached", ""),
        lambda w: activity_services.note_activity(w, NewActivity(deal_id=deal_id)),
    ]
    for act in acts:
        statements.clear()
        with work(cast.owner, NOW) as w:
            act(w)
        wrote = min(at for at, each in enumerate(statements) if each.startswith(("UPDATE deal", "UPDATE activity")))
        locks = [each for each in statements[:wrote] if each.startswith("SELECT customer.id \nFROM customer")]
        assert locks, statements[:wrote]


def test_search_rows_of_a_deal_say_whose_it_is(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    with reading() as x:
        query = select(search_row.c.scope_owner_id).where(search_row.c.kind == "deal")
        assert x.scalar(query.where(search_row.c.subject_id == deal_id)) == cast.owner.id
