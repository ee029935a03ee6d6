"""A list as a file, corrected in a spreadsheet, comes back to the records it was made of."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.deal_moves import move_deal
from salesapp.services.deals import NewDeal, open_deal
from salesapp.services.import_runs import RunView
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import activity, contact, customer, deal
from salesapp.testing import NOW, Browser, Cast
from tests.services.customer_kit import added
from tests.web.imports_kit import form_of, uploaded, worked_off

BEFORE = NOW - timedelta(days=3, minutes=7, seconds=33)
SINCE = NOW - timedelta(days=1, minutes=19, seconds=7)
ALL = {"which": "all", "who": "team"}
Clients = Callable[..., Browser]
Cells = dict[str, str]


@pytest.fixture
def boss(client_of: Clients, cast: Cast) -> Browser:
    """Who may take lists out and bring files in, in a house where two customers have one name."""
    for phone in ("13800138001", "13800138002"):
        one = added(cast.manager, name="王芳", phones=[phone], note="两行\n备注", now=BEFORE)
        with work(cast.manager, BEFORE) as w:
            add_contact(w, one, NewContact(name="李娜", position="采购"))
            new = NewDeal(title="年度采购", process="general.six", customer_id=one, amount_minor=1234550)
            deal_id = open_deal(w, new)
        with work(cast.manager, SINCE) as w:
            move_deal(w, deal_id, "needs", 1)
            note_activity(w, NewActivity(kind="call", customer_id=one, outcome="reached", note="谈了价格"))
            note_activity(w, NewActivity(kind="task", customer_id=one, note="合同已寄", direction="in"))
            plan_activity(w, NewActivity(kind="visit", deal_id=deal_id, planned_at=NOW + timedelta(days=3)))
    return client_of(cast.manager)


def file_of(browser: Browser, kind: str, fmt: str = "csv") -> bytes:
    """The list as a file, with all its columns."""
    asked = ALL | {"activity": {"state": "all"}, "contact": {"of": "contact"}}.get(kind, {})
    of_list = "customer" if kind == "contact" else kind
    answer = browser.send(f"/lists/{of_list}/export", {"format": fmt, **asked})
    assert answer.status_code == 200
    return bytes(answer.data)


def edited(content: bytes, change: Callable[[Cells], Cells]) -> str:
    """What somebody made of it in a spreadsheet, row by row."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(change(each) for each in rows)
    return out.getvalue()


def back(browser: Browser, content: bytes | str, name: str = "list.csv", **said: str) -> RunView:
    """Brought in as it is recognised."""
    run_id = uploaded(browser, content, name)
    browser.send(f"/import/{run_id}", {**form_of(browser.get(f"/import/{run_id}").text), **said})
    worked_off(run_id)
    browser.send(f"/import/{run_id}/start")
    return worked_off(run_id)


def counts(run: RunView) -> tuple[int, int, int, int]:
    """Added, changed, already here, rejected."""
    return run.added, run.changed, run.same, run.rejected


def known() -> dict[tuple[str, int], Any]:
    """What the lists tell that these tests correct."""
    columns = {
        "customer": customer.c.name,
        "contact": contact.c.position,
        "deal": deal.c.amount_minor,
        "activity": activity.c.note,
    }
    with reading() as x:
        return {
            (kind, one): value
            for kind, column in columns.items()
            for one, value in x.execute(select(column.table.c.id, column))
        }


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
@pytest.mark.parametrize(("kind", "rows"), [("customer", 2), ("contact", 2), ("deal", 2), ("activity", 6)])
def test_what_nobody_changed_is_here_already(boss: Browser, kind: str, rows: int, fmt: str) -> None:
    run = back(boss, file_of(boss, kind, fmt), f"{kind}.{fmt}", kind=kind)
    assert counts(run) == (0, 0, rows, 0)


CORRECTED = [
    ("customer", 1, {"Name": "王芳芳"}, "王芳芳"),
    ("contact", 2, {"Position": "厂长"}, "厂长"),
    ("deal", 2, {"Amount": "999.5"}, 99950),
    ("activity", 1, {"Note": "谈了价格，要发票"}, "谈了价格，要发票"),
]


@pytest.mark.parametrize(("kind", "one", "typed", "value"), CORRECTED)
def test_what_somebody_corrected_is_changed_and_can_be_taken_back(
    boss: Browser, kind: str, one: int, typed: Cells, value: Any
) -> None:
    before = known()
    content = edited(file_of(boss, kind), lambda row: row | (typed if row["SalesApp ID"] == str(one) else {}))
    run = back(boss, content, kind=kind)
    assert (run.added, run.changed, run.rejected) == (0, 1, 0)
    assert known() == before | {(kind, one): value}
    boss.send(f"/import/{run.id}/undo")
    worked_off(run.id)
    assert known() == before


@pytest.mark.parametrize("kind", ["customer", "contact", "deal", "activity"])
def test_a_row_without_a_number_is_new_and_a_number_nobody_has_is_said(boss: Browser, cast: Cast, kind: str) -> None:
    new = {"SalesApp ID": "", "Name": "沈月", "Phone": "13900139000", "Deal name": "新单", "Note": "新"}
    if kind == "contact":
        added(cast.manager, name="赵磊")
    new["Customer"] = "赵磊" if kind == "contact" else ""

    def change(row: Cells) -> Cells:
        if row["SalesApp ID"] != "1":
            return row | {"SalesApp ID": "77"}
        return row | {name: new[name] for name in row if name in new}

    run = back(boss, edited(file_of(boss, kind), change), kind=kind)
    assert (run.added, run.changed, run.same) == (1, 0, 0)
    page = boss.get(f"/import/{run.id}").text
    assert "There is no SalesApp ID 77 here. Empty this cell, and the row is added." in page


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("customer", {"Name": "赵磊", "Phone": "13700137000"}),
        ("contact", {"Name": "赵磊"}),
        ("deal", {"Deal name": "别的", "Customer": "赵磊"}),
        ("activity", {"Customer": "赵磊"}),
        ("activity", {"Kind": "Meeting"}),
    ],
)
def test_the_number_alone_means_nobody(boss: Browser, kind: str, other: Cells) -> None:
    before = known()
    run = back(boss, edited(file_of(boss, kind), lambda row: row | other), kind=kind, make_customers="yes")
    assert (run.added, run.changed, run.same, known()) == (0, 0, 0, before)
    assert "is another one here: this row was not made of it." in boss.get(f"/import/{run.id}").text


@pytest.mark.parametrize(("kind", "one", "typed", "_value"), CORRECTED)
def test_whose_they_are_is_asked_all_the_same(
    boss: Browser, client_of: Clients, cast: Cast, kind: str, one: int, typed: Cells, _value: Any
) -> None:
    before = known()
    content = edited(file_of(boss, kind), lambda row: row | (typed if row["SalesApp ID"] == str(one) else {}))
    run = back(client_of(cast.other_manager), content, kind=kind)
    assert (run.added, run.changed, run.same, known()) == (0, 0, 0, before)


def test_what_is_no_number_is_said_at_its_place(boss: Browser) -> None:
    run = back(boss, edited(file_of(boss, "deal"), lambda row: row | {"SalesApp ID": "zwei"}), kind="deal")
    assert run.rejected == 2
    assert "“zwei” is no SalesApp ID." in boss.get(f"/import/{run.id}").text
