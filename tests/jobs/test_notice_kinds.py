"""Notices go out by mail: after half a minute, not in quiet hours, never what was taken back; and one digest a day."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.notices import APP, OFF
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.jobs.notice_kinds import DIGEST, LOOK, MAIL
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.jobs import enqueue
from salesapp.services.notices import read_one
from salesapp.services.pool import assign_customer
from salesapp.services.work import Work, work
from salesapp.store import people
from salesapp.store.engine import reading
from salesapp.store.tables import job, notice, notice_digest
from salesapp.testing import NOW, Cast, Clock
from tests.jobs.kit import worker
from tests.services.deal_files import a_customer, a_deal
from tests.services.decision_kit import decide, requested, withdraw
from tests.services.mail_kit import Box, choose, mail_server, rows, set_up

EIGHT = NOW - timedelta(hours=2)  # in the morning, in Shanghai


@pytest.fixture
def box(cast: Cast) -> Iterator[Box]:
    """A mail server that is set up."""
    with mail_server() as found:
        set_up(found, cast)
        yield found


def run(clock: Clock, **later: float) -> None:
    """Do what is due then."""
    clock.advance(**later)
    worker(clock, MAIL, DIGEST).run_due()


def look(clock: Clock) -> None:
    worker(clock, LOOK).run_due()


def given(cast: Cast, at: Any = NOW) -> int:
    """A customer the manager gives to the colleague."""
    customer_id = a_customer(cast.manager)
    with work(cast.manager, at) as w:
        assign_customer(w, customer_id, cast.colleague.id)
    return customer_id


def states(name: str) -> list[tuple[str, str]]:
    with reading() as x:
        return [tuple(row) for row in x.execute(select(job.c.state, job.c.error).where(job.c.name == name))]


def test_after_half_a_minute_it_is_mailed_once(cast: Cast, clock: Clock, box: Box) -> None:
    customer_id = given(cast)
    run(clock, seconds=29)
    assert box.mails == []
    run(clock, seconds=1)
    run(clock, hours=1)
    (mail,) = box.mails
    assert box.to == [["colleague@example.com"]]
    assert mail["Subject"] == "Manager 把客户交给了你：卢沟桥医院"  # the language of the company's country
    assert f"https://crm.example.com/customers/{customer_id}" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert mail["Message-ID"].startswith("<notice-")
    assert rows()[0].mailed_at is not None
    assert states(MAIL.name) == [("done", "")]


def test_everybody_is_written_in_their_own_language(cast: Cast, clock: Clock, box: Box) -> None:
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.colleague.id or 0), {"language": "ru"})
    given(cast)
    run(clock, seconds=30)
    assert box.mails[0]["Subject"] == "Manager — вам передан клиент: 卢沟桥医院"


def undo_by_hand_over(cast: Cast, customer_id: int) -> None:
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, cast.manager.id)


def undo_by_other_hand(cast: Cast, customer_id: int) -> None:
    with work(cast.admin, NOW) as w:
        assign_customer(w, customer_id, cast.owner.id)
        w.session.execute(update(notice).where(notice.c.person_id == cast.owner.id).values(read_at=NOW))


def by_reading(cast: Cast, customer_id: int) -> None:
    with work(cast.colleague, NOW) as w:
        read_one(w, rows()[0].id)


def by_switching_off(cast: Cast, customer_id: int) -> None:
    choose(cast.colleague, ways={"customer.given": APP})


def by_leaving(cast: Cast, customer_id: int) -> None:
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.colleague.id or 0), {"deactivated_at": NOW})


@pytest.mark.parametrize("how", [undo_by_hand_over, undo_by_other_hand, by_reading, by_switching_off, by_leaving])
def test_what_was_taken_back_read_or_switched_off_meanwhile_is_not_mailed(
    cast: Cast, clock: Clock, box: Box, how: Callable[[Cast, int], None]
) -> None:
    how(cast, given(cast))
    run(clock, seconds=60)
    assert box.mails == []
    assert {state for state, _ in states(MAIL.name)} == {"done"}


def hand(cast: Cast, customer_id: int, to: Actor, seconds: float) -> None:
    with work(cast.manager, NOW + timedelta(seconds=seconds)) as w:
        assign_customer(w, customer_id, to.id)


def test_what_holds_again_is_mailed_though_its_first_mail_was_due_meanwhile(cast: Cast, clock: Clock, box: Box) -> None:
    customer_id = given(cast)
    hand(cast, customer_id, cast.owner, 5)
    run(clock, seconds=31)  # the mail to the colleague is due, and nothing to tell
    assert box.mails == []
    hand(cast, customer_id, cast.colleague, 33)  # the owner had it by mistake
    run(clock, seconds=32)
    assert box.to == [["colleague@example.com"]]
    hand(cast, customer_id, cast.owner, 64)
    hand(cast, customer_id, cast.colleague, 65)  # once more: that mail is out
    run(clock, minutes=5)
    assert box.to == [["colleague@example.com"]]


def test_what_was_planned_and_cancelled_is_not_mailed(cast: Cast, clock: Clock, box: Box) -> None:
    choose(cast.owner, ways={"activity.given": "mail"})
    customer_id = a_customer(cast.owner)
    for cancels in (True, False):
        with work(cast.manager, NOW) as w:
            new = NewActivity(kind="visit", customer_id=customer_id, owner_id=cast.owner.id, planned_at=NOW)
            activity_id = plan_activity(w, new)
            if cancels:
                cancel_activity(w, activity_id)
    run(clock, seconds=30)
    (mail,) = box.mails
    said = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (
        "事项：拜访\r\n时间：3月2日周一\r\n来自：Manager，3月2日周一 10:00\r\nhttps://crm.example.com/customers/1"
        in said
    )


def test_a_request_that_was_decided_meanwhile_is_not_mailed(app: Flask, cast: Cast, clock: Clock, box: Box) -> None:
    _, first = requested(app, cast)
    withdraw(cast.owner, first)
    _, second = requested(app, cast)
    decide(cast.manager, second)
    run(clock, seconds=30)
    assert [(to, mail["Subject"].split("：")[0]) for to, mail in zip(box.to, box.mails, strict=True)] == [
        (["owner@example.com"], "Manager 同意了你的申请")
    ]


def test_in_quiet_hours_it_waits_for_their_end(cast: Cast, clock: Clock, box: Box) -> None:
    given(cast, NOW + timedelta(hours=11))  # nine in the evening
    run(clock, hours=12)
    assert box.mails == []
    run(clock, hours=9)
    assert len(box.mails) == 1


def test_quiet_hours_that_are_chosen_meanwhile_count(cast: Cast, clock: Clock, box: Box) -> None:
    given(cast)
    choose(cast.colleague, quiet_from=9, quiet_to=12)
    run(clock, seconds=60)
    assert box.mails == []
    run(clock, hours=2)
    assert len(box.mails) == 1
    assert [state for state, _ in states(MAIL.name)] == ["done", "done"]


def test_who_may_no_longer_see_it_gets_no_mail(cast: Cast, clock: Clock, box: Box) -> None:
    customer_id = given(cast)
    with work(SYSTEM, NOW) as w:  # as if rights had changed in a way nobody thought of
        w.session.execute(update(notice).values(person_id=cast.outsider.id, kind="decision.decided", data={}))
        w.session.execute(update(notice).values(subject_kind="customer", subject_id=customer_id))
    run(clock, seconds=60)
    assert box.mails == []


def test_a_failure_says_why_and_is_tried_again(cast: Cast, clock: Clock, box: Box) -> None:
    given(cast)
    box.says = "451 later"
    run(clock, seconds=30)
    assert states(MAIL.name) == [("waiting", "The server did not take the mail.")]
    assert rows()[0].mailed_at is None
    box.says = ""
    run(clock, minutes=5)
    assert len(box.mails) == 1


def test_without_an_address_for_links_nothing_is_sent(cast: Cast, clock: Clock, box: Box) -> None:
    set_up(box, cast, base_url="")
    given(cast)
    run(clock, seconds=30)
    assert box.mails == []
    assert "base_url" in states(MAIL.name)[0][1]


# --- the digest ---


def plan(actor: Actor, days: float, note: str, customer_id: int | None = None) -> int:
    at = NOW + timedelta(days=days)
    with work(actor, min(NOW, at)) as w:
        return plan_activity(w, NewActivity(planned_at=at, note=note, customer_id=customer_id, all_day=days != 0))


def morning(clock: Clock) -> None:
    """Eight in Shanghai: what the worker does then."""
    clock.now = EIGHT
    look(clock)
    worker(clock, MAIL, DIGEST).run_due()


def text_of(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def test_a_digest_says_what_is_overdue_what_today_brings_and_what_is_unread(cast: Cast, clock: Clock, box: Box) -> None:
    customer_id = a_customer(cast.owner)
    plan(cast.owner, -3, "", customer_id)
    plan(cast.owner, 0, "打电话确认")
    plan(cast.owner, 3, "以后的事")
    with work(cast.manager, NOW) as w:
        plan_activity(
            w, NewActivity(planned_at=NOW + timedelta(days=5), customer_id=customer_id, owner_id=cast.owner.id)
        )
    morning(clock)
    (mail,) = box.mails
    assert (box.to, mail["Subject"]) == ([["owner@example.com"]], "今日安排 · 3月2日周一")
    text = text_of(mail)
    for part in ("逾期：1", "卢沟桥医院", "今天：1", "打电话确认", "10:00", "未读提醒", "Manager 给你安排了跟进"):
        assert part in text, part
    assert "以后的事" not in text


def test_a_digest_tells_nothing_that_was_undone_or_cannot_be_seen(cast: Cast, clock: Clock, box: Box) -> None:
    gone = given(cast, EIGHT - timedelta(hours=9))
    seen = a_customer(cast.owner, "仁济医院")
    for hours, to in ((9, cast.manager), (8, cast.owner)):  # the manager still sees it
        with work(cast.admin, EIGHT - timedelta(hours=hours)) as w:
            assign_customer(w, seen, to.id)
    with work(cast.manager, EIGHT - timedelta(hours=8)) as w:
        assign_customer(w, gone, cast.owner.id)
        w.session.execute(update(notice).where(notice.c.person_id == cast.owner.id).values(read_at=NOW))
    morning(clock)
    assert box.mails == []
    with work(cast.manager, EIGHT - timedelta(hours=7)) as w:
        assign_customer(w, a_customer(cast.manager, "华山医院"), cast.colleague.id)
    clock.advance(days=1)
    look(clock)
    worker(clock, DIGEST).run_due()
    (mail,) = box.mails
    assert "华山医院" in text_of(mail)
    assert "卢沟桥医院" not in text_of(mail)
    assert text_of(mail).count("Manager") == 1


def test_it_comes_once_a_day_whoever_looks(cast: Cast, clock: Clock, box: Box) -> None:
    plan(cast.owner, -1, "旧事")
    for _ in range(3):
        morning(clock)
    clock.advance(hours=1)
    with work(SYSTEM, clock.now) as w:
        enqueue(w, LOOK.name)
        enqueue(w, DIGEST.name, {"person": cast.owner.id, "day": "2026-03-02"})
    run(clock)
    look(clock)
    run(clock)
    assert len(box.mails) == 1
    clock.advance(days=1)
    look(clock)
    run(clock)
    assert len(box.mails) == 2


def test_it_comes_at_each_ones_hour_in_their_zone(cast: Cast, clock: Clock, box: Box) -> None:
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.owner.id or 0), {"zone": "Europe/Moscow", "language": "ru"})
    plan(cast.owner, -1, "A")
    plan(cast.colleague, -1, "B")
    choose(cast.colleague, digest_hour=6)
    hours: dict[str, int] = {}
    for hour in range(24):
        clock.now = NOW.replace(hour=0) + timedelta(hours=hour - 6)
        before = len(box.mails)
        look(clock)
        run(clock)
        hours |= {to[0]: hour - 6 for to in box.to[before:] if to[0] not in hours}
    assert hours == {"colleague@example.com": -2, "owner@example.com": 5}  # in UTC
    assert box.mails[1]["Subject"] == "Ваш день: пн, 2 мар."


@pytest.mark.parametrize("why", ["nothing", "switched off", "overdue switched off", "too late"])
def test_when_none_is_sent(cast: Cast, clock: Clock, box: Box, why: str) -> None:
    if why != "nothing":
        plan(cast.owner, -1, "旧事")
    if why == "switched off":
        choose(cast.owner, digest_hour=None)
    if why == "overdue switched off":
        choose(cast.owner, ways={"activity.overdue": OFF})
    clock.now = EIGHT + timedelta(hours=4 if why == "too late" else 0)
    look(clock)
    run(clock)
    assert box.mails == []


def test_a_digest_that_failed_is_sent_as_long_as_it_is_morning(cast: Cast, clock: Clock, box: Box) -> None:
    plan(cast.owner, -1, "旧事")
    box.says = "451 later"
    morning(clock)
    box.says = ""
    run(clock, hours=3, minutes=59)
    assert len(box.mails) == 1


@pytest.mark.parametrize("hours", [4, 14, 24])  # later, in the quiet hours, the next day
def test_a_digest_that_failed_all_morning_is_left_out(cast: Cast, clock: Clock, box: Box, hours: int) -> None:
    plan(cast.owner, -1, "旧事")
    box.says = "451 later"
    morning(clock)
    box.says = ""
    run(clock, hours=hours)
    assert box.mails == []
    with reading() as x:
        assert x.scalars(select(notice_digest.c.sent_at).where(notice_digest.c.person_id == cast.owner.id)).all() == [
            None
        ]


# --- those who look after it ---


def break_(w: Work, name: str, **values: Any) -> None:
    enqueue(w, name, {"notice": 0, "person": 0, "day": "2026-03-01"}, run_at=NOW + timedelta(days=9))
    newest = select(job.c.id).order_by(job.c.id.desc()).limit(1).scalar_subquery()
    w.session.execute(update(job).where(job.c.id == newest).values(**values))


def test_what_was_given_up_is_told_to_who_manages_the_settings_once(cast: Cast, clock: Clock, box: Box) -> None:
    choose(cast.admin, digest_hour=None)
    with work(SYSTEM, NOW) as w:
        break_(w, "events.seal", state="parked", finished_at=NOW)
        break_(w, MAIL.name, state="parked", finished_at=NOW)
    for _ in range(2):
        look(clock)
        clock.advance(minutes=15)
    assert [(row.person_id, row.kind) for row in rows()] == [(cast.admin.id, "job.parked")] * 2
    run(clock)
    assert [mail["Subject"] for mail in box.mails] == ["一个后台任务试了八次仍未成功，已停止"]  # not about the mail


def test_mails_that_keep_failing_are_told_in_the_app_once_a_day(cast: Cast, clock: Clock, box: Box) -> None:
    with work(SYSTEM, NOW) as w:
        break_(w, MAIL.name, attempts=2, error="x")
    look(clock)
    assert rows() == []
    with work(SYSTEM, NOW) as w:
        break_(w, DIGEST.name, attempts=3, error="x")
    for _ in range(3):
        clock.advance(minutes=15)
        look(clock)
    assert [(row.person_id, row.kind) for row in rows()] == [(cast.admin.id, "mail.failing")]
    assert MAIL.name not in {row.name for row in _waiting() if row.attempts == 0}


def _waiting() -> list[Any]:
    with reading() as x:
        return list(x.execute(select(job).where(job.c.state == "waiting")))


def test_a_deal_of_somebody_else(app: Flask, cast: Cast, clock: Clock, box: Box) -> None:
    a_deal(app, cast.manager, owner_id=cast.owner.id, customer_id=a_customer(cast.manager))
    run(clock, seconds=30)
    assert box.mails[0]["Subject"] == "Manager 把商机交给了你：卢沟桥医院 · 监护仪"


def test_a_mail_says_what_with_whom_when_why_and_from_whom(cast: Cast, clock: Clock, box: Box) -> None:
    choose(cast.owner, ways={"activity.given": "mail"})
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as w:
        contact_id = add_contact(w, customer_id, NewContact(name="陈护士长"))
    with work(cast.manager, NOW) as w:
        first = plan_activity(
            w,
            NewActivity(
                kind="visit",
                customer_id=customer_id,
                contact_id=contact_id,
                owner_id=cast.owner.id,
                planned_at=NOW,
                all_day=False,
                note="送样品\n" + "x" * 400,
                because="院长问过",
            ),
        )
        finish_activity(w, first, "not_reached", "没人接", NOW + timedelta(days=1))
    run(clock, seconds=30)
    (mail,) = box.mails  # what is done already is told to nobody
    said = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    for line in (
        "事项：拜访",
        "联系人：陈护士长",
        "时间：3月3日周二",
        "原因：上次没联系上",
        "来自：Manager，3月2日周一 10:00",
    ):
        assert line in said
    assert "没人接" not in said  # the next one has no note of its own yet
    assert "原因：上次没联系上<br>" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_a_mail_holds_one_line_of_anybodys_words(cast: Cast, clock: Clock, box: Box) -> None:
    choose(cast.owner, ways={"activity.given": "mail"})
    new = NewActivity(
        customer_id=a_customer(cast.owner),
        owner_id=cast.owner.id,
        planned_at=NOW,
        note="送样品\n" + "x" * 400,
        because="院长 <b>问过</b>",
    )
    with work(cast.manager, NOW) as w:
        plan_activity(w, new)
    run(clock, seconds=30)
    (mail,) = box.mails
    said = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "说明：送样品 xxx" in said
    assert "x" * 201 not in said
    assert "原因：院长 <b>问过</b>" in said
    assert "&lt;b&gt;问过" in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
