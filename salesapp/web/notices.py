"""Notices: what I was told, the unread first; opening one marks it read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, NotFound
from salesapp.domain.notices import KINDS_BY_KEY, hidden, sentence
from salesapp.domain.permissions import Actor
from salesapp.services import notices as service
from salesapp.services.work import work
from salesapp.store import notice_subjects, notices
from salesapp.store.engine import reading
from salesapp.store.notice_subjects import Subject
from salesapp.web import deal_words, render
from salesapp.web.i18n import gettext, language
from salesapp.web.inputs import cursor, read_cursor
from salesapp.web.request import current_actor, current_now, is_whole, request_key

bp = Blueprint("notices", __name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as the list shows it; `path` is "" where there is nothing this person may open."""

    id: int
    text: str
    detail: str
    path: str
    icon: str
    at: datetime
    unread: bool


@bp.get("/notices")
def page() -> str:
    """What I was told."""
    actor, after = current_actor(), _after(request.args.get("after", ""))
    assert actor.id is not None
    with reading() as x:
        rows = notices.page(x, actor.id, after)
        keys = [(row.subject_kind, row.subject_id) for row in rows]
        found = notice_subjects.find(x, actor, keys, current_now())
    shown = [_shown(row, found.get(key)) for row, key in zip(rows, keys, strict=True)][: notices.PAGE]
    more = f"/notices?after={_cursor(rows[notices.PAGE - 1])}" if len(rows) > notices.PAGE else ""
    unread = ",".join(str(row.id) for row in shown if row.unread)
    drawn = cursor(current_now(), 0)
    return render.page_or_block("notices/index.html", "main", notices=shown, more=more, unread=unread, drawn=drawn)


def _shown(row: Any, subject: Subject | None) -> Shown:
    kind = KINDS_BY_KEY.get(row.kind)
    text, detail = hidden(language()), ""
    if subject is not None and kind is not None:
        how, says = str(row.data.get("how", "")), row.data.get("says")
        text = sentence(row.kind, how, row.who or "", subject.name, language(), says)
        if row.subject_kind == "activity":
            when = deal_words.planned_text(subject.planned_at, subject.all_day)
            detail = " · ".join(filter(None, [deal_words.kind_label(subject.kind), when]))
    path = subject.path if subject else ""
    return Shown(row.id, text, detail, path, kind.icon if kind else "bell", row.at, row.read_at is None)


def _cursor(row: Any) -> str:
    return f"{'r' if row.read_at else 'u'}{cursor(row.at, row.id)}"


def _after(raw: str) -> notices.After | None:
    if not raw:
        return None
    place = read_cursor(raw[1:])
    if raw[0] not in "ru" or place is None:
        abort(404)
    return (raw[0] == "r", *place)


@bp.post("/notices/<int:notice_id>/open")
def open_one(notice_id: int) -> Response:
    """Mark one of mine read, and go to what it is about."""
    actor = current_actor()
    path = _path_of(actor, notice_id)
    with work(actor, current_now()) as w:  # opening it twice is no harm: no key needed
        service.read_one(w, notice_id)
    return redirect(path or "/notices", 303)


def _path_of(actor: Actor, notice_id: int) -> str:
    """Where it leads, for whom it was written; NotFound for anybody else."""
    with reading() as x:
        row = notices.one(x, notice_id)
        if row is None or row.person_id != actor.id:
            raise NotFound
        key = (row.subject_kind, row.subject_id)
        subject = notice_subjects.find(x, actor, [key], current_now()).get(key)
    return subject.path if subject else ""


@bp.post("/notices/read")
def read_all() -> Response:
    """Mark all read that the page showed, and those before them; never what came while somebody looked at it."""
    shown, drawn = request.form.get("shown", "").split(","), read_cursor(request.form.get("drawn", ""))
    if drawn is None or len(shown) > notices.PAGE or not all(map(is_whole, shown)):
        abort(404)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.read_all(w, [int(each) for each in shown], min(drawn[0], current_now()))
        render.flash(gettext("All read."))
    except AlreadyDone:
        pass
    return redirect("/notices", 303)
