"""Bringing customers in: everything wrong is said at once, nothing comes twice, a key brings up to date."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from salesapp.domain.errors import Refused
from salesapp.domain.importing import FileShape
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import import_runs as runs
from salesapp.services.customers import archive_customer
from salesapp.services.sources import add_source
from salesapp.services.work import work
from salesapp.store import import_runs as store
from salesapp.store import search
from salesapp.store.engine import reading
from salesapp.store.import_runs import RunView
from salesapp.store.tables import (
    contact,
    contact_point,
    customer,
    customer_owner,
    customer_tag,
    event,
    important_date,
    notice,
    touch,
)
from salesapp.testing import NOW, Browser, Cast
from tests.services import import_kit as kit
from tests.services.deal_files import a_deal
from tests.web.field_kit import a_field


def count(table: Any, *which: Any) -> int:
    with reading() as x:
        return int(x.scalar(select(func.count()).select_from(table).where(*which)) or 0)


def found(name: str, actor: Actor = SYSTEM, kind: str = "customer") -> list[str]:
    with reading() as x:
        return [hit.title for hit in search.find(x, actor, name, NOW, kinds=(kind,))]


def rejected(run: RunView) -> dict[int, str]:
    with reading() as x:
        lines = store.rejected(x, run.id, 0)
    from salesapp.services.import_files import said

    return {line: said(reasons, "en") for line, reasons in lines}


def bring(text: str, *names: str, actor: Actor = SYSTEM, values: Any = None, **options: str) -> RunView:
    columns = {at: name for at, name in enumerate(names) if name}
    return kit.bring_in(actor, text, kit.asked("customer", columns, values=values or {}, options=options))


def counts(run: RunView) -> tuple[int, int, int, int]:
    return run.added, run.changed, run.same, run.rejected


def test_a_name_that_is_taken_back_is_what_its_deals_are_found_by(app: Flask, cast: Cast) -> None:
    bring("Nr,Name\n7,Acme\n", "key", "name", actor=cast.admin)
    with reading() as x:
        a_deal(app, cast.admin, x.scalars(select(customer.c.id)).one())
    run = bring("Nr,Name\n7,Zenith\n", "key", "name", actor=cast.admin)
    assert [len(found(name, kind="deal")) for name in ("Acme", "Zenith")] == [0, 1]
    kit.undone(cast.admin, run.id)
    assert [len(found(name, kind="deal")) for name in ("Acme", "Zenith")] == [1, 0]


def test_a_longer_text_keeps_its_lines_and_a_name_has_none(app: Flask, cast: Cast) -> None:
    own = a_field(cast.admin, "customer", "long_text", "Delivery")
    file = 'Nr,Name,Note,Delivery\n7,"Acme\n Clinic","Gate 3\n\n  ask  for Li\n","by noon\r\nnot on Friday"\n'
    for _ in range(2):
        bring(file, "key", "name", "note", own)
        with reading() as x:
            row = x.execute(select(customer.c.name, customer.c.note, customer.c.custom)).one()
        assert (row.name, row.note) == ("Acme Clinic", "Gate 3\n\nask for Li")
        assert [each for its in row.custom.values() for each in its.values()] == ["by noon\nnot on Friday"]


def test_a_key_makes_a_second_file_an_update(app: Flask) -> None:
    bring("id,n,p\n1,Ann,13800000001\n2,Bob,13800000002\n", "key", "name", "phone")
    again = bring("id,n,p,c\n1,Ann,13800000009,Green Hill\n2,Bob,13800000002,\n", "key", "name", "phone", "company")
    assert counts(again) == (0, 1, 1, 0)
    assert count(customer) == 2
    assert found("Green Hill") == found("13800000009") == found("13800000001") == ["Ann"]


def test_the_same_file_again_changes_nothing(app: Flask) -> None:
    text = "n,p,t,c,cp\nAnn,13800000001,VIP,Wang,13900000001\nBob,,,Li,\n"
    names = ("name", "phone", "tag", "contact_name", "contact_phone")
    assert counts(bring(text, *names)) == (2, 0, 0, 0)
    before = count(contact_point), count(contact), count(customer_tag), count(touch)
    assert counts(bring(text, *names)) == (0, 0, 2, 0)
    assert (count(contact_point), count(contact), count(customer_tag), count(touch)) == before


def test_everything_wrong_with_every_line_is_said_at_once(app: Flask) -> None:
    text = (
        "name,phone,email,grade\nAnn,1380000,a@@b,Z\n,,,\n,,x@example.com,\nBob,13800000002\n"
        f"Cid,13800000003,,a,more\n{'x' * 201},13800000004,,\nDan,13800000005,,b\n"
    )
    run = bring(text, "name", "phone", "email", "grade")
    by_line = rejected(run)
    assert list(by_line) == [2, 4, 5, 6, 7]
    assert all(word in by_line[2] for word in ("1380000", "more than one @", "“Z” is none of its choices"))
    assert "neither a name nor a phone" in by_line[4]
    assert by_line[5] == "2 cells instead of 4."
    assert "too long" in by_line[7]
    assert run.added == 1


def test_a_phone_somebody_has_refuses_a_person_and_says_whose(app: Flask) -> None:
    bring("name,phone\nAnn,13800000001\n", "name", "phone")
    text = "name,phone\nBob,+86 138 0000 0001\nCid,13800000002\nDan,13800000002\nCid,13800000002\n"
    check = kit.checked(SYSTEM, kit.brought(SYSTEM, text, kit.asked("customer", {0: "name", 1: "phone"})))
    assert (check.added, check.same, check.rejected) == (1, 1, 2)
    assert [(each.how, each.count, each.lines) for each in check.problems] == [
        ("rejected", 2, (2, 4)),
        ("noted", 1, (5,)),
    ]
    run = bring(text, "name", "phone")
    said = rejected(run)
    assert said[2] == "+86 138 0000 0001 is also that of Ann (customer 1)."
    assert said[4].startswith("13800000002 is also that of Cid (")
    assert (run.added, run.same) == (1, 1)


def test_organisations_may_share_a_switchboard(app: Flask) -> None:
    text = "n,p\nNorth,010-83211441\nSouth,010-83211441\n"
    run = bring(text, "name", "phone", kind="organisation")
    assert counts(run) == (2, 0, 0, 0)
    assert count(contact_point, contact_point.c.shared) == 1


def test_a_name_tells_what_it_is_where_nothing_else_does(app: Flask) -> None:
    text = "n,p\n协和医院,010-83211441\n第二医院,010-83211441\n王建国,13800000001\nООО Свет,\nИП Иванов,\n"
    run_id = kit.brought(SYSTEM, text, kit.asked("customer", {0: "name", 1: "phone"}))
    check = kit.checked(SYSTEM, run_id)
    said = next(each for each in check.problems if "its name says so" in each.message.source)
    assert (said.count, said.lines, said.others) == (3, (2, 3, 5), ("第二医院", "ООО Свет"))
    assert counts(kit.imported(SYSTEM, run_id)) == (5, 0, 0, 0)
    with reading() as x:
        kinds = {row.name: row.kind for row in x.execute(select(customer))}
    firms = {"协和医院", "第二医院", "ООО Свет"}
    assert {name for name, kind in kinds.items() if kind == "organisation"} == firms
    as_person = bring("n,p,k\n中心医院,010-83211442,个人\n", "name", "phone", "kind")
    assert counts(as_person) == (1, 0, 0, 0)
    with reading() as x:
        assert x.scalar(select(customer.c.kind).where(customer.c.name == "中心医院")) == "person"
    again = bring("n,p\n中心医院,010-83211442\n", "name", "phone")  # it is that one, whatever its name says
    assert counts(again) == (0, 0, 1, 0)


def test_two_rows_with_one_key_are_one_customer_and_a_refusal(app: Flask) -> None:
    run = bring("k,n\n1,Ann\n1,Bob\n", "key", "name")
    assert counts(run) == (1, 0, 0, 1)
    assert rejected(run) == {3: "Line 2 has the same key."}


def test_tags_sources_owner_and_the_past_come_along(app: Flask, cast: Cast) -> None:
    text = (
        "n;p;t;s;o;c;l;st\nAnn;13800000001 / 010-83211441;VIP,old;展会;owner@example.com;2024-05-06;2025-01-02;客户\n"
    )
    columns = dict(enumerate(("name", "phone", "tag", "source", "owner", "created_at", "last_contact_at", "state")))
    asked = kit.asked("customer", columns, shape=FileShape(delimiter=";"))
    run = kit.bring_in(cast.admin, text, asked)
    assert counts(run) == (1, 0, 0, 0)
    assert (count(contact_point), count(customer_tag), count(touch), count(notice)) == (2, 2, 1, 0)
    with reading() as x:
        row = x.execute(select(customer)).one()
        said = x.execute(select(event).where(event.c.kind == "customer.added")).one()
        since = x.execute(select(customer_owner.c.since)).scalar_one()
    noon = datetime(2024, 5, 6, 4, tzinfo=UTC)
    assert (row.source, row.state, row.owner_id) == ("trade_show", "customer", cast.owner.id)
    assert (row.created_at, row.last_contact_at, since) == (noon, datetime(2025, 1, 2, 4, tzinfo=UTC), noon)
    assert (said.at, said.noted_at, said.batch_id) == (noon, NOW, run.batch_id)
    assert found("Ann", cast.owner) == ["Ann"]
    assert found("Ann", cast.outsider) == []


def test_today_is_not_in_the_future_before_its_noon(app: Flask, cast: Cast) -> None:
    run = bring("n,c,l\nAnn,2026-03-02,2026-03-02\nBob,2026-03-02 10:01,\n", "name", "created_at", "last_contact_at")
    assert rejected(run) == {3: "Created on: This lies in the future."}
    with reading() as x:
        assert [tuple(each) for each in x.execute(select(customer.c.created_at, customer.c.last_contact_at))] == [
            (NOW, NOW)
        ]


def test_what_lies_in_the_future_or_names_nobody_is_refused(app: Flask, cast: Cast) -> None:
    run = bring("n,c,o\nAnn,2027-01-01,\nBob,,Nobody\n", "name", "created_at", "owner")
    assert rejected(run) == {2: "Created on: This lies in the future.", 3: "Owner: Nobody here is called Nobody."}


def test_an_organisation_is_called_by_many_words(app: Flask) -> None:
    words = ("公司", "企业", "公司 / 单位", "компания", "Business", "organisation")
    assert bring("n,k\n" + "".join(f"N{at},{word}\n" for at, word in enumerate(words)), "name", "kind").added == 6
    assert count(customer, customer.c.kind == "organisation") == len(words)


def test_names_in_parts_and_companies_without_a_name(app: Flask) -> None:
    text = "f,g,c\nSmith,Ann,\n王,小明,\n,,Green Hill\n"
    assert bring(text, "family_name", "given_name", "company").added == 3
    with reading() as x:
        rows = x.execute(select(customer.c.name, customer.c.kind).order_by(customer.c.id)).all()
    assert [tuple(row) for row in rows] == [
        ("Ann Smith", "person"),
        ("王小明", "person"),
        ("Green Hill", "organisation"),
    ]


def test_rows_of_one_organisation_bring_its_contacts(app: Flask) -> None:
    text = "n,c,p\nGreen Hill,Ann,13800000001\nGreen Hill,Bob,13800000002\nGreen Hill,Bob,13800000002\n"
    names = ("name", "contact_name", "contact_phone")
    run = bring(text, *names, kind="organisation")
    assert counts(run) == (1, 1, 1, 0)
    assert (count(customer), count(contact), count(contact_point)) == (1, 2, 2)
    assert found("Bob", kind="contact") == ["Bob"]
    assert found("13800000002") == ["Green Hill"]
    more = bring("n,c,p\nGreen Hill,Cid,13800000003\nGreen Hill,Bob,\n", *names, kind="organisation")
    assert counts(more) == (0, 1, 1, 0)
    assert count(contact) == 3


def test_a_contact_is_brought_up_to_date_by_its_key(app: Flask) -> None:
    names = ("key", "name", "phone", "contact_key", "contact_name", "contact_position", "contact_phone")
    bring("k,n,p,ck,c,pos,cp\n1,Green Hill,13800000001,c1,Ann,,13800000001\n", *names)
    run = bring("k,n,p,ck,c,pos,cp\n1,Green Hill,13800000001,c1,Anna,Boss,13800000001\n", *names)
    assert counts(run) == (0, 1, 0, 0)
    with reading() as x:
        row = x.execute(select(contact)).one()
        points = x.execute(select(contact_point.c.contact_id)).scalars().all()
    assert (row.name, row.position, points) == ("Anna", "Boss", [row.id])


def test_unknown_sources_are_made_where_that_is_asked_for(app: Flask, cast: Cast) -> None:
    text = "n,s\nAnn,Google\nBob,google\nCid,Select\nDan,展会\nEve,TikTok\nFay,tiktok\n"
    values = {"source": {"Google": "Google", "google": "google", "Select": ""}}
    check = kit.checked(
        cast.admin, kit.brought(cast.admin, text, kit.asked("customer", {0: "name", 1: "source"}, values=values))
    )
    assert check.rejected == 4
    run = bring(text, "name", "source", actor=cast.admin, values=values, make_sources="yes")
    assert counts(run) == (6, 0, 0, 0)
    with reading() as x:
        rows = {row.name: row.source for row in x.execute(select(customer.c.name, customer.c.source))}
    assert (rows["Cid"], rows["Dan"]) == (None, "trade_show")
    assert rows["Ann"] != rows["Bob"]
    assert rows["Eve"] == rows["Fay"]
    again = bring(text, "name", "source", actor=cast.admin, values=values, make_sources="yes")
    assert counts(again) == (0, 0, 6, 0)
    kit.undone(cast.admin, run.id)
    with work(cast.admin, NOW) as w:
        assert not [each for each in w.catalog.offered_sources.values() if each.own]


def test_a_manager_makes_no_sources(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(
        cast.manager,
        "n,s\nAnn,New\n",
        kit.asked("customer", {0: "name", 1: "source"}, options={"make_sources": "yes"}),
    )
    with pytest.raises(Refused, match="manage the settings"), work(cast.manager, NOW) as w:
        runs.check(w, run_id)


def test_a_manager_changes_nothing_of_another_team_and_learns_no_name(app: Flask, cast: Cast) -> None:
    text = "k,n,p,o\n1,Secret,13800000001,outsider@example.com\n"
    bring(text, "key", "name", "phone", "owner", actor=cast.admin)
    run = bring("k,n,p\n1,Other,\n2,Bob,13800000001\n", "key", "name", "phone", actor=cast.manager)
    assert counts(run) == (0, 0, 0, 2)
    said = rejected(run)
    assert said[2] == "This is a customer of somebody else."
    assert "somebody else" in said[3]
    assert "Secret" not in said[3]
    assert found("Secret") == ["Secret"]
    bad = bring("n,o\nAnn,outsider@example.com\n", "name", "owner", actor=cast.manager)
    assert counts(bad) == (0, 0, 0, 1)


def test_an_owner_in_the_file_is_followed(app: Flask, cast: Cast) -> None:
    bring("k,n,o\n1,Ann,Owner\n", "key", "name", "owner")
    run = bring("k,n,o\n1,Ann,Colleague\n", "key", "name", "owner")
    assert counts(run) == (0, 1, 0, 0)
    assert found("Ann", cast.colleague) == ["Ann"]
    kit.undone(SYSTEM, run.id)
    with reading() as x:
        assert x.execute(select(customer.c.owner_id)).scalar_one() == cast.owner.id


def test_formulas_and_quotes_stay_what_they_are(app: Flask) -> None:
    assert bring('name\n"=HYPERLINK(""x"")"\n\'; DROP TABLE customer; --\n', "name").added == 2
    assert found("DROP TABLE") == ["'; DROP TABLE customer; --"]


def test_deals_are_found_by_the_name_an_import_brings(app: Flask) -> None:
    bring("key,name\n1,卢沟桥医院\n", "key", "name")
    with reading() as x:
        customer_id = x.scalar(select(customer.c.id))
    a_deal(app, SYSTEM, customer_id, title="监护仪")
    bring("key,name\n1,丰台医院\n", "key", "name")
    assert found("丰台", kind="deal") == ["监护仪"]


def test_fields_of_the_house_come_in_by_key_or_label_and_are_brought_up_to_date(app: Flask, cast: Cast) -> None:
    size = a_field(cast.admin, "customer", "choice", "规模")
    several = a_field(cast.admin, "customer", "choices", "兴趣")
    number = a_field(cast.admin, "customer", "number", "面积")
    works = a_field(cast.admin, "customer", "bool", "有试用")
    names = ("key", "name", size, several, number, works)
    head = "key,name,规模,兴趣,area,有试用\n"
    run = bring(head + '1,甲,大,"大,小",12.5,是\n2,乙,中,小,x,也许\n3,丙,,,,\n', *names)
    assert counts(run) == (2, 0, 0, 1)

    def custom(name: str) -> dict[str, Any]:
        with reading() as x:
            return dict(x.execute(select(customer.c.custom).where(customer.c.name == name)).scalar_one())

    one, two, three, four = (full.partition(".")[2] for full in (size, several, number, works))
    first = custom("甲")["own"]
    assert (first[three], first[four], len(first[two])) == ({"micro": 12_500_000}, True, 2)
    assert custom("丙") == {}
    assert bring(head + '1,甲,大,"大,小",12.5,Yes\n', *names).same == 1
    assert bring(head + "1,甲,小,,,\n", *names).changed == 1
    assert custom("甲")["own"][one] != first[one]
    assert custom("甲")["own"][three] == {"micro": 12_500_000}


def test_a_link_is_no_column_and_a_source_of_the_house_is_known(app: Flask, cast: Cast) -> None:
    link = a_field(cast.admin, "customer", "person", "介绍人")
    with pytest.raises(Refused, match="There is no field"):
        bring("name,who\nA,B\n", "name", link)
    with work(cast.admin, NOW) as w:
        key = add_source(w, "online", "zh_Hans", "抖音")
    assert bring("name,source\n甲,抖音\n", "name", "source").added == 1
    with reading() as x:
        assert x.execute(select(customer.c.source)).scalar_one() == key


def test_guesses_find_the_usual_columns(app: Flask, cast: Cast, client_of: Callable[..., Browser]) -> None:
    run_id = kit.brought(cast.admin, "编号,客户名称,手机,邮箱,客户来源\n1,甲,13800000001,a@example.com,展会\n")
    asked = kit.view(cast.admin, run_id).asked
    assert asked.kind == "customer"
    assert asked.columns == {0: "key", 1: "name", 2: "phone", 3: "email", 4: "source"}


def test_two_rows_of_one_portion_about_one_customer_keep_what_both_say(app: Flask) -> None:
    text = "k,n,p,note,c\n1,Acme,021-11112222,,\n"
    names = ("key", "name", "phone", "note", "contact_name")
    bring(text, *names, kind="organisation")
    more = "k,n,p,note,c\n1,Acme,021-11112222,New,\n,Acme,021-11112222,,Bob\n,Acme,021-11112222,,Bob\n"
    assert counts(bring(more, *names, kind="organisation")) == (0, 2, 1, 0)
    with reading() as x:
        assert x.scalars(select(customer.c.note)).all() == ["New"]
        assert x.scalars(select(contact.c.name)).all() == ["Bob"]


def test_a_contacts_key_of_another_customer_is_refused_and_the_others_come(app: Flask) -> None:
    names = ("name", "contact_name", "contact_key")
    first = bring("n,c,k\nAcme,Bob,b1\nBeta,Bob,b1\nAcme,Rob,r1\n", *names, kind="organisation")
    assert (first.state, *counts(first)) == ("done", 1, 1, 0, 1)
    assert "another customer" in rejected(first)[3]
    again = bring("n,c,k\nGamma,Bob,b1\nDelta,Eve,e1\n", *names, kind="organisation")
    assert (again.state, *counts(again)) == ("done", 1, 0, 0, 1)


def test_an_old_file_does_not_take_back_the_last_contact(app: Flask) -> None:
    names = ("key", "name", "last_contact_at")
    bring("k,n,l\n1,Ann,2025-05-05\n", *names)
    assert counts(bring("k,n,l\n1,Ann,2025-05-01\n", *names)) == (0, 0, 1, 0)
    assert counts(bring("k,n,l\n1,Ann,2025-05-06\n", *names)) == (0, 1, 0, 0)


def test_birthdays_of_cards_come_in_with_or_without_a_year(app: Flask) -> None:
    days = ("1990-05-01", "--02-29", "--1231", "农历八月十五", "0/0/00", "", "circa 1800")
    run = bring("n,b\n" + "".join(f"P{at},{day}\n" for at, day in enumerate(days)), "name", "birthday")
    assert counts(run) == (6, 0, 0, 1)
    assert "Birthday" in rejected(run)[8]
    with reading() as x:
        columns = ("calendar", "year", "month", "day", "kind", "contact_id")
        query = select(*(important_date.c[name] for name in columns)).where(important_date.c.archived_at.is_(None))
        assert [tuple(row) for row in x.execute(query.order_by(important_date.c.id))] == [
            ("solar", 1990, 5, 1, "birthday", None),
            ("solar", None, 2, 29, "birthday", None),
            ("solar", None, 12, 31, "birthday", None),
            ("lunar", None, 8, 15, "birthday", None),
        ]
    assert kit.undone(SYSTEM, run.id).left == 0
    assert count(important_date, important_date.c.archived_at.is_(None)) == 0


def test_an_archived_customer_stays_as_it_is_and_takes_no_number(app: Flask) -> None:
    names = ("key", "name", "phone")
    bring("k,n,p\n1,Ann,13800000001\n", *names)
    with reading() as x:
        customer_id = x.execute(select(customer.c.id)).scalar_one()
    with work(SYSTEM, NOW) as w:
        archive_customer(w, customer_id)
    assert counts(bring("k,n,p\n1,Anna,13800000002\n", *names)) == (0, 0, 1, 0)
    assert counts(bring("k,n,p\n2,Bea,13800000002\n", *names)) == (1, 0, 0, 0)
    with reading() as x:
        assert x.scalars(select(customer.c.name).order_by(customer.c.id)).all() == ["Ann", "Bea"]


def test_a_file_does_not_ask_those_anew_who_asked_for_no_more(app: Flask) -> None:
    bring("n,e\nAnn,ann@example.com\n", "name", "email")
    with work(SYSTEM, NOW) as w:
        gone = {"opt_out": True, "archived_at": NOW}
        w.session.execute(update(contact_point).where(contact_point.c.normalised == "ann@example.com").values(gone))
    bring("n,e\nAnna,ann@example.com\nBob,bob@example.com\n", "name", "email")
    living = select(contact_point.c.normalised, contact_point.c.opt_out).where(contact_point.c.archived_at.is_(None))
    with reading() as x:
        assert dict(x.execute(living).all()) == {"ann@example.com": True, "bob@example.com": False}
