"""What happened, delivered to the plugins that listen: one kind of job for each, as long as it is on. While it is off,
or its hook is off as it failed too often, no worker knows the kind, and the deliveries wait."""

from collections.abc import Iterable
from typing import Final

from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job
from salesapp.plugging.answers import nothing_in
from salesapp.plugging.asking import PluginError
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.hooks import Hooks
from salesapp.services.plugin_events import HOOK, job_name
from salesapp.services.plugin_work import PluginWork
from salesapp.services.work import Work
from salesapp.store import events

LABEL: Final = Text(
    "Tell a plugin what happened", "通知插件发生的事件", "通知外掛發生的事件", "Сообщить плагину о событии"
)


def jobs_of(catalog: Catalog, hooks: Hooks) -> list[Job]:
    """The deliveries that can be made now."""
    heard = (each for each in hooks.listeners if each in catalog.on and (each, HOOK) not in catalog.hooks_off)
    return [job_of(each) for each in heard]


def names(hooks: Hooks) -> Iterable[str]:
    """What the deliveries of every plugin that listens are called, on or off."""
    return map(job_name, hooks.listeners)


def job_of(plugin: str) -> Job:
    """The deliveries to one plugin."""

    def run(w: Work, args: Args) -> None:
        deliver(w, plugin, args["event"])

    return Job(job_name(plugin), LABEL, run)


def deliver(w: Work, plugin: str, event_id: int) -> None:
    """Tell one plugin of one event. What it raises is raised: the job is rolled back with all it wrote, and done again
    later."""
    event = events.read(w.session, event_id)
    if event is None:
        return
    given = {"event": event}
    for answer in w.hooks.ask(HOOK, nothing_in, given, facade=lambda name: PluginWork(name, w), only=plugin):
        if isinstance(answer.error, Exception):
            raise answer.error
        if answer.error is not None:  # it must not end the worker
            raise PluginError(type(answer.error).__name__) from answer.error
