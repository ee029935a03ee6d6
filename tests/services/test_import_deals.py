"""Deals of a file: found customers, owners, words, a second time, what was moved here, and all of it taken back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.follow_up import OnDate, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.import_findings import REJECTED, Finding
from salesapp.domain.importing import ImportAsked
from salesapp.domain.permissions import Actor
from salesapp.services import import_pass, import_runs, import_work
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.deal_archive import archive_deal
from salesapp.services.deal_moves import move_deal
from salesapp.services.own_fields import add_field
from salesapp.services.work import work
from salesapp.store import rollups, search, timeline
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView
from salesapp.store.tables import customer, deal, event, notice, own_field, stage_event
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import a_customer, ready
from tests.services.follow_up_kit import a_rule, jobs, only, planned
from tests.services.import_kit import asked, bring_in, brought, checked, imported, undone, view, work_off

ZONE = ZoneInfo("Asia/Shanghai")
HEADER = ("key", "title", "customer", "owner", "stage", "entered.contact", "entered.needs", "closed_at", "amount")
LATER = NOW + timedelta(days=20)


def question(names: tuple[str, ...] = HEADER, **more: Any) -> ImportAsked:
    """Columns that are called like their fields."""
    return asked("deal", dict(enumerate(names)), **more)


def lines(*rows: str, names: tuple[str, ...] = HEADER) -> str:
    return "\n".join([",".join(names), *rows])


def bring(actor: Actor, *rows: str, names: tuple[str, ...] = HEADER, now: datetime = NOW, **more: Any) -> RunView:
    options = {"make_customers": "yes", **more.pop("options", {})}
    run_id = brought(actor, lines(*rows, names=names), question(names, options=options, **more))
    return imported(actor, run_id, now)


def one(key: str = "k1") -> Any:
    with reading() as x:
        return x.execute(select(deal).where(deal.c.external_key == key, deal.c.archived_at.is_(None))).one()


def steps(deal_id: int) -> list[tuple[str, int | None]]:
    with reading() as x:
        query = select(stage_event.c.stage, stage_event.c.secs_in_prev).where(
            stage_event.c.deal_id == deal_id, stage_event.c.undone_at.is_(None)
        )
        return [tuple(row) for row in x.execute(query.order_by(stage_event.c.id))]


def right() -> None:
    with reading() as x:
        for table in rollups.TABLES:
            assert rollups.compare(x, table).is_right, table.name


def count(table: Any, *where: Any) -> int:
    with reading() as x:
        return int(x.scalar(select(func.count()).select_from(table).where(*where)) or 0)


def problems(run: RunView) -> list[str]:
    """The sentences of a run, in the order they were found."""
    found = [Finding.from_data(each) for each in run.findings["found"]]
    return [str(each.message) for each in found if each.how == REJECTED]


WON = "k1,Monitor,Acme,Owner,:won,2025-03-03,2025-03-10,2025-04-12,1054"
OPEN = "k2,Scanner,Acme,colleague@example.com,needs,2025-05-01,2025-05-08,,"


def test_a_deal_comes_with_its_past(app: Flask, cast: Cast) -> None:
    run = bring(cast.admin, WON, OPEN)
    assert (run.state, run.added, run.rejected) == ("done", 2, 0)
    row = one()
    assert (row.title, row.state, row.stage, row.amount_minor) == ("Monitor", "won", "needs", 105_400)
    assert row.owner_id == row.scope_owner_id == cast.owner.id
    assert row.team_id == cast.owner.team_id
    assert row.created_at == datetime(2025, 3, 3, 12, tzinfo=ZONE).astimezone(UTC)
    assert row.touched_at == row.closed_at
    assert steps(row.id) == [("contact", None), ("needs", 7 * 86_400), (":won", 33 * 86_400)]
    assert one("k2").owner_id == cast.colleague.id
    assert count(notice) == 0
    assert count(customer) == 1
    right()


def test_the_customer_of_both_is_made_once_and_belongs_to_the_first_deals_owner(app: Flask, cast: Cast) -> None:
    people = ["Owner"] + ["Colleague"] * 249
    rows = [f"n{n},Deal {n},Acme,{who},contact,2025-05-01,,," for n, who in enumerate(people)]  # over several portions
    assert bring(cast.admin, *rows).added == 250
    with reading() as x:
        made = x.execute(select(customer)).one()
    assert (made.name, made.kind, made.owner_id) == ("Acme", "organisation", cast.owner.id)
    with reading() as x:
        assert [hit.id for hit in search.find(x, cast.owner, "Acme", NOW, kinds=("customer",))] == [made.id]


def test_the_timeline_tells_the_past(app: Flask, cast: Cast) -> None:
    bring(cast.admin, WON)
    row = one()
    with reading() as x:
        told = timeline.entries(x, cast.owner, deal_id=row.id, now=NOW)
    assert [each.kind for each in told] == ["deal.won", "deal.moved", "deal.opened"]
    assert [each.at.date() for each in told] == [date(2025, 4, 12), date(2025, 3, 10), date(2025, 3, 3)]
    assert {each.noted_at for each in told} == {NOW}
    assert told[1].data["secs"] == 7 * 86_400
    assert all(each.data["day"] for each in told)
    with reading() as x:
        batches = set(x.scalars(select(event.c.batch_id).where(event.c.deal_id == row.id)))
    assert batches == {told[0].data["import"]}


def test_twice_changes_nothing(app: Flask, cast: Cast) -> None:
    plain = ("title", "customer", "owner", "created_at")
    unkeyed = ("A,Acme,Owner,2025-01-02", "A,Acme,Owner,2025-01-03", "B,,Owner,2025-01-02")
    for _ in range(2):
        bring(cast.admin, WON, OPEN)
        run = bring(cast.admin, *unkeyed, names=plain)
    assert (run.added, run.changed, run.same) == (0, 0, 3)
    assert count(deal) == 5
    right()


def test_rows_without_a_key_that_are_alike_are_deals_of_their_own(app: Flask, cast: Cast) -> None:
    names = ("title", "customer", "created_at", "amount")
    rows = ("A,Acme,2025-01-02,1", "A,Acme,2025-01-02,2", "A,Acme,2025-01-02,1")
    assert (run := bring(cast.admin, *rows, names=names)).added == 2, run.findings
    assert bring(cast.admin, *rows, names=names).same == 3
    assert count(deal) == 2


def test_a_key_updates(app: Flask, cast: Cast) -> None:
    bring(cast.admin, OPEN)
    bring(cast.admin, "k2,Scanner X,Acme,Owner,needs,2025-05-01,2025-05-08,,99", now=LATER)
    row = one("k2")
    assert (row.title, row.amount_minor, row.owner_id, row.version) == ("Scanner X", 9900, cast.owner.id, 2)
    with reading() as x:
        assert [hit.title for hit in search.find(x, cast.owner, "Scanner X", NOW, kinds=("deal",))] == ["Scanner X"]
        told = timeline.entries(x, cast.admin, deal_id=row.id, now=NOW)[0]
    assert told.kind == "deal.changed"
    assert told.data["to_owner"] == cast.owner.id
    assert count(notice) == 0
    right()


def test_a_path_is_made_anew(app: Flask, cast: Cast) -> None:
    bring(cast.admin, OPEN)
    run = bring(cast.admin, "k2,Scanner,Acme,colleague@example.com,:won,2025-05-01,2025-05-09,2025-06-09,")
    assert run.changed == 1
    row = one("k2")
    assert (row.state, row.stage) == ("won", "needs")
    assert steps(row.id) == [("contact", None), ("needs", 8 * 86_400), (":won", 31 * 86_400)]
    right()
    undone(cast.admin, run.id)
    assert steps(row.id) == [("contact", None), ("needs", 7 * 86_400)]
    assert (one("k2").state, one("k2").closed_at) == ("open", None)
    right()


def test_a_path_somebody_walked_here_stays(app: Flask, cast: Cast) -> None:
    bring(cast.admin, OPEN)
    row = one("k2")
    ready(cast.colleague, row.id)
    with work(cast.colleague, NOW) as w:
        move_deal(w, row.id, "contact", row.version)
    run = bring(cast.admin, "k2,,,,solution,,,,7", now=LATER)
    assert (run.changed, run.rejected) == (0, 1)
    assert "Somebody moved this deal here" in problems(run)[0]
    assert "Contact" in problems(run)[0]
    run = bring(cast.admin, "k2,,,,,,,,7", now=LATER)  # what it is worth may still be brought
    assert (run.changed, one("k2").amount_minor) == (1, 700)
    right()


def test_all_of_it_is_taken_back_and_can_come_again(app: Flask, cast: Cast) -> None:
    run = undone(cast.admin, bring(cast.admin, WON, OPEN).id)
    assert (run.state, run.left) == ("undone", 0)
    assert count(deal, deal.c.archived_at.is_(None)) == count(customer, customer.c.archived_at.is_(None)) == 0
    assert count(deal, deal.c.external_key.is_not(None)) == 0
    with reading() as x:
        assert search.find(x, cast.admin, "Monitor", NOW, kinds=("deal",)) == []
        for table in rollups.TABLES:
            kept = rollups.compare(x, table)
            assert kept.is_right, table.name
            assert kept.counts["right"] == 0, table.name
    assert bring(cast.admin, WON, OPEN).added == 2
    right()


def test_imports_are_taken_back_one_after_the_other_the_newest_first(app: Flask, cast: Cast) -> None:
    runs = [bring(cast.admin, WON.replace("1054", amount), OPEN) for amount in ("70", "80", "90")]
    assert one().amount_minor == 90_00
    for run, before in zip(reversed(runs), (80_00, 70_00), strict=False):
        assert undone(cast.admin, run.id).left == 0
        assert one().amount_minor == before
    assert undone(cast.admin, runs[0].id).left == 0
    assert count(deal, deal.c.archived_at.is_(None)) == count(customer, customer.c.archived_at.is_(None)) == 0
    right()


def test_what_somebody_worked_on_stays(app: Flask, cast: Cast) -> None:
    run = bring(cast.admin, WON, OPEN)
    with work(cast.colleague, NOW) as w:
        note_activity(w, NewActivity(kind="call", outcome="reached", deal_id=one("k2").id))
    run = undone(cast.admin, run.id)
    assert run.left == 2  # the deal, and the customer it is with
    assert count(deal, deal.c.archived_at.is_(None)) == 1
    right()


@pytest.mark.parametrize("called", [False, True])
def test_what_rules_planned_by_themselves_is_nobodys_work(app: Flask, cast: Cast, clock: Clock, called: bool) -> None:
    only(a_rule(OnDate("deal.closed", yearly=True)), a_rule(Silence(Interval(1, "week")), key="r2"))
    run = bring(cast.admin, "k1,Monitor,Acme,Owner,:won,2025-02-03,,2025-03-08,70", OPEN)
    jobs(clock)
    assert (len(planned()), len(planned(rule="own.r2"))) == (1, 1)
    if called:
        with work(cast.owner, NOW) as w:
            finish_activity(w, planned()[0].id, "reached", "")
    run = undone(cast.admin, run.id)
    assert run.left == (2 if called else 0)
    assert len(planned()) + len(planned(rule="own.r2")) == (1 if called else 0)
    right()


def test_who_bought_is_a_customer_until_it_is_taken_back(app: Flask, cast: Cast) -> None:
    a_customer(cast.owner, "Acme")
    run = bring(cast.admin, WON, "k3,Monitor,Other,Owner,:won,2025-03-03,,2025-04-12,")
    with reading() as x:
        assert set(x.scalars(select(customer.c.state))) == {"customer"}
    undone(cast.admin, run.id)
    with reading() as x:
        assert x.execute(select(customer.c.name, customer.c.state).where(customer.c.archived_at.is_(None))).all() == [
            ("Acme", "lead")
        ]


def test_an_archived_deal_stays_archived(app: Flask, cast: Cast) -> None:
    bring(cast.admin, WON)
    with work(cast.admin, NOW) as w:
        archive_deal(w, one().id)
    assert bring(cast.admin, WON).same == 1
    assert count(deal, deal.c.archived_at.is_(None)) == 0


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ("k1,A,Acme,Owner,solved,,,,", ("no stage", "solved")),
        ("k1,A,Acme,Nobody,contact,,,,", ("Nobody here is called", "Nobody")),
        ("k1,A,Acme,Owner,contact,2025-05-08,2025-05-01,,", ("2025-05-01", "2025-05-08", "Contact")),
        ("k1,A,Acme,Owner,contact,2025-05-01,,2025-06-01,", ("Contact", "2025-06-01", "open")),
        ("k1,A,Acme,Owner,:won,,,,", ("Won", "needs the day")),
        ("k1,A,Acme,Owner,contact,2025-05-41,,,", ("2025-05-41",)),
        ("k1,A,Acme,Owner,contact,,,,many", ("many",)),
        (",,,Owner,contact,,,,", ("neither a name nor a customer nor a key",)),
    ],
)
def test_what_is_wrong_is_said(app: Flask, cast: Cast, row: str, parts: tuple[str, ...]) -> None:
    run = bring(cast.admin, row)
    assert (run.added, run.rejected) == (0, 1)
    assert all(part in problems(run)[0] for part in parts), problems(run)


def test_a_word_nobody_knows_is_said_once_with_what_it_looks_like(app: Flask, cast: Cast) -> None:
    rows = [f"k{n},A,Acme,Owner,Contakt,,,," for n in range(9)]
    run = checked(cast.admin, brought(cast.admin, lines(*rows), question(options={"make_customers": "yes"})))
    found = run.findings["found"]
    assert [each["count"] for each in found] == [9]
    assert "Contakt" in str(found[0])
    assert "Contact" in str(found[0])


def test_customers_are_found_by_key_name_phone_and_mail(app: Flask, cast: Cast) -> None:
    acme = a_customer(cast.owner, "Acme", external_key="C7")
    other = a_customer(cast.owner, "Other", phones=["13800138000"], emails=["a@other.example"])
    names = ("key", "title", "customer", "customer_key", "customer_phone", "customer_email")
    rows = ("1,A,Acme,,,", "2,A,,C7,,", "3,A,,,138 0013 8000,", "4,A,,,,A@other.example", "5,A,13800138000,,,")
    assert bring(cast.admin, *rows, names=names, options={"make_customers": "no"}).added == 5
    with reading() as x:
        found = x.scalars(select(deal.c.customer_id).order_by(deal.c.external_key)).all()
    assert found == [acme, acme, other, other, other]
    with reading() as x:
        assert set(x.scalars(select(deal.c.scope_owner_id))) == {cast.owner.id}


def test_names_that_several_have_are_refused(app: Flask, cast: Cast) -> None:
    a_customer(cast.owner, "Acme")
    a_customer(cast.outsider, "Acme")
    run = bring(cast.admin, OPEN)
    assert (run.added, run.rejected) == (0, 1)
    assert "2" in problems(run)[0]
    assert bring(cast.manager, OPEN).added == 1  # of those the manager sees there is one


def test_unknown_customers_are_refused_made_or_left_out(app: Flask, cast: Cast) -> None:
    assert bring(cast.admin, OPEN, options={"make_customers": "no"}).rejected == 1
    assert bring(cast.admin, OPEN, options={"make_customers": "leave"}).added == 1
    row = one("k2")
    assert (row.customer_id, row.scope_owner_id) == (None, cast.colleague.id)
    assert count(customer) == 0
    assert bring(cast.admin, OPEN).changed == 1  # with the option on, it is given to the customer that is made
    assert one("k2").customer_id is not None
    right()


def test_owners_for_those_who_have_none(app: Flask, cast: Cast) -> None:
    options = {"owner": "owner@example.com", "unknown_owner": "colleague@example.com"}
    rows = ("k1,A,,,contact,,,,", "k2,A,,Long Gone,contact,,,,")
    assert bring(cast.admin, *rows, options=options).added == 2
    assert (one("k1").owner_id, one("k2").owner_id) == (cast.owner.id, cast.colleague.id)


def test_a_manager_gives_nothing_to_people_of_others(app: Flask, cast: Cast) -> None:
    run = bring(cast.manager, "k1,A,,Outsider,contact,,,,")
    assert (run.added, run.rejected) == (0, 1)


def test_a_key_of_somebody_elses_deal_is_refused(app: Flask, cast: Cast) -> None:
    bring(cast.admin, "k1,A,,Outsider,contact,,,,5")
    run = bring(cast.manager, "k1,B,,Owner,contact,,,,9")
    assert (run.changed, run.rejected, one().title) == (0, 1, "A")


def product(actor: Actor) -> None:
    with work(actor, NOW) as w:
        add_field(w, "deal", "choice", {"label": "Product", "options": "GTX Pro\nGTX Basic"})


def test_words_of_own_fields(app: Flask, cast: Cast) -> None:
    product(cast.admin)
    names = ("key", "title", "own.product")
    rows = ("1,A,gtx basic", "2,A,GTXPro", "3,A,GTXPro", "4,A,Else")
    run = bring(cast.admin, *rows, names=names)
    assert (run.added, run.rejected) == (1, 3)
    assert "GTX Pro" in problems(run)[0]
    words = {"own.product": {"GTXPro": "gtx_pro"}}
    run = bring(cast.admin, *rows, names=names, values=words, options={"add_options": "yes"})
    assert (run.added, run.same, run.rejected) == (3, 1, 0)
    with reading() as x:
        assert x.scalars(select(deal.c.custom).order_by(deal.c.external_key)).all() == [
            {"own": {"product": key}} for key in ("gtx_basic", "gtx_pro", "gtx_pro", "else")
        ]
        assert x.execute(select(own_field.c.options)).scalar_one()[-1] == ["else", "Else"]


def test_amounts_in_other_currencies_and_ways(app: Flask, cast: Cast) -> None:
    names = ("key", "title", "amount", "currency")
    rows = ('1,A,"1,054.50",USD', "2,A,¥218000,", "3,A,1054,JPY", "4,A,-3,", "5,A,1.234,", "6,A,1,XXQ")
    run = bring(cast.admin, *rows, names=names)
    assert (run.added, run.rejected) == (3, 3)
    with reading() as x:
        found = x.execute(select(deal.c.amount_minor, deal.c.currency).order_by(deal.c.external_key)).all()
    assert [tuple(row) for row in found] == [(105_450, "USD"), (21_800_000, "CNY"), (1054, "JPY")]


@pytest.mark.parametrize("word", ["已赢单", "已成交", "Выиграна", "Won"])
def test_an_outcome_may_be_called_as_our_lists_call_it(app: Flask, cast: Cast, word: str) -> None:
    bring(cast.admin, f"k1,A,{word},2025-06-01,2025-05-01", names=("key", "title", "state", "closed_at", "created_at"))
    assert one().state == "won"


def test_lost_deals_have_their_reason(app: Flask, cast: Cast) -> None:
    names = ("key", "title", "state", "closed_at", "created_at", "lost_reason", "note")
    bring(cast.admin, "k1,A,Closed Lost,2025-06-01,2025-05-01,No budget,They wait", names=names)
    row = one()
    assert (row.state, row.lost_reason, row.lost_note) == ("lost", "no_budget", "They wait")
    right()


def test_the_check_says_what_would_be(app: Flask, cast: Cast) -> None:
    run = checked(cast.admin, brought(cast.admin, lines(WON, OPEN), question(options={"make_customers": "yes"})))
    assert (run.state, run.added, count(deal)) == ("checked", 2, 0)
    assert "Adds the organisation" in str(run.findings["found"])


def test_a_process_that_is_not_there_is_no_question(app: Flask, cast: Cast) -> None:
    bad = replace(question(), columns={0: "amount"})
    with pytest.raises(Exception, match="columns"):
        bring_in(cast.admin, lines(WON), bad)


def test_going_on_after_a_kill_is_no_second_time(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("title", "owner", "created_at", "amount")
    rows = ["Alike,Owner,2025-03-03,1", "Alike,Owner,2025-03-03,2", "Alike,Owner,2025-03-03,1"]
    for name in ("FEWEST", "MOST", "BEGIN_WITH"):
        monkeypatch.setattr(import_pass, name, 1)
    run_id = brought(cast.admin, lines(*rows, names=names), question(names))
    whole, calls = import_work._write, []

    def cut(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*args)

    monkeypatch.setattr(import_work, "_write", cut)
    with work(cast.admin, NOW) as w:
        import_runs.start(w, run_id)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert count(deal) == 1
    work_off(NOW + timedelta(hours=1))
    run = view(cast.admin, run_id)
    assert (run.added, run.same, count(deal)) == (2, 1, 2)
