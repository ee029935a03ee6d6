"""Files attached to activities"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_REFERENCES = {
    "activity_id": "activity",
    "customer_id": "customer",
    "deal_id": "deal",
    "scope_owner_id": "person",
    "created_by": "person",
}


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", _ID, nullable=False),
        sa.Column("activity_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("deal_id", _ID, nullable=True),
        sa.Column("scope_owner_id", _ID, nullable=True),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("preview_key", sa.String(length=32), nullable=True),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=f"fk_file_{column}", ondelete="RESTRICT")
            for column, table in _REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.UniqueConstraint("key", name="uq_file_key"),
        sa.UniqueConstraint("preview_key", name="uq_file_preview_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_file_activity_id", "file", ["activity_id"])
    op.create_index("ix_file_customer", "file", ["customer_id", sa.text("id DESC")])
    op.create_index("ix_file_deal", "file", ["deal_id", sa.text("id DESC")])
