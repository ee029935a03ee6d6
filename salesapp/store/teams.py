"""Teams and territories, two trees of the same kind, and the functions an owner adds to the built-in ones.

A node's path holds the ids from the top down to itself, "/1/4/": a subtree is everything whose path begins with its
own. The trees are small, so a change locks the whole tree first: two moves at once cannot make a ring.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Table, and_, case, exists, func, insert, literal, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import (
    customer,
    function,
    person,
    person_function,
    person_territory,
    team,
    territory,
)
from salesapp.store.types import Id

TREES: Final[Mapping[str, Table]] = {"teams": team, "territories": territory}


@dataclass(frozen=True, slots=True)
class Node:
    """A team or territory where it stands: `depth` 1 is the top, `people` are the active ones right in it."""

    id: int
    name: str
    parent_id: int | None
    path: str
    archived_at: datetime | None
    people: int = 0

    @property
    def depth(self) -> int:
        return self.path.count("/") - 1


def _in_it(tree: str) -> Any:
    """The active people right in a node, as a correlated select without columns yet."""
    table = TREES[tree]
    if tree == "teams":
        return select(func.count(person.c.id)).where(person.c.team_id == table.c.id, person.c.deactivated_at.is_(None))
    return (
        select(func.count(person_territory.c.person_id))
        .select_from(person_territory.join(person, person.c.id == person_territory.c.person_id))
        .where(person_territory.c.territory_id == table.c.id, person.c.deactivated_at.is_(None))
    )


def nodes(x: Executor, tree: str, *, lock: bool = False) -> list[Node]:
    """The whole tree, each node after its parent and siblings by name; archived ones among them."""
    table = TREES[tree]
    query = select(table.c.id, table.c.name, table.c.parent_id, table.c.path, table.c.archived_at)
    if lock:  # without the counts: they would be of the moment before the lock
        found = [Node(*row) for row in x.execute(query.order_by(table.c.id).with_for_update(key_share=True))]
    else:
        people = _in_it(tree).correlate(table).scalar_subquery()
        found = [Node(*row) for row in x.execute(query.add_columns(people))]
    return _in_order(found)


def _in_order(found: Sequence[Node]) -> list[Node]:
    names = {node.id: node.name.casefold() for node in found}
    steps = {node.id: [int(step) for step in node.path.strip("/").split("/")] for node in found}
    return sorted(found, key=lambda node: [(names.get(step, ""), step) for step in steps[node.id]])


def add(x: Executor, tree: str, name: str, parent: Node | None) -> int:
    """A new node below `parent`, or at the top."""
    table = TREES[tree]
    node_id = insert_row(x, table, {"name": name, "parent_id": parent.id if parent else None, "path": "/"})
    path = f"{parent.path if parent else '/'}{node_id}/"
    x.execute(update(table).where(table.c.id == node_id).values(path=path))
    return node_id


def rename(x: Executor, tree: str, node_id: int, name: str) -> None:
    """Another name."""
    table = TREES[tree]
    x.execute(update(table).where(table.c.id == node_id).values(name=name))


def move(x: Executor, tree: str, node: Node, parent: Node | None) -> None:
    """Hang a node and all below it under another one: every path in one statement."""
    table = TREES[tree]
    path = f"{parent.path if parent else '/'}{node.id}/"
    here = table.c.id == node.id
    x.execute(
        update(table)
        .where(table.c.path.startswith(node.path))
        .values(
            path=literal(path) + func.substr(table.c.path, len(node.path) + 1),
            parent_id=case((here, literal(parent.id if parent else None, Id)), else_=table.c.parent_id),
        )
    )


def _used(tree: str) -> list[ColumnElement[bool]]:
    table = TREES[tree]
    below = table.alias("below")
    uses: list[ColumnElement[bool]] = [exists().where(below.c.parent_id == table.c.id, below.c.archived_at.is_(None))]
    if tree == "teams":
        uses.append(exists().where(person.c.team_id == table.c.id, person.c.deactivated_at.is_(None)))
    else:
        held = and_(person_territory.c.territory_id == table.c.id, person.c.id == person_territory.c.person_id)
        uses.append(exists().where(held, person.c.deactivated_at.is_(None)))
        uses.append(exists().where(customer.c.territory_id == table.c.id, customer.c.archived_at.is_(None)))
    return uses


def archive(x: Executor, tree: str, node_id: int, now: datetime) -> bool:
    """Archive a node that nobody is in and nothing hangs below; False when it is still needed."""
    table = TREES[tree]
    statement = update(table).where(table.c.id == node_id, *(~used for used in _used(tree)))
    return bool(rows_changed(x, statement.values(archived_at=now)))


def restore(x: Executor, tree: str, node_id: int) -> None:
    """Take a node back into use."""
    table = TREES[tree]
    x.execute(update(table).where(table.c.id == node_id).values(archived_at=None))


def living(x: Executor, tree: str, ids: Sequence[int]) -> frozenset[int]:
    """Which of these nodes exist and are in use."""
    table = TREES[tree]
    return frozenset(x.scalars(select(table.c.id).where(table.c.id.in_(ids), table.c.archived_at.is_(None))))


# --- functions ---


def own_functions(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """The owner's own functions by label: key, label, archived_at."""
    return x.execute(
        select(function.c.key, function.c.label, function.c.archived_at).order_by(function.c.label, function.c.key)
    ).all()


def holders(x: Executor) -> dict[str, int]:
    """How many active people have each function."""
    query = (
        select(person_function.c.function, func.count())
        .select_from(person_function.join(person, person.c.id == person_function.c.person_id))
        .where(person.c.deactivated_at.is_(None))
        .group_by(person_function.c.function)
    )
    return {row[0]: row[1] for row in x.execute(query)}


def add_function(x: Executor, key: str, label: str) -> None:
    """A function of the owner's own."""
    x.execute(insert(function).values(key=key, label=label))


def update_function(x: Executor, key: str, values: Mapping[str, Any]) -> bool:
    """Rename, archive or restore an own function; False when there is none of this key."""
    statement = update(function).where(function.c.key == key).values(dict(values))
    return bool(rows_changed(x, statement))
