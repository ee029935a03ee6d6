"""Changing many at once: what is meant, with what, how far it is, what became of it, and taking it back."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain import bulk as rules
from salesapp.domain.bulk import CHANGES, Change
from salesapp.domain.customer_labels import GRADES
from salesapp.domain.errors import AlreadyDone, NotFound, Refused, Stale
from salesapp.domain.list_query import ListQuery
from salesapp.domain.permissions import Actor, can
from salesapp.services import bulk as service
from salesapp.services import mailings
from salesapp.services.work import work
from salesapp.store import batch_marks, batches, customer_files, hand_over, notice_subjects, sign_ins, tags
from salesapp.store.batches import BatchView
from salesapp.store.engine import Executor, reading
from salesapp.web import bulk_words, mailing_drafts, render
from salesapp.web import customer_words as words
from salesapp.web.bulk_select import WRITE
from salesapp.web.i18n import gettext
from salesapp.web.list_filters import PATHS
from salesapp.web.request import current_actor, current_now, is_whole, need, request_key

bp = Blueprint("bulk", __name__)
LISTED, NAMED, LONGEST = 30, 5, 100_000


@bp.get("/bulk")
def index() -> str:
    """What was lately changed at once: by me, or by everybody for those who manage the settings."""
    actor = current_actor()
    with reading() as x:
        found = batches.recent(x, actor, everybody=can(actor, "settings.manage"), limit=LISTED)
    return render.page("bulk/index.html", batches=[(each, bulk_words.title_of(each)) for each in found])


@bp.post("/bulk")
def prepare() -> Response | str | tuple[str, int]:
    """Keep which records are meant; the next page asks with what, and says what will happen."""
    if (request.form.get("of"), request.form.get("what")) == ("customer", WRITE):
        return _write()
    change = CHANGES.get(f"{request.form.get('of', '')}.{request.form.get('what', '')}")
    if change is None:
        return _say_again(gettext("Choose what to do with them."))
    try:
        picked = _picked(change)
    except (ValueError, RecursionError):
        return _say_again(gettext("This list cannot be read any more. Open it anew."))
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            batch_id = service.prepare(w, change.key, picked)
    except Refused as refused:
        return _say_again(*render.by_place(refused.problems)["ids"])
    except AlreadyDone as done:
        batch_id = done.result["batch"]
    return redirect(f"/bulk/{batch_id}", 303)


def _write() -> str | tuple[str, int]:
    """No change of records, but a message to them: its form."""
    need(current_actor(), mailings.VERB)
    try:
        picked = _picked(CHANGES["customer.tag"])
    except (ValueError, RecursionError):
        return _say_again(gettext("This list cannot be read any more. Open it anew."))
    return mailing_drafts.form_for(picked) if picked else _say_again(gettext("Tick at least one."))


def _picked(change: Change) -> list[int] | ListQuery:
    """The ticked ones, or all that match; a ValueError where the list's question makes no sense."""
    if request.form.get("all") != "1":
        return [int(one) for one in request.form.getlist("ids") if is_whole(one)]
    query = ListQuery.from_data(_json(request.form.get("query", "")[:LONGEST]))
    if query.kind != change.subject:
        raise ValueError(f"a list of {query.kind}")
    return query


def _json(text: str) -> Mapping[str, Any]:
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("no object")
    return data


def _say_again(*texts: str) -> tuple[str, int]:
    back = PATHS.get(request.form.get("of", ""), "/customers")
    return render.page("bulk/nothing.html", errors={"": texts}, back=back), 422


@bp.get("/bulk/<int:batch_id>")
def page(batch_id: int) -> str:
    """What will happen; or how far it is, and what became of it."""
    return _page(batch_id)


def _page(batch_id: int, **more: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        found = batches.find(x, batch_id)
        if found is None or not service.may_see(actor, found):
            raise NotFound
        context = _asking(x, actor, found) if found.state == rules.PREPARED else _told(x, actor, found)
        stuck = service.is_stuck(x, found)
        keys = batches.some(x, batch_id, NAMED) if found.state == rules.PREPARED else []
        subjects = notice_subjects.find(x, actor, keys, now)
    names = [subjects[key].name or "–" for key in keys if key in subjects]
    return render.page_or_block(
        "bulk/batch.html",
        "main",
        batch=found,
        title=bulk_words.title_of(found),
        names=names,
        more_names=found.total > len(names),
        mine=found.actor_id == actor.id,
        may_undo=service.may_undo(found, now),
        may_go_on=stuck and can(actor, "settings.manage"),
        stuck=stuck,
        undo_within=rules.UNDO_WITHIN,
        **{"errors": {}, "values": {}, **context, **more},
    )


def _asking(x: Executor, actor: Actor, found: BatchView) -> dict[str, Any]:
    """What the page asks before it begins."""
    change = CHANGES[found.change]
    theirs = batch_marks.workable(x, actor, found.id, change.subject, current_now())
    nobody = [("0", gettext("Nobody yet"))] if change.subject != "activity" else []
    people = customer_files.colleagues(x, actor) if change.takes == "person" else []
    return {
        "change": change,
        "says": gettext(bulk_words.SAYS[change.key]),
        "foreign": found.total - theirs,
        "people": [("", gettext("Choose"))] + [(str(row.id), row.name) for row in people] + nobody,
        "grades": [*words.options(GRADES), ("none", gettext("none"))],
        "tags": [row.name for row in tags.everything(x)] if change.takes == "tag" else [],
        "back": PATHS[change.subject],
    }


def _told(x: Executor, actor: Actor, found: BatchView) -> dict[str, Any]:
    """What became of it so far."""
    left = batches.skipped(x, found.id, _after(), LISTED + 1) if found.state == rules.DONE else []
    keys = [(row.subject_kind, row.subject_id) for row in left[:LISTED]]
    subjects = notice_subjects.find(x, actor, keys, current_now())
    skipped = [
        (subjects[key].name or "–", subjects[key].path, bulk_words.reason_word(row.reason))
        if key in subjects
        else (gettext("Not yours to see"), "", bulk_words.reason_word(row.reason))
        for key, row in zip(keys, left, strict=False)
    ]
    people = hand_over.names(x, [*_people(found), *(row.target_id for row in batches.per_target(x, found.id))])
    tag = batch_marks.tag_name(x, found.args["tag"]) if "tag" in found.args else ""
    return {
        "with_what": "" if found.kind == "undo" else bulk_words.with_what(found, people, tag),
        "shares": _shares(x, found, {row.id: row.name for row in people}) if found.kind == "hand_over" else [],
        "skipped": skipped,
        "more": f"/bulk/{found.id}?after={keys[-1][0]}-{keys[-1][1]}" if len(left) > LISTED else "",
        "undone_by": batches.undo_of(x, found.id) if found.undone_at else None,
        "gone": _gone(x, found),
    }


def _gone(x: Executor, found: BatchView) -> str:
    """Who has everything back, though they cannot sign in any more."""
    before = found.args.get("from") if found.kind == "undo" and found.changed else None
    return "" if before is None or sign_ins.actor_of(x, before) is not None else hand_over.names(x, [before])[0].name


def _people(found: BatchView) -> list[int]:
    named = (found.args.get("person"), found.args.get("from"))
    return [one for one in named if one is not None]


def _shares(x: Executor, found: BatchView, names: Mapping[int, str]) -> list[tuple[str, str]]:
    """Who got how much by a hand-over."""
    got: dict[int | None, list[str]] = {}
    for row in batches.per_target(x, found.id):
        got.setdefault(row.target_id, []).append(bulk_words.counted(row.subject_kind, row.n))
    pool = gettext("Public pool")
    return [(pool if one is None else names.get(one, "–"), " · ".join(texts)) for one, texts in got.items()]


def _after() -> tuple[str, int] | None:
    kind, _, one = request.args.get("after", "").partition("-")
    return (kind, int(one)) if kind and is_whole(one) else None


@bp.post("/bulk/<int:batch_id>/begin")
def begin(batch_id: int) -> Response | tuple[str, int]:
    """Do it."""
    asked = {name: request.form.get(name, "") for name in ("person", "tag", "grade")}
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.begin(w, batch_id, asked)
    except Refused as refused:
        return _page(batch_id, errors=render.by_place(refused.problems), values=asked), 422
    except AlreadyDone:
        pass
    return redirect(f"/bulk/{batch_id}", 303)


@bp.post("/bulk/<int:batch_id>/go-on")
def go_on(batch_id: int) -> Response:
    """Have one that stands still worked off."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.go_on(w, batch_id)
            w.done("batch", batch_id)
    except (AlreadyDone, Stale):
        pass  # somebody went on with it
    return redirect(f"/bulk/{batch_id}", 303)


@bp.post("/bulk/<int:batch_id>/undo")
def undo(batch_id: int) -> Response:
    """Take all of it back."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            undo_id = service.undo(w, batch_id)
    except Refused as refused:
        render.flash(" ".join(render.by_place(refused.problems)[""]), "warn")
        undo_id = batch_id
    except AlreadyDone as done:
        undo_id = done.result["batch"]
    return redirect(f"/bulk/{undo_id}", 303)
