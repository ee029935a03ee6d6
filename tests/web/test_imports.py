"""The pages of imports: a file, how it is read, what would happen, what came of it, taking it back."""

import re
from collections.abc import Callable
from html import unescape
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from salesapp.domain.importing import CHECKED, DONE, RUNNING, UNDONE, UPLOADED
from salesapp.domain.text import Text
from salesapp.services.import_customer_fields import owner_options
from salesapp.store.engine import reading
from salesapp.store.tables import batch, customer
from salesapp.testing import Browser, Cast
from salesapp.web.imports_words import file_title
from tests.web.imports_kit import CUSTOMERS, brought_in, form_of, run_of, sent, uploaded, worked_off

ClientOf = Callable[..., Browser]


def _living() -> int:
    with reading() as x:
        return int(x.scalar(select(func.count()).where(customer.c.archived_at.is_(None))) or 0)


def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast) -> None:
    for path in ("/import", "/import/1", "/import/1/records", "/import/template/customer.csv"):
        answer = client.get(path)
        assert (answer.status_code, answer.location.startswith("/sign-in?next=")) == (303, True)


def test_who_may_not_sees_no_entry_and_is_refused(client_of: ClientOf, cast: Cast) -> None:
    run_id = uploaded(client_of(cast.manager))
    seller = client_of(cast.owner)
    for path in ("/more", "/settings"):
        assert 'href="/import"' not in seller.get(path).text
        assert 'href="/import"' in client_of(cast.manager).get(path).text
    for path in ("/import", f"/import/{run_id}", f"/import/{run_id}/records", "/import/template/customer.csv"):
        assert seller.get(path).status_code == 403, path
    assert seller.send("/import", sent(CUSTOMERS)).status_code == 403
    assert seller.send("/import/mappings/1/archive").status_code == 403


def test_somebody_elses_is_not_found(client_of: ClientOf, cast: Cast) -> None:
    run_id = uploaded(client_of(cast.manager))
    other = client_of(cast.other_manager)
    for path in ("", "/records", "/rejected"):
        assert other.get(f"/import/{run_id}{path}").status_code == 404, path
    for path in ("", "/start", "/undo", "/like/1"):
        assert other.send(f"/import/{run_id}{path}", {"name": "x"}).status_code == 404, path
    assert "客户.csv" not in other.get("/import").text
    assert "客户.csv" in client_of(cast.admin).get("/import").text


def test_the_first_visit_says_what_can_come_in(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.manager).get("/import").text
    assert "What can come in" in page
    assert 'href="/import/template/customer.csv"' in page
    assert 'href="/import/template/person.csv"' not in page  # only who manages people brings them in


def test_an_empty_table_has_the_labels_of_the_person(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    browser.send("/settings/fields/new?kind=customer", {"label": "床位数", "type": "integer"})
    browser.send("/language", {"language": "zh_Hans"})
    answer = browser.get("/import/template/customer.csv")
    text = answer.data.decode("utf-8-sig")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert {"床位数", "姓名 / 名称"} <= set(text.strip().split(",")), text
    assert browser.get("/import/template/nothing.csv").status_code == 404
    # and filled in, each of its columns is known again
    run_id = uploaded(browser, text + ",".join("x" for _ in text.split(",")) + "\n")
    assert len(run_of(run_id).asked.columns) == len(text.strip().split(","))


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "a.csv", "empty"),
        (None, "", "Choose a file first."),
        (b"%PDF-1.7 ...", "a.csv", "This is a PDF"),
        (b"<html><table>", "a.xls", "This is a web page"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "a.xlsx", "with a password"),
        (b"PK\x03\x04" + b"x" * 600, "a.xlsx", "Excel workbook"),
    ],
)
def test_what_is_no_file_is_said_at_its_place(
    client_of: ClientOf, cast: Cast, content: bytes | None, name: str, says: str
) -> None:
    answer = client_of(cast.manager).send("/import", {} if content is None else sent(content, name))
    assert answer.status_code == 422
    assert says in answer.text
    assert 'id="f-file-error"' in answer.text


def test_the_preview_says_how_the_file_is_read(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, CUSTOMERS.replace(",", ";").encode("gb18030"))
    page = browser.get(f"/import/{run_id}").text
    assert "GB18030" in page
    assert "semicolon" in page
    assert "王建国" in page
    assert re.search(r'name="c0".*?<option value="name" selected>', page, re.DOTALL)
    assert re.search(r'name="c1".*?<option value="phone" selected>', page, re.DOTALL)


def test_another_setting_draws_the_preview_anew(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    form = form_of(browser.get(f"/import/{run_id}").text)
    answer = browser.send(f"/import/{run_id}?redraw=1", {**form, "header": "0"})
    assert answer.status_code == 200
    assert "<td>名称</td>" in answer.text
    assert not run_of(run_id).asked.shape.header
    answer = browser.send(f"/import/{run_id}?redraw=1", {**form, "header": "1", "c2": ""})
    assert run_of(run_id).asked.columns == {0: "name", 1: "phone"}
    assert run_of(run_id).state == UPLOADED


def test_a_wrong_encoding_is_said_at_its_place_and_all_else_kept(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser, CUSTOMERS.encode("gb18030"))
    form = form_of(browser.get(f"/import/{run_id}").text)
    page = browser.send(f"/import/{run_id}?redraw=1", {**form, "encoding": "utf-8", "decimal": ","}).text
    assert 'id="f-encoding-error"' in page
    assert re.search(r'<option value="," selected>1234,50', page)
    page = browser.send(f"/import/{run_id}?redraw=1", {**form, "encoding": "gb18030", "decimal": ","}).text
    assert 'id="f-encoding-error"' not in page
    assert re.search(r'name="c1".*?<option value="phone" selected>', page, re.DOTALL)


def test_one_field_of_two_columns_comes_back_as_chosen(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    form = form_of(browser.get(f"/import/{run_id}").text)
    answer = browser.send(f"/import/{run_id}", {**form, "c1": "name", "name": "月报"})
    assert answer.status_code == 422
    assert "Only one column can be" in answer.text
    assert re.search(r'name="c1".*?<option value="name" selected>', answer.text, re.DOTALL)
    assert 'value="月报"' in answer.text
    assert run_of(run_id).asked.columns[1] == "phone"


def test_words_are_asked_about_and_guessed(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    page = browser.get(f"/import/{run_id}").text
    assert "2 words understood" in page  # A and B
    assert "As it stands: “很好”" in unescape(page)
    form = form_of(page)
    place = next(name[:-2] for name, value in form.items() if value == "很好")
    browser.send(f"/import/{run_id}?redraw=1", {**form, place: "C"})
    assert run_of(run_id).asked.values["grade"]["很好"] == "C"
    page = browser.get(f"/import/{run_id}").text
    browser.send(f"/import/{run_id}?redraw=1", {**form_of(page), place: "="})
    assert "很好" not in run_of(run_id).asked.values["grade"]


def test_another_kind_is_guessed_anew(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    run_id = uploaded(browser, "name,company,email\nAnn,Acme,ann@example.com\n", "people.csv")
    form = form_of(browser.get(f"/import/{run_id}").text)
    for kind, columns in (
        ("person", {0: "name", 2: "email"}),
        ("contact", {0: "name", 1: "customer", 2: "email"}),
        ("customer", {0: "name", 1: "company", 2: "email"}),
    ):
        browser.send(f"/import/{run_id}?redraw=1", {**form, "kind": kind})
        assert run_of(run_id).asked.kind == kind
        assert run_of(run_id).asked.columns == columns
    browser.send(f"/import/{run_id}?redraw=1", {**form, "kind": "ghost"})
    assert run_of(run_id).asked.kind == "customer"


def test_from_a_check_to_taking_it_back(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    here = f"/import/{run_id}"
    answer = browser.send(here, form_of(browser.get(here).text))
    assert (answer.status_code, answer.location) == (303, here)
    assert 'hx-trigger="every 2s"' in browser.get(here).text
    assert 'http-equiv="refresh"' in browser.get(here).text
    assert worked_off(run_id).state == CHECKED
    page = browser.get(here).text
    assert 'hx-trigger="every 2s"' not in page
    assert "Bring in 1 row" in page
    assert f'href="{here}?ask=1#f-c1"' in page  # the short number leads to its column
    assert 'id="f-c1"' in browser.get(f"{here}?ask=1").text
    before = _living()
    assert browser.send(f"{here}/start").status_code == 303
    assert worked_off(run_id).state == DONE
    assert _living() == before + 1
    page = browser.get(here).text
    assert f'href="{here}/records"' in page
    assert "王建国" in browser.get(f"{here}/records").text
    with browser.get(f"{here}/rejected") as rejected:
        assert "attachment" in rejected.headers["Content-Disposition"]
        assert "赵磊" in rejected.data.decode("utf-8-sig")
    assert browser.send(f"{here}/undo").status_code == 303
    assert worked_off(run_id).state == UNDONE
    assert _living() == before
    assert "Taken back." in browser.get(here).text


def test_two_tabs_start_it_once(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    browser.send(f"/import/{run_id}", form_of(browser.get(f"/import/{run_id}").text))
    worked_off(run_id)
    for _ in range(2):
        assert browser.send(f"/import/{run_id}/start").status_code == 303
    assert run_of(run_id).state == RUNNING
    with reading() as x:
        assert x.scalar(select(func.count()).where(batch.c.kind == "import")) == 1
    worked_off(run_id)
    answer = browser.send(f"/import/{run_id}/start")  # a third tab, when all is in
    assert answer.status_code == 422
    with reading() as x:
        assert x.scalar(select(func.count()).where(batch.c.kind == "import")) == 1


def test_a_form_sent_twice_is_one_file(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    places = {browser.send("/import", sent(CUSTOMERS, request_key="same")).location for _ in range(2)}
    assert len(places) == 1


def test_what_is_in_is_changed_no_more(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    form = form_of(browser.get(f"/import/{run_id}").text)
    browser.send(f"/import/{run_id}", form)
    worked_off(run_id)
    browser.send(f"/import/{run_id}/start")
    worked_off(run_id)
    assert browser.send(f"/import/{run_id}", form).status_code == 422
    assert 'class="import-form"' not in browser.get(f"/import/{run_id}?ask=1").text


def test_nothing_in_a_file_runs(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    bad = "<script>alert(1)</script>"
    run_id = uploaded(browser, f"name,grade\n{bad},{bad}\n", f"{bad}.csv")
    browser.send(f"/import/{run_id}?redraw=1", form_of(browser.get(f"/import/{run_id}").text))
    assert bad not in browser.get(f"/import/{run_id}").text
    assert bad not in browser.get("/import").text


def test_pages_ask_the_database_a_bounded_number_of_times(
    client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    browser = client_of(cast.manager)
    few = uploaded(browser)
    lines = "".join(f"C{n},1380000{n:04},A\n" for n in range(60))
    many = uploaded(browser, "名称,电话,等级\n" + lines)
    counts = []
    for run_id in (few, many):
        browser.get(f"/import/{run_id}")
        statements.clear()
        browser.get(f"/import/{run_id}")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14
    brought = brought_in(browser, "名称,电话\n" + lines.replace(",A", ""))
    for path, most in (("", 12), ("/records", 10)):
        statements.clear()
        browser.get(f"/import/{brought}{path}")
        assert len(statements) <= most, statements
    statements.clear()
    browser.get("/import")
    assert len(statements) <= 8


def test_each_kind_has_one_name_on_the_first_page(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    browser.send("/language", {"language": "zh_Hans"})
    page = browser.get("/import").text
    told, tables = page.split("<dl", 1)[1].split("</dl>")[0], page.split('class="menu"')[-1]
    for name in ("跟进", "公司成员"):
        assert name in told
        assert name in tables
    assert ">活动<" not in told
    seller = client_of(cast.manager).get("/import").text
    assert "who works here, with team and role" not in seller  # only what they may bring


def test_only_options_with_an_effect_are_asked(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    without = browser.get(f"/import/{uploaded(browser)}").text
    assert 'name="o-source_group"' not in without
    run_id = uploaded(browser, "名称,来源\n王建国,展会\n")
    page = browser.get(f"/import/{run_id}").text
    assert 'name="o-source_group"' in page
    form = form_of(page) | {"o-source_group": "offline", "c1": ""}
    assert browser.send(f"/import/{run_id}?redraw=1", form).status_code == 200  # what is hidden stays as it was said
    assert run_of(run_id).asked.options["source_group"] == "offline"


@pytest.mark.parametrize(("names", "proposed"), [(["ann"], "ann"), (["ann", "bob"], ""), ([], "")])
def test_where_nobody_else_is_the_one_person_is_proposed_as_owner(names: list[str], proposed: str) -> None:
    house = SimpleNamespace(people_choices={name: Text(name, name, name, name) for name in names})
    owner, unknown = owner_options(house)  # type: ignore[arg-type]
    assert (owner.default, unknown.default) == (proposed, "")
    if names:
        assert owner.choices is not None
        assert list(owner.choices) == names


@pytest.mark.parametrize("header", ["名称,电话,档次,备注二", "档次,名称,电话,备注二"])
def test_rejected_rows_come_back_with_the_words_that_were_chosen(client_of: ClientOf, cast: Cast, header: str) -> None:
    browser = client_of(cast.manager)
    first = uploaded(browser, f"{header}\n" + _row(header, "王建国", "很大") + _row(header, "", "很大"))
    at = header.split(",").index("档次")
    said = form_of(browser.get(f"/import/{first}").text) | {f"c{at}": "grade", "c3": ""}
    browser.send(f"/import/{first}", said | {"do": "look"})
    said = form_of(browser.get(f"/import/{first}").text) | {"v0-0": "A"}
    browser.send(f"/import/{first}", said)
    worked_off(first)
    browser.send(f"/import/{first}/start")
    assert worked_off(first).rejected == 1
    with browser.get(f"/import/{first}/rejected") as rejected:
        mended = rejected.data
    again = uploaded(browser, mended, "还有.csv")
    assert (run_of(again).asked.columns, run_of(again).asked.values) == (
        run_of(first).asked.columns,
        run_of(first).asked.values,
    )
    assert run_of(again).asked.values == {"grade": {"很大": "A"}}
    other = uploaded(client_of(cast.admin), mended, "别人.csv")
    assert "grade" not in run_of(other).asked.values


def _row(header: str, name: str, grade: str) -> str:
    cells = {"名称": name, "电话": "13800000001", "档次": grade, "备注二": ""}
    return ",".join(cells[each] for each in header.split(",")) + "\n"


FOLDED = '<div id="part-shape"><details class="fold"><summary>'
UNFOLDED = '<div id="part-shape"><details class="fold" open><summary>'


def test_how_the_file_is_read_stands_folded_until_something_is_doubtful(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    certain = browser.get(f"/import/{uploaded(browser)}").text
    assert FOLDED in certain
    assert "dates year-month-day" not in certain  # there is none
    run_id = uploaded(browser, "Name,Since\nAnn,03/04/2026\n")
    doubtful = browser.get(f"/import/{run_id}").text
    assert UNFOLDED in doubtful
    assert "dates month-day-year" in doubtful


def test_it_stays_unfolded_while_it_is_being_changed(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    run_id = uploaded(browser)
    said = form_of(browser.get(f"/import/{run_id}").text) | {"decimal": ","}
    assert UNFOLDED in browser.send(f"/import/{run_id}?redraw=1", said).text
    assert FOLDED in browser.send(f"/import/{run_id}?redraw=1", said).text  # something else is being changed


def test_of_a_long_name_the_ending_is_seen(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.manager)
    name = "Customers of the northern branch, everything, exported 2026-03-01.csv"
    page = browser.get(f"/import/{uploaded(browser, name=name)}").text
    assert "<h1>Customers of…2026-03-01.csv</h1>" in page
    assert file_title("北方分公司全部客户名单以及联系记录三月份.xlsx") == "北方分公司全…录三月份.xlsx"
    assert file_title("客户.csv") == "客户.csv"
