"""What nobody gets around: gates by an undo or without the plugin, another's deal, evidence of another stage."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.deal_facts import deal_facts
from salesapp.domain.errors import NotFound, Refused
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.stages import LOST, WON
from salesapp.domain.views import DealView
from salesapp.services import deal_moves, deal_steps
from salesapp.services import deals as service
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.contacts import NewContact, add_contact, archive_contact, restore_contact
from salesapp.services.deal_sheet import Sheet, send
from salesapp.services.work import Work, work
from salesapp.store import customers, deals
from salesapp.store import deal_steps as ticks
from salesapp.store.engine import reading
from salesapp.store.tables import customer, deal, event, stage_event
from salesapp.testing import NOW, Cast, add_person
from tests.services.deal_files import a_customer, a_deal, ready

TRADE = "gated.trade"
DATED = """
from salesapp.plugin_api import *

def same(word):
    return Text(word, word, word, word)

MANIFEST = Manifest(name="dated", version="1", label=same("Dated"), description=same("Asks for a day"))

@hookimpl
def salesapp_records():
    due = Gate("due", When("expected_close", "ago", 0))
    first = Stage("one", same("One"), same("Goal"), (), 10, to_leave=(due,))
    second = Stage("two", same("Two"), same("Goal"), (), 50)
    return [Process("dated", same("Dated"), (first, second), (LostReason("price", same("Price")),))]
"""


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with the gated plugin, and one whose gate asks for a day."""
    (tmp_path / "plugins").mkdir()
    shutil.copyfile(Path(__file__).parent / "gated.py", tmp_path / "plugins" / "gated.py")
    (tmp_path / "plugins" / "dated.py").write_text(DATED, encoding="utf-8")
    return tmp_path


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def do(actor: Actor, act: Callable[[Work, int], Any], deal_id: int, now: datetime = NOW) -> Any:
    """One act on the deal as it is now."""
    with work(actor, now) as w:
        return act(w, deals.read(w.session, deal_id).version)


def go(actor: Actor, deal_id: int, to: str, now: datetime = NOW, **values: Any) -> Any:
    return do(actor, lambda w, version: send(w, deal_id, Sheet(to=to, version=version, **values)), deal_id, now)


def change(actor: Actor, deal_id: int, now: datetime = NOW, **changed: Any) -> None:
    with work(actor, now) as w:
        service.change_deal(w, deal_id, changed, {})


def refused(act: Callable[[], Any]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as error:
        act()
    return [(each.place, str(each.message)) for each in error.value.problems]


# --- taking back ---

TOO_LATE = [("", "This can no longer be taken back. Move the deal instead.")]


def back(actor: Actor, deal_id: int, to: str, now: datetime = NOW) -> None:
    do(actor, lambda w, version: deal_moves.take_back(w, deal_id, to, version), deal_id, now)


@pytest.mark.parametrize("end", [WON, LOST])
def test_what_was_opened_again_cannot_be_taken_back_into_no_stage(app: Flask, cast: Cast, end: str) -> None:
    deal_id = a_deal(app, cast.manager, process=TRADE)
    go(cast.manager, deal_id, end, reason="price", override="x")
    do(cast.manager, lambda w, version: deal_moves.reopen_deal(w, deal_id, version), deal_id)
    assert refused(lambda: back(cast.manager, deal_id, end)) == TOO_LATE
    with work(SYSTEM, NOW) as w:  # not even where the path said it could
        version = deals.read(w.session, deal_id).version
        w.session.execute(update(stage_event).where(stage_event.c.prev_stage == end).values(version=version))
    assert refused(lambda: back(cast.manager, deal_id, end)) == TOO_LATE
    assert (view(cast.manager, deal_id).state, view(cast.manager, deal_id).stage) == ("open", "ask")


def test_from_no_stage_every_gate_is_asked(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, process=TRADE)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(stage=LOST))
    assert len(refused(lambda: go(cast.owner, deal_id, WON))) == 6


def test_a_move_can_be_taken_back_for_a_few_minutes(app: Flask, cast: Cast) -> None:
    for late, allowed in ((timedelta(minutes=5), True), (timedelta(minutes=5, seconds=1), False)):
        deal_id = a_deal(app, cast.owner)
        ready(cast.owner, deal_id)
        go(cast.owner, deal_id, "contact", NOW + timedelta(days=1))
        if allowed:
            back(cast.owner, deal_id, "identification", NOW + timedelta(days=1) + late)
            continue
        told = refused(lambda: back(cast.owner, deal_id, "identification", NOW + timedelta(days=1) + late))  # noqa: B023
        assert told == TOO_LATE


def test_a_move_is_taken_back_only_while_the_deal_is_as_it_left_it(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, process=TRADE)
    go(cast.owner, deal_id, "offer", steps=["need"], changed={"amount_minor": 5, "expected_close": date(2026, 5, 1)})
    go(cast.owner, deal_id, "ask")
    change(cast.manager, deal_id, amount_minor=None, expected_close=None)
    assert refused(lambda: back(cast.owner, deal_id, "offer")) == TOO_LATE  # with the version of now
    assert view(cast.owner, deal_id).stage == "ask"


def test_the_path_keeps_the_version_each_move_made(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.manager)
    go(cast.manager, deal_id, "contact", override="x")
    go(cast.manager, deal_id, WON, override="x")
    do(cast.manager, lambda w, version: deal_moves.reopen_deal(w, deal_id, version), deal_id)
    with reading() as x:
        query = select(stage_event.c.version).where(stage_event.c.deal_id == deal_id).order_by(stage_event.c.id)
        assert list(x.scalars(query)) == [None, 2, 3, None]


# --- who became a customer ---


def state_of(customer_id: int) -> str:
    with reading() as x:
        return customers.read(x, customer_id).state


def test_a_win_taken_back_leaves_no_customer_behind(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.manager, state="verified")
    deal_id = a_deal(app, cast.manager, customer_id)
    go(cast.manager, deal_id, WON, override="x")
    assert state_of(customer_id) == "customer"
    back(cast.manager, deal_id, "identification")
    assert state_of(customer_id) == "verified"


@pytest.mark.parametrize("why", ["by hand", "another win", "was one already"])
def test_who_is_a_customer_for_another_reason_stays_one(app: Flask, cast: Cast, why: str) -> None:
    customer_id = a_customer(cast.manager, state="customer" if why == "was one already" else "lead")
    deal_id, other = (a_deal(app, cast.manager, customer_id) for _ in range(2))
    go(cast.manager, deal_id, WON, override="x")
    if why == "another win":
        go(cast.manager, other, WON, override="x")
    if why == "by hand":
        with work(cast.manager, NOW) as w:
            w.session.execute(update(customer).where(customer.c.id == customer_id).values(state="former"))
    back(cast.manager, deal_id, "identification")
    assert state_of(customer_id) == ("former" if why == "by hand" else "customer")


# --- without its plugin ---


def orphan(app: Flask, actor: Actor) -> int:
    """A deal whose plugin is gone."""
    deal_id = a_deal(app, actor)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(process="gone.six"))
    return deal_id


def test_without_its_plugin_a_deal_is_not_won(app: Flask, cast: Cast) -> None:
    deal_id = orphan(app, cast.owner)
    told = [("", "The plugin with this deal's process is missing, so it cannot be moved now.")]
    for to in (WON, "contact"):
        assert refused(lambda: go(cast.owner, deal_id, to)) == told  # noqa: B023
        assert refused(lambda: go(cast.manager, deal_id, to, override="x")) == told  # noqa: B023
    assert view(cast.owner, deal_id).state == "open"


def test_without_its_plugin_a_loss_needs_a_yes(app: Flask, cast: Cast) -> None:
    deal_id = orphan(app, cast.owner)
    assert go(cast.owner, deal_id, LOST).decision_id is not None
    assert view(cast.owner, deal_id).state == "open"


@pytest.mark.parametrize("reason", ["x" * 81, "x" * 500, "太贵了", "Too dear", "price "])
def test_without_its_plugin_a_reason_is_a_key_or_open(app: Flask, cast: Cast, reason: str) -> None:
    deal_id = orphan(app, cast.owner)
    assert [place for place, _ in refused(lambda: go(cast.owner, deal_id, LOST, reason=reason))] == ["reason"]
    assert deal_moves.check_lost(None, "", "") == deal_moves.check_lost(None, "price", "") == []


# --- whose it is ---


def helping(app: Flask, cast: Cast) -> int:
    """A deal of the owner's on which the colleague works, because of an activity of theirs."""
    customer_id = a_customer(cast.owner)
    with work(cast.manager, NOW) as w:
        plan_activity(w, NewActivity(customer_id=customer_id, owner_id=cast.colleague.id, planned_at=NOW))
    return a_deal(app, cast.owner, customer_id)


def test_who_helps_with_a_deal_does_not_take_it(app: Flask, cast: Cast) -> None:
    deal_id = helping(app, cast)
    change(cast.colleague, deal_id, title="监护仪两台")  # works on it
    told = refused(lambda: change(cast.colleague, deal_id, owner_id=cast.colleague.id))
    assert told == [("owner_id", "Only the owner of this deal or a manager can give it to somebody else.")]
    assert view(cast.owner, deal_id).owner_id == cast.owner.id
    change(cast.manager, deal_id, owner_id=cast.colleague.id)
    assert view(cast.colleague, deal_id).owner_id == cast.colleague.id


def test_what_nobody_owns_is_taken_by_who_hands_it_out(app: Flask, cast: Cast) -> None:
    deal_id = helping(app, cast)
    change(cast.manager, deal_id, owner_id=None)
    assert refused(lambda: change(cast.colleague, deal_id, owner_id=cast.colleague.id))[0][0] == "owner_id"
    change(cast.manager, deal_id, owner_id=cast.colleague.id)


def test_a_salesperson_does_not_leave_a_deal_to_nobody(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    told = refused(lambda: change(cast.owner, deal_id, owner_id=None))
    assert told == [("owner_id", "Choose an owner from the list.")]
    assert view(cast.owner, deal_id).owner_id == cast.owner.id


# --- evidence ---


def called(actor: Actor, deal_id: int, at: datetime = NOW, now: datetime = NOW, outcome: str = "reached") -> int:
    with work(actor, now) as w:
        return note_activity(w, NewActivity(kind="call", deal_id=deal_id, outcome=outcome, at=at))


def test_a_call_before_the_stage_shows_nothing_about_it(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, process=TRADE)
    called(cast.owner, deal_id, at=NOW - timedelta(seconds=1))
    assert view(cast.owner, deal_id).done_steps == frozenset()
    with work(cast.owner, NOW) as w:
        signed = NOW - timedelta(days=9)
        assert deal_steps.push_evidence(w, deal_id, "contract.signed", 7, at=signed, lasting=True) == 1
    called(cast.owner, deal_id)
    assert view(cast.owner, deal_id).done_steps == {"called", "signed"}


def test_another_call_of_the_stage_keeps_the_step_done(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, process=TRADE)
    early, missed = NOW - timedelta(days=9), NOW + timedelta(minutes=1)
    called(cast.owner, deal_id, at=early)
    called(cast.owner, deal_id, at=missed, now=missed, outcome="not_reached")
    first, second = called(cast.owner, deal_id), called(cast.owner, deal_id)
    with work(cast.owner, NOW) as w:
        reopen_activity(w, first)
    with reading() as x:
        row = ticks.ticks(x, deal_id)["called"]
        kinds = list(x.scalars(select(event.c.kind).where(event.c.deal_id == deal_id)))
    assert (row.evidence, "step.undone" in kinds) == ("activity.call", False)
    with work(cast.owner, NOW) as w:
        reopen_activity(w, second)  # now by its id
    assert view(cast.owner, deal_id).done_steps == frozenset()


def test_a_call_of_another_stage_keeps_nothing_done(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.manager, process=TRADE)
    first = called(cast.manager, deal_id)
    later = NOW + timedelta(hours=1)
    go(cast.manager, deal_id, "offer", later, override="x")
    called(cast.manager, deal_id, at=later, now=later)
    assert view(cast.manager, deal_id).done_steps == {"called", "called_again"}
    with work(cast.manager, later) as w:
        reopen_activity(w, first)
    assert view(cast.manager, deal_id).done_steps == {"called_again"}


# --- contacts who were put away ---


def test_a_contact_put_away_meets_no_gate_and_comes_back_with_its_deals(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id, process=TRADE)
    with work(cast.owner, NOW) as w:
        gone, here = (add_contact(w, customer_id, NewContact(name=name)) for name in ("甲", "乙"))
        service.change_deal(w, deal_id, {"contact_ids": (gone,)}, {})
    with work(cast.owner, NOW) as w:
        archive_contact(w, gone)
        process = w.catalog.process(TRADE)
    assert process is not None
    assert deal_facts(view(cast.owner, deal_id), process)["contacts"] == 0
    change(cast.owner, deal_id, contact_ids=(here,))
    assert view(cast.owner, deal_id).contact_ids == (here,)
    with work(cast.owner, NOW) as w:
        restore_contact(w, gone)
    assert view(cast.owner, deal_id).contact_ids == (gone, here)


# --- a customer given later ---


def test_who_was_reached_before_is_the_customers_last_contact(app: Flask, cast: Cast) -> None:
    deal_id, customer_id = a_deal(app, cast.owner), a_customer(cast.owner)
    reached = NOW - timedelta(days=3)
    called(cast.owner, deal_id, at=NOW - timedelta(days=8))
    called(cast.owner, deal_id, at=reached)
    called(cast.owner, deal_id, outcome="not_reached")
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(kind="message", deal_id=deal_id, direction="in", outcome="reached"))
    change(cast.owner, deal_id, customer_id=customer_id)
    with reading() as x:
        assert customers.read(x, customer_id).last_contact_at == reached


# --- whose today ---


@pytest.mark.parametrize(("zone", "moves"), [("Asia/Shanghai", True), ("UTC", False)])
def test_today_is_the_day_where_one_is(app: Flask, cast: Cast, zone: str, moves: bool) -> None:
    person = add_person("Traveller", "salesperson", team_id=cast.owner.team_id, zone=zone)
    deal_id = a_deal(app, person, process="dated.dated", expected_close=date(2026, 3, 3))
    morning = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # half past seven on the third in Shanghai
    if moves:
        go(person, deal_id, "two", morning)
    else:
        assert [place for place, _ in refused(lambda: go(person, deal_id, "two", morning))] == ["expected_close"]


def test_the_outsider_learns_nothing_by_an_undo(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with pytest.raises(NotFound):
        back(cast.outsider, deal_id, LOST)


# --- choices ---


def test_choices_are_kept_in_the_order_of_the_field(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, process=TRADE)
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"field.colours": ["blue", "red", "blue"]}, {})
        assert service.fact(deals.read(w.session, deal_id), "field.colours") == ["red", "blue"]
        version = deals.read(w.session, deal_id).version
        service.change_deal(w, deal_id, {"field.colours": ["blue", "red"]}, {})
        assert deals.read(w.session, deal_id).version == version  # the same colours
        service.change_deal(w, deal_id, {"field.colours": ["red"]}, {"field.colours": ["blue", "red"]})
        assert service.fact(deals.read(w.session, deal_id), "field.colours") == ["red"]


def test_choices_an_import_left_in_another_order_can_be_changed(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, process=TRADE)
    with work(SYSTEM, NOW) as w:
        custom = {"gated": {"colours": ["blue", "red"]}}
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(custom=custom))
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"field.colours": ["blue"]}, {"field.colours": ["red", "blue"]})
    assert view(cast.owner, deal_id).custom == {"gated": {"colours": ("blue",)}}
