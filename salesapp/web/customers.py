"""Customers: the page of one, and what is done to one with a single press."""

import re
from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, Flask, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.customer_labels import POINT_KINDS, STATES
from salesapp.domain.errors import Refused
from salesapp.domain.permissions import can
from salesapp.services import customers as service
from salesapp.services import pool, privacy
from salesapp.services.work import Work, work
from salesapp.store import customer_files, merges, timeline
from salesapp.store.customer_files import CustomerFile
from salesapp.store.engine import reading
from salesapp.web import customer_words as words
from salesapp.web import deal_words, file_words, inputs, record_fields, render, sharing
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, is_whole, request_key
from salesapp.web.timeline import apart, group_arg

bp = Blueprint("customers", __name__)
bp.record_once(lambda state: words.register(cast("Flask", state.app)))
FOUND = 50
_LANDLINE = re.compile(r"\+86(?!1[3-9])|\d|.*;ext=")  # no message arrives there


# --- one customer ---


@bp.get("/customers/<int:customer_id>")
def page(customer_id: int) -> str | Response:
    """A customer: what to do next, who they are, what happened."""
    actor, now, group = current_actor(), current_now(), group_arg()
    with reading() as x:
        file = customer_files.open_file(x, actor, customer_id, now)
        shared = sharing.on_page(x, file.view, is_shared=file.is_shared)
        if file.view.archived_at is not None and (kept_id := merges.merged_into(x, customer_id)) is not None:
            return redirect(f"/customers/{kept_id}", 303)  # who sees the one sees the other
        entries = timeline.entries(x, actor, customer_id, now=now, group=group, limit=31, loaded=True)
        found = file_words.for_page(x, entries[:30], customer_id=customer_id, section=True)
        found["apart"] = apart(x, entries[:30])
        erased = file.view.archived_at is not None and privacy.is_erased(x, customer_id)
    context = page_context(file, entries, group)
    if erased:
        context["may_archive"] = False  # nobody brings it back
    return render.page("customers/page.html", **context, **found, **shared)


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
        "own_fields": record_fields.shown("customer", view.id, view.custom),
        "contact_fields": {row.id: record_fields.shown("contact", row.id, row.custom or {}) for row in file.contacts},
        "dates": [(row, words.partial_date(row)) for row in file.dates],
        "deals": [_deal(row) for row in file.deals],
        "step": step,
        "step_what": deal_words.kind_label(step.kind) if step else "",
        "step_when": deal_words.planned_text(step.planned_at, step.all_day) if step else "",
        "step_because": deal_words.why_text(step.because) if step else "",
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
