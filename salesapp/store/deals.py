"""Deals: the frozen view of one, the path it took, and the few changes services make."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, cast, delete, func, select, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Actor
from salesapp.domain.views import DealView
from salesapp.store import search
from salesapp.store.customers import lock_of
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.search_wanted import scope_of
from salesapp.store.tables import (
    activity,
    contact,
    customer,
    deal,
    deal_contact,
    deal_step,
    event,
    person,
    search_row,
    stage_event,
)
from salesapp.store.types import COMMA
from salesapp.store.visibility import deal_access, require

_owner = person.alias("owner")
_its_steps = select(func.aggregate_strings(deal_step.c.step, COMMA)).where(deal_step.c.deal_id == deal.c.id)
_its_contacts = (  # the living ones: who was put away meets no gate, and is there again when brought back
    select(func.aggregate_strings(cast(deal_contact.c.contact_id, String), COMMA))
    .join(contact, contact.c.id == deal_contact.c.contact_id)
    .where(deal_contact.c.deal_id == deal.c.id, contact.c.archived_at.is_(None))
)
_view = (
    select(
        deal,
        customer.c.name.label("customer_name"),
        _owner.c.name.label("owner_name"),
        _its_steps.correlate(deal).scalar_subquery().label("steps"),
        _its_contacts.correlate(deal).scalar_subquery().label("contacts"),
    )
    .outerjoin(customer, customer.c.id == deal.c.customer_id)
    .outerjoin(_owner, _owner.c.id == deal.c.owner_id)
    .where(deal.c.id == bindparam("deal_id"))
)
_locked_view = _view.with_for_update(of=deal)
_its_path = (
    select(
        stage_event.c.stage,
        stage_event.c.prev_stage,
        stage_event.c.secs_in_prev,
        stage_event.c.at,
        person.c.name.label("actor_name"),
    )
    .outerjoin(person, person.c.id == stage_event.c.actor_id)
    .where(stage_event.c.deal_id == bindparam("deal_id"), stage_event.c.undone_at.is_(None))
    .order_by(stage_event.c.id)
    .limit(500)
)


def load(x: Executor, actor: Actor, deal_id: int, now: datetime) -> DealView:
    """One deal as this person sees it; NotFound where it is missing or not theirs to see."""
    require(actor, "deal.see", deal_access(x, actor, deal_id, now))
    return _load(x, _view, deal_id)


def load_for_change(x: Executor, actor: Actor, verb: str, deal_id: int, now: datetime) -> DealView:
    """One deal this person may do `verb` to, its row locked until the transaction ends."""
    lock_of(x, deal, deal_id)
    require(actor, verb, deal_access(x, actor, deal_id, now))
    return _load(x, _locked_view, deal_id)


def _load(x: Executor, query: Select[Any], deal_id: int) -> DealView:
    row = x.execute(query, {"deal_id": deal_id}).first()
    if row is None:
        raise NotFound
    contacts = sorted(map(int, row.contacts.split(","))) if row.contacts else ()
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
        done_steps=frozenset(row.steps.split(",")) if row.steps else frozenset(),
        custom=row.custom,
        archived_at=row.archived_at,
        contact_ids=tuple(contacts),
    )


def read(x: Executor, deal_id: int) -> DealView:
    """One deal, for a service that has made sure of the right to it in another way."""
    return _load(x, _view, deal_id)


_version = select(deal.c.version).where(deal.c.id == bindparam("deal_id"))


def version(x: Executor, deal_id: int) -> int:
    """The version the deal has now."""
    found: int = x.execute(_version, {"deal_id": deal_id}).scalar_one()
    return found


def open_of(x: Executor, customer_id: int, owner_id: int) -> Sequence[int]:
    """Ids of this person's open deals with a customer."""
    theirs = (deal.c.customer_id == customer_id, deal.c.owner_id == owner_id, deal.c.state == "open")
    return x.scalars(select(deal.c.id).where(*theirs, deal.c.archived_at.is_(None)).order_by(deal.c.id)).all()


def lost_note(x: Executor, deal_id: int) -> str:
    """What was written down when the deal was lost."""
    return str(x.execute(select(deal.c.lost_note).where(deal.c.id == deal_id)).scalar_one())


def scope_owner(x: Executor, deal_id: int) -> int | None:
    """Whose record the deal is for visibility: the customer's owner, else its own."""
    found: int | None = x.execute(select(deal.c.scope_owner_id).where(deal.c.id == deal_id)).scalar_one()
    return found


def give_customer(x: Executor, deal_id: int, customer_id: int, scope_owner_id: int | None) -> None:
    """What was done and planned for a deal without a customer belongs to the customer it has now."""
    alone = and_(activity.c.deal_id == deal_id, activity.c.customer_id.is_(None))
    x.execute(update(activity).where(alone).values(customer_id=customer_id, scope_owner_id=scope_owner_id))


def done_alone(x: Executor, deal_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was done for a deal while it had no customer: kind, direction, outcome, at."""
    alone = (activity.c.deal_id == deal_id, activity.c.customer_id.is_(None), activity.c.state == "done")
    columns = (activity.c.kind, activity.c.direction, activity.c.outcome, activity.c.at)
    return x.execute(select(*columns).where(*alone)).all()


def rescope_activities(x: Executor, deal_id: int, owner_id: int | None) -> None:
    """What was done and planned for a deal without a customer is its owner's to see."""
    alone = and_(activity.c.deal_id == deal_id, activity.c.customer_id.is_(None))
    x.execute(update(activity).where(alone).values(scope_owner_id=owner_id))


def path(x: Executor, deal_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The stages the deal entered, in order: stage, prev_stage, secs_in_prev, at, and who moved it."""
    return x.execute(_its_path, {"deal_id": deal_id}).all()


def last_entry(x: Executor, deal_id: int) -> Row[*tuple[Any, ...]] | None:
    """The newest row of the deal's path."""
    counts = (stage_event.c.deal_id == deal_id, stage_event.c.undone_at.is_(None))
    return x.execute(select(stage_event).where(*counts).order_by(stage_event.c.id.desc()).limit(1)).first()


def undo_entry(x: Executor, entry_id: int, now: datetime) -> None:
    """This step of the path was taken back: no path and no figure counts it."""
    x.execute(update(stage_event).where(stage_event.c.id == entry_id).values(undone_at=now))


def last_event(x: Executor, deal_id: int, kind: str) -> Mapping[str, Any]:
    """What the newest event of this kind about the deal said, in codes and ids; nothing where there is none."""
    query = select(event.c.data).where(event.c.deal_id == deal_id, event.c.kind == kind)
    return x.execute(query.order_by(event.c.id.desc()).limit(1)).scalar() or {}


def has_won(x: Executor, customer_id: int) -> bool:
    """Whether a deal with this customer is won."""
    won = (deal.c.customer_id == customer_id, deal.c.state == "won", deal.c.archived_at.is_(None))
    return x.execute(select(deal.c.id).where(*won).limit(1)).first() is not None


def changed_by(x: Executor, deal_id: int, facts: Collection[str] = ()) -> str:
    """Who changed the deal last, or one of these facts of it, by name; "" when nobody is known."""
    query = (
        select(person.c.name, event.c.data)
        .select_from(event.join(person, person.c.id == event.c.actor_id))
        .where(event.c.deal_id == deal_id, event.c.kind.startswith("deal."))
        .order_by(event.c.id.desc())
        .limit(50 if facts else 1)
    )
    rows = x.execute(query).all()
    of_these = (row.name for row in rows if not facts or set(facts) & set(row.data.get("fields", ())))
    return str(next(of_these, rows[0].name if rows else ""))


def contacts_of(x: Executor, customer_id: int | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """The people of a customer whom a deal can be about: id, name, position."""
    if customer_id is None:
        return []
    query = (
        select(contact.c.id, contact.c.name, contact.c.position)
        .where(contact.c.customer_id == customer_id, contact.c.archived_at.is_(None))
        .order_by(contact.c.name, contact.c.id)
        .limit(200)
    )
    return x.execute(query).all()


def set_contacts(x: Executor, deal_id: int, contact_ids: Collection[int]) -> None:
    """The people the deal is about, and nobody else; those who were put away are not asked about, and stay."""
    living = select(contact.c.id).where(contact.c.archived_at.is_(None))
    x.execute(delete(deal_contact).where(deal_contact.c.deal_id == deal_id, deal_contact.c.contact_id.in_(living)))
    for contact_id in sorted(set(contact_ids)):
        insert_or_ignore(x, deal_contact, {"deal_id": deal_id, "contact_id": contact_id})


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
    scope = scope_of(deal).label("scope_owner_id")
    columns = (deal.c.id, deal.c.customer_id, scope, deal.c.title, deal.c.touched_at)
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


_touch = (
    update(deal).where(deal.c.id == bindparam("touched")).values(touched_at=bindparam("now")),
    update(search_row)
    .where(search_row.c.kind == "deal", search_row.c.subject_id == bindparam("touched"))
    .values(touched_at=bindparam("now")),
)


def touched(x: Executor, deal_id: int, now: datetime) -> None:
    """Somebody did something with the deal: it moves up in lists. Not a new version, as nothing of it changed."""
    for statement in _touch:
        x.execute(statement, {"touched": deal_id, "now": now})


def team_of(x: Executor, person_id: int) -> tuple[bool, int | None]:
    """Whether there is such an active person, and their team."""
    query = select(person.c.team_id).where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    row = x.execute(query).first()
    return row is not None, row.team_id if row else None
