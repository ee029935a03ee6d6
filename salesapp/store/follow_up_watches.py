"""When to look at a subject again for a rule: one row for each rule, subject and part, moved on as things happen.

Whoever moves a watch holds its row: it is locked when it is read as due, and written in the same transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    Update,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name, rows_changed
from salesapp.store.plain_inserts import run_plain
from salesapp.store.tables import customer, deal
from salesapp.store.tables import follow_up_watch as watch
from salesapp.store.types import Instant

Watch = Row[*tuple[Any, ...]]
"""rule, subject_kind, subject_id, part, customer_id, anchor, n, look_at, ended."""
KEY: Final = ("rule", "subject_kind", "subject_id", "part")
_its = and_(*(watch.c[name] == bindparam(f"of_{name}") for name in KEY))
_due = (
    select(watch)
    .where(watch.c.look_at.is_not(None), watch.c.look_at <= bindparam("now", type_=Instant()))
    .order_by(watch.c.look_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


@cache
def _moved(names: tuple[str, ...]) -> Update:
    """Only what is named is written: what a row said of the rest may be another by now."""
    return update(watch).where(_its).values({name: bindparam(f"to_{name}", type_=watch.c[name].type) for name in names})


_locked = select(watch).order_by(*(watch.c[name] for name in KEY)).with_for_update()
_of_subject = _locked.where(watch.c.subject_kind == bindparam("kind"), watch.c.subject_id == bindparam("subject_id"))
_of_customer = _locked.where(watch.c.customer_id == bindparam("customer_id"))
_one = select(watch).where(_its)


class NewWatch(NamedTuple):
    """A watch that was just written: what a row of it says."""

    rule: str
    subject_kind: str
    subject_id: int
    part: str
    customer_id: int | None
    anchor: datetime
    n: int
    look_at: datetime | None
    ended: str | None


_NEW_KEY: Final = tuple(watch.c[name] for name in KEY)
_begin = {
    "sqlite": sqlite.insert(watch).on_conflict_do_nothing().returning(*_NEW_KEY),
    "postgresql": postgresql.insert(watch).on_conflict_do_nothing().returning(*_NEW_KEY),
}


def begin_all(x: Executor, new: Collection[NewWatch]) -> set[tuple[Any, ...]]:
    """Watches of subjects that have none of their rules, in one statement for all rules that hear of an event; the keys
    of those that are new."""
    values = [each._asdict() for each in sorted(new, key=lambda each: each[: len(KEY)])]
    return {tuple(row) for row in x.execute(_begin[dialect_name(x)], values)} if values else set()


_COLUMNS: Final = tuple(column.name for column in watch.c)
_add = {
    "sqlite": sqlite.insert(watch).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(watch).on_conflict_do_nothing(),
}


def add_many(x: Executor, rows: Iterable[Mapping[str, Any]]) -> None:
    """Watches of many subjects; those that have one stay as they are."""
    values = [{"part": "", "customer_id": None, "n": 0, "ended": None, **row} for row in rows]
    run_plain(x, _add[dialect_name(x)], watch, [{name: row[name] for name in _COLUMNS} for row in values])


def due(x: Executor, now: datetime, limit: int) -> Sequence[Watch]:
    """Those to look at now, what waits longest first, locked; what another process looks at is left to it."""
    return x.execute(_due, {"now": now, "limit": limit}).all()


def _held(table: Table) -> Select[int]:
    query = select(table.c.id).where(table.c.id.in_(bindparam("ids", expanding=True))).order_by(table.c.id)
    return query.with_for_update(read=True, key_share=True, skip_locked=True)


_held_deals, _held_customers = _held(deal), _held(customer)


def not_busy(x: Executor, rows: Sequence[Watch]) -> list[Watch]:
    """Those of these watches, locked, whose deals and customers nobody else holds; nobody changes them from now on.
    Who waited for one with the watch in hand would wait for somebody who waits for the watch."""
    deals = sorted({row.subject_id for row in rows if row.subject_kind == "deal"})
    customers = sorted({row.customer_id for row in rows if row.customer_id is not None})
    free_deals = set(x.scalars(_held_deals, {"ids": deals})) if deals else set()
    free_customers = set(x.scalars(_held_customers, {"ids": customers})) if customers else set()
    return [
        row
        for row in rows
        if (row.subject_kind != "deal" or row.subject_id in free_deals)
        and (row.customer_id is None or row.customer_id in free_customers)
    ]


def one(x: Executor, rule: str, kind: str, subject_id: int, part: str = "") -> Watch | None:
    """The watch of one subject, locked."""
    key = {"of_rule": rule, "of_subject_kind": kind, "of_subject_id": subject_id, "of_part": part}
    return x.execute(_one.with_for_update(), key).first()


def of_subject(x: Executor, kind: str, subject_id: int) -> Sequence[Watch]:
    """Every rule's watches of one subject, locked: what is open is read after this, else the job plans meanwhile."""
    return x.execute(_of_subject, {"kind": kind, "subject_id": subject_id}).all()


def of_customer(x: Executor, customer_id: int) -> Sequence[Watch]:
    """Every rule's watches of a customer and its deals, locked."""
    return x.execute(_of_customer, {"customer_id": customer_id}).all()


def move(x: Executor, rows: Sequence[tuple[Watch | NewWatch, Mapping[str, Any]]]) -> None:
    """New values (anchor, n, look_at, ended) of these watches; what is not named stays."""
    some: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one, new in rows:
        if not _says(one, new):
            values = {f"of_{name}": getattr(one, name) for name in KEY} | {f"to_{name}": new[name] for name in new}
            some.setdefault(tuple(sorted(new)), []).append(values)
    for names, each in some.items():
        x.execute(_moved(names), each)


def _says(one: Watch | NewWatch, new: Mapping[str, Any]) -> bool:
    """Whether nothing is to be written. Only of a watch that was just written it is sure what stands: a row that was
    read may have been written since."""
    return isinstance(one, NewWatch) and all(getattr(one, name) == value for name, value in new.items())


_about: Final[Mapping[str, ColumnElement[bool]]] = {
    "customer": watch.c.customer_id == bindparam("about"),
    "deal": and_(watch.c.subject_kind == literal_column("'deal'"), watch.c.subject_id == bindparam("about")),
    "rule": watch.c.rule == bindparam("about"),
}
_rest = {
    name: update(watch).where(which, watch.c.ended.is_(None)).values(ended=bindparam("why"), look_at=None)
    for name, which in _about.items()
}
_wake = {
    name: update(watch)
    .where(which, watch.c.ended.in_(bindparam("whys", expanding=True)))
    .values(ended=None, look_at=bindparam("now", type_=Instant()))
    for name, which in _about.items()
}
_look = {
    name: update(watch)
    .where(which, watch.c.ended.is_(None), watch.c.look_at.is_not(None))
    .values(look_at=bindparam("now", type_=Instant()))
    for name, which in _about.items()
}


def rest(x: Executor, of: str, about: int | str, why: str) -> int:
    """Nothing more comes for a "customer" and its deals, a "deal", a whole "rule", until it is woken; how many."""
    return rows_changed(x, _rest[of], {"about": about, "why": why})


def wake(x: Executor, of: str, about: int | str, whys: Collection[str], now: datetime) -> int:
    """What rested for one of these reasons is looked at again."""
    return rows_changed(x, _wake[of], {"about": about, "whys": sorted(whys), "now": now})


def look(x: Executor, of: str, about: int | str, now: datetime) -> int:
    """Look at all that wait for their time at once, as it may be another one now."""
    return rows_changed(x, _look[of], {"about": about, "now": now})


def rest_of(x: Executor, rows: Sequence[Watch], why: str) -> None:
    """Nothing more comes of these until they are woken."""
    move(x, [(row, {"ended": why, "look_at": None}) for row in rows])


_ids = or_(watch.c.subject_id.in_(bindparam("ids", expanding=True)))
_of_rule = select(watch).where(watch.c.rule == bindparam("rule"), watch.c.subject_kind == bindparam("kind"), _ids)


def of_rule(x: Executor, rule: str, kind: str, ids: Collection[int]) -> Sequence[Watch]:
    """One rule's watches of these subjects, locked."""
    return x.execute(_of_rule.with_for_update(), {"rule": rule, "kind": kind, "ids": sorted(ids)}).all()


_given = (
    update(watch)
    .where(watch.c.subject_kind == literal_column("'deal'"), watch.c.subject_id == bindparam("of_deal"))
    .values(customer_id=bindparam("to"))
    .returning(watch.c.rule)
)


def give_customer(x: Executor, deal_id: int, customer_id: int | None) -> set[str]:
    """The deal has a customer now; of which rules it is watched."""
    return set(x.execute(_given, {"of_deal": deal_id, "to": customer_id}).scalars())
