"""Workbooks: what Excel keeps is told as text, and what was made to break a reader is refused in words."""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from salesapp.domain.errors import Refused
from salesapp.domain.importing import FileShape, Row
from salesapp.services import import_encodings, import_sheets
from salesapp.services.import_reading import guess_shape, head, read_rows
from salesapp.services.import_sheet_child import time_of
from salesapp.services.table_files import Column
from salesapp.services.xlsx_writing import xlsx_file
from salesapp.testing import NOW
from tests.services.sheet_kit import raw_workbook, sheet_xml, workbook

CUSTOMERS = (
    ("姓名", "电话", "金额", "日期", "时间", "老客户"),
    ("张三", 13800138000, 1234.5, date(2024, 3, 5), datetime(2024, 3, 5, 10, 20, 30), True),
    (),
    ("'=x", "'+86 10", 0.1 + 0.2, datetime(2024, 3, 5), "", False),
    ("李四",),
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbook(tmp_path / "b.xlsx", {"客户": CUSTOMERS, "Other": [["a"], ["b"]], "Hidden": [["x"]]}, "Hidden")


def said(path: Path, shape: FileShape | None = None) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        list(read_rows(path, shape or guess_shape(path, "b.xlsx", "en")))
    return [(each.place, str(each.message)) for each in refused.value.problems]


def test_cells_are_told_as_text(book: Path) -> None:
    shape = guess_shape(book, "b.xlsx", "zh_Hans")
    assert shape == FileShape(format="xlsx", sheet="客户")
    found = head(book, shape)
    assert found.header == CUSTOMERS[0]
    assert found.sheets == ("客户", "Other")
    assert found.total == 3
    assert found.rows == (
        Row(2, ("张三", "13800138000", "1234.5", "2024-03-05", "2024-03-05 10:20:30", "true")),
        Row(4, ("=x", "+86 10", "0.3", "2024-03-05", "", "false")),
        Row(5, ("李四", "", "", "", "", "")),
    )


def test_numbers_have_the_sign_the_file_is_said_to_have(book: Path) -> None:
    shape = replace(guess_shape(book, "b.xlsx", "en"), decimal=",")
    assert next(iter(read_rows(book, shape))).cells[2] == "1234,5"


TITLED = (("客户名单", ""), ("导出时间：2024-01-01",), (), *CUSTOMERS)


def test_what_stands_above_the_header_is_passed_over_and_can_be_said_otherwise(tmp_path: Path) -> None:
    path = workbook(tmp_path / "t.xlsx", {"S": TITLED})
    shape = guess_shape(path, "t.xlsx", "zh_Hans")
    assert (shape.begins, shape.header) == (4, True)
    found = head(path, shape)
    assert (found.header, found.total, found.rows[0].line) == (CUSTOMERS[0], 3, 5)
    assert found.rows[-1].cells == ("李四", "", "", "", "", "")
    every = head(path, replace(shape, begins=1))
    assert (every.header, every.total) == (("客户名单",), 5)


def test_another_sheet_can_be_meant(book: Path) -> None:
    assert [row.cells for row in read_rows(book, FileShape(format="xlsx", sheet="Other"))] == [("b",)]
    assert said(book, FileShape(format="xlsx", sheet="None")) == [
        ("sheet", "There is no sheet called None in this workbook.")
    ]


@pytest.mark.parametrize("name", ["a\0b", "a" * 200_000])
def test_a_name_no_sheet_can_have_is_none_of_them(book: Path, name: str) -> None:
    [(place, words)] = said(book, FileShape(format="xlsx", sheet=name))
    assert place == "sheet"
    assert "There is no sheet called" in words
    assert len(words) < 400


def test_what_is_taken_apart_waits_for_no_other_workbook(book: Path) -> None:
    rows = list(read_rows(book, FileShape(format="xlsx")))
    with import_sheets._ONE_AT_A_TIME:
        assert list(read_rows(book, FileShape(format="xlsx"))) == rows


def test_a_row_no_memory_should_hold_is_refused(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_encodings, "LONGEST_LINE", 100)
    assert "this is no table" in said(workbook(book, {"S": [["a"], ["x" * 200]]}), FileShape(format="xlsx"))[0][1]


def test_a_text_that_begins_like_an_export_comes_back_from_our_own_workbook(tmp_path: Path) -> None:
    texts = ["=x", "'=x", "''=x", "'quoted'", "+86 10", "'t Hooft"]
    column = Column("k", "K", lambda text: text, str)
    with xlsx_file([column], [texts], NOW) as made:
        (tmp_path / "b.xlsx").write_bytes(made.read())
    assert [row.cells for row in read_rows(tmp_path / "b.xlsx", FileShape(format="xlsx"))] == [(t,) for t in texts]


def test_a_workbook_is_taken_apart_once(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(read_rows(book, FileShape(format="xlsx")))
    monkeypatch.setattr("subprocess.run", None)
    assert list(read_rows(book, FileShape(format="xlsx"))) == rows
    assert list(read_rows(book, FileShape(format="xlsx", sheet="客户"))) == rows
    kept = [each for each in book.parent.iterdir() if each != book]
    assert all(each.stat().st_mode & 0o077 == 0 and each.suffix == ".rows" for each in kept)


def test_a_workbook_of_another_moment_is_read_anew(book: Path) -> None:
    list(read_rows(book, FileShape(format="xlsx", sheet="Other")))
    os.utime(book, (1, 1))
    list(read_rows(book, FileShape(format="xlsx", sheet="Other")))
    assert len([each for each in book.parent.iterdir() if each.suffix == ".rows"]) == 2


def test_a_moment_is_told_to_the_second_and_midnight_is_a_day() -> None:
    assert time_of(datetime(2024, 3, 5, 10, 20, 30, 600_000)) == "2024-03-05 10:20:31"
    assert time_of(datetime(2024, 3, 5, 23, 59, 59, 999_000)) == "2024-03-06"
    assert time_of(timedelta(hours=30)) == "1 day, 6:00:00"


def test_a_changed_workbook_is_read_anew(book: Path) -> None:
    list(read_rows(book, FileShape(format="xlsx")))
    workbook(book, {"New": [["a"], ["other"]]})
    assert [row.cells for row in read_rows(book, FileShape(format="xlsx"))] == [("other",)]


@pytest.mark.parametrize(
    ("name", "words"),
    [("readme.txt", "no Excel workbook"), ("word/document.xml", "no Excel workbook"), ("xl/workbook.xml", "damaged")],
)
def test_an_archive_of_something_else_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr(name, "x")
    assert words in said(tmp_path / "b.xlsx")[0][1]


def test_half_a_workbook_is_refused(book: Path) -> None:
    book.write_bytes(book.read_bytes()[: book.stat().st_size // 2])
    assert "damaged" in said(book)[0][1]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = raw_workbook(tmp_path / "b.xlsx", (b" " * (1 << 20) for _ in range(64)))
    monkeypatch.setattr("subprocess.run", None)
    [(place, words)] = said(path)
    assert place == ""
    assert "unpacks to 64 MB, far more than a table holds" in words


def test_parts_that_lie_over_each_other_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "b.xlsx", {"S": [["a"]]})
    real = zipfile.ZipFile.infolist
    monkeypatch.setattr(zipfile.ZipFile, "infolist", lambda archive: real(archive) * 3)
    monkeypatch.setattr("subprocess.run", None)
    assert "far more than a table holds" in said(path)[0][1]


def test_a_workbook_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "x")
        for at in range(import_sheets.MOST_PARTS):
            archive.writestr(f"p{at}", "")
    assert "10001 parts" in said(tmp_path / "b.xlsx")[0][1]


def test_a_directory_longer_than_any_workbooks_is_not_read(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_sheets, "MOST_DIRECTORY", 300)
    assert "damaged" in said(book)[0][1]


def test_two_cells_at_the_ends_of_a_sheet_do_not_fill_the_memory(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    assert "too large to be read" in said(raw_workbook(tmp_path / "b.xlsx", sheet_xml(rows)))[0][1]


def test_a_reader_that_does_not_end_is_stopped(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_sheets, "PATIENCE", 0.001)
    assert "too large to be read" in said(book)[0][1]
    assert list(book.parent.iterdir()) == [book]


def test_a_reader_has_no_more_memory_than_its_limit(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_sheets, "MEMORY", 1 << 20)
    assert "too large to be read" in said(book)[0][1]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system knows fewer limits")
def test_a_reader_gives_itself_its_limits_and_takes_none_back() -> None:
    code = (
        "import resource as r; from salesapp.services.import_sheet_child import limit; limit(900 << 20, 7, 100);"
        "print([r.getrlimit(each) for each in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_FSIZE, r.RLIMIT_CORE)])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert json.loads(out.replace("(", "[").replace(")", "]")) == [[900 << 20] * 2, [7, 7], [100, 100], [0, 0]]


def test_a_reader_writes_no_more_than_its_limit(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_sheets, "MOST_WRITTEN", 10)
    assert "too large to be read" in said(book)[0][1]


def test_entities_are_not_unfolded(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&lol;</t></is></c></row>'
    entities = '<!DOCTYPE x [<!ENTITY lol "lollollol"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    plain = raw_workbook(tmp_path / "plain.xlsx", sheet_xml(rows.replace("&lol;", "x")))
    assert [row.cells for row in read_rows(plain, FileShape(format="xlsx", header=False))] == [("x",)]
    path = raw_workbook(tmp_path / "b.xlsx", entities + sheet_xml(rows.replace("&lol;", "&lol;&f;")))
    try:
        cells = [cell for row in read_rows(path, FileShape(format="xlsx", header=False)) for cell in row.cells]
    except Refused:
        cells = []
    assert not any("lollol" in cell or "root" in cell for cell in cells)


def test_the_reader_is_not_loaded_by_the_house() -> None:
    code = "import sys, salesapp.services.import_reading; sys.exit('python_calamine' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
