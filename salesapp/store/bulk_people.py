"""Everybody who works here at once, for imports."""

from dataclasses import dataclass

from sqlalchemy import and_, exists, or_, select

from salesapp.store.engine import Executor
from salesapp.store.tables import activity, customer, deal, event, person, sign_in


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody, as far as an import must know them."""

    id: int
    name: str
    email: str | None
    phone: str | None
    role: str
    team_id: int | None
    is_active: bool


def everybody(x: Executor) -> list[KnownPerson]:
    """All people, also those who left: their mail is still theirs."""
    columns = (person.c.id, person.c.name, person.c.email, person.c.phone, person.c.role, person.c.team_id)
    query = select(*columns, person.c.deactivated_at.is_(None)).order_by(person.c.id)
    return [
        KnownPerson(one, name, email, phone, role, team_id, bool(active))
        for one, name, email, phone, role, team_id, active in x.execute(query)
    ]


def is_in_use(x: Executor, person_id: int, batch_id: int | None) -> bool:
    """Whether somebody came in, did anything, was changed, or has anything since this batch brought them."""
    about = and_(event.c.subject_kind == "person", event.c.subject_id == person_id)
    other = or_(event.c.batch_id.is_(None), event.c.batch_id != batch_id)
    things = (
        and_(about, other),
        event.c.actor_id == person_id,
        sign_in.c.person_id == person_id,
        customer.c.owner_id == person_id,
        deal.c.owner_id == person_id,
        activity.c.owner_id == person_id,
    )
    return any(bool(x.execute(select(exists().where(which))).scalar()) for which in things)
