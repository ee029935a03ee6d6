"""Bringing data in from a file: choosing it, how it is read, what would happen, how far it is, taking it back."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, redirect, request, send_file
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, Refused, problem
from salesapp.domain.importing import UPLOADED
from salesapp.services import import_runs as service
from salesapp.services.import_files import keep, path_of
from salesapp.services.import_words import with_new_field
from salesapp.services.work import Work, work
from salesapp.store.engine import reading
from salesapp.web import imports_page, imports_run, render
from salesapp.web.files import SEALED
from salesapp.web.guard import takes_files
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, int_arg, need, request_key

bp = Blueprint("imports", __name__)
FIELD: Final = "file"
Answer = Response | str | tuple[str, int]


@bp.get("/import")
def index() -> str:
    """Choose a file; what was brought in lately."""
    need(current_actor(), "import")
    return imports_page.index()


@bp.post("/import")
@takes_files
def upload() -> Answer:
    """Take the file in; nothing else happens yet."""
    actor = current_actor()
    need(actor, "import")
    sent = request.files.get(FIELD)
    try:
        if sent is None or not sent.filename:
            raise Refused([problem(FIELD, N_("Choose a file first."))])
        kept = keep(sent.stream, sent.filename)
        with reading() as x:  # reading a large file takes time: nobody may wait for a lock meanwhile
            asked = service.guessed(x, actor, path_of(kept.key), kept.name, current_now())
        with work(actor, current_now(), request_key=request_key()) as w:
            run_id = service.begin(w, kept, kept.name, asked)
    except Refused as refused:
        return imports_page.index(_at_file(refused)), 422
    except AlreadyDone as done:
        run_id = done.result["import"]
    return redirect(f"/import/{run_id}", 303)


def _at_file(refused: Refused) -> dict[str, list[str]]:
    """Whatever is wrong with a file is said where it was chosen."""
    return {FIELD: [text for texts in render.by_place(refused.problems).values() for text in texts]}


@bp.get("/import/<int:run_id>")
def page(run_id: int) -> str:
    """What is asked about it; or how far it is, and what came of it."""
    with reading() as x:
        run = service.load(x, current_actor(), run_id)
        asks = run.state == UPLOADED or (run.can_start and "ask" in request.args)
        if not asks:
            return imports_run.page(x, run)
        made = int_arg("made")
        asked = None if made is None else with_new_field(x, current_actor(), run, made, current_now())
        return imports_page.question(x, run, asked=asked)


@bp.post("/import/<int:run_id>/start")
def start(run_id: int) -> Answer:
    """Bring it in; a second time changes nothing."""
    return _pressed(run_id, service.start)


@bp.post("/import/<int:run_id>/again")
def again(run_id: int) -> Answer:
    """Once more what did not work."""
    return _pressed(run_id, service.again)


@bp.post("/import/<int:run_id>/undo")
def undo(run_id: int) -> Answer:
    """Take all of it back."""
    return _pressed(run_id, service.undo)


def _pressed(run_id: int, do: Callable[[Work, int], None]) -> Answer:
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            do(w, run_id)
    except AlreadyDone:
        pass
    except Refused as refused:
        with reading() as x:
            run = service.load(x, current_actor(), run_id)
            return imports_run.page(x, run, refused.problems), 422
    return redirect(f"/import/{run_id}", 303)


@bp.get("/import/<int:run_id>/records")
def records(run_id: int) -> str:
    """What came in."""
    with reading() as x:
        run = service.load(x, current_actor(), run_id)
        return imports_run.records(x, run, request.args.get("kind", ""), int_arg("before"))


@bp.get("/import/<int:run_id>/rejected")
def rejected(run_id: int) -> Response:
    """The rows that did not come in, each with its reason, to be mended."""
    with reading() as x:
        run = service.load(x, current_actor(), run_id)
    if run.rejected_key is None or not path_of(run.rejected_key).is_file():
        raise WerkzeugNotFound
    name = gettext("%(name)s (did not come in)") % {"name": run.file_name.rpartition(".")[0] or run.file_name}
    path = path_of(run.rejected_key)
    response = send_file(
        path, "text/csv", as_attachment=True, download_name=f"{name}.csv", conditional=False, etag=False, max_age=0
    )
    response.headers.update(SEALED)
    return response
