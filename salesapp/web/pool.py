"""The public pools: teasers of customers nobody owns, to be claimed; and releasing one."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.customer_labels import GRADES, STATES
from salesapp.domain.errors import N_, AlreadyDone, NotAllowed, Refused
from salesapp.domain.permissions import Actor, can
from salesapp.domain.pool_rules import Holding, Pool, why_not
from salesapp.domain.views import CustomerTeaser
from salesapp.services import pool as service
from salesapp.services import pool_managing
from salesapp.services.work import work
from salesapp.store import customer_files, owner_history, pool_limits, pool_teasers, pools
from salesapp.store.customer_lists import COUNTED
from salesapp.store.engine import Executor, reading
from salesapp.store.pool_teasers import Narrowed
from salesapp.web import customer_words as words
from salesapp.web import render
from salesapp.web.i18n import gettext, say
from salesapp.web.request import catalog, current_actor, current_now, int_arg, is_whole, request_key

bp = Blueprint("pool", __name__)
THERE: Final = {
    "day": N_("Since yesterday or today"),
    "week": N_("Last 7 days"),
    "month": N_("Last 30 days"),
    "older": N_("For more than 30 days"),
}
_DAYS: Final = {"day": 1, "week": 7, "month": 30}


def name_of(name: str) -> str:
    """What a pool is called; the one every installation has is called so in each language."""
    return name or gettext("Public pool")


@bp.get("/pool")
def index() -> str:
    """Who is waiting there, and who of them this person can claim."""
    return shown()


def shown(errors: dict[str, list[str]] | None = None) -> str:
    """The page, with what was refused on it."""
    actor, now = current_actor(), current_now()
    pool_id, narrowed = int_arg("pool"), narrowed_by(request.args, now)
    with reading() as x:
        every = pools.seen(x, actor)
        chosen = [each for each in every if pool_id in (None, each.id)]
        teasers, after, count = pool_teasers.page(x, chosen, narrowed, request.args.get("after"))
        holding = pool_limits.holding(x, actor.id or 0, chosen, service.begin_of_day(actor, now))
        rows = _rows(x, actor, chosen, holding, teasers, now)
        territories = [(row.id, row.name) for row in customer_files.territories(x)]
    kept = {key: value for key, value in request.args.items() if key != "after" and value}
    return render.page(
        "pool.html",
        rows=rows,
        count=count,
        ceiling=COUNTED,
        more={**kept, "after": after} if after else None,
        export_href=f"/pool/export?{urlencode(kept)}" if kept else "/pool/export",
        narrowed=narrowed,
        there=request.args.get("there", ""),
        any_filter=any(kept.get(key) for key in ("grade", "source", "territory", "there")),
        pool=chosen[0] if pool_id is not None and chosen else None,
        pool_id=pool_id,
        pools={each.id: name_of(each.name) for each in every},
        standing=_standing(chosen, holding) if can(actor, "pool.claim") else [],
        states={key: say(label) for key, label in STATES.items()},
        options=_options(territories),
        errors=errors or {},
    )


def narrowed_by(asked: MultiDict[str, str], now: datetime) -> Narrowed:
    """What an address or a form narrows to; a code nobody knows narrows nothing."""
    there, territory = asked.get("there", ""), asked.get("territory", "")
    since = now - timedelta(days=_DAYS[there]) if there in _DAYS else None
    grade, source = asked.get("grade", ""), asked.get("source", "")
    if territory and not is_whole(territory):
        raise WerkzeugNotFound
    return Narrowed(
        q=asked.get("q", "").strip()[:100],
        grade=grade if grade in GRADES else None,
        source=source if source in catalog().sources else None,
        territory=int(territory) if territory else None,
        since=since,
        until=now - timedelta(days=30) if there == "older" else None,
    )


def _options(territories: list[tuple[int, str]]) -> dict[str, list[tuple[Any, str]]]:
    everything = ("", gettext("All"))
    return {
        "grade": [everything, *words.options(GRADES)],
        "source": [everything, *words.source_options()[1:]],
        "territory": [everything, *territories] if territories else [],
        "there": [everything, *((key, gettext(text)) for key, text in THERE.items())],
    }


def _rows(
    x: Executor, actor: Actor, at: list[Pool], holding: Holding, teasers: list[CustomerTeaser], now: datetime
) -> list[tuple[CustomerTeaser, Pool, str]]:
    """Each teaser with its pool and why this person cannot claim it; "" where they can."""
    by_id = {each.id: each for each in at}
    waits = any(each.wait_days for each in at)
    had = owner_history.had_until(x, actor.id or 0, [each.id for each in teasers]) if waits else {}
    rows = []
    for teaser in teasers:
        pool = by_id[teaser.pool_id or 0]
        no = why_not(pool, holding, teaser.pooled_at, had.get(teaser.id), now, actor.zone)
        rows.append((teaser, pool, say(no) if no is not None else ""))
    return rows


def _standing(at: list[Pool], holding: Holding) -> list[str]:
    """What of the limits of the one pool that is shown is used up."""
    if len(at) != 1:
        return []
    pool, today = at[0], (holding.today or {}).get(at[0].id, 0)
    holds = gettext("You hold %(holds)s of %(most)s") % {"holds": holding.counted(pool), "most": pool.hold_limit}
    claims = gettext("claimed today: %(today)s of %(most)s") % {"today": today, "most": pool.day_limit}
    return [text for text, limit in ((holds, pool.hold_limit), (claims, pool.day_limit)) if limit is not None]


# --- claiming and taking back ---


@bp.post("/pool/<int:customer_id>/claim")
def claim(customer_id: int) -> Response | tuple[str, int]:
    """Take one; of many at once exactly one person gets it."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.claim_customer(w, customer_id)
    except AlreadyDone:
        return redirect(f"/customers/{customer_id}", 303)
    except Refused as refused:
        return shown(render.by_place(refused.problems)), 422
    render.flash(gettext("This customer is yours now."), undo=f"/pool/{customer_id}/undo")
    return redirect(f"/customers/{customer_id}", 303)


@bp.post("/pool/<int:customer_id>/undo")
def undo(customer_id: int) -> Response | tuple[str, int]:
    """Take back one's own last claim, release, handing out or move."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            how = pool_managing.take_back(w, customer_id)
    except Refused as refused:
        return shown(render.by_place(refused.problems)), 422
    render.flash(gettext("Taken back."))
    return redirect(f"/customers/{customer_id}" if how == "released" else "/pool", 303)


# --- releasing ---


@bp.get("/customers/<int:customer_id>/release")
def release_page(customer_id: int) -> str:
    """Into which pool, and why?"""
    return _release_page(customer_id)


def _release_page(customer_id: int, errors: dict[str, list[str]] | None = None) -> str:
    actor = current_actor()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, current_now(), "customer.edit")
        every = pools.all_pools(x)
    if view.pool_id is not None:
        raise NotAllowed(N_("This customer is in a public pool already."))
    if not actor.sees(view.owner_id):
        raise NotAllowed(N_("Only its owner, or a manager, can release this customer."))
    return render.page_or_block(
        "pool_release.html",
        "sheet",
        customer=view,
        name=words.name_of(view),
        pools=[(str(row.id), name_of(row.name)) for row in every],
        chosen=request.form.get("pool", ""),
        reason=request.form.get("reason", ""),
        errors=errors or {},
    )


@bp.post("/customers/<int:customer_id>/release")
def release(customer_id: int) -> Response | tuple[str, int]:
    """Back to the pool."""
    sent, reason = request.form.get("pool", ""), request.form.get("reason", "").strip()
    if sent and not is_whole(sent):
        return _release_page(customer_id, {"pool": [gettext("Please choose one of the list.")]}), 422
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.release_customer(w, customer_id, int(sent) if sent else None, reason)
            w.done("customer", customer_id)
    except Refused as refused:
        return _release_page(customer_id, render.by_place(refused.problems)), 422
    render.flash(gettext("Released to the public pool."), undo=f"/pool/{customer_id}/undo")
    return redirect("/customers", 303)


@bp.get("/customers/<int:customer_id>/owners")
def owners(customer_id: int) -> str:
    """Who had this customer, from when until when, and how it ended."""
    with reading() as x:
        view = customer_files.open_for(x, current_actor(), customer_id, current_now(), "customer.see")
        rows = owner_history.of_customer(x, customer_id)
    return render.page("pool_owners.html", customer=view, name=words.name_of(view), rows=rows, pool_name=name_of)
