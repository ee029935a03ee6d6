"""Cars, visits, test drives, offers, contracts, deliveries, open matters, referrals"""

import sqlalchemy as sa
from alembic import op

from salesapp.plugin_api import Id, Instant, Json

revision = "automotive_1"
down_revision = None


def _once(table: str, name: str, column: str, where: str) -> None:
    """At most one such row."""
    which = sa.text(where)
    op.create_index(f"uq_{table}_{name}", table, [column], unique=True, sqlite_where=which, postgresql_where=which)


def upgrade() -> None:
    op.create_table(
        "automotive_level",
        sa.Column("id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=False),
        sa.Column("level", sa.String(length=1), nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("until", Instant, nullable=True),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_level_deal_id"), "automotive_level", ["deal_id"], unique=False)
    _once("automotive_level", "open", "deal_id", "until IS NULL")
    op.create_table(
        "automotive_referral",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("referrer_id", Id, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("thanked_at", Instant, nullable=True),
        sa.Column("thanked_by", Id, nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["referrer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["thanked_by"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("customer_id", name="uq_automotive_referral_customer_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_referral_referrer_id"), "automotive_referral", ["referrer_id"], unique=False)
    op.create_index(op.f("ix_automotive_referral_thanked_by"), "automotive_referral", ["thanked_by"], unique=False)
    op.create_table(
        "automotive_vehicle",
        sa.Column("id", Id, nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=True),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("trim", sa.String(length=80), server_default="", nullable=False),
        sa.Column("colour", sa.String(length=40), server_default="", nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=80), server_default="", nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("plate", sa.String(length=20), server_default="", nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("deal_id", Id, nullable=True),
        sa.Column("delivered_at", Instant, nullable=True),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.Column("km_on", sa.Date(), nullable=True),
        sa.Column("first_maintained_on", sa.Date(), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=True),
        sa.Column("inspection_due", sa.Date(), nullable=True),
        sa.Column("warranty_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("archived_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("vin"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_vehicle_customer_id"), "automotive_vehicle", ["customer_id"], unique=False)
    op.create_index(op.f("ix_automotive_vehicle_deal_id"), "automotive_vehicle", ["deal_id"], unique=False)
    op.create_index(op.f("ix_automotive_vehicle_state"), "automotive_vehicle", ["state"], unique=False)
    op.create_table(
        "automotive_visit",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("deal_id", Id, nullable=True),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("received_by", Id, nullable=True),
        sa.Column("noted_by", Id, nullable=True),
        sa.Column("came_at", Instant, nullable=False),
        sa.Column("left_at", Instant, nullable=True),
        sa.Column("name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("phone", sa.String(length=40), server_default="", nullable=False),
        sa.Column("people", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("again", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("invited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("heard", sa.String(length=80), server_default="", nullable=False),
        sa.Column("level", sa.String(length=1), server_default="", nullable=False),
        sa.Column("model", sa.String(length=80), server_default="", nullable=False),
        sa.Column("colour", sa.String(length=40), server_default="", nullable=False),
        sa.Column("quoted_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["received_by"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_visit_activity_id"), "automotive_visit", ["activity_id"], unique=False)
    _once("automotive_visit", "activity", "activity_id", "activity_id IS NOT NULL")
    op.create_index(op.f("ix_automotive_visit_came_at"), "automotive_visit", ["came_at"], unique=False)
    op.create_index(op.f("ix_automotive_visit_customer_id"), "automotive_visit", ["customer_id"], unique=False)
    op.create_index(op.f("ix_automotive_visit_deal_id"), "automotive_visit", ["deal_id"], unique=False)
    op.create_index(op.f("ix_automotive_visit_noted_by"), "automotive_visit", ["noted_by"], unique=False)
    op.create_index(op.f("ix_automotive_visit_received_by"), "automotive_visit", ["received_by"], unique=False)
    op.create_table(
        "automotive_delivery",
        sa.Column("id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=True),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("promised_at", Instant, nullable=True),
        sa.Column("checks", Json, nullable=False),
        sa.Column("checked_at", Instant, nullable=True),
        sa.Column("checked_by", Id, nullable=True),
        sa.Column("explained", Json, nullable=False),
        sa.Column("delivered_at", Instant, nullable=True),
        sa.Column("noted_at", Instant, nullable=True),
        sa.Column("noted_by", Id, nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("car_was", sa.String(length=20), server_default="", nullable=False),
        sa.Column("signed_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("strokes", Json, nullable=True),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("deal_id", name="uq_automotive_delivery_deal_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_delivery_activity_id"), "automotive_delivery", ["activity_id"], unique=False)
    op.create_index(op.f("ix_automotive_delivery_checked_by"), "automotive_delivery", ["checked_by"], unique=False)
    op.create_index(op.f("ix_automotive_delivery_delivered_at"), "automotive_delivery", ["delivered_at"], unique=False)
    op.create_index(op.f("ix_automotive_delivery_noted_by"), "automotive_delivery", ["noted_by"], unique=False)
    op.create_index(op.f("ix_automotive_delivery_vehicle_id"), "automotive_delivery", ["vehicle_id"], unique=False)
    op.create_table(
        "automotive_drive",
        sa.Column("id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("with_id", Id, nullable=True),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("route", sa.String(length=80), server_default="", nullable=False),
        sa.Column("licence", sa.String(length=40), server_default="", nullable=False),
        sa.Column("licence_seen_at", Instant, nullable=True),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("terms", sa.String(length=64), server_default="", nullable=False),
        sa.Column("signed_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("signed_at", Instant, nullable=True),
        sa.Column("strokes", Json, nullable=True),
        sa.Column("km_out", sa.Integer(), nullable=True),
        sa.Column("km_in", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["with_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_drive_activity_id"), "automotive_drive", ["activity_id"], unique=False)
    op.create_index(op.f("ix_automotive_drive_customer_id"), "automotive_drive", ["customer_id"], unique=False)
    op.create_index(op.f("ix_automotive_drive_deal_id"), "automotive_drive", ["deal_id"], unique=False)
    op.create_index(op.f("ix_automotive_drive_starts_at"), "automotive_drive", ["starts_at"], unique=False)
    op.create_index(op.f("ix_automotive_drive_vehicle_id"), "automotive_drive", ["vehicle_id"], unique=False)
    op.create_index(op.f("ix_automotive_drive_with_id"), "automotive_drive", ["with_id"], unique=False)
    op.create_table(
        "automotive_interest",
        sa.Column("id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=True),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=40), server_default="", nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_interest_deal_id"), "automotive_interest", ["deal_id"], unique=False)
    op.create_index(op.f("ix_automotive_interest_vehicle_id"), "automotive_interest", ["vehicle_id"], unique=False)
    op.create_table(
        "automotive_matter",
        sa.Column("id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=True),
        sa.Column("vehicle_id", Id, nullable=True),
        sa.Column("activity_id", Id, nullable=True),
        sa.Column("owner_id", Id, nullable=True),
        sa.Column("back_to", Id, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=40), server_default="", nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("level", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("answer", sa.String(length=1000), server_default="", nullable=False),
        sa.Column("answered_at", Instant, nullable=True),
        sa.Column("call_id", Id, nullable=True),
        sa.Column("closed_at", Instant, nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["back_to"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["call_id"], ["activity.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("activity_id", "topic", name="uq_automotive_matter_activity_id_topic"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_matter_back_to"), "automotive_matter", ["back_to"], unique=False)
    op.create_index(op.f("ix_automotive_matter_call_id"), "automotive_matter", ["call_id"], unique=False)
    op.create_index(op.f("ix_automotive_matter_customer_id"), "automotive_matter", ["customer_id"], unique=False)
    op.create_index(op.f("ix_automotive_matter_deal_id"), "automotive_matter", ["deal_id"], unique=False)
    op.create_index(op.f("ix_automotive_matter_owner_id"), "automotive_matter", ["owner_id"], unique=False)
    op.create_index(op.f("ix_automotive_matter_state"), "automotive_matter", ["state"], unique=False)
    op.create_index(op.f("ix_automotive_matter_vehicle_id"), "automotive_matter", ["vehicle_id"], unique=False)
    op.create_table(
        "automotive_matter_step",
        sa.Column("id", Id, nullable=False),
        sa.Column("matter_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("to_id", Id, nullable=True),
        sa.Column("text", sa.String(length=1000), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["automotive_matter.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    for name in ("matter_id", "customer_id", "by_id", "to_id"):
        op.create_index(op.f(f"ix_automotive_matter_step_{name}"), "automotive_matter_step", [name], unique=False)
    op.create_table(
        "automotive_offer",
        sa.Column("id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=True),
        sa.Column("made_by", Id, nullable=True),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
        sa.Column("colour", sa.String(length=40), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("made_at", Instant, nullable=False),
        sa.Column("given_at", Instant, nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("release", sa.String(length=10), server_default="", nullable=False),
        sa.Column("asked_by", Id, nullable=True),
        sa.Column("asked_at", Instant, nullable=True),
        sa.Column("released_by", Id, nullable=True),
        sa.Column("released_at", Instant, nullable=True),
        sa.Column("release_note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["released_by"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("deal_id", "version", name="uq_automotive_offer_deal_id_version"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_offer_asked_by"), "automotive_offer", ["asked_by"], unique=False)
    op.create_index(op.f("ix_automotive_offer_made_by"), "automotive_offer", ["made_by"], unique=False)
    op.create_index(op.f("ix_automotive_offer_release"), "automotive_offer", ["release"], unique=False)
    op.create_index(op.f("ix_automotive_offer_released_by"), "automotive_offer", ["released_by"], unique=False)
    op.create_index(op.f("ix_automotive_offer_vehicle_id"), "automotive_offer", ["vehicle_id"], unique=False)
    _once("automotive_offer", "draft", "deal_id", "state = 'draft'")
    _once("automotive_offer", "open", "deal_id", "state IN ('given', 'accepted')")
    op.create_table(
        "automotive_service",
        sa.Column("id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_service_by_id"), "automotive_service", ["by_id"], unique=False)
    op.create_index(op.f("ix_automotive_service_vehicle_id"), "automotive_service", ["vehicle_id"], unique=False)
    op.create_table(
        "automotive_contract",
        sa.Column("id", Id, nullable=False),
        sa.Column("deal_id", Id, nullable=False),
        sa.Column("offer_id", Id, nullable=True),
        sa.Column("vehicle_id", Id, nullable=True),
        sa.Column("number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("deposit_minor", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["deal_id"], ["deal.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["offer_id"], ["automotive_offer.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_contract_deal_id"), "automotive_contract", ["deal_id"], unique=False)
    op.create_index(op.f("ix_automotive_contract_offer_id"), "automotive_contract", ["offer_id"], unique=False)
    op.create_index(op.f("ix_automotive_contract_vehicle_id"), "automotive_contract", ["vehicle_id"], unique=False)
    _once("automotive_contract", "number", "number", "number != ''")
    _once("automotive_contract", "deal", "deal_id", "state != 'cancelled'")
    _once("automotive_contract", "car", "vehicle_id", "state IN ('effective', 'deposit', 'paid')")
    op.create_table(
        "automotive_offer_line",
        sa.Column("id", Id, nullable=False),
        sa.Column("offer_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["automotive_offer.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_offer_line_offer_id"), "automotive_offer_line", ["offer_id"], unique=False)
    op.create_table(
        "automotive_slot",
        sa.Column("id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=False),
        sa.Column("drive_id", Id, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["automotive_drive.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["vehicle_id"], ["automotive_vehicle.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("vehicle_id", "at", name="uq_automotive_slot_vehicle_id_at"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_slot_drive_id"), "automotive_slot", ["drive_id"], unique=False)
    op.create_index(op.f("ix_automotive_slot_vehicle_id"), "automotive_slot", ["vehicle_id"], unique=False)
    op.create_table(
        "automotive_contract_step",
        sa.Column("id", Id, nullable=False),
        sa.Column("contract_id", Id, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by_id", Id, nullable=True),
        sa.Column("paid_minor", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["contract_id"], ["automotive_contract.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automotive_contract_step_by_id"), "automotive_contract_step", ["by_id"], unique=False)
    op.create_index(
        op.f("ix_automotive_contract_step_contract_id"), "automotive_contract_step", ["contract_id"], unique=False
    )
