"""The people and customers that fields of records name: rows, so that merging and handing over find them."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, and_, delete, select

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row
from salesapp.store.tables import field_link, person


def of(x: Executor, kind: str, subject_id: int) -> dict[str, int]:
    """Whom the fields of one record name, by full key."""
    return of_many(x, kind, [subject_id]).get(subject_id, {})


def of_many(x: Executor, kind: str, ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Whom the fields of several records of a kind name: record, full key, id of the person or customer."""
    found: dict[int, dict[str, int]] = {}
    query = select(field_link).where(field_link.c.subject_kind == kind, field_link.c.subject_id.in_(list(ids)))
    for row in x.execute(query):
        named = row.person_id if row.customer_id is None else row.customer_id
        found.setdefault(row.subject_id, {})[row.field] = named
    return found


def put(x: Executor, kind: str, subject_id: int, named: Mapping[str, tuple[str, int | None]]) -> None:
    """Let fields of a record name others: full key, (the field's type, an id or None for nobody)."""
    for full_key, (type_, named_id) in named.items():
        x.execute(delete(field_link).where(_one(kind, subject_id, full_key)))
        if named_id is not None:
            values = {"subject_kind": kind, "subject_id": subject_id, "field": full_key, f"{type_}_id": named_id}
            insert_row(x, field_link, values)


def _one(kind: str, subject_id: int, full_key: str) -> ColumnElement[bool]:
    return and_(
        field_link.c.subject_kind == kind, field_link.c.subject_id == subject_id, field_link.c.field == full_key
    )


def person_names(x: Executor, ids: Iterable[int]) -> dict[int, str]:
    """What people are called, former ones too."""
    return {row.id: row.name for row in x.execute(select(person.c.id, person.c.name).where(person.c.id.in_(list(ids))))}


def people(x: Executor) -> list[tuple[int, str]]:
    """Everybody who works here now, to choose from."""
    query = select(person.c.id, person.c.name).where(person.c.deactivated_at.is_(None)).order_by(person.c.name)
    return [(row.id, row.name) for row in x.execute(query)]


def works_here(x: Executor, person_id: int) -> bool:
    """Whether there is such a person now."""
    query = select(person.c.id).where(person.c.id == person_id, person.c.deactivated_at.is_(None))
    return x.execute(query).first() is not None
