"""What can be chosen where a list asks about people, teams, territories and tags."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Select, literal, select, union_all

from salesapp.domain.permissions import Actor
from salesapp.store.engine import Executor
from salesapp.store.tables import person, tag, team, territory

MOST: Final = 500
SORTS: Final = ("people", "team", "territory", "tag")


def read(x: Executor, actor: Actor, wanted: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Key and name of those there are, by name, for each wanted one of SORTS; of people those whose records this
    person sees."""
    asked = [name for name in SORTS if name in wanted]
    if not asked:
        return {}
    parts = [_query(actor, name).limit(MOST).subquery() for name in asked]
    every = union_all(*(select(part) for part in parts)).subquery()
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in asked}
    for row in x.execute(select(every).order_by(every.c.name, every.c.id)):
        found[row.sort].append((str(row.id), row.name))
    return found


_TABLES: Final[Mapping[str, Any]] = {"people": person, "team": team, "territory": territory, "tag": tag}


def _query(actor: Actor, name: str) -> Select[Any]:
    table = _TABLES[name]
    query = select(literal(name).label("sort"), table.c.id, table.c.name).order_by(table.c.name)
    if name == "people":
        query = query.where(table.c.deactivated_at.is_(None))
        return query if actor.people is None else query.where(table.c.id.in_(sorted(actor.people)))
    return query.where(table.c.archived_at.is_(None))
