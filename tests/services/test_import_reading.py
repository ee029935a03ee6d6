"""Files that programs and phones really wrote: each is read as its maker meant it, or refused with the reason."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from salesapp.domain.import_cells import parse_day, parse_number
from salesapp.domain.import_guess import guess_values
from salesapp.domain.importing import FileShape
from salesapp.domain.text import own_text
from salesapp.services.import_reading import Head, guess_shape, head, read_rows
from salesapp.services.table_files import BOM, csv_lines

DATA = Path(__file__).parents[3] / "shared" / "data"
LANGUAGES = ("en", "zh_Hans", "zh_Hant", "ru")


def real(*names: str) -> Path:
    path = DATA.joinpath(*names)
    if not path.exists():
        pytest.skip(f"../shared/data/{'/'.join(names)} is not here")
    return path


def whole(path: Path, language: str = "en") -> tuple[FileShape, Head, list[dict[str, str]]]:
    """The shape, the head, and every row by column; a row of another width is no row of this file."""
    shape = guess_shape(path, path.name, language)
    found = head(path, shape)
    rows = [dict(zip(found.header, row.cells, strict=True)) for row in read_rows(path, shape)]
    assert found.total == len(rows)
    assert [dict(zip(found.header, row.cells, strict=True)) for row in found.rows] == rows[:20]
    return shape, found, rows


SPECTRUM = (
    "comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "location_coordinates", "newlines",
    "newlines_crlf", "quotes_and_newlines", "simple", "simple_crlf", "utf8",
)  # fmt: skip


@pytest.mark.parametrize("name", SPECTRUM)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_file_of_the_spectrum_gives_its_json(name: str, language: str, tmp_path: Path) -> None:
    path = real("csv-spectrum", "csvs", f"{name}.csv")
    expected: Any = json.loads(real("csv-spectrum", "json", f"{name}.json").read_text("utf-8"))
    if name.endswith("_crlf"):  # the collection's copy lost the line ends its name and its JSON speak of
        content = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        path = tmp_path / f"{name}.csv"
        path.write_bytes(content)
    if isinstance(expected, dict):  # one file's JSON is its only row, with another phone number than the CSV
        expected = [{**expected, "Contact Phone Number": "2095257564"}]
    assert whole(path, language)[2] == expected


def test_no_file_of_the_spectrum_is_left_out() -> None:
    assert {each.stem for each in real("csv-spectrum", "csvs").iterdir()} == set(SPECTRUM)


CONTACTS = {
    # name: encoding, delimiter, header, rows, a column, what its first row holds
    "Google.csv": ("utf-8", ",", True, 1, "Name", "Dr. Max Middle Name Mustermann jr."),
    "NoHeader.csv": ("utf-8", ",", False, 2, "3", "3"),
    "Outlook365.csv": ("cp1252", ",", True, 6, "Last Name", "Jorgensen"),
    "ThunderbirdAnsi.csv": ("cp1252", ",", True, 1, "Primäre E-Mail-Adresse", "privat@folker-kinzel.de"),
    "ThunderbirdUtf8.csv": ("utf-8", ",", True, 1, "Primäre E-Mail-Adresse", "privat@folker-kinzel.de"),
    "WindowsLiveMail.csv": ("utf-8", ";", True, 1, "Straße (privat)", "Straße 42"),
    "atomic_crm_contacts.csv": ("utf-8", ",", True, 500, "last_name", "Kerluke"),
}


@pytest.mark.parametrize("name", CONTACTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_export_of_contacts_is_read(name: str, language: str) -> None:
    encoding, delimiter, header, count, column, cell = CONTACTS[name]
    shape, _, rows = whole(real("contacts", name), language)
    assert (shape.encoding, shape.delimiter, shape.header, len(rows)) == (encoding, delimiter, header, count)
    assert rows[0][column] == cell


def test_no_export_of_contacts_is_left_out() -> None:
    assert {each.name for each in real("contacts").iterdir()} == set(CONTACTS)


CARDS = {
    # name: cards, name of the last one, phones of the last one
    "John_Doe_ANDROID.vcf": (6, "ÑÑÑÑ", 1),
    "John_Doe_BLACK_BERRY.vcf": (1, "John Doe", 1),
    "John_Doe_EVOLUTION.vcf": (1, "Mr. John Richter, James Doe Sr.", 2),
    "John_Doe_GMAIL.vcf": (1, "Mr. John Richter, James Doe Sr.", 2),
    "John_Doe_IPHONE.vcf": (1, "Mr. John Richter James Doe Sr.", 4),
    "John_Doe_LOTUS_NOTES.vcf": (1, "Mr. Doe John I Johny", 1),
    "John_Doe_MAC_ADDRESS_BOOK.vcf": (1, "Mr. John Richter,James Doe Sr.", 4),
    "John_Doe_MS_OUTLOOK.vcf": (1, "Mr. John Richter James Doe Sr.", 2),
    "fullcontact.vcf": (1, "Prefix FirstName MiddleName LastName Suffix", 7),
    "gmail-list.vcf": (3, "Doug White", 0),
    "gmail-single.vcf": (1, "Greg Dartmouth", 2),
    "gmail-single2.vcf": (1, "VCard Test", 8),
    "issue114.vcf": (1, "Dummy, Dummy", 2),
    "outlook-2003.vcf": (1, "John Doe III", 3),
    "outlook-2007.vcf": (1, "Mr. Michael Angstadt Jr.", 3),
    "rfc2426-example.vcf": (2, "Tim Howes", 1),
    "rfc6350-example.vcf": (1, "Simon Perreault", 2),
    "thunderbird-MoreFunctionsForAddressBook-extension.vcf": (1, "John Doe", 3),
}


def every_card() -> dict[str, Path]:
    return {each.name: each for each in real("vcards").rglob("*.vcf")}


@pytest.mark.parametrize("name", CARDS)
def test_every_file_of_cards_is_read(name: str) -> None:
    count, last, phones = CARDS[name]
    shape, _, rows = whole(every_card()[name])
    assert shape.format == "vcard"
    assert (len(rows), rows[-1]["Name"]) == (count, last)
    assert len([each for each in rows[-1]["Phone"].split("; ") if each]) == phones
    assert all(row["Name"] or row["E-mail"] for row in rows)
    assert all(len(cell) < 3000 for row in rows for cell in row.values())  # no photo ended up in a cell


def test_no_file_of_cards_is_left_out() -> None:
    assert set(every_card()) == set(CARDS)


def test_cards_keep_what_they_say() -> None:
    files = every_card()
    henry = whole(files["John_Doe_ANDROID.vcf"])[2][2]
    assert (henry["Name"], henry["Phone"]) == ("Ñ Ñ Ñ Ñ Ñ", "123456789")
    outlook = whole(files["outlook-2003.vcf"])[2][0]
    assert outlook["Note"] == "This is the note field!!\nSecond line\n\nThird line is empty"
    assert (outlook["Company"], outlook["Department"], outlook["Birthday"]) == (
        "Company, The",
        "TheDepartment",
        "1980-03-21",
    )
    perreault = whole(files["rfc6350-example.vcf"])[2][0]
    assert perreault["Phone"] == "+1-418-656-9254 x102; +1-418-262-6501"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hospitals_are_read_with_their_chinese_names(language: str) -> None:
    shape, found, rows = whole(real("hospitals", "hospitals_beijing_gbk.csv"), language)
    assert (shape.encoding, shape.header, len(rows)) == ("gb18030", True, 126)
    assert found.header[:4] == ("ID", "NAME", "pinyin", "place")
    assert rows[0]["NAME"] == "卢沟桥医院"
    assert rows[0]["ADD"] == "北京市丰台区晓月苑清音街１号"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_samples_of_salesforce_are_read(language: str) -> None:
    shape, _, rows = whole(real("salesforce", "accountData.csv"), language)
    assert (shape.encoding, len(rows)) == ("cp1252", 423)
    assert not any("\ufffd" in cell for row in rows for cell in row.values())
    deals = whole(real("salesforce", "opportunityData.csv"), language)[2]
    assert len(deals) == 38
    assert parse_number(deals[0]["AMOUNT"], ".") == Decimal(500_000)
    assert str(parse_day(deals[0]["CLOSEDATE"], "ymd")) == "2005-11-09"


def test_the_leads_of_xeducation_are_read() -> None:
    shape, _, rows = whole(real("xeducation", "Leads.csv"))
    assert (shape.encoding, shape.delimiter, shape.header, len(rows)) == ("utf-8", ",", True, 9240)
    assert sum(row["Converted"] == "1" for row in rows) == 3561
    sources = Counter(row["Lead Source"] for row in rows)
    assert (sources["Google"], sources["google"], sources["Reference"], sources["Organic Search"]) == (
        2868,
        5,
        534,
        1154,
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "order"), [("sales_pipeline.csv", "ymd"), ("sales_pipeline_DD-MM-YYYY.csv", "dmy")])
def test_both_orders_of_dates_of_maven_are_told(name: str, order: str, language: str) -> None:
    shape, _, rows = whole(real("maven_crm", name), language)
    assert (shape.date_order, len(rows)) == (order, 8800)
    assert str(parse_day(rows[0]["engage_date"], order)) == "2016-10-20"
    won = [row for row in rows if row["deal_stage"] == "Won"]
    assert sum(parse_number(row["close_value"], shape.decimal) for row in won) == 10_005_534  # type: ignore[misc]
    days = [parse_day(row["close_date"], order) - parse_day(row["engage_date"], order) for row in won]  # type: ignore[operator]
    assert round(sum(each.days for each in days) / len(days), 2) == 51.78


def test_the_products_of_maven_are_known_again() -> None:
    products = [row["product"] for row in whole(real("maven_crm", "products.csv"))[2]]
    words = {row["product"] for row in whole(real("maven_crm", "sales_pipeline.csv"))[2]}
    found = guess_values({each: own_text({"en": each}) for each in products}, words)
    assert found == {each: "GTX Pro" if each == "GTXPro" else each for each in words}


@pytest.mark.parametrize(("folder", "name", "rows"), [
    ("drugs", "drugs.csv", 1526),
    ("maven_crm", "accounts.csv", 85),
    ("maven_crm", "products.csv", 7),
    ("maven_crm", "sales_teams.csv", 35),
    ("maven_crm", "data_dictionary.csv", 21),
])  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_tables_are_read_whole(folder: str, name: str, rows: int, language: str) -> None:
    shape, _, found = whole(real(folder, name), language)
    assert (shape.encoding, shape.delimiter, shape.header, len(found)) == ("utf-8", ",", True, rows)


def test_naughty_strings_survive(tmp_path: Path) -> None:
    strings: list[str] = json.loads(real("naughty", "blns.json").read_text("utf-8"))
    path = tmp_path / "blns.csv"
    rows = [[str(at), each] for at, each in enumerate(strings)]
    path.write_text(BOM + csv_lines([["n", "text"], *rows]), "utf-8", newline="")
    shape, _, rows = whole(path)
    assert (shape.encoding, shape.delimiter) == ("utf-8", ",")
    assert [row["text"] for row in rows] == [each.replace("\0", "") for each in strings]
