"""What the owner said of each plugin, and which hooks are held"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "plugin_state",
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("settings", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("at", _INSTANT, nullable=True),
        sa.Column("seen", sa.String(length=80), server_default="", nullable=False),
        sa.Column("known", _JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_plugin_state_person_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("plugin", name=op.f("pk_plugin_state")),
    )
    op.create_table(
        "plugin_hook_off",
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("hook", sa.String(length=80), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("error", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("plugin", "hook", name=op.f("pk_plugin_hook_off")),
    )
    op.create_table(
        "plugin_trouble",
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("hook", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("in_a_row", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("slow", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("slowest_ms", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("error", sa.String(length=80), server_default="", nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("plugin", "hook", name=op.f("pk_plugin_trouble")),
    )
