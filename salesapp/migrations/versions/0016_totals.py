"""Totals in the order they are summed up: a board of everybody reads a range of the key, without sorting"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = ("state", "process", "stage", "currency", "owner_key")


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("pk_deal_total", "deal_total")
        op.create_primary_key("pk_deal_total", "deal_total", list(_KEY))
        return
    op.create_table(
        "deal_total_new",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("owner_key", _ID, autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_deal_total"),
        sqlite_with_rowid=False,
    )
    columns = "process, state, stage, owner_key, currency, n, amount_minor"
    op.execute(f"INSERT INTO deal_total_new ({columns}) SELECT {columns} FROM deal_total")  # noqa: S608 (our own words)
    op.drop_table("deal_total")
    op.rename_table("deal_total_new", "deal_total")
    op.create_index("ix_deal_total_owner", "deal_total", ["owner_key"])
