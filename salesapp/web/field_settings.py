"""The owner's fields: what is asked about customers, contacts, deals and activities beside what everybody asks."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, redirect, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, AlreadyDone, Problem, Refused, Stale
from salesapp.domain.own_fields import CHOSEN, KINDS, OWN, OwnField
from salesapp.domain.pack import ALWAYS
from salesapp.domain.permissions import ROLES
from salesapp.services import own_fields as service
from salesapp.services.work import work
from salesapp.store import own_fields
from salesapp.store.engine import reading
from salesapp.web import condition_forms, field_forms, render
from salesapp.web.condition_forms import Form, asks_again
from salesapp.web.forms import somebody_was_faster
from salesapp.web.guard import safe_next
from salesapp.web.i18n import NAMES, gettext, say
from salesapp.web.record_fields import title_of
from salesapp.web.request import catalog, current_actor, current_now, need, request_key

bp = Blueprint("field_settings", __name__)
PLACE: Final = "/settings/fields"
KIND_WORDS: Final = {
    "customer": N_("Customers"),
    "contact": N_("Contacts"),
    "deal": N_("Deals"),
    "activity": N_("Activities"),
}
TYPES: Final = {
    "text": (N_("A line of text"), N_("such as a licence number or a model")),
    "long_text": (N_("A longer text"), N_("several lines, such as delivery instructions")),
    "choice": (N_("One of several answers"), N_("such as: small, medium, large")),
    "choices": (N_("Any of several answers"), N_("such as: cash, transfer, card")),
    "bool": (N_("Yes or no"), N_("such as: has a parking space")),
    "integer": (N_("A whole number"), N_("such as 120 beds")),
    "number": (N_("A number with decimals"), N_("such as 2.5 tonnes")),
    "amount": (N_("An amount of money"), N_("such as a yearly budget")),
    "date": (N_("A day"), N_("such as the end of a contract")),
    "phone": (N_("A phone number"), N_("with one tap to call")),
    "email": (N_("An e-mail address"), N_("with one tap to write")),
    "link": (N_("A website"), N_("such as a shop or a map")),
    "person": (N_("One of us"), N_("such as the engineer who helps")),
    "customer": (N_("Another customer"), N_("such as who recommended us")),
}


def type_options() -> list[tuple[str, str, str]]:
    """The types to choose from, each with an example."""
    return [(key, gettext(label), gettext(example)) for key, (label, example) in TYPES.items()]


def _kind() -> str:
    kind = request.values.get("kind") or KINDS[0]
    if kind not in KINDS:
        raise WerkzeugNotFound
    return kind


@bp.get(PLACE)
def index() -> str:
    """The fields of one kind of record."""
    need(current_actor(), "settings.manage")
    kind = _kind()
    with reading() as x:
        every = [each for each in own_fields.every(x) if each.kind == kind]
    return render.page(
        "settings/fields.html",
        kind=kind,
        kinds=[(gettext(word), f"{PLACE}?kind={key}", key == kind) for key, word in KIND_WORDS.items()],
        fields=[(each, _about(each)) for each in every if not each.archived],
        old=[each for each in every if each.archived],
        plugins=_of_plugins(kind),
    )


def _about(each: OwnField) -> str:
    """A field in a few words."""
    words = [gettext(TYPES[each.type][0])]
    words += [gettext("must be filled in")] if each.required else []
    words += [gettext("not always asked")] if each.visible_when is not None else []
    words += [gettext("not for everybody")] if each.readers or each.writers else []
    return " · ".join(words)


def _of_plugins(kind: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The plugins' fields of this kind: whose, and each with its type."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, each in catalog().fields_of(kind).items():
        plugin = key.partition(".")[0]
        if plugin != OWN:
            found.setdefault(plugin, []).append((say(each.label), gettext(TYPES[each.type][0])))
    return [(title_of(plugin), rows) for plugin, rows in found.items()]


# --- a new one ---


@bp.get(f"{PLACE}/new")
def new() -> str:
    """What it is called, and what kind of answer it takes; the rest comes on its own page."""
    need(current_actor(), "settings.manage")
    return _new_page(_kind(), {"type": "text", "label": request.args.get("label", "")})


def _new_page(kind: str, typed: Mapping[str, Any], **context: Any) -> str:
    return render.page(
        "settings/field_new.html",
        kind=kind,
        kind_word=gettext(KIND_WORDS[kind]),
        typed=typed,
        types=type_options(),
        next=_next(""),
        **context,
    )


def _next(own: str) -> str:
    """Where whoever came from elsewhere goes back to."""
    return safe_next(request.values.get("next"), own)


@bp.post(f"{PLACE}/new")
def create() -> Response | tuple[str, int]:
    """One more field."""
    need(current_actor(), "settings.manage")
    kind = _kind()
    typed = {name: request.form.get(name, "") for name in ("label", "type", "options", "help", "required")}
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            field_id = service.add_field(w, kind, typed["type"], typed)
    except AlreadyDone as done:
        return redirect(_next(f"{PLACE}/{done.result['field']}"), 303)
    except Refused as refused:
        return _new_page(kind, typed, errors=render.by_place(refused.problems)), 422
    render.flash(gettext("Added. Everybody is asked for it from now on."), undo=f"{PLACE}/{field_id}/archive")
    return redirect(_next(f"{PLACE}/{field_id}"), 303)


# --- changing one ---


@bp.get(f"{PLACE}/<int:field_id>")
def edit(field_id: int) -> str:
    """Everything about one field."""
    found = _found(field_id)
    shown = service.typed_of(found)
    return _edit_page(found, shown, shown)


def _edit_page(found: OwnField, values: Mapping[str, Any], seen: Mapping[str, Any], **context: Any) -> str:
    return render.page(
        "settings/field.html",
        field=found,
        kind_word=gettext(KIND_WORDS[found.kind]),
        type_word=gettext(TYPES[found.type][0]),
        chosen=found.type in CHOSEN,
        values=values,
        seen=field_forms.as_texts(seen),
        default=field_forms.default_widget(found, values["default"], context.pop("default_typed", None)),
        when=_when(found, values["visible_when"], context.pop("when_typed", None)),
        here=f"{PLACE}/{found.id}",
        languages=NAMES,
        roles=[(role.key, say(role.label)) for role in ROLES.values() if role.key != ALWAYS],
        **context,
    )


def _when(found: OwnField, data: Any, sent: Form | None) -> dict[str, Any]:
    """When it is asked, as rows."""
    known = field_forms.vocabulary(found)
    form = condition_forms.of_data(data, known) if sent is None else sent
    known = field_forms.with_people(found, known, [row.field for row in form.rows.rows])
    return condition_forms.shown(form, known)


@bp.post(f"{PLACE}/<int:field_id>")
def save(field_id: int) -> Response | tuple[str, int]:
    """Save what was changed; or only draw the rows of the condition anew."""
    found = _found(field_id)
    problems: list[Problem] = []
    now = service.typed_of(found)
    seen = field_forms.seen(now)
    when = condition_forms.read(request.form, field_forms.vocabulary(found), "visible_when", problems)
    typed = field_forms.typed(found, now, when.data(seen["visible_when"]), problems)
    changed = {name: value for name, value in typed.items() if value != seen.get(name, now[name])}
    kept = {"default_typed": request.form.getlist("default"), "when_typed": when}
    if asks_again(request.form):
        return _edit_page(found, typed, seen, **kept), 200
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            service.change_field(w, field_id, changed, seen)
    except AlreadyDone:
        return redirect(f"{PLACE}?kind={found.kind}", 303)
    except Refused as refused:
        return _edit_page(found, typed, seen, errors=render.by_place(refused.problems), **kept), 422
    except Stale as stale:
        fresh = service.typed_of(_found(field_id))
        said = somebody_was_faster(stale, field_forms.in_words(found, fresh))
        return _edit_page(found, {**fresh, **changed}, fresh, **said), 409
    render.flash(gettext("Saved."))
    return redirect(f"{PLACE}?kind={found.kind}", 303)


@bp.post(f"{PLACE}/<int:field_id>/<any(archive, restore, up, down):what>")
def press(field_id: int, what: str) -> Response:
    """Ask for it no longer, or again; earlier, or later."""
    found = _found(field_id)
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if what == "archive":
                service.archive_field(w, field_id)
            elif what == "restore":
                service.restore_field(w, field_id)
            else:
                service.move_field(w, field_id, -1 if what == "up" else 1)
            w.done("field", field_id)
    except AlreadyDone:
        return redirect(f"{PLACE}?kind={found.kind}", 303)
    if what == "archive":
        render.flash(gettext("Archived. What was written stays."), undo=f"{PLACE}/{field_id}/restore")
    elif what == "restore":
        render.flash(gettext("Restored."), undo=f"{PLACE}/{field_id}/archive")
    return redirect(f"{PLACE}?kind={found.kind}", 303)


def _found(field_id: int) -> OwnField:
    need(current_actor(), "settings.manage")
    with reading() as x:
        found = own_fields.get(x, field_id)
    if found is None:
        raise WerkzeugNotFound
    return found
