"""Saved views of lists: who sees which, and the rows services change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Actor, can
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import default_view, person, saved_view, team

MOST: Final = 100
View = Row[*tuple[Any, ...]]


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    """Mine, everybody's, and those of my team and the teams it is part of."""
    mine = team.alias("mine")
    above = select(team.c.id).select_from(team.join(mine, mine.c.path.startswith(team.c.path)))
    ways = [saved_view.c.person_id == actor.id, saved_view.c.everybody]
    if actor.team_id is not None:
        ways.append(saved_view.c.team_id.in_(above.where(mine.c.id == actor.team_id)))
    return or_(*ways)


def _views(actor: Actor) -> Any:
    usual = and_(default_view.c.view_id == saved_view.c.id, default_view.c.person_id == actor.id)
    return select(
        saved_view, person.c.name.label("maker"), default_view.c.view_id.is_not(None).label("is_default")
    ).select_from(saved_view.join(person, person.c.id == saved_view.c.person_id).outerjoin(default_view, usual))


def shown(x: Executor, actor: Actor, kind: str) -> Sequence[View]:
    """The views of this list that the person can open, by name, each with its `maker` and whether it `is_default`."""
    query = _views(actor).where(saved_view.c.kind == kind, saved_view.c.archived_at.is_(None), _seen_by(actor))
    rows: Sequence[View] = x.execute(query.order_by(saved_view.c.name, saved_view.c.id).limit(MOST)).all()
    return rows


def load(x: Executor, actor: Actor, view_id: int) -> View:
    """One view, put away or not; NotFound where it is not this person's to see."""
    row: View | None = x.execute(_views(actor).where(saved_view.c.id == view_id, _seen_by(actor))).first()
    if row is None:
        raise NotFound
    return row


def may_change(actor: Actor, view: View) -> bool:
    """Its maker changes a view, who manages its team, and an administrator those of others that they see."""
    if view.person_id == actor.id or can(actor, "settings.manage"):
        return True
    return view.team_id is not None and view.team_id == actor.team_id and can(actor, "customer.assign")


def insert_view(x: Executor, values: Mapping[str, Any]) -> int:
    """A new view."""
    return insert_row(x, saved_view, values)


def update_view(x: Executor, view_id: int, version: int, values: Mapping[str, Any]) -> bool:
    """Change a view, unless somebody did since `version`."""
    where = (saved_view.c.id == view_id, saved_view.c.version == version)
    return bool(rows_changed(x, update(saved_view).where(*where).values(**values, version=version + 1)))


def put_away(x: Executor, view_id: int, at: datetime | None) -> None:
    """Out of everybody's lists at this moment; None brings it back."""
    x.execute(update(saved_view).where(saved_view.c.id == view_id).values(archived_at=at))


def set_default(x: Executor, person_id: int, kind: str, view_id: int | None) -> None:
    """What the list opens with for this person; None is the list as it is."""
    key = {"person_id": person_id, "kind": kind}
    mine = (default_view.c.person_id == person_id, default_view.c.kind == kind)
    if view_id is None:
        x.execute(delete(default_view).where(*mine))
    elif not insert_or_ignore(x, default_view, key | {"view_id": view_id}):  # of two at once the second waits here
        x.execute(update(default_view).where(*mine).values(view_id=view_id))
