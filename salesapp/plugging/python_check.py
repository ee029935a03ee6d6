"""What is wrong with a plugin written in Python: imports, card, hooks, records; each with its line."""

import ast
import inspect
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path

from salesapp.domain.follow_up import FollowUp
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.checking import DOUBT, PROBLEM, Finding, records_findings
from salesapp.plugging.fitness import UnfitError, check_name, manifest_of, nearest_hooks
from salesapp.plugging.search import Found
from salesapp.plugging.sources import Sources
from salesapp.plugging.spec import PROJECT, new_manager

FRONT_DOOR = ("salesapp.plugin_api", "salesapp.testing")


def python_findings(found: Found, place: Path | None, sources: Sources) -> Iterator[Finding]:
    """Everything that is wrong with this plugin; `place` is its folder or file, where it has one."""
    yield from (each for file in sources.files for each in import_findings(file, sources))
    try:
        module = found.load()
    except BaseException as error:  # a plugin may do anything, SystemExit included
        yield raised(error, place, "it cannot be imported")
        return
    first = sources.files[0] if sources.files else None
    try:
        check_name(found)
        manifest_of(module, found)
    except UnfitError as error:
        line = sources.only(r"(?m)^MANIFEST\b")
        yield Finding(PROBLEM, line[0] or first, line[1], str(error.reason))
    yield from hook_findings(module)
    records, more = records_of(module, place)
    yield from more
    if not more:
        yield from together(found.name, records, sources)
        yield from records_findings(found.name, records, sources)


def raised(error: BaseException, place: Path | None, what: str) -> Finding:
    """An error by its words, and by the last line of the plugin that led to it."""
    frames = [each for each in traceback.extract_tb(error.__traceback__) if is_inside(each.filename, place)]
    file, line = (Path(frames[-1].filename), frames[-1].lineno) if frames else (place, None)
    if isinstance(error, SyntaxError) and error.filename and is_inside(error.filename, place):
        file, line = Path(error.filename), error.lineno
    if isinstance(error, UnfitError):
        return Finding(PROBLEM, file, line, str(error.reason))
    said = str(error) if isinstance(error, ValueError) else f"{what}: {type(error).__name__}: {error}"
    return Finding(PROBLEM, file, line, f"{said}{meant(error)}")


def is_inside(file: str, place: Path | None) -> bool:
    """Whether a file is one of the plugin's."""
    return place is not None and (Path(file) == place or place in Path(file).parents)


_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_MADE = re.compile(r"(\w+)\.__init__\(\) (?:takes 1 positional|got an unexpected keyword argument '(\w+)')")


def meant(error: BaseException) -> str:
    """A name of the front door that is close to a misspelt one, or how a record of it is made."""
    if made := _MADE.match(str(error)):
        kind = getattr(sys.modules.get("salesapp.plugin_api"), made[1], None)
        names = [each.name for each in fields(kind)] if is_dataclass(kind) else []
        return suggestion(made[2], names) if made[2] else f": its fields are given by name, {', '.join(names)}"
    found = _NAME.match(str(error))
    known = getattr(sys.modules.get(found[2]), "__all__", ()) if found else ()
    close = get_close_matches(found[1], known, n=1) if found else []
    return f"; did you mean {close[0]}?" if close else ""


def import_findings(file: Path, sources: Sources) -> Iterator[Finding]:
    """Imports of the house's inside: they break with the next version, and behave as they like."""
    if file.suffix != ".py":
        return
    try:
        tree = ast.parse(sources.read(file))
    except SyntaxError:  # said when it is imported
        return
    for node in ast.walk(tree):
        for name in imported(node):
            if name.split(".")[0] == "salesapp" and not name.startswith(FRONT_DOOR):
                words = f"it imports {name}: of SalesApp, a plugin imports salesapp.plugin_api only"
                yield Finding(PROBLEM, file, node.lineno, words)  # type: ignore[attr-defined]


def imported(node: ast.AST) -> list[str]:
    """The full names that one statement imports."""
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [f"{node.module}.{each.name}" for each in node.names] if node.module == "salesapp" else [node.module]
    return []


# --- hooks ---


def hook_findings(module: object) -> Iterator[Finding]:
    """Hooks that nobody would call, or that could not be called."""
    manager = new_manager()
    known = {name: manager.hook.__dict__[name] for name in vars(manager.hook) if name.startswith(f"{PROJECT}_")}
    for name in dir(module):
        function = getattr(module, name)
        options = manager.parse_hookimpl_opts(module, name)
        if options is None:
            if inspect.isfunction(function) and name.startswith(f"{PROJECT}_"):
                yield at(function, f"{name} is not marked with @hookimpl, so nobody calls it")
            continue
        hook = str(options.get("specname") or name)
        if hook not in known:
            if not options.get("optionalhook"):
                meant = " or ".join(nearest_hooks(hook, known))
                there = f": did you mean {meant}?" if meant else f"; there is {', '.join(sorted(known))}"
                yield at(function, f"no hook {hook}{there}")
            continue
        if options.get("wrapper") or options.get("hookwrapper") or inspect.iscoroutinefunction(function):
            yield at(function, f"{hook} must be an ordinary function, neither async nor a wrapper")
        given = list(known[hook].spec.argnames)
        for argument in inspect.signature(function).parameters:
            if argument not in given:
                yield at(function, f"{hook} is never given {argument!r}{suggestion(argument, given)}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """What may have been meant, or what there is."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    return f": did you mean {close[0]}?" if close else f"; there is {', '.join(names)}" if names else ""


def at(function: object, words: str) -> Finding:
    """A problem with this function."""
    code = getattr(function, "__code__", None)
    return Finding(PROBLEM, Path(code.co_filename) if code else None, code.co_firstlineno if code else None, words)


# --- records ---


def records_of(module: object, place: Path | None) -> tuple[list[object], list[Finding]]:
    """What the plugin brings, or why it does not say."""
    function = getattr(module, "salesapp_records", None)
    if function is None:
        return [], []
    try:
        answer = function()
        return list(answer or ()), []
    except BaseException as error:
        return [], [raised(error, place, "salesapp_records failed")]


def together(name: str, records: list[object], sources: Sources) -> Iterator[Finding]:
    """What only shows when the records meet in one catalogue; each one that does not fit is said."""
    catalog = Catalog()
    for record in sorted(records, key=lambda each: isinstance(each, FollowUp)):  # rules name the others
        try:
            catalog = catalog.with_records(name, [record])
        except (ValueError, TypeError) as error:
            where = sources.record(type(record).__name__, str(getattr(record, "key", "")))
            yield Finding(PROBLEM, *where, str(error))
    if not records:
        file = sources.files[0] if sources.files else None
        yield Finding(DOUBT, file, None, "it brings no records: is salesapp_records missing?")
