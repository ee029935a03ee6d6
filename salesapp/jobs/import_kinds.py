"""The jobs of imports: their work is portions of their own, before the transaction that notes the job as done; what one
turn of a job did not finish is a job of its own."""

from typing import Final

from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job
from salesapp.services import import_checking, import_pass, import_runs, import_taking_back, import_work
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work


def _checked(_w: Work, _args: Args) -> None:
    """A check is done in one go."""


def _go_on_writing(w: Work, args: Args) -> None:
    if import_pass.is_to_do(w, args):
        enqueue(w, RUN.name, args)


def _go_on_undoing(w: Work, args: Args) -> None:
    if import_pass.is_to_do(w, args):
        enqueue(w, UNDO.name, args)


CHECK: Final = Job(
    import_runs.CHECK_JOB,
    Text("Check a file to import", "检查导入文件", "檢查匯入檔案", "Проверить файл импорта"),
    _checked,
    outside=import_checking.check_file,
)
RUN: Final = Job(
    import_runs.RUN_JOB,
    Text("Import a file", "导入文件", "匯入檔案", "Импортировать файл"),
    _go_on_writing,
    outside=import_work.bring_in,
)
UNDO: Final = Job(
    import_runs.UNDO_JOB,
    Text("Take an import back", "撤销导入", "復原匯入", "Отменить импорт"),
    _go_on_undoing,
    outside=import_taking_back.take_back,
)
KINDS: Final = (CHECK, RUN, UNDO)
