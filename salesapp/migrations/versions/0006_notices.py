"""Notices: what a person is told, and how"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("occurrence", sa.String(length=160), nullable=False),
        sa.Column("subject_kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("actor_id", _ID, nullable=True),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("read_at", _AT, nullable=True),
        sa.Column("withdrawn_at", _AT, nullable=True),
        sa.Column("mailed_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_notice_actor_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
        sa.UniqueConstraint("person_id", "occurrence", name="uq_notice_person_id_occurrence"),
        sqlite_autoincrement=True,
    )
    unread = sa.text("read_at IS NULL AND withdrawn_at IS NULL")
    latest: list[str | sa.TextClause] = ["person_id", sa.text("at DESC"), sa.text("id DESC")]
    op.create_index("ix_notice_unread", "notice", latest, sqlite_where=unread, postgresql_where=unread)
    op.create_index("ix_notice_person_at", "notice", latest)
    op.create_index("ix_notice_subject", "notice", ["subject_kind", "subject_id"])
    op.create_index("ix_notice_at", "notice", ["at"])
    op.create_table(
        "notice_choice",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("ways", _JSON, nullable=False),
        sa.Column("digest_hour", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_to", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_choice_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name="pk_notice_choice"),
    )
    op.create_table(
        "notice_digest",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("sent_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_digest_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "day", name="pk_notice_digest"),
    )
    op.create_index("ix_notice_digest_at", "notice_digest", ["at"])
