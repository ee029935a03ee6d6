"""The core's own jobs."""

from datetime import timedelta
from typing import Final

from salesapp.domain.periods import Every
from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job, Registry
from salesapp.services.housekeeping import clean_up
from salesapp.services.jobs import enqueue
from salesapp.services.seal import seal_events
from salesapp.services.work import Work


def _seal(w: Work, _args: Args) -> None:
    """One portion in one transaction; what is left is a job of its own."""
    if seal_events(w):
        enqueue(w, SEAL.name)


def _clean(w: Work, _args: Args) -> None:
    if clean_up(w):
        enqueue(w, CLEAN.name)


SEAL: Final = Job(
    "events.seal",
    Text("Seal the history", "封存历史记录", "封存歷史記錄", "Опечатать историю"),
    _seal,
    Every(timedelta(minutes=10)),
)
CLEAN: Final = Job(
    "house.clean",
    Text("Clear away what has expired", "清理过期数据", "清理過期資料", "Убрать устаревшее"),
    _clean,
    Every(timedelta(days=1), timedelta(hours=19, minutes=30)),  # in UTC: at night between Kazan and Taipei
)
KINDS: Final = Registry(SEAL, CLEAN)
