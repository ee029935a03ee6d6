"""Is all well with the plugins? What they say themselves, and the word they are given when the house opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from salesapp.domain.errors import Problem
from salesapp.domain.permissions import SYSTEM
from salesapp.plugging import running
from salesapp.plugging.answers import nothing_in, problems_in
from salesapp.services import plugin_troubles
from salesapp.services.plugin_reads import Reads
from salesapp.store import settings
from salesapp.store.engine import Executor, changing_nothing, reading


@dataclass(frozen=True, slots=True)
class Health:
    """What one plugin says is wrong with it; None where it could not be asked."""

    plugin: str
    problems: Sequence[Problem] | None


def health(x: Executor, now: datetime, only: str | None = None) -> list[Health]:
    """What each plugin that is on, or `only` this one, says of itself; those without the hook are left out. Saying it
    changes nothing."""
    house, hooks = running.house(), running.hooks()
    answers = hooks.ask(
        "salesapp_health",
        problems_in,
        {"now": now},
        house=lambda: house.read(x, settings.config_version(x)),
        facade=lambda plugin: Reads(plugin, SYSTEM, now, x),
        only=only,
    )
    with changing_nothing():  # they are asked one by one, as the list is made
        return [Health(each.plugin, each.value) for each in answers]


def started(now: datetime) -> None:
    """Tell the plugins that are on that this process works, once; whatever they do, it goes on."""
    house, hooks, hook = running.house(), running.hooks(), "salesapp_started"
    if not hooks.is_first_start() or not hooks.concerns(hook):
        return
    with reading() as x:
        catalog = house.read(x, settings.config_version(x))
    for _ in hooks.ask(hook, nothing_in, {"now": now}, house=lambda: catalog):
        pass
    plugin_troubles.write_down(hooks, now)
