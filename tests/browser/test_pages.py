"""Every page, in every language, at every width, in both themes: it answers, it fits, it says everything in the
person's language, and axe-core finds nothing."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from playwright.sync_api import Page

from salesapp.testing import Cast
from salesapp.web.i18n import CATALOGUES
from tests.browser import accessibility
from tests.browser.conftest import NewPage
from tests.browser.every_page import Tour
from tests.browser.furnished import Places, furnish
from tests.browser.probes import SPOKEN, TOO_WIDE

LOCALES: Final = {"en": "en-GB", "zh_Hans": "zh-CN", "zh_Hant": "zh-TW", "ru": "ru-RU"}
PHONE: Final = (390, 844)
SMALL_PHONE: Final = (320, 640)
TABLET: Final = (768, 1024)
DESK: Final = (1440, 900)
SEVERAL_WORDS: Final = re.compile(r"[A-Za-z]{2,}(?:[ ,’'–-]+[A-Za-z]{2,})+")
UNFILLED: Final = re.compile(r"%\(|\{\{|\}\}|\bMsg\(|\bText\(|Markup\(")


@pytest.fixture
def places(app: Flask, cast: Cast) -> Places:
    """A company with something on every page."""
    return furnish(app, cast)


@cache
def single_words(language: str) -> frozenset[str]:
    """English words of ours that this language has another word for."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():  # then every page is full of what the other check finds
        return frozenset()
    with path.open("rb") as file:
        texts = [(text.id, text.string) for text in read_po(file) if isinstance(text.id, str)]
    return frozenset(source for source, said in texts if source and source != said and source.isalpha())


def left_in_english(page: Page, language: str) -> Iterator[str]:
    """Texts on the page that should have been translated, or that were never filled in."""
    for text in page.evaluate(SPOKEN):
        if UNFILLED.search(text):
            yield f"not filled in: {text[:80]!r}"
        elif language != "en" and (SEVERAL_WORDS.search(text) or text in single_words(language)):
            yield f"English: {text[:80]!r}"


def wider_than(page: Page, size: tuple[int, int]) -> list[str]:
    """What makes this page scroll sideways on a screen of this size; the page stays at it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return [f"at {size[0]}: {each}" for each in page.evaluate(TOO_WIDE, size[0])]


@pytest.mark.parametrize("language", LOCALES)
def test_every_page_in_every_language(new_page: NewPage, cast: Cast, places: Places, language: str) -> None:
    tour = Tour(new_page, cast, places, locale=LOCALES[language])
    problems: dict[str, str] = {}  # by text: what every page has is told once
    for who, path, status in tour.stops():
        page, answer = tour.go(who, path)
        found = [] if answer.status == status else [f"answers {answer.status} on {path}"]
        if page.locator("html").get_attribute("lang") != language.replace("_", "-"):
            found.append(f"is not in {language}: {path}")
        found += left_in_english(page, language)
        found += [*wider_than(page, SMALL_PHONE), *wider_than(page, PHONE)]
        for each in found:
            problems.setdefault(each, path)
    assert not problems, "\n".join(f"{path}: {each}" for each, path in problems.items())


def test_nothing_scrolls_sideways(new_page: NewPage, cast: Cast, places: Places) -> None:
    tour = Tour(new_page, cast, places, locale=LOCALES["ru"], size=DESK)  # the longest words
    problems = []
    for who, path, _ in tour.stops():
        page, _answer = tour.go(who, path)
        problems += [f"{path}: {each}" for each in (*wider_than(page, TABLET), *wider_than(page, DESK))]
    assert not problems, "\n".join(problems)


def test_axe_finds_nothing(new_page: NewPage, cast: Cast, places: Places) -> None:
    """By day everything; what depends on colours at night, too."""
    tour = Tour(new_page, cast, places)
    problems: dict[str, str] = {}
    for who, path, _ in tour.stops():
        page, _answer = tour.go(who, path)
        page.emulate_media(color_scheme="light")
        found = accessibility.violations(page)
        page.emulate_media(color_scheme="dark")
        found += [f"in the dark: {each}" for each in accessibility.violations(page, accessibility.COLOURS)]
        for each in found:
            problems.setdefault(each, path)
    assert not problems, "\n".join(f"{path}: {each}" for each, path in problems.items())


@pytest.mark.parametrize("language", LOCALES)
def test_the_first_run(new_page: NewPage, language: str) -> None:
    page = new_page(locale=LOCALES[language])
    page.goto("/")
    assert page.url.endswith("/first-run")
    problems = [*page.evaluate(TOO_WIDE, 390), *left_in_english(page, language), *accessibility.violations(page)]
    assert not problems, "\n".join(problems)
