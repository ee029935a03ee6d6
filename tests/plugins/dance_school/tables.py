"""Rooms, and who tries a lesson in which of them on which day."""

from sqlalchemy import Column, Date, ForeignKey, Integer, MetaData, String, Table, UniqueConstraint

from salesapp.plugin_api import Id, activity_ref, contact_ref, customer_ref, deal_ref, person_ref

metadata = MetaData()

ROOM = Table(
    "dance_school_room",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False, unique=True),
    Column("places", Integer, nullable=False),
    sqlite_autoincrement=True,
)
TRIAL = Table(
    "dance_school_trial",
    metadata,
    Column("id", Id, primary_key=True),
    Column("room_id", Id, ForeignKey("dance_school_room.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("day", Date, nullable=False),
    customer_ref(nullable=False, ondelete="CASCADE"),
    deal_ref(nullable=False, ondelete="CASCADE", index=False),
    Column("comes_with", String(80), nullable=False),
    person_ref("teacher_id", ondelete="SET NULL"),
    activity_ref("danced_id", ondelete="SET NULL"),  # the lesson, once it was danced
    contact_ref("danced_with_id", ondelete="SET NULL"),
    UniqueConstraint("deal_id", name="uq_dance_school_trial_deal_id"),
    sqlite_autoincrement=True,
)
