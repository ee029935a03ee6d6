"""Sharing a customer: with whom, how far, until when; and ending that."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, NotAllowed, Problem, Refused
from salesapp.domain.views import CustomerView
from salesapp.services import sharing as service
from salesapp.services.sharing import LEVELS, NewShare
from salesapp.services.work import work
from salesapp.store import customer_files, customer_lists, shares
from salesapp.store.customer_lists import Filters
from salesapp.store.engine import Executor, reading
from salesapp.store.shares import SharedBy
from salesapp.web import customer_words as words
from salesapp.web import render
from salesapp.web.customer_rows import Customers
from salesapp.web.i18n import gettext, say, show_date
from salesapp.web.inputs import day_from, start_of
from salesapp.web.request import current_actor, current_now, is_whole, request_key

bp = Blueprint("sharing", __name__)


@bp.get("/customers/<int:customer_id>/share")
def page(customer_id: int) -> str:
    """Who it is shared with, and the form for more."""
    return _page(customer_id)


def _page(customer_id: int, errors: dict[str, list[str]] | None = None) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, "customer.see")
        if not service.may_share(actor, view):
            raise NotAllowed(service.why_not_shared(view))
        rows = shares.current(x, customer_id, now)
        people, teams = shares.choices(x, [actor.id, view.owner_id])
    typed = {name: request.form.get(name, "") for name in ("with", "level", "until", "note")}
    return render.page_or_block(
        "customers/share.html",
        "sheet",
        customer=view,
        name=words.name_of(view),
        shares=[(row, say(LEVELS[row.level]), last_day(row.until)) for row in rows],
        people=[(f"person.{each}", name) for each, name in people],
        teams=[(f"team.{each}", name) for each, name in teams],
        levels=[(key, say(label)) for key, label in LEVELS.items()],
        typed={**typed, "level": typed["level"] or "read"},
        errors=errors or {},
    )


def last_day(until: datetime | None) -> str:
    """The last day of a share, which ends with it; "" where it goes on until somebody ends it."""
    return show_date(until - timedelta(seconds=1)) if until is not None else ""


@bp.post("/customers/<int:customer_id>/share")
def share(customer_id: int) -> Response | tuple[str, int]:
    """Share it."""
    problems: list[Problem] = []
    new = _read(problems)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            share_id = service.share_customer(w, customer_id, new)
    except AlreadyDone:
        return redirect(f"/customers/{customer_id}", 303)
    except Refused as refused:
        return _page(customer_id, render.by_place(refused.problems)), 422
    render.flash(gettext("Shared."), undo=f"/shares/{share_id}/end")
    return redirect(f"/customers/{customer_id}", 303)


def _read(problems: list[Problem]) -> NewShare:
    kind, _, number = request.form.get("with", "").partition(".")
    found = int(number) if is_whole(number) else None
    day = day_from(request.form.get("until", ""), "until", problems)
    return NewShare(
        person_id=found if kind == "person" else None,
        team_id=found if kind == "team" else None,
        level=request.form.get("level", ""),
        until=start_of(day + timedelta(days=1)) if day is not None else None,
        note=request.form.get("note", "").strip(),
    )


@bp.post("/shares/<int:share_id>/end")
def end(share_id: int) -> Response:
    """Share it no longer."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        customer_id = service.end_share(w, share_id)
    render.flash(gettext("Not shared any more."), undo=f"/shares/{share_id}/resume")
    return redirect(f"/customers/{customer_id}", 303)


@bp.post("/shares/<int:share_id>/resume")
def resume(share_id: int) -> Response | tuple[str, int]:
    """Take back that it was ended."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            customer_id = service.resume_share(w, share_id)
    except Refused as refused:
        render.flash(say(refused.problems[0].message), "warn")
        with reading() as x:
            row = shares.get(x, share_id)
        return redirect(f"/customers/{row.customer_id}" if row is not None else "/customers", 303)
    render.flash(gettext("Shared."), undo=f"/shares/{share_id}/end")
    return redirect(f"/customers/{customer_id}", 303)


# --- what other pages say of shares ---


def badge(found: SharedBy) -> str:
    """In a list or on the page of a customer: that, by whom, how far and until when it is shared with this person."""
    values = {"who": found.name, "level": say(LEVELS[found.level]), "until": last_day(found.until)}
    if found.until is not None:
        return gettext("shared by %(who)s · %(level)s · until %(until)s") % values
    return gettext("shared by %(who)s · %(level)s") % values


def on_page(x: Executor, view: CustomerView, *, is_shared: bool) -> dict[str, Any]:
    """What the page of a customer says: who it is shared with (if with anybody), and how it came to whoever looks."""
    actor, now = current_actor(), current_now()
    rows = shares.current(x, view.id, now) if is_shared else ()
    found = shares.to_me(x, actor, [view.id], now) if rows and not actor.sees(view.owner_id) else {}
    return {
        "shares": [(row, say(LEVELS[row.level]), last_day(row.until)) for row in rows],
        "may_share": service.may_share(actor, view),
        "shared_with_me": badge(found[view.id]) if view.id in found else "",
    }


def badges(x: Executor, rows: Sequence[Any], own: Collection[str]) -> dict[int, str]:
    """The badges of those rows of a list that are shared with whoever asks; nothing is asked about those of people
    whose customers they see anyway, `own` by name."""
    actor = current_actor()
    theirs = {actor.name, *own}
    others = [row.id for row in rows if row.owner_name not in theirs] if actor.people is not None else []
    return {each: badge(found) for each, found in shares.to_me(x, actor, others, current_now()).items()}


@bp.get("/customers/shared")
def shared_with_me() -> str:
    """The customers of others that are shared with whoever asks, the newest first."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        ids = shares.ids_to_me(x, actor, now)
        rows = customer_lists.rows_of(x, actor, ids, Filters(), now)
        found = shares.to_me(x, actor, [row.id for row in rows], now)
    return render.page(
        "customers/shared.html",
        rows=Customers(with_owner=True).shown(rows, {each: badge(one) for each, one in found.items()}),
    )
