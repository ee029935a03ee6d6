"""What a file calls a deal, an activity or a contact by, so that an import repeated updates"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

_LIVING = {
    "deal": "external_key IS NOT NULL AND archived_at IS NULL",
    "activity": "external_key IS NOT NULL AND state <> 'cancelled'",
    "contact": "external_key IS NOT NULL AND archived_at IS NULL",
}


def upgrade() -> None:
    for table, living in _LIVING.items():
        op.add_column(table, sa.Column("external_key", sa.String(length=200), nullable=True))
        op.create_index(
            f"uq_{table}_external_key",
            table,
            ["external_key"],
            unique=True,
            sqlite_where=sa.text(living),
            postgresql_where=sa.text(living),
        )
