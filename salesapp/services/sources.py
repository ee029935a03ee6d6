"""The owner's sources: more of them, other words, no longer offered. A customer keeps the one it came by for ever."""

from collections.abc import Mapping
from typing import Any, Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, problem
from salesapp.domain.people import one_line
from salesapp.domain.sources import GROUPS, Source
from salesapp.domain.text import LANGUAGES, Text, named_in
from salesapp.plugging.house import SOURCES
from salesapp.services.work import Work
from salesapp.store import settings

_NAME: Final = Text("Name", "名称", "名稱", "Название")
LABEL_LENGTH: Final = 60
MOST: Final = 100


def add_source(w: Work, group: str, language: str, label: str) -> str:
    """One more source, offered last in its group; its key."""
    kept = _opened(w)
    label = one_line(label)
    problems = _problems(w, label, "label")
    if group not in GROUPS:
        problems.append(problem("group", N_("Please choose one of the list.")))
    own = kept.get("own", [])
    if len(own) >= MOST:
        problems.append(problem("", N_("%(most)s sources of your own are the most."), most=MOST))
    if problems:
        raise Refused(problems)
    key = f"own_{1 + max((int(each['key'].removeprefix('own_')) for each in own), default=0)}"
    _save(w, {**kept, "own": [*own, {"key": key, "group": group, "label": {language: label}}]}, "added", key)
    return key


def rename_source(w: Work, key: str, words: Mapping[str, str]) -> None:
    """Other words, by language; those that say what it says without the owner are no change."""
    kept = _opened(w)
    _known(w, key)
    typed = {language: one_line(text) for language, text in words.items() if language in LANGUAGES}
    problems = [each for language, text in typed.items() for each in _problems(w, text, f"label_{language}", key)]
    if problems:
        raise Refused(problems)
    labels = kept.get("labels", {})
    if {**labels.get(key, {}), **typed} == labels.get(key, {}):
        return
    _save(w, {**kept, "labels": {**labels, key: {**labels.get(key, {}), **typed}}}, "changed", key)


def switch_source(w: Work, key: str, off: bool) -> None:
    """Offer it no longer, or again."""
    kept = _opened(w)
    if _known(w, key).off == off:
        return
    left = [each for each in kept.get("off", []) if each != key]
    if off and len(w.catalog.offered_sources) == 1:
        raise Refused([problem("", N_("At least one source stays."))])
    _save(w, {**kept, "off": [*left, key] if off else left}, "archived" if off else "restored", key)


def _problems(w: Work, label: str, place: str, key: str = "") -> list[Problem]:
    called = named_in(_NAME, place.removeprefix("label_"))
    if not label:
        return [problem(place, N_("%(label)s is needed."), label=called)]
    if len(label) > LABEL_LENGTH:
        text = N_("%(label)s can hold %(max)s characters; this has %(length)s.")
        return [problem(place, text, label=called, length=len(label), max=LABEL_LENGTH)]
    others = (each for each in w.catalog.sources.values() if each.key != key and not each.off)
    if any(label in {each.label.in_language(language) for language in LANGUAGES} for each in others):
        return [problem(place, N_("There is a source of this name already."))]
    return []


def _opened(w: Work) -> dict[str, Any]:
    """What was changed so far, nobody else's to change until the end of the transaction."""
    w.require("settings.manage")
    return dict(settings.locked(w.session, SOURCES, {}))


def _known(w: Work, key: str) -> Source:
    found = w.catalog.sources.get(key)
    if found is None:
        raise NotFound
    return found


def _save(w: Work, kept: Mapping[str, Any], what: str, key: str) -> None:
    settings.put(w.session, SOURCES, dict(kept))
    w.config_changed()
    w.event(f"source.{what}", "source", 0, data={"key": key, "label": str(w.catalog.sources[key].label)})
