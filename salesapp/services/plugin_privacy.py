"""What plugins keep about a customer: in the file they are given, and erased for good."""

from datetime import datetime
from typing import Any, Final

from salesapp.domain.errors import N_, Refused
from salesapp.domain.permissions import SYSTEM
from salesapp.plugging import running
from salesapp.plugging.answers import json_in, nothing_in
from salesapp.plugging.hooks import Hooks, failure
from salesapp.services.plugin_reads import Reads
from salesapp.services.plugin_work import PluginWork
from salesapp.services.work import Work
from salesapp.store import customers, plugin_tables, settings
from salesapp.store.engine import Executor

NOT_ERASED: Final = N_("The plugin “%(plugin)s” could not erase what it keeps, so nothing was erased.")


def kept_by_plugins(x: Executor, customer_id: int, now: datetime) -> dict[str, Any]:
    """What each plugin says it keeps about a customer, for their file; by name those that could not say it."""
    hooks, hook = running.hooks(), "salesapp_personal_data"
    absent = _absent(x, hooks)
    if not absent and not hooks.concerns(hook):
        return {}
    catalog = running.house().read(x, settings.config_version(x))
    given = {"customer": customers.read(x, customer_id), "now": now}
    answers = hooks.ask(hook, json_in, given, facade=lambda plugin: Reads(plugin, SYSTEM, now, x))
    found = {each.plugin: each.value for each in answers}
    missing = {name for name, value in found.items() if value is None} | {*hooks.missing(hook, catalog), *absent}
    said = {name: value for name, value in found.items() if value}
    return ({"plugins": said} if said else {}) | ({"missing": sorted(missing)} if missing else {})


def erase(w: Work, customer_id: int) -> None:
    """Have every plugin erase what it keeps, also those that are switched off; Refused where one cannot. Who switched
    one off that does not load and has no tables asks for nothing of it."""
    hook = "salesapp_erase"
    absent = _absent(w.session, w.hooks)
    if not absent and not w.hooks.concerns(hook):
        return
    for plugin in [*absent, *w.hooks.missing(hook, w.catalog)]:
        raise Refused([failure(NOT_ERASED, plugin)])
    given = {"customer": customers.read(w.session, customer_id)}
    for answer in w.hooks.ask(hook, nothing_in, given, facade=lambda plugin: PluginWork(plugin, w)):
        if answer.value is None:
            raise Refused([failure(NOT_ERASED, answer.plugin)])


def _absent(x: Executor, hooks: Hooks) -> list[str]:
    """Plugins that have tables here and cannot be asked: in safe mode, or as their folder is gone or does not load."""
    loaded = {each.name for each in hooks.plugins.loaded}
    return [name for name in plugin_tables.known(x) if name not in loaded]
