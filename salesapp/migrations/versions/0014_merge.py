"""Merged customers, consent, and what was erased; the orders the audit is read in"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_NEWEST = [sa.text("noted_at DESC"), sa.text("id DESC")]


def upgrade() -> None:
    _customers()
    _merges()
    _consents()
    op.create_index("ix_event_noted", "event", _NEWEST)
    op.create_index("ix_event_actor_noted", "event", ["actor_id", *_NEWEST])
    op.create_index("ix_event_kind_noted", "event", ["kind", *_NEWEST])


def _customers() -> None:
    """SQLite takes a reference with a new column only where it stands in the column itself: else the table, with a
    million rows perhaps, would be made anew."""
    if op.get_context().dialect.name == "sqlite":
        op.execute("ALTER TABLE customer ADD COLUMN merged_into_id INTEGER REFERENCES customer (id)")
    else:
        op.add_column("customer", sa.Column("merged_into_id", _ID, nullable=True))
        op.create_foreign_key("fk_customer_merged_into_id", "customer", "customer", ["merged_into_id"], ["id"])
    op.add_column("customer", sa.Column("erased_at", _AT, nullable=True))
    some = sa.text("merged_into_id IS NOT NULL")
    op.create_index("ix_customer_merged_into", "customer", ["merged_into_id"], sqlite_where=some, postgresql_where=some)


def _merges() -> None:
    op.create_table(
        "merge",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kept_id", _ID, nullable=False),
        sa.Column("lost_id", _ID, nullable=False),
        sa.Column("actor_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("counts", _JSON, nullable=False),
        sa.Column("undone_at", _AT, nullable=True),
        sa.Column("undone_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["kept_id"], ["customer.id"], name="fk_merge_kept_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["lost_id"], ["customer.id"], name="fk_merge_lost_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_merge_actor_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["undone_by"], ["person.id"], name="fk_merge_undone_by", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_merge"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merge_kept_id", "merge", ["kept_id"])
    op.create_index("ix_merge_lost_id", "merge", ["lost_id"])
    op.create_table(
        "merge_move",
        sa.Column("id", _ID, nullable=False),
        sa.Column("merge_id", _ID, nullable=False),
        sa.Column("table_name", sa.String(length=200), nullable=False),
        sa.Column("key", _JSON, nullable=False),
        sa.Column("column_name", sa.String(length=200), nullable=False),
        sa.Column("old", _JSON, nullable=True),
        sa.Column("new", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["merge_id"], ["merge.id"], name="fk_merge_move_merge_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_merge_move"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_merge_move_merge_id", "merge_move", ["merge_id"])


def _consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("how", sa.String(length=80), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("noted_by", _ID, nullable=True),
        sa.Column("noted_at", _AT, nullable=False),
        sa.Column("withdrawn_at", _AT, nullable=True),
        sa.Column("withdrawn_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_consent_customer_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name="fk_consent_noted_by", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name="fk_consent_withdrawn_by", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_consent"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consent_customer_id", "consent", ["customer_id"])
