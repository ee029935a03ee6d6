"""Files of activities: add them, look at them, save them, take them away; and all of a customer or a deal.

Nothing here is ever run by a browser in our name: what was uploaded is handed out to be saved only, in a sandbox;
shown in a page are only pictures of our own making.
"""

from pathlib import Path
from typing import Any, Final

from flask import Blueprint, Response, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import N_, AlreadyDone, Problem, Refused, problem
from salesapp.domain.files import JPEG
from salesapp.domain.permissions import can
from salesapp.services import files as service
from salesapp.services.work import work
from salesapp.store import activities, customer_files, deals, files
from salesapp.store.engine import reading
from salesapp.store.visibility import require
from salesapp.web import customer_words, render
from salesapp.web.activity_rows import words_of as activity_words
from salesapp.web.file_words import words_of
from salesapp.web.guard import safe_next, takes_files
from salesapp.web.i18n import gettext, ngettext
from salesapp.web.request import current_actor, current_now, int_arg, is_htmx, request_key
from salesapp.web.uploads import sent_files, upload_limits

bp = Blueprint("files", __name__)
bp.record_once(lambda state: state.app.jinja_env.globals.update(upload_limits=upload_limits))

LISTED: Final = 48
SEALED: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# --- of one activity ---


@bp.get("/activities/<int:activity_id>/files")
def page(activity_id: int) -> str:
    """What is attached, and the form to add more."""
    return _page(activity_id)


def _page(activity_id: int, **context: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        row = activities.load(x, actor, activity_id, now)
        access = activities.access(x, actor, activity_id, now)
        found = files.of_activity(x, activity_id)
    return render.page_or_block(
        "files/activity.html",
        "sheet",
        row=activity_words(row, with_owner=True),
        files=[words_of(each) for each in found],
        may_edit=can(actor, "activity.edit", access),
        next=safe_next(request.args.get("next") or request.form.get("next"), f"/activities/{activity_id}"),
        **context,
    )


@bp.post("/activities/<int:activity_id>/files")
@takes_files
def add(activity_id: int) -> AnyResponse | tuple[str, int]:
    """Attach what was sent; every problem at once, and what was fine is kept."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        require(actor, "activity.edit", activities.access(x, actor, activity_id, now))
    sent = sent_files()
    problems = list(sent.problems)
    if not problems and not sent.files:
        problems.append(problem("files", N_("Choose a file first.")))
    ids: list[int] = []
    try:
        ids = _attach(activity_id, sent.files, problems)
    except Refused as refused:
        errors = render.by_place([*problems, *refused.problems])
        return _page(activity_id, errors=errors, kept_files=sent.kept), 422
    except AlreadyDone:
        pass
    if ids:
        text = ngettext("One file added.", "%(num)s files added.", len(ids)) % {"num": len(ids)}
        render.flash(text, undo=f"/files/{ids[0]}/archive" if len(ids) == 1 else None)
    return _to(safe_next(request.form.get("next"), f"/activities/{activity_id}"))


def _attach(activity_id: int, kept: Any, problems: list[Problem]) -> list[int]:
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        if problems:
            raise Refused([])
        return service.attach(w, activity_id, kept)


def _to(address: str) -> AnyResponse:
    return Response(status=204, headers={"HX-Redirect": address}) if is_htmx() else redirect(address, 303)


# --- of one customer, one deal ---


@bp.get("/customers/<int:customer_id>/files")
def of_customer(customer_id: int) -> str:
    """All files of a customer."""
    with reading() as x:
        view = customer_files.open_for(x, current_actor(), customer_id, current_now(), "customer.see")
        found = files.of_record(x, customer_id=customer_id, after=int_arg("after"), limit=LISTED + 1)
    return _list(found, f"/customers/{customer_id}", customer_words.name_of(view))


@bp.get("/deals/<int:deal_id>/files")
def of_deal(deal_id: int) -> str:
    """All files of a deal."""
    with reading() as x:
        deal = deals.load(x, current_actor(), deal_id, current_now())
        found = files.of_record(x, deal_id=deal_id, after=int_arg("after"), limit=LISTED + 1)
    return _list(found, f"/deals/{deal_id}", deal.title)


def _list(found: Any, back: str, name: str) -> str:
    shown = [words_of(row) for row in found[:LISTED]]
    more = f"{back}/files?after={shown[-1].id}" if len(found) > LISTED else ""
    return render.page("files/list.html", files=shown, more=more, back=back, name=name)


# --- one file ---


@bp.get("/files/<int:file_id>")
def show(file_id: int) -> str:
    """A picture at full size, or what a document is called; save it, take it away."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        row = files.load(x, actor, file_id, now)
        its = activities.load(x, actor, row.activity_id, now)
        access = activities.access(x, actor, row.activity_id, now)
    return render.page(
        "files/file.html",
        file=words_of(row),
        activity=activity_words(its, with_owner=True),
        may_edit=can(actor, "activity.edit", access),
    )


@bp.get("/files/<int:file_id>/download")
def download(file_id: int) -> Response:
    """Hand it out, to be saved."""
    with reading() as x:
        row, path = service.open_file(x, current_actor(), file_id, current_now())
    return _sealed(path, row.media_type, row.name, inline=False)


@bp.get("/files/<int:file_id>/picture")
def picture(file_id: int) -> Response:
    """A picture of our own making, to be shown in a page; anything else is handed out to be saved."""
    with reading() as x:
        row, path = service.open_file(x, current_actor(), file_id, current_now())
    return _sealed(path, row.media_type, row.name, inline=row.preview_key is not None)


@bp.get("/files/<int:file_id>/preview")
def preview(file_id: int) -> Response:
    """The small picture for lists."""
    with reading() as x:
        path = service.open_preview(x, current_actor(), file_id, current_now())
    return _sealed(path, JPEG, "preview.jpg", inline=True)


def _sealed(path: Path, media_type: str, name: str, *, inline: bool) -> Response:
    response = send_file(
        path, media_type, as_attachment=not inline, download_name=name, conditional=False, etag=False, max_age=0
    )
    response.headers.update(SEALED)
    return response


@bp.post("/files/<int:file_id>/archive")
def archive(file_id: int) -> AnyResponse:
    """Take it away."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = service.archive_file(w, file_id)
    render.flash(gettext("Taken away: %(name)s") % {"name": row.name}, undo=f"/files/{file_id}/restore")
    return redirect(f"/activities/{row.activity_id}/files", 303)


@bp.post("/files/<int:file_id>/restore")
def restore(file_id: int) -> AnyResponse:
    """Bring it back."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        row = service.restore_file(w, file_id)
    render.flash(gettext("It is back: %(name)s") % {"name": row.name})
    return redirect(f"/activities/{row.activity_id}/files", 303)
