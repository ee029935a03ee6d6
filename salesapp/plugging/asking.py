"""Ask the plugins, one implementation at a time, and live with whatever they do.

A plugin that fails is noted, counted and logged by name. In tests and debug the failure is raised instead, so that
the author sees it.
"""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Generic, NamedTuple, TypeVar

from salesapp.domain.errors import Refused
from salesapp.plugging.answers import problems_in
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.loader import Plugins
from salesapp.plugging.troubles import SLOW_MS, Troubles

log = logging.getLogger(__name__)
T = TypeVar("T")
Read = Callable[[Any, str], T]
"""Checks what a plugin answered, and gives it back as the house uses it; raises when it is of no use."""
House = Callable[[], Catalog]
"""The catalogue as it stands, when it is needed: it says who is on."""
Facade = Callable[[str], object]
"""Makes what a plugin is given as `reads` or `w`, by its name."""

in_plugin: ContextVar[bool] = ContextVar("in_plugin", default=False)
"""Whether code of a plugin runs, called by the house."""


class PluginError(Exception):
    """A hook of a plugin raised, or answered nonsense; `__cause__` is what happened."""


class Answer(NamedTuple, Generic[T]):
    """What one plugin answered; None where it failed, with the `error`, or is not asked any more as it failed too
    often."""

    plugin: str
    value: T | None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One function of one plugin, and which arguments it takes."""

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]


class Asking:
    """Contained calls. `raise_errors` in tests and debug; `trace` prints each call."""

    def __init__(self, plugins: Plugins, *, raise_errors: bool = False, trace: bool = False) -> None:
        self.plugins = plugins
        self.raise_errors = raise_errors
        self.trace = trace
        self.troubles = Troubles()
        hooks = [name for name in vars(plugins.manager.hook) if name.startswith("salesapp_")]
        self._asked = {hook: _in_order(plugins, hook) for hook in hooks}

    def listens(self, hook: str) -> bool:
        """Whether any plugin that was loaded has this hook."""
        return bool(self._asked[hook])

    def failures(self, plugin: str) -> int:
        """How many times in a row hooks of this plugin have failed in this process: for the Plugins page."""
        return self.troubles.in_a_row(plugin)

    def ask(
        self,
        hook: str,
        read: Read[T],
        given: Mapping[str, object],
        *,
        house: House | None = None,
        facade: Facade | None = None,
        only: str | None = None,
    ) -> Iterator[Answer[T]]:
        """Each plugin's answer. With a `house` those are asked that are on there, and no hook that is off; without one
        all are, or `only` this one. `facade` makes what they are given as `reads` or `w`."""
        if not self._asked[hook]:
            return
        catalog = house() if house else None
        for asked in self._asked[hook]:
            plugin = asked.plugin
            if only not in (None, plugin) or (catalog is not None and plugin not in catalog.on):
                continue
            if catalog is not None and (plugin, hook) in catalog.hooks_off:
                yield Answer(plugin, None)
                continue
            yield self.call(plugin, hook, asked, read, given, facade)

    def call(
        self,
        plugin: str,
        hook: str,
        asked: _Asked,
        read: Read[T],
        given: Mapping[str, object],
        facade: Facade | None,
    ) -> Answer[T]:
        """One contained call: whatever it does, there is an answer."""
        begun = perf_counter()
        before = in_plugin.set(True)
        try:
            its = {name: given[name] if name in given else _made(facade, plugin) for name in asked.arguments}
            value = read(_answered(asked, its, read), plugin)
        except KeyboardInterrupt:  # the person at the console, not the plugin
            raise
        except BaseException as error:  # SystemExit too: a plugin must not end the house
            self._failed(plugin, hook, error, begun)
            return Answer(plugin, None, error)
        finally:
            in_plugin.reset(before)
        self._worked(plugin, hook, value, begun)
        return Answer(plugin, value)

    def contain(self, plugin: str, what: str, function: Callable[[], T]) -> Answer[T]:
        """The same for a function of a record, a panel's or a card's: `what` names it where a hook has its name."""
        return self.call(plugin, what, _Asked(plugin, function, ()), _as_it_is, {}, None)

    def _worked(self, plugin: str, hook: str, value: object, begun: float) -> None:
        ms = (perf_counter() - begun) * 1000
        self.troubles.worked(plugin, hook)
        if ms > SLOW_MS:
            self.troubles.slow(plugin, hook, round(ms))
        if self.trace:
            _print(f"{hook} of {plugin}: {_shown(value)} in {ms:.2f} ms")

    def _failed(self, plugin: str, hook: str, error: BaseException, begun: float) -> None:
        """Count and log it, or raise it for the author."""
        if self.trace:
            _print(f"{hook} of {plugin}: {type(error).__name__} in {(perf_counter() - begun) * 1000:.2f} ms")
        self.troubles.failed(plugin, hook, error)
        if self.raise_errors:
            raise PluginError(f"{hook} of the plugin {plugin} failed: {type(error).__name__}") from error
        log.error("plugin %s: %s failed", plugin, hook, exc_info=error)


def _in_order(plugins: Plugins, hook: str) -> Sequence[_Asked]:
    """In the order of loading, which never changes, unless they ask for another; pluggy would call the last first."""
    found = getattr(plugins.manager.hook, hook).get_hookimpls()
    ordered = sorted(found, key=lambda each: each.trylast - each.tryfirst)
    return [_Asked(each.plugin_name, each.function, tuple(each.argnames)) for each in ordered]


def _answered(asked: _Asked, its: Mapping[str, object], read: Read[Any]) -> object:
    """What it answers; a check may raise its problems as well, as every verb of the house does."""
    try:
        return asked.function(**its)
    except Refused as refused:
        if read is not problems_in:
            raise
        return refused.problems


def _made(facade: Facade | None, plugin: str) -> object:
    return facade(plugin) if facade else None


def _as_it_is(answer: T, _plugin: str) -> T:
    return answer


def _print(line: str) -> None:
    sys.stderr.write(line + "\n")


def _shown(value: object) -> str:
    try:
        return repr(value)[:200]
    except Exception:
        return type(value).__name__
