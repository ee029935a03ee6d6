"""People: rows for lists, one as a view, and the few changes services make."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    delete,
    exists,
    func,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy import insert as insert_into
from sqlalchemy.exc import IntegrityError

from salesapp.domain.errors import N_, NotAllowed, NotFound, Refused, problem
from salesapp.domain.people import PersonView
from salesapp.domain.permissions import Actor, can
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.sign_ins import IDLE
from salesapp.store.tables import event, person, person_function, person_territory, sign_in, team

PAGE = 100


def anybody(x: Executor) -> bool:
    """Whether the installation has any person yet."""
    return x.execute(select(person.c.id).limit(1)).first() is not None


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new person; Refused where their mail or phone is somebody's already."""
    try:
        return insert_row(x, person, values)
    except IntegrityError as error:
        raise _taken(error) from error


def update_person(x: Executor, person_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of a person; Refused where their mail or phone is somebody's already."""
    try:
        x.execute(update(person).where(person.c.id == person_id).values(dict(values)))
    except IntegrityError as error:
        raise _taken(error) from error


def _taken(error: IntegrityError) -> Exception:
    """Two forms sent at once: the database refused the second, at the field it names."""
    for field in ("email", "phone"):
        if f"person.{field}" in str(error.orig) or f"person_{field}" in str(error.orig):
            return Refused([problem(field, N_("Somebody here signs in with this already."))])
    return error


def taken(x: Executor, field: str, value: str, *, but: int | None = None) -> bool:
    """Whether somebody else signs in with this mail address or phone number; former people count too."""
    query = select(person.c.id).where(person.c[field] == value, person.c.id != (but or 0))
    return x.execute(query).first() is not None


def password_hash(x: Executor, person_id: int) -> str | None:
    """The stored hash of a person's password."""
    return x.execute(select(person.c.password_hash).where(person.c.id == person_id)).scalar()


# --- reading ---


def _may_read(actor: Actor, person_id: int | None = None) -> None:
    """Everybody reads themselves; others only those who manage people."""
    if (person_id is None or person_id != actor.id) and not can(actor, "people.manage"):
        raise NotAllowed


def page(
    x: Executor, actor: Actor, *, q: str = "", former: bool = False, after: tuple[str, int] | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """People by name, with team and last visit; one more than PAGE when there is more. For those who manage people."""
    _may_read(actor)
    last_seen = (
        select(func.max(sign_in.c.seen_at))
        .where(sign_in.c.person_id == person.c.id)
        .correlate(person)
        .scalar_subquery()
    )
    query = (
        select(
            person.c.id,
            person.c.name,
            person.c.email,
            person.c.phone,
            person.c.role,
            person.c.deactivated_at,
            person.c.password_hash.is_not(None).label("has_password"),
            team.c.name.label("team"),
            last_seen.label("seen_at"),
        )
        .select_from(person.outerjoin(team, team.c.id == person.c.team_id))
        .where(person.c.deactivated_at.is_not(None) if former else person.c.deactivated_at.is_(None))
        .order_by(person.c.name, person.c.id)
        .limit(PAGE + 1)
    )
    if q:
        query = query.where(_called(q))
    if after is not None:
        query = query.where(tuple_(person.c.name, person.c.id) > after)
    return x.execute(query).all()


def _called(q: str) -> ColumnElement[bool]:
    columns = (person.c.name, person.c.email, person.c.phone, team.c.name)
    return or_(*(column.icontains(q, autoescape=True) for column in columns))


def every(x: Executor, actor: Actor, *, q: str = "", former: bool = False) -> Sequence[Row[*tuple[Any, ...]]]:
    """All of them by name, with what they do; for those who manage people."""
    _may_read(actor)
    functions = select(func.aggregate_strings(person_function.c.function, " "))
    columns = ("id", "name", "email", "phone", "role", "language", "zone", "created_at", "deactivated_at")
    query = (
        select(
            *(person.c[name] for name in columns),
            team.c.name.label("team"),
            functions.where(person_function.c.person_id == person.c.id).scalar_subquery().label("functions"),
        )
        .select_from(person.outerjoin(team, team.c.id == person.c.team_id))
        .where(person.c.deactivated_at.is_not(None) if former else person.c.deactivated_at.is_(None))
        .order_by(person.c.name, person.c.id)
    )
    return x.execute(query.where(_called(q)) if q else query).all()


def counts(x: Executor, actor: Actor) -> tuple[int, int]:
    """How many people work here, and how many once did."""
    _may_read(actor)
    row = x.execute(select(func.count(person.c.id), func.count(person.c.deactivated_at))).one()
    return row[0] - row[1], row[1]


_has = union_all(
    select(person_function.c.function, null().label("territory_id")).where(
        person_function.c.person_id == bindparam("person_id")
    ),
    select(null().label("function"), person_territory.c.territory_id).where(
        person_territory.c.person_id == bindparam("person_id")
    ),
)


def load(x: Executor, actor: Actor, person_id: int, *, lock: bool = False) -> PersonView:
    """One person: oneself, or anybody for those who manage people; `lock` holds the row until the end."""
    _may_read(actor, person_id)
    query = select(person).where(person.c.id == person_id)
    # Not FOR UPDATE: rows that refer to this person (their own request, for one) must not have to wait.
    row = x.execute(query.with_for_update(key_share=True) if lock else query).first()
    if row is None:
        raise NotFound
    has = x.execute(_has, {"person_id": person_id}).all()
    return PersonView(
        id=row.id,
        name=row.name,
        email=row.email,
        phone=row.phone,
        role=row.role,
        team_id=row.team_id,
        language=row.language,
        zone=row.zone,
        theme=row.theme,
        functions=frozenset(each.function for each in has if each.function is not None),
        territories=frozenset(each.territory_id for each in has if each.territory_id is not None),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        deactivated_at=row.deactivated_at,
        version=row.version,
    )


def signed_in_at(x: Executor, actor: Actor, person_id: int, now: datetime) -> tuple[int, datetime | None]:
    """In how many places a person is signed in, and when they were last here."""
    _may_read(actor, person_id)
    here = and_(sign_in.c.ended_at.is_(None), sign_in.c.expires_at > now, sign_in.c.seen_at > now - IDLE)
    query = select(func.count(sign_in.c.id).filter(here), func.max(sign_in.c.seen_at))
    row = x.execute(query.where(sign_in.c.person_id == person_id)).one()
    return row[0], row[1]


def choices(x: Executor, actor: Actor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who can be picked as an owner: the active people whose records this person sees."""
    query = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None))
    if actor.people is not None:
        query = query.where(person.c.id.in_(sorted(actor.people)))
    return x.execute(query.order_by(person.c.name, person.c.id)).all()


def who_changed(x: Executor, subject_kind: str, subject_id: int, fields: Sequence[str]) -> str:
    """Who last changed one of these fields, as the events tell; "" when they do not."""
    query = (
        select(event.c.data, person.c.name)
        .select_from(event.join(person, person.c.id == event.c.actor_id))
        .where(event.c.subject_kind == subject_kind, event.c.subject_id == subject_id, event.c.kind.like("%.changed"))
        .order_by(event.c.id.desc())
        .limit(20)
    )
    rows = x.execute(query).all()
    return next((row.name for row in rows if set(fields) & set(row.data.get("fields", ()))), "")


# --- changing ---


def set_functions(x: Executor, person_id: int, functions: frozenset[str]) -> None:
    """Make these a person's functions."""
    x.execute(delete(person_function).where(person_function.c.person_id == person_id))
    if functions:
        rows = [{"person_id": person_id, "function": key} for key in sorted(functions)]
        x.execute(insert_into(person_function), rows)


def set_territories(x: Executor, person_id: int, territories: frozenset[int]) -> None:
    """Make these a person's territories."""
    x.execute(delete(person_territory).where(person_territory.c.person_id == person_id))
    if territories:
        rows = [{"person_id": person_id, "territory_id": each} for each in sorted(territories)]
        x.execute(insert_into(person_territory), rows)


def lock_admins(x: Executor) -> None:
    """Let one transaction at a time take somebody's administration away. Comes before any other lock on a person,
    in the order of ids, so that two of them wait for each other instead of blocking each other."""
    query = select(person.c.id).where(person.c.role == "admin").order_by(person.c.id)
    x.execute(query.with_for_update(key_share=True)).all()


def update_unless_last_admin(x: Executor, person_id: int, values: Mapping[str, Any]) -> bool:
    """Change columns in a way that may take administration away, unless nobody else could administer then.

    One conditional statement; only people who can sign in count.
    """
    other = person.alias("other")
    another = exists().where(
        other.c.id != person_id,
        other.c.role == "admin",
        other.c.deactivated_at.is_(None),
        other.c.password_hash.is_not(None),
    )
    no_admin = or_(person.c.role != "admin", person.c.deactivated_at.is_not(None))
    statement = update(person).where(person.c.id == person_id, or_(no_admin, another)).values(dict(values))
    return bool(rows_changed(x, statement))
