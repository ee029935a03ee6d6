import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.pinyin import readings
from salesapp.domain.search_terms import MAX_HAYSTACK, haystack, query_terms, query_tokens, tokens

HAN = "卢沟桥医院王伟单曾尉迟晓月苑清音街长春银行𠮷〇"
LATIN = "abcdefgwxyzABCDÉé"
CYRILLIC = "абвгдеёжийклмнопрстуфхцчшщъыьэюяАБВЁ"


def found(query: str, text: str) -> bool:
    """What both databases answer: the index entries, then each term looked up."""
    asked = query_tokens(query)
    return bool(asked) and set(asked) <= tokens(text) and all(term in text for term in query_terms(query))


HOSPITAL = haystack(
    ["卢沟桥医院", "王 伟", "Anna O'Brien", "Семён Ёлкин"],
    ["北京市卢沟桥医院有限公司", "Spring-Field 2024-05"],
    ["+861083211441;ext=8001", "+8613812345678", "+79161234567", "95588"],
    ["li.wei@example.com"],
)


@pytest.mark.parametrize(
    "query",
    """卢 桥 沟桥 卢沟桥医院 医院 王伟 伟 有限公司 lu lugouqiao LGQ lgqyy ww wangw gouqiao ｌｇｑ a an ann ANNA
    obrien o'brien O’Brien brie spring-field field семен СЕМЁН ёлк е мён 1441 010-8321 01083211441 8001 138 138-1234
    5678 008613812345678 １３８１２ 95588 9558 li.wei@example.com i.wei@exa example @example.com wei 2024-05 202405
    """.split(),
)
def test_words_are_found(query: str) -> None:
    assert found(query, HOSPITAL)


@pytest.mark.parametrize(
    "query",
    [
        "王 伟",
        "医院 王",
        "王 lgq",
        "北京 医院 1441",
        "10 8321 1441",
        "138 1234 5678",
        "+86 138 1234 5678",
        "95588 138",
        "+7 (916) 123",
        "8 916 123-45-67",
    ],
)
def test_found(query: str) -> None:
    assert found(query, HOSPITAL)


@pytest.mark.parametrize(
    "query",
    ["", "   ", "@", "%", "_", "…", "沟卢", "桥沟", "伟王", "annb", "1442", "王 zzz", "卢沟桥x", "\0", "95588 139"],
)
def test_not_found(query: str) -> None:
    assert not found(query, HOSPITAL)


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("单晓月", ["shanxiaoyue", "sxy"]),
        ("曾伟", ["zengwei", "zw"]),
        ("仇伟", ["qiuwei", "qw"]),
        ("解伟", ["xiewei", "jiewei"]),
        ("查伟", ["zhawei"]),
        ("任伟", ["renwei"]),
        ("区伟", ["ouwei"]),
        ("尉迟晓月", ["yuchixiaoyue", "ycxy"]),
        ("單伟", ["shanwei"]),
        ("吕伟", ["lvwei", "lw"]),
    ],
)
def test_people_are_found_by_how_their_surname_sounds(name: str, sounds: list[str]) -> None:
    text = haystack([name])
    assert [sound for sound in sounds if not found(sound, text)] == []


def test_companies_are_read_by_their_words_and_not_as_people() -> None:
    text = haystack([], ["长春银行", "重庆单车"])
    assert found("changchunyinhang", text)
    assert found("ccyh", text)
    assert found("chongqingdanche", text)
    assert not found("shanche", haystack([], ["单车行"]))
    assert found("jiefangjun", haystack(["解放军"]))


def test_a_character_nobody_listed_has_no_sound() -> None:
    assert readings("𠮷", person=True) == ()
    assert haystack(["𠮷"]) == "𠮷"


def test_records_with_very_many_parts_are_cut() -> None:
    assert len(haystack([f"王伟{number}" for number in range(5_000)])) <= MAX_HAYSTACK


def test_index_entries_are_plain_words() -> None:
    assert all(token.isalnum() and len(token) <= 3 for token in tokens(HOSPITAL))
    assert tokens("abcd") == {"a", "ab", "abc", "bcd"}
    assert tokens("卢沟桥") == {"卢", "沟", "桥", "卢沟", "沟桥"}


@given(st.text(HAN + " ", min_size=1, max_size=30), st.data())
def test_every_han_part_is_found(name: str, data: st.DataObject) -> None:
    text = haystack([name])
    run = "".join(name.split())
    if run:
        start = data.draw(st.integers(0, len(run) - 1))
        end = data.draw(st.integers(start + 1, len(run)))
        assert found(run[start:end], text)


@given(st.lists(st.text(LATIN + CYRILLIC + "0123456789", min_size=1, max_size=15), min_size=1, max_size=6), st.data())
def test_every_word_prefix_is_found(words: list[str], data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(words))
    prefix = word[: data.draw(st.integers(1, len(word)))]
    assert found(prefix, haystack([" ".join(words)]))
    assert found(prefix, haystack([], words))


@given(st.lists(st.text(LATIN + HAN + "09.-_@'", min_size=1, max_size=20), min_size=1, max_size=4), st.data())
def test_every_mixed_part_of_three_is_found(words: list[str], data: st.DataObject) -> None:
    text = haystack(words)
    start = data.draw(st.integers(0, len(text) - 1)) if text else 0
    term = text[start : start + data.draw(st.integers(3, 12))].split(" ")[0]
    words_of_it = re.findall(r"[^\W_]+", term)
    if len(term) >= 3 and (len(words_of_it) > 1 or len("".join(words_of_it)) >= 3):  # shorter ones must begin a word
        assert set(query_tokens(term)) <= tokens(text)


@given(st.text("0123456789", min_size=7, max_size=13), st.data())
def test_every_digit_fragment_of_a_phone_is_found(number: str, data: st.DataObject) -> None:
    text = haystack([], [], ["+86" + number])
    start = data.draw(st.integers(0, len(number) - 3))
    fragment = number[start : data.draw(st.integers(start + 3, len(number)))]
    assert found(fragment, text)
    if not fragment.startswith("00"):
        assert found("-".join((fragment[:3], fragment[3:])).strip("-"), text)


@given(st.text(max_size=60))
def test_any_query_is_answered(query: str) -> None:
    terms, asked = query_terms(query), query_tokens(query)
    assert bool(terms) == bool(asked)
    assert all(" " not in term and "\0" not in term for term in terms)
    assert query_terms(" ".join(terms)) == terms or any(term.isdigit() for term in terms)


@given(st.lists(st.text(max_size=30), max_size=3), st.text(max_size=30))
def test_any_record_is_indexed(names: list[str], mail: str) -> None:
    text = haystack(names, names, [mail], [mail])
    assert len(text) <= MAX_HAYSTACK
    assert all(token.isalnum() for token in tokens(text))


@pytest.mark.parametrize("piece", ["a", "卢", "1", "1-", "-", "(", " ", "'", "1 ", "a.", "é", "ﷺ"])
def test_long_texts_are_cut_not_slow(piece: str) -> None:
    long = piece * (50_000 // len(piece))
    start = time.perf_counter()
    text = haystack([long, long], [long], [long], [long])
    tokens(long)
    query_terms(long)
    query_tokens(long)
    assert len(text) <= MAX_HAYSTACK
    assert time.perf_counter() - start < 1
