"""Migrations bring any database to what the tables say, and lose nothing on the way."""

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import Column, NullPool, String, create_engine, event, inspect, select, text

from salesapp.services.work import Work
from salesapp.store import schema
from salesapp.store.engine import engine_options, engines, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import contact, customer, metadata
from salesapp.testing import NOW, on_postgres


def test_migrations_and_tables_say_the_same(app: Flask) -> None:
    def ours(item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return schema.is_ours(item, name, kind) and name != "search_index"

    with engines().read.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": schema.VERSION_TABLE, "include_object": ours, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_primary_keys_stand_in_the_same_order(app: Flask) -> None:
    with engines().read.connect() as connection:
        found = inspect(connection)
        for table in metadata.sorted_tables:
            key = found.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [column.name for column in table.primary_key.columns], table.name


def test_an_upgraded_database_is_current_and_upgrading_again_changes_nothing(database_url: str) -> None:
    schema.upgrade(database_url)
    engine = create_engine(database_url, **engine_options(database_url))
    assert schema.state(engine) is schema.SchemaState.CURRENT
    engine.dispose()


@pytest.mark.parametrize(("revision", "expected"), [("", schema.SchemaState.EMPTY), ("9999", schema.SchemaState.NEWER)])
def test_an_older_or_newer_database_is_told_apart(
    database_url: str, revision: str, expected: schema.SchemaState
) -> None:
    engine = create_engine(database_url, **engine_options(database_url))
    with engine.begin() as connection:
        connection.execute(text(f"DELETE FROM {schema.VERSION_TABLE}"))
        if revision:
            connection.execute(text(f"INSERT INTO {schema.VERSION_TABLE} VALUES (:r)"), {"r": revision})
    assert schema.state(engine) is expected
    engine.dispose()


@pytest.mark.skipif(on_postgres(), reason="SQLite alone rebuilds tables")
def test_rebuilding_the_customer_table_keeps_what_refers_to_it(tmp_path: Path, empty_database: str) -> None:
    path = tmp_path / "rebuild.db"
    path.write_bytes(Path(empty_database).read_bytes())
    url = f"sqlite:///{path}"
    engine = create_engine(url, poolclass=NullPool, **engine_options(url))
    with engine.begin() as connection:
        values = {"kind": "person", "name": "A", "created_at": NOW, "touched_at": NOW}
        customer_id = insert_row(connection, customer, values)
        insert_row(connection, contact, {"customer_id": customer_id, "name": "B", "created_at": NOW})
        connection.execute(
            text("CREATE TABLE plugin_row (id INTEGER, customer_id INTEGER REFERENCES customer(id) ON DELETE CASCADE)")
        )
        connection.execute(text("INSERT INTO plugin_row VALUES (1, :c)"), {"c": customer_id})
    event.listen(engine, "connect", schema._quiet_sqlite)
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("customer", recreate="always") as batch:
            batch.add_column(Column("nickname", String(80)))
        schema._check_references(connection)
    with engine.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in ("contact", "plugin_row")
        ]
    assert counts == [1, 1]


def test_a_number_is_never_given_twice(w: Work) -> None:
    values = {"kind": "person", "name": "A", "created_at": NOW, "touched_at": NOW}
    first = insert_row(w.session, customer, values)
    w.session.execute(customer.delete().where(customer.c.id == first))
    assert insert_row(w.session, customer, values) > first


def test_moments_come_back_aware(w: Work) -> None:
    values = {"kind": "person", "name": "A", "created_at": NOW, "touched_at": NOW}
    customer_id = insert_row(w.session, customer, values)
    w.session.commit()
    with reading() as x:
        assert x.execute(select(customer.c.created_at).where(customer.c.id == customer_id)).scalar() == NOW
