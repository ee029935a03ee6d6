"""The job of bulk changes: one portion in one transaction; what is left is a job of its own."""

from typing import Final

from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job
from salesapp.services import bulk
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work


def _run(w: Work, args: Args) -> None:
    if bulk.run_portion(w, args["batch"]):
        enqueue(w, BULK.name, args)


BULK: Final = Job(bulk.JOB, Text("Change many at once", "批量修改", "批次修改", "Массовое изменение"), _run)
KINDS: Final = (BULK,)
