"""Adding and editing a customer, and the answer while somebody types: is this one here already?"""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, make_response, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.errors import AlreadyDone, Msg, Problem, Refused, Stale, problem
from salesapp.domain.fields import FormContext, FormField, FormSpec, Parsed, parse
from salesapp.domain.record_values import is_field_key
from salesapp.domain.views import CustomerView
from salesapp.services import customers as service
from salesapp.services.contacts import NEEDED
from salesapp.services.customers import NewCustomer
from salesapp.services.duplicates import Duplicate, find_duplicates
from salesapp.services.work import work
from salesapp.store import customer_files
from salesapp.store.engine import reading
from salesapp.web import customer_words as words
from salesapp.web import record_fields, render
from salesapp.web.forms import changed_fields, even, in_words, kept, seen_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, show_full_moment, zone
from salesapp.web.request import (
    catalog,
    current_actor,
    current_company,
    current_now,
    is_htmx,
    is_whole,
    need,
    quiet,
    request_key,
)

bp = Blueprint("customer_forms", __name__)


def field(
    name: str, kind: Any, length: int = 0, choices: Any = (), *, required: bool = False, called: str = ""
) -> FormField:
    """A field of a form about a customer, called what `FIELD_LABELS` calls it, or another field."""
    label = Msg(words.FIELD_LABELS[called or name])
    return FormField(name, kind, label, required=required, max_length=length, choices=tuple(choices))


COMMON: Final = (
    field("kind", "choice", choices=KINDS),
    field("name", "text", 200),
    field("company", "text", 200),
    field("position", "text", 200),
    field("state", "choice", choices=STATES),
    field("grade", "choice", choices=GRADES),
    field("source", "choice"),
    field("territory_id", "choice"),
    field("address", "text", 500),
    field("note", "long_text"),
    field("tags", "text", 400),
)
POINTS: Final = tuple(field(kind, kind) for kind in ("phone", "email", "wechat", "link"))
NEW: Final = FormSpec((*COMMON, *POINTS, field("shared", "bool")))
EDIT: Final = FormSpec(COMMON)
LIKELY: Final = FormSpec((field("name", "text", 200), field("company", "text", 200), *POINTS))


def form_context() -> FormContext:
    """Where the person is who types."""
    company = current_company()
    return FormContext(zone(), language(), company.currency, company.country)


def _parsed(spec: FormSpec, territories: Any, *, only_sent: bool = False) -> Parsed:
    raw = {name: sent for name, sent in request.form.to_dict(flat=False).items() if not is_field_key(name)}
    choices = {"territory_id": [str(row.id) for row in territories], "source": list(catalog().sources)}
    return parse(spec, raw, form_context(), choices, only_sent=only_sent)


def split_tags(text: str) -> tuple[str, ...]:
    """Tags as people separate them, in any of our languages."""
    for mark in "，、;；\n":
        text = text.replace(mark, ",")
    return tuple(sorted({short for part in text.split(",") if (short := " ".join(part.split())[:80])}))


def _record(typed: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions of fields ask of a customer, as the form has it now."""
    return {name: typed.get(name) or None for name in (*service.TEXTS, *service.CODES)}


def _form_page(
    template: str, typed: Mapping[str, Any], territories: Any, known: Mapping[str, Any], **context: Any
) -> str:
    groups = record_fields.groups("customer", _record(typed), known, typed)
    return render.page_or_block(
        template,
        "sheet",
        typed=typed,
        kinds=words.options(KINDS),
        states=words.options(STATES),
        grades=words.options(GRADES, empty=gettext("Not graded")),
        sources=words.source_options(typed.get("source")),
        territories=[("", gettext("None")), *((str(row.id), row.name) for row in territories)],
        groups=groups,
        needed=record_fields.needed(groups, required=True),
        others_asked=record_fields.needed(groups, required=False),
        **context,
    )


# --- adding ---


@bp.get("/customers/new")
def new() -> str:
    """An empty form; for htmx as a sheet."""
    need(current_actor(), "customer.add")
    typed = {"kind": "person", "state": "lead", "name": request.args.get("name", "")[:200]}
    typed["phone"] = request.args.get("phone", "")[:60]
    with reading() as x:
        territories = customer_files.territories(x)
    return _form_page("customers/new.html", typed, territories, record_fields.defaults("customer"), more=False)


@bp.post("/customers/new")
def create() -> Response | tuple[str, int]:
    """Add; with every problem at once where it does not hold."""
    need(current_actor(), "customer.add")
    with reading() as x:
        territories = customer_files.territories(x)
    parsed = _parsed(NEW, territories)
    fields = record_fields.asked("customer", _record(request.form), {})
    own, problems = record_fields.parsed(fields, record_fields.typed(fields, {}), {})
    try:
        if parsed.problems or problems:
            raise Refused(parsed.problems + problems + _nobody(parsed))
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            customer_id = service.add_customer(w, _new(parsed.values, own))
    except AlreadyDone as done:
        return _gone(f"/customers/{done.result['customer']}")
    except Refused as refused:
        return _again("customers/new.html", refused, territories), 422
    render.flash(gettext("Added."), undo=f"/customers/{customer_id}/archive")
    return _gone(f"/customers/{customer_id}")


def _nobody(parsed: Parsed) -> list[Problem]:
    """The service was not asked yet, but all problems are told at once."""
    wrong = {each.place for each in parsed.problems}
    if parsed.values.get("name") or parsed.values.get("phone") or {"name", "phone"} & wrong:
        return []
    return [problem("name", NEEDED)]


def _new(values: Mapping[str, Any], own: Mapping[str, Any]) -> NewCustomer:
    plain = {name: values[name] for name in ("name", "company", "position", "address", "note", "grade", "source")}
    return NewCustomer(
        **plain,
        kind=values["kind"] or "person",
        state=values["state"] or "lead",
        territory_id=int(values["territory_id"]) if values["territory_id"] else None,
        tags=split_tags(values["tags"]),
        phones=_some(values["phone"]),
        emails=_some(values["email"]),
        wechats=_some(values["wechat"]),
        links=_some(values["link"]),
        shared=bool(values["shared"]),
        fields=own,
    )


def _some(point: ContactPoint | None) -> tuple[ContactPoint, ...]:
    return (point,) if point else ()


def _again(template: str, refused: Refused, territories: Any) -> str:
    errors = render.by_place(refused.problems)
    others = [each.message.values["customer"] for each in refused.problems if "customer" in each.message.values]
    simple = {
        "",
        "name",
        "phone",
        *(key for key, each in record_fields.fields_here("customer").items() if each.required),
    }
    typed = request.form.to_dict() | record_fields.typed(record_fields.asked("customer", _record(request.form), {}), {})
    more = bool(set(errors) - simple)
    return _form_page(template, typed, territories, {}, errors=errors, others=others, more=more)


def _gone(address: str) -> Response:
    """To the saved record; a sheet's form is told to load the page."""
    if is_htmx():
        response = make_response("")
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)


@bp.post("/customers/check")
@quiet
def check() -> str:
    """While typing: who is here already with this name, number or address. A POST, as it can be written down."""
    actor, now = current_actor(), current_now()
    need(actor, "customer.add")
    sent = {name: request.form.getlist(name) for name in ("name", "company", *(f.name for f in POINTS))}
    values = parse(LIKELY, sent, form_context()).values
    points = [value for value in values.values() if isinstance(value, ContactPoint)]
    name = values.get("name", "") if len(values.get("name", "")) > 1 else ""
    found: list[Duplicate] = []
    too_often = False
    if name or points:
        with work(actor, now) as w:
            found, too_often = find_duplicates(w, name=name, company=values.get("company", ""), points=points)
    return render.block("customers/new.html", "duplicates", found=found, too_often=too_often)


# --- editing ---


@bp.get("/customers/<int:customer_id>/edit")
def edit(customer_id: int) -> str:
    """The form with what is known."""
    with reading() as x:
        view = customer_files.open_for(x, current_actor(), customer_id, current_now(), "customer.edit")
        territories = customer_files.territories(x)
    known = record_fields.values("customer", customer_id, view.custom)
    shown = as_typed(view, known)
    return _form_page(
        "customers/edit.html", shown, territories, known, customer=view, seen=shown, name=words.name_of(view)
    )


def as_typed(view: CustomerView, known: Mapping[str, Any]) -> dict[str, str]:
    """A customer's fields as the form shows and sends them."""
    built_in = {name: str(getattr(view, name) or "") for name in (*service.TEXTS, *service.CODES)}
    own = record_fields.asked("customer", _record(built_in), known)
    return {**built_in, "tags": ", ".join(view.tags), **record_fields.texts(own, known)}


@bp.post("/customers/<int:customer_id>/edit")
def save(customer_id: int) -> Response | tuple[str, int]:
    """Save what was changed; where somebody else changed the same field, show both values and lose nothing."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, "customer.edit")
        territories = customer_files.territories(x)
    parsed = _parsed(EDIT, territories, only_sent=True)
    fields = [name for name in service.FIELDS if name in request.form]
    known = record_fields.values("customer", customer_id, view.custom)
    own = record_fields.sent("customer")
    seen = seen_fields([*fields, *own])
    typed = {name: request.form[name] for name in fields} | record_fields.typed(own, seen)
    changed = changed_fields(typed, seen)
    own_new, problems = record_fields.parsed({key: own[key] for key in own if key in changed}, typed, known)
    own_old, _ = record_fields.parsed(own, seen, known)
    try:
        if parsed.problems or problems:
            raise Refused(parsed.problems + problems)
        new = {name: _value(name, parsed.values[name]) for name in changed if name in parsed.values} | own_new
        old = {name: _value(name, seen.get(name, "")) for name in new if name not in own} | own_old
        with work(actor, now, request_key=request_key()) as w:
            service.change_customer(w, customer_id, new, old, asks=True)
            w.done("customer", customer_id)
    except AlreadyDone:
        return redirect(f"/customers/{customer_id}", 303)
    except Stale as stale:
        return _both(customer_id, stale, typed, seen, territories), 409
    except Refused as refused:
        shown = as_typed(view, known)
        context = {"customer": view, "name": words.name_of(view), "errors": render.by_place(refused.problems)}
        return _form_page("customers/edit.html", shown | typed, territories, known, seen=shown | seen, **context), 422
    render.flash(gettext("Saved."))
    return redirect(f"/customers/{customer_id}", 303)


def _value(name: str, value: Any) -> Any:
    """A form's value as the service stores it."""
    if name == "tags":
        return split_tags(value)
    if name == "territory_id":
        return int(value) if value and is_whole(str(value)) else None
    if name in ("grade", "source"):
        return value or None
    return even(value) if isinstance(value, str) else value


def _both(customer_id: int, stale: Stale, typed: Mapping[str, str], seen: Mapping[str, str], territories: Any) -> str:
    """The form with what was typed; fields others changed say so, fields only they changed take their value."""
    with reading() as x:
        view = customer_files.open_for(x, current_actor(), customer_id, current_now(), "customer.edit")
    known = record_fields.values("customer", customer_id, view.custom)
    fresh = as_typed(view, known)
    places = [(str(row.id), row.name) for row in territories]
    now = {name: words.code_word(name, text) for name, text in fresh.items()}
    now |= record_fields.in_words_of("customer", known)
    faster = {"who": stale.changed_by or gettext("Somebody"), "when": show_full_moment(view.touched_at)}
    return _form_page(
        "customers/edit.html",
        kept(typed, seen, fresh),
        territories,
        known,
        customer=view,
        seen=fresh,
        name=words.name_of(view),
        **somebody_was_faster(
            stale, in_words(now, {"territory_id": places}), gettext("%(who)s was faster (%(when)s)") % faster
        ),
    )
