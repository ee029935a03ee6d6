"""The plus in the middle: customer, follow-up, deal, as a sheet or as a page."""

from flask import Blueprint

from salesapp.domain.permissions import can
from salesapp.web import render
from salesapp.web.request import current_actor

bp = Blueprint("add", __name__)


@bp.get("/add")
def index() -> str:
    """What can be added."""
    actor = current_actor()
    verbs = ("customer.add", "activity.add", "deal.add")
    return render.page_or_block("add.html", "sheet", may={verb: can(actor, verb) for verb in verbs})
