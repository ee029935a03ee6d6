"""Figures over deals: what happened to them, stage by stage and person by person, in a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select

from salesapp.domain.permissions import Actor
from salesapp.store import deal_totals, stage_days
from salesapp.store.deal_lists import DealFilter
from salesapp.store.engine import Executor
from salesapp.store.tables import deal, person, stage_event
from salesapp.store.visibility import deal_branches


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which deals are counted: of one process, of one owner (None: everybody's I see), from a moment on."""

    process: str
    owner: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage in a time: the deals that entered it then, and how many of *these* went on to a later stage (or were
    won) or were lost from it, then or since; and about the median stay of those that left it then, in seconds."""

    entered: int = 0
    went_on: int = 0
    lost: int = 0
    median_secs: int | None = None


def _visible(actor: Actor, f: ReportFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [deal.c.archived_at.is_(None), or_(*deal_branches(actor, now))]
    if f.owner is not None:
        found.append(deal.c.owner_id == f.owner)
    return found


def _events(actor: Actor, f: ReportFilter, now: datetime) -> list[ColumnElement[bool]]:
    found = [stage_event.c.process == f.process, stage_event.c.undone_at.is_(None), *_visible(actor, f, now)]
    if f.since is not None:
        found.append(stage_event.c.at >= f.since)
    return found


_with_deal = stage_event.join(deal, deal.c.id == stage_event.c.deal_id)


def funnel(
    x: Executor, actor: Actor, f: ReportFilter, stages: Sequence[str], now: datetime, *, won: str, lost: str
) -> dict[str, StageFigures]:
    """The figures of each stage; `won` and `lost` are how a path's ends are called."""
    entries = x.execute(
        select(stage_event.c.stage, func.count(stage_event.c.deal_id.distinct()).label("n"))
        .select_from(_with_deal)
        .where(*_events(actor, f, now))
        .group_by(stage_event.c.stage)
    )
    entered = {row.stage: row.n for row in entries}
    onward = or_(
        *(
            and_(stage_event.c.prev_stage == stage, stage_event.c.stage.in_([*stages[place + 1 :], won]))
            for place, stage in enumerate(stages)
        )
    )
    leaving = x.execute(
        select(
            stage_event.c.prev_stage,
            func.count(case((onward, stage_event.c.deal_id)).distinct()).label("went_on"),
            func.count(case((stage_event.c.stage == lost, stage_event.c.deal_id)).distinct()).label("lost"),
        )
        .select_from(_with_deal)
        .where(*_visible(actor, f, now), stage_event.c.process == f.process, stage_event.c.undone_at.is_(None))
        .where(_entered_then(f))
        .where(stage_event.c.prev_stage.in_(stages))
        .group_by(stage_event.c.prev_stage)
    )
    left = {row.prev_stage: row for row in leaving}
    stays = _stays(x, actor, f)
    return {
        stage: StageFigures(
            entered=entered.get(stage, 0),
            went_on=left[stage].went_on if stage in left else 0,
            lost=left[stage].lost if stage in left else 0,
            median_secs=stays.get(stage),
        )
        for stage in stages
    }


def _entered_then(f: ReportFilter) -> ColumnElement[bool]:
    """Whether the stage that is being left was entered in the time, so that never more go on than entered."""
    entry = stage_event.alias("entry")
    found = select(entry.c.id).where(
        entry.c.deal_id == stage_event.c.deal_id,
        entry.c.process == stage_event.c.process,
        entry.c.stage == stage_event.c.prev_stage,
        entry.c.undone_at.is_(None),
    )
    return (found if f.since is None else found.where(entry.c.at >= f.since)).exists()


def _stays(x: Executor, actor: Actor, f: ReportFilter) -> dict[str, int]:
    """The median stay in each stage; of the people whose records I see, as the days know owners and no shares."""
    owners = actor.people if f.owner is None else frozenset({f.owner} if actor.sees(f.owner) else ())
    if owners is not None and f.owner is None and actor.sees(None):
        owners |= {deal_totals.NOBODY}
    # Days are UTC's: the one that begins nearest to where the time begins.
    since = None if f.since is None else (f.since.astimezone(UTC) + timedelta(hours=12)).date()
    return stage_days.stays(x, owners, f.process, since)


def closed(x: Executor, actor: Actor, f: ReportFilter, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Number and sum of deals by how they ended (state) and currency, closed in the time."""
    columns = (deal.c.state, deal.c.currency)
    query = (
        select(*columns, func.count().label("n"), func.sum(deal.c.amount_minor).label("total"))
        .where(*_closed(actor, f, now))
        .group_by(*columns)
        .order_by(*columns)
    )
    return x.execute(query).all()


def lost_reasons(x: Executor, actor: Actor, f: ReportFilter, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Why deals were lost, the most frequent reason first."""
    query = (
        select(deal.c.lost_reason, func.count().label("n"))
        .where(*_closed(actor, f, now), deal.c.state == "lost")
        .group_by(deal.c.lost_reason)
        .order_by(func.count().desc(), deal.c.lost_reason)
    )
    return x.execute(query).all()


def by_person(x: Executor, actor: Actor, f: ReportFilter, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Won and lost deals by owner, those who won most first."""
    won = func.count(case((deal.c.state == "won", 1)))
    query = (
        select(deal.c.owner_id, person.c.name, won.label("won"), func.count().label("closed"))
        .select_from(deal.outerjoin(person, person.c.id == deal.c.owner_id))
        .where(*_closed(actor, f, now))
        .group_by(deal.c.owner_id, person.c.name)
        .order_by(won.desc(), person.c.name)
        .limit(200)
    )
    return x.execute(query).all()


def open_now(x: Executor, actor: Actor, f: ReportFilter, now: datetime) -> dict[str, int]:
    """Open deals by stage, at this moment."""
    owners = None if f.owner is None else frozenset({f.owner})
    found: dict[str, int] = {}
    for row in deal_totals.read(x, actor, DealFilter(f.process, owners=owners), now):
        found[row.stage] = found.get(row.stage, 0) + row.n
    return found


def _closed(actor: Actor, f: ReportFilter, now: datetime) -> list[ColumnElement[bool]]:
    found = [deal.c.process == f.process, deal.c.state != "open", *_visible(actor, f, now)]
    if f.since is not None:
        found.append(deal.c.closed_at >= f.since)
    return found
