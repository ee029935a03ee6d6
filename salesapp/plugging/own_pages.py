"""The pages a plugin's blueprints bring, looked at before the plugin may run: each is read or sent, has a right or is
public by name, and nothing but pages comes along."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import Map, Rule

from salesapp.plugging.slot_checks import meant
from salesapp.plugging.slots import MenuItem, Routes

OPTIONS: Final = frozenset({"methods", "defaults", "strict_slashes"})
"""What an address of a blueprint may say of itself."""
OF_THE_HOUSE: Final = (
    *("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "template_context_processors"),
    *("url_value_preprocessors", "url_default_functions", "error_handler_spec"),
)


@dataclass(frozen=True, slots=True)
class OwnPage:
    """One page: its address below /p/NAME, its name "ROUTES.function", how it is asked for, and the right one needs;
    "" is everybody, signed in or not."""

    rule: str
    name: str
    view: Callable[..., Any]
    method: str
    verb: str
    defaults: Mapping[str, object]
    strict_slashes: bool | None


class Addresses:
    """What a blueprint is given for an application: it takes addresses and has nothing else."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.found: list[tuple[str, str, Callable[..., Any], dict[str, Any]]] = []

    def add_url_rule(self, rule: str, endpoint: str, view_func: Callable[..., Any], **options: Any) -> None:
        """Take one address; Flask's own name for it."""
        self.found.append((rule, endpoint.rpartition(".")[2], view_func, options))

    def __getattr__(self, name: str) -> Any:
        raise ValueError(f"{self.owner}: a blueprint brings pages, nothing for the whole house; it uses app.{name}")


def pages_of(routes: Routes) -> tuple[OwnPage, ...]:
    """The pages of one record; a ValueError for the author where one cannot be."""
    me = f"Routes {routes.key!r}"
    blueprint = routes.blueprint()
    check_blueprint(me, blueprint)
    addresses = Addresses(me)
    state = BlueprintSetupState(blueprint, cast("Flask", addresses), {"name": routes.key}, first_registration=True)
    for found in blueprint.deferred_functions:
        found(state)
    names = {name for _, name, _, _ in addresses.found}
    check_names(me, "verbs", routes.verbs, names)
    check_names(me, "public", routes.public, names)
    if both := sorted(set(routes.public) & set(routes.verbs)):
        raise ValueError(f"{me}: {both[0]!r} is public, so it needs no right")
    return tuple(page_of(me, routes, *each) for each in addresses.found)


def check_blueprint(owner: str, blueprint: object) -> None:
    """This is a blueprint, and has nothing that would be left out in silence."""
    if not isinstance(blueprint, Blueprint):
        raise ValueError(f"{owner}: blueprint must give a flask.Blueprint, not {blueprint!r}")
    bare = Blueprint(blueprint.name, __name__)
    if used := [name for name in OF_THE_HOUSE if getattr(blueprint, name) != getattr(bare, name)]:
        raise ValueError(f"{owner}: a blueprint brings pages only, and this one has {used[0]}")
    if blueprint.has_static_folder or blueprint.template_folder:
        raise ValueError(f"{owner}: templates lie in templates/ of the plugin, files in static/, without being named")
    if getattr(blueprint, "_blueprints", ()):
        raise ValueError(f"{owner}: a blueprint within another one is not mounted: bring Routes of its own")
    if blueprint.cli.commands:
        raise ValueError(f"{owner}: a command is a record of its own, Command")


def check_names(owner: str, what: str, named: Iterable[str], names: Iterable[str]) -> None:
    """Whoever is named is the function of a page."""
    for each in named:
        if each not in names:
            raise ValueError(f"{owner}: {what} names {each!r}, which is no page of the blueprint{meant(each, names)}")


def page_of(
    owner: str, routes: Routes, rule: str, name: str, view: Callable[..., Any], options: dict[str, Any]
) -> OwnPage:
    """One page, if it keeps the rules of the house."""
    me = f"{owner}, {name!r}"
    if strange := sorted(key for key, value in options.items() if key not in OPTIONS and value is not None):
        raise ValueError(f"{me}: an address has no {strange[0]} here")
    if inspect.iscoroutinefunction(view):
        raise ValueError(f"{me}: a page is made by an ordinary function")
    if not rule.startswith("/") or rule.startswith("/static/"):
        raise ValueError(f"{me}: an address begins with /, and not with /static/, not {rule!r}")
    method = method_of(me, options.get("methods") or getattr(view, "methods", None) or ("GET",))
    verb = "" if name in routes.public else routes.verbs.get(name, routes.verb)
    if method == "POST" and verb.endswith(".see") and name not in routes.verbs:
        raise ValueError(f"{me}: it is sent (POST), and {verb!r} is a right to look: name another one in verbs")
    page = OwnPage(
        rule, f"{routes.key}.{name}", view, method, verb, options.get("defaults") or {}, options.get("strict_slashes")
    )
    Map([rule_of("", page)])  # says what is wrong with the address
    return page


def method_of(owner: str, methods: Iterable[str]) -> str:
    """How the page is asked for: a link that is merely followed must not change anything."""
    asked = {each.upper() for each in methods} - {"HEAD", "OPTIONS"}
    if asked not in ({"GET"}, {"POST"}):
        raise ValueError(f"{owner}: a page is read (GET) or sent (POST), one of them, not {', '.join(sorted(asked))}")
    return asked.pop()


def rule_of(prefix: str, page: OwnPage) -> Rule:
    """The page as the router has it."""
    return Rule(prefix + page.rule, endpoint=page.name, methods=[page.method], strict_slashes=page.strict_slashes)


def check_pages(plugin: str, records: Iterable[object]) -> None:
    """All pages of a plugin can be mounted side by side, and its menu leads to its own."""
    known: dict[tuple[str, str], str] = {}
    for record in records:
        for page in pages_of(record) if isinstance(record, Routes) else ():
            first = known.setdefault((page.rule, page.method), page.name)
            if first != page.name:
                raise ValueError(f"two pages of the plugin are at {page.rule!r}: {first} and {page.name}")
        if isinstance(record, MenuItem):
            check_menu(plugin, record)


def check_menu(plugin: str, item: MenuItem) -> None:
    """A place in the menu leads to the plugin that brings it."""
    if not item.address.startswith((f"/p/{plugin}/", f"/reports/p/{plugin}.")):
        raise ValueError(f"MenuItem {item.key!r}: address must begin with /p/{plugin}/, not {item.address!r}")
