"""Every text of the product in every language: what the code holds and what the catalogues hold are the same."""

import io
from functools import cache

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from tests.i18n.catalogue_checks import CHECKOUT, PLURALS, extracted, messages, wrong_sources, wrong_translations


@cache
def source() -> Catalog:
    """The texts of the checkout, collected once."""
    return extracted()


def po(text: str, language: str = "ru") -> Catalog:
    """A catalogue written down in a test."""
    return read_po(io.BytesIO(text.encode()), locale=language)


def texts(*ids: str | tuple[str, str]) -> Catalog:
    """A collection of texts made up in a test."""
    catalog = Catalog()
    for each in ids:
        catalog.add(each, locations=[("x.py", 1)])
    return catalog


def test_texts_are_found_in_python_and_in_templates() -> None:
    found = {location[0].split("/")[0] for message in messages(source()) for location in message.locations}
    assert {"salesapp", "templates"} <= found
    assert len(list(messages(source()))) > 100


def test_every_text_can_be_translated() -> None:
    assert wrong_sources(source()) == []


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_the_catalogue_is_whole(language: str) -> None:
    path = CHECKOUT / "salesapp" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        translated = read_po(file, locale=language)
    assert wrong_translations(source(), translated, language) == []


@pytest.mark.parametrize("language", sorted(PLURALS))
def test_the_catalogue_counts_as_its_language_does(language: str) -> None:
    path = CHECKOUT / "salesapp" / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        assert read_po(file).num_plurals == PLURALS[language]


# --- each rule, proved by breaking it ---


def test_a_good_catalogue_passes() -> None:
    ours = texts(
        "Save", "SalesApp", "Hello %(name)s", "%(a)s: %(b)s", "%(a)s on %(b)s", ("%(num)s deal", "%(num)s deals")
    )
    good = po(
        'msgid "Save"\nmsgstr "Сохранить"\n\nmsgid "SalesApp"\nmsgstr "SalesApp"\n\n'
        'msgid "Hello %(name)s"\nmsgstr "Привет, %(name)s"\n\nmsgid "%(a)s: %(b)s"\nmsgstr "%(a)s: %(b)s"\n\n'
        'msgid "%(a)s on %(b)s"\nmsgstr "%(a)s · %(b)s"\n\n'
        'msgid "%(num)s deal"\nmsgid_plural "%(num)s deals"\nmsgstr[0] "%(num)s сделка"\n'
        'msgstr[1] "%(num)s сделки"\nmsgstr[2] "%(num)s сделок"\n'
    )
    assert wrong_translations(ours, good, "ru") == []


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("", "missing: 'Save %(n)s'"),
        ('msgid "Save %(n)s"\nmsgstr ""', "empty: 'Save %(n)s'"),
        ('#, fuzzy\nmsgid "Save %(n)s"\nmsgstr "Сохранить %(n)s"', "fuzzy: 'Save %(n)s'"),
        ('msgid "Save %(n)s"\nmsgstr "Сохранить %(m)s"', "other %(name)s places: 'Save %(n)s'"),
        ('msgid "Save %(n)s"\nmsgstr "Сохранить %(n)s на 5 %"', "a % that is not %(name)s: 'Save %(n)s'"),
        ('msgid "Save %(n)s"\nmsgstr "Save %(n)s"', "has no Russian letter: 'Save %(n)s'"),
        ('msgid "Save %(n)s"\nmsgstr "Хранить %(n)s"\n\nmsgid "Gone"\nmsgstr "Нет"', "obsolete: 'Gone'"),
        ('msgid "Save %(n)s"\nmsgstr "Хранить %(n)s"\n\n#~ msgid "Gone"\n#~ msgstr "Нет"', "obsolete: 'Gone'"),
    ],
)
def test_what_is_wrong_with_a_translation_is_named(entry: str, fault: str) -> None:
    assert wrong_translations(texts("Save %(n)s"), po(entry), "ru") == [fault]


@pytest.mark.parametrize(
    ("third", "fault"),
    [
        ("", "has 2 forms: '%(num)s deal'"),
        ('msgstr[2] ""\n', "empty: '%(num)s deal'"),
        ('msgstr[2] "сделок"\n', "other %(name)s places: '%(num)s deal'"),
    ],
)
def test_russian_counts_in_three_forms(third: str, fault: str) -> None:
    two = 'msgid "%(num)s deal"\nmsgid_plural "%(num)s deals"\nmsgstr[0] "%(num)s сделка"\nmsgstr[1] "%(num)s сделки"\n'
    wrong = wrong_translations(texts(("%(num)s deal", "%(num)s deals")), po(two + third), "ru")
    assert wrong == [fault] or (not third and wrong == ["empty: '%(num)s deal'"])


@pytest.mark.parametrize(
    ("language", "translation", "fault"),
    [
        ("zh_Hans", "儲存", "traditional 儲: 'Save'"),
        ("zh_Hant", "储存", "simplified 储: 'Save'"),
        ("zh_Hant", "Save", "has no Chinese character: 'Save'"),
    ],
)
def test_each_chinese_is_written_in_its_own_script(language: str, translation: str, fault: str) -> None:
    catalog = po(f'msgid "Save"\nmsgstr "{translation}"', language)
    assert wrong_translations(texts("Save"), catalog, language) == [fault]


@pytest.mark.parametrize("text", ["%(n)d deals", "%(n)s of 5 %", "%s deals of %(n)s", " Save"])
def test_a_source_nobody_could_translate_is_named(text: str) -> None:
    assert len(wrong_sources(texts(text))) == 1


def test_a_percent_sign_alone_is_a_percent_sign() -> None:
    assert wrong_sources(texts("100 % of them", "%(n)s%% of them")) == []
