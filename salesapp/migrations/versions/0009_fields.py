"""Fields of the owner, values of contacts and activities, links to people and customers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_NOTHING = sa.text("'{}'")
_NONE = sa.text("'[]'")


def upgrade() -> None:
    for table in ("contact", "activity"):
        op.add_column(table, sa.Column("custom", _JSON, nullable=False, server_default=_NOTHING))
    op.create_table(
        "own_field",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("labels", _JSON, nullable=False, server_default=_NOTHING),
        sa.Column("help", sa.String(length=500), nullable=False, server_default=""),
        sa.Column("options", _JSON, nullable=False, server_default=_NONE),
        sa.Column("gone", _JSON, nullable=False, server_default=_NONE),
        sa.Column("required", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("default", _JSON, nullable=True),
        sa.Column("visible_when", _JSON, nullable=True),
        sa.Column("readers", _JSON, nullable=False, server_default=_NONE),
        sa.Column("writers", _JSON, nullable=False, server_default=_NONE),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
        sa.CheckConstraint("kind IN ('customer', 'contact', 'deal', 'activity')", name="ck_own_field_kind"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_own_field_created_by", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_own_field"),
        sa.UniqueConstraint("kind", "key", name="uq_own_field_kind_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "field_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("field", sa.String(length=120), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("customer_id", _ID, nullable=True),
        sa.CheckConstraint("(person_id IS NULL) <> (customer_id IS NULL)", name="ck_field_link_one"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_field_link_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name="fk_field_link_customer_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_field_link"),
        sa.UniqueConstraint("subject_kind", "subject_id", "field", name="uq_field_link_subject_kind_subject_id_field"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_field_link_person_id", "field_link", ["person_id"])
    op.create_index("ix_field_link_customer_id", "field_link", ["customer_id"])
