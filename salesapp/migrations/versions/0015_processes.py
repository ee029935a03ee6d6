"""What the owner changed of processes; tags that are no longer used"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("tag", sa.Column("archived_at", _AT))
    op.create_table(
        "process_change",
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("path", sa.String(160), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("brought", _JSON),
        sa.Column("person_id", _ID),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_process_change_person_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("process", "path", name="pk_process_change"),
    )
