"""Building blocks a plugin's templates ask for that are not there, or that take no argument of that name: the page that
uses one would fail only when somebody opens it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import nodes

from salesapp.plugging.toml_records import near

Macros = Mapping[str, "Macro | None"]
"""What one template offers to others: its macros, and names that are no macro (None)."""
WITHOUT_IMPORT: Final = {"ui": "ui.html"}
"""The name under which every page has the building blocks of the house."""


@dataclass(frozen=True, slots=True)
class Macro:
    """What one macro takes: the names of its arguments, any name at all (`open`), an inside by `{% call %}`."""

    takes: tuple[str, ...]
    open: bool
    inside: bool


def macros_of(tree: nodes.Template) -> Macros:
    """What this template offers to others."""
    found: dict[str, Macro | None] = {}
    for each in tree.body:
        if isinstance(each, nodes.Assign) and isinstance(each.target, nodes.Name):
            found[each.target.name] = None
        if isinstance(each, nodes.Macro):
            used = {name.name for name in each.find_all(nodes.Name)}
            takes = tuple(arg.name for arg in each.args)
            found[each.name] = Macro(takes, "kwargs" in used, "caller" in used)
    return found


def macro_mistakes(tree: nodes.Template, read: Callable[[str], Macros | None]) -> Iterator[tuple[int, str]]:
    """The line of each mistake, and what it is; `read` tells what a template offers, None where it is unknown."""
    own = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    places = {alias: read(place) for alias, place in WITHOUT_IMPORT.items() if alias not in own}
    for each in tree.find_all(nodes.Import):
        if isinstance(each.template, nodes.Const):
            places[each.target] = read(str(each.template.value))
    for line, alias, name in _asked(tree):
        offered = places.get(alias)
        if offered is not None and name not in offered:
            yield line, f"there is no {alias}.{name}{near(name, offered)}"
    inside = {id(block.call) for block in tree.find_all(nodes.CallBlock)}
    for call in tree.find_all(nodes.Call):
        found = _macro(call, places)
        if found is not None:
            yield from _of_the_call(call, *found, has_inside=id(call) in inside)


def _asked(tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    for each in tree.find_all(nodes.Getattr):
        if isinstance(each.node, nodes.Name):
            yield each.lineno, each.node.name, each.attr


def _macro(call: nodes.Call, places: Mapping[str, Macros | None]) -> tuple[str, Macro] | None:
    asked = call.node
    if not isinstance(asked, nodes.Getattr) or not isinstance(asked.node, nodes.Name):
        return None
    macro = (places.get(asked.node.name) or {}).get(asked.attr)
    return None if macro is None else (f"{asked.node.name}.{asked.attr}", macro)


def _of_the_call(call: nodes.Call, called: str, macro: Macro, *, has_inside: bool) -> Iterator[tuple[int, str]]:
    if has_inside and not macro.inside:
        yield call.lineno, f"{called} has no inside: it cannot be called with a {{% call %}}"
    if macro.open:
        return
    for each in call.kwargs:
        if each.key not in macro.takes and each.key != "caller":
            yield call.lineno, f"{called} has no argument {each.key!r}{near(each.key, macro.takes)}"
    if len(call.args) > len(macro.takes):
        yield call.lineno, f"{called} takes at most {len(macro.takes)} arguments, not {len(call.args)}"
