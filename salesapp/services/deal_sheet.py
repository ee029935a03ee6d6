"""What the move sheet does in one transaction: tick, fill in, then move, win or lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from salesapp.domain.errors import Msg, Problem, Refused
from salesapp.domain.stages import LOST, WON
from salesapp.services.deal_changes import fresh
from salesapp.services.deal_moves import move_deal, win_deal
from salesapp.services.deal_steps import tick_step
from salesapp.services.deals import change_deal
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.work import Work
from salesapp.store import deals


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where a deal is to go (`to`: a stage, WON or LOST) and what was ticked, filled in and said on the way."""

    to: str
    version: int
    steps: Sequence[str] = ()
    changed: Mapping[str, Any] = field(default_factory=dict)
    override: str = ""
    reason: str = ""
    note: str = ""
    problems: Sequence[Problem] = ()
    """What the form already found wrong: told together with what the gates miss."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: what plugins want to have said, the deal's version now, and the decision that was asked for
    instead of a loss."""

    notes: tuple[Msg, ...] = ()
    version: int = 0
    decision_id: int | None = None


def send(w: Work, deal_id: int, sheet: Sheet) -> Sent:
    """All of it or nothing; Refused names everything that is missing, each thing at its place."""
    if sheet.steps or sheet.changed:  # they are for the deal as it was shown; a move alone asks that itself
        fresh(w, "deal.move", deal_id, sheet.version)
    for step in sheet.steps:
        tick_step(w, deal_id, step, True)
    problems = [*sheet.problems, *_changed(w, deal_id, sheet)]
    try:
        sent = _go(w, deal_id, sheet)
    except Refused as refused:
        places = {each.place for each in problems}
        problems += [each for each in refused.problems if not each.place or each.place not in places]
    if problems:
        raise Refused(problems)
    w.done("deal", deal_id)
    return replace(sent, version=deals.version(w.session, deal_id))


def _changed(w: Work, deal_id: int, sheet: Sheet) -> list[Problem]:
    """Save what was filled in; what is wrong with it."""
    if not sheet.changed:
        return []
    try:
        change_deal(w, deal_id, sheet.changed, {})
    except Refused as refused:
        return list(refused.problems)
    return []


def _go(w: Work, deal_id: int, sheet: Sheet) -> Sent:
    version = deals.version(w.session, deal_id) if sheet.changed else sheet.version  # what was filled in made a new one
    if sheet.to == WON:
        return Sent(win_deal(w, deal_id, version, override=sheet.override))
    if sheet.to == LOST:
        return Sent(decision_id=ask_or_lose(w, deal_id, sheet.reason, sheet.note, version))
    return Sent(move_deal(w, deal_id, sheet.to, version, override=sheet.override))
