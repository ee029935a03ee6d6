"""The list of customers: newest first or in another order, narrowed by anything, searched, as rows or as a table."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, request

from salesapp.domain.customer_labels import GRADES, STATES
from salesapp.domain.errors import N_
from salesapp.domain.permissions import can
from salesapp.store import customer_lists, listed, search
from salesapp.store.customer_lists import Filters, Page, Sort
from salesapp.store.engine import Executor, reading
from salesapp.web import customer_words as words
from salesapp.web import lists, render, sharing
from salesapp.web.bulk_select import kept_select, selecting
from salesapp.web.customer_rows import Customers
from salesapp.web.i18n import gettext
from salesapp.web.list_filters import Asked
from salesapp.web.lists import Shown
from salesapp.web.request import current_actor, current_now

bp = Blueprint("customer_list", __name__)
FOUND: Final = 50
Option = tuple[Any, str]
"""Of a filter: its value and label."""
_OWN_ORDERS: Final = (("touched", True), ("name", False))
"""Those the plain list has statements of its own for."""


@bp.get("/customers")
def index() -> str:
    """One page of the list, or what a search finds."""
    actor = current_actor()
    with reading() as x:
        shown = lists.ask(x, "customer")
        asked = shown.asked
        tags, owners = customer_lists.choices(x, actor)
        found = _found(x, shown)
        ids = [row.id for row in found.rows]
        table = lists.table_of(x, shown, ids) if asked.columns else {}
        badges = {} if asked.columns else sharing.badges(x, found.rows, [name for _, name in owners])
    options = _filter_options(tags, owners)
    select = selecting("customer", shown.query if _takes_all(shown, found.count) else None)["select"]
    rows = Customers(with_owner=bool(owners), selecting=select["on"])
    after = [("after", found.after), *kept_select().items()] if found.after else []
    return render.page(
        "customers/index.html",
        rows="" if asked.columns else rows.shown(found.rows, badges),
        n=len(ids),
        count=found.count,
        ceiling=_ceiling(asked),
        best=len(ids) if asked.text and not found.after and len(ids) < (found.count or 0) else 0,
        more=asked.address(extra=after) if found.after else "",
        q=asked.text,
        chosen=tuple(asked.quick.items()),
        archived=asked.archived,
        narrowed=bool(asked.quick) or asked.archived,
        offered=tuple(options.items()),
        chips=_chips(asked, options),
        **lists.head_of(shown),
        **table,
        select=select,
    )


def _found(x: Executor, shown: Shown) -> Page:
    asked, actor, now = shown.asked, current_actor(), current_now()
    own_order = (asked.sort, asked.descending) in _OWN_ORDERS
    if not asked.is_plain or not (own_order or asked.text):
        return _page(x, shown)
    filters = _filters(asked)
    if asked.text:
        hits = search.find(x, actor, asked.text, now, ("customer",), FOUND, archived=asked.archived)
        rows = customer_lists.rows_of(x, actor, [hit.subject_id for hit in hits], filters, now)
        return Page(rows, None, len(rows) if len(hits) < FOUND else _count(x, shown))
    sort: Sort = "name" if asked.sort == "name" else "touched"
    return customer_lists.page(x, actor, filters, sort, request.args.get("after"), now)


def _page(x: Executor, shown: Shown) -> Page:
    """One page of whatever else can be asked."""
    actor, now, after = current_actor(), current_now(), request.args.get("after")
    found = lists.page_of(x, shown, after)
    rows = customer_lists.rows_of(x, actor, found.ids, Filters(archived=shown.asked.archived), now)
    return Page(rows, found.after, None if after else _count(x, shown))


def _count(x: Executor, shown: Shown) -> int:
    return listed.count(
        x, current_actor(), shown.query, current_now(), fields=shown.fields, ceiling=_ceiling(shown.asked)
    )


def _ceiling(asked: Asked) -> int:
    """Where counting ends; of a search no more than this take part in anything."""
    return listed.FOUND if asked.text else customer_lists.COUNTED


def _takes_all(shown: Shown, count: int | None) -> bool:
    """Whether all that match can be changed at once: of a search that found too many nobody knows all."""
    return shown.asked.is_whole and not (shown.asked.text and (count or 0) >= listed.FOUND)


def _filters(asked: Asked) -> Filters:
    """The quick filters, as the plain list's statement takes them."""
    quick: dict[str, Any] = dict(asked.quick)
    for name in ("tag", "owner"):
        if name in quick:
            quick[name] = int(quick[name])
    return Filters(**quick, archived=asked.archived)


_QUICK_WORDS: Final = {
    "state": N_("State"),
    "grade": N_("Grade"),
    "source": N_("Source"),
    "tag": N_("Tag"),
    "owner": N_("Owner"),
}


def _chips(asked: Asked, options: Mapping[str, tuple[Option, ...]]) -> list[tuple[str, str]]:
    """What the quick filters ask, each with the address without it."""
    found = []
    for key, value in asked.quick.items():
        words = {str(each): text for each, text in options[key]}
        text = gettext("%(label)s: %(what)s") % {"label": gettext(_QUICK_WORDS[key]), "what": words.get(value, value)}
        found.append((text, _without(asked, quick={name: one for name, one in asked.quick.items() if name != key})))
    return found + ([(gettext("Archived customers"), _without(asked, archived=False))] if asked.archived else [])


def _without(asked: Asked, **other: Any) -> str:
    return asked.address(extra=kept_select().items(), **other)


def _filter_options(tags: Sequence[Option], owners: Sequence[Option]) -> dict[str, tuple[Option, ...]]:
    everything = gettext("All")
    nobody = [(customer_lists.UNASSIGNED, gettext("Nobody yet"))] if can(current_actor(), "customer.unassigned") else []
    return {
        "state": (("", everything), *words.options(STATES)),
        "grade": (("", everything), *words.options(GRADES)),
        "source": (("", everything), *words.source_options()[1:]),
        "tag": (("", everything), *tags) if tags else (),
        "owner": (("", everything), *owners, *nobody) if owners else (),
    }
