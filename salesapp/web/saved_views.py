"""Views of lists: saving one, and the page where one is renamed, shared, made the usual one, or put away."""

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.criteria import explain
from salesapp.domain.errors import Problem, Refused, problem
from salesapp.domain.list_query import Kind, ListQuery
from salesapp.domain.permissions import can
from salesapp.services import saved_views as service
from salesapp.services.work import work
from salesapp.store import saved_views
from salesapp.store.engine import reading
from salesapp.web import lists, render
from salesapp.web.i18n import gettext, say
from salesapp.web.list_filters import LOST, PATHS, from_query
from salesapp.web.lists import Shown, kind_of
from salesapp.web.request import current_actor, current_now, is_whole, request_key

bp = Blueprint("saved_views", __name__)
LONGEST, MOST_FIELDS = 200_000, 3000
Answer = Response | str | tuple[str, int]


def _reaches() -> list[tuple[str, str]]:
    actor = current_actor()
    found = [("mine", gettext("Only me"))]
    if actor.team_id is not None:
        found.append(("team", gettext("My team and the teams below it")))
    if can(actor, "settings.manage"):
        found.append(("everybody", gettext("Everybody")))
    return found


# --- a new one ---


@bp.get("/lists/<raw>/views/new")
def new(raw: str) -> str:
    """Under which name, and for whom?"""
    with reading() as x:
        shown = lists.ask_again(x, kind_of(raw), request.args)
    return _new_page(shown, {"reach": "mine"}, _why_not(shown))


def _why_not(shown: Shown) -> list[Problem]:
    """A view would ask for more than was meant, as long as it lasts."""
    return [] if shown.asked.is_whole else [problem("", lists.NOT_WHOLE)]


def _new_page(shown: Shown, values: dict[str, Any], problems: Any) -> str:
    more = shown.asked.asked_more
    return render.page_or_block(
        "lists/view_new.html",
        "sheet",
        action=f"/lists/{shown.asked.kind}/views",
        args=shown.asked.args(),
        words=say(explain(more, shown.known)) if more is not None else "",
        values=values,
        reaches=_reaches(),
        back=shown.asked.address(),
        errors=render.by_place(problems),
    )


@bp.post("/lists/<raw>/views")
def save(raw: str) -> Answer:
    """Save the list as it is."""
    kind = kind_of(raw)
    sent = _carried(request.form.get("list", ""))
    with reading() as x:
        shown = lists.ask_again(x, kind, sent)
    name, reach, usual = request.form.get("name", ""), request.form.get("reach", ""), "usual" in request.form
    try:
        if problems := _why_not(shown):
            raise Refused(problems)
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            view_id = service.save_view(w, name, reach, shown.query)
            if usual:
                service.choose_default(w, kind, view_id)
            w.done("view", view_id)
    except Refused as refused:
        return _new_page(shown, {"name": name, "reach": reach, "usual": usual}, refused.problems), 422
    render.flash(gettext("The view is saved."), undo=f"/views/{view_id}/archive")
    return redirect(f"{PATHS[kind]}?view={view_id}", 303)


def _carried(query: str) -> MultiDict[str, str]:
    """The list's own address, as the form carries it."""
    try:
        return MultiDict(parse_qsl(query if len(query) <= LONGEST else f"{LOST}=1", max_num_fields=MOST_FIELDS))
    except ValueError:  # more than that
        return MultiDict({LOST: "1"})


# --- one there is ---


@bp.get("/views/<int:view_id>")
def show(view_id: int) -> str:
    """The page of one view."""
    return _show(view_id, None, ())


def _show(view_id: int, values: dict[str, Any] | None, problems: tuple[Problem, ...]) -> str:
    actor = current_actor()
    with reading() as x:
        view = saved_views.load(x, actor, view_id)
        known, fields = lists.can_be_asked(view.kind)
        asked = from_query(ListQuery.from_data(view.query), known, fields, view.id)
        known = lists.with_choices(x, known, fields, asked)
    more = asked.asked_more
    return render.page(
        "lists/view.html",
        view=view,
        path=f"{PATHS[asked.kind]}?view={view_id}",
        reach=service.reach_of(view),
        values=values or {"name": view.name, "reach": service.reach_of(view)},
        reaches=_reaches_of(view),
        words=say(explain(more, known)) if more is not None else "",
        ignored=asked.ignored,
        may_change=saved_views.may_change(actor, view),
        errors=render.by_place(problems),
    )


def _reaches_of(view: Any) -> list[tuple[str, str]]:
    """What may be chosen, and what is so now."""
    offered, now = _reaches(), service.reach_of(view)
    words = {"team": gettext("Its team and the teams below it"), "everybody": gettext("Everybody")}
    return offered if now in dict(offered) else [*offered, (now, words.get(now, gettext("Only its maker")))]


@bp.post("/views/<int:view_id>")
def change(view_id: int) -> Answer:
    """Another name, or other people."""
    name, reach, version = (request.form.get(key, "") for key in ("name", "reach", "version"))
    if not is_whole(version):
        raise WerkzeugNotFound
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_view(w, view_id, int(version), name, reach)
            w.done("view", view_id)
    except Refused as refused:
        return _show(view_id, {"name": name, "reach": reach}, refused.problems), 422
    render.flash(gettext("Saved."))
    return redirect(f"/views/{view_id}", 303)


@bp.post("/views/<int:view_id>/archive")
def archive(view_id: int) -> Response:
    """Put it away."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.archive_view(w, view_id)
        kind: Kind = saved_views.load(w.session, w.actor, view_id).kind
        w.done("view", view_id)
    render.flash(gettext("The view is put away."), undo=f"/views/{view_id}/restore")
    return redirect(f"{PATHS[kind]}?view=0", 303)


@bp.post("/views/<int:view_id>/restore")
def restore(view_id: int) -> Response:
    """Bring it back."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.restore_view(w, view_id)
        kind: Kind = saved_views.load(w.session, w.actor, view_id).kind
        w.done("view", view_id)
    render.flash(gettext("The view is back."), undo=f"/views/{view_id}/archive")
    return redirect(f"{PATHS[kind]}?view={view_id}", 303)


@bp.post("/views/<int:view_id>/usual/<word>")
def usual(view_id: int, word: str) -> Response:
    """Open the list with this view from now on; or not any more."""
    if word not in ("on", "off"):
        raise WerkzeugNotFound
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        view = saved_views.load(w.session, w.actor, view_id)
        service.choose_default(w, view.kind, view_id if word == "on" else None)
        w.done("view", view_id)
    said = gettext("The list opens with this view.") if word == "on" else gettext("The list opens as it is.")
    render.flash(said, undo=f"/views/{view_id}/usual/{'off' if word == 'on' else 'on'}")
    return redirect(f"/views/{view_id}", 303)
