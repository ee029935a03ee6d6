"""vCards as phones and mail programs write them."""

from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesapp.domain.errors import Refused
from salesapp.services import import_vcards
from salesapp.services.import_reading import guess_shape, head, read_rows
from salesapp.services.import_vcards import COLUMNS

ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def cards(folder: Path, content: bytes) -> list[dict[str, str]]:
    path = folder / "cards.vcf"
    path.write_bytes(content)
    shape = guess_shape(path, "cards.vcf", "zh_Hans")
    assert shape.format == "vcard"
    assert head(path, shape).header == COLUMNS
    rows = [dict(zip(COLUMNS, row.cells, strict=True)) for row in read_rows(path, shape)]
    return [{name: cell for name, cell in row.items() if cell} for row in rows]


def card(folder: Path, *lines: str, encoding: str = "utf-8", version: str = "3.0") -> dict[str, str]:
    text = "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))
    [found] = cards(folder, text.encode(encoding))
    return found


def test_a_card_is_a_row(tmp_path: Path) -> None:
    found = card(
        tmp_path,
        "N:Doe;John;;Dr.;",
        "FN:Dr. John Doe",
        "ORG:Firm\\, The;Sales;East",
        "TITLE:Head",
        "item1.TEL;TYPE=CELL:+49 1",
        "TEL;TYPE=WORK,FAX:+49 2",
        "TEL;HOME:+49 3",
        "EMAIL;TYPE=INTERNET:a@b.example",
        "ADR;TYPE=WORK:;;Street 1;Town;;123;Land",
        "URL:http\\://b.example",
        "BDAY:19800322",
        "NOTE:one\\ntwo\\; three",
        "CATEGORIES:VIP,Old\\, grey",
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
        " SkZJRg==",
        "UID:abc",
        "X-WECHAT:doe",
    )
    assert found == {
        "Name": "Dr. John Doe",
        "Company": "Firm, The",
        "Department": "Sales, East",
        "Position": "Head",
        "Phone": "+49 1; +49 3",
        "Fax": "+49 2",
        "E-mail": "a@b.example",
        "Address": "Street 1, Town, 123, Land",
        "Website": "http://b.example",
        "Birthday": "1980-03-22",
        "Note": "one\ntwo; three",
        "Tags": "VIP; Old, grey",
        "Key": "abc",
        "WeChat": "doe",
    }


def test_quoted_printable_of_any_charset_is_read(tmp_path: Path) -> None:
    found = card(
        tmp_path,
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0;=E4=B8=89;;;",
        "ORG;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=B9=AB=CB=BE",
        "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=E4=B8=80=0D=0A=",
        "=E4=BA=8C",
        version="2.1",
    )
    assert found == {"Name": "张三", "Company": "公司", "Note": "一\n二"}


def test_bytes_of_a_code_page_are_read_by_the_files_letters_or_the_propertys(tmp_path: Path) -> None:
    assert card(tmp_path, "FN:北京卢沟桥医院有限公司", encoding="gb18030")["Name"] == "北京卢沟桥医院有限公司"
    assert card(tmp_path, "FN;CHARSET=WINDOWS-1251:Иванов Пётр", encoding="cp1251")["Name"] == "Иванов Пётр"
    assert card(tmp_path, "FN:张三", encoding="utf-16")["Name"] == "张三"
    assert card(tmp_path, "FN:张三", encoding="utf-8-sig")["Name"] == "张三"


def test_an_address_with_chinese_characters_begins_with_the_country(tmp_path: Path) -> None:
    found = card(tmp_path, "FN:x", "ADR:;;南京西路1号;静安区;上海市;200040;中国")
    assert found["Address"] == "中国上海市静安区南京西路1号 200040"


def test_a_name_is_made_of_its_parts_as_its_language_does(tmp_path: Path) -> None:
    assert card(tmp_path, "N:王;小明;;;")["Name"] == "王小明"
    assert card(tmp_path, "N:Doe;Jane;;;")["Name"] == "Jane Doe"
    assert card(tmp_path, "N:Doe;Jane;;;", "FN:J. Doe")["Name"] == "J. Doe"


def test_lines_inside_letters_are_put_together(tmp_path: Path) -> None:
    content = "BEGIN:VCARD\nFN:张三丰\nEND:VCARD\n".encode()
    folded = content.replace("三".encode(), "三".encode()[:1] + b"\r\n " + "三".encode()[1:])
    assert cards(tmp_path, folded) == [{"Name": "张三丰"}]
    assert cards(tmp_path, folded.replace(b"\r\n", b"\r\r\n")) == [{"Name": "张三丰"}]


def test_a_card_inside_a_card_is_not_a_customer(tmp_path: Path) -> None:
    inner = ("AGENT:", "BEGIN:VCARD", "FN:Assistant", "TEL:1", "END:VCARD")
    assert card(tmp_path, "FN:Chief", *inner, "TEL:2", version="2.1") == {"Name": "Chief", "Phone": "2"}


def test_cards_know_the_line_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "two.vcf"
    path.write_bytes(b"\r\nBEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\n\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD")
    assert [row.line for row in read_rows(path, guess_shape(path, "", "en"))] == [2, 6]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"BEGIN:VCARD\nFN:A\nEND:VCARD\nBEGIN:VCARD\nFN:B\n", "The card that begins in line 4 does not end"),
        (b"BEGIN:VCARDS\nEND:VCARDS\n", "There is no card in this file."),
    ],
)
def test_what_is_cut_off_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.vcf"
    path.write_bytes(content)
    with pytest.raises(Refused) as refused:
        list(read_rows(path, guess_shape(path, "x.vcf", "en").__class__(format="vcard")))
    assert words in str(refused.value)


def test_no_card_is_as_long_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_vcards, "LARGEST_CELL", 100)
    photo = "PHOTO:" + "x" * 300
    assert card(tmp_path, "FN:A", photo) == {"Name": "A"}
    for lines in (["NOTE:" + "x" * 101], [f"TEL:{at}" for at in range(60)]):
        with pytest.raises(Refused, match="entry that begins in line 1 does not end"):
            card(tmp_path, *lines)


def test_very_many_numbers_of_one_card_are_read_in_one_go(tmp_path: Path) -> None:
    began = process_time()
    found = card(tmp_path, "FN:A", *(f"TEL:{at}" for at in range(60_000)), "TEL:7")
    assert found["Phone"].count("; ") == 59_999
    assert process_time() - began < 10


VALUE = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=40)


@ANY
@given(VALUE, VALUE, st.integers(5, 30))
def test_any_name_and_note_come_back_folded_anywhere(tmp_path: Path, name: str, note: str, at: int) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")

    lines = [f"FN:{escaped(name)}".encode(), f"NOTE:{escaped(note)}".encode()]
    folded = b"\r\n".join(line[:at] + b"\r\n " + line[at:] if len(line) > at else line for line in lines)
    [found] = cards(tmp_path, b"BEGIN:VCARD\r\nVERSION:3.0\r\n" + folded + b"\r\nEND:VCARD\r\n")
    assert found.get("Name", "") == " ".join(name.split())
    assert found.get("Note", "") == note.strip()


@ANY
@given(st.lists(st.binary(max_size=40), max_size=8))
def test_any_bytes_in_a_card_are_survived(tmp_path: Path, lines: list[bytes]) -> None:
    path = tmp_path / "x.vcf"
    path.write_bytes(b"BEGIN:VCARD\n" + b"\n".join(lines) + b"\nEND:VCARD\n")
    try:
        shape = guess_shape(path, "x.vcf", "en")
        list(read_rows(path, shape))
    except Refused as refused:
        assert refused.problems  # noqa: PT017 (either is right)
