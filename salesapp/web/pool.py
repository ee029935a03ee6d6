"""The public pool: teasers of customers nobody owns, to be claimed."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.customer_labels import STATES
from salesapp.domain.errors import AlreadyDone, Refused
from salesapp.domain.permissions import can
from salesapp.services import pool as service
from salesapp.services.work import work
from salesapp.store import pools
from salesapp.store.customer_lists import COUNTED
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_actor, current_now, int_arg, request_key

bp = Blueprint("pool", __name__)


@bp.get("/pool")
def index() -> str:
    """Who is waiting there."""
    return _page()


def _page(errors: dict[str, list[str]] | None = None) -> str:
    actor = current_actor()
    q, pool_id = request.args.get("q", "").strip()[:100], int_arg("pool")
    with reading() as x:
        rows, after, count = pools.page(x, actor, q, request.args.get("after"), pool_id=pool_id)
        every = pools.all_pools(x)
    kept = {key: value for key, value in request.args.items() if key != "after" and value}
    return render.page(
        "pool.html",
        rows=rows,
        count=count,
        ceiling=COUNTED,
        more={**kept, "after": after} if after else None,
        q=q,
        pool_id=pool_id,
        pools=[(row.id, row.name or gettext("Public pool")) for row in every],
        states={key: say(label) for key, label in STATES.items()},
        may_claim=can(actor, "pool.claim"),
        errors=errors or {},
    )


@bp.post("/pool/<int:customer_id>/claim")
def claim(customer_id: int) -> Response | tuple[str, int]:
    """Take one; of many at once exactly one person gets it."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.claim_customer(w, customer_id)
    except AlreadyDone:
        return redirect(f"/customers/{customer_id}", 303)
    except Refused as refused:
        return _page(render.by_place(refused.problems)), 422
    render.flash(gettext("This customer is yours now."), undo=f"/customers/{customer_id}/release")
    return redirect(f"/customers/{customer_id}", 303)
