"""The roll-ups and what they are counted from: whether both say the same, and how to make them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, Subquery, Table, and_, case, delete, func, insert, literal, or_, select, text, union_all

from salesapp.store import deal_totals, report_truth, stage_days
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.tables import deal_total, stage_day

TABLES: Final = (deal_total, stage_day, *report_truth.TABLES)
EXAMPLES: Final = 5
RIGHT, WRONG, MISSING, EXTRA = "right", "wrong", "missing", "too many"
_KIND: Final = "kind_of_difference"  # no column of a roll-up is called so


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as it must be: its key, the figures it has and those it must have (None: no such row)."""

    kind: str
    key: Mapping[str, Any]
    kept: Mapping[str, int] | None
    true: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One roll-up: how many rows of each kind, and the first few that differ."""

    table: str
    counts: Mapping[str, int]
    examples: tuple[Difference, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing differs."""
        return not any(self.counts[kind] for kind in (WRONG, MISSING, EXTRA))


def compare(x: Executor, table: Table) -> Comparison:
    """Compare a roll-up with what it is counted from, in the database itself."""
    both = _side_by_side(table, _truth(x, table))
    kind = _kind(table, both).label(_KIND)
    found = {row[0]: row.n for row in x.execute(select(kind, func.count().label("n")).group_by(kind))}
    counts = {each: int(found.get(each, 0)) for each in (RIGHT, WRONG, MISSING, EXTRA)}
    keys = [both.c[key.name] for key in table.primary_key]
    differing = select(both, kind).where(kind != RIGHT).order_by(*keys).limit(EXAMPLES)
    rows = x.execute(differing).mappings().all() if set(found) - {RIGHT} else ()
    return Comparison(table.name, counts, tuple(_difference(table, row) for row in rows))


def make(x: Executor, table: Table) -> None:
    """Make the roll-up anew; nobody else may write to it meanwhile (`lock`)."""
    x.execute(delete(table))
    x.execute(insert(table).from_select([column.name for column in table.c], _truth(x, table)))


def lock(x: Executor) -> None:
    """Let nobody else count until the transaction ends. Who waits counts afterwards, and on top of what was made."""
    if dialect_name(x) == "postgresql":  # on SQLite there is one writer at a time anyway
        x.execute(text(f"LOCK TABLE {', '.join(table.name for table in TABLES)} IN EXCLUSIVE MODE"))


def _truth(x: Executor, table: Table) -> Select[*tuple[Any, ...]]:
    if table in report_truth.TABLES:
        return report_truth.truth(table, dialect_name(x))
    return deal_totals.truth() if table is deal_total else stage_days.truth(dialect_name(x))


def _figures(table: Table) -> list[str]:
    return [column.name for column in table.c if not column.primary_key]


def _side_by_side(table: Table, truth: Select[*tuple[Any, ...]]) -> Subquery:
    """The rows of both, by key, with `kept_…` and `true_…` figures; a row of nothing but zeros counts as none."""
    figures, counted = _figures(table), truth.subquery()
    kept = select(
        *table.primary_key,
        *(table.c[name].label(f"kept_{name}") for name in figures),
        *(literal(0).label(f"true_{name}") for name in figures),
    ).where(or_(*(table.c[name] != 0 for name in figures)))
    true = select(
        *(counted.c[key.name] for key in table.primary_key),
        *(literal(0) for _ in figures),
        *(counted.c[name] for name in figures),
    )
    rows = union_all(kept, true).subquery()
    keys = [rows.c[key.name] for key in table.primary_key]
    sums = [func.sum(rows.c[f"{side}_{name}"]).label(f"{side}_{name}") for side in ("kept", "true") for name in figures]
    return select(*keys, *sums).group_by(*keys).subquery()


def _kind(table: Table, both: Subquery) -> Any:
    kept, true = ([both.c[f"{side}_{name}"] for name in _figures(table)] for side in ("kept", "true"))
    return case(
        (and_(*(one == other for one, other in zip(kept, true, strict=True))), RIGHT),
        (and_(*(one == 0 for one in kept)), MISSING),
        (and_(*(other == 0 for other in true)), EXTRA),
        else_=WRONG,
    )


def _difference(table: Table, row: Mapping[Any, Any]) -> Difference:
    kept, true = ({name: int(row[f"{side}_{name}"]) for name in _figures(table)} for side in ("kept", "true"))
    key = {each.name: row[each.name] for each in table.primary_key}
    return Difference(row[_KIND], key, None if row[_KIND] == MISSING else kept, None if row[_KIND] == EXTRA else true)
