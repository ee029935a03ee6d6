"""What does not fit into the phone's bar: the other places, the person's own, and the way out."""

from flask import Blueprint

from salesapp.store import decision_lists
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.choices import offered_languages
from salesapp.web.request import current_actor, current_company, current_now

bp = Blueprint("more", __name__)


@bp.get("/more")
def page() -> str:
    """The list of the other places."""
    with reading() as x:
        waiting = decision_lists.count_waiting(x, current_actor(), current_now())
    counts = {"decisions": waiting, "more": waiting}
    return render.page("more.html", languages=offered_languages(current_company()), decisions=waiting, counts=counts)
