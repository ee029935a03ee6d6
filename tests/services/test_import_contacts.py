"""Contacts and people out of files: found by key or name, brought up to date, taken back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.errors import NotAllowed, Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.services import import_runs as runs
from salesapp.services.teams import add_node
from salesapp.services.work import work
from salesapp.store import search
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView
from salesapp.store.tables import contact, contact_point, important_date, person, team
from salesapp.testing import NOW, Cast
from tests.services import import_kit as kit
from tests.services.deal_files import a_customer
from tests.services.test_import_customers import count, counts, found, rejected


def bring(actor: Any, kind: str, text: str, *names: str, **options: str) -> RunView:
    columns = {at: name for at, name in enumerate(names) if name}
    return kit.bring_in(actor, text, kit.asked(kind, columns, options=options))


# --- contacts ---

NAMES = ("customer", "name", "position", "phone", "email", "birthday", "key")
HEAD = "c,n,pos,p,e,b,k\n"


def test_contacts_come_to_their_customer_and_are_found(app: Flask, cast: Cast) -> None:
    customer_id = a_customer(cast.owner, "Green Hill", external_key="G1")
    text = HEAD + "Green Hill,Wang,Boss,13800000001,w@example.com,1980-05-06,c1\nG1,Li,,13800000002,,,\n"
    run = bring(cast.admin, "contact", text, *NAMES)
    assert counts(run) == (2, 0, 0, 0)
    with reading() as x:
        rows = x.execute(select(contact).order_by(contact.c.id)).all()
        day = x.execute(select(important_date)).one()
    assert [(row.customer_id, row.name, row.position) for row in rows] == [
        (customer_id, "Wang", "Boss"),
        (customer_id, "Li", ""),
    ]
    assert (day.contact_id, day.kind, day.year, day.month, day.day) == (rows[0].id, "birthday", 1980, 5, 6)
    assert found("13800000002") == ["Green Hill"]
    with reading() as x:
        assert [hit.title for hit in search.find(x, cast.owner, "Wang", NOW, kinds=("contact",))] == ["Wang"]
        assert search.find(x, cast.outsider, "Wang", NOW, kinds=("contact",)) == []
    again = bring(cast.admin, "contact", text, *NAMES)
    assert counts(again) == (0, 0, 2, 0)
    more = bring(cast.admin, "contact", HEAD + "G1,Wang Wei,,,,,c1\n", *NAMES)
    assert counts(more) == (0, 1, 0, 0)
    assert found("Wang Wei", kind="contact") == ["Wang Wei"]


def test_contacts_of_nobody_are_refused_with_a_sentence(app: Flask, cast: Cast) -> None:
    a_customer(cast.outsider, "Hidden")
    text = HEAD + "Nowhere,Wang,,,,,\n,Li,,,,,\nHidden,Zhao,,,,,\nHidden,,,,,,\n"
    run = bring(cast.manager, "contact", text, *NAMES)
    assert counts(run) == (0, 0, 0, 4)
    said = rejected(run)
    assert said[2] == "There is no customer “Nowhere”."
    assert said[3] == "There is no customer in this row."
    assert said[4] == "There is no customer “Hidden”."
    assert "A contact needs a name." in said[5]


def test_contacts_are_taken_back_and_changed_ones_get_back_what_they_had(app: Flask, cast: Cast) -> None:
    a_customer(cast.owner, "Green Hill", external_key="G1", phones=["13800000009"])
    first = bring(cast.admin, "contact", HEAD + "G1,Wang,Boss,13800000001,,,c1\n", *NAMES)
    second = bring(cast.admin, "contact", HEAD + "G1,Wang,Chief,13800000002,,,c1\nG1,Li,,,,,\n", *NAMES)
    assert counts(second) == (1, 1, 0, 0)
    assert kit.undone(cast.admin, second.id).left == 0
    with reading() as x:
        rows = x.execute(select(contact).where(contact.c.archived_at.is_(None))).all()
    assert [(row.name, row.position) for row in rows] == [("Wang", "Boss")]
    assert kit.undone(cast.admin, first.id).left == 0
    living = contact_point.c.archived_at.is_(None)
    assert (count(contact, contact.c.archived_at.is_(None)), count(contact_point, living)) == (0, 1)
    assert counts(bring(cast.admin, "contact", HEAD + "G1,Wang,Boss,13800000001,,,c1\n", *NAMES)) == (1, 0, 0, 0)


def test_whose_contacts_they_are_has_to_be_said(app: Flask, cast: Cast) -> None:
    with pytest.raises(Refused, match="Whose contacts"):
        bring(cast.admin, "contact", "n\nWang\n", "name")


# --- people ---

TEAMS = "sales_agent,manager,regional_office\nAnna Snelling,Dustin Brinkmann,Central\n"
TEAMS += "Cecily Lampkin,Dustin Brinkmann,Central\nCassey Cress,Rocco Neubert,East\n"


def test_people_come_with_their_teams_and_who_leads_them(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(cast.admin, TEAMS)
    asked = kit.asked("person", {0: "name", 1: "manager", 2: "team"})
    run = kit.bring_in(cast.admin, TEAMS, asked)
    assert kit.view(cast.admin, run_id).asked.columns
    assert counts(run) == (5, 0, 0, 0)
    with reading() as x:
        joined = person.outerjoin(team, team.c.id == person.c.team_id)
        query = select(person.c.name, person.c.role, person.c.password_hash, team.c.name.label("team"))
        rows = {row.name: row for row in x.execute(query.select_from(joined))}
    assert [rows[name].team for name in ("Anna Snelling", "Cassey Cress", "Rocco Neubert")] == [
        "Central",
        "East",
        "East",
    ]
    assert (rows["Dustin Brinkmann"].role, rows["Anna Snelling"].role) == ("manager", "salesperson")
    assert rows["Anna Snelling"].password_hash is None
    assert counts(kit.bring_in(cast.admin, TEAMS, asked)) == (0, 0, 3, 0)
    undone = kit.undone(cast.admin, run.id)
    assert undone.left == 0
    with reading() as x:
        living = x.scalar(select(func.count()).select_from(person).where(person.c.deactivated_at.is_(None)))
        teams = set(x.scalars(select(team.c.name).where(team.c.archived_at.is_(None))))
    assert (living, teams) == (7, {"Company", "North", "South"})
    assert counts(kit.bring_in(cast.admin, TEAMS, asked)) == (5, 0, 0, 0)


def test_a_mail_that_is_there_is_brought_up_to_date(app: Flask, cast: Cast) -> None:
    names = ("name", "email", "role", "team")
    text = "n,e,r,t\nOwner Two,OWNER@example.com,Manager,South\nNew,new@example.com,,\nNew,new@example.com,,\n"
    run = bring(cast.admin, "person", text, *names)
    assert counts(run) == (1, 1, 0, 1)
    with reading() as x:
        row = x.execute(select(person).where(person.c.email == "owner@example.com")).one()
    assert (row.name, row.role) == ("Owner Two", "manager")
    assert kit.undone(cast.admin, run.id).left == 0
    with reading() as x:
        row = x.execute(select(person).where(person.c.email == "owner@example.com")).one()
        assert (row.name, row.role) == ("Owner", "salesperson")
        assert x.execute(select(person).where(person.c.email == "new@example.com")).first() is None


def test_managers_bring_in_no_people_and_the_last_admin_stays(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        bring(cast.manager, "person", "n\nEve\n", "name")
    run = bring(SYSTEM, "person", "n,e,r\nAdmin,admin@example.com,Salesperson\nEve,,\n", "name", "email", "role")
    assert run.state == "failed"
    assert run.error is not None
    assert "administrator" in str(run.error.message)
    with reading() as x:
        assert x.scalar(select(person.c.role).where(person.c.email == "admin@example.com")) == "admin"
        assert x.execute(select(person).where(person.c.name == "Eve")).first() is None


def test_a_name_several_have_is_no_answer(app: Flask, cast: Cast) -> None:
    text = "n,e\nTwin,a@example.com\nTwin,b@example.com\n"
    assert bring(cast.admin, "person", text, "name", "email").added == 2
    run = bring(cast.admin, "person", "n,r\nTwin,Manager\n", "name", "role")
    assert "Several people" in rejected(run)[2]
    with work(cast.admin, NOW) as w:
        assert runs.own(w, run.id).rejected == 1


def test_who_leads_and_has_a_row_of_their_own_comes_once(app: Flask, cast: Cast) -> None:
    text = "n,e,m\nAnna,anna@example.com,Dustin\nDustin,dustin@example.com,\n"
    assert counts(bring(cast.admin, "person", text, "name", "email", "manager")) == (2, 0, 0, 0)
    with reading() as x:
        query = select(person.c.email, person.c.role).where(person.c.name == "Dustin")
        assert [tuple(row) for row in x.execute(query)] == [("dustin@example.com", "manager")]


def test_one_of_several_of_a_name_who_leads_is_not_made_once_more(app: Flask, cast: Cast) -> None:
    bring(cast.admin, "person", "n,e\nTwin,a@example.com\nTwin,b@example.com\n", "name", "email")
    assert counts(bring(cast.admin, "person", "n,m\nAnna,Twin\n", "name", "manager")) == (1, 0, 0, 0)


def test_a_phone_two_rows_have_is_refused_and_the_others_come(app: Flask, cast: Cast) -> None:
    text = "n,p\nAnna,13800000001\nBen,13800000001\nCarl,13800000002\n"
    run = bring(cast.admin, "person", text, "name", "phone")
    assert (run.state, *counts(run)) == ("done", 2, 0, 0, 1)
    assert rejected(run) == {3: "+8613800000001 is also that of Anna (line 2)."}


def test_a_team_several_are_called_is_no_answer_and_nobody_leaves_theirs(app: Flask, cast: Cast) -> None:
    with reading() as x:
        south = x.execute(select(team.c.id).where(team.c.name == "South")).scalar_one()
    with work(cast.admin, NOW) as w:
        add_node(w, "teams", "North", south)
    run = bring(cast.admin, "person", "n,e,t\nOwner,owner@example.com,North\n", "name", "email", "team")
    assert "Several teams" in rejected(run)[2]
    with reading() as x:
        assert x.scalar(select(person.c.team_id).where(person.c.email == "owner@example.com")) is not None
