"""Imports of files: what was brought along, what was asked of it, and what became of it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _mappings()
    _runs()
    _lines()


def _mappings() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("header", _JSON, nullable=False),
        sa.Column("asked", _JSON, nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_import_mapping_person_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_import_mapping"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_mapping_fingerprint", "import_mapping", ["fingerprint"])


def _runs() -> None:
    counts = ("done", "added", "changed", "same", "rejected", "left")
    op.create_table(
        "import_run",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("file_key", sa.String(length=32), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("asked", _JSON, nullable=False),
        sa.Column("state", sa.String(length=80), server_default="uploaded", nullable=False),
        sa.Column("turn", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("goes_on", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in counts),
        sa.Column("batch_id", _ID, nullable=True),
        sa.Column("findings", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("rejected_key", sa.String(length=32), nullable=True),
        sa.Column("ended_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_import_run_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_import_run_batch_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
        sa.UniqueConstraint("file_key", name="uq_import_run_file_key"),
        sa.UniqueConstraint("rejected_key", name="uq_import_run_rejected_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_run_person_id", "import_run", ["person_id"])
    op.create_index("ix_import_run_at", "import_run", ["at"])


def _lines() -> None:
    op.create_table(
        "import_line",
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reasons", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["import_run.id"], name="fk_import_line_run_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "line", name="pk_import_line"),
    )
