"""Deals: opening, moving, closing, two people at once, and who may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.errors import AlreadyDone, NotAllowed, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.permissions import Actor
from salesapp.domain.stages import LOST, WON
from salesapp.domain.views import DealView
from salesapp.plugging.hooks import Checked, Hooks
from salesapp.services import deal_moves, deal_steps
from salesapp.services import deals as service
from salesapp.services.deals import NewDeal
from salesapp.services.work import Work, work
from salesapp.store import deal_lists, deal_totals, deals, settings
from salesapp.store.engine import db, reading
from salesapp.store.tables import customer, deal, event, search_row, stage_event
from salesapp.store.types import instant
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX, a_customer, a_deal, ready


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def events(deal_id: int) -> list[str]:
    with reading() as x:
        return list(x.scalars(select(event.c.kind).where(event.c.deal_id == deal_id).order_by(event.c.id)))


def move(app: Flask, actor: Actor, deal_id: int, to: str, version: int, now: Any = NOW) -> None:
    with work(actor, now) as w:
        deal_moves.move_deal(w, deal_id, to, version)


def test_a_new_deal_is_called_like_its_customer_and_stands_in_the_first_stage(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id, title="", amount_minor=21_800_000)
    found = view(cast.owner, deal_id)
    assert (found.title, found.stage, found.state, found.amount_minor) == (
        "卢沟桥医院",
        "identification",
        "open",
        21_800_000,
    )
    assert (found.owner_id, found.team_id, found.customer_id) == (cast.owner.id, cast.owner.team_id, customer_id)
    with reading() as x:
        row = x.execute(select(stage_event).where(stage_event.c.deal_id == deal_id)).one()
        assert (row.stage, row.prev_stage, row.secs_in_prev) == ("identification", None, None)
        scopes = x.execute(select(deal.c.scope_owner_id).where(deal.c.id == deal_id)).scalar_one()
        assert scopes == cast.owner.id
        assert x.execute(select(func.count()).select_from(search_row).where(search_row.c.kind == "deal")).scalar() == 1
    assert events(deal_id) == ["deal.opened"]


def test_a_deal_is_in_the_currency_of_the_house_unless_it_says_another(app: Flask, cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        settings.put_company(w.session, replace(settings.company(w.session), currency="RUB"))
    ids = a_deal(app, cast.owner), a_deal(app, cast.owner, currency="EUR")
    assert [view(cast.owner, each).currency for each in ids] == ["RUB", "EUR"]


def test_everything_wrong_with_a_new_deal_is_said_at_once(app: Flask, cast: Cast) -> None:
    new = NewDeal(process="no.such", amount_minor=-1, currency="???", owner_id=cast.outsider.id)
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        service.open_deal(w, new)
    assert {each.place for each in refused.value.problems} == {"title", "process", "amount", "currency", "owner_id"}


def test_a_deal_may_have_no_customer_and_then_belongs_to_its_owner(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    assert view(cast.manager, deal_id).customer_id is None
    with pytest.raises(NotFound):
        view(cast.outsider, deal_id)


def test_the_outsider_and_the_reader_cannot_change_anything(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    changes: list[Callable[[Work], Any]] = [
        lambda w: service.open_deal(w, NewDeal(customer_id=customer_id, process=SIX)),
        lambda w: deal_moves.move_deal(w, deal_id, "contact", 1),
        lambda w: deal_moves.win_deal(w, deal_id, 1),
        lambda w: deal_moves.lose_deal(w, deal_id, "price", "", 1),
        lambda w: deal_moves.reopen_deal(w, deal_id, 1),
        lambda w: service.change_deal(w, deal_id, {"title": "x"}, {}),
        lambda w: deal_steps.tick_step(w, deal_id, "target_market", True),
    ]
    for change in changes:
        with pytest.raises(NotFound), work(cast.outsider, NOW) as w:
            change(w)
        with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
            change(w)
    assert view(cast.owner, deal_id).version == 1


def test_a_move_notes_how_long_the_stage_before_lasted(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    move(app, cast.owner, deal_id, "contact", 1, NOW + timedelta(days=3))
    move(app, cast.owner, deal_id, "needs", 2, NOW + timedelta(days=5))
    with reading() as x:
        path = deals.path(x, deal_id)
    assert [(row.stage, row.prev_stage, row.secs_in_prev) for row in path] == [
        ("identification", None, None),
        ("contact", "identification", 3 * 86400),
        ("needs", "contact", 2 * 86400),
    ]
    found = view(cast.owner, deal_id)
    assert (found.stage, found.version, found.stage_entered_at) == ("needs", 3, NOW + timedelta(days=5))
    assert events(deal_id) == ["deal.opened", "deal.moved", "deal.moved"]


def test_a_move_says_everything_that_speaks_against_it(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    for to in ("nowhere", "identification"):
        with pytest.raises(Refused):
            move(app, cast.owner, deal_id, to, 1)

    class Objecting(Hooks):
        def check(self, *_asked: Any, **_more: Any) -> Checked:
            return Checked((problem("amount", "Agree on a price first."), Problem("", problem("", "No.").message, "x")))

    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        w.hooks = Objecting(w.hooks.plugins)
        deal_moves.move_deal(w, deal_id, "contact", 1)
    assert len(refused.value.problems) == 2
    assert view(cast.owner, deal_id).stage == "identification"


def test_who_moves_second_with_an_old_version_is_told_who_was_first(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    move(app, cast.manager, deal_id, "contact", 1)
    with pytest.raises(Stale) as stale:
        move(app, cast.owner, deal_id, "contact", 1)
    assert stale.value.changed_by == "Manager"


def test_of_two_who_move_at_once_exactly_one_wins(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    outcomes: list[str] = []
    start = Barrier(2)

    def go(actor: Actor, to: str) -> None:
        with app.app_context():
            start.wait()
            try:
                move(app, actor, deal_id, to, 1)
                outcomes.append("moved")
            except Stale:
                outcomes.append("stale")

    threads = [Thread(target=go, args=(cast.owner, "contact")), Thread(target=go, args=(cast.manager, "needs"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.remove()
    assert sorted(outcomes) == ["moved", "stale"]
    with reading() as x:
        assert len(deals.path(x, deal_id)) == 2


def test_the_update_itself_refuses_an_old_version(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        assert deals.update_if(w.session, deal_id, 1, {"title": "a"})
        assert not deals.update_if(w.session, deal_id, 1, {"title": "b"})
    assert view(cast.owner, deal_id).title == "a"


def test_the_same_form_twice_opens_one_deal(app: Flask, cast: Cast) -> None:
    def send() -> int:
        with work(cast.owner, NOW, request_key="k") as w:
            return service.open_deal(w, NewDeal(title="x", process=SIX))

    first = send()
    with pytest.raises(AlreadyDone) as again:
        send()
    assert again.value.result == {"deal": first}
    with reading() as x:
        assert x.execute(select(func.count()).select_from(deal)).scalar() == 1


def test_won_then_opened_again_is_back_in_the_last_real_stage(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=100)
    ready(cast.owner, deal_id)
    move(app, cast.owner, deal_id, "negotiation", 1)
    with work(cast.owner, NOW + timedelta(days=2)) as w:
        deal_moves.win_deal(w, deal_id, 2)
    won = view(cast.owner, deal_id)
    assert (won.state, won.stage, won.closed_at) == ("won", "negotiation", NOW + timedelta(days=2))
    for again in (
        lambda w: deal_moves.win_deal(w, deal_id, 3),
        lambda w: deal_moves.move_deal(w, deal_id, "needs", 3),
    ):
        with pytest.raises(Refused), work(cast.owner, NOW) as w:
            again(w)
    with work(cast.owner, NOW + timedelta(days=3)) as w:
        deal_moves.reopen_deal(w, deal_id, 3)
    back = view(cast.owner, deal_id)
    assert (back.state, back.stage, back.closed_at) == ("open", "negotiation", None)
    with reading() as x:
        path = deals.path(x, deal_id)
    assert [row.stage for row in path] == ["identification", "negotiation", WON, "negotiation"]
    assert [row.secs_in_prev for row in path] == [None, 0, 2 * 86400, 86400]
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        deal_moves.reopen_deal(w, deal_id, 4)


def test_a_loss_needs_one_of_the_processs_reasons(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
        deal_moves.lose_deal(w, deal_id, "mood", "x" * 501, 1)
    assert [each.place for each in refused.value.problems] == ["reason", "note"]
    with work(cast.owner, NOW) as w:
        deal_moves.lose_deal(w, deal_id, "price", "差两万", 1)
    lost = view(cast.owner, deal_id)
    assert (lost.state, lost.lost_reason) == ("lost", "price")
    with reading() as x:
        assert deals.path(x, deal_id)[-1].stage == LOST
        assert deals.lost_note(x, deal_id) == "差两万"


def test_two_who_change_different_fields_both_get_their_way(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=100)
    with work(cast.manager, NOW) as w:
        service.change_deal(w, deal_id, {"amount_minor": 200}, {"amount_minor": 100})
    with work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"expected_close": date(2026, 4, 1)}, {"expected_close": None})
    with pytest.raises(Stale) as stale, work(cast.owner, NOW) as w:
        service.change_deal(w, deal_id, {"amount_minor": 300, "title": "x"}, {"amount_minor": 100, "title": "监护仪"})
    assert list(stale.value.fields) == ["amount_minor"]
    found = view(cast.owner, deal_id)
    assert (found.amount_minor, found.expected_close, found.title) == (200, date(2026, 4, 1), "监护仪")


def test_a_deal_without_customer_goes_to_the_scope_of_its_new_owner(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.manager, NOW) as w:
        service.change_deal(w, deal_id, {"owner_id": cast.colleague.id}, {"owner_id": cast.owner.id})
    with pytest.raises(NotFound):
        view(cast.owner, deal_id)
    assert view(cast.colleague, deal_id).owner_id == cast.colleague.id
    with reading() as x:
        scope = x.execute(select(search_row.c.scope_owner_id).where(search_row.c.kind == "deal")).scalar_one()
    assert scope == cast.colleague.id


def test_a_step_is_ticked_once_and_can_be_taken_back(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    for done in (True, True, False, False):
        with work(cast.owner, NOW) as w:
            deal_steps.tick_step(w, deal_id, "target_market", done)
    assert events(deal_id) == ["deal.opened", "step.done", "step.undone"]
    assert view(cast.owner, deal_id).version == 1
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        deal_steps.tick_step(w, deal_id, "no_such_step", True)


def test_a_change_lifts_the_customer_in_lists(app: Flask, cast: Cast, clock: Clock) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    move(app, cast.owner, deal_id, "contact", 1, NOW + timedelta(hours=1))
    with reading() as x:
        row = x.execute(select(customer.c.touched_at, customer.c.last_contact_at)).one()
    assert tuple(row) == (NOW + timedelta(hours=1), None)


def test_lists_and_totals_show_what_is_mine_shared_or_granted_only(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    mine = a_deal(app, cast.owner, customer_id, amount_minor=100)
    theirs = a_deal(app, cast.outsider, amount_minor=5, currency="USD")
    f = deal_lists.DealFilter(process=SIX)

    def seen(actor: Actor) -> set[int]:
        with reading() as x:
            ids = {row.id for row in deal_lists.page(x, actor, f, NOW)}
            counted = sum(row.n for row in deal_totals.read(x, actor, f, NOW))
        assert counted == len(ids)
        return ids

    assert seen(cast.owner) == {mine}
    assert seen(cast.manager) == {mine}
    assert seen(cast.outsider) == {theirs}
    assert seen(cast.colleague) == set()
    assert seen(cast.admin) == {mine, theirs}


def test_the_list_goes_on_where_it_ended(app: Flask, cast: Cast) -> None:
    made = [a_deal(app, cast.owner, now=NOW + timedelta(minutes=i)) for i in range(5)]
    for actor in (cast.owner, cast.manager, cast.admin):
        with reading() as x:
            first = deal_lists.page(x, actor, deal_lists.DealFilter(), NOW, limit=2)
            rest = deal_lists.page(
                x, actor, deal_lists.DealFilter(), NOW, after=(instant(first[-1].touched_at), first[-1].id), limit=9
            )
        assert [row.id for row in [*first, *rest]] == made[::-1]
