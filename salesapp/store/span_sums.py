"""Summing up what is kept by spans (salesapp/domain/spans.py): one statement for any time."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, CompoundSelect, Row, Select, Table, bindparam, cast, func, select, union_all

from salesapp.domain.spans import Cover
from salesapp.store.engine import Executor

Keys = tuple[Column[Any], ...]
Rows = Sequence[Row[*tuple[Any, ...]]]


def span_sums(
    x: Executor,
    table: Table,
    made_of: Cover,
    keys: Keys,
    figures: Keys,
    owners: Collection[int] | None,
    process: str | None = None,
) -> Rows:
    """The sums of `figures` by `keys` in the spans of that time; a key can come several times, once for each span.

    `owners` are keys of people (None: everybody's).
    """
    if not made_of.single and made_of.between is None:
        return ()
    query = _query(
        table, keys, figures, len(made_of.single), made_of.between is not None, owners is not None, process is not None
    )
    values: dict[str, Any] = {f"span_{place}": span for place, span in enumerate(made_of.single)}
    values |= {"process": process} if process is not None else {}
    values |= {"owners": sorted(owners)} if owners is not None else {}
    if made_of.between is not None:
        values |= {"first": made_of.between[0], "last": made_of.between[1]}
    return x.execute(query, values).all()  # thousands of rows: one by one they cost more than the database takes


@cache
def _query(
    table: Table, keys: Keys, figures: Keys, single: int, between: bool, of_owners: bool, of_process: bool
) -> Select[Any] | CompoundSelect[Any]:
    """A part for each span: the rows of one stand in the order of the keys, so they are summed up without sorting."""
    times = [table.c.span == bindparam(f"span_{place}") for place in range(single)]
    times += [table.c.span.between(bindparam("first"), bindparam("last"))] if between else []
    where: list[Any] = [table.c.process == bindparam("process")] if of_process else []
    where += [table.c.owner_key.in_(bindparam("owners", expanding=True))] if of_owners else []
    if _are_all(table, keys):  # each row is a sum by itself
        parts = [select(*keys, *figures).where(*where, time) for time in times]
    else:
        sums = [cast(func.sum(each), BigInteger) for each in figures]
        parts = [select(*keys, *sums).where(*where, time).group_by(*keys) for time in times]
    return parts[0] if len(parts) == 1 else union_all(*parts)


def _are_all(table: Table, keys: Keys) -> bool:
    """Whether nothing else tells the rows of one span, and one process, apart."""
    return {column.name for column in keys} == {column.name for column in table.primary_key} - {"span", "process"}
