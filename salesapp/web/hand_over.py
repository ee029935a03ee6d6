"""Somebody leaves: what is theirs, who gets how much of it, and handing it over."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.services import hand_over_all as service
from salesapp.services.hand_over_all import Wish
from salesapp.services.work import work
from salesapp.store import customer_files, hand_over, people, pools, sign_ins
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import gettext, show_number
from salesapp.web.request import current_actor, current_now, is_whole, need, request_key

bp = Blueprint("hand_over", __name__)


@bp.get("/settings/people/<int:person_id>/hand-over")
def page(person_id: int) -> tuple[str, int]:
    """What is theirs; with successors chosen, what each of them would get."""
    chosen = bool(request.args.getlist("to")) or "preview" in request.args
    return _page(person_id, _wish(request.args), preview=chosen)


def _wish(sent: "MultiDict[str, str]") -> Wish:
    pool = sent.get("pool", "")
    to = dict.fromkeys(int(one) for one in sent.getlist("to") if is_whole(one))
    return Wish(tuple(to), int(pool) if is_whole(pool) else None)


def _page(
    person_id: int, wish: Wish, status: int = 200, *, preview: bool = False, errors: Mapping[str, Any] | None = None
) -> tuple[str, int]:
    actor = current_actor()
    need(actor, "people.manage")
    with reading() as x:
        person = people.load(x, actor, person_id)
        found = hand_over.belongings(x, person_id)
        leaver = sign_ins.actor_of(x, person_id)
        waiting, alone = hand_over.only_they_decide(x, leaver) if leaver else (0, 0)
        colleagues = [row for row in customer_files.colleagues(x, actor) if row.id != person_id]
        problems = service.check(x, actor, person_id, wish) if preview else []
        pool_rows = pools.all_pools(x)
    pool_names = {row.id: row.name or gettext("Public pool") for row in pool_rows}
    if problems:
        errors, status = render.by_place(problems), 422
    names = {row.id: row.name for row in colleagues}
    shares = service.preview(found, wish) if preview and not problems else []
    return (
        render.page(
            "people/hand_over.html",
            person=person,
            found=found,
            waiting=waiting,
            alone=alone,
            to=[str(one) for one in wish.people],
            pool=str(wish.pool_id or ""),
            colleagues=[(str(row.id), row.name) for row in colleagues],
            pools=[("", gettext("They go along, too")), *((str(one), name) for one, name in pool_names.items())],
            shares=[_cells(each, names, pool_names.get(wish.pool_id or 0, "")) for each in shares],
            errors=errors or {},
        ),
        status,
    )


def _cells(share: service.Share, names: Mapping[int, str], pool: str) -> list[str]:
    who = pool if share.person_id is None else names[share.person_id]
    other = share.decisions + share.views + share.links
    return [who, *map(show_number, (share.customers, share.deals, share.activities, other))]


@bp.post("/settings/people/<int:person_id>/hand-over")
def do(person_id: int) -> Response | tuple[str, int]:
    """Hand it over; the next page shows how far it is."""
    wish = _wish(request.form)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            batch_id = service.hand_over_all(w, person_id, wish, deactivate=request.form.get("deactivate") == "1")
    except Refused as refused:
        return _page(person_id, wish, 422, errors=render.by_place(refused.problems))
    except AlreadyDone as done:
        batch_id = done.result["batch"]
    return redirect(f"/bulk/{batch_id}", 303)
