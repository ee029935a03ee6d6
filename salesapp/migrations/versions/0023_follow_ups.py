"""Follow-up rules and what they planned; messages to a group"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def _where(words: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(words), "postgresql_where": sa.text(words)}


def upgrade() -> None:
    _follow_ups()
    _mailings()
    op.add_column("activity", sa.Column("form", sa.String(length=80), nullable=True))


def _follow_ups() -> None:
    op.create_table(
        "follow_up_watch",
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=40), server_default="", nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("anchor", _AT, nullable=False),
        sa.Column("n", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("look_at", _AT, nullable=True),
        sa.Column("ended", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("rule", "subject_kind", "subject_id", "part", name=op.f("pk_follow_up_watch")),
    )
    op.create_index(op.f("ix_follow_up_watch_customer_id"), "follow_up_watch", ["customer_id"], unique=False)
    op.create_index(
        "ix_follow_up_watch_look", "follow_up_watch", ["look_at"], unique=False, **_where("look_at IS NOT NULL")
    )
    op.create_index("ix_follow_up_watch_subject", "follow_up_watch", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=True),
        sa.Column("since", _AT, nullable=True),
        sa.Column("changes", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("brought", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("own", _JSON, nullable=True),
        sa.Column("ran", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("filled_to", _ID, server_default=sa.text("0"), nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follow_up_person_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("rule", name=op.f("pk_follow_up")),
    )
    op.create_table(
        "follow_up_occurrence",
        sa.Column("id", _ID, nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("occurrence", sa.String(length=80), nullable=False),
        sa.Column("activity_id", _ID, nullable=True),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("planned_at", _AT, nullable=False),
        sa.Column("state", sa.String(length=80), server_default="open", nullable=False),
        sa.Column("settled_at", _AT, nullable=True),
        sa.Column("escalate_at", _AT, nullable=True),
        sa.Column("missed_off", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_follow_up_occurrence_activity_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_occurrence")),
        sa.UniqueConstraint(
            "rule",
            "subject_kind",
            "subject_id",
            "occurrence",
            name=op.f("uq_follow_up_occurrence_rule_subject_kind_subject_id_occurrence"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_follow_up_occurrence_customer_id"), "follow_up_occurrence", ["customer_id"], unique=False)
    op.create_index("ix_follow_up_occurrence_due", "follow_up_occurrence", ["due_at", "rule"], unique=False)
    op.create_index(
        "ix_follow_up_occurrence_escalate",
        "follow_up_occurrence",
        ["escalate_at"],
        unique=False,
        **_where("escalate_at IS NOT NULL"),
    )
    op.create_index(
        "ix_follow_up_occurrence_open",
        "follow_up_occurrence",
        ["owner_id", "due_at"],
        unique=False,
        **_where("state = 'open'"),
    )
    op.create_index(
        "ix_follow_up_occurrence_missed_off",
        "follow_up_occurrence",
        ["activity_id"],
        unique=False,
        sqlite_where=sa.text("missed_off = 1 AND state = 'open'"),
        postgresql_where=sa.text("missed_off AND state = 'open'"),
    )
    op.create_index(
        "ix_follow_up_occurrence_open_rule",
        "follow_up_occurrence",
        ["rule"],
        unique=False,
        **_where("state = 'open'"),
    )
    op.create_index("uq_follow_up_occurrence_activity_id", "follow_up_occurrence", ["activity_id"], unique=True)


def _mailings() -> None:
    op.create_table(
        "mailing",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("way", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("query", _JSON, nullable=False),
        sa.Column("repeat", _JSON, nullable=True),
        sa.Column("state", sa.String(length=80), server_default="draft", nullable=False),
        sa.Column("next_at", _AT, nullable=True),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mailing_person_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mailing_next", "mailing", ["next_at"], unique=False, **_where("next_at IS NOT NULL"))
    op.create_index(op.f("ix_mailing_person_id"), "mailing", ["person_id"], unique=False)
    op.create_table(
        "mailing_run",
        sa.Column("id", _ID, nullable=False),
        sa.Column("mailing_id", _ID, nullable=False),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.String(length=80), server_default="going", nullable=False),
        sa.Column("finished_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_run_mailing_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_run")),
        sa.UniqueConstraint("mailing_id", "occurrence", name=op.f("uq_mailing_run_mailing_id_occurrence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mailing_run_mailing_id"), "mailing_run", ["mailing_id"], unique=False)
    op.create_table(
        "mailing_item",
        sa.Column("run_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=80), server_default="waiting", nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("point_id", _ID, nullable=True),
        sa.Column("activity_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_mailing_item_activity_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_mailing_item_customer_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["contact_point.id"], name=op.f("fk_mailing_item_point_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["mailing_run.id"], name=op.f("fk_mailing_item_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "customer_id", name=op.f("pk_mailing_item")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_mailing_item_token_hash")),
    )
    op.create_index("ix_mailing_item_customer", "mailing_item", ["customer_id"], unique=False)
    op.create_index(
        "ix_mailing_item_waiting",
        "mailing_item",
        ["run_id", "customer_id"],
        unique=False,
        **_where("state = 'waiting'"),
    )
