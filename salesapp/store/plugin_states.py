"""What the house knows of each plugin: whether it is off, how it is set, what it was last known to bring, and which of
its hooks failed too often.

A plugin without a row is on, and set as it came. What changes how the house behaves gives the configuration a new
name (`settings.rename_config`), so every process knows with its next request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, case, delete, func, select, update

from salesapp.store import settings
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import deal_total, person, plugin_hook_off, plugin_state, plugin_trouble

IN_A_ROW: Final = 5
"""After so many failures in a row a hook is not asked any more."""


@dataclass(frozen=True, slots=True)
class PluginState:
    """One plugin's row. `settings` as answered in its form; `known` are the labels of what it brought last."""

    plugin: str
    off: bool
    settings: Mapping[str, Any]
    version: int
    seen: str
    known: Mapping[str, Any]


_state = select(
    plugin_state.c.plugin,
    plugin_state.c.off,
    plugin_state.c.settings,
    plugin_state.c.version,
    plugin_state.c.seen,
    plugin_state.c.known,
).order_by(plugin_state.c.plugin)
_hooks_off = select(plugin_hook_off.c.plugin, plugin_hook_off.c.hook)


def every(x: Executor) -> dict[str, PluginState]:
    """Every plugin somebody ever set or that ever ran, by its name."""
    return {row.plugin: PluginState(*row) for row in x.execute(_state)}


def one(x: Executor, plugin: str) -> PluginState:
    """One plugin's state; one without a row is as it came."""
    row = x.execute(_state.where(plugin_state.c.plugin == plugin)).first()
    return PluginState(*row) if row else PluginState(plugin, False, {}, 1, "", {})


def locked(x: Executor, plugin: str) -> PluginState:
    """One plugin's state, nobody else's to change until the end of the transaction."""
    _made(x, plugin)
    row = x.execute(_state.where(plugin_state.c.plugin == plugin).with_for_update()).one()
    return PluginState(*row)


def set_off(x: Executor, plugin: str, off: bool, person_id: int | None, now: datetime) -> bool:
    """Switch a plugin off or on; False when it was so already."""
    _made(x, plugin)
    here = (plugin_state.c.plugin == plugin, plugin_state.c.off.is_(not off))
    changed = rows_changed(x, update(plugin_state).where(*here).values(off=off, person_id=person_id, at=now)) == 1
    if changed:
        settings.rename_config(x)
    return changed


def put_settings(x: Executor, plugin: str, values: Mapping[str, Any]) -> None:
    """The plugin's settings from now on."""
    _made(x, plugin)
    new = {"settings": dict(values), "version": plugin_state.c.version + 1}
    x.execute(update(plugin_state).where(plugin_state.c.plugin == plugin).values(**new))
    settings.rename_config(x)


def remember(x: Executor, plugin: str, seen: str, known: Mapping[str, Any], *, off: bool = False) -> None:
    """What this version of the plugin brings, for the day it is gone; `off` where it was never seen before."""
    _made(x, plugin, off)
    x.execute(update(plugin_state).where(plugin_state.c.plugin == plugin).values(seen=seen[:80], known=dict(known)))
    settings.rename_config(x)


def forget(x: Executor, plugin: str) -> None:
    """Nothing of a plugin, as if it had never been here."""
    for table in (plugin_state, plugin_hook_off, plugin_trouble):
        x.execute(delete(table).where(table.c.plugin == plugin))
    settings.rename_config(x)


def _made(x: Executor, plugin: str, off: bool = False) -> None:
    insert_or_ignore(x, plugin_state, {"plugin": plugin, "off": off, "settings": {}, "known": {}})


def switched(x: Executor) -> dict[str, Row[*tuple[Any, ...]]]:
    """Who switched each plugin last, and when: plugin, off, name, at."""
    query = select(plugin_state.c.plugin, plugin_state.c.off, person.c.name, plugin_state.c.at)
    query = query.outerjoin(person, person.c.id == plugin_state.c.person_id).where(plugin_state.c.at.is_not(None))
    return {row.plugin: row for row in x.execute(query)}


def deals_of(x: Executor, plugin: str) -> dict[str, int]:
    """How many deals are in the processes of a plugin, by their state, whosever they are."""
    here = func.substr(deal_total.c.process, 1, len(plugin) + 1) == f"{plugin}."
    query = select(deal_total.c.state, func.sum(deal_total.c.n)).where(here).group_by(deal_total.c.state)
    return {row[0]: int(row[1]) for row in x.execute(query) if row[1]}


# --- hooks that fail or keep people waiting: written in a transaction of their own, after the one they happened in, as
# --- what was refused there is rolled back


def hooks_off(x: Executor) -> frozenset[tuple[str, str]]:
    """The hooks nobody asks, as (plugin, hook)."""
    return frozenset((row.plugin, row.hook) for row in x.execute(_hooks_off))


def hook_failed(x: Executor, plugin: str, hook: str, error: str, now: datetime, *, times: int = 1) -> bool:
    """Count failures of a hook; from IN_A_ROW in a row on, whichever processes they happened in, it is off. Whether
    this switched it off."""
    _trouble(x, plugin, hook, now, failures=times, error=error[:80])
    c = plugin_trouble.c
    here = (c.plugin == plugin, c.hook == hook)
    x.execute(update(plugin_trouble).where(*here).values(in_a_row=c.in_a_row + times))
    if int(x.execute(select(c.in_a_row).where(*here)).scalar_one()) < IN_A_ROW:
        return False
    values = {"plugin": plugin, "hook": hook, "since": now, "error": error[:80]}
    off = insert_or_ignore(x, plugin_hook_off, values)
    if off:
        settings.rename_config(x)
    return off


def hook_worked(x: Executor, plugin: str, hook: str) -> None:
    """A hook that failed before works again: what follows is counted anew."""
    c = plugin_trouble.c
    x.execute(update(plugin_trouble).where(c.plugin == plugin, c.hook == hook, c.in_a_row > 0).values(in_a_row=0))


def hook_slow(x: Executor, plugin: str, hook: str, slowest_ms: int, now: datetime, *, times: int = 1) -> None:
    """Count calls that kept somebody waiting."""
    _trouble(x, plugin, hook, now, slow=times, slowest_ms=slowest_ms)


def turn_on(x: Executor, plugin: str, hook: str) -> bool:
    """Ask a hook again; False when it was not off."""
    here = (plugin_hook_off.c.plugin == plugin, plugin_hook_off.c.hook == hook)
    on = rows_changed(x, delete(plugin_hook_off).where(*here)) == 1
    if on:
        hook_worked(x, plugin, hook)
        settings.rename_config(x)
    return on


def held(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """The hooks that are off: plugin, hook, since, error."""
    return x.execute(select(plugin_hook_off).order_by(plugin_hook_off.c.since, plugin_hook_off.c.hook)).all()


def troubles(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """How often each hook failed or was slow: plugin, hook, failures, slow, slowest_ms, error, at."""
    return x.execute(select(plugin_trouble).order_by(plugin_trouble.c.plugin, plugin_trouble.c.hook)).all()


def _trouble(
    x: Executor,
    plugin: str,
    hook: str,
    now: datetime,
    *,
    failures: int = 0,
    slow: int = 0,
    slowest_ms: int = 0,
    error: str = "",
) -> None:
    first = {"failures": failures, "slow": slow, "slowest_ms": slowest_ms, "error": error, "at": now}
    if insert_or_ignore(x, plugin_trouble, {"plugin": plugin, "hook": hook, **first}):
        return
    c = plugin_trouble.c
    more = {
        "failures": c.failures + failures,
        "slow": c.slow + slow,
        "slowest_ms": case((c.slowest_ms < slowest_ms, slowest_ms), else_=c.slowest_ms),
        "at": now,
    }
    if error:
        more["error"] = error
    x.execute(update(plugin_trouble).where(c.plugin == plugin, c.hook == hook).values(**more))
