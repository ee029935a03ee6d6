"""Jobs: what is due, and the events that are not sealed yet"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("args", _JSON, nullable=False),
        sa.Column("slot", sa.String(length=160), nullable=True),
        sa.Column("state", sa.String(length=80), server_default="waiting", nullable=False),
        sa.Column("run_at", _AT, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", _AT, nullable=True),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("error", sa.String(length=300), server_default="", nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("finished_at", _AT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'parked')", name="ck_job_state"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("slot", name="uq_job_slot"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_job_due", "job", ["state", "run_at", "id"])
    op.create_index("ix_job_finished", "job", ["name", "state", "finished_at"])
    unsealed = sa.text("seal IS NULL")
    op.create_index("ix_event_unsealed", "event", ["id"], sqlite_where=unsealed, postgresql_where=unsealed)
