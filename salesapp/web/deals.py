"""Deals: the board and list, a new deal, its page, and every change to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, Response, current_app, make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from salesapp.domain.errors import N_, AlreadyDone, Msg, NotAllowed, NotFound, Problem, Refused, Stale
from salesapp.domain.money import is_currency, minor_digits, parse_amount
from salesapp.domain.pack import Process
from salesapp.domain.permissions import Actor, can
from salesapp.domain.stages import checklist, next_stages
from salesapp.domain.views import DealView
from salesapp.plugging.hooks import Hooks
from salesapp.services import deals as service
from salesapp.services.deals import LOST, WON, NewDeal
from salesapp.services.work import work
from salesapp.store import activities, customers, deals, timeline
from salesapp.store.engine import Executor, reading
from salesapp.web import board, deal_words, render
from salesapp.web.choices import currencies, including
from salesapp.web.forms import changed_fields, seen_fields, stale_words
from salesapp.web.i18n import gettext, language, say
from salesapp.web.inputs import day_from, full_amount
from salesapp.web.request import (
    catalog,
    current_actor,
    current_company,
    current_now,
    int_arg,
    is_htmx,
    request_key,
)

bp = Blueprint("deals", __name__)
bp.record_once(lambda state: deal_words.register(state.app.jinja_env.globals))
SHOWN = 30

EDITED = {
    "title": N_("Name"),
    "amount": N_("Amount"),
    "currency": N_("Currency"),
    "expected_close": N_("Expected close"),
    "owner_id": N_("Owner"),
}
COLUMN_OF = {"amount": "amount_minor"}


def hooks() -> Hooks:
    """The contained calls of plugins; one for the application, as it counts failures."""
    known = current_app.extensions.get("salesapp_hooks")
    if known is None:
        raise_errors = bool(current_app.testing or current_app.debug)
        known = Hooks(current_app.extensions["salesapp_plugins"], raise_errors=raise_errors)
        current_app.extensions["salesapp_hooks"] = known
    return cast("Hooks", known)


# --- the board ---


@bp.get("/deals")
def index() -> str:
    """The board, or the list."""
    actor = current_actor()
    ask = board.asked(actor, request.args)
    with reading() as x:
        context = board.read_page(x, actor, ask)
    return render.page_or_block("deals/board.html", "board", **context)


# --- a new deal ---


@bp.get("/deals/new")
def new() -> str:
    """The form for a new deal, for a customer where one is named."""
    actor = current_actor()
    may(actor, "deal.add")
    typed = {"currency": current_company().currency, "process": next(iter(catalog().processes), "")}
    return _new_form(actor, int_arg("customer"), typed)


def may(actor: Actor, verb: str) -> None:
    """A form nobody may send is not shown either."""
    if not can(actor, verb):
        raise NotAllowed


def _new_form(actor: Actor, customer_id: int | None, typed: Mapping[str, str], **context: Any) -> str:
    customer = None
    with reading() as x:
        if customer_id is not None:
            customer = customers.load(x, actor, customer_id, current_now())
    if customer is not None and "title" not in typed:
        typed = {**typed, "title": customer.name or customer.company}
    return render.page(
        "deals/new.html",
        customer=customer,
        typed=typed,
        processes=[(key, say(process.label), _stages_text(process)) for key, process in catalog().processes.items()],
        currencies=including(currencies(language()), typed.get("currency", "")),
        **context,
    )


def _stages_text(process: Process) -> str:
    return " → ".join(say(stage.label) for stage in process.stages)


@bp.post("/deals/new")
def create() -> AnyResponse | tuple[str, int]:
    """Open a deal; every problem at once, with everything typed kept."""
    actor = current_actor()
    customer_id = _form_id("customer")
    typed = {name: request.form.get(name, "") for name in ("title", "process", "amount", "currency", "expected_close")}
    values, problems = _read(typed)
    new_deal = NewDeal(
        customer_id=customer_id,
        title=typed["title"],
        process=typed["process"],
        amount_minor=values.get("amount_minor"),
        currency=typed["currency"],
        expected_close=values.get("expected_close"),
    )
    try:
        with work(actor, current_now(), request_key=request_key()) as w:
            deal_id = service.open_deal(w, catalog(), new_deal)
            if problems:
                raise Refused([])
    except Refused as refused:
        problems += refused.problems
        return _new_form(actor, customer_id, typed, errors=render.by_place(problems)), 422
    render.flash(gettext("Deal opened."))
    return redirect(f"/deals/{deal_id}", 303)


def _form_id(name: str) -> int | None:
    raw = request.form.get(name, "")
    if not raw:
        return None
    if not raw.isascii() or not raw.isdigit() or len(raw) > 18:
        raise NotFound
    return int(raw)


def _read(typed: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
    """Amount and day as values, with what is wrong with them."""
    problems: list[Problem] = []
    values: dict[str, Any] = {}
    if typed.get("amount", "").strip():
        currency = typed.get("currency") or current_company().currency
        amount = parse_amount(typed["amount"], currency, language()) if is_currency(currency) else 0
        if isinstance(amount, Msg):
            problems.append(Problem("amount", amount))
        else:
            values["amount_minor"] = amount
    values["expected_close"] = day_from(typed.get("expected_close", ""), "expected_close", problems)
    return values, problems


# --- one deal ---


@dataclass(frozen=True, slots=True)
class PathStep:
    """One entry of the path: where the deal was, since when, how long, and who brought it there."""

    label: str
    at: Any
    stay: str
    who: str
    tone: str


@bp.get("/deals/<int:deal_id>")
def show(deal_id: int) -> str:
    """A deal's page."""
    return _page(deal_id)


def _page(deal_id: int, **context: Any) -> str:
    actor, now = current_actor(), current_now()
    with reading() as x:
        deal = deals.load(x, actor, deal_id, now)
        path = deals.path(x, deal_id)
        planned = activities.planned_for(x, customer_id=deal.customer_id, deal_id=deal_id)
        note = deals.lost_note(x, deal_id) if deal.state == "lost" else ""
        more = _timeline(x, actor, deal_id)
    return render.page(
        "deals/show.html",
        deal=deal,
        path=_path(deal, path),
        stages=_strip(deal, [row.stage for row in path]),
        planned=planned,
        lost_note=note,
        **_about(deal),
        **more,
        **context,
    )


def _timeline(x: Executor, actor: Actor, deal_id: int) -> dict[str, Any]:
    found = timeline.entries(x, actor, deal_id=deal_id, after=int_arg("after"), limit=SHOWN + 1, now=current_now())
    return {"entries": found[:SHOWN], "older": found[SHOWN - 1].id if len(found) > SHOWN else None}


def _about(deal: DealView) -> dict[str, Any]:
    """What a deal's page and its fragments share."""
    process = catalog().process(deal.process)
    stage = process.stage(deal.stage) if process else None
    days = max(0, (current_now() - deal.stage_entered_at).days)
    limit = stage.longest_stay_days if stage else None
    return {
        "process": process,
        "stage": stage,
        "checks": checklist(stage, deal.done_steps) if stage and deal.state == "open" else (),
        "other_checks": _other_checks(process, deal),
        "days": days,
        "limit": limit or 0,
        "stay": deal_words.stay_text(days, limit),
        "amount": full_amount(deal.amount_minor, deal.currency),
        "words": deal_words,
    }


def _other_checks(process: Process | None, deal: DealView) -> list[tuple[Any, Any, int]]:
    if process is None:
        return []
    here = deal.stage if deal.state == "open" else None
    others = [(stage, checklist(stage, deal.done_steps)) for stage in process.stages if stage.key != here]
    return [(stage, items, sum(item.done for item in items)) for stage, items in others if items]


def _path(deal: DealView, rows: Any) -> list[PathStep]:
    ends = {WON: gettext("Won"), LOST: gettext("Lost")}
    tones = {WON: "good", LOST: "bad"}
    stays = [row.secs_in_prev for row in rows[1:]]
    if deal.state == "open":
        stays.append((current_now() - deal.stage_entered_at).total_seconds())
    stays += [None] * (len(rows) - len(stays))
    return [
        PathStep(
            ends.get(row.stage) or deal_words.stage_label(deal.process, row.stage),
            row.at,
            "" if row.stage in ends or secs is None else deal_words.stay_duration(int(secs)),
            row.actor_name or "",
            tones.get(row.stage, ""),
        )
        for row, secs in zip(rows, stays, strict=True)
    ]


def _strip(deal: DealView, entered: list[str]) -> list[tuple[str, None, str, str]]:
    """The process's stages as the strip shows them: those really entered, where the deal is, those ahead."""
    process = catalog().process(deal.process)
    keys = [stage.key for stage in process.stages] if process else []
    if deal.stage not in keys:
        keys.append(deal.stage)
    state = dict.fromkeys(entered, "done")
    state[deal.stage] = "done" if deal.state == "won" else "current"
    return [(deal_words.stage_label(deal.process, key), None, "", state.get(key, "")) for key in keys]


# --- changing it ---


@bp.get("/deals/<int:deal_id>/edit")
def edit(deal_id: int) -> str:
    """The form with the deal's facts."""
    actor = current_actor()
    may(actor, "deal.edit")
    with reading() as x:
        deal = deals.load(x, actor, deal_id, current_now())
        people = deals.people(x, actor)
    shown = _shown(deal)
    return _edit_form(deal, shown, shown, people)


def _shown(deal: DealView) -> dict[str, str]:
    """The deal's facts as the form's fields show them."""
    amount = ""
    if deal.amount_minor is not None:
        whole = deal.amount_minor / 10 ** minor_digits(deal.currency)
        amount = f"{deal.amount_minor // 10 ** minor_digits(deal.currency)}" if whole.is_integer() else f"{whole:.2f}"
    return {
        "title": deal.title,
        "amount": amount,
        "currency": deal.currency,
        "expected_close": deal.expected_close.isoformat() if deal.expected_close else "",
        "owner_id": str(deal.owner_id or ""),
    }


def _edit_form(deal: DealView, typed: Mapping[str, str], seen: Mapping[str, str], people: Any, **context: Any) -> str:
    owners = [(str(row.id), row.name) for row in people]
    if typed["owner_id"] not in dict(owners):
        owners.insert(0, (typed["owner_id"], deal.owner_name or gettext("nobody")))
    return render.page(
        "deals/edit.html",
        deal=deal,
        typed=typed,
        seen=seen,
        owners=owners,
        currencies=including(currencies(language()), typed["currency"]),
        **context,
    )


@bp.post("/deals/<int:deal_id>/edit")
def save(deal_id: int) -> AnyResponse | tuple[str, int]:
    """Save what was changed; 409 only when somebody else changed the same field meanwhile."""
    actor, now = current_actor(), current_now()
    typed = {name: request.form.get(name, "") for name in EDITED}
    seen = {**dict.fromkeys(EDITED, ""), **seen_fields(list(EDITED))}
    changed = changed_fields(typed, seen)
    if "currency" in changed and typed["amount"]:
        changed["amount"] = typed["amount"]  # the same digits mean another amount in another currency
    new_values, problems = _read(typed)
    old_values, _ = _read(seen)
    try:
        with work(actor, now, request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            service.change_deal(w, deal_id, _values(changed, typed, new_values), _values(changed, seen, old_values))
            w.done("deal", deal_id)
    except Refused as refused:
        return _edit_again(deal_id, typed, seen, errors=render.by_place(refused.problems)), 422
    except Stale as stale:
        places = Stale(stale.changed_by, [_place(field) for field in stale.fields])
        return _edit_again(deal_id, typed, None, stale=stale_words(places, EDITED)), 409
    render.flash(gettext("Saved."))
    return redirect(f"/deals/{deal_id}", 303)


def _place(column: str) -> str:
    return next((place for place, name in COLUMN_OF.items() if name == column), column)


def _values(changed: Mapping[str, str], texts: Mapping[str, str], parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The changed fields as the service takes them."""
    found: dict[str, Any] = {}
    for name in changed:
        if name == "amount":
            found["amount_minor"] = parsed.get("amount_minor")
        elif name == "expected_close":
            found[name] = parsed.get(name)
        elif name == "owner_id":
            found[name] = int(texts[name]) if texts[name].isascii() and texts[name].isdigit() else None
        else:
            found[name] = " ".join(texts[name].split())
    return found


def _edit_again(deal_id: int, typed: Mapping[str, str], seen: Mapping[str, str] | None, **context: Any) -> str:
    actor = current_actor()
    with reading() as x:
        deal = deals.load(x, actor, deal_id, current_now())
        people = deals.people(x, actor)
    return _edit_form(deal, typed, seen if seen is not None else _shown(deal), people, **context)


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
    return render.block("deals/show.html", "checklist", deal=deal, **_about(deal))


# --- moving it ---


@bp.get("/deals/<int:deal_id>/move")
def move_page(deal_id: int) -> str:
    """The sheet to move a deal: next stages, what is still to do, won, lost. A page of its own without script."""
    actor = current_actor()
    may(actor, "deal.move")
    with reading() as x:
        deal = deals.load(x, actor, deal_id, current_now())
    return _sheet(deal)


def _sheet(deal: DealView, **context: Any) -> str:
    about = _about(deal)
    process = about["process"]
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
        todo=[(item.step.key, say(item.step.label)) for item in about["checks"] if not item.done],
        reasons=[("", gettext("Choose …")), *((each.key, say(each.label)) for each in process.lost_reasons)]
        if process
        else [],
        **about,
        **context,
    )


@bp.post("/deals/<int:deal_id>/move")
def move(deal_id: int) -> AnyResponse | tuple[str, int]:
    """Tick what was ticked, then move, win or lose, in one transaction."""
    actor, now = current_actor(), current_now()
    form = request.form
    to, version = form.get("to", ""), _form_id("version") or 0
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
        service.reopen_deal(w, deal_id, _form_id("version") or 0)
        w.done("deal", deal_id)
    render.flash(gettext("The deal is open again."))
    return redirect(f"/deals/{deal_id}", 303)
