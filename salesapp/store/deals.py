"""Deals: the frozen view of one, rows for lists, the path it took, and the few changes services make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, or_, select, tuple_, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Actor
from salesapp.domain.views import DealView
from salesapp.store import search
from salesapp.store.customers import lock_of
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import activity, customer, deal, deal_step, event, person, search_row, stage_event
from salesapp.store.visibility import deal_access, deal_branches, require, visible_deals

After = tuple[datetime, int]
"""Where a list goes on: the last row's `touched_at` and id."""

_owner = person.alias("owner")
_view = (
    select(deal, customer.c.name.label("customer_name"), _owner.c.name.label("owner_name"))
    .outerjoin(customer, customer.c.id == deal.c.customer_id)
    .outerjoin(_owner, _owner.c.id == deal.c.owner_id)
)
row_columns: tuple[ColumnElement[Any], ...] = (
    deal.c.id,
    deal.c.version,
    deal.c.title,
    deal.c.process,
    deal.c.stage,
    deal.c.state,
    deal.c.amount_minor,
    deal.c.currency,
    deal.c.expected_close,
    deal.c.stage_entered_at,
    deal.c.touched_at,
    deal.c.closed_at,
    deal.c.customer_id,
    customer.c.name.label("customer_name"),
    deal.c.owner_id,
    _owner.c.name.label("owner_name"),
)
rows_from = deal.outerjoin(customer, customer.c.id == deal.c.customer_id).outerjoin(
    _owner, _owner.c.id == deal.c.owner_id
)
by_process_and_stage = (deal.c.process, deal.c.stage)
newest_first = (deal.c.touched_at.desc(), deal.c.id.desc())


@dataclass(frozen=True, slots=True)
class DealFilter:
    """Which deals a list or board shows; `owner` None means everybody's this person may see."""

    process: str | None = None
    state: str = "open"
    owner: int | None = None
    closed_from: datetime | None = None


def conditions(f: DealFilter) -> list[ColumnElement[bool]]:
    """What holds for every branch."""
    found = [deal.c.state == f.state, deal.c.archived_at.is_(None)]
    if f.process is not None:
        found.append(deal.c.process == f.process)
    if f.closed_from is not None:
        found.append(deal.c.closed_at >= f.closed_from)
    return found


def branches(actor: Actor, f: DealFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The limited branches: one where it is the deals of somebody whose records I see, as owning a deal is enough."""
    if f.owner is None:
        return deal_branches(actor, now)
    of_owner = deal.c.owner_id == f.owner
    return [of_owner] if actor.sees(f.owner) else [branch & of_owner for branch in deal_branches(actor, now)]


def limited(
    where: Sequence[ColumnElement[bool]], ways: Sequence[ColumnElement[bool]], limit: int, after: After | None
) -> Select[tuple[int]]:
    """Ids of the newest `limit` deals over all branches; each branch is limited by itself, so each uses its index."""
    later = [tuple_(deal.c.touched_at, deal.c.id) < after] if after else []
    parts = [
        select(deal.c.id, deal.c.touched_at).where(*where, way, *later).order_by(*newest_first).limit(limit)
        for way in ways
    ]
    if len(parts) == 1:
        only = parts[0].subquery()
        return select(only.c.id)
    pieces = [part.subquery() for part in parts]
    first, *rest = (select(piece.c.id, piece.c.touched_at) for piece in pieces)
    both = first.union(*rest).subquery()
    newest = select(both.c.id).order_by(both.c.touched_at.desc(), both.c.id.desc()).limit(limit).subquery()
    return select(newest.c.id)


def page(
    x: Executor, actor: Actor, f: DealFilter, now: datetime, *, after: After | None = None, limit: int = 50
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One page of the list, the latest touched first."""
    ids = limited(conditions(f), branches(actor, f, now), limit, after)
    query = select(*row_columns).select_from(rows_from).where(deal.c.id.in_(ids)).order_by(*newest_first)
    return x.execute(query).all()


def of_customer(
    x: Executor, actor: Actor, customer_id: int, now: datetime, limit: int = 50
) -> Sequence[Row[*tuple[Any, ...]]]:
    """A customer's deals, open ones first; for the customer's page and for choosing one in a form."""
    query = (
        select(*row_columns)
        .select_from(rows_from)
        .where(deal.c.customer_id == customer_id, deal.c.archived_at.is_(None), visible_deals(actor, now))
        .order_by((deal.c.state != "open").asc(), *newest_first)
        .limit(limit)
    )
    return x.execute(query).all()


def load(x: Executor, actor: Actor, deal_id: int, now: datetime) -> DealView:
    """One deal as this person sees it; NotFound where it is missing or not theirs to see."""
    require(actor, "deal.see", deal_access(x, actor, deal_id, now))
    return _load(x, _view.where(deal.c.id == deal_id))


def load_for_change(x: Executor, actor: Actor, verb: str, deal_id: int, now: datetime) -> DealView:
    """One deal this person may do `verb` to, its row locked until the transaction ends."""
    lock_of(x, deal, deal_id)
    require(actor, verb, deal_access(x, actor, deal_id, now))
    return _load(x, _view.where(deal.c.id == deal_id).with_for_update(of=deal))


def _load(x: Executor, query: Select[Any]) -> DealView:
    row = x.execute(query).first()
    if row is None:
        raise NotFound
    steps = x.scalars(select(deal_step.c.step).where(deal_step.c.deal_id == row.id))
    return DealView(
        id=row.id,
        version=row.version,
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        title=row.title,
        process=row.process,
        stage=row.stage,
        state=row.state,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        team_id=row.team_id,
        amount_minor=row.amount_minor,
        currency=row.currency,
        expected_close=row.expected_close,
        stage_entered_at=row.stage_entered_at,
        created_at=row.created_at,
        touched_at=row.touched_at,
        closed_at=row.closed_at,
        lost_reason=row.lost_reason,
        done_steps=frozenset(steps),
        custom=row.custom,
        archived_at=row.archived_at,
    )


def lost_note(x: Executor, deal_id: int) -> str:
    """What was written down when the deal was lost."""
    return str(x.execute(select(deal.c.lost_note).where(deal.c.id == deal_id)).scalar_one())


def scope_owner(x: Executor, deal_id: int) -> int | None:
    """Whose record the deal is for visibility: the customer's owner, else its own."""
    found: int | None = x.execute(select(deal.c.scope_owner_id).where(deal.c.id == deal_id)).scalar_one()
    return found


def rescope_activities(x: Executor, deal_id: int, owner_id: int | None) -> None:
    """What was done and planned for a deal without a customer is its owner's to see."""
    alone = and_(activity.c.deal_id == deal_id, activity.c.customer_id.is_(None))
    x.execute(update(activity).where(alone).values(scope_owner_id=owner_id))


def path(x: Executor, deal_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The stages the deal entered, in order: stage, prev_stage, secs_in_prev, at, and who moved it."""
    query = (
        select(
            stage_event.c.stage,
            stage_event.c.prev_stage,
            stage_event.c.secs_in_prev,
            stage_event.c.at,
            person.c.name.label("actor_name"),
        )
        .outerjoin(person, person.c.id == stage_event.c.actor_id)
        .where(stage_event.c.deal_id == deal_id)
        .order_by(stage_event.c.id)
        .limit(500)
    )
    return x.execute(query).all()


def last_entry(x: Executor, deal_id: int) -> Row[*tuple[Any, ...]] | None:
    """The newest row of the deal's path."""
    columns = (stage_event.c.stage, stage_event.c.prev_stage, stage_event.c.secs_in_prev, stage_event.c.at)
    query = select(*columns).where(stage_event.c.deal_id == deal_id).order_by(stage_event.c.id.desc()).limit(1)
    return x.execute(query).first()


def set_clock(x: Executor, deal_id: int, entered_at: datetime) -> None:
    """Count the time in the present stage from this moment."""
    x.execute(update(deal).where(deal.c.id == deal_id).values(stage_entered_at=entered_at))


def done_steps(x: Executor, deal_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The key steps done, by deal."""
    found: dict[int, set[str]] = {}
    query = select(deal_step.c.deal_id, deal_step.c.step).where(deal_step.c.deal_id.in_(deal_ids))
    for deal_id, step in x.execute(query) if deal_ids else ():
        found.setdefault(deal_id, set()).add(step)
    return {deal_id: frozenset(steps) for deal_id, steps in found.items()}


def changed_by(x: Executor, deal_id: int) -> str:
    """Who changed the deal last, by name; "" when nobody is known."""
    query = (
        select(person.c.name)
        .select_from(event.join(person, person.c.id == event.c.actor_id))
        .where(event.c.deal_id == deal_id, event.c.kind.startswith("deal."))
        .order_by(event.c.id.desc())
        .limit(1)
    )
    return str(x.execute(query).scalar() or "")


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new deal."""
    return insert_row(x, deal, values)


def enter_stage(x: Executor, values: Mapping[str, Any]) -> None:
    """One row of the path a deal takes."""
    insert_row(x, stage_event, values)


def reindex(x: Executor, deal_id: int) -> None:
    """Put what the deal is found by into the search: its own name and its customer's."""
    _reindex(x, deal.c.id == deal_id)


def reindex_of_customer(x: Executor, customer_id: int) -> None:
    """The same for every deal of a customer, who is called otherwise now."""
    _reindex(x, deal.c.customer_id == customer_id)


def _reindex(x: Executor, which: ColumnElement[bool]) -> None:
    columns = (deal.c.id, deal.c.customer_id, deal.c.scope_owner_id, deal.c.title, deal.c.touched_at)
    query = select(*columns, customer.c.name.label("customer_name")).select_from(
        deal.outerjoin(customer, customer.c.id == deal.c.customer_id)
    )
    for row in x.execute(query.where(which).order_by(deal.c.id)).all():
        search.put(
            x,
            kind="deal",
            subject_id=row.id,
            customer_id=row.customer_id,
            scope_owner_id=row.scope_owner_id,
            title=row.title,
            parts={"names": [row.title, row.customer_name or ""]},
            touched_at=row.touched_at,
        )


def update_if(x: Executor, deal_id: int, version: int, values: Mapping[str, Any]) -> bool:
    """Change the deal unless somebody else did meanwhile; whether it was changed."""
    statement = (
        update(deal)
        .where(deal.c.id == deal_id, deal.c.version == version)
        .values(dict(values) | {"version": deal.c.version + 1})
    )
    return bool(rows_changed(x, statement))


def touched(x: Executor, deal_id: int, now: datetime) -> None:
    """Somebody did something with the deal: it moves up in lists. Not a new version, as nothing of it changed."""
    x.execute(update(deal).where(deal.c.id == deal_id).values(touched_at=now))
    found_by = (search_row.c.kind == "deal", search_row.c.subject_id == deal_id)
    x.execute(update(search_row).where(*found_by).values(touched_at=now))


def tick(x: Executor, deal_id: int, step: str, person_id: int | None, now: datetime) -> bool:
    """Note a key step as done; whether it was not yet."""
    return insert_or_ignore(x, deal_step, {"deal_id": deal_id, "step": step, "done_at": now, "done_by": person_id})


def untick(x: Executor, deal_id: int, step: str) -> bool:
    """Take a key step back; whether it was done. The events remember that it once was."""
    return bool(rows_changed(x, delete(deal_step).where(deal_step.c.deal_id == deal_id, deal_step.c.step == step)))


def team_of(x: Executor, person_id: int) -> tuple[bool, int | None]:
    """Whether there is such an active person, and their team."""
    query = select(person.c.team_id).where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    row = x.execute(query).first()
    return row is not None, row.team_id if row else None


def people(x: Executor, actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Whom a filter or a form offers: id and name of the people whose records this person sees."""
    query = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None)).order_by(person.c.name)
    if actor.people is not None:
        query = query.where(person.c.id.in_(sorted(actor.people)))
    return x.execute(query.limit(500)).all()


def totals(
    x: Executor, actor: Actor, f: DealFilter, now: datetime, by: Iterable[ColumnElement[Any]] = (deal.c.stage,)
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Number and sum by stage and currency, over all deals of the filter and not only those shown."""
    keys = tuple(by)
    query = (
        select(*keys, deal.c.currency, func.count().label("n"), func.sum(deal.c.amount_minor).label("total"))
        .where(*conditions(f), or_(*branches(actor, f, now)))
        .group_by(*keys, deal.c.currency)
        .order_by(*keys, deal.c.currency)
    )
    return x.execute(query).all()
