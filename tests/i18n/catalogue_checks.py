"""What can be wrong with a catalogue, compared with the texts that stand in the code."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

CHECKOUT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("salesapp", "templates", "plugins")
PLURALS: Final = {"zh_Hans": 1, "zh_Hant": 1, "ru": 3}
ALIKE: Final = {"SalesApp", "OK", "E-mail", "WeChat", "QQ", "CSV", "PDF", "CNY", "%(n)s KB", "%(n)s MB"}
"""Messages that may read the same in every language."""

_PLACE = re.compile(r"%\((\w+)\)s")
_LETTER = re.compile(r"[^\W\d_]")


def _keywords() -> dict[str, Any]:
    """The functions that mark a text, as `make messages` looks for them."""
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    return DEFAULT_KEYWORDS | dict.fromkeys(re.findall(r" -k (\w+)", makefile))


def extracted(checkout: Path = CHECKOUT) -> Catalog:
    """Every text of the code and the templates, as `make messages` would collect them."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    methods, options = [], {}
    for mapping in project["tool"]["babel"]["mappings"]:
        methods.append((mapping["pattern"], mapping["method"]))
        options[mapping["pattern"]] = {k: v for k, v in mapping.items() if k not in ("pattern", "method")}
    catalog = Catalog()
    for room in ROOMS:
        found = extract_from_dir(checkout / room, methods, options, _keywords())
        for path, line, text, _comments, context in found:
            catalog.add(text, locations=[(f"{room}/{path}", line)], context=context)
    return catalog


def forms(text: object) -> tuple[str, ...]:
    """The forms of a message or its translation: one, or one for each plural."""
    return tuple(text) if isinstance(text, list | tuple) else (str(text or ""),)


def messages(catalog: Catalog) -> Iterator[Message]:
    """Every message but the header."""
    return (message for message in catalog if message.id)


def wrong_sources(source: Catalog) -> list[str]:
    """What no translator could put right: places that are not `%(name)s`, and texts that are not whole."""
    wrong = []
    for message in messages(source):
        for form in forms(message.id):
            at = f"{message.locations[0][0]}:{message.locations[0][1]}: {form!r}"
            if not _percents_fit(form):
                wrong.append(f"{at} has a % that is not %(name)s")
            if not form or (form != form.strip() and _LETTER.search(form)):  # ", " joins a list
                wrong.append(f"{at} is empty or begins or ends with a space")
    return wrong


def wrong_translations(source: Catalog, translated: Catalog, language: str) -> list[str]:
    """Every message that is missing, or translated in a way that cannot be right, by its English text."""
    wrong = [f"obsolete: {forms(message.id)[0]!r}" for message in translated.obsolete.values()]
    known = {forms(message.id)[0] for message in messages(source)}
    wrong += [f"obsolete: {key!r}" for key in (forms(m.id)[0] for m in messages(translated)) if key not in known]
    for message in messages(source):
        name = repr(forms(message.id)[0])
        found = translated.get(forms(message.id)[0])
        if found is None:
            wrong.append(f"missing: {name}")
        elif not all(form.strip() for form in forms(found.string)):
            wrong.append(f"empty: {name}")
        else:
            wrong += [f"{fault}: {name}" for fault in _faults(message, found, language)]
    return wrong


def _faults(message: Message, found: Message, language: str) -> Iterator[str]:
    if found.fuzzy:
        yield "fuzzy"
    sources, translations = forms(message.id), forms(found.string)
    if len(translations) != (PLURALS[language] if message.pluralizable else 1):
        yield f"has {len(translations)} forms"
    places = set(_PLACE.findall(sources[-1]))
    if any(set(_PLACE.findall(form)) != places for form in translations):
        yield "other %(name)s places"
    if places and not all(_percents_fit(form) for form in translations):
        yield "a % that is not %(name)s"
    words = _PLACE.sub("", sources[-1])
    if not _LETTER.search(words) or {*sources, words.strip()} & ALIKE:
        return
    for form in translations:
        shown = _PLACE.sub("", form)
        if not places or _LETTER.search(
            shown
        ):  # "%(browser)s on %(system)s" may well become "%(browser)s · %(system)s"
            yield from wrong_letters(shown, language)


def _percents_fit(form: str) -> bool:
    """A text with places is filled in by Python, which takes every other percent sign for a mistake."""
    return "%(" not in form or "%" not in _PLACE.sub("", form).replace("%%", "")


def wrong_letters(text: str, language: str) -> Iterator[str]:
    """A text that is still English, or Chinese of the other script."""
    chinese = [letter for letter in text if "\u4e00" <= letter <= "\u9fff"]
    if language == "ru":
        if not re.search("[а-яё]", text, re.IGNORECASE):
            yield "has no Russian letter"
        return
    if not chinese:
        yield "has no Chinese character"
    charset, other = ("gb2312", "traditional") if language == "zh_Hans" else ("big5", "simplified")
    foreign = [letter for letter in chinese if letter.encode(charset, "ignore") == b""]
    if foreign:
        yield f"{other} {''.join(foreign)}"
