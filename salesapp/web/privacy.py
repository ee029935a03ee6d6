"""Personal data of one customer: consents, everything as a file, and erasing it for good."""

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, send_file
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.consent import HOWS, PURPOSES
from salesapp.domain.errors import N_, AlreadyDone, Problem, Refused
from salesapp.services import privacy as service
from salesapp.services.work import work
from salesapp.store import consents, customer_files, erase, merges
from salesapp.store.engine import reading
from salesapp.web import customer_words as words
from salesapp.web import render
from salesapp.web.i18n import gettext, say, today
from salesapp.web.inputs import day_from
from salesapp.web.request import current_actor, current_now, request_key

bp = Blueprint("privacy", __name__)
COUNTED: Final = {
    "contacts": N_("Contacts"),
    "points": N_("Numbers and addresses"),
    "dates": N_("Important dates"),
    "tags": N_("Tags"),
    "deals": N_("Deals: title, notes, fields"),
    "activities": N_("Activities: notes, answers"),
    "files": N_("Files"),
    "events": N_("Entries of the timeline: names and texts"),
}


@bp.get("/customers/<int:customer_id>/privacy")
def page(customer_id: int) -> str:
    """What they agreed to, and what can be done with their data."""
    return _page(customer_id, {})


def _page(customer_id: int, typed: Any, **context: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, service.VERB)
        found = consents.of_customer(x, merges.parts_of(x, customer_id))
        erased_at = erase.erased_at(x, customer_id)
    return render.page(
        "privacy/index.html",
        customer=view,
        name=words.name_of(view),
        typed=typed,
        purposes=words.options(PURPOSES),
        hows=words.options(HOWS),
        consents=[(row, _word(PURPOSES, row.purpose), _word(HOWS, row.how)) for row in found],
        today=today().isoformat(),
        erased_at=erased_at,
        **context,
    )


def _word(labels: Any, key: str) -> str:
    return say(labels[key]) if key in labels else key


@bp.post("/customers/<int:customer_id>/consents")
def note(customer_id: int) -> AnyResponse | tuple[str, int]:
    """They agreed to something."""
    problems: list[Problem] = []
    given_on = day_from(request.form.get("given_on", ""), "given_on", problems)
    purpose, how = request.form.get("purpose", ""), request.form.get("how", "")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.note_consent(w, customer_id, purpose, how, given_on, request.form.get("note", "").strip())
    except AlreadyDone:
        return _back(customer_id)
    except Refused as refused:
        errors = render.by_place(
            [*problems, *(each for each in refused.problems if not problems or each.place != "given_on")]
        )
        return _page(customer_id, request.form, errors=errors), 422
    render.flash(gettext("The consent is noted."))
    return _back(customer_id)


def _back(customer_id: int) -> AnyResponse:
    return redirect(f"/customers/{customer_id}/privacy", 303)


@bp.post("/consents/<int:consent_id>/withdraw")
def withdraw(consent_id: int) -> AnyResponse:
    """They do not agree any more."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            customer_id = service.withdraw_consent(w, consent_id)
    except AlreadyDone as done:
        return _back(done.result["customer"])
    render.flash(gettext("It is noted that they withdrew it."))
    return _back(customer_id)


@bp.post("/customers/<int:customer_id>/privacy/export")
def export(customer_id: int) -> Response:
    """Everything about them as one file."""
    with work(current_actor(), current_now()) as w:  # asked for twice, it was taken along twice
        service.note_export(w, customer_id)
    with reading() as x:
        found = service.export(x, customer_id, current_now())
    name = f"customer-{customer_id}.zip"
    return send_file(found, mimetype="application/zip", as_attachment=True, download_name=name)


@bp.get("/customers/<int:customer_id>/erase")
def ask(customer_id: int) -> str:
    """What would be gone, in numbers."""
    return _ask(customer_id)


def _ask(customer_id: int, **context: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        view = customer_files.open_for(x, actor, customer_id, now, service.VERB)
        called = service.called(x, actor, customer_id, now)
        found = service.preview(x, customer_id)
        erased = service.is_erased(x, customer_id)
    return render.page(
        "privacy/erase.html",
        customer=view,
        called=called,
        numbers=[(gettext(COUNTED[name]), n) for name, n in found.counts.items()],
        foreign=list(found.foreign.items()),
        erased=erased,
        **context,
    )


@bp.post("/customers/<int:customer_id>/erase")
def erase_it(customer_id: int) -> AnyResponse | tuple[str, int]:
    """Erase it. There is no way back."""
    typed = request.form.get("name", "")[:300]
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            keys = service.erase_customer(w, customer_id, typed)
    except AlreadyDone:
        return _back(customer_id)
    except Refused as refused:
        return _ask(customer_id, errors=render.by_place(refused.problems), typed=typed), 422
    service.remove_files(keys)
    render.flash(gettext("What was personal is erased."))
    return _back(customer_id)
