"""Saved views of lists"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("everybody", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("query", _JSON, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("team_id IS NULL OR NOT everybody", name="ck_saved_view_one_reach"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_saved_view_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_saved_view_team_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_saved_view"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_saved_view_person_id", "saved_view", ["person_id"])
    op.create_index("ix_saved_view_team_id", "saved_view", ["team_id"])
    everybodys = sa.text("everybody")
    op.create_index(
        "ix_saved_view_everybody", "saved_view", ["kind"], sqlite_where=everybodys, postgresql_where=everybodys
    )
    op.create_table(
        "default_view",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("view_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_default_view_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["view_id"], ["saved_view.id"], name="fk_default_view_view_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("person_id", "kind", name="pk_default_view"),
    )
