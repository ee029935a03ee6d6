"""Work of a plugin that is done beside the pages: by the clock, or because somebody asked for it.

    def remind(w, args):
        for row in w.session.execute(select(VISIT.c.id).where(VISIT.c.at < w.now)):
            …

    PluginJob("remind", Text(…), remind, Every(timedelta(days=1), timedelta(hours=1)))

The last is a record, so the house knows when it comes back without running it.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from salesapp.domain.pack import check_key, check_text
from salesapp.domain.periods import Every
from salesapp.domain.text import Text

LONGEST: Final = timedelta(days=7)
"""A period longer than this would be forgotten before its next slot comes (`services.housekeeping.DONE_JOBS`)."""
HOUSE: Final = frozenset(
    {"bulk", "events", "files", "follow_ups", "house", "import", "mailings", "notice", "notices", "plugins"}
)
"""How the names of the house's own jobs begin: no plugin with jobs is called so."""


@dataclass(frozen=True, slots=True)
class PluginJob:
    """A kind of job, known to everybody as `plugin.key`. `label` is for the page of background jobs.

    `run(w, args)` is one transaction with the note that the job is done: what it writes stays once, even where it runs
    twice. It runs as the installation itself (`w.actor`), at `w.now`, within five minutes. What it raises is rolled
    back, and it is tried again eight times, ever later; then it is given up and stands on that page with a button.
    With `every` it comes back by itself; `w.enqueue("key", args)` asks for one run. While its plugin is off, its jobs
    wait.
    """

    key: str
    label: Text
    run: Callable[[Any, Mapping[str, Any]], None]
    every: Every | None = None

    def __post_init__(self) -> None:
        check_key("PluginJob", self.key)
        me = f"PluginJob {self.key!r}"
        if self.key.startswith("salesapp_"):
            raise ValueError(f"{me}: keys that begin with salesapp_ are the house's")
        check_text(me, "label", self.label)
        check_function(me, "run", self.run, "w", "args")
        if self.every is not None and not isinstance(self.every, Every):
            raise ValueError(f"{me}: every must be an Every(timedelta(…)), not {self.every!r}")
        if self.every is not None and self.every.period > LONGEST:
            raise ValueError(f"{me}: every must be {LONGEST.days} days at most")


def check_function(owner: str, name: str, function: object, *arguments: str) -> None:
    """What the house will call is an ordinary function of so many arguments."""
    called = f"{name}({', '.join(arguments)})"
    if not callable(function) or inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise ValueError(f"{owner}: {called} must be an ordinary function, not {function!r}")
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        raise ValueError(f"{owner}: {name} must take {len(arguments)} arguments: {called}") from None


def check_jobs(plugin: str, records: Iterable[object]) -> None:
    """No job of a plugin is taken for one of the house's."""
    if plugin in HOUSE and any(type(each) is PluginJob for each in records):
        raise ValueError(f"PluginJob: the house's own jobs are called {plugin}.…: the plugin needs another name")
