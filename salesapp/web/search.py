"""The search over everything: customers, contacts, deals and activities, each in its group."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from salesapp.domain.errors import N_
from salesapp.services.search import note_opened
from salesapp.services.work import work
from salesapp.store import customer_lists, search, search_opened
from salesapp.store.customer_lists import Filters
from salesapp.store.engine import reading
from salesapp.web import render, search_words
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, int_field, quiet
from salesapp.web.search_words import Line

bp = Blueprint("search", __name__)

OF_ALL: Final = 6
OF_ONE: Final = 50
WHILE_TYPING: Final = 4
NEWEST: Final = 8
MAX_Q: Final = 100
KINDS: Final = {
    "customer": N_("Customers"),
    "contact": N_("Contacts"),
    "deal": N_("Deals"),
    "activity": N_("Activities"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `n` counts them, "6+" where there are more than shown, and `more` leads to those."""

    kind: str
    label: str
    lines: Sequence[Line]
    n: str
    more: str = ""


@bp.get("/search")
def index() -> str:
    """What `q` means, among what this person may see; what they chose last, before anything is typed."""
    q, kind = _q(), request.args.get("kind", "")
    kinds = [kind] if kind in KINDS else list(KINDS)
    groups = _groups(q, kinds, OF_ONE if kind in KINDS else OF_ALL) if q else []
    return render.page(
        "search.html",
        q=q,
        kind=kind if kind in KINDS else "",
        kinds=_kinds(q, kind) if q else [],
        groups=groups,
        last=[] if q else _last(),
    )


@bp.get("/search/hits")
@quiet
def hits() -> str:
    """The first hits of each kind, while somebody types."""
    q = _q()
    groups = _groups(q, list(KINDS), WHILE_TYPING) if q else []
    return render.page("search_hits.html", q=q, groups=groups, last=[] if q else _last())


@bp.post("/search/opened")
@quiet
def opened() -> Response:
    """A hit was chosen: it comes first the next time. The answer is the same whatever it was."""
    with work(current_actor(), current_now()) as w:
        note_opened(w, request.form.get("kind", ""), int_field("id") or 0)
    return Response(status=204)


def _q() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:MAX_Q]


def _kinds(q: str, chosen: str) -> list[tuple[str, str, bool]]:
    """Everything, or one kind alone."""
    every = (gettext("All"), "/search?" + urlencode({"q": q}), chosen not in KINDS)
    return [every, *((gettext(label), _address(q, kind), kind == chosen) for kind, label in KINDS.items())]


def _address(q: str, kind: str) -> str:
    return "/search?" + urlencode({"q": q, "kind": kind})


def _groups(q: str, kinds: Sequence[str], limit: int) -> list[Group]:
    """One more of each is asked for than is shown: so it is known whether there are more."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        found = search.groups(x, actor, q, now, kinds, limit + 1)
        ids = {kind: [hit.subject_id for hit in some] for kind, some in found.items()}
        shown = search_words.lines(x, actor, now, ids, q)
    return [_group(q, kind, some, limit, alone=len(kinds) == 1) for kind, some in shown.items() if some]


def _group(q: str, kind: str, lines: Sequence[Line], limit: int, *, alone: bool) -> Group:
    many = len(lines) > limit
    more = _address(q, kind) if many and not alone else ""
    return Group(kind, gettext(KINDS[kind]), lines[:limit], f"{limit}+" if many else str(len(lines)), more)


def _last() -> list[Line]:
    """What this person chose last; whoever has chosen nothing yet gets the newest customers."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        chosen = [(row.kind, row.subject_id) for row in search_opened.last(x, actor, now)]
        if not chosen:
            page = customer_lists.page(x, actor, Filters(), "touched", None, now, size=NEWEST)
            chosen = [("customer", row.id) for row in page.rows]
        ids = defaultdict(list)
        for kind, subject_id in chosen:
            ids[kind].append(subject_id)
        shown = search_words.lines(x, actor, now, ids)
    place = {pair: i for i, pair in enumerate(chosen)}
    every = [line for some in shown.values() for line in some]
    return sorted(every, key=lambda line: place[line.kind, line.id])
