"""What a plugin brings, what is lost sight of while it is off, and what went wrong with it: in sentences."""

from collections.abc import Callable, Mapping
from typing import Final

from salesapp.services.plugin_lines import Trouble
from salesapp.web.i18n import gettext, ngettext, show_moment, show_number

_BRINGS: Final[Mapping[str, Callable[[int], str]]] = {
    "IndustryPack": lambda n: ngettext("%(num)s industry", "%(num)s industries", n),
    "Process": lambda n: ngettext("%(num)s process", "%(num)s processes", n),
    "Fields": lambda n: ngettext("%(num)s field", "%(num)s fields", n),
    "ResultForm": lambda n: ngettext("%(num)s result form", "%(num)s result forms", n),
    "FollowUp": lambda n: ngettext("%(num)s follow-up rule", "%(num)s follow-up rules", n),
    "Panel": lambda n: ngettext("%(num)s panel", "%(num)s panels", n),
    "DashboardCard": lambda n: ngettext("%(num)s card on Today", "%(num)s cards on Today", n),
    "MenuItem": lambda n: ngettext("%(num)s menu entry", "%(num)s menu entries", n),
    "PluginReport": lambda n: ngettext("%(num)s report", "%(num)s reports", n),
    "Routes": lambda _n: gettext("pages of its own"),
    "OwnTables": lambda _n: gettext("tables of its own"),
    "PluginJob": lambda n: ngettext("%(num)s background job", "%(num)s background jobs", n),
    "Command": lambda n: ngettext("%(num)s command", "%(num)s commands", n),
    "ImportMap": lambda n: ngettext("%(num)s kind of file to import", "%(num)s kinds of files to import", n),
    "ImportRows": lambda n: ngettext("%(num)s kind of rows to import", "%(num)s kinds of rows to import", n),
    "Listens": lambda _n: gettext("hears what happens"),
    "Terms": lambda _n: gettext("words of its own"),
    "SettingsForm": lambda _n: gettext("settings"),
}
_SEEN: Final = ("Panel", "DashboardCard", "MenuItem", "PluginReport", "Routes")


def brings_words(brings: Mapping[str, int]) -> list[str]:
    """What it brings, each kind in a few words."""
    return [_BRINGS[kind](brings[kind]) % {"num": show_number(brings[kind])} for kind in _BRINGS if kind in brings]


def losses(brings: Mapping[str, int], deals: Mapping[str, int]) -> list[str]:
    """What switching it off means, before it is done. Nothing is deleted; that is said, too."""
    found = []
    if n := deals.get("open", 0):
        text = ngettext(
            "%(num)s open deal is in its processes. It is shown, and stays in its stage until the plugin is on again.",
            "%(num)s open deals are in its processes. They are shown, and stay in their stages until the plugin is on "
            "again.",
            n,
        )
        found.append(text % {"num": show_number(n)})
    if n := sum(deals.values()) - deals.get("open", 0):
        text = ngettext("%(num)s closed deal is shown as before.", "%(num)s closed deals are shown as before.", n)
        found.append(text % {"num": show_number(n)})
    if n := brings.get("Fields", 0):
        text = ngettext(
            "%(num)s field is not asked any more; what was answered is still shown.",
            "%(num)s fields are not asked any more; what was answered is still shown.",
            n,
        )
        found.append(text % {"num": show_number(n)})
    if any(kind in brings for kind in _SEEN):
        found.append(gettext("Its pages, panels and menu entries are hidden."))
    if "PluginJob" in brings:
        found.append(gettext("Its background jobs wait."))
    if "Listens" in brings:
        found.append(gettext("What it should hear of waits until it is on again."))
    return [*found, gettext("What it checks is checked no more. Nothing is deleted.")]


def trouble_words(trouble: Trouble) -> str:
    """How often a hook failed or was slow."""
    said = []
    if trouble.failures:
        text = ngettext("failed %(num)s time", "failed %(num)s times", trouble.failures)
        said.append(text % {"num": show_number(trouble.failures)})
    if trouble.error:
        said.append(gettext("last with %(error)s") % {"error": trouble.error})
    if trouble.slow:
        text = ngettext("slow %(num)s time", "slow %(num)s times", trouble.slow)
        slowest = gettext("up to %(num)s ms") % {"num": show_number(trouble.slowest_ms)}
        said += [text % {"num": show_number(trouble.slow)}, slowest]
    if trouble.since:
        said.append(gettext("off since %(when)s") % {"when": show_moment(trouble.since)})
    return " · ".join(said)
