"""Whom a filter by owner offers: the people and the teams whose records somebody sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, bindparam, literal, select, union_all

from salesapp.domain.permissions import Actor
from salesapp.store.engine import Executor
from salesapp.store.tables import person, team

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class OfferedTeam:
    """A team with people in it or below; `depth` 0 is the highest of those offered."""

    id: int
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class Offered:
    """The active people by name (rows with id and name), and the teams as the tree stands."""

    people: Sequence[Row[*tuple[Any, ...]]]
    teams: Sequence[OfferedTeam]


_people = (
    select(literal("person").label("kind"), person.c.id, person.c.name, team.c.path)
    .select_from(person.outerjoin(team, team.c.id == person.c.team_id))
    .where(person.c.deactivated_at.is_(None))
)
_teams = select(literal("team").label("kind"), team.c.id, team.c.name, team.c.path).where(team.c.archived_at.is_(None))
_everybody = union_all(_people, _teams)
_some = union_all(_people.where(person.c.id.in_(bindparam("people", expanding=True))), _teams)


def offered(x: Executor, actor: Actor) -> Offered:
    """Everybody this person sees, and every team they see wholly, in one statement."""
    found = x.execute(_everybody) if actor.people is None else x.execute(_some, {"people": sorted(actor.people)})
    rows = found.all()
    named = sorted((row for row in rows if row.kind == "person"), key=_by_name)
    return Offered(named[:MOST], _tree(actor, [row for row in rows if row.kind == "team"], named))


def _by_name(row: Any) -> tuple[str, int]:
    return row.name.casefold(), row.id


def _tree(actor: Actor, teams: Sequence[Any], people: Sequence[Any]) -> list[OfferedTeam]:
    """Each team after the one it belongs to, siblings by name; only where it says something else than "all of them"."""
    top = next((row.path for row in teams if row.id == actor.team_id), None)
    mine = [row for row in teams if actor.people is None or (top is not None and row.path.startswith(top))]
    manned = {int(step) for row in people for step in (row.path or "").split("/") if step}
    places = {row.id: _by_name(row) for row in teams}
    steps = {row.id: [int(step) for step in row.path.split("/") if step] for row in mine}
    shown = sorted(
        (row for row in mine if row.id in manned),
        key=lambda row: [places.get(step, ("", step)) for step in steps[row.id]],
    )
    highest = min((len(steps[row.id]) for row in shown), default=0)
    return [OfferedTeam(row.id, row.name, len(steps[row.id]) - highest) for row in shown] if len(shown) > 1 else []


def people_of_team(x: Executor, team_id: int) -> frozenset[int]:
    """Everybody in a team and below it, former people among them; nobody where there is no such team."""
    top = team.alias("top")
    query = (
        select(person.c.id)
        .join(team, team.c.id == person.c.team_id)
        .join(top, team.c.path.startswith(top.c.path))
        .where(top.c.id == team_id)
    )
    return frozenset(x.scalars(query))


def name_of(x: Executor, person_id: int) -> str | None:
    """What somebody is called, whether still here or not."""
    found: str | None = x.execute(select(person.c.name).where(person.c.id == person_id)).scalar()
    return found
