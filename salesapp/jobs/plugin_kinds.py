"""The jobs of plugins, beside the core's own, as they are at the moment: those of a plugin that is switched off, or
rests, wait."""

from collections.abc import Callable, Mapping
from typing import Final

from salesapp.domain.text import Text
from salesapp.jobs import event_kinds
from salesapp.jobs.kinds import KINDS
from salesapp.jobs.registry import Args, Job, Registry
from salesapp.plugging import running
from salesapp.plugging.asking import PluginError
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.own_jobs import PluginJob
from salesapp.plugging.troubles import JOB
from salesapp.services.plugin_work import PluginWork
from salesapp.services.work import Work
from salesapp.store import settings
from salesapp.store.engine import reading


class PluginFailed(Exception):
    """What a plugin's job raised that is no Exception: it must not end the worker."""


class Everything(Registry):
    """The core's jobs and those of the plugins, which a worker asks for anew at each step: a plugin may have been
    switched on or off meanwhile, in another process."""

    def now(self) -> Registry:
        """Those that may run now."""
        house = running.house()
        with reading() as x:
            return registry_of(house.read(x, settings.config_version(x)))


ALL: Final = Everything(*KINDS.values())
"""For a worker, within an application's context: `Worker(ALL, clock).run_due()`."""


def registry_of(catalog: Catalog) -> Registry:
    """The core's jobs and those of the plugins that are on."""
    asked = [job_of(name, each) for name, each in catalog.of(PluginJob).items()]
    told = event_kinds.jobs_of(catalog, running.hooks())
    return Registry(*KINDS.values(), *asked, *told) if asked or told else KINDS


def job_of(name: str, record: PluginJob) -> Job:
    """A plugin's job as the worker knows it."""
    plugin = name.partition(".")[0]

    def run(w: Work, args: Args) -> None:
        error = failure(w, plugin, f"{JOB}{record.key}", lambda: record.run(PluginWork(plugin, w), args))
        if isinstance(error, Exception):
            raise error
        if error is not None:
            raise PluginFailed(type(error).__name__) from error

    return Job(name, record.label, run, record.every)


def failure(w: Work, plugin: str, what: str, function: Callable[[], None]) -> BaseException | None:
    """What it raised, if anything; counted, timed and traced like a hook."""
    try:
        return w.hooks.contain(plugin, what, function).error
    except PluginError as raised:  # as it is for authors
        return raised.__cause__


def labels() -> Mapping[str, Text]:
    """What every job is called that this program knows, whether its plugin is on or off."""
    brought = running.hooks().plugins.catalog.of(PluginJob)
    told = dict.fromkeys(event_kinds.names(running.hooks()), event_kinds.LABEL)
    own = {name: each.label for name, each in KINDS.items()}
    return own | {name: each.label for name, each in brought.items()} | told
