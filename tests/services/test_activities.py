"""Activities: noting, planning, finishing, taking back; what counts as a contact; and who may not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, select

from salesapp.domain.errors import Msg, NotAllowed, NotFound, Refused, Stale
from salesapp.services import activities as service
from salesapp.services import activity_changes, activity_finish, activity_undo
from salesapp.services.activities import NewActivity
from salesapp.services.agenda import move_activity
from salesapp.services.work import Work, work
from salesapp.store import activities, deal_lists
from salesapp.store.activities import ActivityFilter
from salesapp.store.engine import reading
from salesapp.store.tables import activity, customer, event, event_payload
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer, a_deal

TOMORROW = NOW + timedelta(days=1)


def row(activity_id: int) -> Row[*tuple[Any, ...]]:
    with reading() as x:
        return x.execute(select(activity).where(activity.c.id == activity_id)).one()


def last_contact() -> datetime | None:
    with reading() as x:
        found: datetime | None = x.execute(select(customer.c.last_contact_at)).scalar_one()
    return found


def note(actor: Any, now: datetime = NOW, **values: Any) -> int:
    with work(actor, now) as w:
        return service.note_activity(w, NewActivity(**({"note": "about it"} | values)))


def plan(actor: Any, now: datetime = NOW, **values: Any) -> int:
    with work(actor, now) as w:
        return service.plan_activity(w, NewActivity(**({"planned_at": TOMORROW, "note": "about it"} | values)))


@pytest.mark.parametrize(
    ("kind", "direction", "outcome", "counts"),
    [
        ("call", "out", "reached", True),
        ("visit", "out", "reached", True),
        ("call", "out", "not_reached", False),
        ("call", "in", "reached", False),
        ("letter", "in", "reached", False),
        ("task", "out", "reached", False),
        ("call", "out", None, False),
    ],
)
def test_only_what_went_out_and_reached_somebody_is_a_contact(
    app: Flask, cast: Cast, kind: str, direction: str, outcome: str | None, counts: bool
) -> None:
    customer_id = a_customer(cast.owner)
    note(cast.owner, kind=kind, direction=direction, outcome=outcome, customer_id=customer_id)
    assert (last_contact() == NOW) is counts


def test_a_contact_noted_late_counts_when_it_happened_and_an_older_one_changes_nothing(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    for days in (1, 3):
        note(cast.owner, customer_id=customer_id, outcome="reached", at=NOW - timedelta(days=days))
    assert last_contact() == NOW - timedelta(days=1)


def test_everything_wrong_is_said_at_once(app: Flask, cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        note(cast.owner, kind="dance", direction="up", outcome="maybe", note="x" * 5001, at=TOMORROW)
    assert {each.place for each in refused.value.problems} == {"kind", "direction", "outcome", "note", "at"}
    with pytest.raises(Refused):
        plan(cast.owner, planned_at=None)
    with pytest.raises(Refused):
        plan(cast.owner, planned_at=NOW + timedelta(days=3000))


def test_an_activity_of_a_deal_is_its_customers_too(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    other = a_customer(cast.owner, "马鞍山医院")
    found = row(plan(cast.owner, deal_id=deal_id, because=Msg("because", {})))
    assert (found.customer_id, found.scope_owner_id, found.because["source"]) == (customer_id, cast.owner.id, "because")
    with pytest.raises(Refused):
        plan(cast.owner, deal_id=deal_id, customer_id=other)


def test_finishing_plans_the_next_one_and_taking_it_back_drops_that(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    activity_id = plan(cast.owner, customer_id=customer_id)
    with work(cast.owner, TOMORROW) as w:
        next_id = activity_finish.finish_activity(w, activity_id, "reached", "下周再聊", TOMORROW + timedelta(days=7))
    assert next_id is not None
    done = row(activity_id)
    assert (done.state, done.outcome, done.note, done.at) == ("done", "reached", "下周再聊", TOMORROW)
    assert (row(next_id).state, row(next_id).because["after"]) == ("planned", activity_id)
    assert last_contact() == TOMORROW
    with work(cast.owner, TOMORROW) as w:
        activity_undo.reopen_activity(w, activity_id)
    assert (row(activity_id).state, row(next_id).state) == ("planned", "cancelled")
    assert last_contact() is None
    with reading() as x:
        kinds = list(x.scalars(select(event.c.kind).where(event.c.subject_kind == "activity").order_by(event.c.id)))
    assert kinds == [f"activity.{kind}" for kind in ("planned", "done", "planned", "reopened", "cancelled")]


def test_what_was_done_earlier_is_finished_for_then(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    activity_id = plan(cast.owner, customer_id=customer_id)
    earlier = TOMORROW - timedelta(hours=5)
    with pytest.raises(Refused) as refused, work(cast.owner, TOMORROW) as w:
        activity_finish.finish_activity(w, activity_id, "reached", "", at=TOMORROW + timedelta(minutes=6))
    assert [each.place for each in refused.value.problems] == ["at"]
    with work(cast.owner, TOMORROW) as w:
        activity_finish.finish_activity(w, activity_id, "reached", "", at=earlier)
    assert (row(activity_id).at, last_contact()) == (earlier, earlier)
    with reading() as x:
        assert x.scalar(select(event.c.at).where(event.c.kind == "activity.done")) == earlier


def test_taking_back_a_note_goes_back_to_the_contact_before(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    note(cast.owner, customer_id=customer_id, outcome="reached", at=NOW - timedelta(days=2))
    noted = note(cast.owner, customer_id=customer_id, outcome="reached")
    with work(cast.owner, NOW) as w:
        activity_undo.reopen_activity(w, noted)
    assert row(noted).state == "cancelled"
    assert last_contact() == NOW - timedelta(days=2)
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        activity_undo.reopen_activity(w, noted)


def test_what_is_done_cannot_be_done_again(app: Flask, cast: Cast) -> None:
    activity_id = plan(cast.owner)
    with work(cast.owner, NOW) as w:
        activity_finish.finish_activity(w, activity_id, "reached", "")
    again: list[Callable[[Work], Any]] = [
        lambda w: activity_finish.finish_activity(w, activity_id, "reached", ""),
        lambda w: activity_changes.cancel_activity(w, activity_id),
        lambda w: activity_changes.postpone_activity(w, activity_id, TOMORROW),
    ]
    for change in again:
        with pytest.raises(Stale), work(cast.owner, NOW) as w:
            change(w)


def test_finishing_asks_how_it_went_unless_nobody_is_to_be_reached(app: Flask, cast: Cast) -> None:
    call, task = plan(cast.owner), plan(cast.owner, kind="task")
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        activity_finish.finish_activity(w, call, None, "")
    with work(cast.owner, NOW) as w:
        activity_finish.finish_activity(w, task, None, "")
    assert row(task).state == "done"


def test_putting_off_keeps_it_planned(app: Flask, cast: Cast) -> None:
    activity_id = plan(cast.owner)
    with work(cast.owner, NOW) as w:
        activity_changes.postpone_activity(w, activity_id, NOW + timedelta(days=9))
    assert (row(activity_id).state, row(activity_id).planned_at) == ("planned", NOW + timedelta(days=9))


def test_the_outsider_and_the_reader_cannot_touch_it(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    activity_id = plan(cast.owner, customer_id=customer_id)
    changes: list[Callable[[Work], Any]] = [
        lambda w: activity_finish.finish_activity(w, activity_id, "reached", ""),
        lambda w: activity_changes.cancel_activity(w, activity_id),
        lambda w: activity_undo.reopen_activity(w, activity_id),
        lambda w: activity_changes.postpone_activity(w, activity_id, TOMORROW),
        lambda w: service.note_activity(w, NewActivity(customer_id=customer_id)),
        lambda w: service.plan_activity(w, NewActivity(customer_id=customer_id, planned_at=TOMORROW)),
    ]
    for change in changes:
        with pytest.raises(NotFound), work(cast.outsider, NOW) as w:
            change(w)
        with pytest.raises(NotAllowed), work(cast.reader, NOW) as w:
            change(w)
    assert row(activity_id).state == "planned"


def test_the_day_is_counted_and_lists_show_mine_only(app: Flask, cast: Cast) -> None:
    plan(cast.owner, NOW - timedelta(days=2), planned_at=NOW - timedelta(days=2))
    plan(cast.owner, planned_at=NOW + timedelta(hours=2))
    note(cast.owner)
    plan(cast.outsider, planned_at=NOW)
    start, end = NOW - timedelta(hours=10), NOW + timedelta(hours=14)
    with reading() as x:
        counts = activities.day_counts(x, frozenset({int(cast.owner.id or 0)}), start, end)
        everybody = activities.day_counts(x, None, start, end)
        for actor, n in ((cast.owner, 2), (cast.manager, 2), (cast.outsider, 1), (cast.colleague, 0), (cast.admin, 3)):
            assert len(activities.page(x, actor, ActivityFilter(), NOW)) == n
        first = activities.page(x, cast.manager, ActivityFilter(), NOW, limit=1)
        after = (first[0].planned_at, first[0].id)
        assert len(activities.page(x, cast.manager, ActivityFilter(), NOW, after=after)) == 1
    assert [tuple(row[:5]) for row in counts] == [(cast.owner.id, "Owner", 1, 1, 1)]
    assert sorted(tuple(row)[1:5] for row in everybody) == [("Outsider", 0, 1, 0), ("Owner", 1, 1, 1)]


def test_a_deal_has_a_next_step_by_its_own_or_its_customers_activity(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    own, by_customer, without = (
        a_deal(app, cast.owner),
        a_deal(app, cast.owner, customer_id),
        a_deal(app, cast.owner, title="无"),
    )
    plan(cast.owner, deal_id=own)
    plan(cast.owner, customer_id=customer_id)
    with reading() as x:
        faults = activities.deals_without_next(x, cast.owner.people)
        rows = deal_lists.page(x, cast.owner, deal_lists.DealFilter(), NOW)
        assert activities.deals_without_next(x, cast.outsider.people) == []
    assert [fault.id for fault in faults] == [without]
    assert {row.id for row in rows if row.next_at} == {own, by_customer}


def test_the_phone_of_a_row_is_the_customers(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, phones=("13800138000",))
    activity_id = plan(cast.owner, customer_id=customer_id)
    with reading() as x:
        found = activities.load(x, cast.owner, activity_id, NOW)
        assert deal_lists.of_customer(x, cast.owner, customer_id, NOW) == []
    assert found.phone.endswith("13800138000")


@pytest.mark.parametrize(("planned_note", "said"), [("ask for the budget", "yes"), ("", "yes"), ("prices", "")])
def test_taking_back_that_it_is_done_brings_the_planned_note_back(
    app: Flask, cast: Cast, planned_note: str, said: str
) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner), note=planned_note)
    for _ in range(2):
        with work(cast.owner, NOW) as w:
            activity_finish.finish_activity(w, activity_id, "reached", said)
        assert row(activity_id).note == (said or planned_note)
        with work(cast.owner, NOW) as w:
            activity_undo.reopen_activity(w, activity_id)
        assert row(activity_id).note == planned_note


def test_an_activity_is_planned_for_oneself_or_ones_own_people(cast: Cast) -> None:
    assert row(plan(cast.manager, owner_id=cast.owner.id)).owner_id == cast.owner.id
    for stranger in (cast.outsider.id, cast.reader.id, 10**9):
        with pytest.raises(Refused, match="owner from the list"):
            plan(cast.owner, owner_id=stranger)


def test_putting_off_says_what_the_day_was(cast: Cast) -> None:
    activity_id = plan(cast.owner)
    with work(cast.owner, NOW) as w:
        activity_changes.postpone_activity(w, activity_id, NOW + timedelta(days=9))
    with reading() as x:
        events = select(event.c.data).where(event.c.subject_id == activity_id, event.c.subject_kind == "activity")
        data = x.scalars(events.order_by(event.c.id.desc())).first()
    assert data is not None
    assert data["was"] == TOMORROW.isoformat()


@pytest.mark.parametrize(("outcome", "kept"), [("not_reached", "Ask about the order"), ("reached", "")])
def test_the_next_try_is_for_the_same(cast: Cast, outcome: str, kept: str) -> None:
    activity_id = plan(cast.owner, customer_id=a_customer(cast.owner), note="Ask about the order")
    with work(cast.owner, NOW) as w:
        next_id = activity_finish.finish_activity(w, activity_id, outcome, "Busy", NOW + timedelta(days=1))
    assert (row(activity_id).note, row(int(next_id or 0)).note) == ("Busy", kept)


def test_only_a_day_the_rhythm_suggested_says_so(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    next_at = NOW + timedelta(days=9)
    reasons = []
    for outcome, by_rhythm in (("reached", True), ("reached", False), ("not_reached", False)):
        activity_id = plan(cast.owner, customer_id=customer_id)
        with work(cast.owner, NOW) as w:
            next_id = activity_finish.finish_activity(w, activity_id, outcome, "", next_at, by_rhythm=by_rhythm)
        reasons.append(row(int(next_id or 0)).because.get("source"))
    assert reasons == [activity_finish.AFTER_REACHED, None, activity_finish.AFTER_MISSED]


def test_an_activity_is_about_somebody_or_something(cast: Cast) -> None:
    with pytest.raises(Refused, match="what it is about"):
        note(cast.owner, note="  ")
    assert note(cast.owner, note="call the tax office")
    assert note(cast.owner, customer_id=a_customer(cast.owner))


def test_a_day_that_is_over_is_refused_wherever_a_day_is_chosen(cast: Cast) -> None:
    old = NOW - timedelta(days=365 * 76)
    for late in (old, NOW - timedelta(days=1)):
        with pytest.raises(Refused, match="That day is over"):
            plan(cast.owner, planned_at=late)
        activity_id = plan(cast.owner)
        with work(cast.owner, NOW) as w, pytest.raises(Refused, match="That day is over"):
            activity_finish.finish_activity(w, activity_id, "reached", "", late)
        with work(cast.owner, NOW) as w, pytest.raises(Refused, match="That day is over"):
            activity_changes.postpone_activity(w, activity_id, late)
        with work(cast.owner, NOW) as w, pytest.raises(Refused, match="That day is over"):
            move_activity(w, activity_id, late, None, True, row(activity_id).version)
        with work(cast.owner, NOW) as w, pytest.raises(Refused, match="That day is over"):
            activity_finish.plan_next(w, row(activity_id), late)


def test_what_is_overdue_changes_its_length_and_goes_back_to_its_day(cast: Cast) -> None:
    long_ago = NOW - timedelta(days=3)
    activity_id = plan(cast.owner, long_ago, planned_at=long_ago, all_day=False)
    for planned_at, minutes in ((long_ago, 45), (NOW, 45), (long_ago, 45)):
        with work(cast.owner, NOW) as w:
            move_activity(w, activity_id, planned_at, minutes, False, row(activity_id).version)
    assert (row(activity_id).planned_at, row(activity_id).minutes) == (long_ago, 45)
    with work(cast.owner, NOW) as w:
        activity_changes.postpone_activity(w, activity_id, NOW)
    with work(cast.owner, NOW) as w:
        activity_undo.put_back_activity(w, activity_id)
    assert row(activity_id).planned_at == long_ago


def test_what_is_said_when_putting_off_is_kept_and_goes_when_that_is_taken_back(cast: Cast) -> None:
    activity_id = plan(cast.owner, note="about it")
    with work(cast.owner, NOW) as w:
        activity_changes.postpone_activity(w, activity_id, NOW + timedelta(days=9), note=" in a meeting ")
    assert row(activity_id).note == "about it\nin a meeting"
    with reading() as x:
        told = select(event_payload.c.body).join(event, event.c.id == event_payload.c.event_id)
        bodies = x.scalars(told.where(event.c.subject_id == activity_id, event.c.subject_kind == "activity")).all()
    assert [body["note"] for body in bodies if "note" in body] == ["in a meeting"]
    with work(cast.owner, NOW) as w:
        activity_undo.put_back_activity(w, activity_id)
    assert (row(activity_id).note, row(activity_id).planned_at) == ("about it", TOMORROW)
    with work(cast.owner, NOW) as w, pytest.raises(Refused, match="at most"):
        activity_changes.postpone_activity(w, activity_id, NOW + timedelta(days=9), note="x" * 4995)


def test_only_what_was_seen_is_taken_back(cast: Cast) -> None:
    activity_id = plan(cast.owner)
    planned = row(activity_id).version
    with work(cast.manager, NOW) as w:
        activity_finish.finish_activity(w, activity_id, "reached", "")
    with work(cast.owner, NOW) as w, pytest.raises(Refused, match="changed since"):
        activity_undo.take_back(w, activity_id, planned)
    assert row(activity_id).state == "done"
    with work(cast.owner, NOW) as w:
        activity_undo.take_back(w, activity_id, row(activity_id).version)
    put_off = row(activity_id).version + 1
    for at in (NOW + timedelta(days=2), NOW + timedelta(days=3)):
        with work(cast.owner, NOW) as w:
            activity_changes.postpone_activity(w, activity_id, at)
    with work(cast.owner, NOW) as w, pytest.raises(Refused, match="changed since"):
        activity_undo.put_back_activity(w, activity_id, put_off)
    assert row(activity_id).planned_at == NOW + timedelta(days=3)
