"""What one does with a deal: open it, and change its facts. Moving it is in `deal_moves`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from salesapp.domain.activity_kinds import counts_as_contact
from salesapp.domain.deal_values import PREFIX, canonical, check_value, field_called, value_of, with_values
from salesapp.domain.errors import N_, Problem, Refused, Stale, problem
from salesapp.domain.money import MAX_MINOR, Money, is_currency
from salesapp.domain.pack import Process
from salesapp.domain.permissions import can
from salesapp.domain.record_values import is_field_key
from salesapp.domain.views import CustomerView, DealView
from salesapp.services import field_values, notices, plugin_checks
from salesapp.services.deal_changes import enter, for_change, note, save, standing, touch
from salesapp.services.field_values import asked_of
from salesapp.services.work import Work
from salesapp.store import (
    activities,
    customer_files,
    customers,
    deal_totals,
    deals,
    file_scope,
    search_subjects,
    settings,
)
from salesapp.store.tables import activity
from salesapp.store.visibility import customer_access, require

TITLE_LENGTH: Final = 200

COLUMNS: Final = ("title", "amount_minor", "currency", "expected_close", "owner_id", "customer_id")
_PLAIN: Final = ("amount_minor", "currency", "expected_close")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeal:
    """A deal to open; `process` is a full key ("general.six"), `at` when it really began, for imports. Without a
    `currency` it is in the house's."""

    customer_id: int | None = None
    title: str = ""
    process: str = ""
    amount_minor: int | None = None
    currency: str = ""
    expected_close: date | None = None
    owner_id: int | None = None
    at: datetime | None = None
    fields: Mapping[str, Any] | None = None
    """Answers to the fields every deal has, by full key; None where nobody was asked."""


def open_deal(w: Work, new: NewDeal) -> int:
    """Open a deal in the first stage of its process; without a title it is called like its customer."""
    w.require("deal.add")
    new = new if new.currency else replace(new, currency=settings.company(w.session).currency)
    customer = _customer(w, new.customer_id)
    if customer is None:
        plugin_checks.narrow_customer(w, "deal.add", None)
    title = " ".join(new.title.split()) or (customer.name or customer.company if customer else "")
    process = w.catalog.process(new.process)
    owner_id = new.owner_id if new.owner_id is not None else w.actor.id
    values = {
        "title": title,
        "amount_minor": new.amount_minor,
        "currency": new.currency,
        "expected_close": new.expected_close,
        "owner_id": owner_id,
    }
    problems, team_id = _check(w, values)
    if process is None:
        problems.append(problem("process", N_("Choose a sales process.")))
    asked = asked_of(w.catalog.fields_of("deal"), w.actor) if new.fields is not None else ()
    fields = field_values.changed(w, "deal", None, {}, _record(new, values), new.fields or {}, {}, asked)
    problems += fields.problems
    if not problems:
        said = {**values, "customer_id": new.customer_id, "process": new.process, **fields.new}
        problems = plugin_checks.deal_save(w, None, said)
    if problems or process is None:
        raise Refused(problems)
    at = new.at or w.now
    scope_owner_id = customer.owner_id if customer and customer.owner_id is not None else owner_id
    deal_id = deals.insert(
        w.session,
        values
        | fields.columns()
        | {
            "customer_id": new.customer_id,
            "process": new.process,
            "stage": process.stages[0].key,
            "team_id": team_id,
            "scope_owner_id": scope_owner_id,
            "created_by": w.actor.id,
            "created_at": at,
            "stage_entered_at": at,
            "touched_at": w.now,
        },
    )
    fields.link(w, deal_id)
    opened = deals.load(w.session, w.actor, deal_id, w.now)
    deal_totals.count(w.session, None, standing(opened))
    enter(w, opened, process.stages[0].key, prev=None, at=at)
    data = {
        "process": new.process,
        "stage": opened.stage,
        "amount_minor": new.amount_minor,
        "currency": new.currency,
    }
    note(w, opened, "deal.opened", data, {"title": title}, at=at)
    deals.reindex(w.session, deal_id)
    touch(w, opened)
    notices.tell(w, owner_id, "deal.given", ("deal", deal_id))
    w.done("deal", deal_id)
    return deal_id


def change_deal(
    w: Work, deal_id: int, changed: Mapping[str, Any], seen: Mapping[str, Any], *, asks: bool = False
) -> None:
    """Save changed facts: COLUMNS, `contact_ids`, the process's fields as `field.<key>`, and those every deal has by
    their full key (as they are stored).
    A customer can be given to a deal that has none.

    `seen` is what the person saw when they began: the save is stale only when somebody else changed one of *these*
    facts meanwhile. Where a form `asks`, what is required of the fields it calls up must be there.
    """
    customer = _customer(w, changed.get("customer_id"))
    deal = for_change(w, "deal.edit", deal_id)
    process = w.catalog.process(deal.process)
    asked = {name for name in (*changed, *seen) if is_field_key(name)}
    every, changed = changed, {name: value for name, value in changed.items() if name not in asked}
    now_is = {name: fact(deal, name) for name in changed}
    wanted = {name: even(process, name, value) for name, value in changed.items()}
    wanted = {name: value for name, value in wanted.items() if value != even(process, name, now_is[name])}
    clashes = [
        name for name in wanted if name in seen and even(process, name, seen[name]) != even(process, name, now_is[name])
    ]
    own = {name.removeprefix(PREFIX): value for name, value in wanted.items() if name.startswith(PREFIX)}
    custom = with_values(plain_json(deal.custom), deal.process, own) if own else plain_json(deal.custom)
    before = _record(deal, {}) if asks else None
    fields = field_values.changed(w, "deal", deal_id, custom, _record(deal, wanted), every, seen, asked, before)
    clashes += fields.clashes
    if clashes:
        raise Stale(deals.changed_by(w.session, deal_id, clashes), clashes)
    problems, team_id = _check(w, wanted)
    problems += fields.problems
    problems += [*_check_fields(process, wanted), *_check_people(w, deal, wanted), *_check_giving(w, deal, wanted)]
    if not problems and (wanted or fields.new):
        problems = plugin_checks.deal_save(w, deal, wanted | fields.new)
    if problems:
        raise Refused(problems)
    if not wanted and not fields.new:
        return
    values = {name: value for name, value in wanted.items() if name in COLUMNS} | fields.columns()
    if own:
        values["custom"] = fields.custom
    if "owner_id" in wanted:
        values["team_id"] = team_id
    values |= _rescoped(w, deal, wanted, customer)
    if {"owner_id", "customer_id"} & wanted.keys():
        file_scope.follow(w.session, deal_id=deal_id)
    after = save(w, deal, values)
    fields.link(w, deal_id)
    if "contact_ids" in wanted:
        deals.set_contacts(w.session, deal_id, wanted["contact_ids"])
    _note_change(w, after, now_is | fields.before, wanted | fields.new)
    if {"title", "owner_id", "customer_id"} & wanted.keys():
        deals.reindex(w.session, deal_id)
        search_subjects.reindex_activities(w.session, activity.c.deal_id == deal_id)
    touch(w, after)
    if "owner_id" in wanted:
        notices.hand_over(w, "deal.given", ("deal", deal_id), deal.owner_id, after.owner_id, after.version)


def _record(of: NewDeal | DealView, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions of fields can ask of a deal, as it will be."""
    said = {name: wanted.get(name, getattr(of, name)) for name in ("title", "amount_minor", "currency")}
    minor, currency = said["amount_minor"], said["currency"]
    amount = None if minor is None or not is_currency(currency) else Money(minor, currency)
    close = wanted.get("expected_close", of.expected_close)
    return {"title": said["title"], "process": of.process, "amount": amount, "expected_close": close}


def fact(deal: DealView, name: str) -> Any:
    """What the deal says now, by the name a change calls it; values of fields as they are stored."""
    if name.startswith(PREFIX):
        return plain_json(value_of(deal.custom, deal.process, name.removeprefix(PREFIX)))
    return getattr(deal, name)


def even(process: Process | None, name: str, value: Any) -> Any:
    """A value as it is stored and compared: several choices in one order, whoever ticked them in which."""
    field = field_called(process, name) if name.startswith(PREFIX) else None
    return canonical(field, value) if field else value


def plain_json(value: Any) -> Any:
    """A view's read-only JSON as the database takes it."""
    if isinstance(value, Mapping):
        return {key: plain_json(item) for key, item in value.items()}
    return [plain_json(item) for item in value] if isinstance(value, tuple) else value


def _rescoped(w: Work, deal: DealView, wanted: Mapping[str, Any], customer: CustomerView | None) -> dict[str, Any]:
    """Whose record the deal is after this: its customer's owner's, else its own owner's."""
    owner_id = wanted.get("owner_id", deal.owner_id)
    if customer is not None:
        scope = customer.owner_id if customer.owner_id is not None else owner_id
        _contacted(w, deal, customer.id)
        deals.give_customer(w.session, deal.id, customer.id, scope)
        return {"scope_owner_id": scope}
    if "owner_id" not in wanted:
        return {}
    if deal.customer_id is not None and customer_files.owner_of(w.session, deal.customer_id) is not None:
        return {}
    deals.rescope_activities(w.session, deal.id, owner_id)
    return {"scope_owner_id": owner_id}


def _contacted(w: Work, deal: DealView, customer_id: int) -> None:
    """Who was reached about the deal while it had no customer was this one."""
    done = deals.done_alone(w.session, deal.id)
    reached = [row.at for row in done if counts_as_contact(row.kind, row.direction, row.outcome)]
    if reached:
        activities.contacted(w.session, customer_id, max(reached))


def _note_change(w: Work, deal: DealView, before: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    personal = {name: [before[name], value] for name, value in wanted.items() if _is_personal(name)}
    data: dict[str, Any] = {
        "fields": sorted(wanted),
        "changes": {name: [_plain(before[name]), _plain(wanted[name])] for name in _PLAIN if name in wanted},
        "currency": deal.currency,
        "process": deal.process,
    }
    if "owner_id" in wanted:
        data |= {"from_owner": before["owner_id"], "to_owner": wanted["owner_id"]}
    if "contact_ids" in wanted:
        data["contacts"] = list(wanted["contact_ids"])
    note(w, deal, "deal.changed", data, personal or None)


def _is_personal(name: str) -> bool:
    """A name, or an answer somebody wrote down: can be erased later."""
    return name == "title" or "." in name


def _customer(w: Work, customer_id: int | None) -> CustomerView | None:
    """The customer a deal is with, locked. Whoever owns its deal works on it, so reading it is not enough."""
    if customer_id is None:
        return None
    customers.lock(w.session, customer_id)  # first: its owner must not change before the deal has its scope
    require(w.actor, "deal.add", customer_access(w.session, w.actor, customer_id, w.now))
    plugin_checks.narrow_customer(w, "deal.add", customer_id)
    return customers.load(w.session, w.actor, customer_id, w.now)


def _check(w: Work, values: Mapping[str, Any]) -> tuple[list[Problem], int | None]:
    """Every problem of these facts at once, and the owner's team."""
    problems, team_id = [], None
    if "title" in values and not values["title"]:
        problems.append(problem("title", N_("Give the deal a name, or choose a customer.")))
    if len(values.get("title", "")) > TITLE_LENGTH:
        problems.append(problem("title", N_("The name can have at most %(most)s characters."), most=TITLE_LENGTH))
    amount = values.get("amount_minor")
    if amount is not None and not 0 <= amount <= MAX_MINOR:
        problems.append(problem("amount", N_("The amount is below zero or too large.")))
    if "currency" in values and not is_currency(values["currency"]):
        problems.append(problem("currency", N_("Choose a currency.")))
    if "owner_id" in values and values["owner_id"] is not None:
        there, team_id = deals.team_of(w.session, values["owner_id"])
        if not there or not w.actor.sees(values["owner_id"]):
            problems.append(problem("owner_id", N_("Choose an owner from the list.")))
    elif "owner_id" in values and not w.actor.sees(None):  # it would be gone from their own sight, too
        problems.append(problem("owner_id", N_("Choose an owner from the list.")))
    return problems, team_id


def _check_giving(w: Work, deal: DealView, wanted: Mapping[str, Any]) -> list[Problem]:
    """Who merely helps with a deal cannot take it, nor hand it on: only its owner, or who leads."""
    if "owner_id" not in wanted or w.actor.sees(deal.owner_id) or can(w.actor, "customer.assign"):
        return []
    return [problem("owner_id", N_("Only the owner of this deal or a manager can give it to somebody else."))]


def _check_fields(process: Process | None, wanted: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the answers to the process's own fields."""
    problems = []
    for name in wanted:
        if name not in (*COLUMNS, "contact_ids"):
            field = field_called(process, name) if name.startswith(PREFIX) else None
            if field is None:
                problems.append(problem("", N_("This process has no field “%(name)s”."), name=name[:50]))
            elif complaint := check_value(field, wanted[name]):
                problems.append(Problem(name, complaint))
    return problems


def _check_people(w: Work, deal: DealView, wanted: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the customer and the contacts."""
    problems = []
    if "customer_id" in wanted and deal.customer_id is not None:
        problems.append(problem("customer", N_("This deal has its customer already.")))
    customer_id = wanted.get("customer_id", deal.customer_id)
    if wanted.get("contact_ids"):
        theirs = {row.id for row in deals.contacts_of(w.session, customer_id)}
        if not theirs >= set(wanted["contact_ids"]):
            problems.append(problem("contacts", N_("This contact belongs to another customer.")))
    return problems


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
