"""What moves a deal: another stage, won, lost, open again, and each of it taken back."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.deal_values import plugin_of
from salesapp.domain.errors import N_, Msg, NotAllowed, Problem, Refused, problem
from salesapp.domain.pack import KEY, Process
from salesapp.domain.permissions import can
from salesapp.domain.stages import (
    LOST,
    WON,
    check_move,
    gates_ahead,
    is_stage,
    lost_problems,
    requirements,
    unmet_problems,
)
from salesapp.domain.views import DealView
from salesapp.services import plugin_checks
from salesapp.services.customers import change_state
from salesapp.services.deal_changes import count_path, enter, fresh, note, save, secs_in_stage, today, touch
from salesapp.services.work import Work
from salesapp.store import customers, deals, decisions, report_sums, stage_days

NOTE_LENGTH: Final = 500
UNDO_WITHIN: Final = timedelta(minutes=5)
"""How long a move can be taken back: as long as a slip of the finger needs to be seen, not as long as a change of
mind."""
_WITHOUT_PROCESS: Final = N_("The plugin with this deal's process is missing, so it cannot be moved now.")

_AT_REST: Final = N_("“%(plugin)s” does not run with this process now, so the deal stays in its stage.")


def move_deal(w: Work, deal_id: int, to: str, version: int, *, override: str = "") -> tuple[Msg, ...]:
    """Move an open deal to another stage, forward or back; what the plugins want to have said with it.

    Refused carries everything that speaks against it, Stale says that somebody else changed the deal since `version`.
    With a reason in `override` who may do so moves it through gates that do not hold.
    """
    deal = fresh(w, "deal.move", deal_id, version)
    process = _process(w, deal)
    problems = [*check_move(process, deal, to), *_check_waiting(w, deal)]
    if problems:
        raise Refused(problems)
    _pass_gates(w, process, deal, to, override)
    said = plugin_checks.deal_move(w, deal, to)
    if said.problems:
        raise Refused(said.problems)
    secs = secs_in_stage(deal, w.now)
    after = save(w, deal, {"stage": to, "stage_entered_at": w.now})
    enter(w, deal, to, prev=deal.stage, at=w.now, version=after.version)
    note(w, deal, "deal.moved", {"from": deal.stage, "to": to, "secs": secs, "process": deal.process})
    touch(w, deal)
    return said.notes


def win_deal(w: Work, deal_id: int, version: int, *, override: str = "") -> tuple[Msg, ...]:
    """The deal is won; it stays in the stage it was won in, and who was a lead is a customer from now on. What the
    plugins want to have said with it."""
    deal = _open(w, fresh(w, "deal.move", deal_id, version))
    _pass_gates(w, _process(w, deal), deal, WON, override)
    said = plugin_checks.deal_move(w, deal, WON)
    if said.problems:
        raise Refused(said.problems)
    _close(w, deal, "won", {})
    return said.notes


def _process(w: Work, deal: DealView) -> Process:
    """The deal's process: without it nobody knows its gates, so nothing passes them."""
    process = w.catalog.process(deal.process)
    if process is None:
        label = w.catalog.labels.get(plugin_of(deal.process))
        raise Refused([problem("", _AT_REST, plugin=label) if label else problem("", _WITHOUT_PROCESS)])
    return process


def _now_a_customer(w: Work, deal: DealView) -> str | None:
    """Who was a lead is a customer from now on; what they were, for taking the win back."""
    if deal.customer_id is None or not can(w.actor, "customer.edit"):
        return None
    was = customers.read(w.session, deal.customer_id).state
    return change_state(w, deal.customer_id, "customer") if was in ("lead", "verified") else None


def _no_customer_yet(w: Work, deal: DealView) -> None:
    """The win that made a customer of them is taken back: they are again what they were, unless another won deal or
    somebody by hand says otherwise."""
    was = deals.last_event(w.session, deal.id, "deal.won").get("customer_was")
    if was is None or deal.customer_id is None or deals.has_won(w.session, deal.customer_id):
        return
    if customers.read(w.session, deal.customer_id).state == "customer":
        change_state(w, deal.customer_id, was)


def lose_deal(w: Work, deal_id: int, reason: str, note: str, version: int, *, undecided: bool = False) -> None:
    """The deal is lost, for one of its process's reasons; it stays in the stage it was lost in. Whether somebody must
    agree first is asked by `lost_deals`; `undecided` says that somebody should have and nobody else was there."""
    deal = _open(w, fresh(w, "deal.move", deal_id, version))
    process = w.catalog.process(deal.process)
    problems = [*check_lost(process, reason, note), *lost_problems(process, deal, today(w))]
    if problems:
        raise Refused(problems)
    _close(w, deal, "lost", {"lost_reason": reason or None, "lost_note": note.strip()}, undecided=undecided)


def check_lost(process: Process | None, reason: str, note: str) -> list[Problem]:
    """What is wrong with the reason given for a loss. While the process is missing nobody knows its reasons: then it
    may be open, but never free text, as it is kept where only codes are."""
    problems = []
    if process is None:
        right = not reason or KEY.fullmatch(reason) is not None
    else:
        right = reason in {each.key for each in process.lost_reasons}
    if not right:
        problems.append(problem("reason", N_("Choose why the deal was lost.")))
    if len(note.strip()) > NOTE_LENGTH:
        problems.append(problem("note", N_("The note can have at most %(most)s characters."), most=NOTE_LENGTH))
    return problems


def reopen_deal(w: Work, deal_id: int, version: int) -> None:
    """Take a closed deal up again, in the last real stage it was in; its time there starts anew."""
    deal = fresh(w, "deal.move", deal_id, version)
    if deal.state == "open":
        raise Refused([problem("", N_("This deal is open already."))])
    _save_open(w, deal, {"stage_entered_at": w.now})
    closed_for = int((w.now - (deal.closed_at or w.now)).total_seconds())
    enter(w, deal, deal.stage, prev=WON if deal.state == "won" else LOST, at=w.now, secs=closed_for)
    note(w, deal, "deal.reopened", {"from": deal.state, "to": deal.stage, "process": deal.process})
    touch(w, deal)


def take_back(w: Work, deal_id: int, to: str, version: int) -> None:
    """Undo one's own last move, win or loss: it leaves the path, and the stage's clock goes on as if it had not been.

    No gate is asked, as the deal only goes back to where it was: so only at once, and only while nothing else changed.
    """
    deal = fresh(w, "deal.move", deal_id, version)
    last = deals.last_entry(w.session, deal_id)
    if last is None or last.secs_in_prev is None or not _can_be_taken_back(w, deal, last, to):
        raise Refused([problem("", N_("This can no longer be taken back. Move the deal instead."))])
    if waiting := _check_waiting(w, deal):
        raise Refused(waiting)
    entered_at = last.at - timedelta(seconds=last.secs_in_prev)
    if deal.state == "open":
        after = save(w, deal, {"stage": to, "stage_entered_at": entered_at})
    else:
        after = _save_open(w, deal, {"stage_entered_at": entered_at})
    entered = report_sums.entered(w.session, deal.id, deal.process)
    deals.undo_entry(w.session, last.id, w.now)
    count_path(w, after, entered, report_sums.entered(w.session, deal.id, deal.process))
    stage_days.count(
        w.session,
        process=last.process,
        at=last.at,
        prev_stage=last.prev_stage,
        stage=last.stage,
        owner_id=last.owner_id,
        secs=last.secs_in_prev,
        by=-1,
    )
    note(w, deal, "deal.taken_back", {"from": last.stage, "to": to, "process": deal.process})
    if deal.state == "won":
        _no_customer_yet(w, deal)
    touch(w, deal)


def _can_be_taken_back(w: Work, deal: DealView, last: Row[*tuple[Any, ...]], to: str) -> bool:
    """The last move is one's own, just made, and the deal is still exactly as it left it. Opening a closed deal again
    came from no stage, so there is none to go back to."""
    mine = last.actor_id == w.actor.id and last.prev_stage == to and is_stage(to)
    return bool(mine and last.version == deal.version and w.now - last.noted_at <= UNDO_WITHIN)


def _pass_gates(w: Work, process: Process, deal: DealView, to: str, override: str) -> None:
    """Every gate on the way holds, or somebody who may says why it does not count this time."""
    asked = requirements(process, deal, gates_ahead(process, deal.stage, to), today(w))
    unmet = [each for each in asked if not each.holds]
    reason = override.strip()
    if not unmet:
        return
    if not reason:
        raise Refused(unmet_problems(process, unmet))
    if not can(w.actor, "gate.override"):
        raise NotAllowed
    if len(reason) > NOTE_LENGTH:
        text = N_("The reason can have at most %(most)s characters.")
        raise Refused([problem("override", text, most=NOTE_LENGTH)])
    gates = list(dict.fromkeys(each.gate.key for each in unmet))
    data: dict[str, Any] = {"gates": gates, "from": deal.stage, "to": to, "process": deal.process}
    note(w, deal, "deal.overridden", data, {"reason": reason})


def _open(w: Work, deal: DealView) -> DealView:
    if deal.state != "open":
        raise Refused([problem("", N_("This deal is closed already."))])
    if waiting := _check_waiting(w, deal):
        raise Refused(waiting)
    return deal


def _check_waiting(w: Work, deal: DealView) -> list[Problem]:
    """A deal about which a decision is pending stays where it is."""
    if deal.id not in decisions.pending_for(w.session, [deal.id]):
        return []
    return [problem("", N_("A decision about this deal is pending. Take the request back first, or wait for it."))]


def _close(w: Work, deal: DealView, state: str, values: dict[str, Any], *, undecided: bool = False) -> None:
    after = save(w, deal, {"state": state, "closed_at": w.now, **values})
    enter(w, deal, WON if state == "won" else LOST, prev=deal.stage, at=w.now, version=after.version)
    data: dict[str, Any] = {"from": deal.stage, "secs": secs_in_stage(deal, w.now), "process": deal.process}
    if state == "lost":
        data["reason"] = values["lost_reason"]
    elif was := _now_a_customer(w, deal):
        data["customer_was"] = was
    if undecided:
        data["undecided"] = True
    words = values.get("lost_note")
    note(w, deal, f"deal.{state}", data, {"note": words} if words else None)
    touch(w, deal)


def _save_open(w: Work, deal: DealView, values: dict[str, Any]) -> DealView:
    return save(w, deal, {"state": "open", "closed_at": None, "lost_reason": None, "lost_note": "", **values})
