"""Fill an empty database with the company all benchmarks ask, in bulk and past the services; indexes are made and
roll-ups counted at the end, as `salesapp rebuild` would.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, func, select, text

from benchmarks.company import Company, Row, rows_of_people, rows_of_shares
from benchmarks.records import rows_of
from salesapp.store import rollups, schema, search_index
from salesapp.store.tables import metadata

PORTION: Final = 5_000
WORKERS: Final = 2

Rows = list[tuple[str, list[Row]]]
Portion = tuple[int, int, datetime, frozenset[int]]


def seed(url: str, customers: int, now: datetime) -> Company:
    """Fill the empty database at `url`."""
    company = Company(customers)
    rich = frozenset((company.salesperson,))
    portions = [(first, min(first + PORTION, customers + 1), now, rich) for first in range(1, customers + 1, PORTION)]
    with schema.alone(url) as x, _without_indexes(x):
        people = [list(rows_of_people(company, now))]
        for name, rows in chain.from_iterable(chain(people, _made(portions))):
            _insert(x, name, rows)
        _insert(x, "share", rows_of_shares(company, now))
        for table in rollups.TABLES:
            rollups.make(x, table)
        if x.dialect.name == "postgresql":
            _give_no_id_twice(x)
    with schema.alone(url) as x:
        if x.dialect.name == "postgresql":
            x.execute(text("ANALYZE"))
    return company


def _made(portions: Sequence[Portion]) -> Iterator[Rows]:
    """The rows of each portion; many of them are made in processes beside, never far ahead of what is written."""
    if len(portions) < 3:
        yield from map(_portion, portions)
        return
    with ProcessPoolExecutor(WORKERS) as workers:
        waiting = [workers.submit(_portion, each) for each in portions[: 2 * WORKERS]]
        for each in [*portions[2 * WORKERS :], *[None] * len(waiting)]:
            yield waiting.pop(0).result()
            if each is not None:
                waiting.append(workers.submit(_portion, each))


def _portion(wanted: Portion) -> Rows:
    first, end, now, rich = wanted
    made: dict[str, list[Row]] = {}
    for number in range(first, end):
        for name, row in rows_of(number, now, rich=rich):
            made.setdefault(name, []).append(row)
    made["search_index"] = [
        {"rowid": row["id"], "tokens": search_index.indexed_words(row["kind"], row["scope_owner_id"], row["tokens"])}
        for row in made["search_row"]
    ]
    order = [*(table.name for table in metadata.sorted_tables), "search_index"]
    return sorted(made.items(), key=lambda item: order.index(item[0]))


@contextmanager
def _without_indexes(x: Connection) -> Iterator[None]:
    """They are made at the end, from what is there: many times quicker than row by row."""
    on_sqlite = x.dialect.name == "sqlite"
    if on_sqlite:
        x.execute(text("PRAGMA cache_size=-400000"))
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        x.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        found = (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
        )
    kept = x.execute(text(found)).all()
    for name, _ in kept:
        x.execute(text(f'DROP INDEX "{name}"'))
    yield
    for _, definition in kept:
        x.exec_driver_sql(definition)


def _insert(x: Connection, name: str, rows: Iterable[Row]) -> None:
    """Past SQLAlchemy, which takes as long again."""
    rows = list(rows)
    if not rows:
        return
    names = ", ".join(rows[0])
    if x.dialect.name == "sqlite":
        marks = ", ".join("?" * len(rows[0]))
        values = [tuple(map(_as_stored, row.values())) for row in rows]
        x.exec_driver_sql(f"INSERT INTO {name} ({names}) VALUES ({marks})", values)  # noqa: S608
    elif name != "search_index":
        driver: Any = x.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([json.dumps(each) if isinstance(each, dict) else each for each in row.values()])


def _as_stored(value: Any) -> Any:
    """A moment, a day or JSON as SQLAlchemy writes it on SQLite."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")[:26]
    if isinstance(value, dict):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date) else value


def _give_no_id_twice(x: Connection) -> None:
    """PostgreSQL counts ids by itself and has not noticed those given here."""
    for name in ("person", "team", "pool", "tag", "customer", "contact", "deal", "activity", "search_row"):
        table = metadata.tables[name]
        highest = select(func.max(table.c.id)).scalar_subquery()
        x.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), highest)))
