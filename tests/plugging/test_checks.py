"""Checks of a save, a move, a claim: what plugins are given, that they can refuse, and what holds when they fail."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from salesapp.domain.errors import Refused
from salesapp.domain.permissions import Actor
from salesapp.services import activities, activity_changes, activity_finish, agenda, customers, deal_moves, deals, pool
from salesapp.services.activities import NewActivity
from salesapp.services.customers import NewCustomer
from salesapp.services.deals import NewDeal
from salesapp.services.work import Work, work
from salesapp.store.engine import reading
from salesapp.store.tables import activity, customer, deal
from salesapp.testing import NOW, Cast
from tests.plugging.hook_kit import Plugged, hooks_of, plugged, seen

__all__ = ["plugged"]
SIX = "general.six"

CUSTOMER = """
@hookimpl
def salesapp_check_customer_save(customer, changes, actor, reads, now):
    SEEN.append((customer and customer.name, dict(changes), actor.name, reads.actor.name, now))
    return [problem("note", N_("No %(what)s here."), what="fish")] if "fish" in changes.get("note", "") else None
"""
DEAL = """
@hookimpl
def salesapp_check_deal_save(deal, changes):
    SEEN.append((deal and deal.title, dict(changes)))
    return [problem("amount", N_("Not so much."))] if (changes.get("amount_minor") or 0) > 100 else []
"""
ACTIVITY = """
@hookimpl
def salesapp_check_activity_save(activity, changes):
    SEEN.append((activity and activity.state, dict(changes)))
    return [problem("note", N_("Say more."))] if changes.get("note") == "short" else []
"""
MOVE = """
@hookimpl
def salesapp_check_deal_move(deal, to, actor, reads):
    SEEN.append((deal.stage, to, actor.name, reads.deal(deal.id).title))
    return [problem("", N_("Not on a Monday."))] if to == "needs" else []
"""
CLAIM = """
@hookimpl
def salesapp_check_claim(customer, actor, now):
    SEEN.append((customer.name, actor.name))
    return [problem("", N_("Not this one."))] if customer.name == "Gold" else []
"""


def did(actor: Actor, do: Callable[[Work], Any]) -> Any:
    with work(actor, NOW) as w:
        return do(w)


def refused(actor: Actor, do: Callable[[Work], Any]) -> list[tuple[str, str, str]]:
    """What it is refused for: place, words, and who says so."""
    with pytest.raises(Refused) as error:
        did(actor, do)
    return [(each.place, str(each.message), each.said_by) for each in error.value.problems]


def count(table: Any) -> int:
    with reading() as x:
        return len(x.execute(select(table.c.id)).all())


def test_a_customer_is_checked_with_what_was_and_what_will_be(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(bakery=CUSTOMER)
    cast: Cast = request.getfixturevalue("cast")
    new = NewCustomer(name="Wang", phones=("13800001234",), tags=("vip", "vip"))
    one = did(cast.owner, lambda w: customers.add_customer(w, new))
    [(before, changes, *rest)] = seen("bakery")
    assert before is None
    assert (changes["name"], changes["phones"], changes["tags"]) == ("Wang", ("+8613800001234",), ("vip",))
    assert (changes["owner_id"], changes["emails"], changes["state"]) == (cast.owner.id, (), "lead")
    assert rest == ["Owner", "Owner", NOW]
    did(cast.owner, lambda w: customers.change_customer(w, one, {"grade": "A", "name": "Wang"}, {}))
    assert [each[:2] for each in seen("bakery")] == [("Wang", {"grade": "A"})]  # the name is the one it had
    did(cast.owner, lambda w: customers.change_customer(w, one, {"grade": "A"}, {}))
    assert seen("bakery") == []  # nothing would be different


def test_what_a_plugin_has_against_a_customer_is_not_saved(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(bakery=CUSTOMER)
    cast: Cast = request.getfixturevalue("cast")
    said = [("note", "No fish here.", "bakery")]
    assert refused(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li", note="fish"))) == said
    assert count(customer) == 0
    one = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
    assert refused(cast.owner, lambda w: customers.change_customer(w, one, {"note": "fish"}, {})) == said
    # What the house refuses by itself is not even shown to a plugin.
    seen("bakery")
    assert refused(cast.owner, lambda w: customers.change_customer(w, one, {"name": "x" * 500}, {}))
    assert seen("bakery") == []


def test_a_deal_is_checked(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(bakery=DEAL)
    cast: Cast = request.getfixturevalue("cast")
    said = [("amount", "Not so much.", "bakery")]
    too_much = NewDeal(title="Vans", process=SIX, amount_minor=101)
    assert refused(cast.owner, lambda w: deals.open_deal(w, too_much)) == said
    assert count(deal) == 0
    one = did(cast.owner, lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX, amount_minor=7)))
    before, changes = seen("bakery")[-1]
    assert (before, changes["process"], changes["amount_minor"], changes["title"]) == (None, SIX, 7, "Vans")
    assert refused(cast.owner, lambda w: deals.change_deal(w, one, {"amount_minor": 200}, {})) == said
    changes = {"title": "Two vans", "expected_close": date(2026, 4, 1)}
    did(cast.owner, lambda w: deals.change_deal(w, one, changes, {}))
    assert seen("bakery")[-1] == ("Vans", changes)


def test_an_activity_is_checked_when_noted_planned_moved_and_finished(
    plugged: Plugged, request: pytest.FixtureRequest
) -> None:
    plugged(bakery=ACTIVITY)
    cast: Cast = request.getfixturevalue("cast")
    said = [("note", "Say more.", "bakery")]
    tomorrow, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    call = NewActivity(note="short", outcome="reached")
    assert refused(cast.owner, lambda w: activities.note_activity(w, call)) == said
    plan = NewActivity(note="short", planned_at=tomorrow)
    assert refused(cast.owner, lambda w: activities.plan_activity(w, plan)) == said
    assert count(activity) == 0
    seen("bakery")
    did(cast.owner, lambda w: activities.note_activity(w, NewActivity(note="About cake", outcome="reached")))
    [(before, changes)] = seen("bakery")
    assert (before, changes["state"], changes["outcome"], changes["note"]) == (None, "done", "reached", "About cake")
    assert "created_by" not in changes
    one = did(cast.owner, lambda w: activities.plan_activity(w, NewActivity(note="Call", planned_at=tomorrow)))
    [(before, changes)] = seen("bakery")
    assert (before, changes["state"], changes["planned_at"]) == (None, "planned", tomorrow)
    did(cast.owner, lambda w: activity_changes.postpone_activity(w, one, later))
    assert [(before, changes["planned_at"]) for before, changes in seen("bakery")] == [("planned", later)]
    did(cast.owner, lambda w: agenda.move_activity(w, one, NOW + timedelta(days=3), 30, False, 2))
    assert [changes["minutes"] for _, changes in seen("bakery")] == [30]
    assert refused(cast.owner, lambda w: activity_finish.finish_activity(w, one, "reached", "short")) == said
    did(cast.owner, lambda w: activity_finish.finish_activity(w, one, "reached", "Long enough"))
    assert [(before, changes["state"]) for before, changes in seen("bakery")][-1] == ("planned", "done")


def test_a_move_is_checked_with_what_the_plugin_may_read(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(bakery=MOVE)
    cast: Cast = request.getfixturevalue("cast")
    one = did(cast.owner, lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX)))
    assert refused(cast.owner, lambda w: deal_moves.move_deal(w, one, "needs", 1)) == [
        ("", "Not on a Monday.", "bakery")
    ]
    did(cast.owner, lambda w: deal_moves.move_deal(w, one, "contact", 1))
    assert seen("bakery")[-1] == ("identification", "contact", "Owner", "Vans")


def test_a_claim_is_checked(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(bakery=CLAIM)
    cast: Cast = request.getfixturevalue("cast")
    with work(cast.admin, NOW) as w:
        ids = [customers.add_customer(w, NewCustomer(name=name, pool_id=1)) for name in ("Gold", "Tin")]
    assert refused(cast.owner, lambda w: pool.claim_customer(w, ids[0])) == [("", "Not this one.", "bakery")]
    did(cast.owner, lambda w: pool.claim_customer(w, ids[1]))
    assert seen("bakery") == [("Gold", "Owner"), ("Tin", "Owner")]
    with reading() as x:
        owners = x.execute(select(customer.c.name, customer.c.owner_id).order_by(customer.c.id)).all()
    assert [tuple(row) for row in owners] == [("Gold", None), ("Tin", cast.owner.id)]


FAILS = """
@hookimpl
def salesapp_check_customer_save():
    {what}
@hookimpl
def salesapp_check_deal_save():
    {what}
@hookimpl
def salesapp_check_activity_save():
    {what}
@hookimpl
def salesapp_check_claim():
    {what}
"""


def everything(cast: Cast) -> list[Callable[[Work], Any]]:
    """One save of each kind."""
    return [
        lambda w: customers.add_customer(w, NewCustomer(name="Li", note="fish", pool_id=1)),
        lambda w: pool.claim_customer(w, 1),
        lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX, amount_minor=500)),
        lambda w: activities.plan_activity(w, NewActivity(note="short", planned_at=NOW)),
    ]


@pytest.mark.parametrize(
    "what", ["raise RuntimeError", "raise SystemExit", "return 7", "return salesapp_check_claim()"]
)
def test_a_check_that_fails_lets_it_be_saved_with_a_note(
    plugged: Plugged, request: pytest.FixtureRequest, what: str
) -> None:
    plugged(contained=True, bakery=FAILS.format(what=what))
    cast: Cast = request.getfixturevalue("cast")
    for do in everything(cast):
        with work(cast.admin, NOW) as w:
            do(w)
            assert [str(each) for each in w.notes] == [
                "The plugin “bakery” could not check this; it was saved without."
            ]
    assert (count(customer), count(deal), count(activity)) == (1, 1, 1)


def test_a_check_of_a_critical_plugin_that_fails_refuses(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(contained=True, more=", critical=True", bakery=FAILS.format(what="raise RuntimeError"))
    cast: Cast = request.getfixturevalue("cast")
    words = "The check of the plugin “bakery” failed, so nothing was saved. Please tell an administrator."
    for do in (each for n, each in enumerate(everything(cast)) if n != 1):
        assert refused(cast.admin, do) == [("", words, "bakery")]
    assert (count(customer), count(deal), count(activity)) == (0, 0, 0)


def test_a_critical_plugin_that_does_not_load_refuses_what_it_would_check(
    plugged: Plugged, request: pytest.FixtureRequest
) -> None:
    app = plugged(contained=True, more=", critical=True", bakery=DEAL + "raise RuntimeError")
    cast: Cast = request.getfixturevalue("cast")
    assert hooks_of(app).plugins.plugin("bakery") is None
    did(cast.admin, everything(cast)[0])  # it has no check of customers
    assert [place for place, _, _ in refused(cast.admin, everything(cast)[2])] == [""]


BROKEN_SQL = """
from sqlalchemy import select, text

@hookimpl
def salesapp_check_customer_save(reads):
    reads.execute(select(text("1")).select_from(text("no_such_table")))
"""


def test_a_query_that_fails_harms_nothing_else_of_the_save(plugged: Plugged, request: pytest.FixtureRequest) -> None:
    plugged(contained=True, bakery=BROKEN_SQL)
    cast: Cast = request.getfixturevalue("cast")
    did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
    assert count(customer) == 1


def test_where_nobody_listens_a_move_takes_no_statement_more(
    plugged: Plugged, request: pytest.FixtureRequest, statements: list[str]
) -> None:
    """And where somebody does, whoever needs nothing of the database takes none either."""
    app = plugged(bakery=MOVE.replace("reads.deal(deal.id).title", "0"))
    cast: Cast = request.getfixturevalue("cast")
    ids = [did(cast.owner, lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX))) for _ in range(3)]
    taken = []
    for one in ids:
        before = len(statements)
        with work(cast.owner, NOW) as w:
            deal_moves.move_deal(w, one, "contact", 1)
        taken.append(len(statements) - before)
        if one == ids[1]:  # the first move finds the catalogue out
            hooks_of(app)._asked["salesapp_check_deal_move"] = []
    assert len(seen("bakery")) == 2
    assert taken[1] == taken[2]
