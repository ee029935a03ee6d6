import csv
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from salesapp.domain.contact_points import (
    KINDS,
    MAX_LENGTHS,
    ContactPoint,
    Kind,
    parse_contact_point,
    phone_fragment,
)
from salesapp.domain.errors import Msg

HOSPITALS = Path(__file__).parents[3] / "shared/data/hospitals/hospitals_beijing_gbk.csv"


def normalised(kind: Kind, raw: str, country: str = "CN") -> str:
    point = parse_contact_point(kind, raw, country)
    assert isinstance(point, ContactPoint), f"{raw!r}: {point}"
    return point.normalised


def complaint(kind: Kind, raw: str, country: str = "CN") -> str:
    message = parse_contact_point(kind, raw, country)
    assert isinstance(message, Msg), f"{raw!r} was read as {message}"
    return str(message)


@pytest.mark.parametrize(
    ("raw", "country", "expected"),
    [
        ("13812345678", "CN", "+8613812345678"),
        ("138 1234 5678", "CN", "+8613812345678"),
        ("138-1234-5678", "CN", "+8613812345678"),
        ("１３８１２３４５６７８", "CN", "+8613812345678"),
        ("+86 138 1234 5678", "CN", "+8613812345678"),
        ("0086 13812345678", "CN", "+8613812345678"),
        ("8613812345678", "CN", "+8613812345678"),
        ("\u202d13812345678\u202c", "CN", "+8613812345678"),
        ("1083211441", "CN", "+861083211441"),
        ("010-83211441", "CN", "+861083211441"),
        ("（010）83211441", "CN", "+861083211441"),
        ("+86 (0)10 8321 1441", "CN", "+861083211441"),
        ("0755-83211441", "CN", "+8675583211441"),
        ("010-83211441转8001", "CN", "+861083211441;ext=8001"),
        ("010-83211441 分机：12", "CN", "+861083211441;ext=12"),
        ("010-83211441-8001", "CN", "+861083211441;ext=8001"),
        ("83211441", "CN", "83211441"),
        ("83211441-801", "CN", "83211441;ext=801"),
        ("10086", "CN", "10086"),
        ("95588", "CN", "95588"),
        ("110", "CN", "110"),
        ("17951", "CN", "17951"),
        ("400-812-3123", "CN", "+864008123123"),
        ("+7 916 123-45-67", "CN", "+79161234567"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("8 (495) 123-45-67 доб. 12", "RU", "+74951234567;ext=12"),
        ("123-45-67", "RU", "1234567"),
        ("(650) 253-0000 ext. 4", "US", "+16502530000;ext=4"),
    ],
)
def test_phones_are_compared_by_their_international_form(raw: str, country: str, expected: str) -> None:
    assert normalised("phone", raw, country) == expected


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("1381234567", "The phone number is one digit short."),
        ("+86 138 1234 567", "The phone number is one digit short."),
        ("138123456789", "The phone number is one digit too long."),
        ("138123456", "A Chinese mobile number has 11 digits; this has 9."),
        ("12", "The phone number is too short."),
        ("1234567890123456", "The phone number is too long."),
        ("010832114418001", "The phone number is too long."),
        ("+1 650 253", "The phone number is too short."),
        ("+999 1234 5678", "No country has the code this phone number starts with."),
        ("138l2345678", "A phone number is made of digits; this has “l”."),
        ("13812345678/13912345678", "These are two phone numbers; enter each on its own."),
        ("13812345678，13912345678", "These are two phone numbers; enter each on its own."),
        ("138+12345678", "The + of a phone number stands at its start."),
        ("  \u200b ", "Nothing is filled in here."),
        ("1" * 61, "This is too long: 61 characters, at most 60."),
    ],
)
def test_phones_are_refused_precisely(raw: str, said: str) -> None:
    assert complaint("phone", raw) == said


@given(st.integers(3, 9), st.text("0123456789", min_size=9, max_size=9), st.integers(0, 10))
def test_a_mobile_number_that_misses_a_digit_is_told_so(second: int, rest: str, missing: int) -> None:
    number = f"1{second}{rest}"
    assume(not number.startswith("179"))  # no mobile: 179xx is dialled before one, to choose a carrier
    short = number[:missing] + number[missing + 1 :] if missing > 1 else number[:-1]
    assert complaint("phone", short) == "The phone number is one digit short."
    point = parse_contact_point("phone", number)
    assert isinstance(point, ContactPoint)
    assert point.normalised.removeprefix("+86") == number


def test_every_number_of_the_real_hospitals_is_read() -> None:
    if not HOSPITALS.exists():
        pytest.skip("the hospitals' data is not here")
    with HOSPITALS.open(encoding="gbk", newline="") as file:
        phones = [row["tel"] for row in csv.DictReader(file) if len(row["tel"]) > 1]
    assert len(phones) > 100
    assert {normalised("phone", phone)[:5] for phone in phones} == {"+8610"}


def test_mail_is_lower_cased_and_full_width_signs_are_understood() -> None:
    assert normalised("email", " Li.Wei+crm@Example.COM ") == "li.wei+crm@example.com"
    assert normalised("email", "liwei＠example。com") == "liwei@example.com"
    assert normalised("email", "mailto:liwei@example.com") == "liwei@example.com"
    assert normalised("email", "иван@пример.рф") == "иван@пример.рф"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("example.com", "The mail address has no @."),
        ("a@b@example.com", "The mail address has more than one @."),
        ("li wei@example.com", "The mail address has a space in it."),
        ("@example.com", "The mail address has nothing before its @."),
        ("li..wei@example.com", "The mail address has two dots in a row."),
        (".liwei@example.com", "“.liwei” cannot stand before the @ of a mail address."),
        ('li"wei@example.com', '“li"wei” cannot stand before the @ of a mail address.'),
        ("liwei@example", "“example” is not the name of a mail server."),
        ("liwei@10.0.0.1", "“10.0.0.1” is not the name of a mail server."),
        ("liwei@-a.com", "“-a.com” is not the name of a mail server."),
        ("a" * 250 + "@a.com", "This is too long: 256 characters, at most 254."),
    ],
)
def test_mail_is_refused_precisely(raw: str, said: str) -> None:
    assert complaint("email", raw) == said


def test_wechat_ids_do_not_differ_by_case() -> None:
    assert normalised("wechat", "Li_Wei-88") == "li_wei-88"
    assert normalised("wechat", "13812345678") == "13812345678"
    for raw in ("li", "li wei 88", "李伟李伟李伟", "a" * 21, "_liwei88"):
        assert "WeChat ID" in complaint("wechat", raw)


def test_websites_get_their_scheme_and_one_way_to_write_them() -> None:
    assert normalised("link", "Example.com") == "https://example.com"
    assert normalised("link", "HTTP://Example.com/A/") == "http://example.com/A"
    assert normalised("link", "example.com:8080/a?b=C#d") == "https://example.com:8080/a?b=C#d"
    point = parse_contact_point("link", "Example.com/关于")
    assert isinstance(point, ContactPoint)
    assert point.shown == "https://Example.com/关于"


@pytest.mark.parametrize(
    "raw",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "java\x1cscript:alert(1)",
        "\u200bjavascript:alert(1)",
        "ｊａｖａｓｃｒｉｐｔ：alert(1)",
        "javascript:1",
        "data:text/html,x",
        "ftp://example.com",
        "https:javascript:alert(1)",
        "https://bank.com@evil.com",
        "https://example",
        "//",
        "https://example.com\\@evil.com",
        "https://example.com/a\\b",
        "https://[::1",
        "https://example.com:99999",
    ],
)
def test_links_that_are_no_websites_are_refused(raw: str) -> None:
    complaint("link", raw)


@given(st.sampled_from(KINDS), st.text(max_size=80), st.sampled_from(["CN", "RU", "US"]))
def test_reading_never_fails_and_settles_at_once(kind: Kind, raw: str, country: str) -> None:
    point = parse_contact_point(kind, raw, country)
    if isinstance(point, ContactPoint):
        assert point.normalised
        assert len(point.shown) <= MAX_LENGTHS[kind] + len("https://")
        assert parse_contact_point(kind, point.shown, country) == point
        assert normalised(kind, point.normalised, country) == point.normalised
        if kind == "link":
            assert point.shown.lower().startswith(("http://", "https://"))


@given(st.text("0123456789-+ ()/xX#,.转доб;ext=", max_size=30), st.sampled_from(["CN", "RU"]))
def test_number_like_texts_settle_at_once(raw: str, country: str) -> None:
    point = parse_contact_point("phone", raw, country)
    if isinstance(point, ContactPoint):
        assert normalised("phone", point.normalised, country) == point.normalised


def test_fragments_are_digits() -> None:
    assert phone_fragment("138-12") == "13812"
    assert phone_fragment("＋８６ １３８") == "86138"
    assert phone_fragment("0086 138") == "86138"
    assert phone_fragment("王") == ""
