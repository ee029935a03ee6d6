"""Sign-ins as rows: who is signed in where; a cookie is worth nothing once its row has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update

from salesapp.domain.company import Company
from salesapp.domain.permissions import ROLES, Actor
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.notices import unread_count
from salesapp.store.settings import company_from, config_version_now
from salesapp.store.tables import person, person_function, setting, sign_in, team
from salesapp.store.types import COMMA

IDLE = timedelta(days=7)

_company = select(setting.c.value).where(setting.c.key == "company").scalar_subquery()
_functions = (
    select(func.aggregate_strings(person_function.c.function, COMMA))
    .where(person_function.c.person_id == person.c.id)
    .scalar_subquery()
)
_load = (
    select(
        sign_in.c.id,
        sign_in.c.seen_at,
        person.c.id.label("person_id"),
        person.c.name,
        person.c.role,
        person.c.team_id,
        person.c.language,
        person.c.theme,
        func.coalesce(person.c.zone, team.c.zone).label("zone"),
        team.c.path,
        _company.label("company"),
        _functions.label("functions"),
        unread_count.label("unread"),
        config_version_now.label("config_version"),
    )
    .select_from(sign_in)
    .join(person, person.c.id == sign_in.c.person_id)
    .outerjoin(team, team.c.id == person.c.team_id)
    .where(
        sign_in.c.token_hash == bindparam("token_hash"),
        sign_in.c.ended_at.is_(None),
        sign_in.c.expires_at > bindparam("now"),
        sign_in.c.seen_at > bindparam("idle_since"),
        person.c.deactivated_at.is_(None),
    )
)

_below = select(person.c.id).join(team, team.c.id == person.c.team_id).where(team.c.path.startswith(bindparam("path")))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One valid sign-in: who it is, the company's settings, when the row was last seen, how many notices wait, what the
    configuration is called."""

    actor: Actor
    company: Company
    seen_at: datetime
    unread: int = 0
    config_version: str = ""


def load(x: Executor, token_hash: str, now: datetime) -> SignedIn | None:
    """The valid sign-in behind a token; one statement, a second one for those who see a team's records."""
    row = x.execute(_load, {"token_hash": token_hash, "now": now, "idle_since": now - IDLE}).first()
    if row is None:
        return None
    company = company_from(row.company)
    actor = Actor(
        id=row.person_id,
        name=row.name,
        role=row.role,
        team_id=row.team_id,
        people=people_seen(x, row.person_id, row.role, row.path),
        functions=frozenset((row.functions or "").split(",")) - {""},
        language=row.language,
        zone=row.zone or company.zone,
        theme=row.theme,
        sign_in_id=row.id,
    )
    return SignedIn(actor, company, row.seen_at, row.unread, row.config_version or "")


def people_seen(x: Executor, person_id: int, role: str, team_path: str | None) -> frozenset[int] | None:
    """Whose records a person sees: everybody's (None), their team's subtree's, or their own."""
    sees = ROLES[role].sees
    if sees == "all":
        return None
    if sees == "team" and team_path:
        return frozenset(x.scalars(_below, {"path": team_path})) | {person_id}
    return frozenset({person_id})


def actor_of(x: Executor, person_id: int) -> Actor | None:
    """The actor a person is, whether signed in or not; None when missing or deactivated."""
    query = (
        select(
            person,
            team.c.path,
            team.c.zone.label("team_zone"),
            _company.label("company"),
            _functions.label("functions"),
        )
        .select_from(person.outerjoin(team, team.c.id == person.c.team_id))
        .where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    )
    row = x.execute(query).first()
    if row is None:
        return None
    return Actor(
        id=row.id,
        name=row.name,
        role=row.role,
        team_id=row.team_id,
        people=people_seen(x, row.id, row.role, row.path),
        functions=frozenset((row.functions or "").split(",")) - {""},
        language=row.language,
        zone=row.zone or row.team_zone or company_from(row.company).zone,
        theme=row.theme,
    )


def insert(x: Executor, values: dict[str, Any]) -> int:
    """A new sign-in."""
    return insert_row(x, sign_in, values)


def seen(x: Executor, sign_in_id: int, now: datetime) -> None:
    """Note that the person was here."""
    x.execute(update(sign_in).where(sign_in.c.id == sign_in_id).values(seen_at=now))


def end(x: Executor, person_id: int, now: datetime, *, only: int | None = None, keep: int | None = None) -> int:
    """End sign-ins of a person: one of them, all but one, or all. Returns how many."""
    statement = update(sign_in).where(sign_in.c.person_id == person_id, sign_in.c.ended_at.is_(None))
    if only is not None:
        statement = statement.where(sign_in.c.id == only)
    if keep is not None:
        statement = statement.where(sign_in.c.id != keep)
    return rows_changed(x, statement.values(ended_at=now))


def current(x: Executor, person_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The person's open sign-ins, the newest first."""
    return x.execute(
        select(sign_in.c.id, sign_in.c.created_at, sign_in.c.seen_at, sign_in.c.address, sign_in.c.agent)
        .where(
            sign_in.c.person_id == person_id,
            sign_in.c.ended_at.is_(None),
            sign_in.c.expires_at > now,
            sign_in.c.seen_at > now - IDLE,
        )
        .order_by(sign_in.c.seen_at.desc(), sign_in.c.id.desc())
    ).all()


def credentials(x: Executor, email: str | None, phone: str | None) -> Row[int, str | None] | None:
    """The active person who signs in with this address or number."""
    ways = []
    if email:
        ways.append(person.c.email == email)
    if phone:
        ways.append(person.c.phone == phone)
    if not ways:
        return None
    query = select(person.c.id, person.c.password_hash).where(or_(*ways), person.c.deactivated_at.is_(None))
    return x.execute(query).first()


def locked_hash(x: Executor, person_id: int) -> str | None:
    """The password's hash of an active person, nobody else's to change until the transaction ends."""
    query = select(person.c.password_hash).where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    found: str | None = x.execute(query.with_for_update(key_share=True)).scalar()
    return found
