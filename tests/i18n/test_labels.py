"""Labels of records carry their four languages themselves: each is really written in each of them."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Final

import pytest

from salesapp.domain.functions import FUNCTIONS
from salesapp.domain.permissions import ROLES
from salesapp.domain.sources import GROUPS, SOURCES
from salesapp.domain.text import LANGUAGES, Text
from salesapp.plugging.loader import load_plugins
from tests.i18n.catalogue_checks import CHECKOUT, wrong_letters

ALIKE: Final = {"SalesApp", "QQ", "WeChat"}
"""Labels that may read the same in another language."""
PLACE: Final = re.compile(r"%\(\w+\)s")
"""Where something is filled in; a text of nothing else has no language."""


def texts(record: object) -> Iterator[Text]:
    """Every Text in a record, at any depth."""
    if isinstance(record, Text):
        yield record
    elif isinstance(record, Mapping):
        yield from texts(tuple(record.values()))
    elif isinstance(record, tuple | list | set | frozenset):
        for item in record:
            yield from texts(item)
    elif is_dataclass(record):
        for each in fields(record):
            yield from texts(getattr(record, each.name))


def written(path: Path) -> Iterator[tuple[int, Text | None]]:
    """Every `Text(…)` of a Python file with its line; None where it is not made of plain strings."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            given = [*zip(LANGUAGES, node.args, strict=False), *((word.arg, word.value) for word in node.keywords)]
            values = {str(name): str(value.value) for name, value in given if isinstance(value, ast.Constant)}
            yield node.lineno, Text(**values) if set(values) == set(LANGUAGES) else None


def files() -> list[Path]:
    """Where labels of records stand."""
    return sorted(p for room in ("salesapp", "plugins") for p in (CHECKOUT / room).rglob("*.py"))


def wrong(text: Text) -> list[str]:
    """What is wrong with a label, by language."""
    faults = [
        f"{text.en!r} {language}: {fault}"
        for language in ("zh_Hans", "zh_Hant", "ru")
        if text.in_language(language) not in ALIKE and re.search(r"\w", PLACE.sub("", text.in_language(language)))
        for fault in wrong_letters(text.in_language(language), language)
    ]
    return faults + ([f"{text.en!r} is not English"] if re.search("[а-яё一-鿿]", text.en, re.IGNORECASE) else [])


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_label_in_the_code_is_written_in_its_languages(path: Path) -> None:
    assert [(line, fault) for line, text in written(path) if text for fault in wrong(text)] == []


@pytest.fixture(scope="module")
def records() -> list[Text]:
    """The labels of what every installation has, and of the bundled plugins."""
    plugins = load_plugins([CHECKOUT / "plugins"], only={"general"}, safe_mode=False)
    return [*texts((ROLES, SOURCES, GROUPS, FUNCTIONS)), *texts(plugins.catalog.processes)]


def test_every_label_of_a_record_is_written_in_its_languages(records: list[Text]) -> None:
    assert [fault for text in records for fault in wrong(text)] == []


def test_no_label_hides_from_the_reading_of_the_code(records: list[Text]) -> None:
    seen = {text for path in files() for _, text in written(path)}
    assert len(records) > 50
    assert [text.en for text in records if text not in seen] == []


@pytest.mark.parametrize(
    "text",
    [
        Text(en="Won", zh_Hans="Won", zh_Hant="贏單", ru="Сделка"),
        Text(en="Won", zh_Hans="贏單", zh_Hant="贏單", ru="Сделка"),
        Text(en="Won", zh_Hans="赢单", zh_Hant="赢单", ru="Сделка"),
        Text(en="Won", zh_Hans="赢单", zh_Hant="贏單", ru="Won"),
        Text(en="赢单", zh_Hans="赢单", zh_Hant="贏單", ru="Сделка"),
    ],
)
def test_a_label_in_the_wrong_language_is_named(text: Text) -> None:
    assert wrong(text)
