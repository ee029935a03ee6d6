"""Sharing: who may, how far it reaches, that it ends by itself, and what its owner sees of those who help."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import Access, Actor
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.contacts import NewContact, add_contact, add_date, change_contact
from salesapp.services.customers import NewCustomer, add_customer, archive_customer, change_customer, note_enquiry
from salesapp.services.deal_moves import move_deal
from salesapp.services.deal_steps import tick_step
from salesapp.services.deals import NewDeal, change_deal, open_deal
from salesapp.services.files import Upload, attach, take_in
from salesapp.services.pool import assign_customer, release_customer
from salesapp.services.sharing import NewShare, end_share, resume_share, share_customer
from salesapp.services.work import Work, work
from salesapp.store import customer_files, customers, deals, files, search, shares, timeline, visibility
from salesapp.store.engine import reading
from salesapp.store.tables import notice
from salesapp.testing import NOW, Cast, add_person
from tests.services.customer_kit import added
from tests.services.file_kit import MOST, PDF

DAY = timedelta(days=1)


@dataclass(frozen=True)
class House:
    """One customer of the owner with something of everything."""

    customer: int
    contact: int
    deal: int
    activity: int
    file: int


@pytest.fixture
def house(app: Flask, cast: Cast) -> House:
    """Made by its owner."""
    one = added(cast.owner, name="王建国", phones=["13800138000"])
    with work(cast.owner, NOW) as w:
        contact = add_contact(w, one, NewContact(name="李秀英"))
        deal = open_deal(w, NewDeal(customer_id=one, title="监护仪", process="general.six"))
        activity = plan_activity(w, NewActivity(customer_id=one, planned_at=NOW))
        file = attach(w, activity, take_in([Upload("合同.pdf", BytesIO(PDF))], MOST).files)[0]
    return House(one, contact, deal, activity, file)


def shared(by: Actor, customer_id: int, to: Actor | None = None, **values: Any) -> int:
    """A share, made by the service."""
    with work(by, values.pop("now", NOW)) as w:
        return share_customer(w, customer_id, NewShare(person_id=to.id if to else None, **values))


def access(actor: Actor, customer_id: int, now: Any = NOW) -> Access:
    """How far somebody gets."""
    with reading() as x:
        return visibility.customer_access(x, actor, customer_id, now)


# --- who may ---


def test_its_owner_their_manager_and_administrators_share(cast: Cast, house: House) -> None:
    for by, to in ((cast.owner, cast.outsider), (cast.manager, cast.other_manager), (cast.admin, cast.colleague)):
        shared(by, house.customer, to)
        assert access(to, house.customer) is Access.READ


def test_nobody_else_shares_least_of_all_who_it_was_shared_with(cast: Cast, house: House) -> None:
    shared(cast.owner, house.customer, cast.colleague, level="work")
    for by, error in ((cast.colleague, NotAllowed), (cast.reader, NotAllowed), (cast.outsider, NotFound)):
        with pytest.raises(error):
            shared(by, house.customer, cast.other_manager)
    share_id = shared(cast.owner, house.customer, cast.outsider)
    for by, error in ((cast.colleague, NotAllowed), (cast.other_manager, NotFound)):
        with pytest.raises(error), work(by, NOW) as w:
            end_share(w, share_id)


def test_what_cannot_be_shared_so(cast: Cast, house: House) -> None:
    team_id = cast.outsider.team_id
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("with", {}),
        ("with", {"person_id": cast.outsider.id, "team_id": team_id}),
        ("with", {"person_id": cast.owner.id}),
        ("with", {"person_id": 999}),
        ("with", {"team_id": 999}),
        ("level", {"person_id": cast.outsider.id, "level": "own"}),
        ("until", {"person_id": cast.outsider.id, "until": NOW}),
        ("note", {"person_id": cast.outsider.id, "note": "长" * 501}),
    ]
    for place, values in wrong:
        with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
            share_customer(w, house.customer, NewShare(**values))
        assert [each.place for each in refused.value.problems] == [place]
    shared(cast.owner, house.customer, cast.outsider)
    with pytest.raises(Refused):
        shared(cast.owner, house.customer, cast.outsider, level="work")


# --- how far it reaches ---


def test_everything_below_follows(cast: Cast, house: House) -> None:
    actor = cast.outsider
    assert access(actor, house.customer) is Access.NONE
    shared(cast.owner, house.customer, actor)
    with reading() as x:
        file = customer_files.open_file(x, actor, house.customer, NOW)
        assert [row.id for row in file.contacts] == [house.contact]
        assert [row.id for row in file.deals] == [house.deal]
        assert file.next_step is not None
        assert deals.load(x, actor, house.deal, NOW).id == house.deal
        assert files.load(x, actor, house.file, NOW).id == house.file
        assert len(timeline.entries(x, actor, house.customer, now=NOW)) == 6
        assert [hit.subject_id for hit in search.find(x, actor, "王建国", NOW)][:1] == [house.customer]
        assert [row.id for row in customers.page(x, actor, customers.Filters(), "touched", None, NOW).rows] == [
            house.customer
        ]


WRITES: dict[str, Callable[[Work, House], Any]] = {
    "edit": lambda w, h: change_customer(w, h.customer, {"name": "李"}, {"name": "王建国"}),
    "enquiry": lambda w, h: note_enquiry(w, h.customer, None),
    "contact": lambda w, h: add_contact(w, h.customer, NewContact(name="新")),
    "its contact": lambda w, h: change_contact(w, h.contact, {"name": "新"}, {"name": "李秀英"}),
    "date": lambda w, h: add_date(w, h.customer, "birthday", PartialDate("solar", None, 8, 15)),
    "deal": lambda w, h: open_deal(w, NewDeal(customer_id=h.customer, title="新", process="general.six")),
    "its deal": lambda w, h: change_deal(w, h.deal, {"title": "新"}, {}),
    "step": lambda w, h: tick_step(w, h.deal, "contact_plan", True),
    "activity": lambda w, h: note_activity(w, NewActivity(customer_id=h.customer, outcome="reached")),
    "plan": lambda w, h: plan_activity(w, NewActivity(deal_id=h.deal, planned_at=NOW)),
    "finish": lambda w, h: finish_activity(w, h.activity, "reached", "", None),
    "file": lambda w, h: attach(w, h.activity, take_in([Upload("b.pdf", BytesIO(PDF))], MOST).files),
}
NEVER: dict[str, Callable[[Work, House], Any]] = {
    "release": lambda w, h: release_customer(w, h.customer),
    "assign": lambda w, h: assign_customer(w, h.customer, w.actor.id),
    "share": lambda w, h: share_customer(w, h.customer, NewShare(team_id=1)),
}


@pytest.mark.parametrize("what", [*WRITES, "move", "archive"])
def test_who_reads_changes_nothing(cast: Cast, house: House, what: str) -> None:
    shared(cast.owner, house.customer, cast.outsider)
    more: dict[str, Callable[[Work, House], Any]] = {
        "move": lambda w, h: move_deal(w, h.deal, "contact", 1),
        "archive": lambda w, h: archive_customer(w, h.customer),
    }
    with pytest.raises(NotAllowed), work(cast.outsider, NOW) as w:
        (WRITES | more)[what](w, house)


@pytest.mark.parametrize("what", WRITES)
def test_who_works_with_it_does(cast: Cast, house: House, what: str) -> None:
    shared(cast.owner, house.customer, cast.outsider, level="work")
    with work(cast.outsider, NOW) as w:
        WRITES[what](w, house)


@pytest.mark.parametrize("what", NEVER)
def test_but_does_not_give_it_away(cast: Cast, house: House, what: str) -> None:
    shared(cast.owner, house.customer, cast.outsider, level="work")
    with pytest.raises((NotAllowed, Refused)), work(cast.outsider, NOW) as w:
        NEVER[what](w, house)


def test_a_team_is_everybody_in_it_and_below_it(cast: Cast, house: House) -> None:
    shared(cast.owner, house.customer, team_id=cast.outsider.team_id)
    newcomer = add_person("Newcomer", "salesperson", team_id=cast.outsider.team_id)
    assert access(newcomer, house.customer) is Access.READ
    assert access(cast.outsider, house.customer) is Access.READ
    assert access(cast.colleague, house.customer) is Access.NONE
    shared(cast.owner, house.customer, team_id=cast.admin.team_id, level="work")
    assert access(cast.colleague, house.customer) is Access.WORK


# --- until when ---


def test_it_ends_by_itself_to_the_moment(cast: Cast, house: House) -> None:
    shared(cast.owner, house.customer, cast.outsider, until=NOW + DAY)
    assert access(cast.outsider, house.customer, NOW + DAY - timedelta(seconds=1)) is Access.READ
    assert access(cast.outsider, house.customer, NOW + DAY) is Access.NONE
    with reading() as x:
        assert shares.current(x, house.customer, NOW + DAY) == []
        assert shares.to_me(x, cast.outsider, [house.customer], NOW + DAY) == {}


def test_ending_and_taking_that_back(cast: Cast, house: House) -> None:
    share_id = shared(cast.owner, house.customer, cast.outsider)
    with work(cast.manager, NOW) as w:
        assert end_share(w, share_id) == house.customer
    assert access(cast.outsider, house.customer) is Access.NONE
    with work(cast.owner, NOW + timedelta(minutes=9)) as w:
        resume_share(w, share_id)
    assert access(cast.outsider, house.customer) is Access.READ
    with work(cast.owner, NOW) as w:
        end_share(w, share_id)
    with pytest.raises(Refused), work(cast.owner, NOW + timedelta(minutes=10)) as w:
        resume_share(w, share_id)


def test_what_goes_to_a_pool_is_shared_with_nobody(cast: Cast, house: House) -> None:
    with work(cast.owner, NOW) as w:
        other = share_customer(w, added_in(w), NewShare(person_id=cast.outsider.id))
        row = shares.get(w.session, other)
        assert row is not None
        release_customer(w, row.customer_id)
    assert access(cast.outsider, row.customer_id) is Access.NONE
    with pytest.raises(NotAllowed):
        shared(cast.admin, row.customer_id, cast.outsider)


def added_in(w: Work) -> int:
    """A customer without anything."""
    return add_customer(w, NewCustomer(name="空"))


# --- telling ---


def test_whoever_it_is_shared_with_is_told_once(cast: Cast, house: House) -> None:
    shared(cast.owner, house.customer, cast.colleague, level="work")
    shared(cast.owner, house.customer, team_id=cast.outsider.team_id)
    with reading() as x:
        told = x.execute(select(notice.c.person_id, notice.c.data).where(notice.c.kind == "customer.shared")).all()
    assert {row.person_id for row in told} == {cast.colleague.id, cast.outsider.id, cast.other_manager.id}
    assert {row.person_id: row.data["how"] for row in told}[cast.colleague.id or 0] == "work"


def test_the_owner_sees_what_helpers_did(cast: Cast, house: House) -> None:
    until = NOW + 2 * DAY
    shared(cast.owner, house.customer, cast.outsider, level="work", until=until)
    for actor, at in ((cast.outsider, NOW), (cast.manager, NOW), (cast.owner, NOW)):
        with work(actor, at) as w:
            note_activity(w, NewActivity(customer_id=house.customer, note=actor.name, outcome="reached"))
    with reading() as x:
        every = timeline.entries(x, cast.owner, house.customer, now=NOW)
        only = timeline.entries(x, cast.owner, house.customer, now=NOW, group=timeline.HELPERS)
        of_deal = timeline.entries(x, cast.owner, deal_id=house.deal, now=NOW, group=timeline.HELPERS)
    assert {entry.actor_name for entry in every if entry.helper is not None} == {"Outsider"}
    assert [entry.actor_name for entry in only] == ["Outsider"]
    assert only[0].helper is not None
    assert only[0].helper.until == until
    assert of_deal == []


def test_what_a_later_owner_does_is_their_own_and_what_they_did_as_a_helper_stays_so(cast: Cast, house: House) -> None:
    shared(cast.owner, house.customer, cast.colleague, level="work")
    with work(cast.colleague, NOW) as w:
        note_enquiry(w, house.customer, None, "先")
    with work(cast.manager, NOW + DAY) as w:
        assign_customer(w, house.customer, cast.colleague.id)
    with work(cast.colleague, NOW + 2 * DAY) as w:
        note_enquiry(w, house.customer, None, "后")
    with reading() as x:
        only = timeline.entries(x, cast.colleague, house.customer, now=NOW + 2 * DAY, group=timeline.HELPERS)
    assert [entry.personal.get("note") for entry in only] == ["先"]


def test_what_a_helpers_team_did_counts_too(cast: Cast, house: House) -> None:
    shared(cast.owner, house.customer, team_id=cast.outsider.team_id, level="work")
    with work(cast.outsider, NOW) as w:
        note_enquiry(w, house.customer, None)
    with reading() as x:
        only = timeline.entries(x, cast.owner, house.customer, now=NOW, group=timeline.HELPERS)
    assert [entry.kind for entry in only] == ["customer.enquired"]
