"""Rooms and trial lessons"""

import sqlalchemy as sa
from alembic import op

from salesapp.plugin_api import Id

revision = "dance_school_1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "dance_school_room",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("places", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dance_school_trial",
        sa.Column("id", Id, primary_key=True),
        sa.Column(
            "room_id", Id, sa.ForeignKey("dance_school_room.id", ondelete="RESTRICT"), nullable=False, index=True
        ),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("customer_id", Id, sa.ForeignKey("customer.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("deal_id", Id, sa.ForeignKey("deal.id", ondelete="CASCADE"), nullable=False),
        sa.Column("comes_with", sa.String(80), nullable=False),
        sa.UniqueConstraint("deal_id", name="uq_dance_school_trial_deal_id"),
        sqlite_autoincrement=True,
    )
