"""What every change of a deal does beside the change itself: the conditional save, the roll-ups, the event."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.domain.errors import Refused, Stale, problem
from salesapp.domain.stages import ARCHIVED, is_stage
from salesapp.domain.views import DealView
from salesapp.services import permits
from salesapp.services.work import Work
from salesapp.store import customers, deal_totals, deals, report_sums, stage_days
from salesapp.store.deal_totals import Standing
from salesapp.store.report_sums import Counted

_IN_VIEW: Final = frozenset(each.name for each in fields(DealView))
_COUNTED: Final = tuple(each.name for each in fields(Counted) if each.name != "entered")


def today(w: Work) -> date:
    """The calendar day where the actor is: a deal due on the third may be moved on the morning of the third."""
    return w.now.astimezone(ZoneInfo(w.actor.zone)).date()


def for_change(w: Work, verb: str, deal_id: int) -> DealView:
    """The deal, locked, for the one who may do this to it: every change begins here. An archived one stays as it
    is."""
    deal = permits.deal(w, verb, deal_id)
    if deal.archived_at is not None:
        raise Refused([problem("", ARCHIVED)])
    return deal


def fresh(w: Work, verb: str, deal_id: int, version: int) -> DealView:
    """The deal, locked, if nobody changed it since `version`; Stale says who did."""
    deal = for_change(w, verb, deal_id)
    if deal.version != version:
        raise Stale(deals.changed_by(w.session, deal_id), ["stage"])
    return deal


def save(w: Work, deal: DealView, values: Mapping[str, Any]) -> DealView:
    """The conditional UPDATE, with the totals in the same transaction: a deal changed since it was loaded is not
    overwritten, whatever the isolation level. The deal as it is now."""
    if not deals.update_if(w.session, deal.id, deal.version, {**values, "touched_at": w.now}):
        raise Stale(deals.changed_by(w.session, deal.id), sorted(values))
    seen = {name: value for name, value in values.items() if name in _IN_VIEW}
    after = replace(deal, **seen, version=deal.version + 1, touched_at=w.now)
    deal_totals.count(w.session, standing(deal), standing(after))
    _count(w, deal, after)
    return after


def _count(w: Work, deal: DealView, after: DealView) -> None:
    """Keep what reports are read from; the path only matters where something changed for it."""
    about = ("state", "stage", "owner_id", "archived_at")
    moved = any(getattr(deal, name) != getattr(after, name) for name in about)
    entered = report_sums.entered(w.session, deal.id, deal.process) if moved else {}
    report_sums.count_all(w.session, [(counted(deal, entered), counted(after, entered))])


def counted(deal: DealView, entered: Mapping[str, datetime]) -> Counted | None:
    """What reports count of the deal; None for an archived one, which counts nowhere."""
    if deal.archived_at is not None:
        return None
    facts = {name: getattr(deal, name) for name in _COUNTED}
    return Counted(**facts, entered=entered)


def count_path(w: Work, deal: DealView, before: Mapping[str, datetime], after: Mapping[str, datetime]) -> None:
    """Keep it when the open deal came into a stage for the first time, or never came into one after all."""
    report_sums.count_all(w.session, [(counted(deal, before), counted(deal, after))])


def standing(deal: DealView) -> Standing | None:
    """Where the deal is counted; None for an archived one, which counts nowhere."""
    if deal.archived_at is not None:
        return None
    return Standing(deal.process, deal.state, deal.stage, deal.owner_id, deal.currency, deal.amount_minor)


def secs_in_stage(deal: DealView, now: datetime) -> int:
    """How long the deal has been in its stage, counted from its entry."""
    return max(0, int((now - deal.stage_entered_at).total_seconds()))


def enter(
    w: Work,
    deal: DealView,
    stage: str,
    *,
    prev: str | None,
    at: datetime,
    secs: int | None = None,
    version: int | None = None,
) -> None:
    """One more step on the deal's path, with how long the one before lasted. `version` is the one it made of the
    deal, where it can be taken back."""
    if prev is not None and secs is None:
        secs = secs_in_stage(deal, at)
    values = {
        "deal_id": deal.id,
        "process": deal.process,
        "stage": stage,
        "prev_stage": prev,
        "secs_in_prev": secs,
        "actor_id": w.actor.id,
        "owner_id": deal.owner_id,
        "team_id": deal.team_id,
        "at": at,
        "noted_at": w.now,
        "version": version,
    }
    if is_stage(stage):
        before = report_sums.entered(w.session, deal.id, deal.process) if prev is not None else {}
        first = min(at, before.get(stage, at))
        count_path(w, replace(deal, stage=stage, state="open", closed_at=None), before, {**before, stage: first})
    deals.enter_stage(w.session, values)
    stage_days.count(
        w.session, process=deal.process, at=at, prev_stage=prev, stage=stage, owner_id=deal.owner_id, secs=secs
    )


def note(
    w: Work,
    deal: DealView,
    kind: str,
    data: Mapping[str, Any],
    personal: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Write down what happened to the deal."""
    w.event(
        kind,
        "deal",
        deal.id,
        customer_id=deal.customer_id,
        deal_id=deal.id,
        owner_id=deal.owner_id,
        at=at,
        data=data,
        personal=personal,
    )


def touch(w: Work, deal: DealView) -> None:
    """The deal and its customer move up in lists: somebody did something with them."""
    deals.touched(w.session, deal.id, w.now)
    if deal.customer_id is not None:
        customers.touched(w.session, deal.customer_id, w.now)
