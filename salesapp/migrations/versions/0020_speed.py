"""Indexes that answer a list alone, and what has waited longest"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_TOUCHED = [sa.text("touched_at DESC"), sa.text("id DESC")]
_ASKED = ["archived_at", "merged_into_id", "pool_id", "state", "grade"]


def upgrade() -> None:
    op.drop_index("ix_customer_owner_touched", table_name="customer")
    op.create_index("ix_customer_owner_touched", "customer", ["owner_id", *_TOUCHED, *_ASKED])
    op.drop_index("ix_customer_touched", table_name="customer")
    op.create_index("ix_customer_touched", "customer", [*_TOUCHED, *_ASKED, "owner_id"])
    op.drop_index("ix_customer_archived", table_name="customer")
    archived = sa.text("archived_at IS NOT NULL")
    op.create_index(
        "ix_customer_archived",
        "customer",
        [*_TOUCHED, *_ASKED[:2]],
        sqlite_where=archived,
        postgresql_where=archived,
    )
    waiting = sa.text("state = 'open' AND archived_at IS NULL")
    columns = ["touched_at", "id", "owner_id", "customer_id"]
    op.create_index("ix_deal_open_touched", "deal", columns, sqlite_where=waiting, postgresql_where=waiting)
    op.drop_index("ix_activity_planned", table_name="activity")
    op.create_index("ix_activity_planned", "activity", ["state", "planned_at", "id", "owner_id"])
