"""Links to hand out: whoever holds one may set a person's password, once. Only the token's hash is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from salesapp.domain.errors import NotAllowed
from salesapp.domain.permissions import Actor, can
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import one_time_link, person


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link that somebody opened, and the person it is for."""

    id: int
    purpose: str
    person_id: int
    name: str
    language: str | None
    theme: str
    open: bool
    """Neither used, withdrawn nor too old."""


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new link."""
    return insert_row(x, one_time_link, values)


def find(x: Executor, token_hash: str, purposes: Sequence[str], now: datetime) -> LinkView | None:
    """The link behind a token, if it was made for one of these purposes; the token itself is the right to see it."""
    row = x.execute(
        select(
            one_time_link.c.id,
            one_time_link.c.purpose,
            one_time_link.c.used_at,
            one_time_link.c.expires_at,
            person.c.id.label("person_id"),
            person.c.name,
            person.c.language,
            person.c.theme,
            person.c.deactivated_at,
        )
        .select_from(one_time_link.join(person, person.c.id == one_time_link.c.person_id))
        .where(one_time_link.c.token_hash == token_hash, one_time_link.c.purpose.in_(purposes))
    ).first()
    if row is None:
        return None
    still = row.used_at is None and row.expires_at > now and row.deactivated_at is None
    return LinkView(row.id, row.purpose, row.person_id, row.name, row.language, row.theme, still)


def use(x: Executor, link_id: int, now: datetime) -> bool:
    """Use a link up; False when somebody was faster or its time has passed."""
    statement = update(one_time_link).where(
        one_time_link.c.id == link_id, one_time_link.c.used_at.is_(None), one_time_link.c.expires_at > now
    )
    return bool(rows_changed(x, statement.values(used_at=now)))


def withdraw(x: Executor, person_id: int, now: datetime, *, only: int | None = None) -> int:
    """End a person's open links, or one of them; returns how many."""
    statement = update(one_time_link).where(
        one_time_link.c.person_id == person_id, one_time_link.c.used_at.is_(None), one_time_link.c.expires_at > now
    )
    if only is not None:
        statement = statement.where(one_time_link.c.id == only)
    return rows_changed(x, statement.values(expires_at=now))


def open_links(x: Executor, actor: Actor, person_id: int, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """A person's links that could still be used, and who made them."""
    if not can(actor, "people.manage"):
        raise NotAllowed
    maker = person.alias("maker")
    return x.execute(
        select(
            one_time_link.c.id,
            one_time_link.c.purpose,
            one_time_link.c.created_at,
            one_time_link.c.expires_at,
            func.coalesce(maker.c.name, "").label("made_by"),
        )
        .select_from(one_time_link.outerjoin(maker, maker.c.id == one_time_link.c.created_by))
        .where(
            one_time_link.c.person_id == person_id,
            one_time_link.c.used_at.is_(None),
            one_time_link.c.expires_at > now,
        )
        .order_by(one_time_link.c.id.desc())
    ).all()
