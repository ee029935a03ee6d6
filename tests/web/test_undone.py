"""What was taken back is one folded line of the timeline; the events all stay."""

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_changes import cancel_activity, postpone_activity
from salesapp.services.activity_finish import finish_activity, plan_next
from salesapp.services.activity_undo import put_back_activity, reopen_activity, take_back
from salesapp.services.agenda import move_activity
from salesapp.services.work import Work, work
from salesapp.store import activities, timeline
from salesapp.store.engine import reading
from salesapp.store.tables import event
from salesapp.store.timeline import Entry
from salesapp.testing import NOW, Browser, Cast
from tests.services.deal_files import a_customer

ClientOf = Callable[[Actor], Browser]
LATER = NOW + timedelta(days=2)


def shown(actor: Actor, customer_id: int) -> list[Entry]:
    """The lines of the timeline, newest first."""
    with reading() as x:
        found = timeline.entries(x, actor, customer_id, now=NOW)
    return [each for each in found if not each.hidden]


def kinds(actor: Actor, customer_id: int) -> list[str]:
    return [each.kind for each in shown(actor, customer_id)]


def n_events() -> int:
    with reading() as x:
        return int(x.execute(select(func.count()).select_from(event)).scalar_one())


def call(actor: Actor, customer_id: int, **values: object) -> int:
    """A call that is noted, with the next one planned."""
    with work(actor, NOW) as w:
        made = note_activity(w, NewActivity(customer_id=customer_id, outcome="reached", note="喜欢白色"))
        plan_next(w, activities.load(w.session, actor, made, NOW), LATER)
    return made


def do(actor: Actor, act: Callable[[Work], object]) -> None:
    with work(actor, NOW) as w:
        act(w)


def planned(actor: Actor, customer_id: int, at: datetime = LATER) -> int:
    with work(actor, NOW) as w:
        return plan_activity(w, NewActivity(customer_id=customer_id, planned_at=at))


def test_an_undone_call_is_one_folded_line_with_what_it_was(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    made = call(cast.owner, customer_id)
    assert kinds(cast.owner, customer_id)[:2] == ["activity.planned", "activity.done"]
    before = n_events()
    do(cast.owner, lambda w: take_back(w, made))
    assert n_events() == before + 2  # the audit keeps them all
    line, added = shown(cast.owner, customer_id)
    assert (line.kind, added.kind) == ("activity.cancelled", "customer.added")
    assert [each.kind for each in line.undone] == ["activity.done"]
    page = client_of(cast.owner).get(f"/customers/{customer_id}/timeline").text
    for said in ("<summary", "Owner took back: Call", "喜欢白色"):
        assert said in page
    assert "cancelled: Call" not in page


def test_what_it_took_back_may_stand_further_down(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    made = call(cast.owner, customer_id)
    for _ in range(3):
        planned(cast.owner, customer_id)
    do(cast.owner, lambda w: take_back(w, made))
    with reading() as x:
        along, root = timeline.entries(x, cast.owner, customer_id, now=NOW, limit=2)
        below = timeline.entries(x, cast.owner, customer_id, now=NOW, after=root.id - 3)
    assert along.hidden
    assert [each.kind for each in root.undone] == ["activity.done"]
    assert [each.kind for each in below if not each.hidden] == ["customer.added"]


def test_a_dropped_plan_and_one_put_back_are_told_once(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    made = planned(cast.owner, customer_id)
    do(cast.owner, lambda w: postpone_activity(w, made, LATER + timedelta(days=1)))
    do(cast.owner, lambda w: put_back_activity(w, made))
    assert kinds(cast.owner, customer_id) == ["activity.planned", "activity.planned", "customer.added"]
    assert [len(each.undone) for each in shown(cast.owner, customer_id)] == [1, 0, 0]
    do(cast.owner, lambda w: take_back(w, made))
    assert kinds(cast.owner, customer_id) == ["activity.cancelled", "customer.added"]


def test_a_move_in_the_calendar_taken_back_is_told_once(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    made = planned(cast.owner, customer_id)
    do(cast.owner, lambda w: move_activity(w, made, LATER + timedelta(hours=1), None, False, 1))
    assert [len(each.undone) for each in shown(cast.owner, customer_id)] == [0, 0, 0]
    do(cast.owner, lambda w: move_activity(w, made, LATER, None, False, 2))
    assert [len(each.undone) for each in shown(cast.owner, customer_id)] == [1, 0, 0]


def test_a_finished_plan_taken_back_leaves_the_plan(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    made = planned(cast.owner, customer_id)
    do(cast.owner, lambda w: finish_activity(w, made, "reached", ""))
    do(cast.owner, lambda w: reopen_activity(w, made))
    assert kinds(cast.owner, customer_id) == ["activity.reopened", "activity.planned", "customer.added"]


def test_what_is_called_off_is_told_and_so_is_a_plan_taken_up_again(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    made = planned(cast.owner, customer_id)
    do(cast.owner, lambda w: cancel_activity(w, made))
    assert kinds(cast.owner, customer_id) == ["activity.cancelled", "activity.planned", "customer.added"]
    do(cast.owner, lambda w: reopen_activity(w, made))
    assert kinds(cast.owner, customer_id) == ["activity.reopened", "activity.planned", "customer.added"]
    do(cast.owner, lambda w: take_back(w, made))  # dropped, and once more taken up: the plan stands
    do(cast.owner, lambda w: reopen_activity(w, made))
    assert "activity.planned" in kinds(cast.owner, customer_id)
