"""Bulk changes: what was changed, so that it can be taken back"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("batch", sa.Column("state", sa.String(80), server_default="done", nullable=False))
    for name in ("total", "changed", "skipped"):
        op.add_column("batch", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("batch", sa.Column("undoes_id", _ID, nullable=True))
    op.add_column("batch", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("uq_batch_undoes_id", "batch", ["undoes_id"], unique=True)
    op.create_index("ix_batch_actor", "batch", ["actor_id", sa.text("id DESC")])
    op.create_table(
        "batch_item",
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("subject_kind", sa.String(80), nullable=False),
        sa.Column("subject_id", _ID, autoincrement=False, nullable=False),
        sa.Column("target_id", _ID, nullable=True),
        sa.Column("state", sa.String(80), server_default="waiting", nullable=False),
        sa.Column("reason", sa.String(80), nullable=True),
        sa.Column("before", _JSON, nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_batch_item_batch_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch_id", "subject_kind", "subject_id", name="pk_batch_item"),
    )
    for state in ("waiting", "skipped"):
        which = sa.text(f"state = '{state}'")
        columns = ["batch_id", "subject_kind", "subject_id"]
        op.create_index(f"ix_batch_item_{state}", "batch_item", columns, sqlite_where=which, postgresql_where=which)
