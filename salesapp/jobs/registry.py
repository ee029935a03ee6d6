"""The kinds of jobs: what each is called, what it does, and whether it comes back by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salesapp.domain.periods import Every
from salesapp.domain.text import Text
from salesapp.services.housekeeping import DONE_JOBS
from salesapp.services.work import Work

Args = Mapping[str, Any]


class JobFailed(Exception):
    """A failure whose words (an `N_("…")` source, without anything personal) the jobs page may show."""


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of job.

    `run` writes, in one transaction with the note that the job is done: either both stay or neither. It is done at
    least once, and what it writes exactly once. What calls the outside (a mail server) stands in `outside`: it is
    called before that transaction, holds none itself, and may happen twice when a worker dies between the two.
    """

    name: str
    label: Text
    run: Callable[[Work, Args], None]
    every: Every | None = None
    outside: Callable[[Args, datetime], None] | None = None

    def __post_init__(self) -> None:
        if self.every and self.every.period > DONE_JOBS / 2:
            raise ValueError(f"{self.name}: its last slot would be forgotten before the next one comes")

    def slot(self, now: datetime) -> str:
        """What makes it exist once in the current time slot."""
        assert self.every is not None, f"{self.name} does not come back by itself"
        return f"{self.name}:{self.every.slot(now).isoformat()}"


class Registry(Mapping[str, Job]):
    """The kinds a worker knows, by name; jobs of other names wait for a worker that knows them."""

    def __init__(self, *kinds: Job) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) < len(kinds):
            raise ValueError("two kinds of jobs have the same name")

    def __getitem__(self, name: str) -> Job:
        return self._kinds[name]

    def __iter__(self) -> Any:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def now(self) -> "Registry":
        """Those that may run at this moment."""
        return self

    def periodic(self) -> list[Job]:
        """Those that come back by themselves."""
        return [kind for kind in self._kinds.values() if kind.every]
