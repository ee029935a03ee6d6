"""Moves: the version each made of its deal; decisions: whose record it was when it was asked"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("stage_event", sa.Column("version", sa.Integer(), nullable=True))
    op.add_column("decision", sa.Column("asked_owner_id", _ID, nullable=True))
