"""Ask the plugins, one implementation at a time, and live with whatever they do.

A plugin that fails is noted, counted and logged by name. In tests and debug the failure is raised instead, so that
the author sees it.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any

from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.views import DealView
from salesapp.plugging.loader import Plugins

log = logging.getLogger(__name__)


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

    def failures(self, plugin: str, hook: str) -> int:
        """How many times in a row this hook of this plugin has failed in this process."""
        return self._failures[plugin, hook]

    def check_deal_move(self, deal: DealView, to: str, now: datetime) -> Checked:
        """Ask every plugin whether `deal` may move. One that fails lets the move pass with a note; a critical one
        that fails forbids it."""
        problems: list[Problem] = []
        notes: list[Msg] = []
        for plugin, answer in self._ask("salesapp_check_deal_move", deal=deal, to=to, now=now):
            if answer is not None:
                problems += answer
            elif self._is_critical(plugin):
                failed = N_(
                    "The check of the plugin “%(plugin)s” failed, so the deal stays. Please tell an administrator."
                )
                problems.append(replace(problem("", failed, plugin=plugin), said_by=plugin))
            else:
                notes.append(
                    Msg(
                        N_("The plugin “%(plugin)s” could not check this move; it was made without."),
                        {"plugin": plugin},
                    )
                )
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
        str(each.message)  # a %(place)s without its value would break the page that shows it
    return [replace(each, said_by=plugin) for each in problems]
