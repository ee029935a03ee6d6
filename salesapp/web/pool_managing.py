"""What a pool's manager does with who waits there: hand out, move to another pool."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, NotAllowed, NotFound, Refused
from salesapp.services import pool_managing as service
from salesapp.services.work import work
from salesapp.store import pool_members, pool_teasers, pools
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import gettext
from salesapp.web.pool import name_of, shown
from salesapp.web.request import current_actor, current_now, is_whole, request_key

bp = Blueprint("pool_managing", __name__)


@bp.get("/pool/<int:customer_id>/hand")
def page(customer_id: int) -> str:
    """To whom, or into which other pool?"""
    return _page(customer_id)


def _page(customer_id: int, errors: dict[str, list[str]] | None = None) -> str:
    actor = current_actor()
    with reading() as x:
        pool_id = pool_teasers.pool_of(x, customer_id)
        at = pools.one(x, actor, pool_id) if pool_id is not None else None
        teaser = pool_teasers.one_teaser(x, at, customer_id) if at is not None else None
        if at is None or teaser is None:
            raise NotFound
        if not at.manages:
            raise NotAllowed(N_("Only who manages this pool hands its customers out."))
        people = [(str(each), name) for each, name in pool_members.takers(x, at)]
        others = [(str(row.id), name_of(row.name)) for row in pools.all_pools(x) if row.id != at.id]
    return render.page_or_block(
        "pool_hand.html",
        "sheet",
        teaser=teaser,
        name=teaser.name or teaser.company or gettext("Without a name"),
        pool_name=name_of(at.name),
        people=people,
        others=others,
        chosen=request.form,
        errors=errors or {},
    )


@bp.post("/pool/<int:customer_id>/hand")
def hand_out(customer_id: int) -> Response | tuple[str, int]:
    """Give it to this person."""
    return _pressed(customer_id, "person")


@bp.post("/pool/<int:customer_id>/move")
def move(customer_id: int) -> Response | tuple[str, int]:
    """Put it into another pool."""
    return _pressed(customer_id, "pool")


def _pressed(customer_id: int, field: str) -> Response | tuple[str, int]:
    sent = request.form.get(field, "")
    if not is_whole(sent):
        return _page(customer_id, {field: [gettext("Please choose one of the list.")]}), 422
    change = service.hand_out if field == "person" else service.move_to_pool
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            change(w, customer_id, int(sent))
            w.done("customer", customer_id)
    except Refused as refused:
        return _refused(customer_id, render.by_place(refused.problems)), 422
    said = gettext("Handed out.") if field == "person" else gettext("Moved.")
    render.flash(said, undo=f"/pool/{customer_id}/undo")
    return redirect("/pool", 303)


def _refused(customer_id: int, errors: dict[str, list[str]]) -> str:
    """The form again; where somebody was faster there is none, and the pool says so."""
    try:
        return _page(customer_id, errors)
    except NotFound:
        return shown(errors)
