"""Plugins in the person's words: what they are called, and why one does not run."""

from collections.abc import Iterable
from typing import Final

from salesapp.domain.deal_values import plugin_of
from salesapp.domain.errors import N_
from salesapp.web.i18n import gettext, say
from salesapp.web.request import catalog

_AWAY: Final = {
    "off": N_("“%(plugin)s” is switched off. What belongs to it is shown and stays as it is until it is on again."),
    "aside": N_("“%(plugin)s” could not start. What belongs to it is shown and stays as it is until it runs again."),
    "gone": N_("“%(plugin)s” is not installed any more. What belongs to it is shown and stays as it is."),
    "safe": N_("Only the core runs, without “%(plugin)s”. What belongs to it is shown and stays as it is."),
}
_NO_PROCESS: Final = N_("“%(plugin)s” does not bring this process any more. Its deals are shown and stay as they are.")
_UNKNOWN: Final = N_(
    "The plugin that brings this deal's process is missing. Nothing is lost; the deal can be moved again when it is "
    "back."
)
_RETIRED: Final = N_("“%(plugin)s” does not ask for this any more. What was answered stays as it is.")


def label_of(plugin: str) -> str:
    """What a plugin calls itself; its name where nobody ever knew it."""
    label = catalog().labels.get(plugin)
    return say(label) if label else plugin


def title_of(plugin: str) -> str:
    """What the records of a plugin are headed by: its pack's name, else its own."""
    its = catalog()
    for each in filter(None, (its, its.resting)):
        for key, pack in each.packs.items():
            if each.pack_plugins[key] == plugin:
                return say(pack.label)
    return label_of(plugin)


def away_note(plugin: str) -> str:
    """Why what belongs to this plugin is only shown; "" while it runs, or where nobody ever knew it."""
    why = catalog().away.get(plugin)
    return gettext(_AWAY[why]) % {"plugin": label_of(plugin)} if why else ""


def resting_note(plugin: str) -> str:
    """The same for fields and forms: of a plugin that runs, that its newer version has done away with them."""
    return away_note(plugin) or gettext(_RETIRED) % {"plugin": label_of(plugin)}


def notes_about(keys: Iterable[str]) -> list[str]:
    """Why some of these fields ("car.model") are only shown: one sentence for each plugin that does not run."""
    plugins = dict.fromkeys(key.removeprefix("field.").partition(".")[0] for key in keys if "." in key)
    return [note for plugin in plugins if (note := away_note(plugin))]


def process_note(process: str) -> str:
    """Why deals in this process are only shown; "" where it is in use."""
    plugin = plugin_of(process)
    if catalog().process(process):
        return ""
    if note := away_note(plugin):
        return note
    return gettext(_NO_PROCESS if catalog().shown_process(process) else _UNKNOWN) % {"plugin": label_of(plugin)}
