"""What moves a deal: its key steps, the next stage, won, lost, and each of it taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.deal_values import PREFIX
from salesapp.domain.errors import AlreadyDone, Refused, Stale
from salesapp.domain.pack import Process
from salesapp.domain.permissions import can
from salesapp.domain.stages import LOST, WON, Requirement, gates_ahead, lost_fields, next_stages, requirements, words_of
from salesapp.domain.views import DealView
from salesapp.services import deal_moves as service
from salesapp.services.deal_sheet import Sent, Sheet, send
from salesapp.services.deal_steps import tick_step
from salesapp.services.lost_deals import needs_yes
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.web import board, deal_fields, deal_words, render
from salesapp.web.deals import about
from salesapp.web.i18n import gettext, say, today
from salesapp.web.request import (
    catalog,
    current_actor,
    current_company,
    current_now,
    int_arg,
    int_field,
    is_htmx,
    need,
    request_key,
)

bp = Blueprint("deal_moves", __name__)


@bp.post("/deals/<int:deal_id>/steps/<step>")
def tick(deal_id: int, step: str) -> AnyResponse | str:
    """Tick a key step, or take the tick back; htmx gets the checklist again."""
    actor, now = current_actor(), current_now()
    with work(actor, now, request_key=request_key()) as w:
        tick_step(w, deal_id, step, request.form.get("done") == "1")
        w.done("deal", deal_id)
    if not is_htmx():
        return redirect(f"/deals/{deal_id}#checklist", 303)
    with reading() as x:
        deal = deals.load(x, actor, deal_id, now)
        return render.block("deals/show.html", "checklist", deal=deal, **about(x, deal))


# --- the sheet ---


@dataclass(frozen=True, slots=True)
class Typed:
    """What a sheet that comes back shows again."""

    to: str
    ticked: Sequence[str]
    fields: Mapping[str, Sequence[str]]
    override: str
    reason: str
    note: str


@bp.get("/deals/<int:deal_id>/move")
def move_page(deal_id: int) -> str:
    """The sheet to move a deal: next stages, what is still to do, won, lost. A page of its own without script."""
    need(current_actor(), "deal.move")
    with reading() as x:
        deal = deals.load(x, current_actor(), deal_id, current_now())
    process = catalog().process(deal.process)
    ahead = next_stages(process, deal.stage) if process else ()
    to = request.args.get("to") or (ahead[0].key if ahead else WON)
    return _sheet(deal, Typed(to, [], {}, "", "", ""))


@bp.post("/deals/<int:deal_id>/move/look")
def look(deal_id: int) -> str:
    """The sheet again with another target chosen, which may ask for other things; nothing is changed."""
    need(current_actor(), "deal.move")
    return _sheet_again(deal_id)


@bp.post("/deals/<int:deal_id>/move")
def move(deal_id: int) -> AnyResponse | tuple[str, int]:
    """Tick what was ticked, save what was filled in, then move, win or lose, in one transaction."""
    actor, now, typed = current_actor(), current_now(), _typed()
    try:
        with work(actor, now, request_key=request_key()) as w:
            before = deals.load(w.session, actor, deal_id, now)
            people = deals.contacts_of(w.session, before.customer_id) if "contacts" in typed.fields else ()
            changed, problems = deal_fields.read(before, w.catalog.process(before.process), typed.fields, people)
            sheet = Sheet(
                to=typed.to,
                version=int_field("version") or 0,
                steps=typed.ticked,
                changed=changed,
                override=typed.override,
                reason=typed.reason,
                note=typed.note,
                problems=problems,
            )
            sent = send(w, deal_id, sheet)
    except Refused as refused:
        return _sheet_again(deal_id, errors=render.by_place(refused.problems), said=_said(refused)), 422
    except Stale as stale:
        who = stale.changed_by or gettext("Somebody")
        return _sheet_again(deal_id, stale=gettext("%(name)s changed this deal meanwhile.") % {"name": who}), 409
    except AlreadyDone:  # the same button twice: the first one moved it
        return _moved(deal_id)
    _tell(before, typed.to, sent)
    return _moved(deal_id)


def _typed() -> Typed:
    form = request.form
    names = [name for name in form if name in deal_fields.BUILT_IN or name.startswith(PREFIX)]
    return Typed(
        to=form.get("to", ""),
        ticked=form.getlist("step"),
        fields={name: form.getlist(name) for name in names},
        override=form.get("override", ""),
        reason=form.get("reason", ""),
        note=form.get("note", ""),
    )


def _said(refused: Refused) -> list[tuple[str, str]]:
    """Problems of plugins, with the plugin's name."""
    return [(each.said_by, say(each.message)) for each in refused.problems if each.said_by]


def _sheet_again(deal_id: int, **context: Any) -> str:
    with reading() as x:
        deal = deals.load(x, current_actor(), deal_id, current_now())
    return _sheet(deal, _typed(), **context)


def _sheet(deal: DealView, typed: Typed, **context: Any) -> str:
    process = catalog().process(deal.process)
    unmet = _unmet(deal, process, typed.to)
    asks = list(dict.fromkeys(fact for each in unmet for fact in each.asks))
    lost = _lost_names(deal, process)
    filled = [name for name in typed.fields if name not in lost] if typed.to != LOST else []  # a loss asks only its own
    names = list(dict.fromkeys([*asks, *filled]))  # what was filled in for another target stays
    lost = [name for name in lost if name not in names]
    with reading() as x:
        people = deals.contacts_of(x, deal.customer_id) if "contacts" in names else ()
        shared = about(x, deal)
    return render.page_or_block(
        "deals/move.html",
        "sheet",
        deal=deal,
        typed=typed,
        **_targets(deal, process),
        lost_needs_yes=needs_yes(process, current_company()),
        todo=[]
        if typed.to == LOST
        else _todo(process, deal, {fact.removeprefix("step.") for fact in asks if fact.startswith("step.")}),
        widgets=deal_fields.widgets(deal, process, names, typed.fields, people),
        lost_widgets=deal_fields.widgets(deal, process, lost, typed.fields),
        elsewhere=[fact for fact in asks if fact in deal_fields.ELSEWHERE or (fact == "contacts" and not people)],
        needed=[say(words_of(each, deal_vocabulary(process))) for each in unmet] if process else [],
        may_override=can(current_actor(), "gate.override"),
        **shared,
        **context,
    )


def _lost_names(deal: DealView, process: Process | None) -> list[str]:
    """What a loss asks for, as forms call it."""
    return [f"{PREFIX}{each.key}" for each in lost_fields(process, deal, today())]


def _unmet(deal: DealView, process: Process | None, to: str) -> list[Requirement]:
    """What the gates on the way to the chosen target still need."""
    if process is None or deal.state != "open":
        return []
    gates = gates_ahead(process, deal.stage, to)
    return [each for each in requirements(process, deal, gates, today()) if not each.holds]


def _targets(deal: DealView, process: Process | None) -> dict[str, Any]:
    """Where the deal can go: the next stage, won and lost at hand, every other stage one tap further."""
    ahead = next_stages(process, deal.stage)[:1] if process else ()
    stages = process.stages if process else ()
    reasons = process.lost_reasons if process else ()
    return {
        "targets": [
            *((stage.key, say(stage.label), say(stage.goal)) for stage in ahead),
            *([(WON, gettext("Won"), gettext("The customer said yes."))] if process else ()),
            (LOST, gettext("Lost"), gettext("It will not happen now.")),
        ],
        "others": [(stage.key, say(stage.label)) for stage in stages if stage not in ahead and stage.key != deal.stage],
        "reasons": [("", gettext("Choose …")), *((each.key, say(each.label)) for each in reasons)] if process else [],
    }


def _todo(process: Process | None, deal: DealView, needed: set[str]) -> list[tuple[str, str, str]]:
    """The key steps to tick on the way: those a gate needs first, then the others of this stage that are open."""
    if process is None:
        return []
    steps = [
        (step.key, say(step.label), gettext("Needed to go on") if step.key in needed else "")
        for stage in process.stages
        for step in stage.key_steps
        if step.key not in deal.done_steps and (stage.key == deal.stage or step.key in needed)
    ]
    return sorted(steps, key=lambda each: not each[2])


# --- afterwards ---


def _tell(before: DealView, to: str, sent: Sent) -> None:
    """Say what happened, and offer to take it back."""
    name = before.customer_name or before.title
    if sent.decision_id is not None:
        render.flash(gettext("%(name)s: asked for a yes. The deal stays open until somebody decides.") % {"name": name})
        return
    where = {WON: gettext("Won"), LOST: gettext("Lost")}.get(to) or deal_words.stage_label(before.process, to)
    undo = f"/deals/{before.id}/undo?" + urlencode({"to": before.stage, "version": sent.version})
    render.flash(gettext("%(name)s: %(stage)s") % {"name": name, "stage": where}, undo=undo)
    render.say_notes()


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
    """Take one's own last move back, or what was won or lost by mistake."""
    actor, now = current_actor(), current_now()
    to, version = request.args.get("to", ""), int_arg("version") or 0
    with work(actor, now, request_key=request_key()) as w:
        service.take_back(w, deal_id, to, version)
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
