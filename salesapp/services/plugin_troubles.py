"""What went wrong in calls of plugins, written down: in a transaction of its own, after the one it happened in."""

import logging
from datetime import datetime

from salesapp.plugging.hooks import Hooks
from salesapp.plugging.troubles import JOB, Trouble
from salesapp.store import plugin_states
from salesapp.store.engine import Executor, ReadingOnly, db

log = logging.getLogger(__name__)


def write_down(hooks: Hooks, now: datetime) -> None:
    """Count what failed, was slow, or works again since the last time; a hook that failed five times in a row is off
    from now on. Costs nothing while all is well, and never fails what it comes after. What cannot be written now is
    written the next time."""
    taken = hooks.troubles.take()
    if not taken:
        return
    try:
        x = db.session()
        for each in taken:
            _write(x, each, now)
        x.commit()
    except ReadingOnly:  # in a page that is merely looked at
        hooks.troubles.put_back(taken)
    except Exception:
        hooks.troubles.put_back(taken)
        log.warning("troubles of plugins could not be counted: %s", taken, exc_info=True)
    finally:
        db.session.remove()


def _write(x: Executor, it: Trouble, now: datetime) -> None:
    if it.what == "slow":
        plugin_states.hook_slow(x, it.plugin, it.hook, it.ms, now)
    elif it.hook.startswith(JOB):
        _write_job(x, it, now)
    elif it.what == "worked":
        plugin_states.hook_worked(x, it.plugin, it.hook)
    elif plugin_states.hook_failed(x, it.plugin, it.hook, it.error, now):
        log.error("plugin %s: %s failed five times in a row and is off until an administrator turns it on", *_named(it))


def _named(it: Trouble) -> tuple[str, str]:
    return it.plugin, it.hook


def _write_job(x: Executor, it: Trouble, now: datetime) -> None:
    """Jobs are never off: each is tried so many times, then given up until somebody presses its button."""
    if it.what == "failed":
        plugin_states.hook_failed(x, it.plugin, it.hook, it.error, now)
        plugin_states.hook_worked(x, it.plugin, it.hook)
