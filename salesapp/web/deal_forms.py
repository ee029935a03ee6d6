"""The forms of a deal: a new one, its facts changed, its customer chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from salesapp.domain.errors import N_, Msg, Problem, Refused, Stale, problem
from salesapp.domain.fields import IGNORED_PREFIX
from salesapp.domain.money import Money, is_currency, parse_amount
from salesapp.domain.pack import Process
from salesapp.domain.permissions import Actor
from salesapp.domain.record_values import is_field_key
from salesapp.domain.views import DealView
from salesapp.services import deals as service
from salesapp.services.deals import NewDeal
from salesapp.services.work import work
from salesapp.store import customers, deal_lists, deals
from salesapp.store.engine import reading
from salesapp.web import deal_fields, deal_words, plugin_words, record_fields, render
from salesapp.web.choices import including, offered_currencies
from salesapp.web.field_inputs import in_words
from salesapp.web.forms import changed_fields, joined, kept, seen_fields, sent_fields, somebody_was_faster
from salesapp.web.i18n import gettext, language, say, show_date
from salesapp.web.inputs import day_from, full_amount, plain_amount
from salesapp.web.picker import picker
from salesapp.web.record_fields import Answer, FieldGroup
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
NEW = ("title", "process", "amount", "currency", "expected_close")
EDITED = ("title", "amount", "currency", "expected_close", "owner_id")
PLACES = {"amount_minor": "amount", "contact_ids": "contacts"}


# --- a new deal ---


@bp.get("/deals/new")
def new() -> str:
    """The form for a new deal, for a customer where one is named."""
    actor = current_actor()
    need(actor, "deal.add")
    typed = {"currency": current_company().currency, "process": next(iter(catalog().processes), "")}
    return _new_form(actor, int_arg("customer"), typed, record_fields.defaults("deal"))


def _new_form(
    actor: Actor, customer_id: int | None, typed: Mapping[str, str], known: Mapping[str, Any], **context: Any
) -> str:
    customer = None
    groups = record_fields.groups("deal", _record(typed), known, typed, typed.get("currency", ""))
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
        currencies=including(offered_currencies(current_company(), language()), typed.get("currency", "")),
        groups=groups,
        **context,
    )


def _record(typed: Mapping[str, str]) -> dict[str, Any]:
    """What conditions of fields ask of a deal, as the form has it now."""
    values, _ = _read(typed)
    minor, currency = values.get("amount_minor"), typed.get("currency", "")
    amount = Money(minor, currency) if minor is not None and is_currency(currency) else None
    plain = {name: typed.get(name) or None for name in ("title", "process")}
    return plain | {"amount": amount, "expected_close": values.get("expected_close")}


def _new_fields(typed: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any], list[Problem]]:
    """What was typed into the fields every deal has, as values, and what is wrong with it."""
    fields = record_fields.asked("deal", _record(typed), {})
    texts = record_fields.typed(fields, {})
    return texts, *record_fields.parsed(fields, texts, {}, typed.get("currency", ""))


def _stages_text(process: Process) -> str:
    return " → ".join(say(stage.label) for stage in process.stages)


@bp.post("/deals/new")
def create() -> Response | tuple[str, int]:
    """Open a deal; every problem at once, with everything typed kept."""
    actor = current_actor()
    customer_id = int_field("customer")
    typed = {name: request.form.get(name, "") for name in NEW}
    values, problems = _read(typed)
    texts, own, wrong = _new_fields(typed)
    typed |= texts
    problems += wrong
    new_deal = NewDeal(
        customer_id=customer_id,
        title=typed["title"],
        process=typed["process"],
        amount_minor=values.get("amount_minor"),
        currency=typed["currency"],
        expected_close=values.get("expected_close"),
        fields=own,
    )
    try:
        with work(actor, current_now(), request_key=request_key()) as w:
            deal_id = service.open_deal(w, new_deal)
            if problems:
                raise Refused([])
    except Refused as refused:
        problems += refused.problems
        return _new_form(actor, customer_id, typed, {}, errors=render.by_place(problems)), 422
    render.flash(gettext("Deal added."))
    return redirect(f"/deals/{deal_id}", 303)


@bp.post("/deals/new/customer")
def new_with_customer() -> str:
    """The same form for the customer just chosen, with all that was typed; nothing is saved yet."""
    need(current_actor(), "deal.add")
    typed = {name: request.form.get(name, "") for name in NEW}
    if not typed["title"].strip():
        del typed["title"]  # then the deal is called like its customer
    return _new_form(current_actor(), int_field("customer"), typed | _new_fields(typed)[0], {})


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
    deal, people, contacts = _opened(deal_id)
    known = record_fields.values("deal", deal_id, deal.custom)
    shown = _shown(deal, _own_names(deal, contacts))
    fields = record_fields.asked("deal", _record_of(deal), known)
    shown |= record_fields.texts(fields, known)
    return _edit_form(deal, people, contacts, shown, shown, known)


def _record_of(deal: DealView) -> dict[str, Any]:
    """What conditions of fields ask of the deal as it is."""
    return _record(_shown(deal, ()) | {"process": deal.process})


def _opened(deal_id: int) -> tuple[DealView, Any, Any]:
    """The deal, who else could own it, and whom of its customer it could be about."""
    actor = current_actor()
    with reading() as x:
        deal = deals.load(x, actor, deal_id, current_now())
        return deal, deal_lists.people(x, actor), deals.contacts_of(x, deal.customer_id)


def _own_names(deal: DealView, contacts: Any) -> list[str]:
    """What this deal's form asks beside what every deal's does: contacts, where there are any; the process's fields."""
    return [*(["contacts"] if contacts else []), *deal_fields.visible_fields(deal, catalog().process(deal.process))]


def _own_sent(deal: DealView, contacts: Any) -> list[str]:
    """The same for a form that is sent: with what it asked when it was opened and would no longer, as somebody else
    changed what that hangs on. What was typed there must not be lost."""
    own = _own_names(deal, contacts)
    known = ("contacts", *deal_fields.fields_by_name(catalog().process(deal.process)))
    return own + [name for name in known if name not in own and f"{IGNORED_PREFIX}{name}" in request.form]


def _shown(deal: DealView, own: Sequence[str]) -> dict[str, str]:
    """The deal's facts as the form's fields show them; several answers joined by a comma."""
    shown = {
        "title": deal.title,
        "amount": plain_amount(deal.amount_minor, deal.currency),
        "currency": deal.currency,
        "expected_close": deal.expected_close.isoformat() if deal.expected_close else "",
        "owner_id": str(deal.owner_id or ""),
    }
    return shown | {name: ",".join(sorted(deal_fields.texts_of(deal, name))) for name in own}


def _edit_form(
    deal: DealView,
    people: Any,
    contacts: Any,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    known: Mapping[str, Any],
    **context: Any,
) -> str:
    owners = [(str(row.id), row.name) for row in people]
    if typed["owner_id"] not in dict(owners):
        owners.insert(0, (typed["owner_id"], deal.owner_name or gettext("nobody")))
    process = catalog().process(deal.process)
    own = [name for name in typed if name not in EDITED and not is_field_key(name)]
    record = _record({**typed, "process": deal.process})
    return render.page(
        "deals/edit.html",
        deal=deal,
        typed=typed,
        seen=seen,
        owners=owners,
        currencies=including(offered_currencies(current_company(), language()), typed["currency"]),
        widgets=deal_fields.widgets(
            deal,
            process,
            own,
            _texts(process, {name: typed[name] for name in own}),
            contacts,
            currency=typed["currency"],
        ),
        pack=deal_words.pack_label(deal.process),
        resting=_resting(deal) if process is None else [],
        groups=record_fields.groups("deal", record, known, typed, typed["currency"]),
        **context,
    )


def _resting(deal: DealView) -> list[FieldGroup]:
    """What was answered in a process that is not in use: to read, with the reason why it stays as it is."""
    facts = deal_fields.facts_shown(deal, catalog().shown_process(deal.process))
    answers = [Answer(label, text) for label, text in facts]
    note = plugin_words.process_note(deal.process)
    return [FieldGroup(deal_words.pack_label(deal.process), (), answers, note)]


@bp.post("/deals/<int:deal_id>/edit")
def save(deal_id: int) -> Response | tuple[str, int]:
    """Save what was changed; 409 only when somebody else changed the same field meanwhile."""
    need(current_actor(), "deal.edit")
    deal, people, contacts = _opened(deal_id)
    process = catalog().process(deal.process)
    own = _own_sent(deal, contacts)
    fields = record_fields.sent("deal")
    known = record_fields.values("deal", deal_id, deal.custom)
    seen = seen_fields([*EDITED, *own, *fields])
    typed = _typed(process, own, seen) | record_fields.typed(fields, seen)
    changed = changed_fields(typed, seen)
    every_new, wrong = record_fields.parsed(
        {key: fields[key] for key in fields if key in changed}, typed, known, typed["currency"]
    )
    every_old, _ = record_fields.parsed(fields, seen, known, seen.get("currency", ""))
    if "currency" in changed and typed["amount"]:
        changed["amount"] = typed["amount"]  # the same digits mean another amount in another currency
    new_values, problems = _read(typed)
    old_values, _ = _read(seen)
    new_own, own_problems = _read_own(deal, process, _own(process, changed, typed), contacts, typed)
    old_own, _ = _read_own(deal, process, _own(process, changed, seen), contacts, seen)
    problems += own_problems + wrong
    if typed["owner_id"] and not is_whole(typed["owner_id"]):
        problems.append(problem("owner_id", N_("Please choose one of the list.")))
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            if problems:
                raise Refused(problems)
            wanted = _values(changed, typed, new_values) | new_own | every_new
            before = _values(changed, seen, old_values) | old_own | every_old
            service.change_deal(w, deal_id, wanted, before, asks=True)
            w.done("deal", deal_id)
    except Refused as refused:
        errors = render.by_place(refused.problems)
        return _edit_form(deal, people, contacts, typed, seen, known, errors=errors), 422
    except Stale as stale:
        deal, people, contacts = _opened(deal_id)
        places = Stale(stale.changed_by, [PLACES.get(column, column) for column in stale.fields])
        known = record_fields.values("deal", deal_id, deal.custom)
        fresh = _shown(deal, own) | record_fields.texts(fields, known)
        words = _in_words(deal, process, own, contacts) | record_fields.in_words_of("deal", known)
        said = somebody_was_faster(places, words)
        return _edit_form(deal, people, contacts, kept(typed, seen, fresh), fresh, known, **said), 409
    render.flash(gettext("Saved."))
    return redirect(f"/deals/{deal_id}", 303)


def _several(process: Process | None, name: str) -> bool:
    """Whether a field takes more than one answer."""
    field = deal_fields.fields_by_name(process).get(name)
    return name == "contacts" or (field is not None and field.type == "choices")


def _typed(process: Process | None, own: Sequence[str], seen: Mapping[str, str]) -> dict[str, str]:
    """What was typed; boxes that are not ticked are not sent, so where they were shown none of them is."""
    typed = sent_fields([*EDITED, *own], seen)
    several = {name: joined(name) for name in own if _several(process, name) and name in seen}
    return typed | {name: ",".join(sorted(text.split(","))) for name, text in several.items()}


def _texts(process: Process | None, typed: Mapping[str, str]) -> dict[str, list[str]]:
    """A form's joined answers as single ones."""
    return {
        name: [each for each in text.split(",") if each] if _several(process, name) else [text]
        for name, text in typed.items()
    }


def _own(process: Process | None, changed: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, list[str]]:
    """The changed ones of the process's fields and the contacts."""
    names = [name for name in changed if name not in EDITED and not is_field_key(name)]
    return _texts(process, {name: texts.get(name, "") for name in names})


def _read_own(
    deal: DealView, process: Process | None, sent: Mapping[str, list[str]], contacts: Any, form: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    chosen = form.get("currency", "")
    return deal_fields.read(deal, process, sent, contacts, currency=chosen if is_currency(chosen) else "")


def _in_words(deal: DealView, process: Process | None, own: Sequence[str], contacts: Any) -> dict[str, str]:
    known = deal_fields.fields_by_name(process)
    words = {
        "amount": full_amount(deal.amount_minor, deal.currency),
        "expected_close": show_date(deal.expected_close),
        "owner_id": deal.owner_name or gettext("nobody"),
        "contacts": gettext(", ").join(row.name for row in contacts if row.id in deal.contact_ids),
    }
    answers = {name: in_words(known[name], service.fact(deal, name)) for name in own if name in known}
    return _shown(deal, own) | words | answers


def _values(changed: Mapping[str, str], texts: Mapping[str, str], parsed: Mapping[str, Any]) -> dict[str, Any]:
    """The changed facts every deal has, as the service takes them."""
    found: dict[str, Any] = {}
    for name in EDITED:
        text = texts.get(name, "")
        if name not in changed:
            continue
        if name == "amount":
            found["amount_minor"] = parsed.get("amount_minor")
        elif name == "expected_close":
            found[name] = parsed.get(name)
        elif name == "owner_id":
            found[name] = int(text) if text and is_whole(text) else None
        else:
            found[name] = " ".join(text.split())
    return found


# --- the customer of a deal that has none ---


@bp.get("/deals/<int:deal_id>/customer")
def choose_customer(deal_id: int) -> str:
    """Find the customer this deal is with."""
    need(current_actor(), "deal.edit")
    return _customer_page(deal_id)


def _customer_page(deal_id: int, **context: Any) -> str:
    actor, now, chosen = current_actor(), current_now(), int_arg("customer")
    with reading() as x:
        deal = deals.load(x, actor, deal_id, now)
        customer = customers.load(x, actor, chosen, now) if chosen is not None else None
        context |= picker(x, actor, f"/deals/{deal_id}/customer", now)
    return render.page("deals/customer.html", deal=deal, customer=customer, **context)


@bp.post("/deals/<int:deal_id>/customer")
def set_customer(deal_id: int) -> Response | tuple[str, int]:
    """The deal is with this customer from now on."""
    customer_id = int_field("customer")
    try:
        with work(current_actor(), current_now(), request_key=request_key()) as w:
            service.change_deal(w, deal_id, {"customer_id": customer_id}, {})
            w.done("deal", deal_id)
    except Refused as refused:
        return _customer_page(deal_id, errors=render.by_place(refused.problems)), 422
    render.flash(gettext("Saved."))
    return redirect(f"/deals/{deal_id}", 303)
