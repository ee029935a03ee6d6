"""Messages to a group and the times they went out, as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from salesapp.domain.mailing import GOING
from salesapp.domain.permissions import Actor
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import mailing, mailing_run, person


@dataclass(frozen=True, slots=True)
class MailingView:
    """One message to a group. `query` says whom: {"list": …} as ListQuery keeps it, or {"ids": […]}; `repeat` says
    when, None at once."""

    id: int
    name: str
    way: str
    subject: str
    body: str
    query: Mapping[str, Any] = field(hash=False)
    repeat: Mapping[str, Any] | None = field(hash=False)
    state: str
    next_at: datetime | None
    person_id: int
    person_name: str
    created_at: datetime
    archived_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class RunView:
    """One time it went out."""

    id: int
    mailing_id: int
    occurrence: str
    at: datetime
    total: int
    state: str
    finished_at: datetime | None


_own = [each for each in mailing.c if each.name not in ("person_id",)]
_view = select(*_own, mailing.c.person_id, person.c.name.label("person_name")).select_from(
    mailing.join(person, person.c.id == mailing.c.person_id)
)


def add(x: Executor, values: Mapping[str, Any]) -> int:
    """A new draft."""
    return insert_row(x, mailing, values)


def find(x: Executor, mailing_id: int, *, lock: bool = False) -> MailingView | None:
    """One message; with `lock`, nobody else changes it until the transaction ends."""
    if lock:
        x.execute(select(mailing.c.id).where(mailing.c.id == mailing_id).with_for_update())
    row = x.execute(_view.where(mailing.c.id == mailing_id)).first()
    return None if row is None else MailingView(**row._mapping)


def recent(
    x: Executor, actor: Actor, *, limit: int, before: int | None = None, archived: bool = False
) -> list[MailingView]:
    """The newest, or those before one of them, that are not put away (or that are), of those whose records this person
    sees."""
    away = mailing.c.archived_at
    which: list[ColumnElement[bool]] = [away.is_not(None) if archived else away.is_(None)]
    if before is not None:
        which.append(mailing.c.id < before)
    if actor.people is not None:
        which.append(mailing.c.person_id.in_(sorted(actor.people)))
    rows = x.execute(_view.where(*which).order_by(mailing.c.id.desc()).limit(limit))
    return [MailingView(**row._mapping) for row in rows]


def change(x: Executor, found: MailingView, values: Mapping[str, Any]) -> bool:
    """Change it as long as it is as it was found."""
    same = (mailing.c.id == found.id, mailing.c.version == found.version)
    new = {**values, "version": mailing.c.version + 1}
    return bool(rows_changed(x, update(mailing).where(*same).values(new)))


def due(x: Executor, now: datetime, limit: int) -> list[int]:
    """Those whose time has come."""
    query = select(mailing.c.id).where(mailing.c.next_at.is_not(None), mailing.c.next_at <= now)
    return list(x.scalars(query.where(mailing.c.state == GOING).order_by(mailing.c.next_at, mailing.c.id).limit(limit)))


# --- the times it went out ---


def begin_run(x: Executor, mailing_id: int, occurrence: str, state: str, now: datetime) -> int | None:
    """A new run; None where there was one of this occurrence: whoever of many comes first begins it."""
    values = {"mailing_id": mailing_id, "occurrence": occurrence, "at": now, "state": state}
    if not insert_or_ignore(x, mailing_run, values):
        return None
    mine = (mailing_run.c.mailing_id == mailing_id, mailing_run.c.occurrence == occurrence)
    return int(x.execute(select(mailing_run.c.id).where(*mine)).scalar_one())


def set_total(x: Executor, run_id: int, total: int) -> None:
    """How many customers it is about."""
    x.execute(update(mailing_run).where(mailing_run.c.id == run_id).values(total=total))


def run(x: Executor, run_id: int, *, lock: bool = False) -> RunView | None:
    """One run; with `lock`, nobody else works on it until the transaction ends."""
    query = select(mailing_run).where(mailing_run.c.id == run_id)
    row = x.execute(query.with_for_update() if lock else query).first()
    return None if row is None else RunView(**row._mapping)


def runs(x: Executor, mailing_id: int, limit: int = 20) -> Sequence[RunView]:
    """The newest times it went out."""
    query = select(mailing_run).where(mailing_run.c.mailing_id == mailing_id).order_by(mailing_run.c.id.desc())
    return [RunView(**row._mapping) for row in x.execute(query.limit(limit))]


def going_runs(x: Executor, mailing_id: int) -> list[int]:
    """The runs of a message that are not through, the oldest first."""
    mine = (mailing_run.c.mailing_id == mailing_id, mailing_run.c.state == GOING)
    return list(x.scalars(select(mailing_run.c.id).where(*mine).order_by(mailing_run.c.id)))


def all_going(x: Executor) -> list[tuple[int, str, datetime]]:
    """Every run that is not through, with the way it goes and when it began."""
    joined = mailing_run.join(mailing, mailing.c.id == mailing_run.c.mailing_id)
    columns = (mailing_run.c.id, mailing.c.way, mailing_run.c.at)
    query = select(*columns).select_from(joined).where(mailing_run.c.state == GOING)
    return [(row.id, row.way, row.at) for row in x.execute(query.order_by(mailing_run.c.id))]


def latest_runs(x: Executor, mailing_ids: Sequence[int]) -> dict[int, RunView]:
    """The newest run of each of these."""
    if not mailing_ids:
        return {}
    newest = select(func.max(mailing_run.c.id)).where(mailing_run.c.mailing_id.in_(mailing_ids))
    rows = x.execute(select(mailing_run).where(mailing_run.c.id.in_(newest.group_by(mailing_run.c.mailing_id))))
    return {row.mailing_id: RunView(**row._mapping) for row in rows}


def end_run(x: Executor, run_id: int, state: str, now: datetime) -> bool:
    """Nothing more of it goes; False when that was so before."""
    going = (mailing_run.c.id == run_id, mailing_run.c.state == GOING)
    return bool(rows_changed(x, update(mailing_run).where(*going).values(state=state, finished_at=now)))


def reopen_run(x: Executor, run_id: int, now: datetime) -> None:
    """Something of it goes again, and from now on: somebody asked for it, so it is not late."""
    x.execute(update(mailing_run).where(mailing_run.c.id == run_id).values(state=GOING, at=now, finished_at=None))
