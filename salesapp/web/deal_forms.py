"""The forms of a deal: a new one, and its facts changed."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, Msg, Problem, Refused, Stale, problem
from salesapp.domain.money import is_currency, parse_amount
from salesapp.domain.pack import Process
from salesapp.domain.permissions import Actor
from salesapp.domain.views import DealView
from salesapp.services import deals as service
from salesapp.services.deals import NewDeal
from salesapp.services.work import work
from salesapp.store import customers, deals
from salesapp.store.engine import reading
from salesapp.web import render
from salesapp.web.choices import currencies, including
from salesapp.web.forms import changed_fields, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, say, show_date
from salesapp.web.inputs import day_from, full_amount, plain_amount
from salesapp.web.picker import picker
from salesapp.web.request import (
    catalog,
    current_actor,
    current_company,
    current_now,
    int_arg,
    int_field,
    is_whole,
    need,
    request_key,
)

bp = Blueprint("deal_forms", __name__)
EDITED = ("title", "amount", "currency", "expected_close", "owner_id")
PLACES = {"amount_minor": "amount"}


# --- a new deal ---


@bp.get("/deals/new")
def new() -> str:
    """The form for a new deal, for a customer where one is named."""
    actor = current_actor()
    need(actor, "deal.add")
    typed = {"currency": current_company().currency, "process": next(iter(catalog().processes), "")}
    return _new_form(actor, int_arg("customer"), typed)


def _new_form(actor: Actor, customer_id: int | None, typed: Mapping[str, str], **context: Any) -> str:
    customer = None
    with reading() as x:
        if customer_id is not None:
            customer = customers.load(x, actor, customer_id, current_now())
        elif "errors" not in context:
            context |= picker(x, actor, "/deals/new", current_now())
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
def create() -> Response | tuple[str, int]:
    """Open a deal; every problem at once, with everything typed kept."""
    actor = current_actor()
    customer_id = int_field("customer")
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
    render.flash(gettext("Deal added."))
    return redirect(f"/deals/{deal_id}", 303)


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


# --- changing it ---


@bp.get("/deals/<int:deal_id>/edit")
def edit(deal_id: int) -> str:
    """The form with the deal's facts."""
    need(current_actor(), "deal.edit")
    deal, people = _opened(deal_id)
    shown = _shown(deal)
    return _edit_form(deal, people, shown, shown)


def _opened(deal_id: int) -> tuple[DealView, Any]:
    """The deal, and who else could own it."""
    actor = current_actor()
    with reading() as x:
        return deals.load(x, actor, deal_id, current_now()), deals.people(x, actor)


def _shown(deal: DealView) -> dict[str, str]:
    """The deal's facts as the form's fields show them."""
    return {
        "title": deal.title,
        "amount": plain_amount(deal.amount_minor, deal.currency),
        "currency": deal.currency,
        "expected_close": deal.expected_close.isoformat() if deal.expected_close else "",
        "owner_id": str(deal.owner_id or ""),
    }


def _edit_form(deal: DealView, people: Any, typed: Mapping[str, str], seen: Mapping[str, str], **context: Any) -> str:
    owners = [(str(row.id), row.name) for row in people]
    if typed["owner_id"] not in dict(owners):
        owners.insert(0, (typed["owner_id"], deal.owner_name or gettext("nobody")))
    offered = including(currencies(language()), typed["currency"])
    return render.page(
        "deals/edit.html", deal=deal, typed=typed, seen=seen, owners=owners, currencies=offered, **context
    )


@bp.post("/deals/<int:deal_id>/edit")
def save(deal_id: int) -> Response | tuple[str, int]:
    """Save what was changed; 409 only when somebody else changed the same field meanwhile."""
    seen = seen_fields(EDITED)
    typed = sent_fields(EDITED, seen)
    changed = changed_fields(typed, seen)
    if "currency" in changed and typed["amount"]:
        changed["amount"] = typed["amount"]  # the same digits mean another amount in another currency
    new_values, problems = _read(typed)
    old_values, _ = _read(seen)
    if typed["owner_id"] and not is_whole(typed["owner_id"]):
        problems.append(problem("owner_id", N_("Please choose one of the list.")))
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            service.change_deal(w, deal_id, _values(changed, typed, new_values), _values(changed, seen, old_values))
            w.done("deal", deal_id)
    except Refused as refused:
        return _edit_form(*_opened(deal_id), typed, seen, errors=render.by_place(refused.problems)), 422
    except Stale as stale:
        deal, people = _opened(deal_id)
        places = Stale(stale.changed_by, [PLACES.get(column, column) for column in stale.fields])
        fresh, said = _shown(deal), somebody_was_faster(places, _in_words(deal))
        return _edit_form(deal, people, kept(typed, seen, fresh), fresh, **said), 409
    render.flash(gettext("Saved."))
    return redirect(f"/deals/{deal_id}", 303)


def _in_words(deal: DealView) -> dict[str, str]:
    amount = full_amount(deal.amount_minor, deal.currency)
    owner = deal.owner_name or gettext("nobody")
    day = show_date(deal.expected_close)
    return _shown(deal) | {"amount": amount, "expected_close": day, "owner_id": owner}


def _values(changed: Mapping[str, str], texts: Mapping[str, str], parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The changed fields as the service takes them."""
    found: dict[str, Any] = {}
    for name in changed:
        text = texts.get(name, "")
        if name == "amount":
            found["amount_minor"] = parsed.get("amount_minor")
        elif name == "expected_close":
            found[name] = parsed.get(name)
        elif name == "owner_id":
            found[name] = int(text) if text and is_whole(text) else None
        else:
            found[name] = " ".join(text.split())
    return found
