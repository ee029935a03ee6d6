"""One customer of the benchmarks' company with all that hangs on it, as rows of the tables they go into.

The same every time: each follows from its customer's number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from benchmarks.company import NOTES, PEOPLE, PROCESS, STAGES, TRADES, Row, name_of, owner_of, phone_of, team_of
from salesapp.store import search_index
from salesapp.store.search_index import Parts

CONTACTS, NOTED, TAGGED, HELPED = 0.5, 0.6, 0.2, 0.05
"""So many of each to a customer; everybody has a deal and an activity, so many of these with a note."""

CLOSED, PLANNED = 0.2, 0.1
TOLD: Final = 6
"""Calls of each customer that the timeline tells of, where a page is asked for: `rich`."""

Made = Iterator[tuple[str, Row]]
_PLACE: Final = {"customer": 0, "contact": 1, "deal": 2, "activity": 3}


@dataclass(frozen=True, slots=True)
class One:
    """A customer, and what its records have in common."""

    number: int
    name: str
    owner: int | None
    helper: int
    touched: datetime
    now: datetime
    dice: Random
    rich: bool


def rows_of(number: int, now: datetime, *, rich: frozenset[int]) -> Made:
    """Everything of one customer; those of the people in `rich` have a longer past, as their pages are asked for."""
    # Not Random(-number): that is Random(number), and the newest would all be called alike.
    dice, owner = Random(number + 1_000_000_000), owner_of(number)
    touched = now - timedelta(seconds=dice.randrange(60, 500 * 86400))
    helps = owner is None or dice.random() < HELPED
    helper = dice.randrange(2, 2 + PEOPLE) if helps or owner is None else owner
    one = One(number, name_of(number), owner, helper, touched, now, dice, owner in rich)
    yield from _customer(one)
    if dice.random() < CONTACTS:
        yield from _contact(one)
    yield from _deal(one)
    yield from _activity(one)


def _customer(one: One) -> Made:
    firm, phone, owner = one.number % 3 == 0, phone_of(one.number), one.owner
    created = one.touched - timedelta(days=200)
    codes = {"state": one.dice.choice(("lead", "verified", "customer")), "grade": one.dice.choice(("A", "B", None))}
    whose = {"owner_id": owner, "pool_id": 1 if owner is None else None}
    moments = {"created_at": created, "touched_at": one.touched, "last_contact_at": one.touched}
    kind = "organisation" if firm else "person"
    yield "customer", {"id": one.number, "kind": kind, "name": one.name, **codes, **whose, **moments}
    yield "contact_point", _point(one.number, None, phone)
    had = {"customer_id": one.number, "person_id": owner, "pool_id": whose["pool_id"], "how": "added", "since": created}
    yield "customer_owner", had
    yield "touch", {"customer_id": one.number, "at": created}
    if one.dice.random() < TAGGED:
        yield "customer_tag", {"customer_id": one.number, "tag_id": one.dice.randrange(1, len(TRADES) + 1)}
    scope = search_index.POOLED if owner is None else owner
    names: Parts = {"companies": [one.name]} if firm else {"names": [one.name]}
    yield _found(one, "customer", scope, one.name, {**names, "phones": [phone]})
    yield _event(one, "customer.added", created, {"state": "lead"})


def _contact(one: One) -> Made:
    name, phone = name_of(one.number * 3 + 1), phone_of(one.number + 50_000_000)
    same = {"customer_id": one.number, "name": name, "position": "经理", "created_at": one.touched}
    yield "contact", {"id": one.number, **same}
    yield "contact_point", _point(one.number, one.number, phone)
    scope = search_index.POOLED if one.owner is None else one.owner
    yield _found(one, "contact", scope, name, {"names": [name], "phones": [phone], "texts": ["经理", one.name]})


def _deal(one: One) -> Made:
    dice, place = one.dice, min(int(one.dice.triangular(0, 8, 2)), 7)
    closed = dice.random() < CLOSED
    state = dice.choice(("won", "lost")) if closed else "open"
    entered = one.touched - timedelta(hours=dice.randrange(1, 400))
    scope = one.owner or one.helper
    due = (one.now + timedelta(days=dice.randrange(-60, 180))).date() if dice.random() < 0.8 else None
    title = f"{dice.choice(TRADES)}项目 {one.number % 7919}"
    row = {
        "id": one.number,
        "customer_id": one.number,
        "title": title,
        "process": PROCESS,
        "stage": STAGES[place],
        "state": state,
        "owner_id": one.helper,
        "team_id": team_of(one.helper),
        "scope_owner_id": scope,
        "amount_minor": dice.randrange(1_000_00, 900_000_00) if dice.random() < 0.9 else None,
        "currency": "CNY" if dice.random() < 0.95 else "USD",
        "expected_close": due,
        "created_at": entered - timedelta(days=20 * (place + 1)),
        "stage_entered_at": entered,
        "touched_at": one.touched,
        "closed_at": one.touched if closed else None,
        "lost_reason": "price" if state == "lost" else None,
    }
    yield "deal", row
    yield _found(one, "deal", scope, title, {"names": [title, one.name]})
    yield from _path(one, row)
    for each in range(1, dice.randrange(1, 3)):
        tick = {"step": f"step_{place + 1}_{each}", "done_at": one.touched, "done_by": one.helper}
        yield "deal_step", {"deal_id": one.number, **tick}


def _path(one: One, row: Row) -> Made:
    """The last three steps of a deal's path, more would only make the seeding slow; and the events of two of them."""
    passed = [*STAGES[: STAGES.index(row["stage"]) + 1], *([f":{row['state']}"] if row["closed_at"] else [])]
    at, same = row["created_at"], {name: row[name] for name in ("process", "owner_id", "team_id")}
    yield _event(one, "deal.opened", at, {"process": PROCESS, "stage": STAGES[0]})
    for prev, stage in list(zip([None, *passed], passed, strict=False))[-3:]:
        secs = None if prev is None else one.dice.randrange(3600, 20 * 86400)
        at += timedelta(seconds=secs or 0)
        step = {"stage": stage, "prev_stage": prev, "secs_in_prev": secs, "actor_id": one.helper}
        yield "stage_event", {"deal_id": one.number, **step, "at": at, "noted_at": at, **same}
    if len(passed) > 1 and not row["closed_at"]:
        yield _event(one, "deal.moved", at, {"from": prev, "to": stage, "secs": secs, "process": PROCESS})


def _activity(one: One) -> Made:
    note = f"{one.dice.choice(NOTES)} {one.number % 9001}" if one.dice.random() < NOTED else ""
    planned, scope = one.dice.random() < PLANNED, one.owner or one.helper
    when = one.now + timedelta(days=one.dice.randrange(-5, 60)) if planned else one.touched
    state = {"state": "planned" if planned else "done", "planned_at": when, "at": None if planned else when}
    whose = {"customer_id": one.number, "deal_id": one.number, "owner_id": one.helper, "scope_owner_id": scope}
    outcome = None if planned else "reached"
    same = {"kind": "call", "outcome": outcome, "noted_at": one.touched, "note": note}
    yield "activity", {"id": one.number, **same, **whose, **state}
    if note:
        yield _found(one, "activity", scope, note, {"texts": [note, one.name]})
    told = ("activity.planned", "activity.done") * (TOLD // 2) if one.rich else ("activity.done",) * (not planned)
    data = {"kind": "call", "outcome": "reached", "planned_at": one.touched.isoformat(), "all_day": True}
    for place, kind in enumerate(told):
        yield _event(one, kind, one.touched - timedelta(hours=len(told) - place), data)


def _point(number: int, contact_id: int | None, phone: str) -> Row:
    return {"kind": "phone", "shown": phone[3:], "normalised": phone, "customer_id": number, "contact_id": contact_id}


def _event(one: One, kind: str, at: datetime, data: Row) -> tuple[str, Row]:
    subject = kind.partition(".")[0]
    deal = None if subject == "customer" else one.number
    who = {"customer_id": one.number, "deal_id": deal, "actor_id": one.helper, "owner_id": one.helper}
    about = {"kind": kind, "subject_kind": subject, "subject_id": one.number, "at": at, "noted_at": at}
    return "event", {**about, **who, "team_id": team_of(one.helper), "data": data}


def _found(one: One, kind: str, scope: int, title: str, parts: Parts) -> tuple[str, Row]:
    words, tokens = search_index.words_of(parts)
    which: dict[str, Any] = {"kind": kind, "subject_id": one.number, "customer_id": one.number}
    shown = {"scope_owner_id": scope, "title": title, "haystack": words, "tokens": tokens, "touched_at": one.touched}
    return "search_row", {"id": one.number * 4 + _PLACE[kind], **which, **shown}
