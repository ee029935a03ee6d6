"""Gates on the way, the manager's override, evidence, taking back, facts filled in, and a customer given later."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale, problem
from salesapp.domain.permissions import Actor
from salesapp.domain.stages import LOST, WON
from salesapp.domain.views import DealView
from salesapp.plugging.hooks import Checked, Hooks
from salesapp.services import activity_checks, deal_moves, deal_steps
from salesapp.services import deals as service
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.deal_sheet import Sent, Sheet, send
from salesapp.services.work import Work, work
from salesapp.store import deals, timeline
from salesapp.store.engine import reading
from salesapp.store.tables import activity, deal_total, event, event_payload, stage_day, stage_event
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer, a_deal

TRADE = "gated.trade"


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with the gated plugin."""
    (tmp_path / "plugins").mkdir()
    shutil.copyfile(Path(__file__).parent / "gated.py", tmp_path / "plugins" / "gated.py")
    return tmp_path


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def a_trade(app: Flask, actor: Actor, customer_id: int | None = None, **values: Any) -> int:
    return a_deal(app, actor, customer_id, **({"process": TRADE} | values))


def go(actor: Actor, deal_id: int, to: str, now: Any = NOW, **values: Any) -> Sent:
    version = view(actor, deal_id).version
    with work(actor, now) as w:
        return send(w, deal_id, Sheet(to=to, version=version, **values))


def refused(actor: Actor, deal_id: int, to: str, **values: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as error:
        go(actor, deal_id, to, **values)
    return [(each.place, str(each.message)) for each in error.value.problems]


def places(found: list[tuple[str, str]]) -> list[str]:
    return [place for place, _ in found]


def log(deal_id: int) -> list[tuple[str, dict[str, Any]]]:
    with reading() as x:
        rows = x.execute(select(event.c.kind, event.c.data).where(event.c.deal_id == deal_id).order_by(event.c.id))
        return [(row.kind, row.data) for row in rows if "rule" not in row.data]  # what follows by itself


# --- gates ---


def test_a_move_asks_for_everything_that_is_missing_at_once(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    assert places(refused(cast.owner, deal_id, "offer")) == ["step", "amount", "expected_close"]
    assert view(cast.owner, deal_id).stage == "ask"


def test_what_is_filled_in_on_the_way_counts_and_is_saved_with_the_move(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    changed = {"amount_minor": 500, "expected_close": date(2026, 4, 1)}
    go(cast.owner, deal_id, "offer", steps=["need"], changed=changed)
    found = view(cast.owner, deal_id)
    assert (found.stage, found.amount_minor, found.expected_close) == ("offer", 500, date(2026, 4, 1))
    assert found.done_steps == {"need"}


def test_a_refused_move_keeps_nothing_of_what_came_with_it(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    found = refused(cast.owner, deal_id, "offer", steps=["need"], changed={"amount_minor": 500})
    assert places(found) == ["expected_close"]
    kept = view(cast.owner, deal_id)
    assert (kept.amount_minor, kept.done_steps, kept.version) == (None, frozenset(), 1)


def test_what_is_wrong_with_the_input_is_told_with_what_is_missing(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    found = refused(cast.owner, deal_id, "offer", changed={"amount_minor": -1, "field.size": "xl", "field.none": 1})
    assert sorted(places(found)) == ["", "amount", "expected_close", "field.size", "step"]


def test_skipping_a_stage_does_not_skip_its_gates(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    found = refused(cast.owner, deal_id, "sign")
    assert places(found) == ["step", "amount", "expected_close", "contacts", "field.budget"]
    assert found[-1][1] == "Who pays?"  # the author's own words


def test_a_win_passes_every_gate_that_is_left(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    found = refused(cast.owner, deal_id, WON)
    assert places(found) == ["step", "amount", "expected_close", "contacts", "field.budget", "step"]


def test_back_and_to_a_loss_there_is_no_gate(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = _at_offer(app, cast.owner, customer_id)
    go(cast.owner, deal_id, "ask")
    assert view(cast.owner, deal_id).stage == "ask"
    go(cast.owner, deal_id, LOST, reason="price")
    assert view(cast.owner, deal_id).state == "lost"


def _at_offer(app: Flask, actor: Actor, customer_id: int | None = None) -> int:
    deal_id = a_trade(app, actor, customer_id)
    go(actor, deal_id, "offer", steps=["need"], changed={"amount_minor": 500, "expected_close": date(2026, 4, 1)})
    return deal_id


def test_all_the_way_to_won_with_contacts_fields_and_steps(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = _at_offer(app, cast.owner, customer_id)
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, customer_id, NewContact(name="王主任"))
    go(cast.owner, deal_id, "sign", changed={"contact_ids": (contact_id,), "field.boss": True})
    go(cast.owner, deal_id, WON, steps=["signed"])
    found = view(cast.owner, deal_id)
    assert (found.state, found.stage, found.contact_ids) == ("won", "sign", (contact_id,))
    assert found.custom["gated"] == {"boss": True}


# --- override ---


def test_a_manager_moves_it_all_the_same_with_a_reason_that_is_kept(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    go(cast.manager, deal_id, "offer", override="  老客户，先走  ")
    assert view(cast.owner, deal_id).stage == "offer"
    kind, data = log(deal_id)[-2]
    assert (kind, data["gates"]) == ("deal.overridden", ["need_known", "price"])
    assert (data["from"], data["to"]) == ("ask", "offer")
    with reading() as x:
        kept = x.execute(
            select(event_payload.c.body)
            .join(event, event.c.id == event_payload.c.event_id)
            .where(event.c.kind == "deal.overridden")
        ).scalar_one()
    assert kept == {"reason": "老客户，先走"}


def test_a_win_can_be_overridden_too(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    go(cast.manager, deal_id, WON, override="现款提货")
    assert view(cast.owner, deal_id).state == "won"
    [data] = [data for kind, data in log(deal_id) if kind == "deal.overridden"]
    assert data["gates"] == ["need_known", "price", "people", "money", "signed"]


def test_who_may_not_override_cannot_and_blanks_are_no_reason(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with pytest.raises(NotAllowed):
        go(cast.owner, deal_id, "offer", override="就这样")
    assert len(refused(cast.manager, deal_id, "offer", override="   ")) == 3
    assert places(refused(cast.manager, deal_id, "offer", override="x" * 501)) == ["override"]
    assert view(cast.owner, deal_id).stage == "ask"


def test_nothing_is_noted_as_overridden_where_every_gate_holds(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner, amount_minor=5, expected_close=date(2026, 4, 1))
    go(cast.manager, deal_id, "offer", steps=["need"], override="多余的理由")
    assert "deal.overridden" not in [kind for kind, _ in log(deal_id)]


def test_a_plugin_can_speak_against_a_win_as_against_any_move(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)

    class Objecting(Hooks):
        def check(self, _hook: str, given: Any, **_more: Any) -> Checked:
            return Checked((problem("", f"Not {given['to']}."),))

    with pytest.raises(Refused) as error, work(cast.manager, NOW) as w:
        w.hooks = Objecting(w.hooks.plugins)
        send(w, deal_id, Sheet(to=WON, version=1, override="现款提货"))
    assert [str(each.message) for each in error.value.problems] == ["Not :won."]
    assert view(cast.owner, deal_id).state == "open"


# --- evidence ---


def steps_of(actor: Actor, deal_id: int) -> frozenset[str]:
    return view(actor, deal_id).done_steps


def test_a_call_that_reached_somebody_ticks_what_waits_for_it_in_this_stage_only(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(kind="call", deal_id=deal_id, outcome="not_reached"))
    assert steps_of(cast.owner, deal_id) == frozenset()
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(kind="message", deal_id=deal_id, outcome="reached"))
    assert steps_of(cast.owner, deal_id) == frozenset()
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(kind="call", deal_id=deal_id, outcome="reached"))
    assert steps_of(cast.owner, deal_id) == {"called"}
    assert log(deal_id)[-1] == ("step.done", {"step": "called", "process": TRADE, "evidence": "activity.call"})


def test_taking_the_call_back_takes_its_tick_back_but_no_other(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.owner, NOW) as w:
        planned = plan_activity(w, NewActivity(kind="call", deal_id=deal_id, planned_at=NOW))
        finish_activity(w, planned, "reached", "")
        later = note_activity(w, NewActivity(kind="call", deal_id=deal_id, outcome="reached"))
    with work(cast.owner, NOW) as w:
        reopen_activity(w, later)  # the first call had ticked it
    assert steps_of(cast.owner, deal_id) == {"called"}
    with work(cast.owner, NOW) as w:
        reopen_activity(w, planned)
    assert steps_of(cast.owner, deal_id) == frozenset()
    undone = {"step": "called", "process": TRADE, "evidence": "activity.call", "along": True}
    assert ("step.undone", undone) in [
        (kind, {k: v for k, v in data.items() if k != "undoes"}) for kind, data in log(deal_id)
    ]


def test_the_timeline_tells_an_undone_call_and_what_it_ticked_in_one_line(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.owner, NOW) as w:
        call = note_activity(w, NewActivity(kind="call", deal_id=deal_id, outcome="reached"))
    with work(cast.owner, NOW) as w:
        reopen_activity(w, call)
    with reading() as x:
        found = timeline.entries(x, cast.owner, deal_id=deal_id, now=NOW)
    assert [each.kind for each in found if not each.hidden] == ["activity.cancelled", "deal.opened"]
    assert [each.kind for each in found][:4] == ["step.undone", "activity.cancelled", "step.done", "activity.done"]


def test_a_tick_by_hand_outlives_the_evidence(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.owner, NOW) as w:
        deal_steps.tick_step(w, deal_id, "called", True)
        call = note_activity(w, NewActivity(kind="call", deal_id=deal_id, outcome="reached"))
        reopen_activity(w, call)
    assert steps_of(cast.owner, deal_id) == {"called"}


def test_lasting_evidence_counts_for_every_stage(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.owner, NOW) as w:
        assert deal_steps.push_evidence(w, deal_id, "contract.signed", 7) == 0
        assert deal_steps.push_evidence(w, deal_id, "contract.signed", 7, lasting=True) == 1
        assert deal_steps.push_evidence(w, deal_id, "contract.signed", 8, lasting=True) == 0  # it is done already
    assert steps_of(cast.owner, deal_id) == {"signed"}


def test_a_closed_deal_hears_no_evidence(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    go(cast.owner, deal_id, LOST, reason="price")
    with work(cast.owner, NOW) as w:
        assert deal_steps.push_evidence(w, deal_id, "activity.call", 1) == 0


# --- taking back ---


def test_a_move_taken_back_leaves_the_path_and_the_clock_goes_on(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    entered = view(cast.owner, deal_id).stage_entered_at
    go(cast.owner, deal_id, "contact", NOW + timedelta(days=2))
    with work(cast.owner, NOW + timedelta(days=2, seconds=8)) as w:
        deal_moves.take_back(w, deal_id, "identification", 2)
    back = view(cast.owner, deal_id)
    assert (back.stage, back.stage_entered_at, back.version) == ("identification", entered, 3)
    with reading() as x:
        assert [row.stage for row in deals.path(x, deal_id)] == ["identification"]
        counted = {(row.prev_stage, row.stage): row.n for row in x.execute(select(stage_day))}
        assert counted.get(("identification", "contact"), 0) == 0
        assert len(x.execute(select(stage_event)).all()) == 2  # nothing is deleted
    assert log(deal_id)[-1][0] == "deal.taken_back"


def test_a_win_taken_back_is_open_where_it_was(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=700)
    go(cast.manager, deal_id, WON, override="口头成交")
    with work(cast.manager, NOW) as w:
        deal_moves.take_back(w, deal_id, "identification", 2)
    back = view(cast.owner, deal_id)
    assert (back.state, back.stage, back.closed_at) == ("open", "identification", None)


@pytest.mark.parametrize("wrong", ["somebody else", "another stage", "changed since", "nothing to take back"])
def test_only_ones_own_last_move_can_be_taken_back(app: Flask, cast: Cast, wrong: str) -> None:
    deal_id = a_deal(app, cast.owner)
    if wrong != "nothing to take back":
        go(cast.owner, deal_id, "contact")
    actor = cast.manager if wrong == "somebody else" else cast.owner
    version = {"changed since": 1, "nothing to take back": 1}.get(wrong, 2)
    to = "needs" if wrong == "another stage" else "identification"
    with pytest.raises((Refused, Stale)), work(actor, NOW) as w:
        deal_moves.take_back(w, deal_id, to, version)


# --- facts ---


def test_every_type_of_field_is_kept_and_read_back(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    answers = {
        "field.budget": {"minor": 100, "currency": "CNY"},
        "field.boss": False,
        "field.size": "l",
        "field.colours": ["red", "blue"],
        "field.pieces": 0,
        "field.needed_on": "2026-05-31",
        "field.words": "要白色的",
    }
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, answers, {})
    found = view(cast.owner, deal_id)
    assert {f"field.{key}": service.plain_json(value) for key, value in found.custom["gated"].items()} == answers  # type: ignore[attr-defined]
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"field.size": None, "field.colours": []}, {})
    assert set(view(cast.owner, deal_id).custom["gated"]) == {"budget", "boss", "pieces", "needed_on", "words"}  # type: ignore[call-overload]


def test_two_who_answer_different_fields_both_get_their_way(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.manager, NOW) as w:
        service.change_deal(w, deal_id, {"field.size": "s"}, {"field.size": None})
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"field.pieces": 3}, {"field.pieces": None})
    with pytest.raises(Stale) as stale, work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"field.size": "l"}, {"field.size": None})
    assert list(stale.value.fields) == ["field.size"]
    assert dict(view(cast.owner, deal_id).custom["gated"]) == {"size": "s", "pieces": 3}  # type: ignore[call-overload]


def test_answers_are_personal_and_can_be_erased(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner)
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"field.words": "电话里说的"}, {})
    kind, data = log(deal_id)[-1]
    assert kind == "deal.changed"
    assert "电话里说的" not in str(data)


def test_a_contact_of_another_customer_is_refused(app: Flask, cast: Cast) -> None:
    deal_id = a_trade(app, cast.owner, a_customer(cast.owner))
    other = a_customer(cast.owner, "别家")
    with work(cast.owner, NOW) as w:
        stranger = add_contact(w, other, NewContact(name="李工"))
    with pytest.raises(Refused) as error, work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"contact_ids": (stranger,)}, {})
    assert error.value.problems[0].place == "contacts"


# --- a customer given later ---


def test_a_deal_without_a_customer_gets_one_with_all_that_was_noted(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.colleague)
    with work(cast.colleague, NOW) as w:
        note_activity(w, NewActivity(deal_id=deal_id, note="展会上认识", outcome="reached"))
    customer_id = a_customer(cast.owner)
    with work(cast.manager, NOW) as w:
        service.change_deal(w, deal_id, {"customer_id": customer_id}, {})
    with reading() as x:
        assert deals.scope_owner(x, deal_id) == cast.owner.id
        row = x.execute(select(activity.c.customer_id, activity.c.scope_owner_id)).one()
        assert tuple(row) == (customer_id, cast.owner.id)
    assert view(cast.owner, deal_id).customer_id == customer_id


def test_the_customer_of_a_deal_never_changes_and_must_be_one_i_see(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    other = a_customer(cast.owner, "别家")
    for wrong in (other, None):
        with pytest.raises(Refused), work(cast.owner, NOW) as w:
            service.change_deal(w, deal_id, {"customer_id": wrong}, {})
    alone, foreign = a_deal(app, cast.owner), a_customer(cast.outsider, "外人的")
    with pytest.raises(NotFound), work(cast.owner, NOW) as w:
        service.change_deal(w, alone, {"customer_id": foreign}, {})


# --- the totals go along ---


def totals() -> dict[tuple[str, str], tuple[int, int]]:
    with reading() as x:
        rows = x.execute(select(deal_total).where(deal_total.c.n > 0)).all()
    return {(row.state, row.stage): (row.n, row.amount_minor) for row in rows}


def test_every_change_keeps_the_totals_in_the_same_transaction(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=100)
    assert totals() == {("open", "identification"): (1, 100)}
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"amount_minor": 300}, {})
    assert totals() == {("open", "identification"): (1, 300)}
    go(cast.owner, deal_id, "contact")
    assert totals() == {("open", "contact"): (1, 300)}
    go(cast.owner, deal_id, LOST, reason="price")
    assert totals() == {("lost", "contact"): (1, 300)}
    with work(cast.owner, NOW) as w:
        deal_moves.reopen_deal(w, deal_id, view(cast.owner, deal_id).version)
    assert totals() == {("open", "contact"): (1, 300)}


def test_the_outsider_and_the_reader_may_send_no_sheet(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    sends: list[Callable[[Work], Any]] = [
        lambda w: send(w, deal_id, Sheet(to="contact", version=1)),
        lambda w: deal_moves.take_back(w, deal_id, "identification", 1),
    ]
    for each in sends:
        with pytest.raises(NotFound), work(cast.outsider, NOW) as w:
            each(w)
        with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
            each(w)
    assert activity_checks.NOTE_LENGTH > 0
