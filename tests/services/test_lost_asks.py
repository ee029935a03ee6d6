"""What a process asks for when a deal is given up, and the second call before anybody agrees."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, select

from salesapp.domain.errors import Refused
from salesapp.domain.permissions import Actor
from salesapp.plugin_api import NewActivity, NewCustomer, NewDeal, work
from salesapp.services import decisions as service
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.deal_sheet import Sheet, send
from salesapp.services.plugin_work import demo_work
from salesapp.services.work import work as house_work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.store.tables import event
from salesapp.testing import NOW, Cast, make_cast
from tests.plugging.hook_kit import Plugged, plugged
from tests.services.decision_kit import at_once, decide, found, seen

__all__ = ["plugged"]

CARS = """
@hookimpl
def salesapp_records():
    rival = Field("rival", words("Rival model"), "text")
    lost = (LostReason("price", words("Price")),)
    first = Stage("first", words("First"), words("Goal"), (), 50)
    return [
        Process("cars", words("Cars"), (first,), lost, (rival,), LOSS)
    ]
"""
LATER = NOW + timedelta(minutes=1)
_order = (
    select(event.c.kind)
    .where(event.c.kind.in_(("deal.lost", "activity.reopened")))
    .where((event.c.deal_id == bindparam("deal")) | (event.c.subject_id == bindparam("activity")))
    .order_by(event.c.id)
)
LOSS = 'lost_needs_yes=True, lost_asks=("rival",), lost_needs_call=True'


@pytest.fixture
def cast(plugged: Plugged) -> Cast:
    plugged(cars=CARS.replace("LOSS", LOSS))
    return make_cast()


def a_deal(actor: Actor) -> tuple[int, int]:
    with work(actor, NOW) as w:
        customer = w.add_customer(NewCustomer(name="Li"))
        return customer, w.add_deal(NewDeal(customer_id=customer, process="cars.cars"))


def give_up(actor: Actor, deal_id: int, **changed: Any) -> int:
    with house_work(actor, NOW) as w:
        version = deals.version(w.session, deal_id)
        sent = send(w, deal_id, Sheet(to=":lost", version=version, reason="price", changed=changed))
        assert sent.decision_id is not None
        return sent.decision_id


def call(actor: Actor, customer: int, **values: Any) -> None:
    with work(actor, values.pop("now", LATER)) as w:
        w.log_activity(NewActivity(customer_id=customer, **{"outcome": "reached", **values}))


def test_a_loss_asks_for_its_fields_and_keeps_the_answers(cast: Cast) -> None:
    _, deal_id = a_deal(cast.owner)
    with pytest.raises(Refused) as refused:
        give_up(cast.owner, deal_id)
    assert [each.place for each in refused.value.problems] == ["field.rival"]
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    with reading() as x:
        assert deals.read(x, deal_id).custom == {"cars": {"rival": "BYD Han"}}
    assert found(cast.manager, asked).pending


def test_a_yes_waits_for_the_call_of_somebody_else(cast: Cast) -> None:
    customer, deal_id = a_deal(cast.owner)
    call(cast.manager, customer, now=NOW - timedelta(hours=1))
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    call(cast.owner, customer)
    call(cast.manager, customer, kind="visit")
    call(cast.manager, customer, outcome="not_reached")
    call(cast.manager, customer, direction="in")
    with pytest.raises(Refused, match="calls the customer first"):
        decide(cast.manager, asked)
    assert found(cast.manager, asked).pending
    call(cast.manager, customer)
    assert decide(cast.manager, asked) == "granted"


def plan(actor: Actor, customer: int, whose: Actor, now: datetime = LATER) -> int:
    with work(actor, now) as w:
        return w.plan_activity(NewActivity(customer_id=customer, owner_id=whose.id, planned_at=LATER))


def finish(actor: Actor, activity_id: int) -> None:
    with work(actor, LATER) as w:
        w.finish_activity(activity_id, "reached", "Talked")


def undo(actor: Actor, activity_id: int) -> None:
    with house_work(actor, LATER) as w:
        reopen_activity(w, activity_id)


def agreed(cast: Cast, asked: int) -> bool:
    try:
        return decide(cast.manager, asked) == "granted"
    except Refused:
        return False


def test_nobody_calls_in_a_colleagues_name(cast: Cast) -> None:
    customer, deal_id = a_deal(cast.owner)
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    call(cast.owner, customer, owner_id=cast.owner.id)
    everybody = replace(cast.owner, people=None)
    call(everybody, customer, owner_id=cast.manager.id)
    finish(everybody, plan(cast.manager, customer, cast.manager))
    again = plan(cast.manager, customer, cast.manager)
    finish(cast.manager, again)
    undo(cast.owner, again)
    finish(cast.owner, again)
    assert not agreed(cast, asked)


def test_who_made_the_call_counts_not_for_whom_it_was_planned(cast: Cast) -> None:
    customer, deal_id = a_deal(cast.owner)
    before = plan(cast.owner, customer, cast.owner, NOW - timedelta(days=1))
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    finish(cast.manager, before)
    undo(cast.manager, before)
    assert not agreed(cast, asked)
    finish(cast.manager, before)
    assert agreed(cast, asked)


def test_an_old_call_noted_late_does_not_count(cast: Cast) -> None:
    customer, deal_id = a_deal(cast.owner)
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    call(cast.manager, customer, at=NOW - timedelta(hours=1))
    assert not agreed(cast, asked)


def test_a_call_noted_before_or_taken_back_does_not_count(cast: Cast) -> None:
    customer, deal_id = a_deal(cast.owner)
    call(cast.manager, customer, now=NOW - timedelta(minutes=1), at=NOW + timedelta(minutes=2))
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    assert not agreed(cast, asked)
    with work(cast.manager, LATER) as w:
        noted = w.log_activity(NewActivity(customer_id=customer, outcome="reached"))
    undo(cast.manager, noted)
    assert not agreed(cast, asked)


def test_a_yes_while_the_call_is_taken_back(cast: Cast, app: Flask) -> None:
    customer, deal_id = a_deal(cast.owner)
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    done = plan(cast.manager, customer, cast.manager)
    finish(cast.manager, done)
    looked = seen(asked)
    acts = [
        (cast.manager, lambda w: service.decide(w, asked, True, "", looked)),
        (cast.manager, lambda w: reopen_activity(w, done)),
    ]
    answer, undone = at_once(app, acts)
    assert answer == "granted" or isinstance(answer, Refused)
    with reading() as x:
        first = x.execute(_order, {"deal": deal_id, "activity": done}).scalars().all()
        state = deals.read(x, deal_id).state
    assert (first[0] == "deal.lost") == (answer == "granted") == (state == "lost")
    assert undone is None


def test_a_list_of_requests_asks_once_who_called(cast: Cast, client_of: Any, statements: list[str]) -> None:
    counts = []
    for _ in range(2):
        for _ in range(2):
            give_up(cast.owner, a_deal(cast.owner)[1], **{"field.rival": "BYD Han"})
        browser = client_of(cast.manager)
        browser.get("/decisions")
        statements.clear()
        assert browser.get("/decisions").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_a_no_needs_no_call(cast: Cast) -> None:
    _, deal_id = a_deal(cast.owner)
    asked = give_up(cast.owner, deal_id, **{"field.rival": "BYD Han"})
    assert decide(cast.manager, asked, yes=False, words="Try again") == "refused"


def test_pages_ask_and_say_so(cast: Cast, client_of: Any) -> None:
    customer, deal_id = a_deal(cast.owner)
    browser = client_of(cast.owner)
    assert 'name="field.rival"' in browser.get(f"/deals/{deal_id}/move").text
    typed = {"to": ":lost", "reason": "price", "version": "1", "note": "kept"}
    wrong = browser.send(f"/deals/{deal_id}/move", typed)
    assert wrong.status_code == 422
    assert 'href="#f-field.rival"' in wrong.text
    assert "kept" in wrong.text
    assert browser.send(f"/deals/{deal_id}/move", typed | {"field.rival": "BYD Han"}).status_code == 303
    with reading() as x:
        asked = deals.read(x, deal_id)
        assert asked.state == "open"
    page = client_of(cast.manager).get("/decisions").text
    assert f"/activities/new?mode=plan&amp;kind=call&amp;for=lost&amp;deal={deal_id}" in page
    form = client_of(cast.manager).get(f"/activities/new?mode=plan&kind=call&for=lost&deal={deal_id}").text
    assert "Ask why it came to nothing, before it counts as lost.</textarea>" in form
    call(cast.manager, customer)
    assert "mode=plan&amp;kind=call" not in client_of(cast.manager).get("/decisions").text


def test_mistakes_are_named() -> None:
    from tests.domain.test_pack import field, process

    cakes = process(fields=(field("rival"),))
    with pytest.raises(ValueError, match="no field 'rivle': did you mean 'rival'"):
        replace(cakes, lost_asks=("rivle",))
    with pytest.raises(ValueError, match="lost_needs_call must be True or False"):
        replace(cakes, lost_needs_call="yes")  # type: ignore[arg-type]


def test_a_plugin_gives_up_as_people_do_and_tells_a_past_without_asking(cast: Cast) -> None:
    _, its = a_deal(cast.owner)
    with work(cast.owner, NOW, plugin="cars") as w:
        w.change_deal(its, {"field.rival": "Q5"})
        decision = w.lose_deal(its, "price", "Too dear")
        deal = w.reads.deal(its)
        assert deal is not None
        assert deal.state == "open"
    assert decision is not None
    _, other = a_deal(cast.owner)
    with demo_work(NOW, plugin="cars", language="en") as w:
        past = w.at(NOW, cast.manager.id)
        past.change_deal(other, {"field.rival": "Q5"})
        assert past.lose_deal(other, "price", "Too dear") is None
        deal = w.reads.deal(other)
        assert deal is not None
        assert (deal.state, deal.lost_reason) == ("lost", "price")
