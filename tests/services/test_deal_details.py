"""What a change of a deal takes along: scopes, teams, search, events, the customer; and what it refuses."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from salesapp.domain.errors import Msg, NotAllowed, Refused, Stale
from salesapp.domain.money import MAX_MINOR
from salesapp.domain.permissions import Actor
from salesapp.domain.stages import LOST
from salesapp.domain.views import DealView
from salesapp.plugging.hooks import Checked, Hooks
from salesapp.services import deal_moves, deal_steps
from salesapp.services import deals as service
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.deal_sheet import Sheet, send
from salesapp.services.deals import NewDeal
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.people import deactivate
from salesapp.services.pool import assign_customer
from salesapp.services.work import work
from salesapp.store import customers, deals, timeline
from salesapp.store.engine import reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import activity, customer, deal, event, search_row, share, stage_event
from salesapp.testing import NOW, Cast
from tests.services.deal_files import SIX, a_customer, a_deal, ready

LATER = NOW + timedelta(hours=3)


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def scope(deal_id: int) -> int | None:
    with reading() as x:
        return deals.scope_owner(x, deal_id)


def change(actor: Actor, deal_id: int, now: Any = NOW, **changed: Any) -> None:
    with work(actor, now) as w:
        service.change_deal(w, deal_id, changed, {})


def last_event(deal_id: int) -> dict[str, Any]:
    with reading() as x:
        query = select(event.c.data).where(event.c.deal_id == deal_id).order_by(event.c.id.desc()).limit(1)
        found: dict[str, Any] = x.execute(query).scalar_one()
        return found


def findable(deal_id: int) -> str:
    with reading() as x:
        where = (search_row.c.kind == "deal", search_row.c.subject_id == deal_id)
        return str(x.execute(select(search_row.c.haystack).where(*where)).scalar_one())


# --- who may, and what is refused ---


def test_who_only_reads_opens_no_deal_even_without_a_customer(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
        service.open_deal(w, NewDeal(title="x", process=SIX))


def test_reading_a_customer_is_not_enough_to_give_it_a_deal_of_mine(app: Flask, cast: Cast) -> None:
    """Owning a deal gives work on its customer: a share to read would otherwise grow by itself."""
    alone, shared = a_deal(app, cast.outsider), a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        values = {"customer_id": shared, "person_id": cast.outsider.id, "level": "read", "created_at": NOW}
        insert_row(w.session, share, values)
    with pytest.raises(NotAllowed):
        change(cast.outsider, alone, customer_id=shared)
    assert view(cast.outsider, alone).customer_id is None


def test_a_name_too_long_and_an_amount_too_large_are_refused(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with pytest.raises(Refused) as error:
        change(cast.owner, deal_id, title="字" * 201, amount_minor=MAX_MINOR + 1)
    assert [each.place for each in error.value.problems] == ["title", "amount"]


def test_somebody_who_has_left_owns_nothing_new(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.admin, NOW) as w:
        deactivate(w, int(cast.colleague.id or 0))
    with pytest.raises(Refused) as error:
        change(cast.admin, deal_id, owner_id=cast.colleague.id)
    assert error.value.problems[0].place == "owner_id"


def test_an_archived_deal_stays_as_it_is(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        deal_moves.lose_deal(w, deal_id, "price", "", 1)
    with work(cast.owner, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(archived_at=NOW))
    before = view(cast.owner, deal_id)
    for act in (
        lambda w: deal_moves.win_deal(w, deal_id, 2),
        lambda w: deal_moves.lose_deal(w, deal_id, "price", "", 2),
        lambda w: deal_moves.reopen_deal(w, deal_id, 2),
        lambda w: deal_moves.take_back(w, deal_id, "identification", 2),
        lambda w: ask_or_lose(w, deal_id, "price", "", 2),
        lambda w: deal_steps.tick_step(w, deal_id, "target_market", True),
        lambda w: service.change_deal(w, deal_id, {"title": "x"}, {}),
    ):
        with pytest.raises(Refused, match="This deal is archived"), work(cast.owner, NOW) as w:
            act(w)
    assert view(cast.owner, deal_id) == before


def test_a_step_nobody_knows_cannot_be_taken_back_either(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        deal_steps.tick_step(w, deal_id, "no_such_step", False)


def test_a_sheet_opened_before_somebody_else_moved_the_deal_is_stale(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.manager, NOW) as w:
        send(w, deal_id, Sheet(to="contact", version=1))
    with pytest.raises(Stale) as stale, work(cast.owner, NOW) as w:
        send(w, deal_id, Sheet(to="needs", version=1))
    assert stale.value.changed_by == "Manager"
    assert view(cast.owner, deal_id).stage == "contact"


# --- what goes along ---


def test_the_team_is_that_of_the_owner(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    change(cast.admin, deal_id, owner_id=cast.outsider.id)
    assert view(cast.admin, deal_id).team_id == cast.outsider.team_id != cast.owner.team_id
    assert last_event(deal_id)["from_owner"] == cast.owner.id
    assert last_event(deal_id)["to_owner"] == cast.outsider.id


def test_a_deal_somebody_else_opens_is_the_customers_owners_to_see(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    assert scope(a_deal(app, cast.manager, customer_id)) == cast.owner.id


def test_another_owner_changes_the_scope_only_where_the_customer_has_none(app: Flask, cast: Cast) -> None:
    owned, free = a_customer(cast.owner), a_customer(cast.owner, "无主的")
    mine, theirs = a_deal(app, cast.owner, owned), a_deal(app, cast.owner, free)
    with work(cast.manager, NOW) as w:
        assign_customer(w, free, None)
    for deal_id in (mine, theirs):
        change(cast.manager, deal_id, owner_id=cast.colleague.id)
    assert (scope(mine), scope(theirs)) == (cast.owner.id, cast.colleague.id)


def test_what_was_noted_for_a_deal_without_a_customer_goes_to_its_new_owner(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(deal_id=deal_id, note="展会", outcome="reached"))
    change(cast.manager, deal_id, owner_id=cast.colleague.id)
    with reading() as x:
        assert x.execute(select(activity.c.scope_owner_id)).scalar_one() == cast.colleague.id


def test_a_customer_nobody_owns_leaves_the_deal_to_its_owner(app: Flask, cast: Cast) -> None:
    deal_id, customer_id = a_deal(app, cast.colleague), a_customer(cast.owner)
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, None)
    change(cast.manager, deal_id, customer_id=customer_id)
    assert scope(deal_id) == cast.colleague.id


def test_a_deal_is_found_by_its_new_name_and_its_new_customer(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    change(cast.owner, deal_id, title="呼吸机")
    assert "呼吸机" in findable(deal_id)
    change(cast.owner, deal_id, customer_id=a_customer(cast.owner))
    assert "卢沟桥" in findable(deal_id)


def test_what_was_done_before_a_deal_had_its_customer_is_on_the_customers_timeline(app: Flask, cast: Cast) -> None:
    deal_id, customer_id = a_deal(app, cast.owner), a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(deal_id=deal_id, note="展会上谈的", outcome="reached"))
    change(cast.owner, deal_id, customer_id=customer_id)
    with reading() as x:
        kinds = [each.kind for each in timeline.entries(x, cast.owner, customer_id, now=NOW)]
        assert {"deal.opened", "activity.done", "deal.changed", "customer.added"} <= set(kinds)
        first = timeline.entries(x, cast.owner, customer_id, now=NOW, limit=1)[0]
        assert [each.id < first.id for each in timeline.entries(x, cast.owner, customer_id, after=first.id, now=NOW)]
        assert timeline.entries(x, cast.outsider, customer_id, now=NOW) == []


def test_a_change_and_a_tick_lift_the_customer_in_lists(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)

    def touched() -> Any:
        with reading() as x:
            return x.execute(select(customer.c.touched_at)).scalar_one()

    change(cast.owner, deal_id, LATER, amount_minor=5)
    assert touched() == LATER
    with work(cast.owner, LATER + timedelta(hours=1)) as w:
        deal_steps.tick_step(w, deal_id, "target_market", True)
    assert touched() == LATER + timedelta(hours=1)


def test_the_path_keeps_whose_deal_it_was_and_not_who_moved_it(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.admin, NOW - timedelta(hours=1)) as w:  # a clock that went wrong gives no time below zero
        deal_moves.move_deal(w, deal_id, "contact", 1)
    with reading() as x:
        row = x.execute(select(stage_event).where(stage_event.c.prev_stage.is_not(None))).one()
    assert (row.owner_id, row.team_id, row.actor_id) == (cast.owner.id, cast.owner.team_id, cast.admin.id)
    assert row.secs_in_prev == 0


def test_what_plugins_want_to_have_said_comes_with_a_move_and_a_win(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=5)
    ready(cast.owner, deal_id)

    class Saying(Hooks):
        def check(self, _hook: str, given: Any, **_more: Any) -> Checked:
            return Checked((), (Msg(f"To {given['to']}."),)) if "to" in given else Checked()

    for version, to in enumerate(("contact", ":won"), 1):
        with work(cast.owner, NOW) as w:
            w.hooks = Saying(w.hooks.plugins)
            sent = send(w, deal_id, Sheet(to=to, version=version))
        assert [str(note) for note in sent.notes] == [f"To {to}."]
        assert sent.version == version + 1


@pytest.mark.parametrize(("before", "after"), [("lead", "customer"), ("verified", "customer"), ("lost", "lost")])
def test_who_buys_is_a_customer_from_then_on(app: Flask, cast: Cast, before: str, after: str) -> None:
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        w.session.execute(update(customer).where(customer.c.id == customer_id).values(state=before))
    deal_id = a_deal(app, cast.owner, customer_id, amount_minor=5)
    ready(cast.owner, deal_id)
    with work(cast.owner, NOW) as w:
        deal_moves.win_deal(w, deal_id, 1)
    with reading() as x:
        assert customers.read(x, customer_id).state == after


def test_a_loss_is_kept_with_its_reason_and_forgotten_when_taken_up_again(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        send(w, deal_id, Sheet(to=LOST, version=1, reason="price", note="  差两万  "))
    assert last_event(deal_id)["reason"] == "price"
    with reading() as x:
        assert deals.lost_note(x, deal_id) == "差两万"
    with work(cast.owner, NOW) as w:
        deal_moves.reopen_deal(w, deal_id, 2)
    assert view(cast.owner, deal_id).lost_reason is None
    with reading() as x:
        assert deals.lost_note(x, deal_id) == ""
        assert x.execute(select(func.count()).select_from(event).where(event.c.kind == "deal.reopened")).scalar() == 1
