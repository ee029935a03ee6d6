"""Pools, for those who manage the settings: who takes from each, and within which limits."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, NotFound, Refused, Stale
from salesapp.domain.pool_rules import FIELDS, MEMBERS, SHOWN, WHO
from salesapp.services import pool_settings as service
from salesapp.services.work import work
from salesapp.store import pool_members, pools
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.forms import changed_fields, in_words, joined, kept, seen_fields, somebody_was_faster
from salesapp.web.i18n import gettext, say
from salesapp.web.pool import name_of
from salesapp.web.request import current_actor, current_now, need, request_key

bp = Blueprint("pool_settings", __name__)
SEVERAL = ("people", "teams", "managers")
Options = dict[str, list[tuple[str, str]]]


@bp.get("/settings/pools")
def index() -> str:
    """Every pool, with how many wait in it."""
    need(current_actor(), "settings.manage")
    return _index()


def _index(errors: dict[str, list[str]] | None = None) -> str:
    with reading() as x:
        rows, archived, counts = pools.all_pools(x), pools.all_pools(x, archived=True), pool_members.member_counts(x)
    return render.page(
        "pool_settings.html",
        pools=[(row.id, name_of(row.name), say(WHO[row.who]), *counts.get(row.id, (0, 0))) for row in rows],
        archived=[(row.id, name_of(row.name)) for row in archived],
        errors=errors or {},
    )


@bp.get("/settings/pools/new")
def new() -> tuple[str, int]:
    """A pool that is not there yet."""
    need(current_actor(), "settings.manage")
    return _page(None, service.blank())


@bp.post("/settings/pools/new")
def add() -> Response | tuple[str, int]:
    """Make it."""
    need(current_actor(), "settings.manage")
    typed = _typed()
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            pool_id = service.add_pool(w, typed)
    except AlreadyDone:
        pass
    except Refused as refused:
        return _page(None, typed, 422, errors=render.by_place(refused.problems))
    else:
        _saved(pool_id)
    return redirect("/settings/pools", 303)


@bp.get("/settings/pools/<int:pool_id>")
def show(pool_id: int) -> tuple[str, int]:
    """One pool."""
    need(current_actor(), "settings.manage")
    return _page(pool_id, _shown(pool_id))


@bp.post("/settings/pools/<int:pool_id>")
def save(pool_id: int) -> Response | tuple[str, int]:
    """Change it: the next claim already follows."""
    need(current_actor(), "settings.manage")
    seen, typed = seen_fields(FIELDS), _typed()
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_pool(w, pool_id, changed_fields(typed, seen), seen)
    except Refused as refused:
        return _page(pool_id, typed, 422, errors=render.by_place(refused.problems), seen=seen)
    except Stale as stale:
        fresh = _shown(pool_id)
        said = somebody_was_faster(stale, in_words(fresh, _options()))
        return _page(pool_id, kept(typed, seen, fresh), 409, seen=fresh, **said)
    _saved(pool_id)
    return redirect("/settings/pools", 303)


def _saved(pool_id: int) -> None:
    """Say so, and where it is of no use yet, what is missing."""
    if _nobody_claims(_shown(pool_id)):
        text = gettext("Saved. Nobody can claim from it yet: add members.")
        render.flash(text, "warn", link=(gettext("Members"), f"/settings/pools/{pool_id}"))
    else:
        render.flash(gettext("Saved."))


def _nobody_claims(values: Mapping[str, str]) -> bool:
    """Whether only members may claim, and there is none."""
    return values["who"] == MEMBERS and not any(values[name] for name in SEVERAL)


@bp.post("/settings/pools/<int:pool_id>/archive")
def archive(pool_id: int) -> Response | tuple[str, int]:
    """Use it no longer."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.archive_pool(w, pool_id)
    except Refused as refused:
        return _page(pool_id, _shown(pool_id), 422, errors=render.by_place(refused.problems))
    render.flash(gettext("Archived."), undo=f"/settings/pools/{pool_id}/restore")
    return redirect("/settings/pools", 303)


@bp.post("/settings/pools/<int:pool_id>/restore")
def restore(pool_id: int) -> Response:
    """Use it again."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.restore_pool(w, pool_id)
    render.flash(gettext("Back in the list."), undo=f"/settings/pools/{pool_id}/archive")
    return redirect("/settings/pools", 303)


def _typed() -> dict[str, str]:
    several = {name: joined(name) for name in SEVERAL}
    chosen = set(request.form.getlist("shown"))
    several["shown"] = ",".join([*(key for key in SHOWN if key in chosen), *sorted(chosen - set(SHOWN))])
    return {name: several.get(name, request.form.get(name, "")) for name in FIELDS}


def _shown(pool_id: int) -> dict[str, str]:
    with reading() as x:
        every = [*pools.all_pools(x), *pools.all_pools(x, archived=True)]
        row = next((row for row in every if row.id == pool_id), None)
        if row is None:
            raise NotFound
        return service.shown(x, row)


def _options() -> Options:
    with reading() as x:
        people, teams = pool_members.people_and_teams(x)
    named = [(str(each), name) for each, name in people]
    return {
        "people": named,
        "managers": named,
        "teams": [(str(each), name) for each, name in teams],
        "who": [(key, say(label)) for key, label in WHO.items()],
        "shown": [(key, say(label)) for key, label in SHOWN.items()],
    }


def _page(pool_id: int | None, values: Mapping[str, str], status: int = 200, **context: Any) -> tuple[str, int]:
    context.setdefault("seen", values)
    title = name_of(values["name"]) if pool_id is not None else gettext("New pool")
    context["nobody"] = pool_id is not None and _nobody_claims(context["seen"])
    text = render.page("pool_setting.html", pool_id=pool_id, values=values, title=title, options=_options(), **context)
    return text, status
