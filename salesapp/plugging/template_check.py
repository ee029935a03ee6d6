"""What is wrong with a plugin's templates before anybody opens a page: the ones that cannot be read, and names of ones
that are not there."""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from salesapp.plugging.checking import PROBLEM, Finding
from salesapp.plugging.sources import Sources
from salesapp.plugging.toml_records import near


def template_findings(name: str, place: Path, sources: Sources) -> Iterator[Finding]:
    """Each template as the house would read it, and each one that is named in the code or in another."""
    root = place / "templates"
    templates = sorted(each for each in root.rglob("*") if each.is_file()) if place.is_dir() else []
    for file in templates:
        yield from unreadable(file, sources)
    known = [f"{name}/{each.relative_to(root).as_posix()}" for each in templates]
    for file in (*sources.files, *templates):
        yield from not_there(file, name, known, sources)


def unreadable(file: Path, sources: Sources) -> Iterator[Finding]:
    """What Jinja says against a template."""
    try:
        Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(sources.read(file))
    except TemplateSyntaxError as error:
        yield Finding(PROBLEM, file, error.lineno, f"the template cannot be read: {error.message}")


def not_there(file: Path, name: str, known: Collection[str], sources: Sources) -> Iterator[Finding]:
    """Names of templates of this plugin that it does not have."""
    text = sources.read(file)
    for each in re.finditer(rf"""["']({name}/[\w./-]+\.html)["']""", text):
        if each[1] not in known:
            words = f"there is no template {each[1]!r}{near(each[1], known)}"
            yield Finding(PROBLEM, file, text.count("\n", 0, each.start()) + 1, words)
