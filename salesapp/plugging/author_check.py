"""`salesapp plugins check`: one plugin, looked over wherever it came from and in whatever it is written."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from salesapp.domain.follow_up import FollowUp
from salesapp.plugging.checking import DOUBT, PROBLEM, Finding, records_findings
from salesapp.plugging.follow_up_checks import complaints, foreign, known_in
from salesapp.plugging.loader import LoadedPlugin, Plugins, load_plugins
from salesapp.plugging.own_files import notes_on
from salesapp.plugging.own_texts import unknown_texts
from salesapp.plugging.po_check import po_findings
from salesapp.plugging.python_check import python_findings
from salesapp.plugging.search import PACK, Found, find_plugins, forget
from salesapp.plugging.sources import Sources, sources_of
from salesapp.plugging.template_check import template_findings
from salesapp.plugging.toml_pack import read_pack


def plugins_in(folders: Sequence[Path], wanted: str | None) -> list[Found]:
    """Every plugin, or the ones of a name, or the one at a path."""
    if wanted is not None and Path(wanted).exists() and ("/" in wanted or Path(wanted).suffix):
        return list(find_local(Path(wanted)))
    return [each for each in find_plugins(folders) if wanted in (None, each.name)]


def find_local(path: Path) -> list[Found]:
    """The plugin at this path, or those in this directory."""
    path = path.absolute().parent if path.name in ("__init__.py", PACK) else path.absolute()
    return [each for each in find_plugins([path]) if Path(each.place).is_relative_to(path)]


def examine(found: Found, folders: Sequence[Path]) -> list[Finding]:
    """Everything to say about one plugin; `folders` are those of its neighbours."""
    place = found.files
    sources = sources_of(place) if place else Sources()
    file = toml_of(place)
    if file is not None:
        findings = toml_findings(found.name, file, sources)
    else:
        findings = list(python_findings(found, place, sources))
        findings += template_findings(found.name, place, sources) if place else []
        forget(found.name)
    findings += po_findings(place)
    if not any(each.kind == PROBLEM for each in findings):
        findings += last_word(found, place, folders, sources)
    return sorted(set(findings), key=lambda each: (str(each.file or ""), each.line or 0, each.words))


def toml_of(place: Path | None) -> Path | None:
    """The TOML of a plugin that is written in it."""
    if place is None or place.suffix == ".toml":
        return place
    pack = place / PACK
    return pack if pack.is_file() and not (place / "__init__.py").is_file() else None


def toml_findings(name: str, file: Path, sources: Sources) -> list[Finding]:
    """What is wrong with a pack without Python."""
    pack = read_pack(name, file)
    findings = [Finding(PROBLEM, each.file, each.line, each.words) for each in pack.mistakes]
    return findings or list(records_findings(name, pack.records, sources))


def last_word(found: Found, place: Path | None, folders: Sequence[Path], sources: Sources) -> list[Finding]:
    """What the house itself says when it opens with this plugin: it also knows the neighbours, and what lies in the
    plugin's folders."""
    there = any(each.name == found.name and each.files == place for each in find_plugins(folders))
    with quiet():
        plugins = load_plugins(folders if there or place is None else [*folders, place])
    reasons = [str(each.reason) for each in plugins.set_aside if each.name == found.name]
    aside = [at_place(PROBLEM, place, sources, reason) for reason in reasons]
    loaded = plugins.plugin(found.name)
    doubts = [*notes_on(loaded), *strangers_in(loaded, plugins)] if loaded else []
    if aside or not loaded:
        return aside
    return [*(at_place(DOUBT, place, sources, str(each)) for each in doubts), *unknown_texts(loaded, place)]


def at_place(kind: str, place: Path | None, sources: Sources, words: str) -> Finding:
    """What the house says knows no line: where that stands which it is about, else the plugin."""
    file, line = sources.named(words)
    return Finding(kind, file or place, line, words)


def strangers_in(plugin: LoadedPlugin, plugins: Plugins) -> Iterator[str]:
    """What its follow-up rules name of plugins that are not there: until they are, these rules plan nothing."""
    for rule in (each for each in plugin.records if isinstance(each, FollowUp)):
        named = foreign(rule)
        yield from complaints(rule, known_in(plugins.catalog, (each.partition(".")[0] for each in named)))


@contextmanager
def quiet() -> Iterator[None]:
    """Without the log, which would tell all of it once more, with a traceback."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
