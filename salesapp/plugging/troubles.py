"""What went wrong in calls of plugins, and what worked again: kept in memory until it can be written down.

It happens in the middle of somebody's transaction, which may be rolled back because of it. So it is written in one of
its own, afterwards: `services/plugin_troubles.py`.

So “five in a row” may be counted late. What failed in a change, or in a job, is counted right after it. What failed
while a page was merely read, which writes nothing, waits in its process for the next change made there (and is lost
with a process that ends before): until then a hook may be asked more often. In a row is meant in the order of writing
down; that a call worked is written only by a process in which the same call failed before, or fails next.
"""

from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal

SLOW_MS: Final = 250
"""A call that takes longer keeps somebody waiting."""
MOST: Final = 1000
"""What nobody wrote down is forgotten rather than kept for ever."""

JOB: Final = "PluginJob "
"""How the name of a job begins where a hook has its own."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One call: it `failed` with this kind of error, `worked` again after it had failed, or was `slow`."""

    plugin: str
    hook: str
    what: Literal["failed", "worked", "slow"]
    error: str = ""
    ms: int = 0


class Troubles:
    """What happened in this process since it was last written down, in its order."""

    def __init__(self) -> None:
        self._new: list[Trouble] = []
        self._in_a_row: Counter[tuple[str, str]] = Counter()
        self._worked: set[tuple[str, str]] = set()
        self._lock = Lock()

    def failed(self, plugin: str, hook: str, error: BaseException) -> None:
        """A call failed. Only the kind of the error is kept: its words may name a customer. If it worked here before,
        what failed in other processes, or in those before this one, is no longer in a row with it."""
        if (plugin, hook) in self._worked:
            self._note(Trouble(plugin, hook, "worked"))
        self._note(Trouble(plugin, hook, "failed", type(error).__name__))
        with self._lock:
            self._worked.discard((plugin, hook))
            self._in_a_row[plugin, hook] += 1

    def worked(self, plugin: str, hook: str) -> None:
        """A call worked; worth a word only where it failed before, or once it fails again."""
        if (plugin, hook) in self._in_a_row:
            with self._lock:
                self._in_a_row.pop((plugin, hook), None)
            self._note(Trouble(plugin, hook, "worked"))
        self._worked.add((plugin, hook))

    def slow(self, plugin: str, hook: str, ms: int) -> None:
        """A call kept somebody waiting."""
        self._note(Trouble(plugin, hook, "slow", ms=ms))

    def _note(self, trouble: Trouble) -> None:
        with self._lock:
            self._new.append(trouble)
            del self._new[:-MOST]

    def in_a_row(self, plugin: str) -> int:
        """How many times in a row hooks of this plugin have failed in this process."""
        with self._lock:
            return sum(count for (name, _hook), count in self._in_a_row.items() if name == plugin)

    def take(self) -> list[Trouble]:
        """What is to be written down; the next one finds what comes after it."""
        if not self._new:
            return []
        with self._lock:
            taken, self._new = self._new, []
        return taken

    def put_back(self, taken: list[Trouble]) -> None:
        """What could not be written down comes first the next time."""
        with self._lock:
            self._new[:0] = taken
            del self._new[:-MOST]
