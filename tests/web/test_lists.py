"""Lists with filters by any field, chosen columns, saved views and exports: who sees what, and what an address says."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from sqlalchemy import select, update

from salesapp.domain.conditions import AllOf, AnyOf, Not, When
from salesapp.domain.errors import Refused
from salesapp.domain.list_query import ME, ListQuery
from salesapp.domain.permissions import Actor
from salesapp.services import saved_views
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.own_fields import add_field, archive_field
from salesapp.services.pool import assign_customer
from salesapp.services.tags import remove_tag
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import customer, deal, default_view, event, event_payload, own_field, saved_view, tag
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import added, shared_with, with_deal

Clients = Callable[..., Browser]
A_LONG_AGO = "f0=grade&o0=is&v0=A&f1=last_contact&o1=ago&v1=30"


def _people(cast: Cast) -> None:
    for name, grade in (("王芳", "A"), ("李娜", "B"), ("张伟", "A")):
        added(cast.owner, name=name, grade=grade)
    added(cast.outsider, name="外人", grade="A")


def _own_field(cast: Cast, kind: str = "customer", **typed: Any) -> str:
    with work(cast.admin, NOW) as w:
        field_id = add_field(w, kind, typed.pop("type", "text"), typed)
    return f"field.own.{_key_of(field_id)}"


def _key_of(field_id: int) -> str:
    with reading() as x:
        return str(x.scalar(select(own_field.c.key).where(own_field.c.id == field_id)))


def _filled(name: str, field: str, value: object) -> None:
    with work(Actor(None, "x", "admin", people=None), NOW) as w:
        custom = {"own": {field.rpartition(".")[2]: value}}
        w.session.execute(update(customer).where(customer.c.name == name).values(custom=custom))


def shown(page: Any) -> set[str]:
    assert page.status_code == 200, page.status_code
    return {name for name in ("王芳", "李娜", "张伟", "外人", "陈杰") if f">{name}</a>" in page.text}


@pytest.mark.parametrize(
    "path",
    ["/deals/list", "/lists/customer/filter", "/lists/deal/columns", "/lists/activity/views/new", "/views/1"],
)
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).status_code == 303


def test_a_list_is_filtered_by_any_field_and_says_so(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    with work(cast.owner, NOW) as w:
        long_ago = NOW - timedelta(days=31)
        w.session.execute(update(customer).where(customer.c.name == "王芳").values(last_contact_at=long_ago))
    browser = client_of(cast.owner)
    page = browser.get(f"/customers?{A_LONG_AGO}")
    assert shown(page) == {"王芳"}
    assert "Grade is “A · high priority” and Last contact is at least 30 days ago" in page.text
    assert shown(browser.get(f"/customers?{A_LONG_AGO}&any=1")) == {"王芳", "张伟"}
    assert shown(browser.get(f"/customers?{A_LONG_AGO}&state=lost")) == set()
    assert shown(browser.get("/customers?f0=grade&o0=is_not&v0=A")) == {"李娜"}
    assert shown(browser.get("/customers?f0=grade&o0=not_one_of&v0=A&v0=C")) == {"李娜"}
    assert shown(browser.get("/customers?f0=owner&o0=is&v0=@me&sort=created.r")) == {"王芳", "李娜", "张伟"}
    assert shown(browser.get("/customers?f0=grade&o0=is&v0=A&q=王芳")) == {"王芳"}
    assert shown(client_of(cast.outsider).get(f"/customers?{A_LONG_AGO}&any=1")) == {"外人"}


def test_an_own_field_is_asked_the_moment_it_exists(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    field = _own_field(cast, label="Budget", type="integer")
    _filled("李娜", field, 500)
    browser = client_of(cast.owner)
    page = browser.get(f"/customers?f0={field}&o0=at_least&v0=300&c=name&c={field}")
    assert shown(page) == {"李娜"}
    assert "Budget is at least 300" in page.text
    assert re.search(r'data-label="Budget">500<', page.text)
    assert "Budget" in browser.get("/lists/customer/filter").text


def test_what_somebody_may_not_read_is_neither_asked_nor_shown(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    field = _own_field(cast, label="Margin", type="integer", readers=("manager",))
    _filled("李娜", field, 77123)
    asked = f"f0={field}&o0=at_least&v0=1&c=name&c={field}"
    page = client_of(cast.owner).get(f"/customers?{asked}")
    assert shown(page) == {"王芳", "李娜", "张伟"}
    assert f"Left out, because it is not there any more or not for you to see: {field}" in page.text
    assert "77123" not in page.text
    assert "77,123" not in page.text
    for path in ("filter", "columns"):
        assert "Margin" not in client_of(cast.owner).get(f"/lists/customer/{path}?{asked}").text
    assert shown(client_of(cast.manager).get(f"/customers?{asked}")) == {"李娜"}
    assert "77,123" in client_of(cast.manager).get(f"/customers?{asked}").text


def test_what_is_mistyped_stands_with_what_is_wrong_and_filters_nothing(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    browser = client_of(cast.owner)
    page = browser.get("/customers?f0=last_contact&o0=ago&v0=soon")
    assert shown(page) == {"王芳", "李娜", "张伟"}
    assert "Please write a number of days" in page.text
    form = browser.get("/lists/customer/filter?f0=last_contact&o0=ago&v0=soon").text
    assert 'value="soon"' in form
    assert "Please write a number of days" in form
    for odd in (
        "f0=nonsense&o0=is&v0=1",
        "w={",
        "w=[1]",
        "f0=grade&o0=drop&v0=A",
        "sort=x",
        "c=x",
        "after=x",
        "view=0",
    ):
        assert shown(browser.get(f"/customers?{odd}")) >= {"王芳"}, odd


def test_the_filter_asks_for_what_fits_the_field(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.manager)
    form = browser.get("/lists/customer/filter?f0=owner&f1=created&f2=planned&f3=tag&state=lead").text
    assert 'name="o0"' in form
    assert ">Owner</option>" in form
    assert '<option value="@me"' in form
    assert ">is on or after</option>" in form
    assert 'name="state" value="lead"' in form
    assert 'name="f4"' in form
    assert "<html" not in browser.get("/lists/customer/filter", headers={"HX-Request": "true"}).text
    assert browser.get("/lists/contact/filter").status_code == 404


def test_columns_are_chosen_and_ordered_by_links(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    browser = client_of(cast.owner)
    page = browser.get("/lists/customer/columns?c=name&c=grade&c=owner&state=lead").text
    up = re.search(r'href="([^"]*)" title="Owner further to the front"', page)
    assert up
    moved = browser.get(up[1].replace("&amp;", "&")).text
    show = re.search(r'href="(/customers\?[^"]*)" class="btn btn-primary"', moved)
    assert show
    assert show[1].replace("&amp;", "&") == "/customers?state=lead&c=name&c=owner&c=grade"
    table = browser.get(show[1].replace("&amp;", "&")).text
    assert re.findall(r'<th role="columnheader"[^>]*>(?:<a[^>]*>)?(\w+)', table) == ["Name", "Owner", "Grade"]
    assert "A · high priority" in table


def test_every_order_is_paged_through_by_its_links(client_of: Clients, cast: Cast) -> None:
    for number in range(55):
        added(cast.owner, name=f"C{number:02}", now=NOW + timedelta(minutes=number))
    browser = client_of(cast.owner)
    for asked in (
        "sort=created",
        "sort=name.r",
        "sort=grade",
        "f0=name&o0=contains&v0=C",
        "sort=last_contact&c=name&c=grade",
    ):
        first = browser.get(f"/customers?{asked}").text
        more = re.search(r'hx-get="(/customers\?[^"]*after=[^"]*)"', first)
        assert more, asked
        names = re.findall(r">(C\d\d)</a>", first + browser.get(more[1].replace("&amp;", "&")).text)
        assert len(names) == len(set(names)) == 55, asked


def test_deals_and_activities_are_lists_alike(client_of: Clients, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王芳")
    with_deal(cast.owner, customer_id, cast.owner, "Oven")
    with_deal(cast.owner, customer_id, cast.owner, "Flour")
    browser = client_of(cast.owner)
    page = browser.get("/deals/list").text
    assert "Oven" in page
    assert "Flour" in page
    page = browser.get("/deals/list?f0=title&o0=contains&v0=Ov&c=title&c=stage&c=customer").text
    assert ">Oven</a>" in page
    assert "Flour" not in page
    assert "王芳" in page
    assert "Oven" not in browser.get("/deals/list?state=won").text
    assert "Oven" not in client_of(cast.outsider).get("/deals/list").text
    assert ">Oven<" not in client_of(cast.outsider).get("/deals/list?f0=title&o0=is&v0=Oven&state=all").text
    assert browser.get("/activities?f0=kind&o0=is&v0=call&state=all&c=kind&c=note").status_code == 200
    assert browser.get("/activities?state=x").status_code == 404


def test_what_lists_cost(client_of: Clients, cast: Cast, statements: list[str]) -> None:
    _people(cast)
    browser = client_of(cast.manager)
    browser.get("/today")
    costs = {
        "/customers": 7,
        f"/customers?{A_LONG_AGO}": 9,
        "/customers?f0=owner&o0=is&v0=@me&f1=tag&o1=filled&c=name&c=tag": 8,
        "/deals/list": 8,
        "/activities?f0=kind&o0=is&v0=call": 6,
        "/lists/customer/filter?f0=owner": 3,
    }
    for path, most in costs.items():
        statements.clear()
        assert browser.get(path).status_code == 200
        assert len([each for each in statements if not each.startswith("BEGIN")]) <= most, path


# --- what cannot be read asks for more than was meant: to look at, and for nothing else ---

NOT_WHOLE = (
    "f0=open_deals&o0=at_least&v0=abc",
    "f0=name&o0=contains&v0=" + "x" * 201,
    "f0=grade&o0=is&v0=gone",
    "f0=grade&o0=drop&v0=A",
    "f20=grade&o20=is&v20=A",
    "f0=field.own.gone&o0=filled",
    "w=%7Bbroken",
    "w=[1]",
    "grade=Z",
    "q=" + "x" * 101,
    "lost=1",
)


@pytest.mark.parametrize("asked", NOT_WHOLE)
def test_what_is_not_read_whole_is_neither_changed_nor_exported_nor_saved(
    client_of: Clients, cast: Cast, asked: str
) -> None:
    _people(cast)
    browser = client_of(cast.manager)
    page = browser.get(f"/customers?{asked}&select=1").text
    assert 'name="query"' not in page
    assert "it may show more than was meant" in page
    assert "Save as a file" not in page
    assert "/lists/customer/views/new" not in page
    sent = dict(parse_qsl(asked))
    assert browser.send("/lists/customer/export", sent).status_code == 422
    assert _save(browser, "customer", asked).status_code == 422
    assert "it may show more than was meant" in browser.get(f"/lists/customer/views/new?{asked}").text


def test_what_was_left_out_stays_left_out_on_the_next_page_until_it_is_cleared(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    browser = client_of(cast.manager)
    page = browser.get("/customers?w=[1]&f0=grade&o0=is&v0=A").text
    columns = re.search(r'hx-get="(/lists/customer/columns[^"]*)"', page)
    assert columns is not None
    assert "lost=1" in columns[1]
    clear = re.search(r'<a href="(/customers[^"]*)">Clear</a>', page)
    assert clear is not None
    assert "it may show more" not in browser.get(clear[1].replace("&amp;", "&")).text


def test_whole_questions_are_taken_whole(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    browser = client_of(cast.manager)
    for asked in ("", "grade=A&state=", "f0=grade&o0=is&v0=A", "f0=tag&o0=empty", "q=王芳", "state=all"):
        page = browser.get(f"/customers?{asked}&select=1").text
        assert "it may show more" not in page, asked
    assert 'name="query"' in browser.get("/customers?q=王芳&select=1").text


def test_a_search_says_how_many_it_finds_and_never_stops_in_silence(
    client_of: Clients, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        added(cast.owner, name=f"Müller {number}")
    monkeypatch.setattr("salesapp.web.customer_list.FOUND", 2)
    monkeypatch.setattr("salesapp.store.listed.FOUND", 5)
    browser = client_of(cast.manager)
    page = browser.get("/customers?q=Müller&select=1").text
    assert "4 customers · the 2 that fit best are shown" in page
    assert "All 4 that match" in page
    query = {"of": "customer", "what": "archive", "all": "1", "query": '{"kind": "customer", "text": "Müller"}'}
    assert browser.send("/bulk", query).status_code == 303
    monkeypatch.setattr("salesapp.store.listed.FOUND", 4)
    assert 'name="query"' not in browser.get("/customers?q=Müller&select=1").text
    assert browser.send("/bulk", query).status_code == 422


def test_an_archived_tag_is_not_offered(client_of: Clients, cast: Cast) -> None:
    added(cast.owner, name="王芳", tags=["老标签"])
    with work(cast.admin, NOW) as w:
        remove_tag(w, int(w.session.scalar(select(tag.c.id)) or 0))
    browser = client_of(cast.owner)
    assert "老标签" not in browser.get("/lists/customer/filter?f0=tag&o0=contains").text
    assert "老标签" not in browser.get("/customers").text


def test_who_noted_something_does_not_learn_what_the_customer_is_called_later(client_of: Clients, cast: Cast) -> None:
    customer_id = added(cast.owner, name="旧名")
    deal_id = with_deal(cast.owner, customer_id, cast.owner, "Oven")
    with work(cast.owner, NOW) as w:
        note_activity(w, NewActivity(customer_id=customer_id, deal_id=deal_id, note="谈过", outcome="reached"))
    mine = client_of(cast.owner)
    paths = ("/activities?state=done", "/activities?state=done&sort=noted", "/activities?state=done&c=customer&c=deal")
    assert all("旧名" in mine.get(path).text for path in (paths[0], paths[2]))
    with work(cast.admin, NOW) as w:
        assign_customer(w, customer_id, cast.outsider.id)
        w.session.execute(update(customer).values(name="机密名"))
        w.session.execute(update(deal).values(title="Secret"))
    for path in paths:
        page = mine.get(path)
        assert page.status_code == 200
        assert "谈过" in page.text or "c=deal" in path
        assert "机密名" not in page.text, path
        assert "Secret" not in page.text, path
    assert "机密名" in client_of(cast.admin).get("/activities?state=done&who=team&c=customer").text


# --- views ---


def test_a_usual_view_is_chosen_anew(cast: Cast) -> None:
    with work(cast.owner, NOW) as w:
        views = [saved_views.save_view(w, name, "mine", ListQuery("customer")) for name in ("a", "b")]
        for view_id in (*views, views[0], views[0]):
            saved_views.choose_default(w, "customer", view_id)
    with reading() as x:
        assert x.execute(select(default_view.c.view_id)).all() == [(views[0],)]


def test_two_taps_at_once_choose_one_usual_view(cast: Cast, statements: list[str]) -> None:
    """Whoever comes second must find the row of the first, and not add one of their own."""
    with work(cast.owner, NOW) as w:
        view_id = saved_views.save_view(w, "a", "mine", ListQuery("customer"))
        statements.clear()
        saved_views.choose_default(w, "customer", view_id)
    written = [each for each in statements if "default_view" in each and each.startswith(("INSERT", "DELETE"))]
    assert len(written) == 1
    assert "ON CONFLICT" in written[0]


@pytest.mark.parametrize(("size", "status"), [(5_000, 303), (20_000, 422)])
def test_a_long_condition_is_read_whole_or_not_at_all(client_of: Clients, cast: Cast, size: int, status: int) -> None:
    where = '{"field":"name","op":"is","value":"' + "x" * size + '"}'
    assert _save(client_of(cast.owner), "customer", urlencode({"w": where})).status_code == status


@pytest.mark.parametrize("asked", ["q=a%00b", "f0=name&o0=is&v0=a%00b", "&".join(f"c={n}" for n in range(4000))])
def test_an_address_that_cannot_be_stored_is_not_saved(client_of: Clients, cast: Cast, asked: str) -> None:
    assert _save(client_of(cast.owner), "customer", asked).status_code == 422


def test_a_name_that_cannot_be_stored_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        saved_views.save_view(w, "x\0", "mine", ListQuery("customer"))


def _save(browser: Browser, kind: str, args: str, **form: str) -> Any:
    return browser.send(f"/lists/{kind}/views", {"list": args, "reach": "mine", "name": "Long ago", **form})


def test_a_view_is_saved_opened_renamed_and_put_away(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    browser = client_of(cast.owner)
    answer = _save(browser, "customer", "f0=grade&o0=is&v0=A&sort=name&c=name&c=grade&state=lead")
    assert answer.status_code == 303
    assert answer.location == "/customers?view=1"
    page = browser.get("/customers?view=1")
    assert shown(page) == {"王芳", "张伟"}
    assert 'aria-current="page">Long ago' in page.text
    assert '<option value="A" selected>' in page.text
    assert browser.send("/views/1", {"name": "A-Kunden", "reach": "team", "version": "1"}).status_code == 303
    assert "A-Kunden" in client_of(cast.colleague).get("/customers").text
    assert browser.send("/views/1", {"name": "x", "reach": "team", "version": "1"}).status_code == 409
    assert browser.send("/views/1/archive").status_code == 303
    assert "A-Kunden" not in browser.get("/customers").text.replace("/views/1", "")
    assert browser.get("/customers?view=1").status_code == 404
    assert browser.send("/views/1/restore").status_code == 303
    assert shown(browser.get("/customers?view=1")) == {"王芳", "张伟"}


def test_who_sees_and_changes_a_view(client_of: Clients, cast: Cast) -> None:
    for reach in ("mine", "team"):
        assert _save(client_of(cast.owner), "customer", "state=lead", reach=reach).status_code == 303
    sees = {
        "owner": (200, 200),
        "colleague": (404, 200),
        "manager": (404, 200),
        "outsider": (404, 404),
        "reader": (404, 200),
    }
    for who, (mine, teams) in sees.items():
        browser = client_of(getattr(cast, who))
        assert (browser.get("/views/1").status_code, browser.get("/views/2").status_code) == (mine, teams), who
        assert browser.get("/customers?view=2").status_code == teams, who
    change = {"name": "New", "reach": "team", "version": "1"}
    assert client_of(cast.colleague).send("/views/2", change).status_code == 403
    assert client_of(cast.colleague).send("/views/2/archive").status_code == 403
    assert client_of(cast.outsider).send("/views/2", change).status_code == 404
    assert client_of(cast.manager).send("/views/2", change).status_code == 303
    assert _save(client_of(cast.manager), "customer", "", reach="everybody").status_code == 422
    assert _save(client_of(cast.admin), "customer", "", reach="everybody").status_code == 303
    assert client_of(cast.outsider).get("/views/3").status_code == 200


def test_what_is_wrong_with_a_view_is_said_and_what_was_typed_is_kept(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.owner)
    answer = _save(browser, "customer", "f0=grade&o0=is&v0=A", name=" ", reach="team")
    assert answer.status_code == 422
    assert "Please give the view a name." in answer.text
    assert "f0=grade&amp;o0=is&amp;v0=A" in answer.text
    answer = _save(browser, "customer", "", name="x" * 81)
    assert answer.status_code == 422
    assert "x" * 81 in answer.text
    assert _save(browser, "customer", "").status_code == 303
    answer = browser.send("/views/1", {"name": "", "reach": "mine", "version": "1"})
    assert answer.status_code == 422
    assert _save(browser, "contact", "").status_code == 404


def test_a_list_opens_with_the_usual_view_and_without_it_when_asked(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    browser = client_of(cast.owner)
    _save(browser, "customer", "f0=grade&o0=is&v0=A", usual="1")
    assert shown(browser.get("/customers")) == {"王芳", "张伟"}
    assert shown(browser.get("/customers?view=0")) == {"王芳", "李娜", "张伟"}
    assert shown(browser.get("/customers?state=lead")) == {"王芳", "李娜", "张伟"}
    assert shown(client_of(cast.manager).get("/customers")) == {"王芳", "李娜", "张伟"}
    assert browser.send("/views/1/usual/off").status_code == 303
    assert shown(browser.get("/customers")) == {"王芳", "李娜", "张伟"}


def test_a_view_lives_on_when_its_field_is_put_away(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    field = _own_field(cast, label="Size", type="integer")
    browser = client_of(cast.owner)
    _save(browser, "customer", f"f0={field}&o0=at_least&v0=5&f1=grade&o1=is&v1=A")
    with work(cast.admin, NOW) as w:
        archive_field(w, 1)
    page = browser.get("/customers?view=1")
    assert shown(page) == {"王芳", "张伟"}
    assert f"Left out, because it is not there any more or not for you to see: {field}" in page.text
    assert browser.get("/views/1").status_code == 200


@pytest.mark.parametrize(
    "where",
    [
        When("grade", "is", "A"),
        AllOf((When("state", "is", "lead"), When("owner", "is", ME), Not(When("name", "contains", "x")))),
        AllOf((When("state", "is", "lead"), AnyOf((When("grade", "is", "A"), When("tag", "contains", "1"))))),
        AnyOf((AllOf((When("grade", "is", "A"), When("name", "filled"))), When("created", "within", 7))),
        Not(AllOf((When("grade", "is", "A"), When("name", "filled")))),
        None,
    ],
)
def test_every_question_has_an_address_that_means_the_same(client_of: Clients, cast: Cast, where: Any) -> None:
    _people(cast)
    with work(cast.owner, NOW) as w:
        saved_views.save_view(w, "View", "mine", ListQuery("customer", where, sort="name", descending=False))
    browser = client_of(cast.owner)
    page = browser.get("/customers?view=1")
    args = re.search(r'href="/lists/customer/views/new\??([^"]*)"', page.text)
    assert args
    address = args[1].replace("&amp;", "&")
    assert shown(browser.get(f"/customers?{address or 'view=0'}")) == shown(page)
    assert _save(browser, "customer", address).status_code == 303
    with reading() as x:
        one, other = x.scalars(select(saved_view.c.query).order_by(saved_view.c.id)).all()
    assert ListQuery.from_data(one).where == ListQuery.from_data(other).where


# --- export ---


def _exported(browser: Browser, kind: str, args: str = "") -> list[list[str]]:
    answer = browser.send(f"/lists/{kind}/export", dict(pair.split("=") for pair in args.split("&") if pair))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_who_may_not_export_gets_nothing(client_of: Clients, cast: Cast) -> None:
    for who, status in (("owner", 403), ("reader", 403), ("manager", 200), ("admin", 200)):
        browser = client_of(getattr(cast, who))
        assert browser.send("/lists/customer/export").status_code == status, who
        assert ("Save as a file" in browser.get("/customers").text) is (status == 200)
        assert browser.get("/lists/customer/export").status_code == status, who


def test_the_file_has_the_lists_rows_columns_and_order_and_is_written_down(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    rows = _exported(client_of(cast.manager), "customer", "grade=A&sort=created.r&c=name")
    assert rows[0][:3] == ["Name", "Company", "Phone"]
    assert [row[0] for row in rows[1:]] == ["王芳", "张伟"]
    with reading() as x:
        told = x.execute(select(event).where(event.c.kind == "list.exported")).one()
        personal = x.scalar(select(event_payload.c.body).where(event_payload.c.event_id == told.id))
    assert (told.actor_id, told.data["list"], told.data["n"]) == (cast.manager.id, "customer", 2)
    assert personal["query"]["where"] == {"field": "grade", "op": "is", "value": "A"}


def test_nobody_exports_what_they_do_not_see(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    field = _own_field(cast, label="Margin", type="integer", readers=("reader",))
    _filled("李娜", field, 77123)
    rows = _exported(client_of(cast.manager), "customer", "c=name&f0=name&o0=filled")
    assert {row[0] for row in rows[1:]} == {"王芳", "李娜", "张伟"}
    asked = {"c": "name", "f0": field, "o0": "filled"}
    assert client_of(cast.manager).send("/lists/customer/export", asked).status_code == 422
    text = client_of(cast.manager).send("/lists/customer/export", {"c": field}).text
    assert "77123" not in text
    assert "77123" in client_of(cast.admin).send("/lists/customer/export", {"c": field}).text
    assert len(_exported(client_of(cast.other_manager), "customer")) == 2


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "%"])
def test_no_cell_is_a_formula(client_of: Clients, cast: Cast, sign: str) -> None:
    added(cast.owner, name=f"{sign}HYPERLINK(1)", company="Fine")
    rows = _exported(client_of(cast.manager), "customer")
    assert rows[1][:2] == [f"'{sign}HYPERLINK(1)", "Fine"]


def test_no_cell_is_a_formula_behind_a_space(client_of: Clients, cast: Cast) -> None:
    added(cast.owner, name="王芳")
    with work(cast.owner, NOW) as w:
        w.session.execute(update(customer).values(name=" =1+1"))
    assert _exported(client_of(cast.manager), "customer", "c=name")[1][0] == "' =1+1"


def test_deals_and_activities_are_exported_too(client_of: Clients, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王芳")
    deal_id = with_deal(cast.owner, customer_id, cast.owner, "Oven")
    with work(cast.owner, NOW) as w:
        w.session.execute(update(deal).where(deal.c.id == deal_id).values(amount_minor=123450))
    rows = _exported(client_of(cast.manager), "deal")
    assert rows[0][3:5] == ["Amount", "Currency"]
    assert rows[1][0] == "Oven"
    assert rows[1][3:5] == ["1234.50", "CNY"]
    assert _exported(client_of(cast.manager), "activity", "state=all&who=team")[0][0] == "Kind"


def test_a_share_that_ended_is_not_listed(client_of: Clients, cast: Cast) -> None:
    shared = added(cast.owner, name="陈杰", grade="A")
    shared_with(cast.owner, shared, cast.outsider, "read", days=1)
    assert shown(client_of(cast.outsider).get("/customers?f0=grade&o0=is&v0=A")) == {"陈杰"}
    shared_with(cast.owner, added(cast.owner, name="王芳", grade="A"), cast.outsider, "read", days=-1)
    assert shown(client_of(cast.outsider).get(f"/customers?{urlencode({'f0': 'grade', 'o0': 'is', 'v0': 'A'})}")) == {
        "陈杰"
    }


# --- what a row of the filter lacks, what stands above the rows, a step without an hour ---


def test_a_row_without_a_value_says_so_and_is_not_counted(client_of: Clients, cast: Cast) -> None:
    browser = client_of(cast.manager)
    asked = "f0=grade&o0=is&v0=&f1=name&o1=contains&v1=x"
    page = browser.get(f"/customers?{asked}").text
    assert "Grade: Choose a value." in page
    assert "Filter by any field (1)" in page
    href = re.search(r'href="(/lists/customer/filter[^"]*)"', page)
    assert href
    form = browser.get(href[1].replace("&amp;", "&")).text
    assert 'id="filter-v0-error"' in form
    assert form.count("Choose a value.") == 1
    just_chosen = {"HX-Request": "true", "HX-Trigger-Name": "o0"}
    assert "Choose a value." not in browser.get("/lists/customer/filter?f0=grade&o0=is&v0=", headers=just_chosen).text
    assert "Choose a value." not in browser.get("/lists/customer/filter?f0=grade").text


def test_quick_filters_stand_above_the_rows_and_come_off_one_by_one(client_of: Clients, cast: Cast) -> None:
    _people(cast)
    page = client_of(cast.owner).get("/customers?grade=A&state=lead&archived=1&select=1").text
    assert '<details class="filters-more">' in page
    chips = dict(re.findall(r'<a class="chip chip-off" href="([^"]*)"[^>]*>([^<]*)<', page))
    assert {href.replace("&amp;", "&"): text for href, text in chips.items()} == {
        "/customers?grade=A&archived=1&select=1": "State: Lead",
        "/customers?state=lead&archived=1&select=1": "Grade: A · high priority",
        "/customers?state=lead&grade=A&select=1": "Archived customers",
    }
    assert "chip-off" not in client_of(cast.owner).get("/customers").text


def test_a_next_step_without_an_hour_shows_none(client_of: Clients, cast: Cast) -> None:
    customer_id = added(cast.owner, name="王芳")
    deal_id = with_deal(cast.owner, customer_id, cast.owner)
    at = NOW + timedelta(days=1)
    with work(cast.owner, NOW) as w:
        plan_activity(w, NewActivity(customer_id=customer_id, deal_id=deal_id, planned_at=at, all_day=True))
        later = at + timedelta(hours=1)
        plan_activity(w, NewActivity(customer_id=customer_id, deal_id=deal_id, planned_at=later, all_day=False))
    browser = client_of(cast.manager)
    for kind, path in (("customer", "/customers"), ("deal", "/deals/list")):
        page = browser.get(f"{path}?c=next").text
        assert '<td role="cell" data-label="Next step">tomorrow</td>' in page
        rows = list(csv.reader(io.StringIO(browser.send(f"/lists/{kind}/export", {"c": "next"}).text)))
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", rows[1][1])
