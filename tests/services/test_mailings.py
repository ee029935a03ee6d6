"""Messages to a group go once to whom they are meant for, and to nobody who wants none."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from salesapp.domain import mailing as rules
from salesapp.domain.conditions import When
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.followups import Interval
from salesapp.domain.list_query import ListQuery
from salesapp.domain.mailing_times import Timing
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.jobs.mailing_kinds import BEGIN, GO, SEND
from salesapp.services import mail, mailing_running, mailing_sending, mailing_whom, mailings, privacy
from salesapp.services.contacts import NewContact, add_contact, add_point, archive_point, mark_point
from salesapp.services.customers import archive_customer
from salesapp.services.mailing_by_hand import sent_by_hand
from salesapp.services.merge import merge_customers
from salesapp.services.pool import assign_customer
from salesapp.services.work import Work, work
from salesapp.store import mailing_examples, people, settings
from salesapp.store import mailings as mailing_rows
from salesapp.store.engine import reading
from salesapp.store.tables import activity, consent, contact_point, job, mailing, mailing_item
from salesapp.testing import NOW, Cast, Clock
from tests.jobs.kit import all_jobs, worker
from tests.services import mailing_kit as kit
from tests.services.customer_kit import added, shared_with
from tests.services.mail_kit import Box, mail_server, rows, set_up, told


@pytest.fixture
def box(app: Flask, cast: Cast) -> Iterator[Box]:
    """A mail server that is set up."""
    with mail_server() as found:
        set_up(found, cast)
        yield found


def plain(box: Box, n: int = 0) -> str:
    body = box.mails[n].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_it_goes_after_half_a_minute_once_and_stands_on_the_timeline(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="王建国", emails=["wang@example.com"])
    begun = kit.begun(cast.owner, kit.drafted(cast.owner))
    assert begun == NOW + timedelta(seconds=30)
    kit.let_run(clock, seconds=29)
    assert box.mails == []
    kit.let_run(clock, seconds=1)
    kit.let_run(clock, seconds=60)
    kit.let_run(clock, hours=2)
    assert box.to == [["wang@example.com"]]
    assert box.mails[0]["Subject"] == "王建国您好"
    assert "您好 王建国" in plain(box)
    ((event, personal),) = kit.told("mailing.sent")
    assert (event.customer_id, event.actor_id) == (one, cast.owner.id)
    assert personal["note"] == "您好 王建国"
    assert kit.outcome() == {one: ("sent", None)}
    assert [run.state for run in kit.runs()] == ["done"]


# --- who gets nothing ---


def test_who_is_left_out_and_why(cast: Cast, clock: Clock, box: Box) -> None:
    good = added(cast.owner, name="甲", emails=["a@example.com"])
    none = added(cast.owner, name="乙")
    out = added(cast.owner, name="丙", emails=["c@example.com"])
    away = added(cast.owner, name="丁", emails=["d@example.com"])
    read = added(cast.colleague, name="戊", emails=["e@example.com"])
    back = added(cast.owner, name="己", emails=["f@example.com"])
    given = added(cast.owner, name="庚", emails=["g@example.com"])
    helped = added(cast.colleague, name="辛", emails=["h@example.com"])
    added(cast.outsider, name="壬", emails=["i@example.com"])
    shared_with(cast.colleague, read, cast.owner, "read")
    shared_with(cast.colleague, helped, cast.owner, "work")
    opt_out("c@example.com")
    with work(cast.admin, NOW) as w:
        for one in (back, given):
            privacy.note_consent(w, one, "news", "paper", NOW.date())
            w.session.execute(update(consent).where(consent.c.customer_id == one).values(withdrawn_at=NOW))
        privacy.note_consent(w, given, "news", "paper", NOW.date())  # once more
    mailing_id = kit.drafted(cast.owner)
    with work(cast.owner, NOW) as w:
        archive_customer(w, away)
    assert kit.reached(cast.owner, mailing_id) == {"": 3, "no_address": 1, "opted_out": 2, "not_allowed": 1}
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=2)
    assert kit.outcome() == {
        good: ("sent", None),
        none: ("skipped", "no_address"),
        out: ("skipped", "opted_out"),
        read: ("skipped", "not_allowed"),
        back: ("skipped", "opted_out"),
        given: ("sent", None),
        helped: ("sent", None),
    }
    assert sorted(to for (to,) in box.to) == ["a@example.com", "g@example.com", "h@example.com"]


def test_one_address_gets_it_once(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["family@example.com"])
    two = added(cast.owner, name="乙")
    point = parse_contact_point("email", "family@example.com")
    assert isinstance(point, ContactPoint)
    with work(cast.owner, NOW) as w:
        w.session.execute(update(contact_point).values(shared=True))
        add_point(w, two, point, shared=True)
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=1)
    assert box.to == [["family@example.com"]]
    assert kit.outcome() == {one: ("sent", None), two: ("skipped", "same_address")}


def test_nobody_who_said_no_is_written_to_at_another_address(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    firm = added(cast.owner, name="公司", kind="organisation")
    with work(cast.owner, NOW) as w:
        for customer_id, mail in ((one, "of-contact@example.com"), (firm, "li@example.com")):
            point = parse_contact_point("email", mail)
            assert isinstance(point, ContactPoint)
            add_contact(w, customer_id, NewContact(name="李芳", points=[point]))
    opt_out("a@example.com")
    kit.begun(cast.owner, kit.drafted(cast.owner, body="{contact} / {customer}"))
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=1)
    assert box.to == [["li@example.com"]]
    assert "李芳 / 公司" in plain(box)
    assert kit.outcome()[one] == ("skipped", "opted_out")


def test_who_said_no_is_not_asked_anew_as_their_address_was_typed_anew(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    point = parse_contact_point("email", "A@example.com")
    assert isinstance(point, ContactPoint)
    opt_out("a@example.com")
    with work(cast.owner, NOW) as w:
        (old,) = w.session.scalars(select(contact_point.c.id))
        archive_point(w, old)
    with work(cast.owner, NOW) as w:
        add_point(w, one, point)
    assert kit.reached(cast.owner, kit.drafted(cast.owner)) == {"opted_out": 1}
    with work(cast.owner, NOW) as w:
        new = int(w.session.scalars(select(contact_point.c.id).where(contact_point.c.archived_at.is_(None))).one())
        mark_point(w, new, opt_out=False)  # they asked for it again
        archive_point(w, new)
    with work(cast.owner, NOW) as w:
        add_point(w, one, point)
    assert kit.reached(cast.owner, kit.drafted(cast.owner)) == {"": 1}


def test_what_was_said_last_at_an_address_counts(cast: Cast, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    point = parse_contact_point("email", "a@example.com")
    assert isinstance(point, ContactPoint)
    old = {"customer_id": one, "kind": "email", "shown": "a@example.com", "normalised": "a@example.com"}
    opt_out("a@example.com")
    with work(SYSTEM, NOW) as w:  # as merging leaves a twin behind
        w.session.execute(insert(contact_point).values(**old, archived_at=NOW - timedelta(days=1)))
    with work(cast.owner, NOW) as w:
        (living,) = w.session.scalars(select(contact_point.c.id).where(contact_point.c.archived_at.is_(None)))
        archive_point(w, living)
    with work(cast.owner, NOW) as w:
        add_point(w, one, point)
    assert kit.reached(cast.owner, kit.drafted(cast.owner)) == {"opted_out": 1}


def opted_out_meanwhile(cast: Cast, one: int) -> None:
    opt_out("a@example.com")


def archived_meanwhile(cast: Cast, one: int) -> None:
    with work(cast.owner, NOW) as w:
        archive_customer(w, one)


def given_away_meanwhile(cast: Cast, one: int) -> None:
    with work(cast.admin, NOW) as w:
        assign_customer(w, one, cast.outsider.id)


def left_meanwhile(cast: Cast, one: int) -> None:
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.owner.id or 0), {"deactivated_at": NOW})


def erased_meanwhile(cast: Cast, one: int) -> None:
    with work(cast.admin, NOW) as w:
        privacy.erase_customer(w, one, "甲")


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (opted_out_meanwhile, "opted_out"),
        (archived_meanwhile, "archived"),
        (given_away_meanwhile, "not_allowed"),
        (left_meanwhile, "left"),
        (erased_meanwhile, "archived"),
    ],
)
def test_what_changed_meanwhile_is_seen_at_the_last_moment(
    cast: Cast, clock: Clock, box: Box, how: Callable[[Cast, int], None], reason: str
) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    kit.begun(cast.owner, kit.drafted(cast.owner))
    clock.advance(seconds=30)
    for kind in (BEGIN, GO):  # on its way, and not gone yet
        worker(clock, kind).run_due()
    how(cast, one)
    kit.let_run(clock, minutes=1)
    assert box.mails == []
    assert kit.outcome()[one] == ("skipped", reason)


# --- taking back, stopping ---


def test_it_can_be_taken_back_before_it_begins_and_sent_again(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)
    with work(cast.owner, NOW + timedelta(seconds=10)) as w:
        mailings.take_back(w, mailing_id)
    kit.let_run(clock, minutes=5)
    assert (box.mails, kit.runs(), kit.view(mailing_id).state) == ([], [], "draft")
    kit.begun(cast.owner, mailing_id, clock.now)
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, seconds=60)
    assert len(box.mails) == 1
    with work(cast.owner, clock.now) as w, pytest.raises(Refused):
        mailings.take_back(w, mailing_id)  # it is out


def test_what_was_sent_again_waits_its_own_half_minute(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)
    with work(cast.owner, NOW + timedelta(seconds=10)) as w:
        mailings.take_back(w, mailing_id)
    kit.begun(cast.owner, mailing_id, NOW + timedelta(seconds=20))
    kit.let_run(clock, seconds=30)  # when the first press would have begun it
    assert box.mails == []
    kit.let_run(clock, seconds=20)
    kit.let_run(clock, minutes=1)
    assert len(box.mails) == 1


def test_stopping_keeps_what_has_not_gone_out(cast: Cast, clock: Clock, box: Box) -> None:
    for n in range(5):
        added(cast.owner, name=f"客户{n}", emails=[f"a{n}@example.com"])
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, seconds=2)  # one each two seconds
    assert len(box.mails) == 2
    with work(cast.owner, clock.now) as w:
        mailings.stop(w, mailing_id)
    kit.let_run(clock, minutes=5)
    assert len(box.mails) == 2
    assert sorted(kit.outcome().values(), key=str) == [("sent", None)] * 2 + [("skipped", "stopped")] * 3
    assert (kit.view(mailing_id).state, kit.runs()[0].state) == ("stopped", "stopped")


def test_stopping_ends_every_time_that_is_not_through(cast: Cast, clock: Clock) -> None:
    """Messages that are sent by hand may wait for months, and the next time comes all the same."""
    one = added(cast.owner, name="甲", phones=["13800138001"])
    timing = Timing(NOW.date() + timedelta(days=1), 9, Interval(1, "day"))
    mailing_id = kit.drafted(cast.owner, way="sms", subject="", timing=timing)
    kit.begun(cast.owner, mailing_id)
    for hours in (23, *[24] * 21):
        kit.let_run(clock, hours=hours)
    assert {(run.state, kit.outcome()[one]) for run in kit.runs()} == {("going", ("waiting", None))}
    with work(cast.owner, clock.now) as w:
        mailings.stop(w, mailing_id)
    assert [run.state for run in kit.runs()] == ["stopped"] * 22
    assert {(row.state, row.reason) for row in kit.items()} == {("skipped", "stopped")}
    with work(cast.owner, clock.now) as w:
        assert not sent_by_hand(w, mailing_id, kit.runs()[0].id, one)


def test_only_who_wrote_it_sends_it(cast: Cast, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    with pytest.raises(NotAllowed):
        kit.begun(cast.manager, mailing_id)
    with pytest.raises(NotFound):
        kit.begun(cast.outsider, mailing_id)
    with pytest.raises(NotAllowed):
        kit.drafted(cast.reader)
    with pytest.raises(NotFound), work(cast.colleague, NOW) as w:
        mailings.stop(w, mailing_id)


def test_all_messages_together_leave_no_faster_than_may_be(cast: Cast, clock: Clock, box: Box) -> None:
    for n in range(10):
        added(cast.owner, name=f"客户{n}", emails=[f"a{n}@example.com"])
    for _ in range(2):
        kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    for seconds in range(60):
        assert len(box.mails) <= 1 + seconds * rules.PER_MINUTE / 60
        kit.let_run(clock, seconds=1)
    assert len(box.mails) == 20


def test_a_clock_that_was_put_back_holds_nothing_up(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    with work(SYSTEM, NOW) as w:
        settings.locked(w.session, mailing_running.NEXT, {})
        settings.put(w.session, mailing_running.NEXT, {"at": (NOW + timedelta(days=1000)).isoformat()})
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    assert kit.outcome() == {one: ("sent", None)}


@pytest.mark.parametrize("per_minute", [2, 120])
def test_how_fast_they_leave_is_for_the_owner_to_say(
    app: Flask, cast: Cast, clock: Clock, box: Box, per_minute: int
) -> None:
    set_up(box, cast, per_minute=per_minute)
    for n in range(8):
        added(cast.owner, name=f"客户{n}", emails=[f"a{n}@example.com"])
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    for second in range(241):
        assert abs(len(box.mails) - min(8, 1 + second * per_minute // 60)) <= 1
        kit.let_run(clock, seconds=1)
    assert len(box.mails) == 8


# --- what the server says ---


def test_what_the_server_never_takes_is_noted_at_once(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    box.refuses = "550 no such user"
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    assert kit.outcome() == {one: ("failed", "refused")}
    kit.let_run(clock, hours=12)
    assert [row.state for row in all_jobs() if row.name == SEND.name] == ["done"]


def test_what_it_does_not_take_now_is_tried_again(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    box.refuses = "451 later, please"
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    assert kit.outcome() == {one: ("sending", None)}
    box.refuses = ""
    kit.let_run(clock, minutes=5)
    kit.let_run(clock, minutes=5)
    assert kit.outcome() == {one: ("sent", None)}
    assert len(box.mails) == 1


def test_after_some_tries_it_failed_and_can_be_tried_again(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    box.says = "452 full"
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)
    for _ in range(30):
        kit.let_run(clock, hours=1)
    assert kit.outcome() == {one: ("failed", "server")}
    assert kit.runs()[0].state == "done"
    assert {row.state for row in all_jobs()} == {"done"}  # nothing is given up, and no mail tells of mails that fail
    assert failures(cast) == ["failed"]
    box.says = ""
    with work(cast.owner, clock.now) as w:
        mailings.set_archived(w, mailing_id, True)
        assert mailing_running.try_again(w, mailing_id, kit.runs()[0].id) == 1
    assert kit.view(mailing_id).archived_at is None
    kit.let_run(clock, seconds=1)
    kit.let_run(clock, minutes=5)
    assert kit.outcome() == {one: ("sent", None)}
    assert kit.view(mailing_id).state == "done"


def test_an_address_that_is_none_harms_nobody_else(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    two = added(cast.owner, name="乙", emails=["b@example.com"])
    with work(SYSTEM, NOW) as w:
        bad = {"normalised": "a@example.com\r\nBcc: x@example.com"}
        w.session.execute(update(contact_point).where(contact_point.c.customer_id == one).values(bad))
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=2)
    assert kit.outcome() == {one: ("failed", "bad_address"), two: ("sent", None)}
    assert box.to == [["b@example.com"]]


def test_without_mail_nothing_begins(app: Flask, cast: Cast) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    with pytest.raises(Refused, match="not set up"):
        kit.begun(cast.owner, mailing_id)
    assert kit.view(mailing_id).state == "draft"


def without_an_address(actor: Actor, at: datetime, was: str = "") -> str:
    """The mail settings lose the address links lead to, or get it back; which it was."""
    with work(actor, at) as w:
        row = settings.locked(w.session, mail.SETTING, {})
        settings.put(w.session, mail.SETTING, {**row, "base_url": was})
    return str(row["base_url"])


def test_no_mail_leaves_without_a_link_that_ends_it(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)
    was = without_an_address(cast.admin, NOW)
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=1)
    assert box.mails == []
    assert kit.outcome() == {one: ("failed", "no_mail")}
    assert failures(cast) == ["failed"]
    without_an_address(cast.admin, NOW, was)
    with work(cast.owner, clock.now) as w:
        assert mailing_running.try_again(w, mailing_id, kit.runs()[0].id) == 1
    kit.let_run(clock, seconds=1)
    kit.let_run(clock, minutes=1)
    assert kit.outcome() == {one: ("sent", None)}
    assert "<http" in box.mails[0]["List-Unsubscribe"]


def test_a_worker_that_dies_after_sending_sends_the_same_mail(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    kit.begun(cast.owner, kit.drafted(cast.owner))
    clock.advance(seconds=30)
    for kind in (BEGIN, GO):
        worker(clock, kind).run_due()
    run_id = kit.runs()[0].id
    first, second = (mailing_sending.prepare(run_id, one, clock.now) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.mail is not None
    assert second.mail is not None
    assert first.mail["Message-ID"] == second.mail["Message-ID"]
    assert first.mail["List-Unsubscribe"] == second.mail["List-Unsubscribe"]
    for each in (first, second):
        mailing_sending.sent(each, clock.now)
    assert len(kit.told("mailing.sent")) == 1


# --- again and again ---


def test_what_ends_its_worker_each_time_is_not_waited_for(
    cast: Cast, clock: Clock, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)

    def breaks(*_args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(mailing_sending, "prepare", breaks)
        for _ in range(20):
            kit.let_run(clock, hours=1)
    assert [row.state for row in all_jobs() if row.name == SEND.name] == ["parked"]
    assert kit.outcome() == {one: ("failed", "server")}
    assert (kit.runs()[0].state, kit.view(mailing_id).state) == ("done", "done")
    assert failures(cast) == ["failed"]


def test_a_run_nobody_works_on_any_more_is_taken_up_once(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    kit.begun(cast.owner, kit.drafted(cast.owner))
    clock.advance(seconds=30)
    worker(clock, BEGIN).run_due()
    with work(SYSTEM, clock.now) as w:
        assert mailing_running.look(w) == 0
        (going,) = [row for row in all_jobs() if row.name == GO.name]
        w.session.execute(update(job).where(job.c.id == going.id).values(state="parked"))
    for _ in range(2):
        with work(SYSTEM, clock.now) as w:
            mailing_running.look(w)
    assert [row.state for row in all_jobs() if row.name == GO.name] == ["parked", "waiting"]
    kit.let_run(clock, minutes=1)
    kit.let_run(clock, minutes=1)
    assert kit.outcome() == {one: ("sent", None)}


def test_one_that_comes_back_goes_each_time_once(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    timing = Timing(NOW.date() + timedelta(days=1), 9, Interval(1, "month"))
    mailing_id = kit.drafted(cast.owner, timing=timing)
    assert kit.begun(cast.owner, mailing_id) == datetime(2026, 3, 3, 1, tzinfo=UTC)
    for _ in range(70):
        clock.advance(hours=12)
        for _ in range(2):  # the look and the begin it asked for, and both once more
            with work(SYSTEM, clock.now) as w:
                mailing_running.look(w)
            kit.let_run(clock, minutes=1)
    assert [(run.occurrence, run.state) for run in kit.runs()] == [("2026-03-03", "done"), ("2026-04-03", "done")]
    assert len(box.mails) == 2
    assert (kit.view(mailing_id).state, kit.view(mailing_id).next_at) == ("going", datetime(2026, 5, 3, 1, tzinfo=UTC))


def failures(cast: Cast) -> list[str]:
    """Of what came to nothing who wrote it was told, and how."""
    found = rows(kind="mailing.failed")
    assert {row.person_id for row in found} <= {cast.owner.id}
    return [row.data["how"] for row in found]


def test_who_leads_hears_of_what_ends_as_its_author_left(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner, timing=Timing(NOW.date(), 20, Interval(1, "day")))
    kit.begun(cast.owner, mailing_id)
    left_meanwhile(cast, one)
    for _ in range(3):
        kit.let_run(clock, days=1)
    assert (box.mails, kit.view(mailing_id).state) == ([], "stopped")
    (found,) = rows(kind="mailing.failed")
    assert (found.person_id, found.subject_id, found.data["how"]) == (cast.manager.id, mailing_id, "left")
    with reading() as x:
        assert mailings.seen(x, cast.manager, mailing_id).name == "五月促销"


def test_who_wrote_it_is_told_once_of_each_time_that_came_to_nothing(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    box.refuses = "550 no such user"
    timing = Timing(NOW.date() + timedelta(days=1), 9, Interval(1, "day"))
    mailing_id = kit.drafted(cast.owner, timing=timing)
    kit.begun(cast.owner, mailing_id)
    for hours in (23, 1, 1):
        kit.let_run(clock, hours=hours)
    assert failures(cast) == ["failed"]
    with work(cast.owner, clock.now) as w:
        mailing_running.try_again(w, mailing_id, kit.runs()[0].id)
    kit.let_run(clock, seconds=1)
    kit.let_run(clock, minutes=5)
    assert (kit.runs()[0].state, failures(cast)) == ("done", ["failed"])
    kit.let_run(clock, hours=22)
    kit.let_run(clock, hours=1)
    assert failures(cast) == ["failed", "failed"]
    added(cast.owner, name="乙", emails=["b@example.com"])
    box.refuses = ""
    kit.let_run(clock, hours=23)
    kit.let_run(clock, hours=1)
    assert ([run.state for run in kit.runs()], len(box.mails)) == (["done"] * 3, 2)
    assert failures(cast) == ["failed", "failed"]


def test_where_some_got_it_nobody_is_told(cast: Cast, clock: Clock, box: Box) -> None:
    for name in ("a", "b"):
        added(cast.owner, name=name, emails=[f"{name}@example.com"])
    kit.begun(cast.owner, kit.drafted(cast.owner))
    box.refuses = "550 no such user"
    kit.let_run(clock, seconds=30)
    box.refuses = ""
    kit.let_run(clock, minutes=1)
    kit.let_run(clock, minutes=1)
    assert sorted(state for state, _ in kit.outcome().values()) == ["failed", "sent"]
    assert failures(cast) == []


def test_what_was_missed_is_left_out(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner, timing=Timing(NOW.date(), 9, feast="women", before=1))
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, days=8)  # nothing ran on the eve of 8 March
    assert [(run.occurrence, run.state) for run in kit.runs()] == [("2026-03-07", "missed")]
    assert failures(cast) == ["missed"]
    assert box.mails == []
    assert kit.view(mailing_id).next_at == datetime(2027, 3, 7, 1, tzinfo=UTC)


def test_two_who_begin_at_once_begin_it_once(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner)
    at = kit.begun(cast.owner, mailing_id)
    with work(SYSTEM, at) as w:
        assert mailing_running.begin(w, mailing_id) is not None
        w.session.execute(update(mailing).values(next_at=at, state="going"))  # as another process still saw it
        assert mailing_running.begin(w, mailing_id) is None
    assert len(kit.runs()) == 1
    assert len(kit.items()) == 1


# --- other ways ---


def test_a_task_for_each_with_whoever_looks_after_them(cast: Cast, clock: Clock) -> None:
    one = added(cast.owner, name="甲")
    two = added(cast.colleague, name="乙")
    kit.begun(cast.manager, kit.drafted(cast.manager, way="task", subject="", body="问候 {客户}"))
    kit.let_run(clock, seconds=30)
    with reading() as x:
        rows = x.execute(select(activity).order_by(activity.c.id)).all()
    assert [(row.customer_id, row.owner_id, row.note, row.state) for row in rows] == [
        (one, cast.owner.id, "问候 甲", "planned"),
        (two, cast.colleague.id, "问候 乙", "planned"),
    ]
    assert rows[0].because["values"] == {"name": "五月促销"}
    assert kit.outcome() == {one: ("planned", None), two: ("planned", None)}
    assert told() == []  # nobody is told of each
    assert kit.runs()[0].state == "done"


def test_no_task_for_whom_was_put_away_meanwhile(cast: Cast, clock: Clock) -> None:
    one = added(cast.owner, name="甲")
    kit.begun(cast.owner, kit.drafted(cast.owner, way="task", subject="", body="请回访 {客户}"))
    clock.advance(seconds=30)
    worker(clock, BEGIN).run_due()
    archived_meanwhile(cast, one)
    kit.let_run(clock, seconds=1)
    assert kit.outcome() == {one: ("skipped", "archived")}
    with reading() as x:
        assert x.execute(select(activity)).all() == []


def test_no_task_for_whom_said_no_meanwhile(cast: Cast, clock: Clock) -> None:
    one = added(cast.owner, name="甲")
    kit.begun(cast.owner, kit.drafted(cast.owner, way="task", subject="", body="问候 {客户}"))
    clock.advance(seconds=30)
    worker(clock, BEGIN).run_due()
    with work(cast.admin, clock.now) as w:
        privacy.withdraw_consent(w, privacy.note_consent(w, one, "contact", "paper", date(2026, 3, 1)))
    kit.let_run(clock)
    assert kit.outcome() == {one: ("skipped", "opted_out")}
    with reading() as x:
        assert x.execute(select(activity)).all() == []


def test_by_sms_from_a_list_of_links(cast: Cast, clock: Clock) -> None:
    one = added(cast.owner, name="甲", phones=["13800138001"])
    two = added(cast.owner, name="乙", phones=["13800138002"])
    mailing_id = kit.drafted(cast.owner, way="sms", subject="", body="您好 {客户}")
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    run_id = kit.runs()[0].id
    assert kit.outcome() == {one: ("waiting", None), two: ("waiting", None)}
    for _ in range(2):
        with work(cast.owner, clock.now) as w:
            assert sent_by_hand(w, mailing_id, run_id, one)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(contact_point).where(contact_point.c.customer_id == two).values(opt_out=True))
    with work(cast.owner, clock.now) as w:
        assert not sent_by_hand(w, mailing_id, run_id, two)
    assert kit.outcome() == {one: ("sent", None), two: ("skipped", "opted_out")}
    assert [personal["note"] for _, personal in kit.told("mailing.sent")] == ["您好 甲"]
    assert (kit.runs()[0].state, kit.view(mailing_id).state) == ("done", "done")


def test_no_sms_goes_to_a_landline(cast: Cast) -> None:
    firm = added(cast.owner, name="公司", kind="organisation", phones=["010-64001234"])
    office = added(cast.owner, name="门店", kind="organisation", phones=["021-64001234"])
    quiet = added(cast.owner, name="不要", kind="organisation", phones=["020-64001234"])
    kazan = added(cast.owner, name="Казань", kind="organisation", phones=["+7 843 200-00-00", "+7 917 200-00-00"])
    for customer_id, number in ((firm, "13800138001"), (quiet, "13800138002")):
        point = parse_contact_point("phone", number)
        assert isinstance(point, ContactPoint)
        with work(cast.owner, NOW) as w:
            add_contact(w, customer_id, NewContact(name="李芳", points=[point]))
    opt_out("+862064001234")
    mailing_id = kit.drafted(cast.owner, way="sms", subject="", body="您好")
    with work(cast.owner, NOW) as w:
        found = mailing_whom.chosen(w.session, cast.owner, w.catalog, mailings.own(w, mailing_id), NOW)
        to = select(found.c.id, found.c.reason, contact_point.c.normalised)
        rows = w.session.execute(to.outerjoin(contact_point, contact_point.c.id == found.c.point_id))
        assert {row.id: row.normalised or row.reason for row in rows} == {
            firm: "+8613800138001",
            office: "no_address",
            quiet: "opted_out",
            kazan: "+79172000000",
        }


def go(mailing_id: int, run_id: int, w: Work) -> None:
    mailing_running.go_on(w, run_id)


def by_hand(mailing_id: int, run_id: int, w: Work) -> None:
    sent_by_hand(w, mailing_id, run_id, kit.items()[0].customer_id)


def again(mailing_id: int, run_id: int, w: Work) -> None:
    mailing_running.try_again(w, mailing_id, run_id)


@pytest.mark.parametrize("do", [go, by_hand, again])
def test_who_works_on_a_run_holds_its_message_first(
    cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch, do: Callable[[int, int, Work], None]
) -> None:
    """As who stops it does: else the two would wait for each other."""
    added(cast.owner, name="甲", phones=["13800138001"])
    mailing_id = kit.drafted(cast.owner, way="sms", subject="")
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    held: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        asked = getattr(mailing_rows, name)

        def note(*args: Any, lock: bool = False) -> Any:
            held.extend([name] * lock)
            return asked(*args, lock=lock)

        return note

    for name in ("find", "run"):
        monkeypatch.setattr(mailing_rows, name, noting(name))
    with work(cast.owner, clock.now) as w:
        do(mailing_id, kit.runs()[0].id, w)
    assert held == ["find", "run"]


# --- and the rest of the house ---


def test_two_who_got_it_become_one(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    two = added(cast.owner, name="甲", emails=["b@example.com"])
    kit.begun(cast.owner, kit.drafted(cast.owner))
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=1)
    with work(cast.owner, clock.now) as w:
        merge_customers(w, one, two)
    assert kit.outcome() == {one: ("sent", None), two: ("sent", None)}


def test_a_list_that_cannot_be_read_any_more_reaches_nobody(cast: Cast, clock: Clock, box: Box) -> None:
    added(cast.owner, name="甲", emails=["a@example.com"])
    mailing_id = kit.drafted(cast.owner, timing=Timing(NOW.date() + timedelta(days=1), 9))
    kit.begun(cast.owner, mailing_id)
    gone = ListQuery("customer", where=When("field.own.gone", "filled")).to_data()
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(mailing).values(query={"list": gone}))
    kit.let_run(clock, hours=23)
    assert (box.mails, kit.items(), [run.state for run in kit.runs()]) == ([], [], ["unreadable"])
    assert failures(cast) == ["unreadable"]
    assert kit.view(mailing_id).state == "stopped"


def opt_out(address: str) -> None:
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(contact_point).where(contact_point.c.normalised == address).values(opt_out=True))


# --- a list that is too long ---


def test_a_list_that_is_too_long_is_refused_before_anything_of_it_is_looked_at(
    cast: Cast, box: Box, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST", 2)
    for n in range(2):
        added(cast.owner, name=f"客户{n}", emails=[f"a{n}@example.com"])
    mailing_id = kit.drafted(cast.owner)
    added(cast.owner, name="第三", emails=["c@example.com"])
    with pytest.raises(mailing_whom.TooMany):
        kit.drafted(cast.owner)
    statements.clear()
    with pytest.raises(mailing_whom.TooMany):
        kit.begun(cast.owner, mailing_id)
    asked = [each for each in statements if "customer" in each]
    assert all("LIMIT" in each for each in asked)
    assert not any("contact_point" in each for each in asked)


def test_one_whose_list_grew_too_long_goes_to_nobody_and_says_so(
    cast: Cast, clock: Clock, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST", 1)
    added(cast.owner, name="甲", emails=["a@example.com"])
    day = NOW.date() + timedelta(days=1)
    again = kit.drafted(cast.owner, timing=Timing(day, 9, Interval(1, "month")))
    once = kit.drafted(cast.owner, timing=Timing(day, 9))
    for mailing_id in (again, once):
        kit.begun(cast.owner, mailing_id)
    added(cast.owner, name="乙", emails=["b@example.com"])
    kit.let_run(clock, hours=23)
    kit.let_run(clock, minutes=1)
    assert [run.state for run in kit.runs()] == ["too_many", "too_many"]
    assert failures(cast) == ["too_many", "too_many"]
    assert (box.mails, kit.items()) == ([], [])
    assert (kit.view(again).state, kit.view(once).state) == ("going", "stopped")
    assert kit.view(again).next_at is not None


def test_what_was_stopped_is_not_tried_again(cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="甲", emails=["a@example.com"])
    box.refuses = "550 no such user"
    timing = Timing(NOW.date() + timedelta(days=1), 9, Interval(1, "month"))
    mailing_id = kit.drafted(cast.owner, timing=timing)
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, hours=23)
    kit.let_run(clock, minutes=1)
    assert (kit.outcome(), kit.runs()[0].state) == ({one: ("failed", "refused")}, "done")
    with work(cast.owner, clock.now) as w:
        mailings.stop(w, mailing_id)
    with pytest.raises(Refused, match="stopped"), work(cast.owner, clock.now) as w:
        mailing_running.try_again(w, mailing_id, kit.runs()[0].id)
    assert kit.runs()[0].state == "done"
    assert kit.outcome() == {one: ("failed", "refused")}


def a_greeting_began(cast: Cast, clock: Clock) -> int:
    """Three customers, the time of a greeting has come, and its rows are made."""
    for n in range(3):
        added(cast.owner, name=f"客户{n}", emails=[f"a{n}@example.com"])
    mailing_id = kit.drafted(cast.owner, timing=Timing(NOW.date() + timedelta(days=1), 9))
    kit.begun(cast.owner, mailing_id)
    clock.advance(hours=23)
    worker(clock, BEGIN).run_due()
    return mailing_id


def test_what_comes_a_day_late_of_a_greeting_is_left_out(cast: Cast, clock: Clock, box: Box) -> None:
    mailing_id = a_greeting_began(cast, clock)
    kit.let_run(clock, days=2)  # nothing ran before its first portion
    assert box.mails == []
    assert set(kit.outcome().values()) == {("skipped", "late")}
    assert (kit.runs()[0].state, kit.view(mailing_id).state) == ("done", "done")


def test_what_is_on_its_way_too_long_is_left_out_and_goes_when_somebody_asks(
    cast: Cast, clock: Clock, box: Box
) -> None:
    mailing_id = a_greeting_began(cast, clock)
    worker(clock, GO).run_due()  # all three have their jobs
    worker(clock, SEND).run_due()
    assert len(box.mails) == 1
    kit.let_run(clock, days=2)
    assert sorted(kit.outcome().values(), key=str) == [("sent", None)] + [("skipped", "late")] * 2
    with work(SYSTEM, clock.now) as w:
        w.session.execute(update(mailing_item).where(mailing_item.c.reason == "late").values(state="failed"))
    kit.let_run(clock, minutes=1)
    with work(cast.owner, clock.now) as w:
        assert mailing_running.try_again(w, mailing_id, kit.runs()[0].id) == 2
    kit.let_run(clock, seconds=1)
    kit.let_run(clock, minutes=1)
    assert len(box.mails) == 3


# --- one of them to look at ---


def shown_after(actor: Actor, mailing_id: int, after: int = 0) -> int | None:
    """Whom the page shows it for."""
    with work(actor, NOW) as w:
        hits = mailing_whom.meant(w.session, actor, w.catalog, mailings.own(w, mailing_id), NOW)
        found = mailing_examples.example(w.session, hits, actor, "email", NOW, after=after)
        return found.id if found else None


def test_the_examples_are_those_who_would_get_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing_examples, "FIRST", 2)
    monkeypatch.setattr(mailing_examples, "GROWTH", 1)
    family = parse_contact_point("email", "family@example.com")
    assert isinstance(family, ContactPoint)
    for n in range(30):
        one = added(cast.owner, name=f"{n}", emails=[f"a{n}@example.com"] if n % 3 == 1 else [])
        with work(cast.owner, NOW) as w:
            if n % 3 == 0:
                add_point(w, one, family, shared=True)
    opt_out("a4@example.com")
    mailing_id = kit.drafted(cast.owner)
    with work(cast.owner, NOW) as w:
        chosen = mailing_whom.chosen(w.session, cast.owner, w.catalog, mailings.own(w, mailing_id), NOW)
        wanted = w.session.scalars(select(chosen.c.id).where(chosen.c.reason.is_(None)).order_by(chosen.c.id)).all()
    seen, after = [], 0
    while found := shown_after(cast.owner, mailing_id, after):
        seen.append(found)
        after = found
    assert seen == wanted
    assert len(seen) == 10


def test_an_example_of_many_is_found_among_the_first(cast: Cast, statements: list[str]) -> None:
    for n in range(mailing_examples.FIRST + 20):
        added(cast.owner, name=f"{n}", emails=[f"a{n}@example.com"])
    mailing_id = kit.drafted(cast.owner)
    statements.clear()
    assert shown_after(cast.owner, mailing_id)
    asked = [each for each in statements if "contact_point" in each]
    assert len(asked) == 2
    assert not any("row_number" in each for each in asked)
