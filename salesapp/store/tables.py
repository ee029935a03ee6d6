"""Every table of the core. Plugins have tables of their own, in metadata of their own.

Rules that hold for all: integer ids are never reused; nothing is deleted but archived; `version` counts the
saves of a person, so two people at once notice each other; `scope_owner_id` says whose record it is for
visibility (the customer's owner, else its own) and is rewritten only by the service that changes owners.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from salesapp.store.types import Id, Instant, Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *columns: Any) -> Table:
    return Table(name, metadata, Column("id", Id, primary_key=True), *columns, sqlite_autoincrement=True)


def _ref(column: str, table: str, *, nullable: bool = True, index: bool = False) -> Column[Any]:
    return Column(column, Id, ForeignKey(f"{table}.id", ondelete="RESTRICT"), nullable=nullable, index=index)


def _key(name: str, *, nullable: bool = False, default: str | None = None) -> Column[Any]:
    return Column(name, String(80), nullable=nullable, server_default=default)


def _at(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=nullable)


def _version() -> Column[Any]:
    return Column("version", Integer, nullable=False, server_default=text("1"))


def _keyed_once(name: str, table: Table, living: str) -> None:
    """One living record for each key of a file."""
    where = text(f"external_key IS NOT NULL AND {living}")
    column = table.c.external_key
    Index(f"uq_{name}_external_key", column, unique=True, sqlite_where=where, postgresql_where=where)


# --- people -----------------------------------------------------------------------------------------------------

team = _table(
    "team",
    Column("name", String(200), nullable=False),
    _ref("parent_id", "team"),
    Column("path", String(400), nullable=False, index=True),  # "/1/4/": a subtree is a prefix
    _key("zone", nullable=True),
    _at("archived_at", nullable=True),
)

territory = _table(
    "territory",
    Column("name", String(200), nullable=False),
    _ref("parent_id", "territory"),
    Column("path", String(400), nullable=False, index=True),
    _at("archived_at", nullable=True),
)

person = _table(
    "person",
    Column("name", String(200), nullable=False),
    Column("email", String(254), unique=True),
    Column("phone", String(40), unique=True),  # normalised, as people sign in with it
    Column("password_hash", String(200)),
    _key("role"),
    _ref("team_id", "team", index=True),
    _key("language", nullable=True),
    _key("zone", nullable=True),
    _key("theme", default="auto"),
    _at("created_at"),
    _at("deactivated_at", nullable=True),
    _version(),
)

person_function = Table(
    "person_function",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("function", String(80), primary_key=True),
)

person_territory = Table(
    "person_territory",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("territory_id", Id, ForeignKey("territory.id", ondelete="CASCADE"), primary_key=True),
)

function = Table(  # the functions an owner adds to the built-in ones
    "function",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("label", String(200), nullable=False),
    _at("archived_at", nullable=True),
)

sign_in = _table(
    "sign_in",
    _ref("person_id", "person", nullable=False, index=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    _at("created_at"),
    _at("seen_at"),
    _at("expires_at"),
    _at("ended_at", nullable=True),
    Column("address", String(64), nullable=False, server_default=""),
    Column("agent", String(300), nullable=False, server_default=""),
)

one_time_link = _table(
    "one_time_link",
    _key("purpose"),
    _ref("person_id", "person", nullable=False),
    _ref("created_by", "person"),
    Column("token_hash", String(64), nullable=False, unique=True),
    _at("created_at"),
    _at("expires_at"),
    _at("used_at", nullable=True),
)

throttle = Table(  # counters against guessing: one row per thing that is limited
    "throttle",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    _at("since"),
)

setting = Table(
    "setting",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("value", Json, nullable=False),
)

process_change = Table(  # what the owner changed of a process, on top of what its plugin brings
    "process_change",
    metadata,
    Column("process", String(80), primary_key=True),
    Column("path", String(160), primary_key=True),  # "stage.contact.probability": salesapp/domain/process_changes.py
    Column("value", Json, nullable=False),
    Column("brought", Json),  # what the plugin had there then, so that a newer version's difference can be shown
    _ref("person_id", "person"),
    _at("at"),
)

plugin_state = Table(  # a plugin as the owner set it, and what it was last known to bring
    "plugin_state",
    metadata,
    Column("plugin", String(80), primary_key=True),
    Column("off", Boolean, nullable=False, server_default=false()),
    Column("settings", Json, nullable=False),  # {field: value}: what was answered in its settings form
    Column("version", Integer, nullable=False, server_default=text("1")),  # the saves of its settings
    _ref("person_id", "person"),  # who switched it last
    _at("at", nullable=True),
    Column("seen", String(80), nullable=False, server_default=""),  # the version of the plugin that ran last
    Column("known", Json, nullable=False),  # its labels: salesapp/domain/known_records.py
)

plugin_hook_off = Table(  # a hook that failed too often in a row: nobody asks it until an admin says so
    "plugin_hook_off",
    metadata,
    Column("plugin", String(80), primary_key=True),
    Column("hook", String(80), primary_key=True),
    _at("since"),
    _key("error"),  # the kind of the last failure, no more: its words may name a customer
)

plugin_trouble = Table(  # how often each hook of each plugin failed, or kept people waiting
    "plugin_trouble",
    metadata,
    Column("plugin", String(80), primary_key=True),
    Column("hook", String(80), primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("in_a_row", Integer, nullable=False, server_default=text("0")),  # of all processes, until it works again
    Column("slow", Integer, nullable=False, server_default=text("0")),
    Column("slowest_ms", Integer, nullable=False, server_default=text("0")),
    _key("error", default=""),  # the kind of the last failure
    _at("at"),  # the last of either
)

request_key = Table(  # a form that arrives twice is done once
    "request_key",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("result", Json, nullable=False),
    _at("at"),
)

# --- customers --------------------------------------------------------------------------------------------------

_SHOWN = """'["name", "company", "grade", "source", "territory"]'"""
pool = _table(  # where customers wait whom nobody owns; a limit that is empty does not limit
    "pool",
    Column("name", String(200), nullable=False),
    _key("who", default="everybody"),  # who takes from it: everybody, its members, or nobody by themselves
    Column("hold_limit", Integer),  # how many customers somebody may have who claims another one
    Column("hold_bought", Boolean, nullable=False, server_default=true()),  # those who bought count, too
    Column("day_limit", Integer),
    Column("wait_days", Integer),  # how long a former owner waits
    Column("lock_hours", Integer),  # how long nobody claims what has just come
    Column("shown", Json, nullable=False, server_default=text(_SHOWN)),  # of the teaser
    _at("archived_at", nullable=True),
)

pool_member = _table(  # a person or a team that may claim from a pool; a person who manages it
    "pool_member",
    Column("pool_id", Id, ForeignKey("pool.id", ondelete="CASCADE"), nullable=False, index=True),
    _ref("person_id", "person", index=True),
    _ref("team_id", "team"),
    Column("manages", Boolean, nullable=False, server_default=false()),
    CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name="one"),
)

customer = _table(
    "customer",
    _key("kind"),
    Column("name", String(200), nullable=False),
    Column("company", String(200), nullable=False, server_default=""),
    Column("position", String(200), nullable=False, server_default=""),
    _key("state", default="lead"),
    _key("grade", nullable=True),
    _key("source", nullable=True),
    _ref("owner_id", "person"),
    _ref("pool_id", "pool"),
    _at("pooled_at", nullable=True),  # since when it is there
    _ref("territory_id", "territory", index=True),
    Column("address", String(500), nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("external_key", String(200)),  # what an import knows it by, so that repeating updates
    Column("custom", Json, nullable=False, server_default=text("'{}'")),
    _ref("created_by", "person"),
    _at("created_at"),
    _at("touched_at"),
    _at("last_contact_at", nullable=True),
    _at("archived_at", nullable=True),
    Column("merged_into_id", Id, ForeignKey("customer.id")),  # the record this one became a part of
    _at("erased_at", nullable=True),  # when what was personal was taken out of it
    _version(),
    CheckConstraint("kind IN ('person', 'organisation')", name="kind"),
    CheckConstraint("owner_id IS NULL OR pool_id IS NULL", name="owned_or_pooled"),
)
_newest = (customer.c.touched_at.desc(), customer.c.id.desc())
_asked = tuple(customer.c[name] for name in ("archived_at", "merged_into_id", "pool_id", "state", "grade"))
# With what a list asks at their end, so that counting and finding does not read the customers themselves.
Index("ix_customer_owner_touched", customer.c.owner_id, *_newest, *_asked)
Index("ix_customer_touched", *_newest, *_asked, customer.c.owner_id)
Index("ix_customer_pool_touched", customer.c.pool_id, customer.c.touched_at.desc(), customer.c.id.desc())
Index("ix_customer_name", customer.c.name, customer.c.id)
_counted: dict[str, Any] = {
    f"{each}_where": text("archived_at IS NULL AND merged_into_id IS NULL") for each in ("sqlite", "postgresql")
}
Index(  # how many came from where, without the rows
    "ix_customer_source", customer.c.source, customer.c.state, customer.c.created_at, customer.c.owner_id, **_counted
)
Index(  # they are few among many
    "ix_customer_archived",
    *_newest,
    *_asked[:2],
    sqlite_where=customer.c.archived_at.is_not(None),
    postgresql_where=customer.c.archived_at.is_not(None),
)
Index(
    "ix_customer_merged_into",
    customer.c.merged_into_id,
    sqlite_where=customer.c.merged_into_id.is_not(None),
    postgresql_where=customer.c.merged_into_id.is_not(None),
)
Index(
    "uq_customer_external_key",
    customer.c.external_key,
    unique=True,
    sqlite_where=customer.c.external_key.is_not(None),
    postgresql_where=customer.c.external_key.is_not(None),
)

contact = _table(
    "contact",
    _ref("customer_id", "customer", nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("position", String(200), nullable=False, server_default=""),
    Column("department", String(200), nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
    Column("custom", Json, nullable=False, server_default=text("'{}'")),
    _at("created_at"),
    _at("archived_at", nullable=True),
    _version(),
    Column("external_key", String(200)),  # what an import knows it by, as of customers
)
_keyed_once("contact", contact, "archived_at IS NULL")

contact_point = _table(
    "contact_point",
    _key("kind"),
    Column("shown", String(300), nullable=False),
    Column("normalised", String(300), nullable=False),
    _ref("customer_id", "customer", nullable=False, index=True),
    _ref("contact_id", "contact", index=True),
    Column("shared", Boolean, nullable=False, server_default=false()),
    Column("opt_out", Boolean, nullable=False, server_default=false()),
    _at("archived_at", nullable=True),
)
Index(  # two forms sent at once cannot make a duplicate: the database refuses the second
    "uq_contact_point_living",
    contact_point.c.kind,
    contact_point.c.normalised,
    unique=True,
    sqlite_where=text("archived_at IS NULL AND NOT shared"),
    postgresql_where=text("archived_at IS NULL AND NOT shared"),
)
Index("ix_contact_point_normalised", contact_point.c.normalised)

tag = _table("tag", Column("name", String(80), nullable=False, unique=True), _at("archived_at", nullable=True))

customer_tag = Table(
    "customer_tag",
    metadata,
    Column("customer_id", Id, ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", Id, ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True),
)

important_date = _table(
    "important_date",
    _ref("customer_id", "customer", nullable=False, index=True),
    _ref("contact_id", "contact"),
    _key("kind"),
    Column("label", String(200), nullable=False, server_default=""),
    _key("calendar", default="solar"),
    Column("year", SmallInteger),
    Column("month", SmallInteger, nullable=False),
    Column("day", SmallInteger, nullable=False),
    Column("leap_month", Boolean, nullable=False, server_default=false()),
    _at("archived_at", nullable=True),
    Column("ref", String(80)),  # of a kind a plugin keeps: what it is about; there is one for each
    Index("uq_important_date_kept", "customer_id", "kind", "ref", unique=True),
)

touch = _table(  # each time a customer reached out or was brought in, from the first day
    "touch",
    _ref("customer_id", "customer", nullable=False, index=True),
    _key("source", nullable=True),
    Column("note", String(500), nullable=False, server_default=""),
    _at("at"),
)

share = _table(
    "share",
    _ref("customer_id", "customer", nullable=False, index=True),
    _ref("person_id", "person", index=True),
    _ref("team_id", "team", index=True),
    _key("level"),
    _at("until", nullable=True),
    _ref("created_by", "person"),
    _at("created_at"),
    _at("ended_at", nullable=True),
    Column("note", String(500), nullable=False, server_default=""),
    CheckConstraint("level IN ('read', 'work')", name="level"),
)

customer_owner = _table(  # who had a customer, or in which pool it was, from when until when: one row after the other
    "customer_owner",
    _ref("customer_id", "customer", nullable=False, index=True),
    _ref("person_id", "person"),  # empty while it was in a pool
    _ref("pool_id", "pool"),  # where it was; of a person's row, where they had it from
    _key("how"),  # added, claimed, handed_out, assigned, released, moved; known: it was so before this was noted
    _ref("by_id", "person"),
    _at("since"),
    _at("until", nullable=True),
    _key("ended", nullable=True),  # how the next one came to it; taken_back: this one never counted
)
Index("ix_customer_owner_person_since", customer_owner.c.person_id, customer_owner.c.since)

# --- deals ------------------------------------------------------------------------------------------------------

deal = _table(
    "deal",
    _ref("customer_id", "customer", index=True),
    Column("title", String(200), nullable=False),
    _key("process"),
    _key("stage"),
    _key("state", default="open"),
    _ref("owner_id", "person"),
    _ref("team_id", "team"),
    _ref("scope_owner_id", "person"),
    Column("amount_minor", BigInteger),
    Column("currency", String(3), nullable=False),
    Column("expected_close", Date),
    Column("lost_reason", String(80)),
    Column("lost_note", String(500), nullable=False, server_default=""),
    Column("custom", Json, nullable=False, server_default=text("'{}'")),
    _ref("created_by", "person"),
    _at("created_at"),
    _at("stage_entered_at"),
    _at("touched_at"),
    _at("closed_at", nullable=True),
    _at("archived_at", nullable=True),
    _version(),
    Column("external_key", String(200)),  # what an import knows it by; free again once it is archived
    CheckConstraint("state IN ('open', 'won', 'lost')", name="state"),
)
_keyed_once("deal", deal, "archived_at IS NULL")
Index("ix_deal_scope_touched", deal.c.scope_owner_id, deal.c.touched_at.desc(), deal.c.id.desc())
Index("ix_deal_owner_touched", deal.c.owner_id, deal.c.touched_at.desc(), deal.c.id.desc())
Index("ix_deal_owner_customer", deal.c.owner_id, deal.c.customer_id)  # whose customers I help with, without the rows
_helped_deal: dict[str, Any] = {
    "sqlite_where": deal.c.owner_id != deal.c.scope_owner_id,
    "postgresql_where": deal.c.owner_id != deal.c.scope_owner_id,
}
Index("ix_deal_helped", deal.c.owner_id, deal.c.customer_id, **_helped_deal)  # deals on somebody else's customer: few
_living: dict[str, Any] = {
    "sqlite_where": deal.c.archived_at.is_(None),
    "postgresql_where": deal.c.archived_at.is_(None),
}
Index(  # with the owner at its end, a board of some people's deals walks it without reading the deals of others
    "ix_deal_board",
    deal.c.process,
    deal.c.state,
    deal.c.stage,
    deal.c.touched_at.desc(),
    deal.c.id.desc(),
    deal.c.owner_id,
    **_living,
)
Index(
    "ix_deal_owner_board",
    deal.c.owner_id,
    deal.c.process,
    deal.c.state,
    deal.c.stage,
    deal.c.touched_at.desc(),
    deal.c.id.desc(),
    **_living,
)
_waiting = text("state = 'open' AND archived_at IS NULL")
Index(  # what has waited longest
    "ix_deal_open_touched",
    *(deal.c[name] for name in ("touched_at", "id", "owner_id", "customer_id")),
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)
Index("ix_deal_expected_close", deal.c.process, deal.c.state, deal.c.expected_close)
_closed: dict[str, Any] = {
    f"{each}_where": text("archived_at IS NULL AND closed_at IS NOT NULL") for each in ("sqlite", "postgresql")
}
Index(  # what reports count of a few days, without the rows
    "ix_deal_closed",
    deal.c.process,
    deal.c.state,
    deal.c.closed_at,
    deal.c.owner_id,
    deal.c.currency,
    deal.c.amount_minor,
    deal.c.created_at,
    deal.c.lost_reason,
    **_closed,
)

deal_contact = Table(
    "deal_contact",
    metadata,
    Column("deal_id", Id, ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True),
    Column("contact_id", Id, ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True),
)

deal_step = Table(  # a key step that is done
    "deal_step",
    metadata,
    Column("deal_id", Id, ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True),
    Column("step", String(160), primary_key=True),
    _at("done_at"),
    _ref("done_by", "person"),
    Column("evidence", String(80)),  # what ticked it by itself: "activity.call"
    Column("evidence_id", Id),  # and which one, so that taking that back takes the tick back
)

deal_evidence = Table(  # what plugins pushed that follow-up rules count from
    "deal_evidence",
    metadata,
    Column("deal_id", Id, ForeignKey("deal.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("kind", String(80), primary_key=True),
    Column("evidence_id", Id, primary_key=True, autoincrement=False),
    _at("at"),
)

stage_event = _table(  # one row per stage entry: the path a deal took
    "stage_event",
    _ref("deal_id", "deal", nullable=False, index=True),
    _key("process"),
    _key("stage"),
    _key("prev_stage", nullable=True),
    Column("secs_in_prev", BigInteger),
    _ref("actor_id", "person"),
    _ref("owner_id", "person"),
    _ref("team_id", "team"),
    _at("at"),
    _at("noted_at"),
    _at("undone_at", nullable=True),  # a move that was taken back; no figure counts it
    Column("version", Integer),  # the one the move made of its deal: while it is that, the move can be taken back
)
Index("ix_stage_event_process_at", stage_event.c.process, stage_event.c.at)

deal_total = Table(  # how many deals stand where, and what they are worth: kept with every change, mended by `rebuild`
    "deal_total",
    metadata,
    Column("process", String(80), nullable=False),
    Column("state", String(80), nullable=False),
    Column("stage", String(80), nullable=False),
    Column("owner_key", Id, autoincrement=False, nullable=False),  # the owner's id; 0 for nobody's
    Column("currency", String(3), nullable=False),
    Column("n", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    PrimaryKeyConstraint("state", "process", "stage", "currency", "owner_key"),  # as it is summed up, without sorting
    sqlite_with_rowid=False,  # a range of it is read at once
)
Index("ix_deal_total_owner", deal_total.c.owner_key)

stage_day = Table(  # stage entries of a day (UTC), by where from, where to, whose, and how long the last stage took
    "stage_day",
    metadata,
    Column("process", String(80), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("prev_stage", String(80), primary_key=True),  # "" for a deal's first entry
    Column("stage", String(80), primary_key=True),
    Column("owner_key", Id, primary_key=True, autoincrement=False),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    Column("secs", BigInteger, nullable=False),
    sqlite_with_rowid=False,  # a range of it is read at once
)

# Reports are read from these; a span is all time, a year, a quarter or a month (salesapp/domain/spans.py). All are
# kept in the transaction of the change, and mended by `rebuild`. Keys stand in the order they are summed up.


def _summed(name: str, *columns: Any) -> Table:
    made = Table(name, metadata, *columns, sqlite_with_rowid=False)  # a range of it is read at once
    keys = [column.name for column in made.c if column.name not in ("n", "priced", "amount_minor", "secs", "total")]
    made.append_constraint(PrimaryKeyConstraint(*keys))
    return made


def _part(name: str, length: int = 80) -> Column[Any]:
    return Column(name, String(length), nullable=False)


def _number(name: str, kind: Any = Integer) -> Column[Any]:
    return Column(name, kind, nullable=False, autoincrement=False)


closed_sum = _summed(  # deals by when they were closed
    "closed_sum",
    _part("process"),
    _number("span"),
    _part("state"),
    _part("lost_reason"),  # "" for none
    _part("currency", 3),
    _number("owner_key", Id),
    _number("n"),
    _number("priced"),  # how many of them have an amount
    _number("amount_minor", BigInteger),
    _number("secs", BigInteger),  # from opening to close
)

source_sum = _summed(  # closed deals by when they were, and by where their customer came from
    "source_sum",
    _part("process"),
    _number("span"),
    _part("source"),  # "" where nobody knows
    _part("state"),
    _part("currency", 3),
    _number("owner_key", Id),
    _number("n"),
    _number("amount_minor", BigInteger),
)

won_class = _summed(  # won deals by when they were closed, in classes: of amounts in a currency, or of their cycle ("")
    "won_class",
    _part("process"),
    _number("span"),
    _part("measure", 3),
    _number("bucket", SmallInteger),
    _number("owner_key", Id),
    _number("n"),
    _number("total", BigInteger),
)

stage_cohort = _summed(  # deals by when they came into a stage first, and where they stand now ("": won)
    "stage_cohort",
    _part("process"),
    _number("span"),
    _part("stage"),
    _part("state"),
    _part("stands"),
    _number("owner_key", Id),
    _number("n"),
)

stage_hour = _summed(  # the same by the hour, for what lies beside a month: read for each stage and standing by itself
    "stage_hour",
    _part("process"),
    _part("stage"),
    _part("state"),
    _part("stands"),
    _number("hour"),
    _number("owner_key", Id),
    _number("n"),
)

stay_class = _summed(  # stays in a stage by when they ended, in classes
    "stay_class",
    _part("process"),
    _number("span"),
    _part("stage"),
    _number("bucket", SmallInteger),
    _number("owner_key", Id),
    _number("n"),
    _number("secs", BigInteger),
)

activity_sum = _summed(  # activities by when they were done
    "activity_sum",
    _number("span"),
    _number("owner_key", Id),
    _part("kind"),
    _number("n"),
)

# --- decisions --------------------------------------------------------------------------------------------------

decision = _table(  # somebody's yes that something needs; nobody decides what they asked for themselves
    "decision",
    _key("kind"),
    _key("subject_kind"),
    Column("subject_id", Id, nullable=False),
    Column("customer_id", Id),
    Column("deal_id", Id, index=True),
    Column("snapshot", Json, nullable=False),  # what the yes is for
    Column("snapshot_hash", String(64), nullable=False),
    _key("state", default="pending"),
    _ref("asked_by", "person"),
    _at("asked_at"),
    Column("asked_owner_id", Id),  # whose record it was then: they do not decide it, whomever they give it to
    Column("words", String(500), nullable=False, server_default=""),  # what the asker wrote
    _at("decided_at", nullable=True),
    CheckConstraint("state IN ('pending', 'granted', 'refused', 'withdrawn')", name="state"),
)
Index(  # two people asking for the same at once ask once
    "uq_decision_pending",
    decision.c.subject_kind,
    decision.c.subject_id,
    decision.c.kind,
    unique=True,
    sqlite_where=decision.c.state == "pending",
    postgresql_where=decision.c.state == "pending",
)
Index("ix_decision_state", decision.c.state, decision.c.asked_at)

decision_step = _table(  # one yes on the way, in order; `function` says who may give it
    "decision_step",
    _ref("decision_id", "decision", nullable=False, index=True),
    Column("place", SmallInteger, nullable=False),
    _key("function"),
    _key("state", default="pending"),
    _ref("decided_by", "person"),
    _at("decided_at", nullable=True),
    Column("words", String(500), nullable=False, server_default=""),
    UniqueConstraint("decision_id", "place"),
    CheckConstraint("state IN ('pending', 'granted', 'refused')", name="state"),
)

# --- activities -------------------------------------------------------------------------------------------------

activity = _table(
    "activity",
    _key("kind"),
    _ref("customer_id", "customer", index=True),
    _ref("contact_id", "contact"),
    _ref("deal_id", "deal", index=True),
    _ref("owner_id", "person"),
    _ref("scope_owner_id", "person"),
    _key("state", default="planned"),
    _at("planned_at", nullable=True),
    Column("all_day", Boolean, nullable=False, server_default=true()),
    _at("at", nullable=True),
    _at("noted_at"),
    _key("direction", default="out"),
    _key("outcome", nullable=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("minutes", SmallInteger),  # how long it takes; None is its kind's usual length
    Column("answers", Json, nullable=False, server_default=text("'{}'")),  # of its result form: {plugin: {key: value}}
    Column("because", Json),
    Column("custom", Json, nullable=False, server_default=text("'{}'")),
    _ref("created_by", "person"),
    _version(),
    Column("external_key", String(200)),  # what an import knows it by; free again once it is taken back
    _key("form", nullable=True),  # the result form its rule asks for besides
    CheckConstraint("state IN ('planned', 'done', 'cancelled')", name="state"),
)
_keyed_once("activity", activity, "state <> 'cancelled'")
Index("ix_activity_owner_planned", activity.c.owner_id, activity.c.state, activity.c.planned_at)
Index("ix_activity_owner_at", activity.c.owner_id, activity.c.state, activity.c.at)
Index("ix_activity_owner_customer", activity.c.owner_id, activity.c.state, activity.c.customer_id)
_helped_activity: dict[str, Any] = {  # activities on somebody else's customer: few, as of deals
    "sqlite_where": activity.c.owner_id != activity.c.scope_owner_id,
    "postgresql_where": activity.c.owner_id != activity.c.scope_owner_id,
}
Index("ix_activity_helped", activity.c.owner_id, activity.c.state, activity.c.customer_id, **_helped_activity)
Index("ix_activity_planned", activity.c.state, activity.c.planned_at, activity.c.id, activity.c.owner_id)
Index("ix_activity_at", activity.c.state, activity.c.at, activity.c.id, activity.c.owner_id)  # reports count in it
Index("ix_activity_scope_at", activity.c.scope_owner_id, activity.c.at.desc(), activity.c.id.desc())

# --- follow-up rules --------------------------------------------------------------------------------------------

follow_up = Table(  # a rule as the owner set it: a plugin's by its full key, an own one as "own.r1"
    "follow_up",
    metadata,
    Column("rule", String(80), primary_key=True),
    Column("off", Boolean),  # None: as the plugin brings it
    _at("since", nullable=True),  # since when it runs: what happened before plans nothing
    Column("changes", Json, nullable=False, server_default=text("'{}'")),  # on top of the plugin's: {part: value}
    Column("brought", Json, nullable=False, server_default=text("'{}'")),  # what the plugin had there then
    Column("own", Json),  # the whole rule, where the owner wrote it: salesapp/domain/follow_up_data.py
    Column("ran", Json, nullable=False, server_default=text("'{}'")),  # what it was made with when its dates were noted
    Column("filled_to", Id, nullable=False, server_default=text("0")),  # how far its subjects were gone through
    _ref("person_id", "person"),
    _at("at"),
    _at("archived_at", nullable=True),
    _version(),
)

follow_up_watch = Table(  # when to look at a subject again for a rule
    "follow_up_watch",
    metadata,
    Column("rule", String(80), primary_key=True),
    Column("subject_kind", String(80), primary_key=True),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("part", String(40), primary_key=True, server_default=""),  # which date, which event: "d12", "e1207"
    Column("customer_id", Id, index=True),  # its customer's, so that one's events find it
    _at("anchor"),  # the moment it counts from
    Column("n", Integer, nullable=False, server_default=text("0")),  # the occurrence to come
    _at("look_at", nullable=True),  # None: an occurrence is open, or it has ended
    _key("ended", nullable=True),  # why nothing more comes: answered, bought, times, day, taken_back …
)
Index(
    "ix_follow_up_watch_look",
    follow_up_watch.c.look_at,
    sqlite_where=follow_up_watch.c.look_at.is_not(None),
    postgresql_where=follow_up_watch.c.look_at.is_not(None),
)
Index("ix_follow_up_watch_subject", follow_up_watch.c.subject_kind, follow_up_watch.c.subject_id)

follow_up_occurrence = _table(  # what a rule planned, once: whoever of many processes comes first
    "follow_up_occurrence",
    _key("rule"),
    _key("subject_kind"),
    Column("subject_id", Id, nullable=False),
    Column("occurrence", String(80), nullable=False),
    _ref("activity_id", "activity"),
    Column("customer_id", Id, index=True),
    Column("owner_id", Id),  # who was to do it
    Column("team_id", Id),
    _at("due_at"),  # the last moment that is in time
    _at("planned_at"),  # when the rule made it
    _key("state", default="open"),  # open, kept, late, missed, withdrawn, skipped
    _at("settled_at", nullable=True),
    _at("escalate_at", nullable=True),  # when somebody is told next that it is not done
    Column("missed_off", Boolean, nullable=False, server_default=false()),  # its time passed while nothing ran
    UniqueConstraint("rule", "subject_kind", "subject_id", "occurrence"),
)
Index("uq_follow_up_occurrence_activity_id", follow_up_occurrence.c.activity_id, unique=True)
Index(
    "ix_follow_up_occurrence_escalate",
    follow_up_occurrence.c.escalate_at,
    sqlite_where=follow_up_occurrence.c.escalate_at.is_not(None),
    postgresql_where=follow_up_occurrence.c.escalate_at.is_not(None),
)
Index(  # which rules have anything open
    "ix_follow_up_occurrence_open_rule",
    follow_up_occurrence.c.rule,
    sqlite_where=follow_up_occurrence.c.state == "open",
    postgresql_where=follow_up_occurrence.c.state == "open",
)
Index("ix_follow_up_occurrence_due", follow_up_occurrence.c.due_at, follow_up_occurrence.c.rule)
Index(  # few ever are, so a day asks for them first
    "ix_follow_up_occurrence_missed_off",
    follow_up_occurrence.c.activity_id,
    sqlite_where=text("missed_off = 1 AND state = 'open'"),
    postgresql_where=text("missed_off AND state = 'open'"),
)
Index(  # how much each person has still to do of it
    "ix_follow_up_occurrence_open",
    follow_up_occurrence.c.owner_id,
    follow_up_occurrence.c.due_at,
    sqlite_where=follow_up_occurrence.c.state == "open",
    postgresql_where=follow_up_occurrence.c.state == "open",
)

# --- messages to a group ----------------------------------------------------------------------------------------

mailing = _table(  # a text to many customers: once, or again and again
    "mailing",
    Column("name", String(80), nullable=False),
    _key("way"),  # email, sms, task
    Column("subject", String(200), nullable=False, server_default=""),
    Column("body", Text, nullable=False),
    Column("query", Json, nullable=False),  # whom: salesapp/domain/list_query.py
    Column("repeat", Json),  # None: once; else when: salesapp/domain/mailing.py
    _key("state", default="draft"),  # draft, going, done, stopped
    _at("next_at", nullable=True),
    _ref("person_id", "person", nullable=False, index=True),
    _at("created_at"),
    _at("archived_at", nullable=True),
    _version(),
)
Index(
    "ix_mailing_next",
    mailing.c.next_at,
    sqlite_where=mailing.c.next_at.is_not(None),
    postgresql_where=mailing.c.next_at.is_not(None),
)

mailing_run = _table(  # one time it went out
    "mailing_run",
    _ref("mailing_id", "mailing", nullable=False, index=True),
    Column("occurrence", String(40), nullable=False),
    _at("at"),
    Column("total", Integer, nullable=False, server_default=text("0")),
    _key("state", default="going"),
    _at("finished_at", nullable=True),
    UniqueConstraint("mailing_id", "occurrence"),
)

mailing_item = Table(  # one customer of one run: what became of it, once
    "mailing_item",
    metadata,
    Column("run_id", Id, ForeignKey("mailing_run.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_id", Id, ForeignKey("customer.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False),
    _key("state", default="waiting"),  # waiting, sending, sent, skipped, failed, planned
    _key("reason", nullable=True),  # why not: no_address, opted_out, erased …
    _ref("point_id", "contact_point"),  # where it goes
    _ref("activity_id", "activity"),
    _at("at", nullable=True),
    Column("token_hash", String(64), unique=True),  # of the link with which its reader asks for no more
)
Index("ix_mailing_item_customer", mailing_item.c.customer_id)
Index(
    "ix_mailing_item_waiting",
    mailing_item.c.run_id,
    mailing_item.c.customer_id,
    sqlite_where=mailing_item.c.state == "waiting",
    postgresql_where=mailing_item.c.state == "waiting",
)

# --- files ------------------------------------------------------------------------------------------------------

file = _table(  # attached to an activity; the bytes lie on disk under `key`, written before this row
    "file",
    _ref("activity_id", "activity", nullable=False, index=True),
    _ref("customer_id", "customer"),  # these three follow the activity's
    _ref("deal_id", "deal"),
    _ref("scope_owner_id", "person"),
    Column("key", String(32), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    _key("media_type"),
    Column("name", String(200), nullable=False),  # for showing only: nothing is opened by it
    Column("preview_key", String(32), unique=True),  # of a picture: a small one for lists
    _ref("created_by", "person"),
    _at("created_at"),
    _at("archived_at", nullable=True),
)
Index("ix_file_customer", file.c.customer_id, file.c.id.desc())
Index("ix_file_deal", file.c.deal_id, file.c.id.desc())


# --- notices ----------------------------------------------------------------------------------------------------

notice = _table(  # one thing one person is told; names are read from the records whenever it is shown
    "notice",
    _ref("person_id", "person", nullable=False),
    _key("kind"),
    Column("occurrence", String(160), nullable=False),  # what it is about this time: telling it twice is telling once
    _key("subject_kind"),
    Column("subject_id", Id, nullable=False),
    _ref("actor_id", "person"),
    Column("data", Json, nullable=False),  # codes and ids
    _at("at"),
    _at("read_at", nullable=True),
    _at("withdrawn_at", nullable=True),  # its cause was undone, or is settled
    _at("mailed_at", nullable=True),
    UniqueConstraint("person_id", "occurrence"),
)
Index(
    "ix_notice_unread",
    notice.c.person_id,
    notice.c.at.desc(),
    notice.c.id.desc(),
    sqlite_where=text("read_at IS NULL AND withdrawn_at IS NULL"),
    postgresql_where=text("read_at IS NULL AND withdrawn_at IS NULL"),
)
Index("ix_notice_person_at", notice.c.person_id, notice.c.at.desc(), notice.c.id.desc())
Index("ix_notice_subject", notice.c.subject_kind, notice.c.subject_id)
Index("ix_notice_at", notice.c.at)

notice_choice = Table(  # how somebody wants to be told, once they chose; whole hours of their own day
    "notice_choice",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("ways", Json, nullable=False),  # {kind: way}, what differs from the usual
    Column("digest_hour", SmallInteger),  # None: no digest
    Column("quiet_from", SmallInteger),  # None: no quiet hours
    Column("quiet_to", SmallInteger),
)

notice_digest = Table(  # the one digest of a person's day, whoever of many processes comes first
    "notice_digest",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True),  # of the person's calendar
    _at("at"),
    _at("sent_at", nullable=True),
)
Index("ix_notice_digest_at", notice_digest.c.at)

# --- fields -----------------------------------------------------------------------------------------------------

own_field = _table(  # what the owner asks for beside what everybody does
    "own_field",
    _key("kind"),
    _key("key"),  # values are kept under it: never changed, never used again
    _key("type"),
    Column("label", String(200), nullable=False),
    Column("labels", Json, nullable=False, server_default=text("'{}'")),  # {language: label}, where they differ
    Column("help", String(500), nullable=False, server_default=""),
    Column("options", Json, nullable=False, server_default=text("'[]'")),  # [[key, text]]
    Column("gone", Json, nullable=False, server_default=text("'[]'")),  # no longer offered; their values are still read
    Column("required", Boolean, nullable=False, server_default=false()),
    Column("default", Json),
    Column("visible_when", Json),
    Column("readers", Json, nullable=False, server_default=text("'[]'")),  # roles; none is everybody
    Column("writers", Json, nullable=False, server_default=text("'[]'")),
    Column("place", Integer, nullable=False),
    _ref("created_by", "person"),
    _at("created_at"),
    _at("archived_at", nullable=True),
    _version(),
    UniqueConstraint("kind", "key"),
    CheckConstraint("kind IN ('customer', 'contact', 'deal', 'activity')", name="kind"),
)

field_link = _table(  # the person or customer that a field of a record names: merging and handing over find it here
    "field_link",
    _key("subject_kind"),
    Column("subject_id", Id, nullable=False),
    Column("field", String(120), nullable=False),  # its full key: "own.referrer"
    _ref("person_id", "person", index=True),
    _ref("customer_id", "customer", index=True),
    UniqueConstraint("subject_kind", "subject_id", "field"),
    CheckConstraint("(person_id IS NULL) <> (customer_id IS NULL)", name="one"),
)

# --- views of lists ---------------------------------------------------------------------------------------------

saved_view = _table(  # a list's question under a name: its maker's own, a team's and those below it, or everybody's
    "saved_view",
    _key("kind"),
    Column("name", String(80), nullable=False),
    _ref("person_id", "person", nullable=False, index=True),
    _ref("team_id", "team", index=True),
    Column("everybody", Boolean, nullable=False, server_default=false()),
    Column("query", Json, nullable=False),  # salesapp/domain/list_query.py
    _at("created_at"),
    _at("archived_at", nullable=True),
    _version(),
    CheckConstraint("team_id IS NULL OR NOT everybody", name="one_reach"),
)
Index(  # they are few
    "ix_saved_view_everybody",
    saved_view.c.kind,
    sqlite_where=saved_view.c.everybody,
    postgresql_where=saved_view.c.everybody,
)

default_view = Table(  # the view a list opens with for somebody, once they chose one
    "default_view",
    metadata,
    Column("person_id", Id, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(80), primary_key=True),
    _ref("view_id", "saved_view", nullable=False),
)

import_mapping = _table(  # how files with one header are read, under a name: salesapp/domain/importing.py
    "import_mapping",
    Column("name", String(80), nullable=False),
    _key("kind"),
    Column("fingerprint", String(64), nullable=False, index=True),
    Column("header", Json, nullable=False),
    Column("asked", Json, nullable=False),
    _ref("person_id", "person"),
    _at("created_at"),
    _at("archived_at", nullable=True),
)

import_run = _table(  # a file somebody brings in: what was asked of it, how far it is, what became of it
    "import_run",
    _ref("person_id", "person", index=True),  # empty: the installation itself
    _at("at"),
    Column("file_key", String(32), unique=True),  # below instance/imports; empty once it was swept
    Column("file_name", String(200), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("asked", Json, nullable=False),  # salesapp/domain/importing.py
    _key("state", default="uploaded"),
    Column("turn", Integer, nullable=False, server_default=text("0")),  # a job of an earlier turn stops by itself
    Column("goes_on", Boolean, nullable=False, server_default=false()),  # once it is checked, it is brought in
    Column("total", Integer),  # rows, once they were counted
    Column("done", Integer, nullable=False, server_default=text("0")),  # rows gone through, or records taken back
    Column("added", Integer, nullable=False, server_default=text("0")),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    Column("same", Integer, nullable=False, server_default=text("0")),
    Column("rejected", Integer, nullable=False, server_default=text("0")),
    Column("left", Integer, nullable=False, server_default=text("0")),  # records that stayed when it was taken back
    _ref("batch_id", "batch"),
    Column("findings", Json, nullable=False, server_default=text("'{}'")),
    Column("rejected_key", String(32), unique=True),  # of the file with the rows that did not come in
    _at("ended_at", nullable=True),
)
Index("ix_import_run_at", import_run.c.at)

import_line = Table(  # a row that did not come in, and why; gone together with its file
    "import_line",
    metadata,
    Column("run_id", Id, ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("reasons", Json, nullable=False),
)

# --- what happened ----------------------------------------------------------------------------------------------

event = _table(  # append-only; names and other personal values stand in event_payload, which can be erased
    "event",
    _key("kind"),
    _key("subject_kind"),
    Column("subject_id", Id, nullable=False),
    Column("customer_id", Id),
    Column("deal_id", Id),
    _ref("actor_id", "person"),
    Column("owner_id", Id),
    Column("team_id", Id),
    Column("batch_id", Id),
    _at("at"),
    _at("noted_at"),
    Column("data", Json, nullable=False),
    Column("payload_hash", String(64)),
    Column("seal", String(64)),
)
Index("ix_event_customer", event.c.customer_id, event.c.id.desc())
Index("ix_event_noted", event.c.noted_at.desc(), event.c.id.desc())  # these three are the audit's
Index("ix_event_actor_noted", event.c.actor_id, event.c.noted_at.desc(), event.c.id.desc())
Index("ix_event_kind_noted", event.c.kind, event.c.noted_at.desc(), event.c.id.desc())
Index("ix_event_deal", event.c.deal_id, event.c.id.desc())
Index("ix_event_subject", event.c.subject_kind, event.c.subject_id, event.c.id.desc())
Index(  # where sealing goes on; a few rows, however many events there are
    "ix_event_unsealed", event.c.id, sqlite_where=event.c.seal.is_(None), postgresql_where=event.c.seal.is_(None)
)

event_payload = Table(
    "event_payload",
    metadata,
    Column("event_id", Id, ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column("body", Json, nullable=False),
    Column("salt", String(32), nullable=False),
)

batch = _table(  # one bulk change: an import, a reassignment, a hand-over, and what takes one back
    "batch",
    _key("kind"),
    _ref("actor_id", "person"),
    _at("at"),
    Column("data", Json, nullable=False),
    _at("undone_at", nullable=True),
    _key("state", default="done"),  # prepared, running, done
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    Column("skipped", Integer, nullable=False, server_default=text("0")),
    Column("undoes_id", Id),  # the batch this one takes back
    _at("finished_at", nullable=True),
)
Index("uq_batch_undoes_id", batch.c.undoes_id, unique=True)  # taken back once
Index("ix_batch_actor", batch.c.actor_id, batch.c.id.desc())

batch_item = Table(  # one record of a bulk change: what becomes of it, once
    "batch_item",
    metadata,
    Column("batch_id", Id, ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True),
    Column("subject_kind", String(80), primary_key=True),
    Column("subject_id", Id, primary_key=True, autoincrement=False),
    Column("target_id", Id),  # who gets it, where that differs from record to record
    _key("state", default="waiting"),  # waiting, done, skipped, undone
    _key("reason", nullable=True),  # why it was skipped
    Column("before", Json),  # ids and versions: what taking it back needs
)
Index(  # what is still to do; a few rows at the end of a large one
    "ix_batch_item_waiting",
    batch_item.c.batch_id,
    batch_item.c.subject_kind,
    batch_item.c.subject_id,
    sqlite_where=batch_item.c.state == "waiting",
    postgresql_where=batch_item.c.state == "waiting",
)
Index(
    "ix_batch_item_skipped",
    batch_item.c.batch_id,
    batch_item.c.subject_kind,
    batch_item.c.subject_id,
    sqlite_where=batch_item.c.state == "skipped",
    postgresql_where=batch_item.c.state == "skipped",
)

# --- merged customers and personal data -------------------------------------------------------------------------

merge = _table(  # two records of one customer became one; what was moved stands in merge_move while it can be undone
    "merge",
    _ref("kept_id", "customer", nullable=False, index=True),
    _ref("lost_id", "customer", nullable=False, index=True),
    _ref("actor_id", "person"),
    _at("at"),
    Column("counts", Json, nullable=False),  # table → how many rows came over
    _at("undone_at", nullable=True),
    _ref("undone_by", "person"),
)

merge_move = _table(  # one value a merge changed, in the order it did
    "merge_move",
    Column("merge_id", Id, ForeignKey("merge.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("table_name", String(200), nullable=False),
    Column("key", Json, nullable=False),  # the primary key as it is after the change
    Column("column_name", String(200), nullable=False),
    Column("old", Json),
    Column("new", Json),
)

consent = _table(  # what a customer agreed to; one that was withdrawn stays as the proof of its time
    "consent",
    _ref("customer_id", "customer", nullable=False, index=True),
    _key("purpose"),
    _key("how"),
    Column("given_on", Date, nullable=False),
    Column("note", String(500), nullable=False, server_default=""),
    _ref("noted_by", "person"),
    _at("noted_at"),
    _at("withdrawn_at", nullable=True),
    _ref("withdrawn_by", "person"),
)

# --- jobs -------------------------------------------------------------------------------------------------------

job = _table(  # work that is due: written with the change that asks for it, done in a transaction of its own
    "job",
    _key("name"),
    Column("args", Json, nullable=False),  # codes and ids, nothing personal
    Column("slot", String(160), unique=True),  # what must exist once over all processes: "name:moment"
    _key("state", default="waiting"),
    _at("run_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    _at("lease_until", nullable=True),
    Column("leased_by", String(80)),
    Column("error", String(300), nullable=False, server_default=""),
    _at("created_at"),
    _at("finished_at", nullable=True),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'parked')", name="state"),
)
Index("ix_job_due", job.c.state, job.c.run_at, job.c.id)
Index("ix_job_finished", job.c.name, job.c.state, job.c.finished_at)

# --- search -----------------------------------------------------------------------------------------------------

search_row = _table(
    "search_row",
    _key("kind"),
    Column("subject_id", Id, nullable=False),
    Column("customer_id", Id),
    Column("scope_owner_id", Id),
    Column("title", String(200), nullable=False),
    Column("haystack", Text, nullable=False),
    Column("tokens", Text, nullable=False),
    _at("touched_at"),
    _at("archived_at", nullable=True),
    UniqueConstraint("subject_id", "kind"),  # not kind first: SQLite would walk it for `kind IN (…)` in every search
)
Index(
    "ix_search_row_scope",
    search_row.c.kind,
    search_row.c.scope_owner_id,
    search_row.c.touched_at.desc(),
    search_row.c.id.desc(),
)
Index("ix_search_row_customer", search_row.c.customer_id, search_row.c.kind)
Index("ix_search_row_touched", search_row.c.kind, search_row.c.touched_at.desc(), search_row.c.id.desc())

opened = Table(  # what each person chose among the hits of the search: it comes first the next time
    "opened",
    metadata,
    _ref("person_id", "person", nullable=False),
    _key("kind"),
    Column("subject_id", Id, nullable=False),
    Column("times", Integer, nullable=False),
    _at("last_at"),
    PrimaryKeyConstraint("person_id", "kind", "subject_id"),
)
Index("ix_opened_last", opened.c.person_id, opened.c.last_at.desc())
