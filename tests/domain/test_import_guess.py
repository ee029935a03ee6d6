"""What columns and words seem to be: found in every language, and never when it is not certain."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.import_guess import guess_columns, guess_values
from salesapp.domain.importing import ImportField, Row
from salesapp.domain.text import Text


def text(en: str, zh_Hans: str = "", zh_Hant: str = "", ru: str = "") -> Text:  # noqa: N803
    return Text(en=en, zh_Hans=zh_Hans or en, zh_Hant=zh_Hant or en, ru=ru or en)


STATES = {"lead": text("Lead", "线索", "線索", "Лид"), "won": text("Customer", "客户", "客戶", "Клиент")}
FIELDS = {
    each.key: each
    for each in (
        ImportField(key="name", label=text("Name", "姓名", "姓名", "Имя"), called=("full name", "account")),
        ImportField(
            key="phone", label=text("Phone", "电话", "電話", "Телефон"), called=("tel", "mobile"), several=True
        ),
        ImportField(key="email", label=text("Mail", "邮箱", "信箱", "Почта"), called=("e-mail",), several=True),
        ImportField(key="state", label=text("State", "状态", "狀態", "Состояние"), choices=STATES),
        ImportField(key="created_at", label=text("Added", "创建日期", "建立日期", "Добавлен"), called=("created",)),
        ImportField(key="car.color", label=text("Color", "颜色", "顏色", "Цвет")),
    )
}


def rows(*cells: tuple[str, ...]) -> list[Row]:
    return [Row(at, each) for at, each in enumerate(cells, 2)]


@pytest.mark.parametrize("name", ["Name", "NAME", " full-name ", "姓名", "Имя", "Account", "name"])
def test_a_column_is_known_by_its_key_its_label_and_what_else_it_is_called(name: str) -> None:
    assert guess_columns(FIELDS, [name], rows(("Ann",), ("Bob",))) == {0: "name"}


def test_the_own_fields_of_a_pack_are_known_by_the_end_of_their_key() -> None:
    assert guess_columns(FIELDS, ["color"], []) == {0: "car.color"}
    assert guess_columns(FIELDS, ["color", "car.color"], []) == {1: "car.color"}


@pytest.mark.parametrize(
    "name", ["Phone 2", "phone_work", "Mobile Phone", "Business Phone 2", "Tel. privat", "Phone 1 - Value"]
)
def test_several_columns_are_one_field_where_it_takes_several(name: str) -> None:
    found = guess_columns(FIELDS, ["phone", name], rows(("+86 10 6688 1234", "+86 10 6688 1235")))
    assert found == {0: "phone", 1: "phone"}


@pytest.mark.parametrize(
    ("header", "at"),
    [
        (("Name", "Full name", "姓名"), 2),  # the first one is empty; a label before what is called so at times
        (("x", "Account", "Full name"), 2),  # the longer one says more
        (("Full name", "Account", "x"), 1),  # nothing stands below the longer one
    ],
)
def test_a_field_that_takes_one_column_gets_the_likeliest(header: tuple[str, ...], at: int) -> None:
    cells = rows(("", "Ann", "x"), ("", "Bob", "y"))
    assert guess_columns(FIELDS, header, cells) == {at: "name"}


@pytest.mark.parametrize(
    "name", ["Assistant's Phone", "Company name", "E-mail 1 - Type", "Nickname", "Do Not Email", "Do Not Call", ""]
)
def test_what_is_not_certain_is_left(name: str) -> None:
    assert guess_columns(FIELDS, [name], rows(("Ann",), ("Bob",))) == {}


def test_a_name_two_fields_share_is_nobodys() -> None:
    fields = {key: ImportField(key=key, label=text(key), called=("date",)) for key in ("begin", "end")}
    assert guess_columns(fields, ["Date"], []) == {}


def test_cells_that_say_otherwise_take_a_name_back() -> None:
    assert guess_columns(FIELDS, ["Email"], rows(("Yes",), ("No",))) == {}
    assert guess_columns(FIELDS, ["Email"], rows(("a@b.example",), ("No",))) == {0: "email"}


def test_columns_without_a_name_are_known_by_their_cells() -> None:
    cells = [
        (f"138000{n:05d}", f"p{n}@firm.example", "Lead" if n % 2 else "客户", f"2024-03-{n:02d}") for n in range(1, 9)
    ]
    assert guess_columns(FIELDS, ["1", "2", "3", "4"], rows(*cells)) == {0: "phone", 1: "email", 2: "state"}


@pytest.mark.parametrize("cell", ["1083211441", "2024-03-05", "100072", "1234567890123", "GTX Pro", "3.14"])
def test_numbers_and_dates_are_no_phones(cell: str) -> None:
    assert guess_columns(FIELDS, ["x"], rows((cell,), (cell,), (cell,))) == {}


@given(st.lists(st.text(max_size=20), max_size=12), st.lists(st.lists(st.text(max_size=20), max_size=12), max_size=5))
def test_no_field_is_given_twice_and_no_column_that_is_not_there(header: list[str], cells: list[list[str]]) -> None:
    found = guess_columns(FIELDS, header, rows(*map(tuple, cells)))
    assert all(at < len(header) for at in found)
    once = [key for key in found.values() if not FIELDS[key].several]
    assert len(once) == len(set(once))


def plain(label: str) -> str:
    return "".join(unicodedata.normalize("NFKC", label).casefold().split())


PRODUCTS = {
    "gtx_pro": text("GTX Pro"),
    "gtx_basic": text("GTX Basic"),
    "mg500": text("MG 500"),
    "mg600": text("MG 600"),
}


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("GTXPro", "gtx_pro"),
        ("gtx pro", "gtx_pro"),
        ("GTX-PRO ", "gtx_pro"),
        ("ＧＴＸ Ｐｒｏ", "gtx_pro"),
        ("GTX Basik", "gtx_basic"),
        ("mg_500", "mg500"),
    ],
)
def test_a_word_is_known_by_any_spelling(word: str, key: str) -> None:
    assert guess_values(PRODUCTS, [word]) == {word: key}


@pytest.mark.parametrize("word", ["MG 700", "GTX", "MG 5000", "Pro", "", "  ", "GTX Plus Pro", "xyz"])
def test_a_word_that_is_none_of_them_is_left(word: str) -> None:
    assert guess_values(PRODUCTS, [word]) == {}


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("Qualified", "Unqualified"),
        ("Active", "Inactive"),
        ("Male", "Female"),
        ("Closed won", "Closed lost"),
        ("Active", "Actor"),
        ("Increase", "Decrease"),
        ("Stage 1", "Stage 2"),
        ("合格", "不合格"),
        ("已成交", "未成交"),
        ("активный клиент", "неактивный клиент"),
        ("Hot", "Hat"),
        ("Stage I", "Stage II"),
        ("MG Special 500", "MG Special 600"),
        ("A", "A-"),
    ],
)
def test_the_opposite_is_no_slip(label: str, word: str) -> None:
    assert guess_values({"x": text(label)}, [word]) == {}
    assert guess_values({"x": text(word)}, [label]) == {}


def test_words_of_every_language_are_known() -> None:
    words = ["线索", "線索", "Лид", "LEAD", "клиент", "客 户"]
    assert guess_values(STATES, words) == dict(zip(words, ["lead"] * 4 + ["won"] * 2, strict=True))


def test_marks_that_are_signs_only_are_told_apart() -> None:
    grades = {"top": text("A+"), "good": text("A"), "fair": text("A-")}
    assert guess_values(grades, ["a+", "A", " A -", "B"]) == {"a+": "top", "A": "good", " A -": "fair"}


def test_a_slip_of_two_labels_is_neither() -> None:
    assert guess_values({"a": text("Technology A"), "b": text("Technology B")}, ["Technolgy"]) == {}


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=12), max_size=6), st.text(max_size=12)
)
def test_a_label_is_itself_and_a_guess_is_a_choice(labels: dict[str, str], word: str) -> None:
    choices = {key: text(label) for key, label in labels.items() if label.strip()}
    assert set(guess_values(choices, [word]).values()) <= set(choices)
    for key, label in choices.items():
        same = [other for other in choices if {plain(label.en)} & {plain(other), plain(choices[other].en)}]
        if same == [key]:
            assert guess_values(choices, [label.en]) == {label.en: key}


STAGES = {
    "contact": text("First contact", "建立联系", "建立聯繫", "Контакт"),
    "negotiation": text("Negotiation", "商务谈判", "議價協商", "Переговоры"),
    "closing": text("Signing the contract", "签约成交", "簽約成交", "Договор"),
    ":won": text("Won", "成交", "成交", "Успех"),
}


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("谈判", "negotiation"),
        ("商务谈判阶段", "negotiation"),
        ("Price negotiation", "negotiation"),
        ("签约", "closing"),
    ],
)
def test_a_stage_is_known_by_a_part_of_its_name(word: str, key: str) -> None:
    assert guess_values(STAGES, [word], parts=True) == {word: key}
    assert guess_values(STAGES, [word]) == {}


@pytest.mark.parametrize("word", ["未成交", "已签约成交", "判", "tact", "Not a negotiation", "Wonder", "谈话"])
def test_a_part_of_two_stages_or_of_a_word_is_none(word: str) -> None:
    assert guess_values(STAGES, [word], parts=True) == {}
