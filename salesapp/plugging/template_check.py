"""What is wrong with a plugin's templates before anybody opens a page: the ones that cannot be read, names of ones that
are not there, and building blocks that are asked for wrongly."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from salesapp.places import TEMPLATES
from salesapp.plugging.checking import PROBLEM, Finding
from salesapp.plugging.macro_check import Macros, macro_mistakes, macros_of
from salesapp.plugging.sources import Sources
from salesapp.plugging.toml_records import near

_JINJA: Final = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)


def template_findings(name: str, place: Path, sources: Sources) -> Iterator[Finding]:
    """Each template as the house would read it, and each one that is named in the code or in another."""
    root = place / "templates"
    files = sorted(each for each in root.rglob("*") if each.is_file()) if place.is_dir() else []
    trees: dict[str, nodes.Template] = {}
    for file in files:
        try:
            trees[f"{name}/{file.relative_to(root).as_posix()}"] = _JINJA.parse(sources.read(file))
        except TemplateSyntaxError as error:
            yield Finding(PROBLEM, file, error.lineno, f"the template cannot be read: {error.message}")
    known = [f"{name}/{each.relative_to(root).as_posix()}" for each in files]
    for file in (*sources.files, *files):
        yield from not_there(file, name, known, sources)
    for called, tree in trees.items():
        for line, words in macro_mistakes(tree, lambda asked: offered(asked, trees)):
            yield Finding(PROBLEM, root / called.removeprefix(f"{name}/"), line, words)


def offered(called: str, trees: dict[str, nodes.Template]) -> Macros | None:
    """What a template of the plugin, or of the house, offers to others; None for any other."""
    if called in trees:
        return macros_of(trees[called])
    file = TEMPLATES / called
    return macros_of(_JINJA.parse(file.read_text(encoding="utf-8"))) if file.is_file() else None


def not_there(file: Path, name: str, known: Collection[str], sources: Sources) -> Iterator[Finding]:
    """Names of templates of this plugin that it does not have."""
    text = sources.read(file)
    for each in re.finditer(rf"""["']({name}/[\w./-]+\.html)["']""", text):
        if each[1] not in known:
            words = f"there is no template {each[1]!r}{near(each[1], known)}"
            yield Finding(PROBLEM, file, text.count("\n", 0, each.start()) + 1, words)
