from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import Msg
from salesapp.domain.field_types import READERS, FieldType
from salesapp.domain.fields import FormContext, FormField, FormSpec, parse
from salesapp.domain.money import Money
from salesapp.domain.partial_dates import PartialDate

NAME = FormField("name", "text", Msg("Name"), required=True)
SPEC = FormSpec(
    (
        NAME,
        FormField("notes", "long_text", Msg("Notes")),
        FormField("mail", "email", Msg("E-mail")),
        FormField("phone", "phone", Msg("Phone")),
        FormField("site", "link", Msg("Website")),
        FormField("grade", "choice", Msg("Grade"), choices=("A", "B", "C")),
        FormField("tags", "choices", Msg("Tags")),
        FormField("since", "date", Msg("Since")),
        FormField("at", "datetime_local", Msg("Time")),
        FormField("value", "amount", Msg("Value")),
        FormField("people", "integer", Msg("People"), minimum=1, maximum=500),
        FormField("vip", "bool", Msg("VIP")),
        FormField("birthday", "partial_date", Msg("Birthday")),
    )
)
SHANGHAI = FormContext(ZoneInfo("Asia/Shanghai"), "zh_Hans", "CNY", "CN")


def one(kind: FieldType, text: str, context: FormContext = SHANGHAI, **rest: object) -> object:
    """The value of a form with this one field, or what it complains about."""
    parsed = parse(FormSpec((FormField("f", kind, Msg("Field"), **rest),)), {"f": [text]}, context)  # type: ignore[arg-type]
    assert all(p.place == "f" for p in parsed.problems)
    return str(parsed.problems[0].message) if parsed.problems else parsed.values["f"]


def test_a_full_form() -> None:
    raw = {
        "name": ["  卢沟桥医院 "],
        "notes": ["a\r\nb\n"],
        "mail": ["Li@Example.com"],
        "phone": ["1083211441"],
        "site": ["example.com"],
        "grade": ["A"],
        "tags": ["7", "9", "7"],
        "since": ["2026-05-31"],
        "at": ["2026-05-31T14:30"],
        "value": ["21.8万"],
        "people": ["１２"],
        "vip": ["0", "1"],
        "birthday": ["农历八月十五"],
        "csrf_token": ["x"],
        "request_key": ["x"],
        "next": ["/"],
        "version": ["3"],
        "seen-name": ["old"],
    }
    parsed = parse(SPEC, raw, SHANGHAI, {"tags": {"7", "8", "9"}})
    assert parsed.problems == []
    assert parsed.ok
    assert parsed.values == {
        "name": "卢沟桥医院",
        "notes": "a\nb",
        "mail": ContactPoint("email", "li@example.com", "li@example.com"),
        "phone": ContactPoint("phone", "1083211441", "+861083211441"),
        "site": ContactPoint("link", "https://example.com", "https://example.com"),
        "grade": "A",
        "tags": ("7", "9"),
        "since": date(2026, 5, 31),
        "at": datetime(2026, 5, 31, 6, 30, tzinfo=UTC),
        "value": Money(21_800_000, "CNY"),
        "people": 12,
        "vip": True,
        "birthday": PartialDate("lunar", None, 8, 15),
    }


def test_an_almost_empty_form() -> None:
    parsed = parse(SPEC, {"name": ["王"], "mail": [" "]})
    assert parsed.ok
    empty = {"notes": "", "tags": (), "vip": False}
    assert parsed.values == {f.name: empty.get(f.name) for f in SPEC.fields} | {"name": "王"}


def test_all_problems_are_told_at_once_each_at_its_place() -> None:
    raw = {
        "name": ["x" * 231],
        "mail": ["li"],
        "phone": ["1381234567"],
        "grade": ["Z"],
        "tags": ["7", "8"],
        "since": ["2026-02-30"],
        "people": ["0"],
        "vip": ["maybe"],
        "is_admin": ["1"],
        "value": ["1", "2"],
    }
    parsed = parse(SPEC, raw, SHANGHAI, {"tags": ["7"]})
    assert not parsed.ok
    assert {(p.place, str(p.message)) for p in parsed.problems} == {
        ("name", "Name can hold 200 characters; this has 231."),
        ("mail", "The mail address has no @."),
        ("phone", "The phone number is one digit short."),
        ("grade", "Grade: “Z” is not one of the choices."),
        ("tags", "Tags: “8” is not one of the choices."),
        ("since", "Since: the calendar has no 2026-02-30."),
        ("people", "People must be at least 1."),
        ("vip", "VIP must be either on or off."),
        ("", "This form has no field “is_admin”."),
        ("value", "Value was sent more than once."),
    }
    assert not {p.place for p in parsed.problems} & set(parsed.values)


def test_the_label_stays_a_message_for_the_edge_to_translate() -> None:
    parsed = parse(FormSpec((NAME,)), {})
    assert parsed.problems[0].message == Msg("%(label)s is needed.", {"label": Msg("Name")})


def test_a_save_of_changed_fields_reads_only_those() -> None:
    parsed = parse(SPEC, {"notes": ["new"]}, only_sent=True)
    assert parsed.values == {"notes": "new"}
    assert parsed.ok
    assert str(parse(SPEC, {"name": [""]}, only_sent=True).problems[0].message) == "Name is needed."


def test_required_kinds() -> None:
    assert one("choices", "", required=True) == "Field is needed."
    assert one("text", " \u200b\u202e ", required=True) == "Field is needed."
    assert one("amount", "0", required=True) == Money(0, "CNY")
    assert one("integer", "0", required=True) == 0


def test_texts_are_cleaned() -> None:
    assert one("text", "Andre\u0301\x07 \u202eB\nC") == "André B C"
    assert one("long_text", "a\tb\x0b\u2028c") == "a\tb\n\nc"
    assert one("text", "👩\u200d💻") == "👩\u200d💻"
    assert one("text", "a\0b") == "Field has a character in it that cannot be stored."
    assert one("text", "a\ud800") == "Field has a character in it that cannot be stored."


def test_lengths() -> None:
    assert one("text", "e\u0301" * 200) == "é" * 200
    assert one("text", "x" * 201, max_length=201) == "x" * 201
    assert one("text", "x" * 4, max_length=3) == "Field can hold 3 characters; this has 4."
    assert one("long_text", "x" * 10_001) == "Field can hold 10000 characters; this has 10001."
    assert one("email", "x" * 300) == "Field can hold 254 characters; this has 300."


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("date", "31.05.2026", "Field: write the date as 2026-05-31."),
        ("date", "1500-01-01", "Field: the year is between 1900 and 2200."),
        ("datetime_local", "2026-05-31", "Field: write date and time as 2026-05-31 14:30."),
        ("datetime_local", "2026-05-31T24:30", "Field: write date and time as 2026-05-31 14:30."),
        ("datetime_local", "2026-02-30T14:30", "Field: the calendar has no 2026-02-30."),
        ("datetime_local", "9999-12-31T23:59", "Field: the year is between 1900 and 2200."),
        ("integer", "1.5", "Field must be a whole number."),
        ("integer", "9" * 100, "Field must be a whole number."),
        ("amount", "-5", "An amount cannot be below zero."),
        ("partial_date", "02-30", "“02-30” does not exist in the calendar."),
    ],
)
def test_precise_complaints(kind: FieldType, text: str, said: str) -> None:
    assert one(kind, text) == said


def test_other_ways_to_write() -> None:
    assert one("date", "2026/5/1") == one("date", "２０２６年5月1日") == date(2026, 5, 1)
    assert one("datetime_local", "2026-05-31 14:30:15") == datetime(2026, 5, 31, 6, 30, tzinfo=UTC)
    assert one("integer", "−3") == -3
    assert one("integer", "501", maximum=500) == "Field must be at most 500."
    assert one("bool", "off") is False
    assert one("partial_date", "5.1", FormContext(language="ru")) == PartialDate("solar", None, 1, 5)
    assert one("phone", "8 916 123-45-67", FormContext(country="RU")) == ContactPoint(
        "phone", "8 916 123-45-67", "+79161234567"
    )


def test_an_hour_the_clocks_skip_is_refused() -> None:
    berlin = FormContext(ZoneInfo("Europe/Berlin"))
    assert one("datetime_local", "2026-03-29T02:30", berlin) == "Field: the clocks skip that hour on this day."
    assert one("datetime_local", "2026-10-25T02:30", berlin) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_specs_check_themselves() -> None:
    with pytest.raises(ValueError, match="declared twice: name"):
        FormSpec((NAME, NAME))
    for name in ("", "next", "seen-x"):
        with pytest.raises(ValueError, match="cannot be called"):
            FormField(name, "text", Msg("x"))
    with pytest.raises(ValueError, match="no such type"):
        FormField("x", "colour", Msg("x"))  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from([f.name for f in SPEC.fields]), st.lists(st.text(max_size=20), max_size=2)))
def test_any_form_is_answered(raw: dict[str, list[str]]) -> None:
    parsed = parse(SPEC, raw, SHANGHAI)
    wrong = {p.place for p in parsed.problems}
    assert set(parsed.values) | wrong == {f.name for f in SPEC.fields}
    assert not set(parsed.values) & wrong
    for p in parsed.problems:
        assert "%(" not in str(p.message) or "%(" in str(raw)  # what was typed is quoted


@given(st.sampled_from(sorted(READERS)), st.text("0123456789-:/.T 年月日é\u0301\u202e", max_size=30))
def test_any_value_is_answered(kind: FieldType, text: str) -> None:
    one(kind, text)
