"""A plugin with tables of its own, `dance`, written to disk as an author would: a folder with migrations."""

from pathlib import Path
from textwrap import dedent

from tests.plugging.plugin_files import HEAD, card

TABLES = """
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Time

metadata = MetaData()
ROOM = Table(
    "dance_room",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("above_id", Id, ForeignKey("dance_room.id", ondelete="SET NULL")),
)
LESSON = Table(
    "dance_lesson",
    metadata,
    Column("id", Id, primary_key=True),
    customer_ref(),
    Column("room_id", Id, ForeignKey("dance_room.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen", Json),
    Column("picture", LargeBinary),
)
"""
RECORDS = """
@hookimpl
def salesapp_records():
    return [OwnTables(metadata)]
"""
FIRST = '''
"""Rooms and lessons"""

import sqlalchemy as sa
from alembic import op

from salesapp.plugin_api import Id, Instant, Json

revision = "dance_1"
down_revision = None


def upgrade():
    op.create_table(
        "dance_room",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("above_id", Id, sa.ForeignKey("dance_room.id", ondelete="SET NULL")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dance_lesson",
        sa.Column("id", Id, primary_key=True),
        sa.Column("customer_id", Id, sa.ForeignKey("customer.id", ondelete="RESTRICT"), index=True),
        sa.Column("room_id", Id, sa.ForeignKey("dance_room.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("seen", Json),
        sa.Column("picture", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
'''
SECOND = '''
"""How long a lesson is"""

import os
import signal
import sqlalchemy as sa
from alembic import op

revision = "dance_2"
down_revision = "dance_1"


def upgrade():
    with op.batch_alter_table("dance_lesson") as batch:
        batch.add_column(sa.Column("minutes", sa.Integer(), server_default="60", nullable=False))
    {what}
'''
LONGER = TABLES.replace('Column("at"', 'Column("minutes", Integer, nullable=False), Column("at"')


def write_dance(
    directory: Path, *migrations: str, tables: str = TABLES, records: str = RECORDS, name: str = "dance"
) -> Path:
    """The plugin, with these migrations (the first one when none is given)."""
    folder = directory / name
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(HEAD + card(name) + dedent(tables) + dedent(records), encoding="utf-8")
    for number, text in enumerate(migrations or (FIRST,), 1):
        (folder / "migrations" / f"{number:04}.py").write_text(text, encoding="utf-8")
    return folder


def second(what: str = "pass") -> str:
    """The second migration, which ends with `what`."""
    return SECOND.replace("{what}", what)
