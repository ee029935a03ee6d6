"""Ask the plugins, one implementation at a time, and live with whatever they do.

A plugin that fails is noted, counted and logged by name. In tests and debug the failure is raised instead, so that
the author sees it.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, Final

from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.money import Money
from salesapp.domain.text import Text
from salesapp.domain.views import DealView
from salesapp.plugging.loader import Plugins

log = logging.getLogger(__name__)
STAYS: Final = N_("The check of the plugin “%(plugin)s” failed, so the deal stays. Please tell an administrator.")
UNCHECKED: Final = N_("The plugin “%(plugin)s” could not check this move; it was made without.")


class PluginError(Exception):
    """A hook of a plugin raised, or answered nonsense; `__cause__` is what happened."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the plugins said: `problems` forbid, `notes` are only shown."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[Msg, ...] = ()


class Hooks:
    """The house's questions to its plugins. `raise_errors` in tests and debug."""

    def __init__(self, plugins: Plugins, *, raise_errors: bool = False) -> None:
        self.plugins = plugins
        self.raise_errors = raise_errors
        self._failures: Counter[tuple[str, str]] = Counter()
        self._lock = Lock()

    def failures(self, plugin: str) -> int:
        """How many times in a row hooks of this plugin have failed in this process: for the Plugins page."""
        with self._lock:
            return sum(count for (name, _hook), count in self._failures.items() if name == plugin)

    def check_deal_move(self, deal: DealView, to: str, now: datetime) -> Checked:
        """Ask every plugin whether `deal` may move. One that fails lets the move pass with a note; a critical one
        that fails forbids it. So does one that could not even be loaded, unless its card says it is not critical: then
        nobody expects it to be asked."""
        problems: list[Problem] = []
        notes: list[Msg] = []
        failed: list[tuple[str, bool | None]] = [
            (each.name, each.critical) for each in self.plugins.set_aside if each.critical is not False
        ]
        for plugin, answer in self._ask("salesapp_check_deal_move", deal=deal, to=to, now=now):
            problems += answer or ()
            failed += [(plugin, self._is_critical(plugin))] if answer is None else []
        for plugin, critical in failed:
            if critical:
                problems.append(replace(problem("", STAYS, plugin=plugin), said_by=plugin))
            else:
                notes.append(Msg(UNCHECKED, {"plugin": plugin}))
        return Checked(tuple(problems), tuple(notes))

    def _ask(self, hook: str, **arguments: object) -> Iterable[tuple[str, list[Problem] | None]]:
        """Each plugin's problems, None from one that failed."""
        implementations = getattr(self.plugins.manager.hook, hook).get_hookimpls()
        # In the order of loading, which never changes; pluggy itself would call the last one first.
        for implementation in sorted(implementations, key=lambda each: each.trylast - each.tryfirst):
            plugin = implementation.plugin_name
            try:
                given = {name: arguments[name] for name in implementation.argnames}
                answer = problems_in(implementation.function(**given), plugin)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # SystemExit too: a plugin must not end the house
                self._note_failure(plugin, hook, error)
                yield plugin, None
            else:
                self._failures.pop((plugin, hook), None)
                yield plugin, answer

    def _note_failure(self, plugin: str, hook: str, error: BaseException) -> None:
        """Count and log it, or raise it for the author."""
        with self._lock:
            self._failures[plugin, hook] += 1
        if self.raise_errors:
            raise PluginError(f"{hook} of the plugin {plugin} failed: {type(error).__name__}") from error
        log.error("plugin %s: %s failed", plugin, hook, exc_info=error)

    def _is_critical(self, name: str) -> bool:
        plugin = self.plugins.plugin(name)
        return plugin is not None and plugin.manifest.critical


def problems_in(answer: Any, plugin: str) -> list[Problem]:
    """The answer as problems of this plugin; raises when it is anything else, or cannot be put into words."""
    problems = list(answer or ())
    for each in problems:
        if not isinstance(each, Problem) or not isinstance(each.place, str):
            raise TypeError(f"expected a list of Problem, not {each!r}")
    return [Problem(each.place, sayable(each.message), plugin) for each in problems]


def sayable(message: object) -> Msg:
    """The message, with nothing in it that could break the page that shows it: its places have their values, and its
    values are such as we can put into words, everything else as text."""
    parts: tuple[Any, Any] = (message.source, message.values) if isinstance(message, Msg) else (None, None)
    source, values = parts
    if not isinstance(source, str) or not isinstance(values, Mapping):
        raise TypeError(f"expected a Msg with a text and its values, not {message!r}")
    checked = Msg(source, {key: _value(value) for key, value in values.items()})
    str(checked)
    return checked


def _value(value: object) -> object:
    if isinstance(value, Msg):
        return sayable(value)
    return value if isinstance(value, Text | Money | int | float | Decimal | date) else str(value)
