"""Pools: their rules, how somebody stands to each, and setting them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, or_, select, update
from sqlalchemy import exists as sql_exists

from salesapp.domain.permissions import Actor, can
from salesapp.domain.pool_rules import Pool
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import customer, pool, pool_member, setting, team
from salesapp.store.types import Id

_mine = team.alias("mine")
_my_teams = (
    select(team.c.id)
    .select_from(team.join(_mine, _mine.c.path.startswith(team.c.path)))
    .where(_mine.c.id == bindparam("my_team", type_=Id))
)
_i_am_in = or_(pool_member.c.person_id == bindparam("me", type_=Id), pool_member.c.team_id.in_(_my_teams))
_member = sql_exists().where(pool_member.c.pool_id == pool.c.id, _i_am_in, ~pool_member.c.manages)
_manages = sql_exists().where(pool_member.c.pool_id == pool.c.id, _i_am_in, pool_member.c.manages)
_pools = select(pool, _member.label("member"), _manages.label("manages")).order_by(pool.c.id)
_living_pools = _pools.where(pool.c.archived_at.is_(None))
_one_pool = _living_pools.where(pool.c.id == bindparam("pool_id", type_=Id))


def seen(x: Executor, actor: Actor) -> list[Pool]:
    """The pools this person sees into."""
    if not can(actor, "customer.see"):
        return []
    return [each for row in x.execute(_living_pools, _asker(actor)) if (each := _pool(row, actor)).seen]


def one(x: Executor, actor: Actor, pool_id: int) -> Pool | None:
    """One pool in use, and how this person stands to it; None also where they do not see into it."""
    row = x.execute(_one_pool, {"pool_id": pool_id, **_asker(actor)}).first()
    found = None if row is None else _pool(row, actor)
    return found if found is not None and found.seen else None


def _asker(actor: Actor) -> dict[str, int | None]:
    return {"me": actor.id, "my_team": actor.team_id}


def _pool(row: Row[*tuple[Any, ...]], actor: Actor) -> Pool:
    return Pool(
        id=row.id,
        name=row.name,
        who=row.who,
        hold_limit=row.hold_limit,
        hold_bought=row.hold_bought,
        day_limit=row.day_limit,
        wait_days=row.wait_days,
        lock_hours=row.lock_hours,
        shown=frozenset(row.shown),
        member=row.member,
        manages=row.manages or can(actor, "settings.manage"),
    )


def all_pools(x: Executor, *, archived: bool = False) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every pool in use (or every other one), for those who set them and for choosing one: all columns."""
    out = pool.c.archived_at.is_not(None) if archived else pool.c.archived_at.is_(None)
    return x.execute(select(pool).where(out).order_by(pool.c.id)).all()


def exists_one(x: Executor, pool_id: int) -> bool:
    """Whether this pool is in use, and stays so until the transaction ends: nobody may end up in one put away."""
    query = select(pool.c.id).where(pool.c.id == pool_id, pool.c.archived_at.is_(None))
    return x.execute(query.with_for_update(read=True)).first() is not None


def ensure_default(x: Executor) -> int:
    """The pool every installation has, made at its first use. Its name is "", shown in each person's language."""
    first = select(pool.c.id).where(pool.c.archived_at.is_(None)).order_by(pool.c.id).limit(1)
    found = x.scalar(first)
    if found is None:
        # Of two at once the second waits here for the first one's row, and then sees its pool.
        insert_or_ignore(x, setting, {"key": "default_pool", "value": {}})
        found = x.scalar(first)
    return int(found) if found is not None else insert_row(x, pool, {"name": ""})


# --- setting them ---


def locked(x: Executor, pool_id: int) -> Row[*tuple[Any, ...]] | None:
    """A pool's row, archived or not, nobody else's to change until the transaction ends. Claims need not wait."""
    return x.execute(select(pool).where(pool.c.id == pool_id).with_for_update(key_share=True)).first()


def insert_pool(x: Executor, values: Mapping[str, Any]) -> int:
    """A new pool."""
    return insert_row(x, pool, values)


def set_values(x: Executor, pool_id: int, values: Mapping[str, Any]) -> None:
    """Change columns of a pool."""
    x.execute(update(pool).where(pool.c.id == pool_id).values(dict(values)))


def archive(x: Executor, pool_id: int, now: datetime) -> bool:
    """Put a pool away; not while somebody waits in it, and never the last one. Who was archived, merged or erased
    there waits no more."""
    waiting = sql_exists().where(customer.c.pool_id == pool_id, customer.c.archived_at.is_(None))
    other = pool.alias("other")
    another = sql_exists().where(other.c.id != pool_id, other.c.archived_at.is_(None))
    statement = update(pool).where(pool.c.id == pool_id, pool.c.archived_at.is_(None), ~waiting, another)
    return rows_changed(x, statement.values(archived_at=now)) == 1


def restore(x: Executor, pool_id: int) -> None:
    """Use it again."""
    set_values(x, pool_id, {"archived_at": None})
