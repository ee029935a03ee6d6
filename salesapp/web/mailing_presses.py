"""What is done to a message to a group with one press: sent, taken back, stopped, put away, tried again, noted."""

from collections.abc import Callable

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.services import mailing_by_hand, mailing_running
from salesapp.services import mailings as service
from salesapp.services.work import Work, work
from salesapp.web import render
from salesapp.web.i18n import gettext
from salesapp.web.mailings import changed_meanwhile, shown
from salesapp.web.request import current_actor, current_now, int_field, request_key

bp = Blueprint("mailing_presses", __name__)


def _press(mailing_id: int, do: Callable[[Work], object]) -> Response | tuple[str, int]:
    """Do one thing with it, and show it."""
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            do(w)
            w.done("mailing", mailing_id)
    except Refused as refused:
        return shown(mailing_id, errors=render.by_place(refused.problems)), 422
    except Stale:
        return changed_meanwhile(mailing_id)
    except AlreadyDone:
        pass
    return redirect(f"/mailings/{mailing_id}", 303)


@bp.post("/mailings/<int:mailing_id>/send")
def send(mailing_id: int) -> Response | tuple[str, int]:
    """Let it go."""
    version = int_field("version") or 0
    return _press(mailing_id, lambda w: service.send(w, mailing_id, version))


@bp.post("/mailings/<int:mailing_id>/take-back")
def take_back(mailing_id: int) -> Response | tuple[str, int]:
    """A draft again, before it begins."""
    return _press(mailing_id, lambda w: service.take_back(w, mailing_id))


@bp.post("/mailings/<int:mailing_id>/stop")
def stop(mailing_id: int) -> Response | tuple[str, int]:
    """Nothing more of it goes."""
    return _press(mailing_id, lambda w: service.stop(w, mailing_id))


@bp.post("/mailings/<int:mailing_id>/archive")
def archive(mailing_id: int) -> Response | tuple[str, int]:
    """Put it away."""
    answer = _press(mailing_id, lambda w: service.set_archived(w, mailing_id, True))
    if not isinstance(answer, Response):
        return answer
    render.flash(gettext("Put away."), undo=f"/mailings/{mailing_id}/restore")
    return redirect("/mailings", 303)


@bp.post("/mailings/<int:mailing_id>/restore")
def restore(mailing_id: int) -> Response | tuple[str, int]:
    """Bring it back."""
    return _press(mailing_id, lambda w: service.set_archived(w, mailing_id, False))


@bp.post("/mailings/<int:mailing_id>/runs/<int:run_id>/again")
def again(mailing_id: int, run_id: int) -> Response | tuple[str, int]:
    """Another try for those that failed."""
    return _press(mailing_id, lambda w: mailing_running.try_again(w, mailing_id, run_id))


@bp.post("/mailings/<int:mailing_id>/runs/<int:run_id>/sent")
def sent(mailing_id: int, run_id: int) -> Response | tuple[str, int]:
    """One message was sent by hand, on one's own phone."""
    customer_id = int_field("customer") or 0

    def note(w: Work) -> None:
        if not mailing_by_hand.sent_by_hand(w, mailing_id, run_id, customer_id):
            render.flash(gettext("This one was left out: it must not be written to any more."), "warn")

    return _press(mailing_id, note)
