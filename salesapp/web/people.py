"""The people of the company, for those who manage them: who, in which role and team, and how they get in."""

from collections.abc import Mapping
from typing import Any

import segno
from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, Refused, Stale
from salesapp.domain.functions import FUNCTIONS
from salesapp.domain.people import ADMIN_FIELDS
from salesapp.domain.permissions import ROLES
from salesapp.services import links as link_service
from salesapp.services import people as service
from salesapp.services.work import work
from salesapp.store import hand_over, links, people, teams
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.forms import changed_fields, in_words, joined, kept, seen_fields, somebody_was_faster
from salesapp.web.i18n import gettext, ngettext, say
from salesapp.web.request import current_actor, current_now, is_whole, need, request_key

bp = Blueprint("people", __name__)
LISTS = ("functions", "territories")
OFFERED = {"role": "roles", "team_id": "teams", "functions": "functions", "territories": "territories"}
NEW = {"name": "", "email": "", "phone": "", "role": "salesperson", "team_id": "", "functions": "", "territories": ""}
ROLE_HELP = {
    "admin": N_("Everything, settings and people included."),
    "manager": N_("Sees and works on what the team and the teams below it have; hands out customers."),
    "salesperson": N_("Works on their own customers and those shared with them."),
    "reader": N_("Sees what the team has, changes nothing."),
}


@bp.get("/settings/people")
def index() -> str:
    """Everybody by name."""
    q, former = request.args.get("q", "").strip()[:100], request.args.get("show") == "former"
    actor = current_actor()
    with reading() as x:
        rows = people.page(x, actor, q=q, former=former, after=_after())
        here, gone = people.counts(x, actor)
    more = rows[people.PAGE - 1] if len(rows) > people.PAGE else None
    roles = {key: say(role.label) for key, role in ROLES.items()}
    return render.page(
        "people/index.html",
        rows=rows[: people.PAGE],
        more=more,
        q=q,
        former=former,
        here=here,
        gone=gone,
        roles=roles,
        first=not request.args.get("after_id"),
    )


def _after() -> tuple[str, int] | None:
    last = request.args.get("after_id", "")
    return (request.args.get("after", ""), int(last)) if is_whole(last) else None


def _lists(x: Any, values: Mapping[str, str]) -> dict[str, Any]:
    """What a person's form offers: what is in use, and what this person has already."""
    has_functions, has_places = set(values["functions"].split(",")), set(values["territories"].split(","))
    own = [
        (row.key, row.label) for row in teams.own_functions(x) if row.archived_at is None or row.key in has_functions
    ]
    places = teams.nodes(x, "territories")
    return {
        "roles": [(key, say(role.label), gettext(ROLE_HELP[key])) for key, role in ROLES.items()],
        "teams": [("", gettext("No team")), *_indented(teams.nodes(x, "teams"), {values["team_id"]})],
        "functions": [(each.key, say(each.label)) for each in FUNCTIONS] + own,
        "territories": _indented(places, has_places),
    }


def _indented(nodes: list[teams.Node], kept: set[str]) -> list[tuple[str, str]]:
    return [
        (str(node.id), "\u2003" * (node.depth - 1) + node.name)
        for node in nodes
        if node.archived_at is None or str(node.id) in kept
    ]


def _typed() -> dict[str, str]:
    plain = {field: request.form.get(field, "") for field in ADMIN_FIELDS if field not in LISTS}
    return plain | {field: joined(field) for field in LISTS}


def _may() -> None:
    need(current_actor(), "people.manage")


def _new_form(values: Mapping[str, str], status: int = 200, **context: Any) -> tuple[str, int]:
    _may()
    with reading() as x:
        lists = _lists(x, values)
    return render.page("people/new.html", values=values, **lists, **context), status


@bp.get("/settings/people/new")
def new() -> tuple[str, int]:
    """The form to let somebody in."""
    return _new_form(NEW)


@bp.post("/settings/people/new")
def add() -> Response | tuple[str, int]:
    """Let somebody in; the answer shows their link, this once."""
    typed = _typed()
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            person_id = service.add_person(w, service.NewPerson(**typed))
            token = link_service.make_link(w, person_id)
    except Refused as refused:
        return _new_form(typed, 422, errors=render.by_place(refused.problems))
    return _show_link(person_id, token), 200


def _show_link(person_id: int, token: str) -> str:
    """The link itself: only in this answer, never again."""
    with reading() as x:
        person = people.load(x, current_actor(), person_id)
    start = current_app.extensions["salesapp_settings"].base_url or request.host_url
    url = f"{start.rstrip('/')}/link/{token}"
    lasts = link_service.LASTS["reset" if person.has_password else "invite"]
    return render.page(
        "people/link.html",
        person=person,
        url=url,
        until=current_now() + lasts,
        picture=segno.make(url, micro=False).svg_data_uri(scale=4, border=3, dark="#1d1b17", light="#fff"),
    )


def _person_page(person_id: int, status: int = 200, **context: Any) -> tuple[str, int]:
    _may()  # who manages nobody does not read themselves here either
    actor, now = current_actor(), current_now()
    with reading() as x:
        person = people.load(x, actor, person_id)
        context.setdefault("values", person.shown())
        context.setdefault("seen", {name: text for name, text in person.shown().items() if name in ADMIN_FIELDS})
        places, last_seen = people.signed_in_at(x, actor, person_id, now)
        open_links = links.open_links(x, actor, person_id, now)
        lists = _lists(x, context["values"])
        owns = not person.is_active and hand_over.owns_anything(x, person_id)
    return (
        render.page(
            "people/person.html",
            person=person,
            owns=owns,
            places=places,
            last_seen=last_seen,
            links=open_links,
            **lists,
            **context,
        ),
        status,
    )


@bp.get("/settings/people/<int:person_id>")
def person(person_id: int) -> tuple[str, int]:
    """One person: to change, to let in again, to let go."""
    return _person_page(person_id)


@bp.post("/settings/people/<int:person_id>")
def save(person_id: int) -> Response | tuple[str, int]:
    """Change somebody; a new role holds from their next request on."""
    seen, typed = seen_fields(ADMIN_FIELDS), _typed()
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_person(w, person_id, changed_fields(typed, seen), seen)
            w.done("person", person_id)
    except Refused as refused:
        return _person_page(person_id, 422, errors=render.by_place(refused.problems), values=typed, seen=seen)
    except Stale as stale:
        with reading() as x:
            fresh = people.load(x, current_actor(), person_id).shown()
            lists = _lists(x, fresh)
        options = {name: lists[offered] for name, offered in OFFERED.items()}
        said = somebody_was_faster(stale, in_words(fresh, options))
        return _person_page(person_id, 409, values=kept(typed, seen, fresh), **said)
    render.flash(gettext("Saved."))
    return _to(person_id)


def _to(person_id: int) -> Response:
    return redirect(f"/settings/people/{person_id}", 303)


@bp.post("/settings/people/<int:person_id>/deactivate")
def deactivate(person_id: int) -> Response | tuple[str, int]:
    """Let somebody go: signed out everywhere at once."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.deactivate(w, person_id)
            w.done("person", person_id)
    except Refused as refused:
        return _person_page(person_id, 422, errors=render.by_place(refused.problems))
    undo = f"/settings/people/{person_id}/reactivate"
    render.flash(gettext("Deactivated, and signed out everywhere."), undo=undo)
    with reading() as x:
        owns = hand_over.owns_anything(x, person_id)
    return redirect(f"/settings/people/{person_id}/hand-over", 303) if owns else _to(person_id)


@bp.post("/settings/people/<int:person_id>/reactivate")
def reactivate(person_id: int) -> Response:
    """Let somebody in again."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.reactivate(w, person_id)
        w.done("person", person_id)
    render.flash(gettext("Access restored."))
    return _to(person_id)


@bp.post("/settings/people/<int:person_id>/link")
def make_link(person_id: int) -> Response | tuple[str, int]:
    """A fresh link to hand out, shown this once."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            token = link_service.make_link(w, person_id)
            w.done("person", person_id)
    except Refused as refused:
        return _person_page(person_id, 422, errors=render.by_place(refused.problems))
    return _show_link(person_id, token), 200


@bp.post("/settings/people/<int:person_id>/links/<int:link_id>/withdraw")
def withdraw_link(person_id: int, link_id: int) -> Response:
    """Make a link worthless."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        link_service.withdraw_link(w, person_id, link_id)
        w.done("person", person_id)
    render.flash(gettext("The link no longer works."))
    return _to(person_id)


@bp.post("/settings/people/<int:person_id>/end-sign-ins")
def end_sign_ins(person_id: int) -> Response:
    """Sign somebody out everywhere: a lost phone."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            n = service.end_sign_ins(w, person_id)
            w.done("person", person_id)
    except AlreadyDone:
        return _to(person_id)
    render.flash(ngettext("%(num)s device is signed out.", "%(num)s devices are signed out.", n) % {"num": n})
    return _to(person_id)
