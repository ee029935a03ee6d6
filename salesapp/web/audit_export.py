"""Taking the audit along: the sentences of the page and what they are made of, newest first."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound as WerkzeugNotFound

from salesapp.services import audit as service
from salesapp.services.list_export import CHUNK
from salesapp.services.table_files import Column
from salesapp.services.work import work
from salesapp.store import audit
from salesapp.store.audit import Narrowed
from salesapp.store.engine import reading
from salesapp.store.timeline import Entry
from salesapp.web import downloads
from salesapp.web.audit import narrowed_by, typed_in, words_of
from salesapp.web.request import current_actor, current_now, need

bp = Blueprint("audit_export", __name__)
COUNTED: Final = 10**9


@bp.get("/audit/export")
def page() -> str:
    """How much, and as what."""
    typed, narrowed = _asked(request.args)
    return _choose(typed, _count(narrowed))


def _asked(values: Any) -> tuple[dict[str, str], Narrowed]:
    for verb in ("audit.see", "export"):
        need(current_actor(), verb)
    typed = typed_in(values)
    narrowed, problems = narrowed_by(typed)
    if problems:
        raise WerkzeugNotFound
    return {name: value for name, value in typed.items() if value}, narrowed


def _count(narrowed: Narrowed) -> int:
    with reading() as x:
        return audit.count(x, narrowed, COUNTED)


def _choose(typed: dict[str, str], n: int, errors: dict[str, list[str]] | None = None) -> str:
    about, kept = downloads.row_words(n), [*typed.items()]
    return downloads.choose("/audit/export", downloads.address("/audit", kept), kept, about, errors)


@bp.post("/audit/export")
def export() -> Response | tuple[str, int]:
    """What was asked for, as a file. Who took it along is an event of its own, written down before it leaves."""
    typed, narrowed = _asked(request.form)
    form, n = downloads.asked_format(), _count(narrowed)
    if said := downloads.why_not(form, n):
        return _choose(typed, n, {"format": [said]}), 422
    with work(current_actor(), current_now()) as w:  # sent twice, it was saved twice
        service.note_export(w, typed | {"format": form, "n": n})
    return downloads.send("audit", form, _columns(), _parts(narrowed))


_Row = tuple[Entry, str]


def _parts(narrowed: Narrowed) -> Iterator[Sequence[_Row]]:
    """From the newest on: what happens meanwhile comes before it, and moves nothing."""
    after = None
    while True:
        with reading() as x:
            found = audit.page(x, narrowed, after, CHUNK)
        yield list(zip(found, words_of(found), strict=True))
        if len(found) < CHUNK:
            return
        after = (found[-1].noted_at, found[-1].id)


def _columns() -> list[Column]:
    return [
        _of("id", lambda e: e.id),
        _of("noted_at", lambda e: e.noted_at.isoformat()),
        _of("at", lambda e: e.at.isoformat()),
        _of("who", lambda e: e.actor_name or "SalesApp"),
        _of("kind", lambda e: e.kind),
        _of("subject", lambda e: e.subject_kind),
        _of("subject_id", lambda e: e.subject_id),
        _of("customer_id", lambda e: e.customer_id),
        _of("deal_id", lambda e: e.deal_id),
        Column("what", "what", lambda row: row[1], lambda row: row[1]),
    ]


def _of(key: str, read: Callable[[Entry], Any]) -> Column:
    return Column(key, key, lambda row: read(row[0]), lambda row: read(row[0]))
