"""The core's own jobs."""

from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.periods import Every
from salesapp.domain.text import Text
from salesapp.jobs import bulk_kinds, follow_up_kinds, import_kinds, mailing_kinds, notice_kinds
from salesapp.jobs.registry import Args, Job, Registry
from salesapp.services.audit import CHECK_JOB, check_part
from salesapp.services.file_sweep import sweep
from salesapp.services.housekeeping import clean_up
from salesapp.services.import_files import sweep_files
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


def _sweep(_args: Args, now: datetime) -> None:
    sweep(now)
    sweep_files(now)


def _nothing(_w: Work, _args: Args) -> None:
    """Where all is done outside of the database."""


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
CHECK: Final = Job(
    CHECK_JOB,
    Text("Check the history's seals", "校验历史记录", "驗證歷史記錄", "Проверить печати истории"),
    _nothing,
    outside=check_part,
)
SWEEP: Final = Job(
    "files.sweep",
    Text("Sweep up files nobody attached", "清理未关联的文件", "清理未關聯的檔案", "Убрать неприкреплённые файлы"),
    _nothing,
    Every(timedelta(days=1), timedelta(hours=20)),
    outside=_sweep,
)
KINDS: Final = Registry(
    *(SEAL, CHECK, CLEAN, *notice_kinds.KINDS, *bulk_kinds.KINDS, *mailing_kinds.KINDS, *import_kinds.KINDS),
    *(*follow_up_kinds.KINDS, SWEEP),
)
