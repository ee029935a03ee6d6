"""Removing everything a plugin left behind; with erasing personal data the only thing here that deletes.

`left` says what there is; `purge` takes it away, so much in each transaction that people go on working meanwhile. One
that was interrupted is simply begun again. From its beginning the plugin is off in every process, and it stops where
somebody switches it on again. Deals of its processes stay, as deals of a process that is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement

from salesapp.domain.errors import N_, NotAllowed, Refused, problem
from salesapp.domain.pack import KEY
from salesapp.domain.permissions import Actor, can
from salesapp.plugging import running
from salesapp.plugging.fitness import RESERVED
from salesapp.plugging.own_jobs import HOUSE
from salesapp.services.plugin_events import job_name
from salesapp.services.work import work
from salesapp.store import plugin_purge as rows
from salesapp.store import plugin_states, plugin_tables, schema
from salesapp.store.engine import Executor, engines, reading
from salesapp.store.tables import job


@dataclass(frozen=True, slots=True)
class Left:
    """What a plugin left: `tables` with their rows, `values` in records by kind, `rows` of the house by table, and
    `deals` in its processes, which stay."""

    tables: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    deals: int = 0
    is_made: bool = False
    """Whether its version table is there, even where it has no table any more."""

    @property
    def is_anything(self) -> bool:
        """Whether there is something to purge."""
        return bool(self.tables or self.values or self.rows or self.is_made)

    def to_data(self) -> dict[str, object]:
        """Numbers, for the event."""
        return {"tables": dict(self.tables), "values": dict(self.values), "rows": dict(self.rows), "deals": self.deals}


def left(x: Executor, plugin: str) -> Left:
    """Everything a plugin has in this database."""
    deals, noted = rows.deals(x, plugin), rows.rows(x, plugin, jobs_of(plugin))
    if stays(plugin, deals) and not plugin_states.one(x, plugin).settings:
        noted.pop("plugin_state", None)
    is_made = plugin in plugin_tables.known(x)
    return Left(rows.tables(x, plugin), rows.values(x, plugin), noted, deals, is_made)


def stays(plugin: str, deals: int) -> bool:
    """Whether a row of the plugin is kept, without its settings: it is here, and to stay switched off; or its deals
    are to be called as they were."""
    return deals > 0 or is_here(plugin)


def is_here(plugin: str) -> bool:
    """Whether the plugin was found; in safe mode nobody looked."""
    plugins = running.house().plugins
    found = {each.name for each in plugins.loaded} | {each.name for each in plugins.set_aside}
    return plugins.safe_mode or plugin in found


def check_purge(x: Executor, plugin: str) -> None:
    """Refused while the plugin is on, or where the name is no plugin's at all."""
    if not KEY.fullmatch(plugin) or plugin in RESERVED:
        raise Refused([problem("", N_("“%(name)s” is not the name of a plugin."), name=plugin)])
    if is_on(x, plugin):
        raise _on(plugin)


def check_still_off(x: Executor, plugin: str) -> None:
    """Refused where somebody switched it on since the purge began, from a server that has its folder, too; nobody does
    until the end of the transaction."""
    if not plugin_states.locked(x, plugin).off:
        raise _on(plugin)


def _on(plugin: str) -> Refused:
    text = N_("The plugin %(name)s is on. Switch it off first: `salesapp plugins disable %(name)s`.")
    return Refused([problem("", text, name=plugin)])


def is_on(x: Executor, plugin: str) -> bool:
    """Whether the plugin is here and nobody switched it off."""
    return is_here(plugin) and not plugin_states.one(x, plugin).off


def jobs_of(plugin: str) -> ColumnElement[bool]:
    """The jobs of a plugin: its own, and what it was to be told."""
    if plugin in HOUSE:  # the others of these names are the house's
        return job.c.name == job_name(plugin)
    return job.c.name.startswith(f"{plugin}.", autoescape=True)


def purge(plugin: str, actor: Actor, now: datetime) -> Left:
    """Take all of it away; what there was. Refused while the plugin is on."""
    if not can(actor, "settings.manage"):
        raise NotAllowed
    with reading() as x:
        check_purge(x, plugin)
        was = left(x, plugin)
    with work(actor, now) as w:
        plugin_states.locked(w.session, plugin)
        check_purge(w.session, plugin)  # gone from here, it may still run in another process
        plugin_states.set_off(w.session, plugin, True, actor.id, now)
    for kind in was.values:
        _take_values(plugin, kind, actor, now)
    more = True
    while more:
        with work(actor, now) as w:
            check_still_off(w.session, plugin)
            more = rows.take_jobs(w.session, jobs_of(plugin))
    if was.tables or was.is_made:
        url = engines().write.url.render_as_string(hide_password=False)
        with schema.alone(url, check=False) as connection:  # no other table may refer to a plugin's
            check_still_off(connection, plugin)
            rows.drop_tables(connection, plugin)
    with work(actor, now) as w:
        check_still_off(w.session, plugin)
        rows.take_rows(w.session, plugin, stays=stays(plugin, was.deals))
        w.config_changed()
        w.event("plugin.purged", "plugin", 0, data={"plugin": plugin, **was.to_data()})
    return was


def _take_values(plugin: str, kind: str, actor: Actor, now: datetime) -> None:
    after: int | None = 0
    while after is not None:
        with work(actor, now) as w:
            check_still_off(w.session, plugin)
            after = rows.take_values(w.session, kind, plugin, after)
