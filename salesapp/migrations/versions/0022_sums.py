"""What was won, by where the customers came from"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEYS = ("process", "span", "source", "state", "currency", "owner_key")


def upgrade() -> None:
    op.create_table(
        "source_sum",
        sa.Column("process", sa.String(length=80), nullable=False),
        sa.Column("span", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("owner_key", _ID, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(*_KEYS, name="pk_source_sum"),
        sqlite_with_rowid=False,
    )
    _fill()


def _fill() -> None:
    """What was closed before counts in it: for all time, for each year, quarter and month, and part of that."""
    keys = "process, source, state, currency, owner_key"
    rows = (
        f"SELECT deal.process, {_part('deal.closed_at')} AS part, coalesce(customer.source, '') AS source, deal.state,"  # noqa: S608
        " deal.currency, coalesce(deal.owner_id, 0) AS owner_key, 1 AS n,"
        " coalesce(deal.amount_minor, 0) AS amount_minor"
        " FROM deal LEFT JOIN customer ON customer.id = deal.customer_id"
        " WHERE deal.archived_at IS NULL AND deal.closed_at IS NOT NULL"
    )
    for span in ("0 * part", "part / 1000", "part / 1000 * 10 + (part / 10 % 100 + 2) / 3", "part / 10", "part"):
        _sum_up("source_sum", span, keys, ("n", "amount_minor"), rows)
    _fill_parts()


def _fill_parts() -> None:
    """The other sums have the months already."""
    secs = f"CASE WHEN {_epoch('closed_at')} < {_epoch('created_at')} THEN 0"
    secs += f" ELSE {_epoch('closed_at')} - {_epoch('created_at')} END"
    _sum_up(
        "closed_sum",
        "part",
        "process, state, lost_reason, currency, owner_key",
        ("n", "priced", "amount_minor", "secs"),
        f"SELECT process, {_part('closed_at')} AS part, state, coalesce(lost_reason, '') AS lost_reason, currency,"  # noqa: S608
        " coalesce(owner_id, 0) AS owner_key, 1 AS n, CASE WHEN amount_minor IS NULL THEN 0 ELSE 1 END AS priced,"
        f" coalesce(amount_minor, 0) AS amount_minor, {secs} AS secs FROM deal"
        " WHERE archived_at IS NULL AND closed_at IS NOT NULL",
    )
    _sum_up(
        "activity_sum",
        "part",
        "owner_key, kind",
        ("n",),
        f"SELECT {_part('at')} AS part, coalesce(owner_id, 0) AS owner_key, kind, 1 AS n FROM activity"  # noqa: S608
        " WHERE state = 'done' AND at IS NOT NULL",
    )


def _sum_up(table: str, span: str, keys: str, figures: tuple[str, ...], rows: str) -> None:
    names, sums = ", ".join(figures), ", ".join(f"sum({each})" for each in figures)
    op.execute(
        f"INSERT INTO {table} (span, {keys}, {names})"  # noqa: S608 (our own words)
        f" SELECT {span}, {keys}, {sums} FROM ({rows}) AS counted GROUP BY {span}, {keys}"
    )


def _on_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _part(at: str) -> str:
    """2026031 are the first five days of March 2026, 2026036 all after its 25th."""
    if _on_postgres():
        utc = f"timezone('UTC', {at})"
        month, day = f"extract(year FROM {utc}) * 100 + extract(month FROM {utc})", f"extract(day FROM {utc})"
        month, day = f"CAST({month} AS integer)", f"CAST({day} AS integer)"
    else:
        month, day = f"CAST(strftime('%Y%m', {at}) AS integer)", f"CAST(strftime('%d', {at}) AS integer)"
    return f"({month} * 10 + CASE WHEN {day} > 25 THEN 6 ELSE ({day} + 4) / 5 END)"


def _epoch(at: str) -> str:
    secs = f"floor(extract(epoch FROM {at}))" if _on_postgres() else f"strftime('%s', {at})"
    return f"CAST({secs} AS bigint)"
