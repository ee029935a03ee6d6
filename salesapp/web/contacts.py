"""What hangs on a customer: contacts, ways to reach them, dates to think of."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.contact_points import KINDS as POINT_KINDS
from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.customer_labels import POINT_KINDS as POINT_LABELS
from salesapp.domain.errors import N_, Msg, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.fields import FormField, FormSpec, parse
from salesapp.services import contacts as service
from salesapp.services.work import Work, work
from salesapp.store import customer_files
from salesapp.store.engine import reading
from salesapp.web import customer_words as words
from salesapp.web import render
from salesapp.web.customer_forms import form_context
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, int_arg, request_key

bp = Blueprint("contacts", __name__)


def _field(name: str, kind: Any, length: int = 0, choices: Any = (), *, required: bool = False) -> FormField:
    label = Msg(words.FIELD_LABELS[name])
    return FormField(name, kind, label, required=required, max_length=length, choices=tuple(choices))


PERSON: Final = (
    _field("name", "text", 200, required=True),
    _field("position", "text", 200),
    _field("department", "text", 200),
    _field("note", "long_text"),
)
NEW: Final = FormSpec(
    (*PERSON, *(_field(kind, kind) for kind in ("phone", "email", "wechat")), _field("shared", "bool"))
)
EDIT: Final = FormSpec(PERSON)
POINT: Final = FormSpec(
    (
        _field("kind", "choice", choices=POINT_KINDS, required=True),
        _field("value", "text", 2000, required=True),
        _field("contact", "choice"),
        _field("shared", "bool"),
    )
)
DATE: Final = FormSpec(
    (
        _field("kind", "choice", choices=DATE_KINDS, required=True),
        _field("day", "partial_date", required=True),
        _field("label", "text", 200),
    )
)


def _form(template: str, customer_id: int, typed: Mapping[str, Any], **context: Any) -> str:
    """A form about a customer, for those who may change it."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, "customer.edit")
        contacts = customer_files.contacts_of(x, actor, customer_id, now)
    return render.page_or_block(
        template,
        "sheet",
        customer=view,
        name=words.name_of(view),
        typed=typed,
        contacts=[("", gettext("The customer")), *((str(row.id), row.name) for row in contacts)],
        point_kinds=words.options(POINT_LABELS),
        date_kinds=words.options(DATE_KINDS),
        **context,
    )


def _sent(spec: FormSpec, customer_id: int | None = None) -> dict[str, Any]:
    choices = {}
    if customer_id is not None:
        with reading() as x:
            rows = customer_files.contacts_of(x, current_actor(), customer_id, current_now())
        choices["contact"] = [str(row.id) for row in rows]
    parsed = parse(spec, request.form.to_dict(flat=False), form_context(), choices)
    if parsed.problems:
        raise Refused(parsed.problems)
    return parsed.values


def _back(customer_id: int) -> Response:
    return redirect(f"/customers/{customer_id}", 303)


# --- contacts ---


@bp.get("/customers/<int:customer_id>/contacts/new")
def new_contact(customer_id: int) -> str:
    """A person inside the customer."""
    return _form("customers/contact.html", customer_id, {})


@bp.post("/customers/<int:customer_id>/contacts/new")
def add_contact(customer_id: int) -> Response | tuple[str, int]:
    """Add a contact."""
    try:
        values = _sent(NEW)
        points = tuple(values[kind] for kind in ("phone", "email", "wechat") if values[kind])
        plain = {name: values[name] for name in ("name", "position", "department", "note")}
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            new = service.NewContact(**plain, points=points)
            contact_id = service.add_contact(w, customer_id, new, shared=bool(values["shared"]))
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return _form("customers/contact.html", customer_id, request.form, errors=errors), 422
    render.flash(gettext("Added."), undo=f"/contacts/{contact_id}/archive")
    return _back(customer_id)


@bp.get("/contacts/<int:contact_id>/edit")
def edit_contact(contact_id: int) -> str:
    """The form with what is known."""
    row = _contact(contact_id)
    shown = {name: getattr(row, name) for name in ("name", "position", "department", "note")}
    return _form("customers/contact.html", row.customer_id, shown, contact=row, seen=shown)


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
    sent_seen = {name: request.form.get(f"seen-{name}", "") for name in ("name", "position", "department", "note")}

    def again(**context: Any) -> str:
        return _form("customers/contact.html", row.customer_id, request.form, contact=row, **context)

    try:
        values = _sent(EDIT)
        seen = {name: text.replace("\r\n", "\n").strip() for name, text in sent_seen.items()}
        changed = {name: value for name, value in values.items() if value != seen[name]}
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_contact(w, contact_id, changed, seen)
            w.done("customer", row.customer_id)
    except Stale as stale:
        fresh = {name: getattr(_contact(contact_id), name) for name in seen}
        text = gettext("%(who)s changed this meanwhile to “%(now)s”. Yours stands in the field; save again to keep it.")
        who = stale.changed_by or gettext("Somebody")
        errors = {name: [text % {"who": who, "now": fresh[name][:200]}] for name in stale.fields}
        return again(seen=fresh, errors=errors), 409
    except Refused as refused:
        return again(seen=sent_seen, errors=render.by_place(refused.problems)), 422
    render.flash(gettext("Saved."))
    return _back(row.customer_id)


# --- ways to reach them ---


@bp.get("/customers/<int:customer_id>/points/new")
def new_point(customer_id: int) -> str:
    """One more way to reach them."""
    kind = request.args.get("kind", "phone")
    return _form("customers/point.html", customer_id, {"kind": kind, "contact": str(int_arg("contact") or "")})


@bp.post("/customers/<int:customer_id>/points/new")
def add_point(customer_id: int) -> Response | tuple[str, int]:
    """Add a number or address."""
    try:
        with reading() as x:
            customer_files.open_for(x, current_actor(), customer_id, current_now(), "customer.edit")
        values = _sent(POINT, customer_id)
        point = parse_contact_point(values["kind"], values["value"], form_context().country)
        if not isinstance(point, ContactPoint):
            raise Refused([Problem("value", point)])
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            contact_id = int(values["contact"]) if values["contact"] else None
            service.add_point(w, customer_id, point, contact_id=contact_id, shared=bool(values["shared"]))
    except Refused as refused:
        errors = render.by_place(refused.problems)
        others = [each.message.values["customer"] for each in refused.problems if "customer" in each.message.values]
        return _form("customers/point.html", customer_id, request.form, errors=errors, others=others), 422
    render.flash(gettext("Added."))
    return _back(customer_id)


# --- dates ---


@bp.get("/customers/<int:customer_id>/dates/new")
def new_date(customer_id: int) -> str:
    """A date to think of."""
    return _form("customers/date.html", customer_id, {"kind": "birthday"})


@bp.post("/customers/<int:customer_id>/dates/new")
def add_date(customer_id: int) -> Response | tuple[str, int]:
    """Add a date."""
    try:
        values = _sent(DATE)
        if values["kind"] == "other" and not values["label"]:
            raise Refused([problem("label", N_("Please say what this date is."))])
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            date_id = service.add_date(w, customer_id, values["kind"], values["day"], label=values["label"])
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return _form("customers/date.html", customer_id, request.form, errors=errors), 422
    render.flash(gettext("Added."), undo=f"/dates/{date_id}/archive")
    return _back(customer_id)


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
        return _back(customer_id)
    render.flash(gettext(said), undo=f"/{thing}/{record_id}/{inverse}")
    return _back(customer_id)


def _customer_of(thing: str, record_id: int) -> int:
    with reading() as x:
        return customer_files.customer_of(x, thing, record_id)
