"""The list of deals across all processes, narrowed by anything, as rows or as a table. The board is in `board`."""

from typing import Any

from flask import Blueprint, request
from markupsafe import Markup

from salesapp.domain.list_facts import DEAL_STATES
from salesapp.domain.permissions import can
from salesapp.store import deal_lists, listed
from salesapp.store.engine import Executor, reading
from salesapp.web import lists, render
from salesapp.web.bulk_select import kept_select, selecting
from salesapp.web.deal_cards import ROW, Deals
from salesapp.web.i18n import gettext, say
from salesapp.web.lists import Shown
from salesapp.web.request import current_actor, current_now
from salesapp.web.scope import leads, scope_options

bp = Blueprint("deal_list", __name__)
COUNTED = 1001


@bp.get("/deals/list")
def index() -> str:
    """One page of the list."""
    actor, after = current_actor(), request.args.get("after")
    with reading() as x:
        shown = lists.ask(x, "deal")
        asked = shown.asked
        found = lists.page_of(x, shown, after)
        people = deal_lists.people(x, actor) if leads(actor) else []
        now = current_now()
        count = None if after else listed.count(x, actor, shown.query, now, fields=shown.fields, ceiling=COUNTED)
        rows = lists.table_of(x, shown, found.ids) if asked.columns else {"rows": _rows(x, shown, found.ids)}
    further = [("after", found.after), *kept_select().items()] if found.after else []
    return render.page(
        "lists/deals.html",
        **{"rows": (), "table_rows": ()} | rows,
        count=count,
        ceiling=COUNTED,
        more=asked.address(extra=further) if found.after else "",
        who=asked.quick.get("who", "team"),
        state=asked.quick.get("state", "all"),
        scopes=scope_options(actor, people),
        states=[("all", gettext("All")), *((key, say(label)) for key, label in DEAL_STATES.items())],
        **lists.head_of(shown),
        **selecting("deal", shown.query if asked.is_whole else None),
    )


def _rows(x: Executor, shown: Shown, ids: Any) -> Markup:
    """The rows as the board's list shows them; each says its process's stage."""
    actor, select = current_actor(), selecting("deal")["select"]["on"]
    deals = Deals(ROW, can(actor, "deal.move"), select, with_owner=shown.asked.quick.get("who") != "mine")
    return deals.shown(deal_lists.of_ids(x, actor, ids, current_now()))
