"""Bookings"""

import sqlalchemy as sa
from alembic import op

from salesapp.plugin_api import Id

revision = "car_wash_1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "car_wash_booking",
        sa.Column("id", Id, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("bay", sa.Integer, nullable=False),
        sa.UniqueConstraint("day", "bay", name="uq_car_wash_booking_day"),
        sqlite_autoincrement=True,
    )
