"""Pools with limits, who had a customer before, and what somebody wrote when they shared one"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_SHOWN = sa.text("""'["name", "company", "grade", "source", "territory"]'""")


def upgrade() -> None:
    for column in (
        sa.Column("who", sa.String(length=80), server_default="everybody", nullable=False),
        sa.Column("hold_limit", sa.Integer(), nullable=True),
        sa.Column("hold_bought", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("day_limit", sa.Integer(), nullable=True),
        sa.Column("wait_days", sa.Integer(), nullable=True),
        sa.Column("lock_hours", sa.Integer(), nullable=True),
        sa.Column("shown", _JSON, server_default=_SHOWN, nullable=False),
    ):
        op.add_column("pool", column)
    op.add_column("customer", sa.Column("pooled_at", _AT, nullable=True))
    op.add_column("share", sa.Column("note", sa.String(length=500), server_default="", nullable=False))
    _members()
    _owners()
    op.execute("UPDATE customer SET pooled_at = touched_at WHERE pool_id IS NOT NULL")
    op.execute(
        "INSERT INTO customer_owner (customer_id, person_id, pool_id, how, since) "
        "SELECT id, owner_id, pool_id, 'known', CASE WHEN pool_id IS NULL THEN created_at ELSE touched_at END "
        "FROM customer WHERE owner_id IS NOT NULL OR pool_id IS NOT NULL"
    )


def _members() -> None:
    op.create_table(
        "pool_member",
        sa.Column("id", _ID, nullable=False),
        sa.Column("pool_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("manages", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="ck_pool_member_one"),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name="fk_pool_member_pool_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pool_member_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_pool_member_team_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_pool_member"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pool_member_pool_id", "pool_member", ["pool_id"])
    op.create_index("ix_pool_member_person_id", "pool_member", ["person_id"])


def _owners() -> None:
    op.create_table(
        "customer_owner",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("pool_id", _ID, nullable=True),
        sa.Column("how", sa.String(length=80), nullable=False),
        sa.Column("by_id", _ID, nullable=True),
        sa.Column("since", _AT, nullable=False),
        sa.Column("until", _AT, nullable=True),
        sa.Column("ended", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name="fk_customer_owner_customer_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_customer_owner_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name="fk_customer_owner_pool_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_customer_owner_by_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_customer_owner"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_customer_owner_customer_id", "customer_owner", ["customer_id"])
    op.create_index("ix_customer_owner_person_since", "customer_owner", ["person_id", "since"])
