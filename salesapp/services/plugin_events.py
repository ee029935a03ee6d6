"""What happened, told to the plugins that listen: one job for each of them, written in the transaction of the event.

A plugin that is switched off, or whose hook is off as it failed too often, is told later: its jobs wait
(`jobs/plugin_kinds.py`). Who listens is asked of the code that was loaded, which takes no statement: what happens while
the plugin could not be loaded (its folder gone, an error in it, safe mode) it never hears of.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from salesapp.plugging.hooks import Hooks
from salesapp.store import jobs
from salesapp.store.engine import Executor

HOOK: Final = "salesapp_event"


def job_name(plugin: str) -> str:
    """What the deliveries of one plugin are called in the job table."""
    return f"{plugin}.{HOOK}"


def tell(x: Executor, hooks: Hooks, told: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Have every plugin that listens hear of these events, each with its id, once this transaction is through."""
    rows = [
        jobs.new_job(job_name(plugin), {"event": event_id}, run_at=event["noted_at"], slot=None, now=event["noted_at"])
        for event_id, event in told
        for plugin in hooks.ears(event["kind"], one_of_many=_one_of_many(event))
    ]
    jobs.add_all(x, rows)


def _one_of_many(event: Mapping[str, Any]) -> bool:
    return event["batch_id"] is not None and event["subject_kind"] != "batch"
