"""What a dealership keeps: cars, visits, test drives, offers, contracts, deliveries, open matters, who brought whom.

Codes are small letters ("in_stock"), money is in minor units with its currency, moments are in UTC. Every row that is
about a customer or a deal refers to them, so it comes along when two customers become one.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    false,
)

from salesapp.plugin_api import Id, Instant, Json, activity_ref, customer_ref, deal_ref, person_ref

metadata = MetaData()
CASCADE: Final = "CASCADE"
KEEP: Final = "SET NULL"


def _table(name: str, *columns: Any) -> Table:
    return Table(
        f"automotive_{name}", metadata, Column("id", Id, primary_key=True), *columns, sqlite_autoincrement=True
    )


def _to(table: str, ondelete: str, *, name: str = "", nullable: bool = False) -> Column[Any]:
    to = ForeignKey(f"automotive_{table}.id", ondelete=ondelete)
    return Column(name or f"{table}_id", Id, to, nullable=nullable, index=True)


def _once(table: Table, name: str, column: Column[Any], where: Any) -> None:
    """At most one such row, for whoever writes at the same moment."""
    Index(f"uq_{table.name}_{name}", column, unique=True, sqlite_where=where, postgresql_where=where)


VEHICLE = _table(
    "vehicle",  # in stock, for test drives, or a customer's: the same car all its life
    Column("vin", String(17), unique=True),  # checked; none while it is only ordered
    Column("model", String(80), nullable=False),
    Column("trim", String(80), nullable=False, server_default=""),
    Column("colour", String(40), nullable=False, server_default=""),
    Column("year", SmallInteger),
    Column("state", String(20), nullable=False, index=True),  # vehicles.STATES
    Column("place", String(80), nullable=False, server_default=""),
    Column("arrived_on", Date),
    Column("price_minor", BigInteger),
    Column("currency", String(3), nullable=False, server_default=""),
    Column("plate", String(20), nullable=False, server_default=""),
    customer_ref(nullable=True, ondelete=KEEP),
    deal_ref(nullable=True, ondelete=KEEP),  # by which it was sold
    Column("delivered_at", Instant),
    Column("km", Integer),
    Column("km_on", Date),
    Column("first_maintained_on", Date),
    Column("insured_until", Date),
    Column("inspection_due", Date),
    Column("warranty_until", Date),
    Column("note", String(500), nullable=False, server_default=""),
    Column("archived_at", Instant),
)

INTEREST = _table(
    "interest",  # vehicles of interest of a deal, best liked first
    deal_ref(nullable=False, ondelete=CASCADE),
    _to("vehicle", KEEP, nullable=True),
    Column("model", String(80), nullable=False),
    Column("colour", String(40), nullable=False, server_default=""),
    Column("place", SmallInteger, nullable=False),
    Column("note", String(500), nullable=False, server_default=""),
)

VISIT = _table(
    "visit",  # the register at the door of the showroom
    customer_ref(nullable=True, ondelete=CASCADE),
    deal_ref(nullable=True, ondelete=KEEP),
    activity_ref(nullable=True, ondelete=KEEP),
    person_ref(name="received_by", nullable=True, ondelete=KEEP),
    person_ref(name="noted_by", nullable=True, ondelete=KEEP),
    Column("came_at", Instant, nullable=False, index=True),
    Column("left_at", Instant),
    Column("name", String(80), nullable=False, server_default=""),  # of a stranger; a customer's are the customer's
    Column("phone", String(40), nullable=False, server_default=""),
    Column("people", SmallInteger, nullable=False, server_default="1"),
    Column("again", Boolean, nullable=False, server_default=false()),
    Column("invited", Boolean, nullable=False, server_default=false()),  # came by appointment
    Column("heard", String(80), nullable=False, server_default=""),  # the key of a source of customers
    Column("level", String(1), nullable=False, server_default=""),
    Column("model", String(80), nullable=False, server_default=""),
    Column("colour", String(40), nullable=False, server_default=""),
    Column("quoted_minor", BigInteger),
    Column("currency", String(3), nullable=False, server_default=""),
    Column("note", String(500), nullable=False, server_default=""),
)
_once(VISIT, "activity", VISIT.c.activity_id, VISIT.c.activity_id.is_not(None))

LEVEL = _table(
    "level",  # which level a deal had from when to when: `until` None is the one it has
    deal_ref(nullable=False, ondelete=CASCADE),
    Column("level", String(1), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
)
_once(LEVEL, "open", LEVEL.c.deal_id, LEVEL.c.until.is_(None))

DRIVE = _table(
    "drive",
    _to("vehicle", "RESTRICT"),
    deal_ref(nullable=False, ondelete=CASCADE),
    customer_ref(nullable=False, ondelete=CASCADE),
    person_ref(name="with_id", nullable=True, ondelete=KEEP),  # who comes along
    activity_ref(nullable=True, ondelete=KEEP),
    Column("starts_at", Instant, nullable=False, index=True),
    Column("ends_at", Instant, nullable=False),
    Column("state", String(20), nullable=False),  # drives.STATES
    Column("route", String(80), nullable=False, server_default=""),
    Column("licence", String(40), nullable=False, server_default=""),  # its class; the number is not kept
    Column("licence_seen_at", Instant),
    Column("licence_until", Date),
    Column("terms", String(64), nullable=False, server_default=""),  # SHA-256 of the words that were signed
    Column("signed_name", String(80), nullable=False, server_default=""),
    Column("signed_at", Instant),
    Column("strokes", Json),  # [[[x, y], …], …] in thousandths of the sheet
    Column("km_out", Integer),
    Column("km_in", Integer),
)

SLOT = _table(
    "slot",  # each quarter of an hour a demo car is taken: two people cannot both have one
    _to("vehicle", CASCADE),
    _to("drive", CASCADE),
    Column("at", Instant, nullable=False),
    UniqueConstraint("vehicle_id", "at", name="uq_automotive_slot_vehicle_id_at"),
)

OFFER = _table(
    "offer",  # a given one is never changed: what is agreed otherwise is the next version
    deal_ref(nullable=False, ondelete=CASCADE, index=False),
    _to("vehicle", KEEP, nullable=True),
    person_ref(name="made_by", nullable=True, ondelete=KEEP),
    Column("version", SmallInteger, nullable=False),
    Column("state", String(20), nullable=False),  # offers.STATES
    Column("model", String(80), nullable=False),
    Column("colour", String(40), nullable=False, server_default=""),
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("valid_until", Date),
    Column("made_at", Instant, nullable=False),
    Column("given_at", Instant),
    Column("note", String(500), nullable=False, server_default=""),
    Column("release", String(10), nullable=False, server_default="", index=True),  # of its discount: offers.RELEASES
    person_ref(name="asked_by", nullable=True, ondelete=KEEP),
    Column("asked_at", Instant),
    person_ref(name="released_by", nullable=True, ondelete=KEEP),  # or refused by
    Column("released_at", Instant),
    Column("release_note", String(500), nullable=False, server_default=""),
    UniqueConstraint("deal_id", "version", name="uq_automotive_offer_deal_id_version"),
)
_once(OFFER, "draft", OFFER.c.deal_id, OFFER.c.state == "draft")
_once(OFFER, "open", OFFER.c.deal_id, OFFER.c.state.in_(("given", "accepted")))

OFFER_LINE = _table(
    "offer_line",
    _to("offer", CASCADE),
    Column("kind", String(20), nullable=False),  # offers.KINDS: car, option, insurance, finance, trade_in, plates …
    Column("text", String(200), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),  # below zero: taken off
    Column("place", SmallInteger, nullable=False),
    Column("facts", Json, nullable=False),  # of finance: {"months": 36, "down_minor": …, "rate_bp": 399}
)

CONTRACT = _table(
    "contract",
    deal_ref(nullable=False, ondelete=CASCADE),
    _to("offer", KEEP, nullable=True),
    _to("vehicle", KEEP, nullable=True),
    Column("number", String(40), nullable=False, server_default=""),
    Column("state", String(20), nullable=False),  # contracts.STATES
    Column("currency", String(3), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("deposit_minor", BigInteger),
    Column("signed_at", Instant, nullable=False),
)
_once(CONTRACT, "number", CONTRACT.c.number, CONTRACT.c.number != "")
_once(CONTRACT, "deal", CONTRACT.c.deal_id, CONTRACT.c.state != "cancelled")
_once(CONTRACT, "car", CONTRACT.c.vehicle_id, CONTRACT.c.state.in_(("effective", "deposit", "paid")))

CONTRACT_STEP = _table(
    "contract_step",
    _to("contract", CASCADE),
    Column("state", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    person_ref(name="by_id", nullable=True, ondelete=KEEP),
    Column("paid_minor", BigInteger),
    Column("note", String(500), nullable=False, server_default=""),
)

DELIVERY = _table(
    "delivery",
    deal_ref(nullable=False, ondelete=CASCADE, index=False),
    _to("vehicle", KEEP, nullable=True),
    activity_ref(nullable=True, ondelete=KEEP),  # the appointment: photos hang on it
    Column("promised_at", Instant),
    Column("checks", Json, nullable=False),  # {point: {"ok": true, "note": ""}}, delivery.CHECKS
    Column("checked_at", Instant),
    person_ref(name="checked_by", nullable=True, ondelete=KEEP),
    Column("explained", Json, nullable=False),  # [point, …], delivery.EXPLAINED
    Column("delivered_at", Instant, index=True),
    Column("noted_at", Instant),  # when the handing over was written down, and by whom: they may take it back
    person_ref(name="noted_by", nullable=True, ondelete=KEEP),
    Column("reason", String(500), nullable=False, server_default=""),  # why it went out before it was paid
    Column("car_was", String(20), nullable=False, server_default=""),  # its state before, vehicles.STATES
    Column("signed_name", String(80), nullable=False, server_default=""),
    Column("strokes", Json),  # as of a test drive
    UniqueConstraint("deal_id", name="uq_automotive_delivery_deal_id"),
)

MATTER = _table(
    "matter",  # a complaint or a request until the customer has had their answer
    customer_ref(nullable=False, ondelete=CASCADE),
    deal_ref(nullable=True, ondelete=KEEP),
    _to("vehicle", KEEP, nullable=True),
    activity_ref(nullable=True, ondelete=KEEP, index=False),  # in which it was said
    person_ref(name="owner_id", nullable=True, ondelete=KEEP),
    person_ref(name="back_to", nullable=True, ondelete=KEEP),  # who calls the customer back
    Column("state", String(20), nullable=False, index=True),  # matters.STATES
    Column("topic", String(40), nullable=False, server_default=""),
    Column("text", String(1000), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("level", SmallInteger, nullable=False, server_default="0"),  # how often it went up
    Column("answer", String(1000), nullable=False, server_default=""),
    Column("answered_at", Instant),
    activity_ref(name="call_id", nullable=True, ondelete=KEEP),  # the call with which it closes
    Column("closed_at", Instant),
    UniqueConstraint("activity_id", "topic", name="uq_automotive_matter_activity_id_topic"),
)

MATTER_STEP = _table(
    "matter_step",  # what became of a matter, the earliest first
    _to("matter", CASCADE),
    customer_ref(nullable=False, ondelete=CASCADE),
    Column("what", String(20), nullable=False),  # matters_words.STEPS
    Column("at", Instant, nullable=False),
    person_ref(name="by_id", nullable=True, ondelete=KEEP),  # None: by itself
    person_ref(name="to_id", nullable=True, ondelete=KEEP),  # whose it is from then on
    Column("text", String(1000), nullable=False, server_default=""),
)

REFERRAL = _table(
    "referral",
    customer_ref(nullable=False, ondelete=CASCADE, index=False),  # who came
    customer_ref(name="referrer_id", nullable=False, ondelete=CASCADE),  # who brought them
    Column("at", Instant, nullable=False),
    Column("thanked_at", Instant),
    person_ref(name="thanked_by", nullable=True, ondelete=KEEP),
    Column("note", String(500), nullable=False, server_default=""),
    UniqueConstraint("customer_id", name="uq_automotive_referral_customer_id"),
)

SERVICE = _table(
    "service",  # what the workshop knows of a car: kilometres read, appointments, maintenance, repairs
    _to("vehicle", CASCADE),
    person_ref(name="by_id", nullable=True, ondelete=KEEP),
    Column("kind", String(20), nullable=False),  # reading, appointment, maintenance, repair
    Column("day", Date, nullable=False),
    Column("km", Integer),
)
