"""What the preview of an import is asked: other settings, a check, a saved mapping; and the empty tables to fill in."""

import csv
import io
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import AlreadyDone, Problem, Refused
from salesapp.domain.importing import ImportAsked
from salesapp.domain.own_fields import KINDS as OWN_KINDS
from salesapp.domain.safe_cells import safe_cell
from salesapp.services import import_mappings, import_words
from salesapp.services import import_runs as service
from salesapp.services.import_registry import KINDS, kind_for, known_of, offered
from salesapp.services.work import Work, work
from salesapp.store import import_mappings as mappings
from salesapp.store import request_keys
from salesapp.store.engine import reading
from salesapp.web import imports_page, render
from salesapp.web.i18n import gettext, say
from salesapp.web.imports_asking import read_asked
from salesapp.web.imports_maps import read_like
from salesapp.web.imports_page import Asking
from salesapp.web.imports_words import column_name
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("imports_ask", __name__)
CHECK, LOOK, SAVE, FIELD = "check", "look", "save", "field-"
Answer = AnyResponse | str | tuple[str, int]


@bp.post("/import/<int:run_id>")
def ask(run_id: int) -> Answer:
    """What the form says, kept; then drawn anew, checked, or saved for the next file."""
    actor, now = current_actor(), current_now()
    redraw = "redraw" in request.args
    do = LOOK if redraw else request.form.get("do", CHECK)
    with reading() as x:
        run = service.load(x, actor, run_id)
        asked = import_words.filled(x, actor, run, read_asked(request.form, run.asked), now)
        header = service.preview(x, actor, run_id, now, asked).header if do == SAVE else ()
    problems = _kept(run_id, asked, do, header, redraw=redraw)
    if problems or do == LOOK:
        return _drawn(run_id, asked, problems, asked.shape != run.asked.shape), 422 if problems and do != LOOK else 200
    if do.startswith(FIELD):
        return redirect(_new_field(run_id, asked, do.removeprefix(FIELD)), 303)
    if do == SAVE:
        render.flash(gettext("Kept. Files with the same columns are read like this one."))
    return redirect(f"/import/{run_id}{'?ask=1' if do == SAVE else ''}", 303)


def _kept(run_id: int, asked: ImportAsked, do: str, header: tuple[str, ...], *, redraw: bool) -> tuple[Problem, ...]:
    """Keep the question and do with it what was pressed; what is wrong with it otherwise. A drawing takes no key, which
    is the button's; one that comes after its button changes nothing any more."""
    try:
        with work(current_actor(), current_now(), request_key=None if redraw else request_key()) as w:
            if redraw and _was_sent(w, run_id):
                return ()
            service.ask(w, run_id, asked)
            if do == SAVE:
                import_mappings.save_mapping(w, request.form.get("name", ""), asked, header)
            elif do == CHECK:
                service.check(w, run_id)
    except Refused as refused:
        return refused.problems
    except AlreadyDone:
        pass
    return ()


def _was_sent(w: Work, run_id: int) -> bool:
    """Whether a button of the form that is drawn was pressed; asked when nobody else is at the run."""
    service.own(w, run_id, lock=True)
    key = request_key()
    return key is not None and request_keys.is_taken(w.session, w.actor.id, key)


def _new_field(run_id: int, asked: ImportAsked, place: str) -> str:
    """Where a field for a column is made; coming back from there, the column is that field."""
    with reading() as x:
        seen = service.preview(x, current_actor(), run_id, current_now(), asked)
    at = int(place) if place.isdecimal() and int(place) < len(seen.header) else None
    if at is None or asked.kind not in OWN_KINDS:
        raise WerkzeugNotFound
    told = {"kind": asked.kind, "label": column_name(at, seen.header[at], asked.shape)}
    return "/settings/fields/new?" + urlencode(told | {"next": f"/import/{run_id}?ask=1&made={at}"})


def _drawn(run_id: int, asked: ImportAsked, problems: tuple[Problem, ...], reshaped: bool) -> str:
    with reading() as x:
        run = service.load(x, current_actor(), run_id)
        return imports_page.question(x, run, Asking(problems, request.form.get("name", ""), reshaped), asked)


# --- saved mappings ---


@bp.post("/import/<int:run_id>/like/<int:mapping_id>")
def like(run_id: int, mapping_id: int) -> AnyResponse:
    """Read the file as the saved mapping says."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        run, saved = service.load(x, actor, run_id), mappings.load(x, mapping_id)
        header = service.preview(x, actor, run_id, now).header
        if saved.archived_at is not None or saved.kind not in offered(actor):
            raise WerkzeugNotFound
        asked = import_words.fitted(x, actor, import_mappings.as_last_time(saved, run.asked, header), now)
    return read_like(run_id, asked)


@bp.post("/import/mappings/<int:mapping_id>/<any(archive, restore):what>")
def press(mapping_id: int, what: str) -> AnyResponse:
    """Delete a saved mapping, or bring it back."""
    archive = what == "archive"
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            (import_mappings.put_away if archive else import_mappings.bring_back)(w, mapping_id)
    except AlreadyDone:
        pass
    undo = f"/import/mappings/{mapping_id}/restore" if archive else None
    render.flash(gettext("Deleted.") if archive else gettext("Restored."), undo=undo)
    return redirect("/import", 303)


# --- tables to fill in ---


@bp.get("/import/template/<kind>.csv")
def template(kind: str) -> Response:
    """An empty table with a column for each field, called as this person calls them."""
    actor = current_actor()
    need(actor, "import")
    if kind not in KINDS:
        raise WerkzeugNotFound
    found = kind_for(actor, kind)
    with reading() as x:
        fields = found.fields(known_of(x, actor, ImportAsked(kind=kind), current_now()))
    out = io.StringIO(newline="")
    csv.writer(out).writerow([safe_cell(say(each.label)) for each in fields.values()])
    answer = Response("﻿" + out.getvalue(), mimetype="text/csv")  # the mark tells Excel and WPS that it is UTF-8
    answer.headers.set("Content-Disposition", "attachment", filename=f"{say(found.label)}.csv")
    return answer
