"""What the house asks its plugins, and what follows from their answers, or from there being none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.events import Listens
from salesapp.plugging.answers import problems_in
from salesapp.plugging.asking import Asking, Facade, House
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.loader import Plugins, SetAside

MOVE: Final = "salesapp_check_deal_move"
STAYS: Final = N_("The check of the plugin “%(plugin)s” failed, so the deal stays. Please tell an administrator.")
UNCHECKED: Final = N_("The plugin “%(plugin)s” could not check this move; it was made without.")
NOT_SAVED: Final = N_(
    "The check of the plugin “%(plugin)s” failed, so nothing was saved. Please tell an administrator."
)
SAVED: Final = N_("The plugin “%(plugin)s” could not check this; it was saved without.")
NOT_SURE: Final = N_("The plugin “%(plugin)s” could not say whether you may do this. Please tell an administrator.")


@dataclass(frozen=True, slots=True)
class Checked:
    """What the plugins said: `problems` forbid, `notes` are only shown."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[Msg, ...] = ()


NOTHING: Final = Checked()


class Hooks(Asking):
    """The house's questions to its plugins."""

    def __init__(self, plugins: Plugins, *, raise_errors: bool = False, trace: bool = False) -> None:
        super().__init__(plugins, raise_errors=raise_errors, trace=trace)
        self._begun = False
        hearing = {each.plugin for each in self._asked["salesapp_event"]}
        self._ears = [
            (name, each)
            for name, records in plugins.brought.items()
            for each in records
            if type(each) is Listens and name in hearing
        ]

    def concerns(self, hook: str) -> bool:
        """Whether any plugin has this hook, or would have it and is not there: else there is nothing to find out."""
        return bool(self._asked[hook]) or any(_would(each, hook) for each in self.plugins.set_aside)

    @property
    def listeners(self) -> list[str]:
        """The plugins that listen to any event."""
        return list(dict.fromkeys(plugin for plugin, _ in self._ears))

    def ears(self, kind: str, *, one_of_many: bool = False) -> list[str]:
        """The plugins that listen to events of this kind, those that are switched off too; of `one_of_many`, the event
        of a single record of a bulk change, only those that want each."""
        heard = (plugin for plugin, ear in self._ears if ear.hears(kind) and (ear.each or not one_of_many))
        return list(dict.fromkeys(heard))

    def is_first_start(self) -> bool:
        """Whether this process has only begun: True once."""
        first, self._begun = not self._begun, True
        return first

    def check(
        self,
        hook: str,
        given: Mapping[str, object],
        *,
        house: House | None = None,
        facade: Facade | None = None,
    ) -> Checked:
        """What speaks against something. A plugin that fails lets it pass with a note; a critical one that fails
        forbids it. So does one that could not even be loaded, if it would have been asked."""
        if not self.concerns(hook):
            return NOTHING
        problems: list[Problem] = []
        failed = self._not_there(hook, house() if house else None)
        for answer in self.ask(hook, problems_in, given, house=house, facade=facade):
            problems += answer.value or ()
            if answer.value is None:
                failed.append((answer.plugin, self._is_critical(answer.plugin)))
        if not problems and not failed:
            return NOTHING
        stays, passes = (STAYS, UNCHECKED) if hook == MOVE else (NOT_SAVED, SAVED)
        problems += [failure(stays, plugin) for plugin, critical in failed if critical]
        notes = [Msg(passes, {"plugin": plugin}) for plugin, critical in failed if not critical]
        return Checked(tuple(problems), tuple(notes))

    def refuses(self, hook: str, given: Mapping[str, object], house: House, facade: Facade) -> list[Problem]:
        """What speaks against something that a plugin protects: one that cannot be asked refuses."""
        catalog = house()
        problems = [failure(NOT_SURE, plugin) for plugin in self.missing(hook, catalog)]
        for answer in self.ask(hook, problems_in, given, house=house, facade=facade):
            problems += [failure(NOT_SURE, answer.plugin)] if answer.value is None else answer.value
        return problems

    def missing(self, hook: str, catalog: Catalog | None) -> list[str]:
        """Plugins that have this hook, or may have it, and should run, but cannot. Who switched one off asks for
        nothing of it."""
        away = catalog.away if catalog else {}
        aside = [each.name for each in self.plugins.set_aside if away.get(each.name) != "off" and _would(each, hook)]
        return aside + [each.plugin for each in self._asked[hook] if away.get(each.plugin) == "aside"]

    def _not_there(self, hook: str, catalog: Catalog | None) -> list[tuple[str, bool]]:
        """Plugins that would have been asked but do not run, with whether that forbids anything. Of one whose card
        nobody could read it is only said with a move of a deal: it may never have checked anything."""
        away = catalog.away if catalog else {}
        if not away and not self.plugins.set_aside:
            return []
        critical = [each for each in self.missing(hook, catalog) if self._is_critical(each)]
        aside = [each for each in self.plugins.set_aside if away.get(each.name) != "off"]
        unread = [each.name for each in aside if each.critical is None and hook == MOVE]
        return [(each, True) for each in critical] + [(each, False) for each in unread]

    def _is_critical(self, name: str) -> bool:
        plugin = self.plugins.plugin(name)
        if plugin is not None:
            return plugin.manifest.critical
        return any(each.critical for each in self.plugins.set_aside if each.name == name)


def _would(plugin: SetAside, hook: str) -> bool:
    """Whether a plugin that does not run would be asked, as far as one can tell: of a critical one nobody could look
    into it is assumed, of one without a card with a move of a deal."""
    unknown = (plugin.critical and plugin.hooks is None) or (plugin.critical is None and hook == MOVE)
    return bool(unknown) or hook in (plugin.hooks or ())


def failure(source: str, plugin: str) -> Problem:
    """What is said where a plugin's failure forbids something."""
    return replace(problem("", source, plugin=plugin), said_by=plugin)
