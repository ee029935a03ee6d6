"""How a customer is reached and when to think of them: numbers, addresses, dates; and one press on any of it."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from salesapp.domain.contact_points import KINDS as POINT_KINDS
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.errors import N_, Problem, Refused, problem
from salesapp.domain.fields import FormSpec
from salesapp.services import contacts as service
from salesapp.services.work import Work, work
from salesapp.store import customer_files
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.contacts import form_about, sent, to_customer
from salesapp.web.customer_forms import field, form_context
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, int_arg, request_key

bp = Blueprint("reach", __name__)

POINT: Final = FormSpec(
    (
        field("kind", "choice", choices=POINT_KINDS, required=True),
        field("value", "text", 2000, required=True),
        field("contact", "choice"),
        field("shared", "bool"),
    )
)
DATE: Final = FormSpec(
    (
        field("kind", "choice", choices=DATE_KINDS, required=True),
        field("day", "partial_date", required=True),
        field("label", "text", 200),
    )
)


# --- ways to reach them ---


@bp.get("/customers/<int:customer_id>/points/new")
def new_point(customer_id: int) -> str:
    """One more way to reach them."""
    kind = request.args.get("kind", "phone")
    return form_about("customers/point.html", customer_id, {"kind": kind, "contact": str(int_arg("contact") or "")})


@bp.post("/customers/<int:customer_id>/points/new")
def add_point(customer_id: int) -> Response | tuple[str, int]:
    """Add a number or address."""
    try:
        with reading() as x:
            customer_files.open_for(x, current_actor(), customer_id, current_now(), "customer.edit")
        values = sent(POINT, customer_id)
        point = parse_contact_point(values["kind"], values["value"], form_context().country)
        if not isinstance(point, ContactPoint):
            raise Refused([Problem("value", point)])
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            contact_id = int(values["contact"]) if values["contact"] else None
            service.add_point(w, customer_id, point, contact_id=contact_id, shared=bool(values["shared"]))
    except Refused as refused:
        errors = render.by_place(refused.problems)
        others = [each.message.values["customer"] for each in refused.problems if "customer" in each.message.values]
        return form_about("customers/point.html", customer_id, request.form, errors=errors, others=others), 422
    render.flash(gettext("Added."))
    return to_customer(customer_id)


# --- dates ---


@bp.get("/customers/<int:customer_id>/dates/new")
def new_date(customer_id: int) -> str:
    """A date to think of."""
    return form_about("customers/date.html", customer_id, {"kind": "birthday"})


@bp.post("/customers/<int:customer_id>/dates/new")
def add_date(customer_id: int) -> Response | tuple[str, int]:
    """Add a date."""
    try:
        values = sent(DATE)
        if values["kind"] == "other" and not values["label"]:
            raise Refused([problem("label", N_("Please say what this date is."))])
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            date_id = service.add_date(w, customer_id, values["kind"], values["day"], label=values["label"])
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return form_about("customers/date.html", customer_id, request.form, errors=errors), 422
    render.flash(gettext("Added."), undo=f"/dates/{date_id}/archive")
    return to_customer(customer_id)


# --- one press: what is put away comes back by the same way ---

_PRESSES: Final[Mapping[tuple[str, str], tuple[Callable[[Work, int], int], str, str]]] = {
    ("contacts", "archive"): (service.archive_contact, N_("Contact archived."), "restore"),
    ("contacts", "restore"): (service.restore_contact, N_("The contact is back."), "archive"),
    ("points", "archive"): (service.archive_point, N_("Taken out of use."), "restore"),
    ("points", "restore"): (service.restore_point, N_("Back in use."), "archive"),
    ("points", "shared"): (lambda w, i: service.mark_point(w, i, shared=True), N_("Marked as shared."), "unshared"),
    ("points", "unshared"): (lambda w, i: service.mark_point(w, i, shared=False), N_("Theirs alone."), "shared"),
    ("points", "optout"): (lambda w, i: service.mark_point(w, i, opt_out=True), N_("Not to be used."), "optin"),
    ("points", "optin"): (lambda w, i: service.mark_point(w, i, opt_out=False), N_("May be used again."), "optout"),
    ("dates", "archive"): (lambda w, i: service.set_date_archived(w, i, True), N_("Date removed."), "restore"),
    ("dates", "restore"): (lambda w, i: service.set_date_archived(w, i, False), N_("The date is back."), "archive"),
}


@bp.post("/<any(contacts, points, dates):thing>/<int:record_id>/<press>")
def press(thing: str, record_id: int, press: str) -> Response:
    """Put a contact, a number or a date away, bring it back, or mark it."""
    if (thing, press) not in _PRESSES:
        abort(404)
    do, said, inverse = _PRESSES[thing, press]
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            customer_id = do(w, record_id)
            w.done("customer", customer_id)
    except Refused as refused:
        customer_id = _customer_of(thing, record_id)
        for texts in render.by_place(refused.problems).values():
            render.flash(" ".join(texts), "warn")
        return to_customer(customer_id)
    render.flash(gettext(said), undo=f"/{thing}/{record_id}/{inverse}")
    return to_customer(customer_id)


def _customer_of(thing: str, record_id: int) -> int:
    with reading() as x:
        return customer_files.customer_of(x, thing, record_id)
