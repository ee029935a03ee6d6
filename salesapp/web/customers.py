"""Customers: the list, the page of one, and what is done to one with a single press."""

import re
from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.customer_labels import GRADES, POINT_KINDS, STATES
from salesapp.domain.errors import Refused
from salesapp.domain.permissions import can
from salesapp.domain.sources import SOURCES_BY_KEY
from salesapp.services import customers as service
from salesapp.services import pool
from salesapp.services.work import Work, work
from salesapp.store import activities, customer_files, customer_lists, search, timeline
from salesapp.store.customer_files import CustomerFile
from salesapp.store.customer_lists import Filters, Sort
from salesapp.store.engine import reading
from salesapp.web import customer_words as words
from salesapp.web import deal_words, file_words, inputs, render
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_actor, current_now, int_arg, is_whole, request_key
from salesapp.web.timeline import group_arg

bp = Blueprint("customers", __name__)
bp.record_once(lambda state: words.register(cast("Flask", state.app)))
FOUND = 50
_LANDLINE = re.compile(r"\+86(?!1[3-9])|\d|.*;ext=")  # no message arrives there


@bp.get("/customers")
def index() -> str:
    """The list: newest first or by name, narrowed and searched."""
    actor, now, filters = current_actor(), current_now(), _filters()
    q = request.args.get("q", "").strip()[:100]
    sort: Sort = "name" if request.args.get("sort") == "name" else "touched"
    with reading() as x:
        tags, owners = customer_lists.choices(x, actor)
        if q:
            hits = search.find(x, actor, q, now, ("customer",), FOUND, archived=filters.archived)
            rows = customer_lists.rows_of(x, actor, [hit.subject_id for hit in hits], filters, now)
            found = customer_lists.Page(rows, None, len(rows))
        else:
            found = customer_lists.page(x, actor, filters, sort, request.args.get("after"), now)
        nexts = activities.next_of_customers(x, [row.id for row in found.rows])
    kept = {key: value for key, value in request.args.items() if key != "after" and value}
    return render.page(
        "customers/index.html",
        rows=[row[:10] for row in found.rows],
        count=found.count,
        ceiling=customer_lists.COUNTED,
        more={**kept, "after": found.after} if found.after else None,
        q=q,
        sort=sort,
        filters=filters,
        narrowed=bool(filters.chosen()) or filters.archived,
        several=len(owners) > 0,
        states={key: say(label) for key, label in STATES.items()},
        nexts=deal_words.nexts(nexts),
        options=_filter_options(tags, owners),
    )


def _filters() -> Filters:
    """What the address narrows to; a code nobody knows narrows nothing."""

    def known(name: str, codes: Any) -> str | None:
        value = request.args.get(name, "")
        return value if value in codes else None

    return Filters(
        state=known("state", STATES),
        grade=known("grade", GRADES),
        source=known("source", SOURCES_BY_KEY),
        tag=int_arg("tag"),
        owner=int_arg("owner"),
        archived=request.args.get("archived") == "1",
    )


def _filter_options(tags: list[tuple[int, str]], owners: list[tuple[int, str]]) -> dict[str, list[tuple[Any, str]]]:
    everything = gettext("All")
    nobody = [(customer_lists.UNASSIGNED, gettext("Nobody yet"))] if can(current_actor(), "customer.unassigned") else []
    return {
        "state": [("", everything), *words.options(STATES)],
        "grade": [("", everything), *words.options(GRADES)],
        "source": [("", everything), *words.source_options()[1:]],
        "tag": [("", everything), *tags] if tags else [],
        "owner": [("", everything), *owners, *nobody] if owners else [],
    }


# --- one customer ---


@bp.get("/customers/<int:customer_id>")
def page(customer_id: int) -> str:
    """A customer: what to do next, who they are, what happened."""
    actor, now, group = current_actor(), current_now(), group_arg()
    with reading() as x:
        file = customer_files.open_file(x, actor, customer_id, now)
        entries = timeline.entries(x, actor, customer_id, now=now, group=group, limit=31)
        found = file_words.for_page(x, entries[:30], customer_id=customer_id, section=True)
    return render.page("customers/page.html", **page_context(file, entries, group), **found)


def page_context(file: CustomerFile, entries: list[timeline.Entry], group: str) -> dict[str, Any]:
    """What the page of a customer shows."""
    actor, view = current_actor(), file.view
    phone, mail = file.reached_by("phone"), file.reached_by("email")
    own = {kind: [p for p in file.points if p.contact_id is None and p.kind == kind] for kind in POINT_KINDS}
    step = file.next_step
    return {
        "customer": view,
        "name": words.name_of(view, phone.shown if phone else ""),
        "phone": phone,
        "mail": mail,
        "texts": phone is not None and not _LANDLINE.match(phone.normalised),
        "own_points": [point for points in own.values() for point in points],
        "points_of": {c.id: [p for p in file.points if p.contact_id == c.id] for c in file.contacts},
        "contacts": file.contacts,
        "dates": [(row, words.partial_date(row)) for row in file.dates],
        "deals": [_deal(row) for row in file.deals],
        "step": step,
        "step_what": deal_words.kind_label(step.kind) if step else "",
        "step_when": deal_words.planned_text(step.planned_at, step.all_day) if step else "",
        "step_because": deal_words.because_text(step.because) if step else "",
        "step_late": deal_words.is_late(step.planned_at, step.all_day) if step else False,
        "may_edit": can(actor, "customer.edit", file.access),
        "may_archive": can(actor, "customer.archive", file.access),
        "may_assign": can(actor, "customer.assign", file.access),
        "may_release": can(actor, "customer.edit", file.access) and view.pool_id is None and actor.sees(view.owner_id),
        "states": words.options(STATES),
        "sources": words.source_options(),
        "entries": entries[:30],
        "older": entries[29].id if len(entries) > 30 else None,
        "group": group,
    }


def _deal(row: Any) -> tuple[int, str, str, str, str]:
    """id, title, where it stands, amount, state of one deal."""
    stage = deal_words.stage_label(row.process, row.stage)
    where = {"won": gettext("won"), "lost": gettext("lost")}.get(row.state, stage)
    return row.id, row.title, where, inputs.short_amount(row.amount_minor, row.currency), row.state


# --- one press ---


@bp.post("/customers/<int:customer_id>/archive")
def archive(customer_id: int) -> Response:
    """Put away."""
    return _pressed(customer_id, service.archive_customer, gettext("Archived."), "restore")


@bp.post("/customers/<int:customer_id>/restore")
def restore(customer_id: int) -> Response:
    """Bring back."""
    return _pressed(customer_id, service.restore_customer, gettext("Back in the list."), "archive")


def _pressed(customer_id: int, change: Callable[[Work, int], object], said: str, inverse: str) -> Response:
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        change(w, customer_id)
        w.done("customer", customer_id)
    render.flash(said, undo=f"/customers/{customer_id}/{inverse}")
    return redirect(f"/customers/{customer_id}", 303)


@bp.post("/customers/<int:customer_id>/state/<to>")
def state(customer_id: int, to: str) -> Response:
    """From lead to verified to customer; or lost, or never a real one."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        before = service.change_state(w, customer_id, to)
        w.done("customer", customer_id)
    if before != to:
        text = gettext("State: %(state)s.") % {"state": words.state_word(to)}
        render.flash(text, undo=f"/customers/{customer_id}/state/{before}")
    return redirect(f"/customers/{customer_id}", 303)


@bp.post("/customers/<int:customer_id>/enquiry")
def enquiry(customer_id: int) -> Response | tuple[str, int]:
    """They reached out once more."""
    note = request.form.get("note", "").strip()[:500]
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.note_enquiry(w, customer_id, request.form.get("source") or None, note)
    render.flash(gettext("The enquiry is noted."))
    return redirect(f"/customers/{customer_id}", 303)


@bp.get("/customers/<int:customer_id>/assign")
def assign_page(customer_id: int) -> str:
    """To whom?"""
    return _assign_page(customer_id)


def _assign_page(customer_id: int, errors: dict[str, list[str]] | None = None) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, "customer.assign")
        people = customer_files.colleagues(x, actor)
    nobody = [("0", gettext("Nobody yet"))]
    return render.page_or_block(
        "customers/assign.html",
        "sheet",
        customer=view,
        name=words.name_of(view),
        people=[(str(row.id), row.name) for row in people] + nobody,
        errors=errors or {},
    )


@bp.post("/customers/<int:customer_id>/assign")
def assign(customer_id: int) -> Response | tuple[str, int]:
    """Hand over."""
    sent = request.form.get("owner", "")
    if not is_whole(sent):
        text = gettext("Please choose who takes this customer over.")
        return _assign_page(customer_id, {"owner": [text]}), 422
    try:
        return assign_to(customer_id, int(sent))
    except Refused as refused:
        return _assign_page(customer_id, render.by_place(refused.problems)), 422


@bp.post("/customers/<int:customer_id>/assign/<int:owner_id>")
def assign_to(customer_id: int, owner_id: int) -> Response:
    """Hand over to this person; 0 is nobody."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        before = pool.assign_customer(w, customer_id, owner_id or None)
        w.done("customer", customer_id)
    undo = f"/customers/{customer_id}/assign/{before or 0}" if before != (owner_id or None) else None
    render.flash(gettext("Handed over."), undo=undo)
    return redirect(f"/customers/{customer_id}", 303)


@bp.post("/customers/<int:customer_id>/release")
def release(customer_id: int) -> Response:
    """Back to the pool."""
    actor, now = current_actor(), current_now()
    with work(actor, now, request_key=request_key()) as w:
        pool.release_customer(w, customer_id)
        w.done("customer", customer_id)
    render.flash(gettext("Released to the public pool."), undo=f"/pool/{customer_id}/claim")
    return redirect("/customers", 303)
