"""Activities: how long they take, and the answers of their result forms"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("activity", sa.Column("minutes", sa.SmallInteger(), nullable=True))
    op.add_column("activity", sa.Column("answers", _JSON, server_default=sa.text("'{}'"), nullable=False))
    op.create_index("ix_activity_owner_at", "activity", ["owner_id", "state", "at"])
