"""Encodings are told by the text they give, also where little of it is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.import_encoding import CANDIDATES, READ_AS, guess_encoding, looks_like_utf16

TEXTS = {
    "gb18030": ("上海市静安区南京西路1号,王小明,13800138000", "客户名称,联系电话,备注", "北京卢沟桥医院有限公司"),
    "big5": ("臺北市信義區市府路1號,陳大文", "客戶名稱,聯絡電話,備註", "台灣電子股份有限公司"),
    "cp1251": ("Имя,Телефон,Город", "Иванов Пётр Сергеевич,Казань,ул. Баумана, 5", "ООО «Ромашка»"),
    "koi8-r": ("Имя,Телефон,Город", "Иванов Пётр Сергеевич,Казань,улица Баумана", "не меньше десяти"),
    "cp866": ("Имя,Телефон,Город", "Иванов Петр Сергеевич,Казань,улица Баумана"),
    "cp1252": ("Müller,Jürgen,Straße 42", "François Lefèvre — Société Générale", "José Peña, 20 €", "don’t"),
    "euc-kr": (
        "이름",
        "김민수",
        "회사명",
        "성명,주소,메모",
        "부산광역시 해운대구",
        "최유진,대구",
        "거래처",
        "010-1234-5678 정수연",
    ),
    "shift_jis": ("株式会社山田,ありがとうございます", "東京都千代田区のカタカナ"),
}


@pytest.mark.parametrize(("encoding", "text"), [(key, each) for key, texts in TEXTS.items() for each in texts])
@pytest.mark.parametrize("language", ["en", "zh_Hans", "zh_Hant", "ru"])
def test_a_line_is_enough_whatever_the_house_speaks(encoding: str, text: str, language: str) -> None:
    assert guess_encoding(text.encode(READ_AS.get(encoding, encoding)), language) == encoding


@pytest.mark.parametrize(("language", "expected"), [("zh_Hans", "gb18030"), ("zh_Hant", "big5"), ("ru", "cp1251")])
def test_the_language_of_the_house_decides_what_the_bytes_leave_open(language: str, expected: str) -> None:
    assert guess_encoding(b"\xc2\xed", language) == expected  # 马, 鎮, Вн


@pytest.mark.parametrize("text", ["name,phone\n1,2\n", "客户,电话\n张三,138\n", "a\n", "姓名\n张三丰\n"])
def test_wide_characters_without_a_mark_are_seen(text: str) -> None:
    wide = text * 4
    assert looks_like_utf16(wide.encode("utf-16-le")) == "utf-16-le"
    assert looks_like_utf16(wide.encode("utf-16-be")) == "utf-16-be"
    assert looks_like_utf16(wide.encode("utf-8")) is None


@given(st.binary(max_size=200), st.sampled_from(["en", "ru", "zh_Hans", "zh_Hant"]))
def test_any_bytes_get_an_answer(sample: bytes, language: str) -> None:
    assert guess_encoding(sample, language) in CANDIDATES
    assert looks_like_utf16(sample) in (None, "utf-16-le", "utf-16-be")
