"""The contacts of a customer, and the form their numbers and dates share with them."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.customer_labels import POINT_KINDS as POINT_LABELS
from salesapp.domain.errors import NotFound, Problem, Refused, Stale
from salesapp.domain.fields import FormSpec, parse
from salesapp.domain.record_values import is_field_key
from salesapp.services import contacts as service
from salesapp.services.work import work
from salesapp.store import customer_files
from salesapp.store.engine import reading
from salesapp.web import customer_words as words
from salesapp.web import record_fields, render
from salesapp.web.customer_forms import field, form_context
from salesapp.web.forms import changed_fields, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, request_key

bp = Blueprint("contacts", __name__)


PERSON: Final = (
    field("name", "text", 200, required=True, called="full_name"),
    field("position", "text", 200),
    field("department", "text", 200),
    field("note", "long_text"),
)
NEW: Final = FormSpec((*PERSON, *(field(kind, kind) for kind in ("phone", "email", "wechat")), field("shared", "bool")))
EDIT: Final = FormSpec(PERSON)
SHOWN: Final = tuple(field.name for field in PERSON)
CONTACT: Final = "customers/contact.html"


def _record(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions of fields ask of a contact, as the form has it now."""
    return {name: typed.get(name) or None for name in SHOWN}


def form_about(template: str, customer_id: int, typed: Mapping[str, Any], **context: Any) -> str:
    """A form about a customer, for those who may change it."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, "customer.edit")
        contacts = customer_files.contacts_of(x, actor, customer_id, now)
    known = context.pop("known", {})
    groups = record_fields.groups("contact", _record(typed), known, typed) if template == CONTACT else []
    return render.page_or_block(
        template,
        "sheet",
        customer=view,
        name=words.name_of(view),
        typed=typed,
        contacts=[("", gettext("The customer")), *((str(row.id), row.name) for row in contacts)],
        point_kinds=words.options(POINT_LABELS),
        date_kinds=words.options(DATE_KINDS),
        groups=groups,
        **context,
    )


def sent(spec: FormSpec, customer_id: int | None = None) -> dict[str, Any]:
    """What was typed as values; `customer_id`, where one of their contacts may be chosen."""
    choices = {}
    if customer_id is not None:
        with reading() as x:
            rows = customer_files.contacts_of(x, current_actor(), customer_id, current_now())
        choices["contact"] = [str(row.id) for row in rows]
    raw = {name: texts for name, texts in request.form.to_dict(flat=False).items() if not is_field_key(name)}
    parsed = parse(spec, raw, form_context(), choices)
    if parsed.problems:
        raise Refused(parsed.problems)
    return parsed.values


def _sent_with(spec: FormSpec, problems: list[Problem]) -> dict[str, Any]:
    """The same, with what is wrong with the fields of plugins and the owner told at once."""
    try:
        values = sent(spec)
    except Refused as refused:
        raise Refused([*refused.problems, *problems]) from None
    if problems:
        raise Refused(problems)
    return values


def to_customer(customer_id: int) -> Response:
    """Back to the page of the customer."""
    return redirect(f"/customers/{customer_id}", 303)


# --- contacts ---


@bp.get("/customers/<int:customer_id>/contacts/new")
def new_contact(customer_id: int) -> str:
    """A person inside the customer."""
    return form_about(CONTACT, customer_id, {}, known=record_fields.defaults("contact"))


@bp.post("/customers/<int:customer_id>/contacts/new")
def add_contact(customer_id: int) -> Response | tuple[str, int]:
    """Add a contact."""
    fields = record_fields.asked("contact", _record(request.form), {})
    typed = record_fields.typed(fields, {})
    own, problems = record_fields.parsed(fields, typed, {})
    try:
        values = _sent_with(NEW, problems)
        points = tuple(values[kind] for kind in ("phone", "email", "wechat") if values[kind])
        plain = {name: values[name] for name in SHOWN}
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            new = service.NewContact(**plain, points=points, fields=own)
            contact_id = service.add_contact(w, customer_id, new, shared=bool(values["shared"]))
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return form_about(CONTACT, customer_id, request.form.to_dict() | typed, errors=errors), 422
    render.flash(gettext("Added."), undo=f"/contacts/{contact_id}/archive")
    return to_customer(customer_id)


@bp.get("/contacts/<int:contact_id>/edit")
def edit_contact(contact_id: int) -> str:
    """The form with what is known."""
    row = _contact(contact_id)
    known = record_fields.values("contact", contact_id, row.custom or {})
    shown = _shown(row, known)
    return form_about(CONTACT, row.customer_id, shown, contact=row, seen=shown, known=known)


def _shown(row: Any, known: Mapping[str, Any]) -> dict[str, str]:
    built_in = {name: getattr(row, name) for name in SHOWN}
    return built_in | record_fields.texts(record_fields.asked("contact", _record(built_in), known), known)


def _contact(contact_id: int) -> Any:
    with reading() as x:
        row = customer_files.contact_row(x, contact_id)
        if row is None:
            raise NotFound
        customer_files.open_for(x, current_actor(), row.customer_id, current_now(), "customer.edit")
    return row


@bp.post("/contacts/<int:contact_id>/edit")
def save_contact(contact_id: int) -> Response | tuple[str, int]:
    """Save what was changed."""
    row = _contact(contact_id)
    known = record_fields.values("contact", contact_id, row.custom or {})
    own = record_fields.sent("contact")
    seen = seen_fields([*SHOWN, *own])
    typed = sent_fields(SHOWN, seen) | record_fields.typed(own, seen)

    def again(values: Mapping[str, str], **context: Any) -> str:
        return form_about(CONTACT, row.customer_id, values, contact=row, **context)

    try:
        new = changed_fields(typed, seen)
        own_new, problems = record_fields.parsed({key: own[key] for key in own if key in new}, typed, known)
        own_old, _ = record_fields.parsed(own, seen, known)
        changed = {name: value for name, value in _sent_with(EDIT, problems).items() if name in new} | own_new
        before = {name: seen.get(name, "") for name in SHOWN} | own_old
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_contact(w, contact_id, changed, before, asks=True)
            w.done("customer", row.customer_id)
    except Stale as stale:
        row = _contact(contact_id)
        known = record_fields.values("contact", contact_id, row.custom or {})
        fresh = _shown(row, known)
        now = fresh | record_fields.in_words_of("contact", known)
        return again(kept(typed, seen, fresh), seen=fresh, known=known, **somebody_was_faster(stale, now)), 409
    except Refused as refused:
        return again(typed, seen=seen, known=known, errors=render.by_place(refused.problems)), 422
    render.flash(gettext("Saved."))
    return to_customer(row.customer_id)
