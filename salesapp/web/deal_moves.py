"""What moves a deal: its key steps, the next stage, won, lost, and each of it taken back."""

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import AlreadyDone, Msg, Refused, Stale
from salesapp.domain.stages import next_stages
from salesapp.domain.views import DealView
from salesapp.plugging.hooks import Hooks
from salesapp.services import deals as service
from salesapp.services.deals import LOST, WON
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.web import board, deal_words, render
from salesapp.web.deals import about
from salesapp.web.i18n import gettext, say
from salesapp.web.request import (
    catalog,
    current_actor,
    current_now,
    int_arg,
    int_field,
    is_htmx,
    need,
    request_key,
)

bp = Blueprint("deal_moves", __name__)


def hooks() -> Hooks:
    """The contained calls of plugins; one for the application, as it counts failures."""
    known = current_app.extensions.get("salesapp_hooks")
    if known is None:
        raise_errors = bool(current_app.testing or current_app.debug)
        known = Hooks(current_app.extensions["salesapp_plugins"], raise_errors=raise_errors)
        current_app.extensions["salesapp_hooks"] = known
    return cast("Hooks", known)


@bp.post("/deals/<int:deal_id>/steps/<step>")
def tick(deal_id: int, step: str) -> AnyResponse | str:
    """Tick a key step, or take the tick back; htmx gets the checklist again."""
    actor, now = current_actor(), current_now()
    with work(actor, now, request_key=request_key()) as w:
        service.tick_step(w, catalog(), deal_id, step, request.form.get("done") == "1")
        w.done("deal", deal_id)
    if not is_htmx():
        return redirect(f"/deals/{deal_id}#checklist", 303)
    with reading() as x:
        deal = deals.load(x, actor, deal_id, now)
    return render.block("deals/show.html", "checklist", deal=deal, **about(deal))


@bp.get("/deals/<int:deal_id>/move")
def move_page(deal_id: int) -> str:
    """The sheet to move a deal: next stages, what is still to do, won, lost. A page of its own without script."""
    actor = current_actor()
    need(actor, "deal.move")
    with reading() as x:
        deal = deals.load(x, actor, deal_id, current_now())
    return _sheet(deal)


def _sheet(deal: DealView, **context: Any) -> str:
    shared = about(deal)
    process = shared["process"]
    ahead = next_stages(process, deal.stage) if process else ()
    others = (
        [stage for stage in process.stages if stage not in ahead[:1] and stage.key != deal.stage] if process else []
    )
    context.setdefault("to", ahead[0].key if ahead else WON)
    context.setdefault("ticked", [])
    context.setdefault("reason", "")
    context.setdefault("note", "")
    return render.page_or_block(
        "deals/move.html",
        "sheet",
        deal=deal,
        targets=[
            *((stage.key, say(stage.label), say(stage.goal)) for stage in ahead[:1]),
            (WON, gettext("Won"), gettext("The customer said yes.")),
            (LOST, gettext("Lost"), gettext("It will not happen now.")),
        ],
        others=[(stage.key, say(stage.label)) for stage in others],
        todo=[(item.step.key, say(item.step.label)) for item in shared["checks"] if not item.done],
        reasons=[("", gettext("Choose …")), *((each.key, say(each.label)) for each in process.lost_reasons)]
        if process
        else [],
        **shared,
        **context,
    )


@bp.post("/deals/<int:deal_id>/move")
def move(deal_id: int) -> AnyResponse | tuple[str, int]:
    """Tick what was ticked, then move, win or lose, in one transaction."""
    actor, now = current_actor(), current_now()
    form = request.form
    to, version = form.get("to", ""), int_field("version") or 0
    notes: tuple[Msg, ...] = ()
    try:
        with work(actor, now, request_key=request_key()) as w:
            before = deals.load(w.session, actor, deal_id, now)
            for step in form.getlist("step"):
                service.tick_step(w, catalog(), deal_id, step, True)
            if to == WON:
                service.win_deal(w, deal_id, version)
            elif to == LOST:
                service.lose_deal(w, catalog(), deal_id, form.get("reason", ""), form.get("note", ""), version)
            else:
                notes = service.move_deal(w, hooks(), deal_id, to, version)
            w.done("deal", deal_id)
    except Refused as refused:
        return _sheet_again(deal_id, errors=render.by_place(refused.problems), said=_said(refused)), 422
    except Stale as stale:
        who = stale.changed_by or gettext("Somebody")
        return _sheet_again(deal_id, stale=gettext("%(name)s changed this deal meanwhile.") % {"name": who}), 409
    except AlreadyDone:  # the same button twice: the first one moved it
        return _moved(deal_id)
    _tell(before, to, version + 1, notes)
    return _moved(deal_id)


def _said(refused: Refused) -> list[tuple[str, str]]:
    """Problems of plugins, with the plugin's name."""
    return [(each.said_by, say(each.message)) for each in refused.problems if each.said_by]


def _sheet_again(deal_id: int, **context: Any) -> str:
    form = request.form
    with reading() as x:
        deal = deals.load(x, current_actor(), deal_id, current_now())
    kept = {"to": form.get("to", ""), "ticked": form.getlist("step")}
    return _sheet(deal, **kept, reason=form.get("reason", ""), note=form.get("note", ""), **context)


def _tell(before: DealView, to: str, version: int, notes: tuple[Msg, ...]) -> None:
    """Say what happened, and offer to take it back."""
    where = {WON: gettext("Won"), LOST: gettext("Lost")}.get(to) or deal_words.stage_label(before.process, to)
    name = before.customer_name or before.title
    undo = f"/deals/{before.id}/undo?" + urlencode({"to": before.stage, "version": version})
    render.flash(gettext("%(name)s: %(stage)s") % {"name": name, "stage": where}, undo=undo)
    for note in notes:
        render.flash(say(note), "warn")


def _moved(deal_id: int) -> AnyResponse:
    """Back to where the sheet was opened: the board again in place for htmx, else the page."""
    if not is_htmx():
        return redirect(f"/deals/{deal_id}", 303)
    here = urlsplit(request.headers.get("HX-Current-URL", ""))
    if here.path != "/deals":
        return Response(
            status=204, headers={"HX-Redirect": here.path if here.path == "/today" else f"/deals/{deal_id}"}
        )
    actor = current_actor()
    ask = board.asked(actor, MultiDict(parse_qsl(here.query)))
    with reading() as x:
        context = board.read_page(x, actor, ask)
    response = make_response(render.block("deals/board.html", "board", **context, with_toasts=True))
    response.headers.update({"HX-Retarget": "#board", "HX-Reswap": "outerHTML", "HX-Trigger": "closeSheet"})
    return response


@bp.post("/deals/<int:deal_id>/undo")
def undo(deal_id: int) -> AnyResponse:
    """Take a move back: a move the other way, or opening again what was won or lost by mistake."""
    actor, now = current_actor(), current_now()
    to, version = request.args.get("to", ""), int_arg("version") or 0
    with work(actor, now, request_key=request_key()) as w:
        service.take_back(w, hooks(), deal_id, to, version)
        w.done("deal", deal_id)
    render.flash(gettext("Taken back."))
    here = urlsplit(request.referrer or "")
    on_board = here.netloc == request.host and here.path == "/deals"
    return redirect(f"/deals?{here.query}" if on_board else f"/deals/{deal_id}", 303)


@bp.post("/deals/<int:deal_id>/reopen")
def reopen(deal_id: int) -> AnyResponse:
    """Take a closed deal up again where it last really was."""
    with work(current_actor(), current_now(), request_key=request_key()) as w:
        service.reopen_deal(w, deal_id, int_field("version") or 0)
        w.done("deal", deal_id)
    render.flash(gettext("The deal is open again."))
    return redirect(f"/deals/{deal_id}", 303)
