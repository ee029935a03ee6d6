"""Plugins switched on and off, and set: from any process, at once, and nothing of theirs is lost."""

from collections.abc import Mapping
from typing import Any

from salesapp.domain.errors import N_, Msg, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.field_values import canonical, check_value, is_empty
from salesapp.domain.pack import Field
from salesapp.domain.record_values import plain, same
from salesapp.domain.settings_form import KEY, SettingsForm
from salesapp.plugging import running
from salesapp.plugging.remembered import remember
from salesapp.services.work import Work
from salesapp.store import people
from salesapp.store import plugin_states as rows
from salesapp.store.engine import Executor


def form_of(plugin: str) -> SettingsForm | None:
    """What the plugin lets the owner set; also while it is switched off."""
    return running.house().brought.of(SettingsForm).get(f"{plugin}.{KEY}")


def values(x: Executor, plugin: str) -> dict[str, Any]:
    """How the plugin is set, by the keys of its settings form; empty where it has none."""
    form = form_of(plugin)
    return form.values(rows.one(x, plugin).settings) if form else {}


def switch(w: Work, plugin: str, off: bool) -> bool:
    """Switch a plugin off or on, for every process with its next request; False where it was so already.

    One that could not be loaded can be switched off, so that nobody waits for what it should have checked.
    """
    w.require("settings.manage")
    plugins = running.house().plugins
    loaded, aside = plugins.plugin(plugin), next((each for each in plugins.set_aside if each.name == plugin), None)
    if loaded is None and aside is None:
        raise NotFound
    remember(w.session, plugins)
    if not rows.set_off(w.session, plugin, off, w.actor.id, w.now):
        return False
    w.config_changed()
    w.event("plugin.off" if off else "plugin.on", "plugin", 0, data={"plugin": plugin})
    return True


def turn_hook_on(w: Work, plugin: str, hook: str) -> None:
    """Ask a hook again that was switched off as it failed too often."""
    w.require("settings.manage")
    if not rows.turn_on(w.session, plugin, hook):
        raise NotFound
    w.config_changed()
    w.event("plugin.hook_on", "plugin", 0, data={"plugin": plugin, "hook": hook})


def change_settings(w: Work, plugin: str, changed: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    """Other answers in a plugin's settings form, by the keys of its fields and as they are stored; Stale when somebody
    else changed the same one meanwhile."""
    w.require("settings.manage")
    form = form_of(plugin)
    if form is None:
        raise NotFound
    state = rows.locked(w.session, plugin)
    fields, before = {each.key: each for each in form.fields}, form.values(state.settings)
    if problems := [each for key, value in changed.items() for each in _problems(plugin, fields.get(key), key, value)]:
        raise Refused(problems)
    new = {key: plain(canonical(fields[key], value)) for key, value in changed.items()}
    new = {key: value for key, value in new.items() if not same(fields[key], value, before[key])}
    clashes = [key for key in new if key in seen and not same(fields[key], seen[key], before[key])]
    if clashes:
        named = [f"{plugin}.{key}" for key in clashes]
        raise Stale(people.who_changed(w.session, "plugin", 0, named), named)
    if new:
        rows.put_settings(w.session, plugin, {**state.settings, **new})
        w.config_changed()
        # What is set may be a password of another house: the answers themselves are written nowhere else.
        w.event("plugin.changed", "plugin", 0, data={"plugin": plugin, "fields": [f"{plugin}.{key}" for key in new]})


def _problems(plugin: str, field: Field | None, key: str, value: Any) -> list[Problem]:
    if field is None:
        return [problem("", N_("This form has no field “%(name)s”."), name=key[:80])]
    if field.required and is_empty(value):
        return [Problem(f"{plugin}.{key}", Msg(N_("%(label)s is needed."), {"label": field.label}))]
    wrong = check_value(field, value)
    return [Problem(f"{plugin}.{key}", wrong)] if wrong else []
