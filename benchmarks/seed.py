"""Fill an empty database with a company of a hundred people and very many deals; the same numbers every time.

Rows are inserted in bulk, past the services; the roll-ups are then made from them, as `salesapp rebuild` would.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select, text

from salesapp.store import rollups, schema
from salesapp.store.tables import (
    activity,
    customer,
    deal,
    deal_step,
    event,
    person,
    pool,
    search_row,
    stage_event,
    team,
)

PROCESS: Final = "eight.eight"
STAGES: Final = tuple(f"stage_{place}" for place in range(1, 9))
TEAMS, TEAM_SIZE = 5, 20
CLOSED_SHARE: Final = 4
"""One closed deal to this many open ones."""
SALESPERSON: Final = 3
AT_ONCE: Final = 20_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seeded:
    """Whom to sign in as."""

    admin: int
    manager: int
    salesperson: int


def seed(url: str, deals: int, now: datetime) -> Seeded:
    """Fill the empty database at `url` with so many open deals and what belongs to them."""
    dice = Random(5)
    with schema.alone(url) as x:
        if x.dialect.name == "sqlite":
            x.execute(text("PRAGMA cache_size=-400000"))
        _add_people(x, now)
        owners = list(range(2, 2 + TEAMS * TEAM_SIZE))
        customers = max(len(owners), deals // 4)
        _insert(x, customer, (_customer(each, owners, now) for each in range(1, customers + 1)))
        made = [_deal(dice, each, owners, customers, now) for each in range(1, deals + deals // CLOSED_SHARE + 1)]
        for each in made[deals:]:
            _close(dice, each)
        _insert(x, deal, iter(made))
        _insert(x, search_row, (_found_by(each) for each in made))
        _insert(x, stage_event, (entry for each in made for entry in _path(dice, each)))
        _insert(x, deal_step, (tick for each in made for tick in _ticks(dice, each)))
        _insert(x, activity, (_activity(dice, each, now) for each in made[:deals:2]))
        read = (each for each in made[:deals] if each["owner_id"] == SALESPERSON)  # pages of others are not asked for
        _insert(x, event, (each for row in read for each in _happened(row)))
        for table in rollups.TABLES:
            rollups.make(x, table)
        _give_no_id_twice(x)
    return Seeded(admin=1, manager=2, salesperson=SALESPERSON)


def _add_people(x: Connection, now: datetime) -> None:
    _insert(x, team, iter([{"id": 1, "name": "Company", "parent_id": None, "path": "/1/"}]))
    teams = range(2, 2 + TEAMS)
    _insert(x, team, ({"id": each, "name": f"Team {each}", "parent_id": 1, "path": f"/1/{each}/"} for each in teams))
    _insert(x, pool, iter([{"id": 1, "name": "Pool"}]))
    roles = [(1, "admin", 1)]
    for place in range(TEAMS * TEAM_SIZE):
        roles.append((place + 2, "salesperson" if place % TEAM_SIZE else "manager", 2 + place // TEAM_SIZE))
    rows = (
        {"id": i, "name": f"Person {i}", "email": f"p{i}@example.com", "role": role, "team_id": t, "created_at": now}
        for i, role, t in roles
    )
    _insert(x, person, rows)


def _customer(number: int, owners: list[int], now: datetime) -> Row:
    return {
        "id": number,
        "kind": "organisation",
        "name": f"客户 {number:06}",
        "state": "customer",
        "owner_id": owners[number % len(owners)],
        "created_at": now - timedelta(days=900),
        "touched_at": now - timedelta(minutes=number),
    }


def _deal(dice: Random, number: int, owners: list[int], customers: int, now: datetime) -> Row:
    customer_id = dice.randrange(1, customers + 1)
    owner = owners[customer_id % len(owners)]
    # One in ten helps with somebody else's customer.
    helper = dice.choice(owners) if dice.random() < 0.1 else owner
    touched = now - timedelta(seconds=dice.randrange(60, 200 * 86400))
    stage = min(int(dice.triangular(0, 8, 2)), 7)
    return {
        "id": number,
        "customer_id": customer_id,
        "title": f"商机 {number:06}",
        "process": PROCESS,
        "stage": STAGES[stage],
        "state": "open",
        "owner_id": helper,
        "team_id": 2 + (helper - 2) // TEAM_SIZE,
        "scope_owner_id": owner,
        "amount_minor": dice.randrange(1_000_00, 900_000_00) if dice.random() < 0.9 else None,
        "currency": "CNY" if dice.random() < 0.95 else "USD",
        "expected_close": (now + timedelta(days=dice.randrange(-60, 180))).date() if dice.random() < 0.8 else None,
        "created_at": touched - timedelta(days=20 * (stage + 1)),
        "stage_entered_at": touched - timedelta(hours=dice.randrange(1, 400)),
        "touched_at": touched,
        "closed_at": None,
    }


def _close(dice: Random, row: Row) -> None:
    row["state"] = dice.choice(("won", "lost"))
    row["closed_at"] = row["touched_at"]


def _found_by(row: Mapping[str, Any]) -> Row:
    same = {name: row[name] for name in ("customer_id", "scope_owner_id", "title", "touched_at")}
    return {"id": row["id"], "kind": "deal", "subject_id": row["id"], "haystack": "", "tokens": "", **same}


def _path(dice: Random, row: Mapping[str, Any]) -> Iterator[Row]:
    """The last three steps of a deal's path; more would only make the seeding slow."""
    passed = [*STAGES[: STAGES.index(row["stage"]) + 1], *([f":{row['state']}"] if row["closed_at"] else [])]
    at, same = row["created_at"], {name: row[name] for name in ("process", "owner_id", "team_id")}
    for prev, stage in list(zip([None, *passed], passed, strict=False))[-3:]:
        secs = None if prev is None else dice.randrange(3600, 20 * 86400)
        at += timedelta(seconds=secs or 0)
        yield {
            "deal_id": row["id"],
            "stage": stage,
            "prev_stage": prev,
            "secs_in_prev": secs,
            "actor_id": row["owner_id"],
            "at": at,
            "noted_at": at,
            **same,
        }


def _ticks(dice: Random, row: Mapping[str, Any]) -> Iterator[Row]:
    place = STAGES.index(row["stage"]) + 1
    for each in range(1, dice.randrange(1, 3)):
        tick = {"step": f"step_{place}_{each}", "done_at": row["touched_at"], "done_by": row["owner_id"]}
        yield {"deal_id": row["id"], **tick}


def _activity(dice: Random, row: Mapping[str, Any], now: datetime) -> Row:
    same = {name: row[name] for name in ("customer_id", "owner_id", "scope_owner_id")}
    planned = now + timedelta(days=dice.randrange(-5, 60))
    return {"kind": "call", "deal_id": row["id"], "planned_at": planned, "noted_at": now, **same}


def _happened(row: Mapping[str, Any]) -> Iterator[Row]:
    """What a deal's timeline tells: opened, three calls, two of them planned before, two moves."""
    same = {"customer_id": row["customer_id"], "deal_id": row["id"], "actor_id": row["owner_id"]}
    planned = {"kind": "call", "planned_at": row["touched_at"].isoformat(), "all_day": True}
    call = {"kind": "call", "outcome": "reached"}
    move = {"from": STAGES[0], "to": STAGES[1], "secs": 86400, "process": row["process"]}
    for kind, data in (
        ("deal.opened", {"process": row["process"], "stage": STAGES[0]}),
        ("activity.done", call),
        ("activity.planned", planned),
        ("deal.moved", move),
        ("activity.done", call),
        ("activity.planned", planned),
        ("activity.done", call),
        ("deal.moved", move),
    ):
        subject = {"subject_kind": kind.partition(".")[0], "subject_id": row["id"]}
        yield {"kind": kind, "at": row["touched_at"], "noted_at": row["touched_at"], "data": data, **subject, **same}


def _insert(x: Connection, table: Table, rows: Iterator[Row]) -> None:
    while portion := list(islice(rows, AT_ONCE)):
        if x.dialect.name == "sqlite":  # past SQLAlchemy, which takes as long again
            names, marks = ", ".join(portion[0]), ", ".join("?" * len(portion[0]))
            statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608
            x.exec_driver_sql(statement, [tuple(map(_as_stored, row.values())) for row in portion])
        else:
            x.execute(insert(table), portion)


def _as_stored(value: Any) -> Any:
    """A moment, a day or JSON as SQLAlchemy writes it on SQLite."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")[:26]
    if isinstance(value, dict):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date) else value


def _give_no_id_twice(x: Connection) -> None:
    """PostgreSQL counts ids by itself and has not noticed those given here."""
    if x.dialect.name == "postgresql":
        for table in (person, team, pool, customer, deal, search_row):
            highest = select(func.max(table.c.id)).scalar_subquery()
            x.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), highest)))
        x.execute(text("ANALYZE"))
