"""What is somebody's and needs another hand once they leave: counted, and listed in one order."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, null, or_, select, update

from salesapp.domain.decisions import may_decide
from salesapp.domain.permissions import Actor
from salesapp.store import decision_lists, decisions
from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import activity, contact, customer, deal, decision, field_link, person, saved_view

MOST_ASKED: Final = 200
"""Pending decisions looked at one by one."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """Ids of what somebody owns: customers; deals and plans that do not go along with one of these, each with its
    customer; pending requests of theirs; views others use; fields
    of records that name them. `deals_of` and `planned_of` count what goes along with a customer."""

    customers: Sequence[int]
    deals: Sequence[tuple[int, int | None]]
    activities: Sequence[tuple[int, int | None]]
    asked: Sequence[int]
    views: Sequence[int]
    links: Sequence[int]
    deals_of: Mapping[int, int] = field(hash=False)
    planned_of: Mapping[int, int] = field(hash=False)

    @property
    def n_deals(self) -> int:
        """All their open deals."""
        return len(self.deals) + sum(self.deals_of.values())

    @property
    def n_activities(self) -> int:
        """All they have planned."""
        return len(self.activities) + sum(self.planned_of.values())

    @property
    def any(self) -> bool:
        """Whether there is anything to hand over."""
        return bool(self.customers or self.deals or self.activities or self.asked or self.views or self.links)


def belongings(x: Executor, person_id: int) -> Belongings:
    """Everything of this person that somebody else should have."""
    theirs = (customer.c.owner_id == person_id, customer.c.archived_at.is_(None))
    customers = list(x.scalars(select(customer.c.id).where(*theirs).order_by(customer.c.id)))
    mine = set(customers)
    open_deal = (deal.c.owner_id == person_id, deal.c.state == "open", deal.c.archived_at.is_(None))
    deals = [(one, of) for one, of in x.execute(select(deal.c.id, deal.c.customer_id).where(*open_deal))]
    is_planned = (activity.c.owner_id == person_id, activity.c.state == "planned")
    plans = [(one, of) for one, of in x.execute(select(activity.c.id, activity.c.customer_id).where(*is_planned))]
    pending = (decision.c.asked_by == person_id, decision.c.state == "pending")
    return Belongings(
        customers,
        sorted(row for row in deals if row[1] not in mine),
        sorted(row for row in plans if row[1] not in mine),
        list(x.scalars(select(decision.c.id).where(*pending).order_by(decision.c.id))),
        list(x.scalars(select(saved_view.c.id).where(*_shared_views(person_id)).order_by(saved_view.c.id))),
        list(x.scalars(select(field_link.c.id).where(field_link.c.person_id == person_id).order_by(field_link.c.id))),
        Counter(of for _, of in deals if of in mine),
        Counter(of for _, of in plans if of in mine),
    )


def owns_anything(x: Executor, person_id: int) -> bool:
    """The same as a question, for a page that offers to hand it over."""
    ways: tuple[Select[tuple[int]], ...] = (
        select(customer.c.id).where(customer.c.owner_id == person_id, customer.c.archived_at.is_(None)),
        select(deal.c.id).where(deal.c.owner_id == person_id, deal.c.state == "open", deal.c.archived_at.is_(None)),
        select(activity.c.id).where(activity.c.owner_id == person_id, activity.c.state == "planned"),
        select(decision.c.id).where(decision.c.asked_by == person_id, decision.c.state == "pending"),
        select(saved_view.c.id).where(*_shared_views(person_id)),
        select(field_link.c.id).where(field_link.c.person_id == person_id),
    )
    first, *rest = (select(way.limit(1).subquery().c.id) for way in ways)
    return x.execute(first.union_all(*rest).limit(1)).first() is not None


def _shared_views(person_id: int) -> tuple[ColumnElement[bool], ...]:
    """Views of theirs that others use; what they made for themselves goes with them."""
    used = or_(saved_view.c.team_id.is_not(None), saved_view.c.everybody)
    return saved_view.c.person_id == person_id, used, saved_view.c.archived_at.is_(None)


def give(x: Executor, kind: str, record_id: int, before: int, after: int) -> bool:
    """A view, or what a field says, is another person's from now on; False where it is not this one's any more."""
    table = {"view": saved_view, "link": field_link}[kind]
    theirs = (table.c.id == record_id, table.c.person_id == before)
    values: dict[str, Any] = {"person_id": after} | ({"version": table.c.version + 1} if kind == "view" else {})
    return bool(rows_changed(x, update(table).where(*theirs).values(values)))


def link(x: Executor, link_id: int) -> Row[*tuple[Any, ...]] | None:
    """The record and the field that name somebody: subject_kind, subject_id, field."""
    return x.execute(select(field_link).where(field_link.c.id == link_id)).first()


_RECORDS: Final = {"customer": customer, "contact": contact, "deal": deal, "activity": activity}


def named_anew(x: Executor, kind: str, record_id: int) -> dict[str, int | None]:
    """A record's field names somebody else: its version goes up. The customer and the deal its event is about."""
    table = _RECORDS[kind]
    x.execute(update(table).where(table.c.id == record_id).values(version=table.c.version + 1))
    its_customer = table.c.id if kind == "customer" else table.c.customer_id
    its_deal = {"deal": deal.c.id, "activity": activity.c.deal_id}.get(kind, null())
    query = select(its_customer.label("customer_id"), its_deal.label("deal_id")).where(table.c.id == record_id)
    return dict(x.execute(query).mappings().one())


def only_they_decide(x: Executor, actor: Actor) -> tuple[int, int]:
    """How many pending decisions wait for this person, and of how many nobody else could give the step that waits."""
    waiting, alone = 0, 0
    pending = decisions.view.where(decision.c.state == "pending").order_by(decision.c.id)
    rows = x.execute(pending.limit(MOST_ASKED)).all()
    for found in decisions.views(x, rows):
        step = found.waiting
        if step is None or not may_decide(actor, found):
            continue
        waiting += 1
        but = [one for one in (actor.id, found.asked_by, found.owner_id, found.asked_owner_id) if one is not None]
        alone += not decision_lists.who_answers(x, step.function, found.owner_id, but)
    return waiting, alone


def names(x: Executor, ids: Collection[int | None]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What these people are called, those who left among them: id, name."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return []
    return x.execute(select(person.c.id, person.c.name).where(person.c.id.in_(wanted)).order_by(person.c.id)).all()
