"""The search over everything: customers and deals, each in its group."""

from flask import Blueprint, request

from salesapp.domain.customer_labels import STATES
from salesapp.store import activities, customer_lists, deal_hits, search
from salesapp.store.customer_lists import Filters
from salesapp.store.engine import reading
from salesapp.web import deal_words, inputs, render
from salesapp.web.i18n import gettext, say
from salesapp.web.request import current_actor, current_now

bp = Blueprint("search", __name__)
FOUND = 20


@bp.get("/search")
def index() -> str:
    """What `q` means, among what this person may see."""
    actor, now, q = current_actor(), current_now(), request.args.get("q", "").strip()[:100]
    customers, deals = [], []
    nexts: dict[int, tuple[str, bool]] = {}
    if q:
        with reading() as x:
            hits = search.find(x, actor, q, now, limit=2 * FOUND)
            ids = [hit.subject_id for hit in hits if hit.kind == "customer"][:FOUND]
            customers = customer_lists.rows_of(x, actor, ids, Filters(), now)
            nexts = deal_words.nexts(activities.next_of_customers(x, ids))
            deals = deal_hits.rows_of(x, actor, [hit.subject_id for hit in hits if hit.kind == "deal"][:FOUND], now)
    return render.page(
        "search.html",
        q=q,
        customers=[row[:10] for row in customers],
        deals=[(row.id, row.title, row.customer_name or "", _where(row), _amount(row)) for row in deals],
        nexts=nexts,
        states={key: say(label) for key, label in STATES.items()},
    )


def _where(row: deal_hits.DealRow) -> str:
    closed = {"won": gettext("won"), "lost": gettext("lost")}
    return closed.get(row.state) or deal_words.stage_label(row.process, row.stage)


def _amount(row: deal_hits.DealRow) -> str:
    return inputs.short_amount(row.amount_minor, row.currency)
