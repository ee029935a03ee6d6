"""What does not fit into the phone's bar: the other places, the person's own, and the way out."""

from flask import Blueprint

from salesapp.web import render
from salesapp.web.i18n import NAMES

bp = Blueprint("more", __name__)


@bp.get("/more")
def page() -> str:
    """The list of the other places."""
    return render.page("more.html", languages=NAMES)
