"""What a text may name in braces: one way for messages to a group and for the rules that plan activities.

Each is written as a word of any language of ours, {客户} or {customer}, and all are understood, whoever reads. What is
kept of a rule has the keys, and each reader sees the words of their own language. Braces may be wide ones, ｛客户｝, as
Chinese keyboards write them.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from salesapp.domain.text import LANGUAGES, Text

PLACES: Final = {
    "customer": Text("customer", "客户", "客戶", "клиент"),
    "contact": Text("contact", "联系人", "聯絡人", "контакт"),
    "deal": Text("deal", "商机", "商機", "сделка"),
    "salesperson": Text("salesperson", "负责人", "負責人", "менеджер"),
    "company": Text("company", "公司", "公司", "компания"),
    "date": Text("date", "日期", "日期", "дата"),
    "about": Text("about", "事由", "事由", "повод"),
}
"""Everything that can be named, as it is written in each language."""
OF_RULES: Final = tuple(PLACES)
"""What the text of an activity may name that a rule plans."""
OF_MESSAGES: Final = ("customer", "contact", "salesperson", "company", "date")
"""What a message to a group may name."""
_PLACE: Final = re.compile(r"[{｛]([^{}｛｝\n]{1,30})[}｝]")
_ANYTHING: Final = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")
_KEYS: Final = {label.in_language(each): key for key, label in PLACES.items() for each in LANGUAGES}


def key_of(word: str, among: Collection[str]) -> str | None:
    """The place a word between braces names, of those that can be named here."""
    key = _KEYS.get(word.strip().casefold())
    return key if key in among else None


def unknown(text: str, among: Collection[str]) -> list[str]:
    """What stands between braces and names nothing."""
    return [word for word in _PLACE.findall(text) if key_of(word, among) is None]


def in_braces(text: str) -> list[str]:
    """Everything that stands between braces, long or empty as it may be."""
    return _ANYTHING.findall(text)


def filled(text: str, values: Mapping[str, str], among: Collection[str]) -> str:
    """The text with its places filled. A value is put in as it is, whatever it looks like."""
    return _each(text, among, lambda key: values.get(key, ""))


def with_keys(text: str, among: Collection[str] = OF_RULES) -> str:
    """The text as it is kept: what it names by the keys."""
    return _each(text, among, lambda key: f"{{{key}}}")


def with_words(text: str, language: str, among: Collection[str] = OF_RULES) -> str:
    """The text as somebody reads it: what it names in the words of their language."""
    return _each(text, among, lambda key: f"{{{PLACES[key].in_language(language)}}}")


def in_each_language(text: Text) -> Text:
    """The same for every reader."""
    return Text(**{each: with_words(text.in_language(each), each) for each in LANGUAGES})


def offered(among: Collection[str], language: str) -> list[str]:
    """What can be named, as it is written: for the help below a text."""
    return [f"{{{PLACES[key].in_language(language)}}}" for key in among]


def _each(text: str, among: Collection[str], put: Callable[[str], str]) -> str:
    def of(found: re.Match[str]) -> str:
        key = key_of(found[1], among)
        return found[0] if key is None else put(key)

    return _PLACE.sub(of, text)
