"""What the reports are read from"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STAYS = [round(60 * 2 ** (place / 8)) for place in range(186)]
_AMOUNTS = [round(100 * 2 ** (place / 8)) for place in range(373)]
_OWNER = "coalesce(owner_id, 0) AS owner_key"


def upgrade() -> None:
    _create("closed_sum", ("process", "span", "state", "lost_reason", "currency", "owner_key"), _FIGURES)
    _create("won_class", ("process", "span", "measure", "bucket", "owner_key"), ("n", "total"))
    _create("stage_cohort", ("process", "span", "stage", "state", "stands", "owner_key"), ("n",))
    _create("stage_hour", ("process", "stage", "state", "stands", "hour", "owner_key"), ("n",))
    _create("stay_class", ("process", "span", "stage", "bucket", "owner_key"), ("n", "secs"))
    _create("activity_sum", ("span", "owner_key", "kind"), ("n",))
    closed = sa.text("archived_at IS NULL AND closed_at IS NOT NULL")
    columns = ["process", "state", "closed_at", "owner_id", "currency", "amount_minor", "created_at", "lost_reason"]
    op.create_index("ix_deal_closed", "deal", columns, sqlite_where=closed, postgresql_where=closed)
    counted = sa.text("archived_at IS NULL AND merged_into_id IS NULL")
    columns = ["source", "state", "created_at", "owner_id"]
    op.create_index("ix_customer_source", "customer", columns, sqlite_where=counted, postgresql_where=counted)
    op.drop_index("ix_activity_at", "activity")
    op.create_index("ix_activity_at", "activity", ["state", "at", "id", "owner_id"])
    _fill()


_FIGURES = ("n", "priced", "amount_minor", "secs")
_TYPES: dict[str, Any] = {
    "span": sa.Integer(),
    "hour": sa.Integer(),
    "bucket": sa.SmallInteger(),
    "owner_key": _ID,
    "currency": sa.String(length=3),
    "measure": sa.String(length=3),
    "n": sa.Integer(),
    "priced": sa.Integer(),
    "amount_minor": sa.BigInteger(),
    "secs": sa.BigInteger(),
    "total": sa.BigInteger(),
}


def _create(name: str, keys: tuple[str, ...], figures: tuple[str, ...]) -> None:
    columns: list[sa.Column[Any]] = [
        sa.Column(each, _TYPES.get(each, sa.String(length=80)), autoincrement=False, nullable=False)
        for each in (*keys, *figures)
    ]
    op.create_table(name, *columns, sa.PrimaryKeyConstraint(*keys, name=f"pk_{name}"), sqlite_with_rowid=False)


def _fill() -> None:
    """What was there before counts in them."""
    secs = f"CASE WHEN {_epoch('closed_at')} < {_epoch('created_at')} THEN 0"
    secs += f" ELSE {_epoch('closed_at')} - {_epoch('created_at')} END"
    closed = "FROM deal WHERE archived_at IS NULL AND closed_at IS NOT NULL"
    _sum_up(
        "closed_sum",
        "process, state, lost_reason, currency, owner_key",
        _FIGURES,
        f"SELECT process, {_month('closed_at')} AS month, state, coalesce(lost_reason, '') AS lost_reason, currency,"
        f" {_OWNER}, 1 AS n, CASE WHEN amount_minor IS NULL THEN 0 ELSE 1 END AS priced,"
        f" coalesce(amount_minor, 0) AS amount_minor, {secs} AS secs {closed}",
    )
    won = f"SELECT process, currency, {_month('closed_at')} AS month, {_OWNER}, amount_minor, {secs} AS secs"
    won = f"({won} {closed} AND state = 'won') AS won"
    same = "SELECT process, month, owner_key, 1 AS n"
    _sum_up(
        "won_class",
        "process, measure, bucket, owner_key",
        ("n", "total"),
        f"{same}, '' AS measure, {_class('secs', _STAYS)} AS bucket, secs AS total FROM {won} UNION ALL"
        f" {same}, currency AS measure, {_class('amount_minor', _AMOUNTS)} AS bucket, amount_minor AS total"
        f" FROM {won} WHERE amount_minor IS NOT NULL",
    )
    first = (
        "SELECT e.deal_id, e.stage, min(e.at) AS at FROM stage_event e JOIN deal d ON d.id = e.deal_id"
        " WHERE e.undone_at IS NULL AND e.stage NOT IN ('\\:won', '\\:lost') AND e.process = d.process"
        " AND d.archived_at IS NULL GROUP BY e.deal_id, e.stage"
    )
    entries = (
        "f.stage, deal.state, CASE WHEN deal.state = 'won' THEN '' ELSE deal.stage END AS stands,"
        f" {_OWNER}, 1 AS n FROM ({first}) AS f JOIN deal ON deal.id = f.deal_id"
    )
    _sum_up(
        "stage_cohort",
        "process, stage, state, stands, owner_key",
        ("n",),
        f"SELECT deal.process, {_month('f.at')} AS month, {entries}",
    )
    hours = f"SELECT deal.process, {_hour('f.at')} AS hour, {entries}"
    keys = "process, stage, state, stands, hour, owner_key"
    op.execute(
        f"INSERT INTO stage_hour ({keys}, n) SELECT {keys}, count(*) FROM ({hours}) AS counted GROUP BY {keys}"  # noqa: S608
    )
    _sum_up(
        "stay_class",
        "process, stage, bucket, owner_key",
        ("n", "secs"),
        f"SELECT process, {_month('at')} AS month, prev_stage AS stage, {_class('secs_in_prev', _STAYS)} AS bucket,"  # noqa: S608
        f" {_OWNER}, 1 AS n, secs_in_prev AS secs FROM stage_event"
        " WHERE undone_at IS NULL AND prev_stage IS NOT NULL AND secs_in_prev IS NOT NULL",
    )
    _sum_up(
        "activity_sum",
        "owner_key, kind",
        ("n",),
        f"SELECT {_month('at')} AS month, {_OWNER}, kind, 1 AS n FROM activity WHERE state = 'done' AND at IS NOT NULL",  # noqa: S608
    )


def _sum_up(table: str, keys: str, figures: tuple[str, ...], rows: str) -> None:
    """For all time, for each year, quarter and month."""
    names, sums = ", ".join(figures), ", ".join(f"sum({each})" for each in figures)
    for span in ("0 * month", "month / 100", "month / 100 * 10 + (month % 100 + 2) / 3", "month"):
        op.execute(
            f"INSERT INTO {table} (span, {keys}, {names})"  # noqa: S608 (our own words)
            f" SELECT {span}, {keys}, {sums} FROM ({rows}) AS counted GROUP BY {span}, {keys}"
        )


def _on_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _month(at: str) -> str:
    if _on_postgres():
        day = f"timezone('UTC', {at})"
        return f"CAST(extract(year FROM {day}) * 100 + extract(month FROM {day}) AS integer)"
    return f"CAST(strftime('%Y%m', {at}) AS integer)"


def _hour(at: str) -> str:
    return f"CAST(({_epoch(at)} + 62135596800) / 3600 AS integer)"


def _epoch(at: str) -> str:
    secs = f"floor(extract(epoch FROM {at}))" if _on_postgres() else f"strftime('%s', {at})"
    return f"CAST({secs} AS bigint)"


def _class(value: str, limits: list[int], first: int = 1, last: int = 0) -> str:
    """The number of a value's class, the halves of the scale within each other."""
    last = last or len(limits) + 1
    if first == last:
        return str(first)
    middle = (first + last) // 2
    below, above = _class(value, limits, first, middle), _class(value, limits, middle + 1, last)
    return f"CASE WHEN {value} < {limits[middle - 1]} THEN {below} ELSE {above} END"
