"""What went wrong in calls of plugins, written down: in a transaction of its own, after the one it happened in."""

import logging
from datetime import datetime

from salesapp.plugging.hooks import Hooks
from salesapp.plugging.troubles import Trouble
from salesapp.store import plugin_states
from salesapp.store.engine import Executor, db

log = logging.getLogger(__name__)


def write_down(hooks: Hooks, now: datetime) -> None:
    """Count what failed, was slow, or works again since the last time; a hook that failed five times in a row is off
    from now on. Costs nothing while all is well, and never fails what it comes after."""
    taken = hooks.troubles.take()
    if not taken:
        return
    try:
        x = db.session()
        for each in taken:
            _write(x, each, now)
        x.commit()
    except Exception:
        log.warning("troubles of plugins could not be counted: %s", taken, exc_info=True)
    finally:
        db.session.remove()


def _write(x: Executor, it: Trouble, now: datetime) -> None:
    if it.what == "slow":
        plugin_states.hook_slow(x, it.plugin, it.hook, it.ms, now)
    elif it.what == "worked":
        plugin_states.hook_worked(x, it.plugin, it.hook)
    elif plugin_states.hook_failed(x, it.plugin, it.hook, it.error, now):
        log.error("plugin %s: %s failed five times in a row and is off until an administrator turns it on", *_named(it))


def _named(it: Trouble) -> tuple[str, str]:
    return it.plugin, it.hook
