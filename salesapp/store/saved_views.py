"""Saved views of lists: who sees which, and the rows services change."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, bindparam, delete, or_, select, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Actor, can
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, insert_row, rows_changed
from salesapp.store.tables import default_view, person, saved_view, team
from salesapp.store.types import Id

MOST: Final = 100
View = Row[*tuple[Any, ...]]


# Asked by every list, and built once: building them takes ten times as long as running them.
_me, _my_team = bindparam("me", type_=Id), bindparam("my_team", type_=Id)
_mine = team.alias("mine")
_above = (
    select(team.c.id).select_from(team.join(_mine, _mine.c.path.startswith(team.c.path))).where(_mine.c.id == _my_team)
)
_seen = or_(saved_view.c.person_id == _me, saved_view.c.everybody, saved_view.c.team_id.in_(_above))
"""Mine, everybody's, and those of my team and the teams it is part of."""

_usual = and_(default_view.c.view_id == saved_view.c.id, default_view.c.person_id == _me)
_views = (
    select(saved_view, person.c.name.label("maker"), default_view.c.view_id.is_not(None).label("is_default"))
    .select_from(saved_view.join(person, person.c.id == saved_view.c.person_id).outerjoin(default_view, _usual))
    .where(_seen)
)
_shown = (
    _views.where(saved_view.c.kind == bindparam("kind"), saved_view.c.archived_at.is_(None))
    .order_by(saved_view.c.name, saved_view.c.id)
    .limit(MOST)
)
_one = _views.where(saved_view.c.id == bindparam("view", type_=Id))


def _who(actor: Actor) -> dict[str, int | None]:
    return {"me": actor.id, "my_team": actor.team_id}


def shown(x: Executor, actor: Actor, kind: str) -> Sequence[View]:
    """The views of this list that the person can open, by name, each with its `maker` and whether it `is_default`."""
    rows: Sequence[View] = x.execute(_shown, {"kind": kind, **_who(actor)}).all()
    return rows


def load(x: Executor, actor: Actor, view_id: int) -> View:
    """One view, put away or not; NotFound where it is not this person's to see."""
    row: View | None = x.execute(_one, {"view": view_id, **_who(actor)}).first()
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
