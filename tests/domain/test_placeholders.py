"""What a text may name: understood in every language, kept by its key, read in the reader's words."""

import pytest

from salesapp.domain.placeholders import (
    OF_MESSAGES,
    OF_RULES,
    PLACES,
    filled,
    in_braces,
    offered,
    unknown,
    with_keys,
    with_words,
)
from salesapp.domain.text import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_and_back_in_every_language(language: str) -> None:
    kept = " ".join(f"{{{key}}}" for key in OF_RULES)
    read = with_words(kept, language)
    assert read == " ".join(offered(OF_RULES, language))
    assert with_keys(read) == kept
    assert not unknown(read, OF_RULES)


def test_a_word_stands_for_one_place_in_whichever_language_it_is() -> None:
    words = {(text.in_language(each), key) for key, text in PLACES.items() for each in LANGUAGES}
    assert len({word for word, _ in words}) == len(words)


def test_what_is_not_known_stays_as_it_is() -> None:
    for text in ("{nobody} {", "{{x}}", "{}", "100 %", "{a\nb}"):
        assert with_keys(text) == with_words(text, "ru") == text


def test_a_message_names_less_than_a_rule() -> None:
    assert unknown("{商机} {about} {client}", OF_MESSAGES) == ["商机", "about", "client"]
    assert with_keys("{商机}", OF_MESSAGES) == "{商机}"


def test_braces_may_be_wide_ones() -> None:
    assert with_keys("｛客户｝您好 ｛ 公司 }") == "{customer}您好 {company}"
    assert filled("｛客户｝您好", {"customer": "｛公司｝", "company": "美家"}, OF_MESSAGES) == "｛公司｝您好"
    assert unknown("｛姓名｝您好", OF_MESSAGES) == ["姓名"]
    assert in_braces("｛姓名｝") == ["姓名"]


def test_everything_in_braces_is_found() -> None:
    assert in_braces("{} {a\nb} {{c}} {" + "d" * 40 + "}") == ["", "a\nb", "c", "d" * 40]
