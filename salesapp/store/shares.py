"""Customers shared with a colleague or a team: who they are shared with now, and what those helpers did."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select, update

from salesapp.domain.permissions import Actor
from salesapp.store import visibility
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import customer, customer_owner, event, person, share, team
from salesapp.store.types import Id, Instant


@dataclass(frozen=True, slots=True)
class SharedBy:
    """How a customer came to somebody it is shared with: by whom, to "read" or to "work", until when (None: open)."""

    name: str
    level: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Helper:
    """Who did something while the customer was shared with them, until then."""

    until: datetime | None

    @property
    def last(self) -> datetime | None:
        """A moment of the last day: a share ends with it, at the next one's beginning."""
        return self.until - timedelta(seconds=1) if self.until is not None else None


_by = person.alias("by")
_at: Any = bindparam("now", type_=Instant())
_lasting = and_(share.c.ended_at.is_(None), or_(share.c.until.is_(None), share.c.until > _at))
_current = (
    select(
        share.c.id,
        share.c.person_id,
        share.c.team_id,
        share.c.level,
        share.c.until,
        share.c.note,
        share.c.created_at,
        func.coalesce(person.c.name, team.c.name).label("name"),
        _by.c.name.label("by_name"),
    )
    .select_from(
        share.outerjoin(person, person.c.id == share.c.person_id)
        .outerjoin(team, team.c.id == share.c.team_id)
        .outerjoin(_by, _by.c.id == share.c.created_by)
    )
    .where(share.c.customer_id == bindparam("of_customer", type_=Id), _lasting)
    .order_by(share.c.id)
)


def current(x: Executor, customer_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """Who this customer is shared with now: id, person_id, team_id, level, until, note, created_at, name, by_name. For
    whoever may see the customer already."""
    return x.execute(_current, {"of_customer": customer_id, "now": now}).all()


def to_me(x: Executor, actor: Actor, customer_ids: Collection[int], now: datetime) -> dict[int, SharedBy]:
    """Those of these customers that are shared with this person, each with its widest share."""
    if not customer_ids:
        return {}
    found = x.execute(_to_me(actor), {"ids": list(customer_ids), "now": now})
    return {row.customer_id: SharedBy(row.name or "", row.level, row.until) for row in found}


@lru_cache(maxsize=512)
def _to_me(actor: Actor) -> Select[Any]:
    mine = visibility.current_shares(actor, cast("datetime", bindparam("now", type_=Instant())))
    return (
        select(share.c.customer_id, share.c.level, share.c.until, _by.c.name)
        .select_from(share.outerjoin(_by, _by.c.id == share.c.created_by))
        .where(share.c.customer_id.in_(bindparam("ids", expanding=True)), mine)
        .order_by(share.c.level, share.c.until.is_(None), share.c.until, share.c.id)
    )


def ids_to_me(x: Executor, actor: Actor, now: datetime, limit: int = 200) -> list[int]:
    """Living customers that are shared with this person, the last touched first."""
    mine = and_(customer.c.id.in_(visibility.shared(actor, now)), customer.c.archived_at.is_(None))
    return list(x.scalars(select(customer.c.id).where(mine).order_by(customer.c.touched_at.desc()).limit(limit)))


def get(x: Executor, share_id: int) -> Row[*tuple[Any, ...]] | None:
    """One share, for a service that asks about rights itself."""
    return x.execute(select(share).where(share.c.id == share_id)).first()


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new share."""
    return insert_row(x, share, values)


def end(x: Executor, share_id: int, now: datetime) -> bool:
    """End a share that still goes on."""
    statement = update(share).where(share.c.id == share_id, share.c.ended_at.is_(None))
    return rows_changed(x, statement.values(ended_at=now)) == 1


def resume(x: Executor, share_id: int) -> None:
    """A share that was ended goes on."""
    x.execute(update(share).where(share.c.id == share_id).values(ended_at=None))


def end_all(x: Executor, customer_id: int, now: datetime) -> None:
    """Nobody sees this customer by a share any more."""
    going_on = and_(share.c.customer_id == customer_id, share.c.ended_at.is_(None))
    x.execute(update(share).where(going_on).values(ended_at=now))


def resume_all(x: Executor, customer_id: int, ended_at: datetime) -> None:
    """What was ended at this moment goes on."""
    same = and_(share.c.customer_id == customer_id, share.c.ended_at == ended_at)
    x.execute(update(share).where(same).values(ended_at=None))


def people_of(x: Executor, person_id: int | None, team_id: int | None) -> list[int]:
    """Whom a share reaches now: one person, or everybody active in a team and those below it."""
    if person_id is not None:
        return [person_id]
    above, below = team.alias("above"), team.alias("below")
    teams = select(below.c.id).join(above, below.c.path.startswith(above.c.path)).where(above.c.id == team_id)
    query = select(person.c.id).where(person.c.team_id.in_(teams), person.c.deactivated_at.is_(None))
    return list(x.scalars(query.order_by(person.c.id)))


def team_name(x: Executor, team_id: int | None) -> str:
    """What a team is called."""
    return "" if team_id is None else x.scalar(select(team.c.name).where(team.c.id == team_id)) or ""


def choices(x: Executor, but: Collection[int | None]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Whom a customer can be shared with: active people but these, and teams in use."""
    ids = [each for each in but if each is not None]
    people = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None), person.c.id.not_in(ids))
    teams = select(team.c.id, team.c.name).where(team.c.archived_at.is_(None)).order_by(team.c.path)
    found = x.execute(people.order_by(func.lower(person.c.name), person.c.id))
    return [(row.id, row.name) for row in found], [(row.id, row.name) for row in x.execute(teams)]


# --- what helpers did ---

_their_team, _shared_team = team.alias("their_team"), team.alias("shared_team")
_went_on = and_(
    share.c.created_at <= event.c.noted_at,
    or_(share.c.ended_at.is_(None), share.c.ended_at > event.c.noted_at),
    or_(share.c.until.is_(None), share.c.until > event.c.noted_at),
)
_in_team = (
    exists()
    .where(
        _their_team.c.id == event.c.team_id,
        _shared_team.c.id == share.c.team_id,
        _their_team.c.path.startswith(_shared_team.c.path),
    )
    .correlate(event, share)
)
_owned_it = (  # an event's own owner may be its deal's or activity's
    exists()
    .where(
        customer_owner.c.customer_id == event.c.customer_id,
        customer_owner.c.person_id == event.c.actor_id,
        customer_owner.c.since <= event.c.noted_at,
        or_(customer_owner.c.until.is_(None), customer_owner.c.until >= event.c.noted_at),
    )
    .correlate(event)
)
_helping: ColumnElement[bool] = and_(
    share.c.customer_id == event.c.customer_id,
    _went_on,
    ~_owned_it,
    or_(share.c.person_id == event.c.actor_id, _in_team),
)
by_helpers: ColumnElement[bool] = exists().where(_helping).correlate(event)
"""A condition on `event`: somebody the customer was shared with did it, and not its owner."""

_helped = (
    select(share.c.until, share.c.level).where(_helping).order_by(share.c.until.is_not(None), share.c.until.desc())
)
_helped = _helped.correlate(event).limit(1)
helper_columns: tuple[Any, ...] = (
    _helped.with_only_columns(share.c.level).scalar_subquery().label("helper"),
    _helped.with_only_columns(share.c.until).scalar_subquery().label("helper_until"),
)
"""Of `event`: how far the customer was shared with whoever did it (None: they were no helper), and until when."""


def helper(row: Row[*tuple[Any, ...]]) -> Helper | None:
    """Whether a helper did what this row tells."""
    return Helper(row.helper_until) if row.helper is not None else None
