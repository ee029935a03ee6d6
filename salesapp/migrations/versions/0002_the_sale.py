"""The sale: totals and days kept with every change, moves taken back, evidence, decisions"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_LIMITS = [round(60 * 2 ** (place / 8)) for place in range(186)]  # where each class of stays but the first begins
_NEWEST = [sa.text("touched_at DESC"), sa.text("id DESC")]


def upgrade() -> None:
    op.add_column("deal_step", sa.Column("evidence", sa.String(length=80), nullable=True))
    op.add_column("deal_step", sa.Column("evidence_id", _ID, nullable=True))
    op.add_column("stage_event", sa.Column("undone_at", _AT, nullable=True))
    op.drop_index("ix_deal_board", "deal")
    there = sa.text("archived_at IS NULL")
    living: dict[str, Any] = {"sqlite_where": there, "postgresql_where": there}
    op.create_index("ix_deal_board", "deal", ["process", "state", "stage", *_NEWEST, "owner_id"], **living)
    op.create_index("ix_deal_owner_board", "deal", ["owner_id", "process", "state", "stage", *_NEWEST], **living)
    op.create_index("ix_deal_expected_close", "deal", ["process", "state", "expected_close"])
    _create_totals()
    _fill_totals()
    _create_decisions()


def _create_totals() -> None:
    op.create_table(
        "deal_total",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("owner_key", _ID, autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("process", "state", "stage", "owner_key", "currency", name="pk_deal_total"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deal_total_owner", "deal_total", ["owner_key"])
    op.create_table(
        "stage_day",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("prev_stage", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("owner_key", _ID, autoincrement=False, nullable=False),
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("secs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("process", "day", "prev_stage", "stage", "owner_key", "bucket", name="pk_stage_day"),
        sqlite_with_rowid=False,
    )


def _fill_totals() -> None:
    """What was there before the roll-ups counts in them."""
    op.execute(
        "INSERT INTO deal_total (process, state, stage, owner_key, currency, n, amount_minor)"
        " SELECT process, state, stage, coalesce(owner_id, 0), currency, count(*), coalesce(sum(amount_minor), 0)"
        " FROM deal WHERE archived_at IS NULL GROUP BY process, state, stage, coalesce(owner_id, 0), currency"
    )
    on_postgres = op.get_context().dialect.name == "postgresql"
    day = "CAST(timezone('UTC', at) AS date)" if on_postgres else "date(at)"
    bucket = f"CASE WHEN secs_in_prev IS NULL THEN 0 ELSE {_bucket(1, len(_LIMITS) + 1)} END"
    entries = (
        f"SELECT process, {day} AS day, coalesce(prev_stage, '') AS prev_stage, stage,"  # noqa: S608 (our own words)
        f" coalesce(owner_id, 0) AS owner_key, {bucket} AS bucket, coalesce(secs_in_prev, 0) AS secs"
        " FROM stage_event WHERE undone_at IS NULL"
    )
    keys = "process, day, prev_stage, stage, owner_key, bucket"
    op.execute(
        f"INSERT INTO stage_day ({keys}, n, secs)"  # noqa: S608
        f" SELECT {keys}, count(*), sum(secs) FROM ({entries}) AS entries GROUP BY {keys}"
    )


def _bucket(first: int, last: int) -> str:
    """The class of a stay, the halves of the scale within each other."""
    if first == last:
        return str(first)
    middle = (first + last) // 2
    below, above = _bucket(first, middle), _bucket(middle + 1, last)
    return f"CASE WHEN secs_in_prev < {_LIMITS[middle - 1]} THEN {below} ELSE {above} END"


def _create_decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("deal_id", _ID, nullable=True),
        sa.Column("snapshot", _JSON, nullable=False),
        sa.Column("snapshot_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=80), server_default="pending", nullable=False),
        sa.Column("asked_by", _ID, nullable=True),
        sa.Column("asked_at", _AT, nullable=False),
        sa.Column("words", sa.String(length=500), server_default="", nullable=False),
        sa.Column("decided_at", _AT, nullable=True),
        sa.CheckConstraint("state IN ('pending', 'granted', 'refused', 'withdrawn')", name="ck_decision_state"),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name="fk_decision_asked_by", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_deal_id", "decision", ["deal_id"])
    op.create_index("ix_decision_state", "decision", ["state", "asked_at"])
    pending = sa.text("state = 'pending'")
    op.create_index(
        "uq_decision_pending",
        "decision",
        ["subject_kind", "subject_id", "kind"],
        unique=True,
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_table(
        "decision_step",
        sa.Column("id", _ID, nullable=False),
        sa.Column("decision_id", _ID, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("function", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), server_default="pending", nullable=False),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("decided_at", _AT, nullable=True),
        sa.Column("words", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("state IN ('pending', 'granted', 'refused')", name="ck_decision_step_state"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name="fk_decision_step_decision_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name="fk_decision_step_decided_by", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_decision_step"),
        sa.UniqueConstraint("decision_id", "place", name="uq_decision_step_decision_id_place"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_step_decision_id", "decision_step", ["decision_id"])
