"""Decisions: what waits for me, what I asked for, one with its answer, and the part of a deal's page."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.decisions import DecisionView
from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.permissions import Actor
from salesapp.domain.views import DealView
from salesapp.services import decisions as service
from salesapp.services.work import Work, work
from salesapp.store import decision_lists, decisions
from salesapp.store.engine import Executor, reading
from salesapp.web import decision_words, render
from salesapp.web.i18n import gettext
from salesapp.web.request import current_actor, current_now, is_htmx, request_key

bp = Blueprint("decisions", __name__)
bp.record_once(lambda state: state.app.jinja_env.globals.update(decision_word=decision_words.event_word))


def for_deal(x: Executor, actor: Actor, deal: DealView) -> dict[str, Any]:
    """What a deal's page shows of decisions: the pending one, or the last no until the deal has moved on."""
    found = decisions.newest_of(x, deal.id)
    if found is None or not (found.pending or _still_stands(found, deal)):
        return {"decision": None}
    return {"decision": decision_words.shown(x, actor, [found])[0]}


def _still_stands(decision: DecisionView, deal: DealView) -> bool:
    refused = decision.state == "refused" and deal.state == "open"
    return refused and decision.decided_at is not None and decision.decided_at >= deal.stage_entered_at


@bp.get("/decisions")
def index() -> str:
    """What waits for this person, what they asked for, and what was lately decided."""
    actor, now = current_actor(), current_now()
    with reading() as x:
        parts = decision_lists.for_page(x, actor, now)
        found = iter(decision_words.shown(x, actor, [each for part in parts for each in part]))
    waiting, asked, decided = ([next(found) for _ in part] for part in parts)
    counts = {"decisions": len(waiting), "more": len(waiting)}
    return render.page("decisions/index.html", waiting=waiting, asked=asked, decided=decided, counts=counts)


@bp.get("/decisions/<int:decision_id>")
def show(decision_id: int) -> str:
    """One decision, with the field to say something to it; a sheet for htmx."""
    return _page(decision_id)


def _page(decision_id: int, **context: Any) -> str:
    actor = current_actor()
    with reading() as x:
        found = decisions.load(x, actor, decision_id, current_now())
        shown = decision_words.shown(x, actor, [found])[0]
    no = request.args.get("no") == "1" or request.form.get("yes") == "0"  # came to say no: that button leads
    return render.page_or_block("decisions/show.html", "sheet", decision=shown, no=no, **context)


@bp.post("/decisions/<int:decision_id>/decide")
def decide(decision_id: int) -> AnyResponse | tuple[str, int]:
    """Agree, or not."""
    yes, words = request.form.get("yes", ""), request.form.get("words", "")
    if yes not in ("0", "1"):
        abort(400)
    actor, now = current_actor(), current_now()
    try:
        with work(actor, now, request_key=request_key()) as w:
            found = decisions.load(w.session, actor, decision_id, now)
            service.decide(w, decision_id, yes == "1", words, request.form.get("seen", ""))
            _keep(w, found)
    except Refused as refused:
        return _page(decision_id, errors=render.by_place(refused.problems), words=words), 422
    except Stale as stale:
        return _page(decision_id, stale=_stale(stale), words=words), 409
    except AlreadyDone as done:  # the same button twice: the first one decided it
        return _back(done.result.get("deal"))
    said = gettext("%(name)s: agreed") if yes == "1" else gettext("%(name)s: not agreed")
    render.flash(said % {"name": found.customer_name or found.title})
    return _back(found.deal_id)


@bp.post("/decisions/<int:decision_id>/withdraw")
def withdraw(decision_id: int) -> AnyResponse | tuple[str, int]:
    """Take a request back."""
    actor, now = current_actor(), current_now()
    try:
        with work(actor, now, request_key=request_key()) as w:
            found = decisions.load(w.session, actor, decision_id, now)
            service.withdraw(w, decision_id)
            _keep(w, found)
    except Stale as stale:
        return _page(decision_id, stale=_stale(stale)), 409
    except AlreadyDone as done:
        return _back(done.result.get("deal"))
    render.flash(gettext("Taken back."))
    return _back(found.deal_id)


def _keep(w: Work, found: DecisionView) -> None:
    """Where a form that arrives twice leads."""
    if found.deal_id is not None:
        w.done("deal", found.deal_id)


def _stale(stale: Stale) -> str:
    who = {"name": stale.changed_by or gettext("Somebody")}
    if "snapshot" in stale.fields:
        return gettext("%(name)s changed the deal meanwhile. See how it is now, then decide.") % who
    return gettext("%(name)s was faster.") % who


def _back(deal_id: int | None) -> AnyResponse:
    """To where the button stood: the deal's page, the day, else the list."""
    here = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    ours = here.netloc == request.host and here.path in (f"/deals/{deal_id}", "/today")
    address = here.path if ours else "/decisions"
    return Response(status=204, headers={"HX-Redirect": address}) if is_htmx() else redirect(address, 303)
