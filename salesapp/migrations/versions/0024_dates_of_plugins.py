"""Dates that plugins keep, one for each thing they are about; and when what plugins show took place"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("important_date", sa.Column("ref", sa.String(length=80), nullable=True))
    op.create_index("uq_important_date_kept", "important_date", ["customer_id", "kind", "ref"], unique=True)
    op.create_table(
        "deal_evidence",
        sa.Column("deal_id", _ID, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("evidence_id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name=op.f("fk_deal_evidence_deal_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("deal_id", "kind", "evidence_id", name=op.f("pk_deal_evidence")),
    )
    # Whether it was called off in time followed from the two moments; since there are tries, it does so no more.
    op.execute("UPDATE follow_up_occurrence SET state = 'skipped' WHERE state = 'missed' AND settled_at <= due_at")
