"""A plugin may take a right away, never give one; and one that cannot say refuses."""

import sys
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from salesapp.domain.errors import NotAllowed, NotFound
from salesapp.services import (
    activities,
    activity_finish,
    activity_undo,
    bulk_undo,
    contacts,
    customers,
    deal_archive,
    deal_moves,
    deals,
    files,
    merge,
    merge_undo,
    plugin_states,
    pool,
    sharing,
)
from salesapp.services.activities import NewActivity
from salesapp.services.contacts import NewContact
from salesapp.services.customers import NewCustomer
from salesapp.services.deals import NewDeal
from salesapp.services.sharing import NewShare
from salesapp.services.work import Work
from salesapp.store import plugin_states as rows
from salesapp.testing import NOW, Cast
from tests.plugging.hook_kit import Plugged, plugged, seen
from tests.plugging.test_checks import SIX, did, refused

__all__ = ["plugged"]

NARROW = """
NO = set()
@hookimpl
def salesapp_narrow(actor, verb, subject, now):
    SEEN.append((verb, type(subject).__name__, getattr(subject, "name", getattr(subject, "title", None))))
    return [problem("", N_("Not you."))] if verb in NO else None
"""


@pytest.fixture
def cast_of(plugged: Plugged, request: pytest.FixtureRequest) -> Callable[..., Cast]:
    """The people of an application with a plugin that narrows."""

    def of(body: str = NARROW, **options: Any) -> Cast:
        plugged(guard=body, **options)
        cast: Cast = request.getfixturevalue("cast")
        return cast

    return of


def made(cast: Cast) -> tuple[int, int, int]:
    """A customer, a deal and a planned activity of the owner."""
    one = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
    its = did(cast.owner, lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX, customer_id=one)))
    plan = NewActivity(deal_id=its, planned_at=NOW + timedelta(days=1))
    return one, its, did(cast.owner, lambda w: activities.plan_activity(w, plan))


def test_every_change_of_a_record_is_asked_about_with_the_record(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of()
    one, its, plan = made(cast)
    assert seen("guard") == [
        ("customer.add", "NoneType", None),
        ("deal.add", "CustomerView", "Li"),
        ("activity.add", "DealView", "Vans"),
    ]
    with_customer: list[tuple[Callable[[Work], Any], str]] = [
        (lambda w: customers.change_customer(w, one, {"grade": "A"}, {}), "customer.edit"),
        (lambda w: customers.note_enquiry(w, one, None), "customer.edit"),
        (lambda w: contacts.add_contact(w, one, NewContact(name="Wang")), "customer.edit"),
        (lambda w: sharing.share_customer(w, one, NewShare(person_id=cast.outsider.id)), "customer.share"),
        (lambda w: activities.note_activity(w, NewActivity(customer_id=one, outcome="reached")), "activity.add"),
        (lambda w: customers.archive_customer(w, one), "customer.archive"),
        (lambda w: customers.restore_customer(w, one), "customer.archive"),
    ]
    for do, verb in with_customer:
        did(cast.owner, do)
        assert set(seen("guard")) == {(verb, "CustomerView", "Li")}
    for do, verb in (
        (lambda w: deals.change_deal(w, its, {"amount_minor": 7}, {}), "deal.edit"),
        (lambda w: deal_moves.move_deal(w, its, "contact", 2), "deal.move"),
        (lambda w: deal_archive.archive_deal(w, its), "deal.edit"),
        (lambda w: deal_archive.restore_deal(w, its), "deal.edit"),
    ):
        did(cast.owner, do)
        assert seen("guard") == [(verb, "DealView", "Vans")]
    for act in (
        lambda w: activity_finish.finish_activity(w, plan, "reached", ""),
        lambda w: activity_undo.take_back(w, plan),
    ):
        did(cast.owner, act)
        assert set(seen("guard")) == {("activity.edit", "ActivityView", None)}


def test_what_a_plugin_takes_away_is_refused(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of()
    one, its, plan = made(cast)
    twin = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
    lying = did(cast.admin, lambda w: customers.add_customer(w, NewCustomer(name="Wu", pool_id=1)))
    every: list[tuple[str, Callable[[Work], Any]]] = [
        ("customer.add", lambda w: customers.add_customer(w, NewCustomer(name="Zhou"))),
        ("customer.edit", lambda w: customers.change_customer(w, one, {"grade": "A"}, {})),
        ("customer.edit", lambda w: contacts.add_contact(w, one, NewContact(name="Wang"))),
        ("customer.edit", lambda w: pool.release_customer(w, one)),
        ("customer.assign", lambda w: pool.assign_customer(w, one, cast.colleague.id)),
        ("customer.share", lambda w: sharing.share_customer(w, one, NewShare(person_id=cast.outsider.id))),
        ("customer.archive", lambda w: customers.archive_customer(w, one)),
        ("customer.merge", lambda w: merge.merge_customers(w, one, twin)),
        ("pool.claim", lambda w: pool.claim_customer(w, lying)),
        ("deal.add", lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX, customer_id=one))),
        ("deal.add", lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX))),
        ("activity.add", lambda w: activities.note_activity(w, NewActivity(note="Cake", outcome="reached"))),
        ("deal.edit", lambda w: deals.change_deal(w, its, {"amount_minor": 7}, {})),
        ("deal.move", lambda w: deal_moves.move_deal(w, its, "contact", 1)),
        ("activity.add", lambda w: activities.note_activity(w, NewActivity(customer_id=one, outcome="reached"))),
        ("activity.add", lambda w: activities.note_activity(w, NewActivity(deal_id=its, outcome="reached"))),
        ("activity.edit", lambda w: activity_finish.finish_activity(w, plan, "reached", "")),
        ("activity.edit", lambda w: files.attach(w, plan, [object()])),  # type: ignore[list-item]
    ]
    for verb, do in every:
        vars(sys.modules["salesapp_plugins.guard"])["NO"] = {verb}
        assert refused(cast.admin, do) == [("", "Not you.", "guard")], verb


def test_what_is_taken_back_is_asked_about_too(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of()
    one, _, plan = made(cast)
    twin = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
    merged = did(cast.admin, lambda w: merge.merge_customers(w, one, twin))
    item: Any = SimpleNamespace(id=plan)
    vars(sys.modules["salesapp_plugins.guard"])["NO"] = {"customer.merge", "activity.edit"}
    no = [("", "Not you.", "guard")]
    assert refused(cast.admin, lambda w: merge_undo.undo_merge(w, merged)) == no
    assert refused(cast.admin, lambda w: bulk_undo.put_back(w, "activity.assign", item, {})) == no


def test_a_right_the_house_does_not_give_is_not_even_asked_about(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of()
    one, _, _ = made(cast)
    seen("guard")
    with pytest.raises(NotAllowed):
        did(cast.reader, lambda w: customers.add_customer(w, NewCustomer(name="Zhou")))
    with pytest.raises(NotFound):
        did(cast.outsider, lambda w: customers.change_customer(w, one, {"grade": "A"}, {}))
    assert seen("guard") == []


UNSURE = "The plugin “guard” could not say whether you may do this. Please tell an administrator."
FAILS = "@hookimpl\ndef salesapp_narrow(verb):\n    if verb == 'customer.edit':\n        raise RuntimeError\n"


def test_a_plugin_that_fails_here_refuses_and_goes_on_refusing(cast_of: Callable[..., Cast]) -> None:
    """Also when its hook is off: who wants more than they may do must not get it by making it fail five times."""
    cast = cast_of(FAILS, contained=True)
    one, _, _ = made(cast)
    for _ in range(7):
        assert refused(cast.owner, lambda w: customers.change_customer(w, one, {"grade": "A"}, {})) == [
            ("", UNSURE, "guard")
        ]
    assert did(cast.admin, lambda w: rows.hooks_off(w.session)) == {("guard", "salesapp_narrow")}
    # The settings are never asked about, so an administrator gets out of it: by mending it, or switching it off.
    assert did(cast.admin, lambda w: plugin_states.switch(w, "guard", True))
    did(cast.owner, lambda w: customers.change_customer(w, one, {"grade": "A"}, {}))


def test_a_plugin_that_would_narrow_and_does_not_load_refuses(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(NARROW + "raise RuntimeError", contained=True)
    assert refused(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li"))) == [("", UNSURE, "guard")]
    did(cast.admin, lambda w: plugin_states.switch(w, "guard", True))
    did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="Li")))
