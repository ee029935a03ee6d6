"""CSV as it comes: quotes, lines inside cells, what exports put in front, and a sentence for what is broken."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesapp.domain.errors import Refused
from salesapp.domain.importing import FileShape, Row
from salesapp.domain.safe_cells import restored, safe_cell
from salesapp.services import import_csv
from salesapp.services.import_csv import LARGEST_CELL
from salesapp.services.import_reading import guess_shape, head, read_rows
from salesapp.services.table_files import BOM, csv_lines

Make = Callable[[str | bytes], Path]
ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A file that holds this."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def cells(path: Path, **shape: object) -> list[tuple[str, ...]]:
    return [row.cells for row in read_rows(path, FileShape(**shape))]  # type: ignore[arg-type]


def said(path: Path, **shape: object) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        cells(path, **shape)
    return [(each.place, str(each.message)) for each in refused.value.problems]


def test_rows_know_the_line_they_begin_on(make: Make) -> None:
    path = make('a,b\n\n1,"x\ny"\n,\n2,z\n')
    assert list(read_rows(path, FileShape())) == [Row(3, ("1", "x\ny")), Row(6, ("2", "z"))]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_one(make: Make, end: str) -> None:
    path = make(end.join(("a,b", "1,2", "3,4")))
    assert [(row.line, row.cells) for row in read_rows(path, FileShape())] == [(2, ("1", "2")), (3, ("3", "4"))]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_delimiter_is_found_and_read(make: Make, sign: str) -> None:
    path = make("\n".join(sign.join(row) for row in (("name", "phone"), ("Ann", "+49 30 1"), ("Bob", "+49 30 2"))))
    shape = guess_shape(path, "x.csv", "en")
    assert (shape.delimiter, shape.header) == (sign, True)
    assert head(path, shape).header == ("name", "phone")
    assert cells(path, delimiter=sign) == [("Ann", "+49 30 1"), ("Bob", "+49 30 2")]


def test_the_line_that_tells_the_delimiter_is_no_row(make: Make) -> None:
    path = make('\ufeff"sep=;"\r\na;b,c\r\n1;2,5\r\n')
    shape = guess_shape(path, "x.csv", "en")
    assert shape.delimiter == ";"
    assert head(path, shape).header == ("a", "b,c")
    assert list(read_rows(path, shape)) == [Row(3, ("1", "2,5"))]


def test_without_a_header_the_first_row_is_one(make: Make) -> None:
    path = make("Ann,1\nBob,2,3\n")
    assert cells(path, header=False) == [("Ann", "1"), ("Bob", "2", "3")]
    found = head(path, FileShape(header=False))
    assert (found.header, found.total) == (("1", "2", "3"), 2)


def test_rows_of_another_width_stay_as_they_are_but_for_empty_cells_behind(make: Make) -> None:
    path = make("a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n")
    assert cells(path) == [("1", "2"), ("1", "2", "3", "4"), ("1", "2", "3")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp950"])
def test_a_file_is_read_in_the_encoding_it_is_in(make: Make, encoding: str) -> None:
    hant = encoding == "cp950"
    text = "客戶,電話\n" + "臺北市公司,02-23456789\n" * 5 if hant else "客户,电话\n" + "上海市公司,021-1234\n" * 5
    path = make(text.encode(encoding))
    shape = guess_shape(path, "x.csv", "en")
    assert head(path, shape).header == tuple(text.splitlines()[0].split(","))


def test_nuls_are_left_out(make: Make) -> None:
    assert cells(make("a,b\nx\0y,2\n")) == [("xy", "2")]


def test_text_of_wide_characters_is_not_read_as_narrow_ones(make: Make) -> None:
    path = make("name,phone\nAnn,1\n".encode("utf-16-le"))
    assert said(path, encoding="utf-8") == [("encoding", "This is not text in utf-8.")]


def test_bytes_of_another_encoding_are_refused_with_their_line(make: Make) -> None:
    path = make(b"a,b\n1,2\n" * 9000 + "张,1\n".encode("gb18030"))
    assert said(path, encoding="utf-8") == [
        ("encoding", "This is not utf-8: line 18001 cannot be read. Another encoding may be meant.")
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_characters_without_a_mark_are_refused_in_words(make: Make, encoding: str) -> None:
    words = f"This is not {encoding}: line 1 cannot be read. Another encoding may be meant."
    assert said(make("name,phone\nAnn,1\n"), encoding=encoding) == [("encoding", words)]
    path = make("BEGIN:VCARD\nEND:VCARD\n")
    assert said(path, encoding=encoding, format="vcard") == [("encoding", words)]


def test_a_few_broken_letters_do_not_make_it_another_encoding(make: Make) -> None:
    path = make("名称\n".encode() * 40 + "公司".encode()[:-1] + b"\n")
    assert guess_shape(path, "x.csv", "zh_Hans").encoding == "utf-8"


def test_letters_far_behind_the_beginning_are_seen(make: Make) -> None:
    path = make(b"a,b\n1,2\n" * 200_000 + "M\u00fcller,J\u00fcrgen\n".encode("cp1252"))
    assert guess_shape(path, "x.csv", "en").encoding == "cp1252"


@pytest.mark.parametrize(
    "encoding", ["klingon", "rot13", "base64", "", "undefined", "idna", "punycode", "a\0", "a" * 500]
)
def test_an_encoding_there_is_none_of_is_refused(make: Make, encoding: str) -> None:
    [(place, words)] = said(make("a\n1\n"), encoding=encoding)
    assert place == "encoding"
    assert "There is no encoding called" in words


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n"])
def test_a_delimiter_is_one_sign(make: Make, delimiter: str) -> None:
    assert said(make("a\n1\n"), delimiter=delimiter)[0][0] == "delimiter"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('a,b\n1,"x', "In the row that begins in line 2 a quotation mark opens a cell, and none closes it."),
        ('a,b\n1,"x"y\n', "In the row that begins in line 2 a quotation mark stands inside a quoted cell."),
        ("", "The file is empty."),
        ("\n\n , \n", "The file is empty."),
        ("a\n" + "x" * (LARGEST_CELL + 1), "A cell of the row that begins in line 2 has more than 1000000 characters."),
        ("x" * 4_000_001, "There is a line of more than 4000000 characters"),
        ("a\n" + "," * 1500, "Line 2 has 1501 cells; a table has at most 1000 columns."),
    ],
)
def test_what_is_broken_is_said_with_its_line(make: Make, content: str, words: str) -> None:
    assert words in said(make(content))[0][1]


def test_quoted_line_ends_make_no_row_of_the_whole_file(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_csv, "LONGEST_LINE", 100)
    assert len(cells(make("a\n" + "1\n" * 200))) == 200
    assert "this is no table" in said(make("a\n" + '"\n",' * 30))[0][1]


def test_what_comes_before_a_broken_row_is_read(make: Make) -> None:
    rows = read_rows(make('a\n1\n"x'), FileShape())
    assert next(rows).cells == ("1",)
    with pytest.raises(Refused):
        next(rows)


@given(st.text())
def test_what_exports_put_in_front_is_taken_off_again(text: str) -> None:
    assert restored(safe_cell(text)) == text


@given(st.from_regex(r"\A'*[ \t]*[=+@＝-]?[a-z']*\Z"))
def test_apostrophes_that_were_there_stay(text: str) -> None:
    assert restored(safe_cell(text)) == text


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@ANY
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=5))
def test_an_export_comes_back_as_it_was(make: Make, rows: list[list[str]]) -> None:
    path = make(BOM + csv_lines([["a", "b"], *rows]))
    assert cells(path) == [tuple(row) for row in rows if "".join(row).strip()]


@ANY
@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=2, max_size=6), st.sampled_from(",;\t|"))
def test_any_table_of_pythons_own_writer_is_read(make: Make, rows: list[list[str]], sign: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows([["a", "b", "c"], *rows])
    expected = [tuple(map(restored, row)) for row in rows if "".join(row).strip()]
    assert cells(make(out.getvalue()), delimiter=sign) == expected


@ANY
@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_refused(make: Make, content: bytes) -> None:
    path = make(content)
    try:
        shape = guess_shape(path, "x", "en")
        assert len(head(path, shape).rows) <= 20
        list(read_rows(path, shape))
    except Refused as refused:
        assert "".join(str(each.message) for each in refused.problems)  # noqa: PT017 (either is right)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"Rar!\x1a", "archive"),
        (b"<html><table>", "web page"),
        (b"\xef\xbb\xbf<!DOCTYPE HTML>", "web page"),
        (b"", "empty"),
    ],
)
def test_files_of_another_kind_are_named(make: Make, start: bytes, words: str) -> None:
    with pytest.raises(Refused) as refused:
        guess_shape(make(start + b"\0" * 100 if start else b""), "customers.csv", "en")
    assert words in str(refused.value)


def test_a_stream_holds_one_row_at_a_time(make: Make, tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "long.csv"
    with path.open("w") as out:
        out.write("a,b\n")
        out.writelines(f"name {n},{n}\n" for n in range(200_000))
    tracemalloc.start()
    assert sum(1 for _ in read_rows(path, FileShape())) == 200_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000
