"""The audit: what everybody did, everywhere, for those who run the house."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from markupsafe import Markup
from werkzeug.exceptions import NotFound as WerkzeugNotFound
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import N_, AlreadyDone, Problem
from salesapp.services import audit as service
from salesapp.services.work import work
from salesapp.store import audit
from salesapp.store.audit import Narrowed
from salesapp.store.engine import reading
from salesapp.store.timeline import Entry
from salesapp.web import event_words, render
from salesapp.web.i18n import gettext
from salesapp.web.inputs import cursor, day_from, read_cursor, start_of
from salesapp.web.request import current_actor, current_now, is_whole, need, request_key

bp = Blueprint("audit", __name__)
event_words.register(bp)
SHOWN: Final = 50
GROUPS: Final = {
    "customers": N_("Customers"),
    "deals": N_("Deals"),
    "activities": N_("Activities"),
    "people": N_("People and sign-ins"),
    "house": N_("Settings and the rest"),
}
RECORDS: Final = {
    "customer": N_("Customer"),
    "deal": N_("Deal"),
    "activity": N_("Activity"),
    "person": N_("Person"),
}
LINKS: Final = {"customer": "/customers/", "deal": "/deals/", "activity": "/activities/", "person": "/settings/people/"}
TYPED: Final = ("person", "group", "record", "id", "from", "to")


def typed_in(values: Any) -> dict[str, str]:
    """What an address or a form narrows to, as it was typed."""
    return {name: str(values.get(name, ""))[:40].strip() for name in TYPED}


def narrowed_by(typed: dict[str, str]) -> tuple[Narrowed, list[Problem]]:
    """What a form or an address narrows to; what cannot be is left out and said."""
    problems: list[Problem] = []
    first, last = (day_from(typed[name], name, problems) for name in ("from", "to"))
    record = None
    if typed["id"]:
        if typed["record"] not in audit.RECORDS or not is_whole(typed["id"]):
            raise WerkzeugNotFound
        record = (typed["record"], int(typed["id"]))
    if typed["person"] and not is_whole(typed["person"]):
        raise WerkzeugNotFound
    group = typed["group"] if typed["group"] in GROUPS else ""
    person = int(typed["person"]) if typed["person"] else None
    since, before = (start_of(first) if first else None), (start_of(last + timedelta(days=1)) if last else None)
    return Narrowed(person, group, record, since, before), problems


@bp.get("/audit")
def page() -> str | tuple[str, int]:
    """The newest, or what was asked for."""
    need(current_actor(), "audit.see")
    typed, after = typed_in(request.args), read_cursor(request.args.get("after", ""))
    narrowed, problems = narrowed_by(typed)
    with reading() as x:
        found = audit.page(x, narrowed, after, SHOWN + 1)
        names = audit.names(x, found)
        people = audit.people(x)
        check = service.last_check(x)
    entries, kept = found[:SHOWN], {name: value for name, value in typed.items() if value}
    last = entries[-1] if len(found) > SHOWN else None
    context: dict[str, Any] = {
        "entries": entries,
        "names": names,
        "more": {**kept, "after": cursor(last.noted_at, last.id)} if last else None,
        "typed": typed,
        "narrowed": narrowed.is_any,
        "people": [("", gettext("Everybody")), ("0", "SalesApp"), *((str(i), name) for i, name in people)],
        "groups": [("", gettext("All")), *((key, gettext(label)) for key, label in GROUPS.items())],
        "records": [(key, gettext(label)) for key, label in RECORDS.items()],
        "link_of": link_of,
        "called": dict(people),
        "check": check,
        "checked": _checked(check),
        "export_href": f"/audit/export?{urlencode(kept)}" if kept else "/audit/export",
        "errors": render.by_place(problems),
    }
    html = render.page("audit/index.html", **context)
    return (html, 422) if problems else html


def _checked(check: Any) -> str:
    """What the last check of the chain found, in words."""
    if check is None:
        return gettext("It was not checked yet.")
    if check.get("broken_at") is not None:
        why = str(check["why"])
        return gettext("Event %(id)s is not what was sealed: %(why)s") % {"id": check["broken_at"], "why": gettext(why)}
    text = gettext("%(sealed)s events are as they were sealed.")
    if check["state"] == "running":
        text = gettext("It is being checked: %(sealed)s events so far.")
    return text % {"sealed": check["sealed"]}


def link_of(entry: Entry) -> str:
    """Where the record of an event is; "" where there is no page for it."""
    if entry.customer_id is not None and entry.subject_kind not in ("deal", "activity"):
        return f"{LINKS['customer']}{entry.customer_id}"
    return f"{LINKS[entry.subject_kind]}{entry.subject_id}" if entry.subject_kind in LINKS and entry.subject_id else ""


@bp.post("/audit/check")
def check() -> AnyResponse:
    """Have the chain of events checked."""
    need(current_actor(), "audit.see")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.ask_for_check(w)
        render.flash(gettext("It is checked now. Come back in a moment."))
    except AlreadyDone:
        pass
    return redirect("/audit", 303)


def words_of(found: Sequence[Entry]) -> list[str]:
    """The sentences the page shows, as plain text."""
    if not found:
        return []
    said = render.block("audit/index.html", "words", entries=found)
    plain = (Markup(each).striptags() for each in said.split("\x1e")[:-1])  # noqa: S704 (to take what is marked up out)
    return list(plain)
