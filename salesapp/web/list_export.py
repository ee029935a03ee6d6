"""Taking a list along as a file: which format, which columns; everything the list means, in its order, as permitted."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.domain.deal_facts import FACT_TYPES
from salesapp.domain.list_columns import USUAL, columns_of
from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import Kind
from salesapp.services.list_export import portions, tell_export
from salesapp.services.table_files import Column
from salesapp.services.work import work
from salesapp.store import contact_lists, list_cells, listed
from salesapp.store.dump import one_state
from salesapp.store.engine import Executor, reading
from salesapp.web import downloads, lists, render
from salesapp.web.i18n import gettext
from salesapp.web.list_columns import contact_facts, of_contacts, of_list
from salesapp.web.lists import Shown, kind_of
from salesapp.web.request import catalog, current_actor, current_now, need

bp = Blueprint("list_export", __name__)
NAMES: Final = {"customer": "customers", "deal": "deals", "activity": "activities", "contact": "contacts"}


@bp.get("/lists/<raw>/export")
def page(raw: str) -> str | tuple[str, int]:
    """How many rows, and as what: nothing is taken along yet."""
    kind = kind_of(raw)
    need(current_actor(), "export")
    with reading() as x:
        shown = lists.ask_again(x, kind, request.args)
        if not shown.asked.is_whole:
            return _not_exported(shown, gettext(lists.NOT_WHOLE))
        n = _count(x, shown)
    return _choose(shown, n)


def _count(x: Executor, shown: Shown) -> int:
    actor, now = current_actor(), current_now()
    return listed.count(x, actor, shown.query, now, fields=shown.fields, ceiling=10**9, hits_end=False)


def _choose(shown: Shown, n: int, errors: dict[str, list[str]] | None = None) -> str:
    kind, asked = shown.asked.kind, shown.asked
    return downloads.choose(
        f"/lists/{kind}/export",
        asked.address(),
        asked.args(),
        downloads.row_words(n),
        errors,
        whats=[("", _called(kind)), ("contact", gettext("Their contacts"))] if kind == "customer" else [],
        columns=[("", gettext("The columns of this list")), ("all", gettext("All columns you may read"))],
        typed={key: request.form.get(key, "") for key in ("of", "which")},
    )


def _called(kind: Kind) -> str:
    return {"customer": gettext("Customers"), "deal": gettext("Deals"), "activity": gettext("Activities")}[kind]


@bp.post("/lists/<raw>/export")
def export(raw: str) -> Response | tuple[str, int]:
    """Everything the list means at this moment, as a file. Who took how much is written down before it leaves."""
    kind, actor = kind_of(raw), current_actor()
    need(actor, "export")
    form, of = downloads.asked_format(), _of(kind)
    with one_state() as x:
        shown = lists.ask_again(x, kind, request.form)
        if not shown.asked.is_whole:
            return _not_exported(shown, gettext(lists.NOT_WHOLE))
        ids = _ids(x, shown, of)
    if said := downloads.why_not(form, len(ids)):
        return _choose(shown, len(ids), {"format": [said]}), 422
    columns, parts = _table(shown, of, ids)
    with work(actor, current_now()) as w:  # sent twice, it was taken along twice
        tell_export(w, of, len(ids), form, [column.key for column in columns], shown.query.to_data())
    return downloads.send(NAMES[of], form, columns, parts)


def _of(kind: Kind) -> str:
    found = request.form.get("of") or kind
    if found != kind and (kind, found) != ("customer", "contact"):
        raise WerkzeugNotFound
    return found


def _not_exported(shown: Shown, text: str) -> tuple[str, int]:
    return render.page_or_block(
        "lists/not_exported.html", "sheet", errors={"": [text]}, back=shown.asked.address()
    ), 422


# --- the rows ---


def _ids(x: Executor, shown: Shown, of: str) -> "array[int]":
    actor, now = current_actor(), current_now()
    every = contact_lists.every_id if of == "contact" else listed.every_id
    return every(x, actor, shown.query, now, fields=shown.fields)


def _table(shown: Shown, of: str, ids: "array[int]") -> tuple[list[Column], Iterator[Sequence[Any]]]:
    if of == "contact":
        fields = _contact_fields()
        return of_contacts(fields, contact_facts(fields)), _contacts(ids, fields)
    kind = shown.asked.kind
    keys = tuple(columns_of(kind, shown.fields)) if request.form.get("which") == "all" else shown.asked.columns
    keys = keys or USUAL[kind]
    return of_list(kind, keys, shown.fields, shown.known), _records(shown, ids, keys)


def _records(shown: Shown, ids: "array[int]", keys: Sequence[str]) -> Iterator[Sequence[Any]]:
    """Each portion in a short read of its own, of what this person still sees then."""
    kind, actor, now = shown.asked.kind, current_actor(), current_now()
    for some in portions(ids):
        with reading() as x:
            seen = listed.still_seen(x, actor, kind, some, now)
            found = list_cells.read(x, actor, kind, [one for one in some if one in seen], keys, shown.fields, now)
        yield found


def _contact_fields() -> Fields:
    role = current_actor().role
    every = catalog().shown_fields("contact")
    return {key: each for key, each in every.items() if each.is_read_by(role) and each.type in FACT_TYPES}


def _contacts(ids: "array[int]", fields: Fields) -> Iterator[Sequence[Any]]:
    actor, now = current_actor(), current_now()
    for some in portions(ids):
        with reading() as x:
            found = contact_lists.read(x, actor, some, fields, now)
        yield found
