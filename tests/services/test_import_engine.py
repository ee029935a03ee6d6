"""The engine of imports: killed it goes on, of two workers one goes on, a failure takes everything back, and so does
undo, but for what somebody changed since."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.importing import DONE, FAILED, RUNNING, UNDOING, UNDONE, FileShape, Row
from salesapp.domain.permissions import SYSTEM
from salesapp.services import (
    import_customer_undo,
    import_customer_writing,
    import_customers,
    import_files,
    import_pass,
    import_taking_back,
    import_work,
)
from salesapp.services import import_runs as runs
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import change_customer
from salesapp.services.housekeeping import clean_up
from salesapp.services.people import deactivate
from salesapp.services.work import work
from salesapp.store import search
from salesapp.store.engine import reading
from salesapp.store.tables import batch, contact_point, customer, event, import_line, job
from salesapp.testing import NOW, Cast
from tests.services import import_kit as kit

ASKED = kit.asked("customer", {0: "key", 1: "name", 2: "phone"})


def people(n: int, first: int = 0) -> str:
    return "k,n,p\n" + "".join(f"{i},P{i},138{i:08d}\n" for i in range(first, first + n))


def count(table: Any, *which: Any) -> int:
    with reading() as x:
        return int(x.scalar(select(func.count()).select_from(table).where(*which)) or 0)


LIVING = customer.c.archived_at.is_(None)


@pytest.fixture
def by_tens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of ten rows, however fast it goes."""
    for name in ("FEWEST", "MOST", "BEGIN_WITH"):
        monkeypatch.setattr(import_pass, name, 10)


def test_a_portion_takes_as_long_as_others_may_wait() -> None:
    pace = import_pass.Pace()
    taken = []
    for seconds in (0.3, 10.0, 10.0, 0.15, 0.001, 0.001):
        pace.took(pace.rows, seconds)
        taken.append(pace.rows)
    assert taken == [100, 50, 25, 25, 37, 55]  # a slow machine writes a little at a time, and more when it can
    for _ in range(20):
        pace.took(pace.rows, 0.001)
    assert pace.rows == import_pass.MOST


class PowerCut(BaseException):
    """What no handler sees: the process is gone."""


def cut_in(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> None:
    """Let the writing of this portion end like that, once."""
    whole, calls = import_customer_writing._add, []

    def broken(*args: Any) -> Any:
        calls.append(1)
        if len(calls) == at:
            raise error
        return whole(*args)

    monkeypatch.setattr(import_customer_writing, "_add", broken)


def test_a_column_with_no_place_is_named_where_it_says_something(app: Flask, cast: Cast) -> None:
    content = "Name,Colour,Empty,Reason\nAcme,red,,bad\nBeta,,,bad\nGamma,blue,,bad\n"
    found = kit.checked(cast.admin, kit.brought(cast.admin, content, kit.asked("customer", {0: "name"}))).problems
    said = [(str(each.message), each.count, each.lines) for each in found if "column" in str(each.message)]
    assert said == [("The column “Colour” is not brought in.", 2, (2,))]


def test_killed_in_the_middle_it_goes_on_where_it_stopped(
    app: Flask, cast: Cast, by_tens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = kit.brought(cast.admin, people(45), ASKED)
    with work(cast.admin, NOW) as w:
        runs.start(w, run_id)
    cut_in(monkeypatch, 3, PowerCut())
    with pytest.raises(PowerCut):
        kit.work_off()
    half = kit.view(cast.admin, run_id)
    assert (half.state, half.done, half.added, count(customer)) == (RUNNING, 20, 20, 20)
    later = NOW + kit.LASTS + timedelta(seconds=1)
    kit.work_off(later)
    whole = kit.view(cast.admin, run_id)
    assert (whole.state, whole.done, whole.added, count(customer)) == (DONE, 45, 45, 45)
    assert count(event, event.c.kind == "customer.added") == 45


def test_a_key_before_the_cut_is_still_known_behind_it(
    app: Flask, cast: Cast, by_tens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = kit.brought(cast.admin, people(25) + "3,Again,\n", ASKED)
    with work(cast.admin, NOW) as w:
        runs.start(w, run_id)
    cut_in(monkeypatch, 3, PowerCut())
    with pytest.raises(PowerCut):
        kit.work_off()
    kit.work_off(NOW + kit.LASTS + timedelta(seconds=1))
    run = kit.view(cast.admin, run_id)
    assert (run.added, run.changed, run.rejected) == (25, 0, 1)


def test_of_two_workers_at_one_run_each_row_comes_in_once(
    app: Flask, cast: Cast, by_tens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = kit.brought(cast.admin, people(35), ASKED)
    kit.checked(cast.admin, run_id)
    with work(cast.admin, NOW) as w:
        runs.start(w, run_id)
    args = {"run": run_id, "turn": kit.view(cast.admin, run_id).turn}
    whole = import_work._write
    nested: list[int] = []

    def other_first(at: Any, portion: Any, done: int) -> Any:
        if not nested:  # before the first portion, the other worker does everything
            nested.append(1)
            import_work.bring_in(args, NOW)
        return whole(at, portion, done)

    monkeypatch.setattr(import_work, "_write", other_first)
    import_work.bring_in(args, NOW)
    run = kit.view(cast.admin, run_id)
    assert (run.state, run.added, run.same, count(customer)) == (DONE, 35, 0, 35)


def test_a_failure_takes_everything_back_and_the_file_can_come_again(
    app: Flask, cast: Cast, by_tens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_in(monkeypatch, 3, RuntimeError("the disk is full"))
    run = kit.bring_in(cast.admin, people(45), ASKED)
    assert (run.state, run.added, count(customer, LIVING)) == (FAILED, 20, 0)
    assert run.error is not None
    assert "Nothing of this file was kept" in str(run.error.message)
    assert count(contact_point, contact_point.c.archived_at.is_(None)) == 0
    again = kit.bring_in(cast.admin, people(45), ASKED)
    assert (again.state, again.added, count(customer, LIVING)) == (DONE, 45, 45)


def test_what_did_not_work_is_tried_again_with_the_same_answers(
    app: Flask, cast: Cast, by_tens: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_in(monkeypatch, 3, RuntimeError("the disk is full"))
    run_id = kit.brought(cast.admin, people(45), ASKED)
    failed = kit.imported(cast.admin, run_id)
    for _ in range(2):  # two tabs
        with work(cast.admin, NOW) as w:
            runs.again(w, run_id)
    kit.work_off()
    run = kit.view(cast.admin, run_id)
    assert (failed.state, run.state, run.added, run.error, run.asked) == (FAILED, DONE, 45, None, failed.asked)
    assert run.batch_id != failed.batch_id
    assert count(customer, LIVING) == 45
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        runs.again(w, run_id)
    assert kit.undone(cast.admin, run_id).done == 45


def test_what_is_taken_back_is_counted_in_records(app: Flask, cast: Cast) -> None:
    text = "n,p,s\nAnn,13800000001,Fair\nBob,13800000002,Street\nCid,13800000003,Fair\n"
    asked = kit.asked("customer", {0: "name", 1: "phone", 2: "source"}, options={"make_sources": "yes"})
    run_id = kit.brought(cast.admin, text, asked)
    assert kit.imported(cast.admin, run_id).added == 3
    run = kit.undone(cast.admin, run_id)
    assert (run.state, run.total, run.done, run.left) == (UNDONE, 3, 3, 0)  # and two sources
    with reading() as x:
        told = x.execute(select(event.c.data).where(event.c.kind == "import.undone")).scalar_one()
    assert told["records"] == 3


def test_undo_leaves_what_somebody_changed_since(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(cast.admin, people(6), ASKED)
    assert kit.imported(cast.admin, run_id).added == 6
    ids = ids_by_key()
    with work(cast.admin, NOW) as w:
        change_customer(w, ids["1"], {"name": "Renamed"}, {"name": "P1"})
        add_contact(w, ids["2"], NewContact(name="Wang"))
    run = kit.undone(cast.admin, run_id)
    assert (run.state, run.left, run.done) == (UNDONE, 2, 6)
    with reading() as x:
        left = x.scalars(select(customer.c.id).where(LIVING).order_by(customer.c.id)).all()
        assert search.find(x, SYSTEM, "P3", NOW) == []
    assert left == sorted([ids["1"], ids["2"]])
    again = kit.bring_in(cast.admin, people(6), ASKED)
    assert (again.added, again.changed, again.same) == (4, 1, 1)


def ids_by_key() -> dict[str, int]:
    with reading() as x:
        rows = x.execute(select(customer.c.external_key, customer.c.id).where(LIVING)).all()
    return {row.external_key: row.id for row in rows}


def test_undo_gives_changed_ones_back_what_they_had(app: Flask, cast: Cast) -> None:
    columns = dict(enumerate(("key", "name", "phone", "company", "grade", "tag", "created_at")))
    asked = kit.asked("customer", columns)
    head = "k,n,p,c,g,t,d\n"
    kit.bring_in(cast.admin, head + "1,Ann,13800000001,Old,A,,2024-01-01\n2,Bob,,Old,,,\n", asked)
    run_id = kit.brought(cast.admin, head + "1,Anna,13800000002,New,B,VIP,2024-02-01\n2,Bob,,New,,,\n", asked)
    assert kit.imported(cast.admin, run_id).changed == 2
    with work(cast.admin, NOW) as w:
        change_customer(w, ids_by_key()["2"], {"company": "Mine"}, {"company": "New"})
    run = kit.undone(cast.admin, run_id)
    assert (run.state, run.left) == (UNDONE, 1)
    with reading() as x:
        rows = {row.external_key: row for row in x.execute(select(customer))}
        assert [hit.title for hit in search.find(x, SYSTEM, "13800000001", NOW)] == ["Ann"]
        assert search.find(x, SYSTEM, "13800000002", NOW) == []
    one = rows["1"]
    assert (one.name, one.company, one.grade, one.created_at.year, one.created_at.month) == ("Ann", "Old", "A", 2024, 1)
    assert rows["2"].company == "Mine"


def test_undo_while_it_runs_stops_it(app: Flask, cast: Cast, by_tens: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = kit.brought(cast.admin, people(45), ASKED)
    kit.checked(cast.admin, run_id)
    with work(cast.admin, NOW) as w:
        runs.start(w, run_id)
    whole, n = import_work._write, []

    def undone_meanwhile(at: Any, portion: Any, done: int) -> Any:
        n.append(1)
        if len(n) == 3:
            with work(cast.admin, NOW) as w:
                runs.undo(w, run_id)
        return whole(at, portion, done)

    monkeypatch.setattr(import_work, "_write", undone_meanwhile)
    kit.work_off()
    run = kit.view(cast.admin, run_id)
    assert (run.state, count(customer, LIVING)) == (UNDONE, 0)


def test_rejected_rows_come_as_a_file_that_goes_in_when_mended(app: Flask, cast: Cast, tmp_path: Path) -> None:
    text = "编号;姓名;手机\r\n1;张三;13800000001\r\n2;李四;1380000\r\n3;;\r\n"
    asked = kit.asked("customer", {0: "key", 1: "name", 2: "phone"}, shape=FileShape(encoding="gb18030", delimiter=";"))
    run = kit.bring_in(cast.admin, text.encode("gb18030"), asked)
    assert (run.added, run.rejected) == (1, 2)
    assert run.rejected_key is not None
    content = import_files.path_of(run.rejected_key).read_bytes().decode("gb18030")
    lines = content.splitlines()
    assert lines[0] == "编号;姓名;手机;原因"
    assert [line.split(";")[0] for line in lines[1:]] == ["2", "3"]
    assert "11 位" in lines[1]
    mended = content.replace(";1380000;", ";13800000002;").replace("3;;;", "3;王五;;")
    again = kit.bring_in(cast.admin, mended.encode("gb18030"), asked)
    assert (again.added, again.same, again.rejected) == (2, 0, 0)


def test_a_file_of_rejected_rows_opens_in_a_spreadsheet_as_text(app: Flask) -> None:
    rows = [(Row(2, ("=1+1", "王芳")), ["=HYPERLINK(1)"])]
    written = import_files.write_rejected(FileShape(), ("n", "m"), iter(rows), "en")
    content = import_files.path_of(written.key).read_bytes()
    assert content.decode().startswith("\ufeff")  # else Excel takes UTF-8 for a code page
    assert content.decode("utf-8-sig").splitlines()[1] == "'=1+1,王芳,'=HYPERLINK(1)"


@pytest.mark.parametrize(("encoding", "written"), [("cp1252", "utf-8-sig"), ("gb18030", "gb18030")])
def test_an_encoding_without_letters_for_the_reasons_is_not_kept(app: Flask, encoding: str, written: str) -> None:
    rows = [(Row(2, ("Müller",)), ["电话少一位"])]
    made = import_files.write_rejected(FileShape(encoding=encoding), ("n",), iter(rows), "zh_Hans")
    content = import_files.path_of(made.key).read_bytes().decode(written)
    assert content.splitlines() == ["n,原因", "Müller,电话少一位"]


def test_what_cannot_be_read_to_its_end_brings_nothing(app: Flask, cast: Cast) -> None:
    content = people(3000).encode() + b"x,\xff\xfe,\n"
    run_id = kit.brought(cast.admin, content, ASKED)
    run = kit.imported(cast.admin, run_id)
    assert (run.state, count(customer)) == ("uploaded", 0)
    assert run.error is not None


def test_a_question_may_change_until_it_is_brought_in(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(cast.admin, people(2), ASKED)
    with work(cast.admin, NOW) as w:
        runs.check(w, run_id)
        runs.ask(w, run_id, kit.asked("customer", {1: "name"}))
    kit.work_off()
    assert kit.view(cast.admin, run_id).state == "uploaded"  # the check of the earlier question counts no more
    for wrong in (
        kit.asked("customer", {0: "nothing"}),
        kit.asked("customer", {0: "name", 1: "name"}),
        kit.asked("customer", {0: "name"}, options={"kind": "cow"}),
        kit.asked("customer", {0: "name"}, shape=FileShape(delimiter=",,")),
    ):
        with pytest.raises(Refused), work(cast.admin, NOW) as w:
            runs.ask(w, run_id, wrong)
    assert kit.imported(cast.admin, run_id).state == DONE
    with pytest.raises(Refused, match="has begun"), work(cast.admin, NOW) as w:
        runs.ask(w, run_id, ASKED)


def test_starting_twice_is_starting_once(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(cast.admin, people(2), ASKED)
    kit.checked(cast.admin, run_id)
    for _ in range(2):
        with work(cast.admin, NOW) as w:
            runs.start(w, run_id)
    kit.work_off()
    assert (kit.view(cast.admin, run_id).added, count(batch), count(job, job.c.name == runs.RUN_JOB)) == (2, 1, 1)


def test_who_may_bring_in_and_look(app: Flask, cast: Cast) -> None:
    kept = runs.keep(io.BytesIO(b"n\nAnn\n"), "a.csv")
    for actor in (cast.owner, cast.reader):
        with pytest.raises(NotAllowed), work(actor, NOW) as w:
            runs.begin(w, kept, "a.csv")
    run_id = kit.brought(cast.manager, people(1), ASKED)
    person = kit.brought(cast.admin, "name\nAnn\n", kit.asked("person", {0: "name"}))
    with reading() as x:
        assert runs.load(x, cast.admin, run_id).id == run_id
        assert [run.id for run in runs.listing(x, cast.manager)] == [run_id]
        assert [run.id for run in runs.listing(x, cast.admin)] == [person, run_id]
        assert runs.listing(x, cast.other_manager) == []
        for actor, error in ((cast.owner, NotAllowed), (cast.other_manager, NotFound), (cast.outsider, NotAllowed)):
            with pytest.raises(error):
                runs.load(x, actor, run_id)
    steps: tuple[Callable[..., Any], ...] = (runs.check, runs.start, runs.undo)
    for step in steps:
        with pytest.raises(NotFound), work(cast.other_manager, NOW) as w:
            step(w, run_id)
        with pytest.raises(NotAllowed), work(cast.owner, NOW) as w:
            step(w, run_id)
    with pytest.raises(NotAllowed), work(cast.manager, NOW) as w:
        runs.ask(w, run_id, kit.asked("person", {0: "name"}))
    assert count(customer) == 0


def test_who_has_left_brings_nothing_in(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(cast.manager, people(3), ASKED)
    with work(cast.manager, NOW) as w:
        runs.start(w, run_id)
    with work(cast.admin, NOW) as w:
        deactivate(w, int(cast.manager.id or 0))
    kit.work_off()
    assert (kit.view(cast.admin, run_id).state, count(customer)) == (FAILED, 0)


def test_a_portion_takes_a_bounded_number_of_statements(app: Flask, cast: Cast, statements: list[str]) -> None:
    kit.bring_in(cast.admin, people(40), ASKED)
    ran = {}
    for n in (100, 200):
        run_id = kit.brought(cast.admin, people(n, first=1000 + n), ASKED)
        kit.checked(cast.admin, run_id)
        with work(cast.admin, NOW) as w:
            runs.start(w, run_id)
        statements.clear()
        kit.work_off()
        ran[n] = len(statements)
    assert ran[200] <= ran[100] + 2
    assert ran[200] < 70


def test_old_files_go_and_what_they_said(app: Flask, cast: Cast) -> None:
    run = kit.bring_in(cast.admin, people(1) + "9,,\n", ASKED)
    assert (run.file_key is not None, run.rejected_key is not None, count(import_line)) == (True, True, 1)
    with work(SYSTEM, NOW + import_files.KEPT_FOR - timedelta(hours=1)) as w:
        clean_up(w)
    assert kit.view(cast.admin, run.id).file_key == run.file_key
    with work(SYSTEM, NOW + import_files.KEPT_FOR + timedelta(hours=1)) as w:
        clean_up(w)
    after = kit.view(cast.admin, run.id)
    assert (after.file_key, after.rejected_key, dict(after.findings), count(import_line)) == (None, None, {}, 0)
    assert (after.added, after.rejected) == (1, 1)
    assert import_files.sweep_files(NOW + timedelta(days=4000)) == 2
    assert import_files.sweep_files(NOW + timedelta(days=4000)) == 0


def test_empty_files_and_too_large_ones_are_refused_with_a_sentence(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="is empty"):
        runs.keep(io.BytesIO(b""), "a.csv")
    monkeypatch.setattr(import_files, "MOST_BYTES", 10)
    with pytest.raises(Refused, match="too large"):
        runs.keep(io.BytesIO(b"x" * 11), "a.csv")
    assert runs.keep(io.BytesIO(b"x" * 10), "a.csv").size == 10


def test_the_preview_says_what_is_wrong_with_the_columns(app: Flask, cast: Cast) -> None:
    text = "n,p,g\nAnn,138,Z\nBob,139,\n"
    run_id = kit.brought(cast.admin, text, kit.asked("customer", {0: "name", 1: "phone", 2: "grade"}))
    with reading() as x:
        shown = runs.preview(x, cast.admin, run_id, NOW)
    assert shown.header == ("n", "p", "g")
    assert [row.cells for row in shown.rows] == [("Ann", "138", "Z"), ("Bob", "139", "")]
    assert [(each.field, each.lines) for each in shown.findings] == [("grade", (2,))]
    assert next(iter(shown.kinds)) == "customer"
    with work(cast.admin, NOW) as w:
        runs.ask(w, run_id, kit.asked("customer", {2: "grade"}))
    with reading() as x:
        shown = runs.preview(x, cast.admin, run_id, NOW)
    assert [each.place for each in shown.problems] == ["columns"]


def test_the_history_says_who_took_it_back(app: Flask, cast: Cast) -> None:
    run = kit.bring_in(cast.manager, people(1), ASKED)
    kit.undone(cast.admin, run.id)
    with reading() as x:
        said = x.execute(select(event.c.kind, event.c.actor_id).where(event.c.batch_id.is_not(None)))
        who = {row.kind: row.actor_id for row in said}
        undone = x.scalar(select(event.c.actor_id).where(event.c.kind == "import.undone"))
    assert (who["customer.added"], who["customer.archived"], undone) == (cast.manager.id, cast.admin.id, cast.admin.id)


def test_a_database_that_does_not_answer_leaves_nothing_out_of_an_undo(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit.bring_in(cast.admin, people(3), ASKED)
    run = kit.bring_in(cast.admin, people(3).replace("P", "Q"), ASKED)
    whole, calls = import_customer_undo.take_customer_back, []

    def locked_once(w: Any, item: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))
        whole(w, item)

    monkeypatch.setattr(import_taking_back, "put_new_away", lambda _w, _items: set())  # one after the other
    monkeypatch.setattr(import_customers, "take_customer_back", locked_once)
    assert kit.undone(cast.admin, run.id).state == UNDOING
    kit.work_off(NOW + timedelta(hours=1))
    again = kit.view(cast.admin, run.id)
    assert (again.state, again.left, count(customer, customer.c.name.startswith("P"))) == (UNDONE, 0, 3)


def test_a_file_that_is_not_here_any_more_is_said_in_words(app: Flask, cast: Cast) -> None:
    run_id = kit.brought(cast.admin, people(1), ASKED)
    kit.checked(cast.admin, run_id)
    import_files.path_of(str(kit.view(cast.admin, run_id).file_key)).unlink()
    with reading() as x:
        shown = runs.preview(x, cast.admin, run_id, NOW)
    assert (shown.rows, [str(each.message) for each in shown.problems]) == ((), [runs.GONE])
    for step in (runs.check, runs.start):
        with pytest.raises(Refused, match="not here any more"), work(cast.admin, NOW) as w:
            step(w, run_id)
