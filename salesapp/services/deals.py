"""What one does with a deal: open, change, tick key steps, move, win, lose, reopen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from salesapp.domain.errors import N_, Msg, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.money import MAX_MINOR, is_currency
from salesapp.domain.pack import Process
from salesapp.domain.permissions import can
from salesapp.domain.stages import check_move
from salesapp.domain.views import CustomerView, DealView
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.hooks import Hooks
from salesapp.services.customers import change_state
from salesapp.services.work import Work
from salesapp.store import customer_files, customers, deals
from salesapp.store.visibility import customer_access, require

TITLE_LENGTH: Final = 200
NOTE_LENGTH: Final = 500
WON: Final = ":won"
LOST: Final = ":lost"
"""How a deal's path ends. No stage of a process can be called so, as keys begin with a letter."""

FIELDS: Final = ("title", "amount_minor", "currency", "expected_close", "owner_id")
_PLAIN: Final = ("amount_minor", "currency", "expected_close")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeal:
    """A deal to open; `process` is a full key ("general.six"), `at` when it really began, for imports."""

    customer_id: int | None = None
    title: str = ""
    process: str = ""
    amount_minor: int | None = None
    currency: str = "CNY"
    expected_close: date | None = None
    owner_id: int | None = None
    at: datetime | None = None


def open_deal(w: Work, catalog: Catalog, new: NewDeal) -> int:
    """Open a deal in the first stage of its process; without a title it is called like its customer."""
    w.require("deal.add")
    customer = _customer(w, new.customer_id)
    title = " ".join(new.title.split()) or (customer.name or customer.company if customer else "")
    process = catalog.process(new.process)
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
    if problems or process is None:
        raise Refused(problems)
    at = new.at or w.now
    scope_owner_id = customer.owner_id if customer and customer.owner_id is not None else owner_id
    deal_id = deals.insert(
        w.session,
        values
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
    opened = deals.load(w.session, w.actor, deal_id, w.now)
    _enter(w, opened, process.stages[0].key, prev=None, at=at)
    w.event(
        "deal.opened",
        "deal",
        deal_id,
        customer_id=new.customer_id,
        deal_id=deal_id,
        owner_id=owner_id,
        at=at,
        data={
            "process": new.process,
            "stage": opened.stage,
            "amount_minor": new.amount_minor,
            "currency": new.currency,
        },
        personal={"title": title},
    )
    deals.reindex(w.session, deal_id)
    _touch(w, opened)
    w.done("deal", deal_id)
    return deal_id


def change_deal(w: Work, deal_id: int, changed: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    """Save changed fields (of FIELDS). `seen` is what the person saw when they began: the save is stale only when
    somebody else changed one of *these* fields meanwhile."""
    deal = deals.load_for_change(w.session, w.actor, "deal.edit", deal_id, w.now)
    now_is = {name: getattr(deal, name) for name in FIELDS}
    wanted = {name: value for name, value in changed.items() if name in FIELDS and value != now_is[name]}
    clashes = [name for name in wanted if name in seen and seen[name] != now_is[name]]
    if clashes:
        raise Stale(deals.changed_by(w.session, deal_id), clashes)
    problems, team_id = _check(w, wanted)
    if problems:
        raise Refused(problems)
    if not wanted:
        return
    values = dict(wanted)
    if "owner_id" in wanted:
        values["team_id"] = team_id
        if deal.customer_id is None or customer_files.owner_of(w.session, deal.customer_id) is None:
            values["scope_owner_id"] = wanted["owner_id"]
            deals.rescope_activities(w.session, deal_id, wanted["owner_id"])
    _save(w, deal, values)
    personal = {"title": [deal.title, wanted["title"]]} if "title" in wanted else None
    plain = {name: [_plain(now_is[name]), _plain(value)] for name, value in wanted.items() if name in _PLAIN}
    data: dict[str, Any] = {
        "fields": sorted(wanted),
        "changes": plain,
        "currency": wanted.get("currency", deal.currency),
    }
    if "owner_id" in wanted:
        data |= {"from_owner": deal.owner_id, "to_owner": wanted["owner_id"]}
    _event(w, deal, "deal.changed", data, personal)
    if {"title", "owner_id"} & wanted.keys():
        deals.reindex(w.session, deal_id)
    _touch(w, deal)


def tick_step(w: Work, catalog: Catalog, deal_id: int, step: str, done: bool) -> None:
    """Tick a key step of the deal's process by hand, or take the tick back. Doing it twice changes nothing."""
    deal = deals.load_for_change(w.session, w.actor, "deal.edit", deal_id, w.now)
    process = catalog.process(deal.process)
    known = {each.key for stage in process.stages for each in stage.key_steps} if process else set()
    if step not in known and (done or step not in deal.done_steps):
        raise Refused([problem("step", N_("This process has no such key step."))])
    x = w.session
    did = deals.tick(x, deal_id, step, w.actor.id, w.now) if done else deals.untick(x, deal_id, step)
    if did:
        _event(w, deal, "step.done" if done else "step.undone", {"step": step, "process": deal.process})
        _touch(w, deal)


def move_deal(w: Work, hooks: Hooks, deal_id: int, to: str, version: int) -> tuple[Msg, ...]:
    """Move an open deal to another stage, forward or back; what the plugins want to have said with it.

    Refused carries everything that speaks against it, Stale says that somebody else changed the deal since `version`.
    """
    deal = _fresh(w, "deal.move", deal_id, version)
    process = hooks.plugins.catalog.process(deal.process)
    if process is None:
        raise Refused([problem("", N_("The plugin with this deal's process is missing, so it cannot be moved now."))])
    problems = check_move(process, deal, to)
    if problems:
        raise Refused(problems)
    said = hooks.check_deal_move(deal, to, w.now)
    if said.problems:
        raise Refused(said.problems)
    secs = _secs(deal, w.now)
    _save(w, deal, {"stage": to, "stage_entered_at": w.now})
    _enter(w, deal, to, prev=deal.stage, at=w.now)
    _event(w, deal, "deal.moved", {"from": deal.stage, "to": to, "secs": secs, "process": deal.process})
    _touch(w, deal)
    return said.notes


def win_deal(w: Work, deal_id: int, version: int) -> None:
    """The deal is won; it stays in the stage it was won in, and who was a lead is a customer from now on."""
    deal = _open(_fresh(w, "deal.move", deal_id, version))
    _close(w, deal, "won", {})
    if deal.customer_id is not None and can(w.actor, "customer.edit"):
        _now_a_customer(w, deal.customer_id)


def _now_a_customer(w: Work, customer_id: int) -> None:
    if customers.read(w.session, customer_id).state in ("lead", "verified"):
        change_state(w, customer_id, "customer")


def lose_deal(w: Work, catalog: Catalog, deal_id: int, reason: str, note: str, version: int) -> None:
    """The deal is lost, for one of its process's reasons; it stays in the stage it was lost in."""
    deal = _open(_fresh(w, "deal.move", deal_id, version))
    problems = check_lost(catalog.process(deal.process), reason, note)
    if problems:
        raise Refused(problems)
    _close(w, deal, "lost", {"lost_reason": reason or None, "lost_note": note.strip()})


def check_lost(process: Process | None, reason: str, note: str) -> list[Problem]:
    """What is wrong with the reason given for a loss."""
    problems = []
    if process is not None and reason not in {each.key for each in process.lost_reasons}:
        problems.append(problem("reason", N_("Choose why the deal was lost.")))
    if len(note.strip()) > NOTE_LENGTH:
        problems.append(problem("note", N_("The note can have at most %(most)s characters."), most=NOTE_LENGTH))
    return problems


def take_back(w: Work, hooks: Hooks, deal_id: int, to: str, version: int) -> None:
    """Undo the last move, win or loss: the inverse of it, and the stage's clock goes on as if nothing had been."""
    last = deals.last_entry(w.session, deal_id)
    if deals.load(w.session, w.actor, deal_id, w.now).state == "open":
        move_deal(w, hooks, deal_id, to, version)
    else:
        reopen_deal(w, deal_id, version)
    if last is not None and last.prev_stage == to and last.secs_in_prev is not None:
        deals.set_clock(w.session, deal_id, last.at - timedelta(seconds=last.secs_in_prev))


def reopen_deal(w: Work, deal_id: int, version: int) -> None:
    """Take a closed deal up again, in the last real stage it was in; its time there starts anew."""
    deal = _fresh(w, "deal.move", deal_id, version)
    if deal.state == "open":
        raise Refused([problem("", N_("This deal is open already."))])
    values = {"state": "open", "closed_at": None, "lost_reason": None, "lost_note": "", "stage_entered_at": w.now}
    _save(w, deal, values)
    prev = WON if deal.state == "won" else LOST
    closed_for = int((w.now - (deal.closed_at or w.now)).total_seconds())
    _enter(w, deal, deal.stage, prev=prev, at=w.now, secs=closed_for)
    _event(w, deal, "deal.reopened", {"from": deal.state, "to": deal.stage, "process": deal.process})
    _touch(w, deal)


def _customer(w: Work, customer_id: int | None) -> CustomerView | None:
    if customer_id is None:
        return None
    customers.lock(w.session, customer_id)  # first: its owner must not change before the deal has its scope
    require(w.actor, "deal.add", customer_access(w.session, w.actor, customer_id, w.now))
    return customers.load(w.session, w.actor, customer_id, w.now)


def _check(w: Work, values: Mapping[str, Any]) -> tuple[list[Problem], int | None]:
    """Every problem of these fields at once, and the owner's team."""
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
    return problems, team_id


def _fresh(w: Work, verb: str, deal_id: int, version: int) -> DealView:
    """The deal, locked, if nobody changed it since `version`."""
    deal = deals.load_for_change(w.session, w.actor, verb, deal_id, w.now)
    if deal.version != version:
        raise Stale(deals.changed_by(w.session, deal_id), ["stage"])
    return deal


def _open(deal: DealView) -> DealView:
    if deal.archived_at is not None:
        raise NotFound
    if deal.state != "open":
        raise Refused([problem("", N_("This deal is closed already."))])
    return deal


def _close(w: Work, deal: DealView, state: str, values: Mapping[str, Any]) -> None:
    end = WON if state == "won" else LOST
    _save(w, deal, {"state": state, "closed_at": w.now, **values})
    _enter(w, deal, end, prev=deal.stage, at=w.now)
    data = {"from": deal.stage, "secs": _secs(deal, w.now), "process": deal.process}
    if state == "lost":
        data["reason"] = values["lost_reason"]
    note = values.get("lost_note")
    _event(w, deal, f"deal.{state}", data, {"note": note} if note else None)
    _touch(w, deal)


def _save(w: Work, deal: DealView, values: Mapping[str, Any]) -> None:
    """The conditional UPDATE: a deal changed since it was loaded is not overwritten, whatever the isolation level."""
    if not deals.update_if(w.session, deal.id, deal.version, {**values, "touched_at": w.now}):
        raise Stale(deals.changed_by(w.session, deal.id), sorted(values))


def _secs(deal: DealView, now: datetime) -> int:
    return max(0, int((now - deal.stage_entered_at).total_seconds()))


def _enter(w: Work, deal: DealView, stage: str, *, prev: str | None, at: datetime, secs: int | None = None) -> None:
    values = {
        "deal_id": deal.id,
        "process": deal.process,
        "stage": stage,
        "prev_stage": prev,
        "secs_in_prev": secs if secs is not None else (_secs(deal, at) if prev else None),
        "actor_id": w.actor.id,
        "owner_id": deal.owner_id,
        "team_id": deal.team_id,
        "at": at,
        "noted_at": w.now,
    }
    deals.enter_stage(w.session, values)


def _event(
    w: Work, deal: DealView, kind: str, data: Mapping[str, Any], personal: Mapping[str, Any] | None = None
) -> None:
    w.event(
        kind,
        "deal",
        deal.id,
        customer_id=deal.customer_id,
        deal_id=deal.id,
        owner_id=deal.owner_id,
        data=data,
        personal=personal,
    )


def _touch(w: Work, deal: DealView) -> None:
    deals.touched(w.session, deal.id, w.now)
    if deal.customer_id is not None:
        customers.touched(w.session, deal.customer_id, w.now)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
