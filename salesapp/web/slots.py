"""Where plugins show something in pages of the house: panels, cards on Today, places in the menu.

Templates ask for them; nothing is asked of the database where no plugin brings any.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from flask import Flask, render_template, request
from markupsafe import Markup

from salesapp.domain.errors import Msg
from salesapp.domain.money import Money, full_money
from salesapp.domain.permissions import Actor, can
from salesapp.domain.text import Text
from salesapp.plugging import running
from salesapp.plugging.slots import DashboardCard, Line, Linked, MenuItem, Panel
from salesapp.services.plugin_reads import Reads
from salesapp.store.engine import DatabaseUnavailable, Executor, reading
from salesapp.web.contained import attempt
from salesapp.web.i18n import gettext, language, say, show_date, show_moment, show_number
from salesapp.web.kept import environment, macro_of, together
from salesapp.web.plugin_words import label_of
from salesapp.web.request import catalog, current_actor, current_now

Slot = TypeVar("Slot", Panel, DashboardCard)
Place = tuple[str, str, str, str, str]
"""One place of the menu, as `render.py` has them: key, label, address, icon, what aria-current says."""

MACROS = "slots.html"


def plugin_of(key: str) -> str:
    """The plugin that brought the record with this full key."""
    return key.partition(".")[0]


def panels(on: str, record_id: int) -> Markup:
    """The panels of plugins about this customer, deal or contact, one after the other."""
    found = {key: each for key, each in catalog().of(Panel).items() if each.on == on}
    return _made(found, lambda panel, reads: panel.facts(reads, record_id)) if found else together(())


def cards() -> Markup:
    """The cards of plugins on Today."""
    found = catalog().of(DashboardCard)
    return _made(found, lambda card, reads: card.facts(reads)) if found else together(())


def _made(found: Mapping[str, Slot], facts: Callable[[Slot, Reads], object]) -> Markup:
    actor = current_actor()
    seen = [(key, each) for key, each in found.items() if can(actor, each.verb)]
    with reading() as x:
        return together([_part(x, key, each, facts) for key, each in seen])


def _part(x: Executor, key: str, slot: Slot, facts: Callable[[Slot, Reads], object]) -> str:
    """One panel or card; a small note in its place where its plugin fails."""
    plugin, label = plugin_of(key), say(slot.label)
    reads = Reads(plugin, current_actor(), current_now(), x)

    def made() -> str:
        inner = inside(slot.template, facts(slot, reads))
        return macro_of(MACROS, "part")(key, label, inner) if inner else ""

    part = attempt(plugin, f"{type(slot).__name__} {slot.key}", made)
    return macro_of(MACROS, "not_available")(key, label, label_of(plugin)) if part is None else part


def inside(template: str, facts: object) -> Markup:
    """What a panel or card says: the plugin's template with these facts, or lines; nothing where there are none."""
    if facts is None:
        return together(())
    if template:
        if not isinstance(facts, Mapping):
            raise TypeError(f"expected a dict for {template}, not {facts!r}")
        known = {"ui": environment().get_template("ui.html").module}
        return together([render_template(template, **known | dict(facts))]) if facts else together(())
    lines = lines_of(facts)
    return together([macro_of(MACROS, "lines")(lines)]) if lines else together(())


def lines_of(facts: object) -> list[tuple[str, str, str]]:
    """Lines in words: label, value, link. Raises where they are something else."""
    if not isinstance(facts, Iterable) or isinstance(facts, str | Mapping):
        raise TypeError(f"expected a list of Line, not {facts!r}")
    return [_line(each) for each in facts]


def _line(line: object) -> tuple[str, str, str]:
    if not isinstance(line, Line):
        raise TypeError(f"expected a Line, not {line!r}")
    return shown(line.label), shown(line.value), line.link


def shown(value: object) -> str:
    """A value as people read it; raises where it is nothing that can be said."""
    if value is None:
        return "–"
    if isinstance(value, str | Text | Msg):
        return say(value)
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, int | float | Decimal):
        return show_number(value)
    if isinstance(value, Money):
        return full_money(value, language())
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"a moment needs its time zone: {value!r}")
        return show_moment(value)
    if isinstance(value, date):
        return show_date(value)
    if isinstance(value, Linked):
        return shown(value.value)
    raise TypeError(f"expected text, a number, Money, a day or a moment, not {value!r}")


# --- the menu ---


def places(actor: Actor) -> tuple[Place, ...]:
    """The places plugins bring, for this person; none where nobody can say which plugins are on."""
    if not running.house().brought.of(MenuItem):
        return ()
    with suppress(DatabaseUnavailable):
        return _places(actor)
    return ()


def _places(actor: Actor) -> tuple[Place, ...]:
    found = [(key, each) for key, each in catalog().of(MenuItem).items() if can(actor, each.verb)]
    return tuple((f"p.{key}", say(each.label), each.address, each.icon, _mark(each.address)) for key, each in found)


def _mark(address: str) -> str:
    """What aria-current says of a place: here, or on a page below it."""
    here, there = request.path.rstrip("/"), address.partition("?")[0].rstrip("/")
    return "page" if here == there else "true" if here.startswith(f"{there}/") else ""


def letters(nav: Iterable[Place]) -> tuple[tuple[str, str, str], ...]:
    """The keys that lead to places of plugins after `g`: letter, label, the place's key; the first one to want a letter
    has it."""
    labels = {key: label for key, label, *_ in nav if key.startswith("p.")}
    if not labels:
        return ()
    found: dict[str, tuple[str, str, str]] = {}
    for key, item in catalog().of(MenuItem).items():
        if item.letter and f"p.{key}" in labels:
            found.setdefault(item.letter, (item.letter, labels[f"p.{key}"], f"p.{key}"))
    return tuple(found.values())


def register(app: Flask) -> None:
    """Give them to templates."""
    names: dict[str, Any] = {"panels": panels, "cards": cards, "plugin_keys": letters}
    app.jinja_env.globals.update(names)
