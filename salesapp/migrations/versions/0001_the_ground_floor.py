"""The ground floor"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "function",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_function"),
    )
    op.create_table(
        "pool",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_pool"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "search_row",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("scope_owner_id", _ID, nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("haystack", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("touched_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_search_row"),
        sa.UniqueConstraint("subject_id", "kind", name="uq_search_row_subject_id_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_search_row_customer", "search_row", ["customer_id"], unique=False)
    op.create_index(
        "ix_search_row_scope",
        "search_row",
        ["scope_owner_id", sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_search_row_touched",
        "search_row",
        [sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )

    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "tag",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tag"),
        sa.UniqueConstraint("name", name="uq_tag_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "team",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", _ID, nullable=True),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("zone", sa.String(length=80), nullable=True),
        sa.Column("archived_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["team.id"], name="fk_team_parent_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_team_path", "team", ["path"], unique=False)

    op.create_table(
        "territory",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", _ID, nullable=True),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["territory.id"], name="fk_territory_parent_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_territory"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_territory_path", "territory", ["path"], unique=False)

    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", _AT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttle"),
    )
    op.create_table(
        "person",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("language", sa.String(length=80), nullable=True),
        sa.Column("zone", sa.String(length=80), nullable=True),
        sa.Column("theme", sa.String(length=80), server_default="auto", nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("deactivated_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_person_team_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("email", name="uq_person_email"),
        sa.UniqueConstraint("phone", name="uq_person_phone"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_person_team_id", "person", ["team_id"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("actor_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("undone_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_batch_actor_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "customer",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company", sa.String(length=200), server_default="", nullable=False),
        sa.Column("position", sa.String(length=200), server_default="", nullable=False),
        sa.Column("state", sa.String(length=80), server_default="lead", nullable=False),
        sa.Column("grade", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("pool_id", _ID, nullable=True),
        sa.Column("territory_id", _ID, nullable=True),
        sa.Column("address", sa.String(length=500), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("external_key", sa.String(length=200), nullable=True),
        sa.Column("custom", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("touched_at", _AT, nullable=False),
        sa.Column("last_contact_at", _AT, nullable=True),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name="ck_customer_kind"),
        sa.CheckConstraint("owner_id IS NULL OR pool_id IS NULL", name="ck_customer_owned_or_pooled"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_customer_created_by", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_customer_owner_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["pool_id"], ["pool.id"], name="fk_customer_pool_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name="fk_customer_territory_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_customer_archived",
        "customer",
        [sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        sqlite_where=sa.text("archived_at IS NOT NULL"),
        postgresql_where=sa.text("archived_at IS NOT NULL"),
    )
    op.create_index("ix_customer_name", "customer", ["name", "id"], unique=False)
    op.create_index(
        "ix_customer_owner_touched",
        "customer",
        ["owner_id", sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_customer_pool_touched",
        "customer",
        ["pool_id", sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_customer_territory_id", "customer", ["territory_id"], unique=False)
    op.create_index(
        "ix_customer_touched",
        "customer",
        [sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_customer_external_key",
        "customer",
        ["external_key"],
        unique=True,
        sqlite_where=sa.text("external_key IS NOT NULL"),
        postgresql_where=sa.text("external_key IS NOT NULL"),
    )

    op.create_table(
        "event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("deal_id", _ID, nullable=True),
        sa.Column("actor_id", _ID, nullable=True),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("batch_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("noted_at", _AT, nullable=False),
        sa.Column("data", _JSON, nullable=False),
        sa.Column("payload_hash", sa.String(length=64), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_event_actor_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_customer", "event", ["customer_id", sa.literal_column("id DESC")], unique=False)
    op.create_index("ix_event_deal", "event", ["deal_id", sa.literal_column("id DESC")], unique=False)
    op.create_index(
        "ix_event_subject", "event", ["subject_kind", "subject_id", sa.literal_column("id DESC")], unique=False
    )

    op.create_table(
        "one_time_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("used_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_one_time_link_created_by", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_one_time_link_person_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_link"),
        sa.UniqueConstraint("token_hash", name="uq_one_time_link_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "person_function",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("function", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_function_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "function", name="pk_person_function"),
    )
    op.create_table(
        "person_territory",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("territory_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_person_territory_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name="fk_person_territory_territory_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "territory_id", name="pk_person_territory"),
    )
    op.create_table(
        "request_key",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("result", _JSON, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_request_key_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_request_key"),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("seen_at", _AT, nullable=False),
        sa.Column("expires_at", _AT, nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        sa.Column("address", sa.String(length=64), server_default="", nullable=False),
        sa.Column("agent", sa.String(length=300), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_sign_in_person_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_in_person_id", "sign_in", ["person_id"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("position", sa.String(length=200), server_default="", nullable=False),
        sa.Column("department", sa.String(length=200), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_contact_customer_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_contact"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_customer_id", "contact", ["customer_id"], unique=False)

    op.create_table(
        "customer_tag",
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("tag_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name="fk_customer_tag_customer_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name="fk_customer_tag_tag_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("customer_id", "tag_id", name="pk_customer_tag"),
    )
    op.create_index("ix_customer_tag_tag_id", "customer_tag", ["tag_id"], unique=False)

    op.create_table(
        "deal",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), server_default="open", nullable=False),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("scope_owner_id", _ID, nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("expected_close", sa.Date(), nullable=True),
        sa.Column("lost_reason", sa.String(length=80), nullable=True),
        sa.Column("lost_note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("custom", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("stage_entered_at", _AT, nullable=False),
        sa.Column("touched_at", _AT, nullable=False),
        sa.Column("closed_at", _AT, nullable=True),
        sa.Column("archived_at", _AT, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name="ck_deal_state"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_deal_created_by", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_deal_customer_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_deal_owner_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["scope_owner_id"], ["person.id"], name="fk_deal_scope_owner_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_deal_team_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_deal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deal_owner_customer", "deal", ["owner_id", "customer_id"], unique=False)
    op.create_index(
        "ix_deal_board",
        "deal",
        ["process", "state", "stage", sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index("ix_deal_customer_id", "deal", ["customer_id"], unique=False)
    op.create_index(
        "ix_deal_owner_touched",
        "deal",
        ["owner_id", sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_deal_scope_touched",
        "deal",
        ["scope_owner_id", sa.literal_column("touched_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )

    op.create_table(
        "event_payload",
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_payload_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", name="pk_event_payload"),
    )
    op.create_table(
        "share",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("level", sa.String(length=80), nullable=False),
        sa.Column("until", _AT, nullable=True),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        sa.CheckConstraint("level IN ('read', 'work')", name="ck_share_level"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_share_created_by", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_share_customer_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_share_person_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_share_team_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_share"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_share_customer_id", "share", ["customer_id"], unique=False)
    op.create_index("ix_share_person_id", "share", ["person_id"], unique=False)
    op.create_index("ix_share_team_id", "share", ["team_id"], unique=False)

    op.create_table(
        "touch",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_touch_customer_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_touch"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_touch_customer_id", "touch", ["customer_id"], unique=False)

    op.create_table(
        "activity",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("customer_id", _ID, nullable=True),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("deal_id", _ID, nullable=True),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("scope_owner_id", _ID, nullable=True),
        sa.Column("state", sa.String(length=80), server_default="planned", nullable=False),
        sa.Column("planned_at", _AT, nullable=True),
        sa.Column("all_day", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("at", _AT, nullable=True),
        sa.Column("noted_at", _AT, nullable=False),
        sa.Column("direction", sa.String(length=80), server_default="out", nullable=False),
        sa.Column("outcome", sa.String(length=80), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("because", _JSON, nullable=True),
        sa.Column("created_by", _ID, nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("state IN ('planned', 'done', 'cancelled')", name="ck_activity_state"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_activity_contact_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name="fk_activity_created_by", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name="fk_activity_customer_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_activity_deal_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_activity_owner_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["scope_owner_id"], ["person.id"], name="fk_activity_scope_owner_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_activity"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_activity_customer_id", "activity", ["customer_id"], unique=False)
    op.create_index("ix_activity_deal_id", "activity", ["deal_id"], unique=False)
    op.create_index("ix_activity_owner_customer", "activity", ["owner_id", "state", "customer_id"], unique=False)
    op.create_index("ix_activity_planned", "activity", ["state", "planned_at", "id"], unique=False)
    op.create_index("ix_activity_at", "activity", ["state", "at", "id"], unique=False)
    op.create_index("ix_activity_owner_planned", "activity", ["owner_id", "state", "planned_at"], unique=False)
    op.create_index(
        "ix_activity_scope_at",
        "activity",
        ["scope_owner_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )

    op.create_table(
        "contact_point",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("shown", sa.String(length=300), nullable=False),
        sa.Column("normalised", sa.String(length=300), nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("opt_out", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_contact_point_contact_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name="fk_contact_point_customer_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_point"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contact_point_contact_id", "contact_point", ["contact_id"], unique=False)
    op.create_index("ix_contact_point_customer_id", "contact_point", ["customer_id"], unique=False)
    op.create_index("ix_contact_point_normalised", "contact_point", ["normalised"], unique=False)
    op.create_index(
        "uq_contact_point_living",
        "contact_point",
        ["kind", "normalised"],
        unique=True,
        sqlite_where=sa.text("archived_at IS NULL AND NOT shared"),
        postgresql_where=sa.text("archived_at IS NULL AND NOT shared"),
    )

    op.create_table(
        "deal_contact",
        sa.Column("deal_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name="fk_deal_contact_contact_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_deal_contact_deal_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("deal_id", "contact_id", name="pk_deal_contact"),
    )
    op.create_table(
        "deal_step",
        sa.Column("deal_id", _ID, nullable=False),
        sa.Column("step", sa.String(length=160), nullable=False),
        sa.Column("done_at", _AT, nullable=False),
        sa.Column("done_by", _ID, nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_deal_step_deal_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["done_by"], ["person.id"], name="fk_deal_step_done_by", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("deal_id", "step", name="pk_deal_step"),
    )
    op.create_table(
        "important_date",
        sa.Column("id", _ID, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("contact_id", _ID, nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), server_default="", nullable=False),
        sa.Column("calendar", sa.String(length=80), server_default="solar", nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("month", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.SmallInteger(), nullable=False),
        sa.Column("leap_month", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("archived_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name="fk_important_date_contact_id", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name="fk_important_date_customer_id", ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_important_date"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_important_date_customer_id", "important_date", ["customer_id"], unique=False)

    op.create_table(
        "stage_event",
        sa.Column("id", _ID, nullable=False),
        sa.Column("deal_id", _ID, nullable=False),
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("prev_stage", sa.String(length=80), nullable=True),
        sa.Column("secs_in_prev", sa.BigInteger(), nullable=True),
        sa.Column("actor_id", _ID, nullable=True),
        sa.Column("owner_id", _ID, nullable=True),
        sa.Column("team_id", _ID, nullable=True),
        sa.Column("at", _AT, nullable=False),
        sa.Column("noted_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name="fk_stage_event_actor_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], name="fk_stage_event_deal_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name="fk_stage_event_owner_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_stage_event_team_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name="pk_stage_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stage_event_deal_id", "stage_event", ["deal_id"], unique=False)
    op.create_index("ix_stage_event_process_at", "stage_event", ["process", "at"], unique=False)
    _create_token_index()


def _create_token_index() -> None:
    """The search index over search_row.tokens: one query design, each engine's own kind of index."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5"
            "(tokens, content='', tokenize='unicode61', detail=none, columnsize=0)"
        )
    else:
        op.execute(
            "CREATE INDEX search_index ON search_row USING gin (array_to_tsvector(string_to_array(tokens, ' ')))"
        )
