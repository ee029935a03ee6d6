"""Tables as files: what a cell becomes in each format, and that no text ever is a formula."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.safe_cells import restored, safe_cell
from salesapp.services import xlsx_writing
from salesapp.services.table_files import Column, csv_parts, json_parts
from salesapp.services.xlsx_writing import xlsx_file
from salesapp.testing import NOW

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULAS = ("=1+1", " =1+1", "\u3000＝1", "+7 495", "-2", "@x", "＋1", "－1", "＠x", "|cmd", "%x", "\tx", "'=1", "''=1")
PLAIN = ("O'Neil", "'t Hooft", "'", "''", "", "王芳", "a=1", " '=1", "x\n=1", "1-2")


@pytest.mark.parametrize("text", FORMULAS)
def test_what_could_be_a_formula_begins_with_an_apostrophe_and_loses_it_again(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert restored(safe_cell(text)) == text


@pytest.mark.parametrize("text", PLAIN)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text == restored(text)


@given(st.text(alphabet="'=＝ \t\na+", max_size=8))
def test_every_text_survives_going_out_and_coming_in(text: str) -> None:
    assert restored(safe_cell(text)) == text


# --- formats ---


def column(place: int, label: str = "") -> Column:
    return Column(f"k{place}", label or f"Label {place}", lambda row: row[place], lambda row: row[place])


def columns(n: int) -> list[Column]:
    return [column(place) for place in range(n)]


def sheet(rows: Sequence[Sequence[Any]], head: Sequence[Column] | None = None) -> list[list[tuple[str, str]]]:
    """Of each cell its type ("inlineStr", "n") and what it holds."""
    width = len(rows[0]) if rows else 0
    with xlsx_file(head or columns(width), (rows,), NOW) as file, zipfile.ZipFile(file) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (our own file)
        assert not [name for name in archive.namelist() if "external" in name.lower()]
    assert root.find(f".//{MAIN}f") is None
    assert root.find(f".//{MAIN}hyperlink") is None
    return [[_cell(cell) for cell in row] for row in root.iter(f"{MAIN}row")]


def _cell(cell: ElementTree.Element) -> tuple[str, str]:
    kind = cell.get("t", "n")
    return kind, "".join(cell.itertext())


@pytest.mark.parametrize("text", [*FORMULAS, "http://example.com", "<r><t>x</t></r>", "00123", "1e5", "TRUE"])
def test_text_in_a_spreadsheet_is_text_and_no_formula(text: str) -> None:
    kind, found = sheet([[text]])[1][0]
    assert kind == "inlineStr"
    assert restored(found).rstrip() == text.rstrip()
    assert found.startswith("'") is text.startswith("'")  # nobody reads one that nobody wrote


def test_days_moments_and_numbers_are_what_they_are() -> None:
    row = [date(2026, 3, 2), datetime(2026, 3, 2, 12, 0), 7, Decimal("12.50"), None, ""]
    assert sheet([row])[1] == [("n", "46083"), ("n", "46083.5"), ("n", "7"), ("n", "12.50")]


def test_what_a_spreadsheet_would_bend_is_text() -> None:
    row = [date(1850, 1, 1), 10**17, Decimal("0.1234567890123456789"), datetime(1, 1, 1)]
    assert [kind for kind, _ in sheet([row])[1]] == ["inlineStr"] * 4
    assert sheet([row])[1][0][1] == "1850-01-01"


def test_a_very_long_text_is_cut_and_says_so() -> None:
    _, text = sheet([["x" * 40_000]])[1][0]
    assert (len(text), text[-1]) == (xlsx_writing.LONGEST, "…")


def test_signs_no_file_can_hold_do_not_break_it() -> None:
    assert sheet([["a\x01b\x0b"]])[1][0][1] == "a_x0001_b_x000B_"


def test_csv_is_utf8_with_its_mark_and_has_bare_numbers() -> None:
    rows = [["王芳, =x", -5, Decimal("-1.50"), date(2026, 3, 2), datetime(2026, 3, 2, 9, 5), None, "=x"]]
    text = "".join(csv_parts(columns(7), (rows,)))
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))[1] == [
        *("王芳, =x", "-5", "-1.50", "2026-03-02", "2026-03-02 09:05", "", "'=x"),
    ]


def test_a_header_is_no_formula_either() -> None:
    head = [column(0, "=own field")]
    assert "'=own field" in "".join(csv_parts(head, ()))
    assert sheet([["x"]], head)[0][0] == ("inlineStr", "=own field")


def test_json_lines_have_keys_and_exact_values() -> None:
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    lines = "".join(json_parts(columns(5), ([["=x\n", Decimal("1.50"), at, ("a", "b"), None]],))).splitlines()
    values = ["=x\n", "1.50", "2026-03-02T09:05:00+00:00", ["a", "b"], None]
    assert json.loads(lines[0]) == dict(zip(("k0", "k1", "k2", "k3", "k4"), values, strict=True))


def test_rows_are_taken_one_part_after_the_other() -> None:
    taken: list[int] = []

    def parts() -> Iterator[list[list[int]]]:
        for number in range(3):
            taken.append(number)
            yield [[number]]

    texts = csv_parts(columns(1), parts())
    next(texts)
    assert taken == []
    next(texts)
    assert taken == [0]
