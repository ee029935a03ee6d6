"""Activities of a file: what was done stays history, what is to come is planned; twice changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.import_findings import REJECTED, Finding
from salesapp.domain.permissions import Actor
from salesapp.services.activity_finish import finish_activity
from salesapp.services.work import work
from salesapp.store import rollups, search, timeline
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView
from salesapp.store.tables import activity, customer, deal_step, notice
from salesapp.testing import NOW, Cast
from tests.services.deal_files import a_customer, a_deal
from tests.services.import_kit import asked, brought, imported, undone

ZONE = ZoneInfo("Asia/Shanghai")
HEADER = ("key", "kind", "at", "planned_at", "state", "outcome", "customer", "deal", "owner", "note")
LATER = NOW + timedelta(days=3)


def bring(actor: Actor, *rows: str, names: tuple[str, ...] = HEADER, **options: str) -> RunView:
    question = asked("activity", dict(enumerate(names)), options=options)
    return imported(actor, brought(actor, "\n".join([",".join(names), *rows]), question))


def one(key: str = "a1") -> Any:
    with reading() as x:
        return x.execute(select(activity).where(activity.c.external_key == key)).one()


def last_contact(customer_id: int) -> datetime | None:
    with reading() as x:
        found: datetime | None = x.scalar(select(customer.c.last_contact_at).where(customer.c.id == customer_id))
        return found


def count(*where: Any) -> int:
    with reading() as x:
        return int(x.scalar(select(func.count()).select_from(activity).where(*where)) or 0)


def right() -> None:
    with reading() as x:
        for table in rollups.TABLES:
            assert rollups.compare(x, table).is_right, table.name


def problems(run: RunView) -> list[str]:
    found = [Finding.from_data(each) for each in run.findings["found"]]
    return [str(each.message) for each in found if each.how == REJECTED]


CALL = "a1,Phone Call,2025-05-01,,,,Acme,,Owner,Talked about prices"


def day(month: int, number: int, year: int = 2025) -> datetime:
    return datetime(year, month, number, 12, tzinfo=ZONE).astimezone(UTC)


def test_what_was_done_is_the_last_contact(app: Flask, cast: Cast) -> None:
    acme = a_customer(cast.owner, "Acme")
    rows = (
        CALL,
        "a2,call,2025-06-01,,,no answer,Acme,,Owner,",
        "a3,email,2025-05-09,,,,Acme,,Colleague,",
        "a4,task,2025-07-01,,,,Acme,,Owner,Sent papers",
    )
    run = bring(cast.admin, *rows)
    assert (run.added, run.rejected) == (4, 0)
    row = one()
    assert (row.kind, row.state, row.at, row.outcome, row.customer_id) == ("call", "done", day(5, 1), "reached", acme)
    assert (row.owner_id, row.scope_owner_id, row.all_day) == (cast.owner.id, cast.owner.id, False)
    assert last_contact(acme) == day(5, 9)  # neither who was not reached nor a task is a contact
    with reading() as x:
        assert x.scalar(select(func.count()).select_from(notice)) == 0
        assert [hit.title for hit in search.find(x, cast.owner, "prices", NOW, kinds=("activity",))] == [row.note]
        told = timeline.entries(x, cast.owner, customer_id=acme, now=NOW)
    assert told[-2].kind == "activity.done"
    assert told[-2].people[told[-2].data["owner"]] == "Owner"
    right()
    undone(cast.admin, run.id)
    assert last_contact(acme) is None
    right()


def test_what_is_to_come_is_planned(app: Flask, cast: Cast) -> None:
    a_customer(cast.owner, "Acme")
    bring(cast.admin, "a1,call,,2026-03-20,,,Acme,,Owner,", "a2,call,,2026-03-20 15:30,,,Acme,,Owner,")
    row = one()
    assert (row.state, row.planned_at, row.all_day, row.at) == ("planned", day(3, 20, 2026), True, None)
    assert (one("a2").all_day, one("a2").planned_at) == (False, datetime(2026, 3, 20, 7, 30, tzinfo=UTC))
    right()


def test_what_was_open_and_is_over_comes_as_asked(app: Flask, cast: Cast) -> None:
    rows = ("a1,call,,2025-05-01,open,,,,Owner,A", "a2,call,,2025-05-01,,,,,Owner,B")
    bring(cast.admin, *rows)
    assert (one().state, one("a2").state, one().at) == ("done", "done", day(5, 1))
    assert (one().outcome, one("a2").outcome) == (None, "reached"), "nobody says that who was still to be called was"
    rows = ("b1,call,,2025-05-01,open,,,,Owner,C", "b2,call,,2025-05-01,done,,,,Owner,D")
    bring(cast.admin, *rows, open_past="planned")
    assert (one("b1").state, one("b2").state) == ("planned", "done")
    right()


def test_it_ticks_nothing(app: Flask, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner, "Acme"))
    bring(cast.admin, "a1,call,2026-03-02 09:00,,,,,监护仪,Owner,Talked")
    row = one()
    assert (row.deal_id, row.customer_id) == (deal_id, 1)
    with reading() as x:
        assert x.scalar(select(func.count()).select_from(deal_step)) == 0


def test_twice_changes_nothing(app: Flask, cast: Cast) -> None:
    a_customer(cast.owner, "Acme")
    unkeyed = ("call,2025-05-01,Acme,One", "call,2025-05-01,Acme,Two", "call,2025-05-02 10:00,,One")
    for _ in range(2):
        assert bring(cast.admin, CALL).rejected == 0
        run = bring(cast.admin, *unkeyed, names=("kind", "at", "customer", "note"))
    assert (run.added, run.changed, run.same) == (0, 0, 3)
    assert count() == 4
    right()


def test_a_key_updates_until_somebody_changes_it_here(app: Flask, cast: Cast) -> None:
    acme = a_customer(cast.owner, "Acme")
    bring(cast.admin, "a1,call,,2026-03-20,,,Acme,,Owner,Ask")
    run = bring(cast.admin, "a1,call,2026-03-01,2026-03-20,done,,Acme,,Owner,Asked")
    assert (run.changed, one().state, one().note, last_contact(acme)) == (1, "done", "Asked", day(3, 1, 2026))
    right()
    undone(cast.admin, run.id)
    assert (one().state, one().note, last_contact(acme)) == ("planned", "Ask", None)
    right()
    with work(cast.owner, NOW) as w:
        finish_activity(w, one().id, outcome="reached", note="Mine")
    run = bring(cast.admin, "a1,call,2026-03-01,2026-03-20,done,,Acme,,Owner,Asked")
    assert (run.changed, run.rejected, one().note) == (0, 1, "Mine")


def test_taken_back_the_file_can_come_again(app: Flask, cast: Cast) -> None:
    rows = (CALL, "a2,call,,2026-03-20,,,New one,,Owner,")
    run = undone(cast.admin, bring(cast.admin, *rows, make_customers="yes").id)
    assert (run.state, run.left, count(activity.c.state != "cancelled")) == ("undone", 0, 0)
    with reading() as x:
        assert x.scalar(select(func.count()).select_from(customer).where(customer.c.archived_at.is_(None))) == 0
        assert search.find(x, cast.admin, "prices", NOW, kinds=("activity",)) == []
    right()
    assert bring(cast.admin, *rows, make_customers="yes").added == 2
    right()


@pytest.mark.parametrize(
    ("row", "part"),
    [
        ("a1,telepathy,2025-05-01,,,,Acme,,Owner,A", "telepathy"),
        ("a1,call,,,,,Acme,,Owner,A", "no day"),
        ("a1,call,2027-05-01,,done,,Acme,,Owner,A", "2027-05-01"),
        ("a1,call,2025-05-01,,,,Nobody,,Owner,A", "Nobody"),
        ("a1,call,2025-05-01,,,,,Nothing,Owner,A", "Nothing"),
        ("a1,call,2025-05-01,,,,,,Owner,", "neither"),
        ("a1,call,2025-05-01,,,perhaps,Acme,,Owner,A", "perhaps"),
    ],
)
def test_what_is_wrong_is_said(app: Flask, cast: Cast, row: str, part: str) -> None:
    a_customer(cast.owner, "Acme")
    run = bring(cast.admin, row)
    assert (run.added, run.rejected) == (0, 1)
    assert part in problems(run)[0]
