"""Telling people what concerns them: whom, once, never who did it, and taking it back."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.decisions import LEAD
from salesapp.domain.notices import DIGEST, OFF
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import decisions, notices
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.customers import NewCustomer, add_customer, note_enquiry
from salesapp.services.deals import change_deal
from salesapp.services.decisions import Ask
from salesapp.services.pool import assign_customer
from salesapp.services.work import work
from salesapp.store import people
from salesapp.store.engine import reading
from salesapp.store.tables import job
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer, a_deal
from tests.services.decision_kit import decide, found, give_function, requested, withdraw
from tests.services.mail_kit import choose, rows, set_up, told


def ids(*actors: Actor) -> list[int]:
    return [int(actor.id or 0) for actor in actors]


def assign(actor: Actor, customer_id: int, to: Actor | None, later: float = 0) -> None:
    with work(actor, NOW + timedelta(seconds=later)) as w:
        assign_customer(w, customer_id, to.id if to else None)


def jobs() -> list[Any]:
    with reading() as x:
        return list(x.execute(select(job.c.name, job.c.args, job.c.run_at).order_by(job.c.id)))


def test_who_gets_a_customer_is_told_and_who_gives_it_is_not(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    assert told() == []
    assign(cast.manager, customer_id, cast.colleague)
    (row,) = rows()
    assert (row.person_id, row.kind, row.subject_id, row.actor_id) == (
        cast.colleague.id,
        "customer.given",
        customer_id,
        cast.manager.id,
    )
    assign(cast.manager, customer_id, cast.manager)
    assert len(rows()) == 1


def test_a_customer_that_is_added_for_somebody(cast: Cast) -> None:
    with work(cast.manager, NOW) as w:
        add_customer(w, NewCustomer(name="A", owner_id=cast.owner.id))
    assert told() == [(cast.owner.id, "customer.given")]


def test_handing_it_back_at_once_is_a_slip_nobody_is_told_of(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    assign(cast.manager, customer_id, cast.colleague)
    assign(cast.manager, customer_id, cast.owner, later=9)
    (row,) = rows()
    assert row.withdrawn_at is not None
    assign(cast.manager, customer_id, cast.colleague, later=12)
    assert [each.withdrawn_at is None for each in rows()] == [False, True]  # told anew


def test_handing_it_on_at_once_tells_only_the_last(cast: Cast) -> None:
    customer_id = a_customer(cast.manager)
    assign(cast.manager, customer_id, cast.colleague)
    assign(cast.manager, customer_id, cast.owner, later=9)
    assert [(row.person_id, row.withdrawn_at is None) for row in rows()] == [
        (cast.colleague.id, False),
        (cast.owner.id, True),
    ]


def test_handing_it_back_later_is_told(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    assign(cast.manager, customer_id, cast.colleague)
    assign(cast.manager, customer_id, cast.owner, later=31)
    assert told() == [(cast.colleague.id, "customer.given"), (cast.owner.id, "customer.given")]
    assert all(row.withdrawn_at is None for row in rows())


def test_a_deal_that_is_opened_for_or_given_to_somebody(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.manager, owner_id=cast.owner.id)
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"owner_id": cast.colleague.id}, {})
    with work(cast.manager, NOW) as w:
        change_deal(w, deal_id, {"title": "B"}, {})
    assert told() == [(cast.owner.id, "deal.given"), (cast.colleague.id, "deal.given")]
    with work(cast.manager, NOW) as w:  # a slip: back where it was
        change_deal(w, deal_id, {"owner_id": cast.owner.id}, {})
    assert [row.withdrawn_at is None for row in rows()] == [True, False]


def test_what_somebody_plans_for_me(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    for actor in (cast.owner, cast.manager):
        with work(actor, NOW) as w:
            plan_activity(w, NewActivity(customer_id=customer_id, owner_id=cast.owner.id, planned_at=NOW))
    assert told() == [(cast.owner.id, "activity.given")]


def test_an_activity_that_is_off_is_not_told_until_it_is_on_again(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    with work(cast.manager, NOW) as w:
        new = NewActivity(customer_id=customer_id, owner_id=cast.owner.id, planned_at=NOW)
        activity_id, other = plan_activity(w, new), plan_activity(w, new)
    with work(cast.manager, NOW) as w:
        notices.activity_off(w, activity_id)
    assert [(row.subject_id, row.withdrawn_at is None) for row in rows()] == [(activity_id, False), (other, True)]
    with work(cast.manager, NOW) as w:
        notices.activity_on(w, activity_id)
    assert [row.withdrawn_at for row in rows()] == [None, None]


def test_a_second_enquiry_is_told_to_the_owner_each_time(cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    for actor in (cast.manager, cast.manager, cast.owner):
        with work(actor, NOW) as w:
            note_enquiry(w, customer_id, None)
    assert told() == [(cast.owner.id, "customer.enquired")] * 2


def test_a_request_is_told_to_those_who_may_decide_it(app: Flask, cast: Cast) -> None:
    requested(app, cast)
    assert told() == [(person, "decision.waits") for person in ids(cast.admin, cast.manager)]


def test_the_answer_is_told_to_who_asked_and_nobody_else_is_asked_any_more(app: Flask, cast: Cast) -> None:
    _, decision_id = requested(app, cast)
    decide(cast.manager, decision_id, yes=False, words="再试试")
    assert [(row.person_id, row.kind, row.withdrawn_at is None) for row in rows()] == [
        (cast.admin.id, "decision.waits", False),
        (cast.manager.id, "decision.waits", False),
        (cast.owner.id, "decision.decided", True),
    ]
    assert rows()[-1].data == {"how": "refused"}


def test_a_request_that_is_taken_back_is_taken_from_the_lists(app: Flask, cast: Cast) -> None:
    _, decision_id = requested(app, cast)
    withdraw(cast.owner, decision_id)
    assert [row.withdrawn_at is None for row in rows()] == [False, False]


def test_the_next_step_is_told_to_its_function_where_it_sees_the_deal(app: Flask, cast: Cast) -> None:
    for actor in (cast.colleague, cast.outsider, cast.reader):
        give_function(actor, "finance")
    deal_id = a_deal(app, cast.owner)
    with work(cast.owner, NOW) as w:
        ask = Ask(kind="x", subject_kind="deal", subject_id=deal_id, snapshot={}, functions=(LEAD, "finance"))
        decision_id = decisions.ask(w, Ask(**{**_fields(ask), "deal_id": deal_id, "owner_id": cast.owner.id}))
    decide(cast.manager, decision_id)
    assert found(cast.owner, decision_id).pending
    open_ones = [(row.person_id, row.kind) for row in rows() if row.withdrawn_at is None]
    assert open_ones == [(cast.reader.id, "decision.waits")]  # the others may not see the deal


def _fields(ask: Ask) -> dict[str, Any]:
    return {name: getattr(ask, name) for name in Ask.__slots__}


def test_the_same_occurrence_is_told_once(cast: Cast) -> None:
    for _ in range(2):
        with work(cast.admin, NOW) as w:
            notices.tell(w, cast.owner.id, "deal.given", ("deal", 1), occurrence="7")
            notices.tell(w, cast.colleague.id, "deal.given", ("deal", 1), occurrence="7")
    assert told() == [(cast.owner.id, "deal.given"), (cast.colleague.id, "deal.given")]


def test_nothing_is_told_when_the_change_is_not_made(cast: Cast) -> None:
    with pytest.raises(RuntimeError), work(cast.admin, NOW) as w:
        notices.tell(w, cast.owner.id, "deal.given", ("deal", 1))
        raise RuntimeError
    assert told() == []


def test_who_switched_a_kind_off_or_left_is_not_told(cast: Cast) -> None:
    choose(cast.owner, ways={"deal.given": OFF})
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.colleague.id or 0), {"deactivated_at": NOW})
    with work(cast.admin, NOW) as w:
        for person_id in (cast.owner.id, cast.colleague.id, None, cast.admin.id):
            assert notices.tell(w, person_id, "deal.given", ("deal", 1)) is None
    assert told() == []


def test_a_mail_is_asked_for_after_half_a_minute_in_the_same_transaction(cast: Cast) -> None:
    set_up(None, cast)
    with work(cast.admin, NOW) as w:
        notice_id = notices.tell(w, cast.owner.id, "deal.given", ("deal", 1))
        notices.tell(w, cast.owner.id, "activity.given", ("activity", 1))  # usually in the digest
    assert [tuple(each) for each in jobs()] == [("notices.mail", {"notice": notice_id}, NOW + timedelta(seconds=30))]


def test_in_quiet_hours_it_is_asked_for_at_their_end(cast: Cast) -> None:
    set_up(None, cast)
    night = NOW + timedelta(hours=12)  # ten in the evening in Shanghai
    with work(cast.admin, night) as w:
        notices.tell(w, cast.owner.id, "deal.given", ("deal", 1))
    assert jobs()[0].run_at == NOW + timedelta(hours=21)


@pytest.mark.parametrize("why", ["no server", "no address", "digest only"])
def test_no_mail_is_asked_for_where_none_could_go(cast: Cast, why: str) -> None:
    if why != "no server":
        set_up(None, cast)
    if why == "no address":
        with work(SYSTEM, NOW) as w:
            people.update_person(w.session, int(cast.owner.id or 0), {"email": None, "phone": "1"})
    if why == "digest only":
        choose(cast.owner, ways={"deal.given": DIGEST})
    with work(cast.admin, NOW) as w:
        assert notices.tell(w, cast.owner.id, "deal.given", ("deal", 1)) is not None
    assert jobs() == []


def test_choices_keep_only_what_differs_from_the_usual(cast: Cast) -> None:
    choose(cast.owner, ways={"deal.given": OFF, "customer.given": "mail", "gone": "x"}, digest_hour=None)
    choose(cast.owner, ways={"deal.given": DIGEST}, digest_hour=6)
    from salesapp.store import notice_choices

    with reading() as x:
        found = notice_choices.recipient(x, int(cast.owner.id or 0))
    assert found is not None
    assert dict(found.choices.ways) == {"deal.given": DIGEST}
    assert (found.choices.digest_hour, found.choices.quiet_from) == (6, 21)
