"""Customers, deals and activities of everybody, with random values, and the facts of each as Python sees them."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from salesapp.domain.conditions import Facts
from salesapp.domain.list_facts import RULE_STATES, Around, Promise, activity_facts, customer_facts, deal_list_facts
from salesapp.domain.list_query import Kind
from salesapp.domain.pack import Field, Option
from salesapp.domain.views import ActivityView, read_only
from salesapp.store import customers, deals, report_sums
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row
from salesapp.store.tables import (
    activity,
    contact,
    contact_point,
    customer,
    customer_tag,
    deal,
    deal_contact,
    field_link,
    follow_up_occurrence,
    person,
    share,
    tag,
    team,
    territory,
)
from salesapp.testing import NOW, Cast
from tests.domain.every_fact import same

ZONE: Final = ZoneInfo("Asia/Shanghai")
_OPTIONS: Final = (Option("a", same("Top")), Option("b", same("Low")))
FIELDS: Final[Mapping[str, Field]] = {
    "own.size": Field("size", same("Size"), "integer"),
    "own.words": Field("words", same("Words"), "text"),
    "own.level": Field("level", same("Level"), "choice", _OPTIONS),
    "own.likes": Field("likes", same("Likes"), "choices", _OPTIONS),
    "bakery.since": Field("since", same("Since"), "date"),
    "bakery.budget": Field("budget", same("Budget"), "amount"),
    "bakery.vip": Field("vip", same("VIP"), "bool"),
    "own.adviser": Field("adviser", same("Adviser"), "person"),
}
_OWN: Final[Mapping[str, list[Any]]] = {
    "size": [None, 0, 5, "5", 7],
    "words": ["", "milk", "Milk and bread", None],
    "level": ["a", "b", "gone", None],
    "likes": [[], ["a"], ["b", "a"], "a"],
}
_BAKERY: Final[Mapping[str, list[Any]]] = {
    "since": ["2026-03-01", "2026-03-02", "2026-02-30", None],
    "budget": [{"minor": 500, "currency": "CNY"}, {"minor": 900, "currency": "RUB"}, None],
    "vip": [True, False, None, 1],
}


class Rows:
    """Everything there is, by kind and id."""

    def __init__(self) -> None:
        self.facts: dict[Kind, dict[int, Facts]] = {"customer": {}, "deal": {}, "activity": {}}


def add(x: Executor, cast: Cast, seed: int = 11) -> None:
    """Records of the cast and of nobody; some shared, in the pool, put away, or helped with."""
    r = random.Random(seed)
    people = [cast.owner.id, cast.colleague.id, cast.outsider.id, cast.manager.id, None]
    tags = [insert_row(x, tag, {"name": name}) for name in ("warm", "cold")]
    area = insert_row(x, territory, {"name": "East", "path": "/1/"})
    made = [_customer(x, r, people, tags, area) for _ in range(40)]
    for customer_id in made:
        _around(x, r, customer_id, people, cast)


def _moment(r: random.Random) -> Any:
    return NOW + timedelta(days=r.randrange(-40, 10), hours=r.randrange(24), microseconds=r.randrange(2))


def _custom(r: random.Random) -> dict[str, Any]:
    own, bakery = ({key: r.choice(some) for key, some in of.items()} for of in (_OWN, _BAKERY))
    return {"own": own, "bakery": bakery} if r.random() < 0.8 else {}


def _customer(x: Executor, r: random.Random, people: list[Any], tags: list[int], area: int) -> int:
    owner = r.choice(people)
    row = {
        "kind": r.choice(["person", "organisation"]),
        "name": r.choice(["王芳", "Ann", "ann", ""]),
        "company": r.choice(["", "Bakery", "Mill"]),
        "state": r.choice(["lead", "verified", "customer"]),
        "grade": r.choice([None, "A", "B"]),
        "source": r.choice([None, "referral", "event"]),
        "owner_id": owner,
        "pool_id": 1 if owner is None and r.random() < 0.5 else None,
        "territory_id": r.choice([None, area]),
        "custom": _custom(r),
        "created_at": _moment(r),
        "touched_at": _moment(r),
        "last_contact_at": r.choice([None, _moment(r)]),
        "archived_at": NOW if r.random() < 0.15 else None,
    }
    customer_id = insert_row(x, customer, row)
    for tag_id in r.sample(tags, r.randrange(3)):
        x.execute(insert(customer_tag).values(customer_id=customer_id, tag_id=tag_id))
    for number, kind in enumerate(("phone", "email")):
        if r.random() < 0.6:
            shown = f"{kind}{customer_id}{number}"
            away = NOW if r.random() < 0.3 else None
            point = {"kind": kind, "shown": shown, "normalised": shown, "customer_id": customer_id, "archived_at": away}
            insert_row(x, contact_point, point)
    _advise(x, r, "customer", customer_id, people)
    return customer_id


def _advise(x: Executor, r: random.Random, kind: str, subject_id: int, people: list[Any]) -> None:
    if (who := r.choice(people)) is not None:
        insert_row(
            x, field_link, {"subject_kind": kind, "subject_id": subject_id, "field": "own.adviser", "person_id": who}
        )


def _around(x: Executor, r: random.Random, customer_id: int, people: list[Any], cast: Cast) -> None:
    scope = x.scalar(select(customer.c.owner_id).where(customer.c.id == customer_id))
    if r.random() < 0.2:
        to = {"person_id": cast.outsider.id} if r.random() < 0.5 else {"team_id": cast.owner.team_id}
        ended = NOW if r.random() < 0.3 else None
        insert_row(x, share, {"customer_id": customer_id, **to, "level": "read", "created_at": NOW, "ended_at": ended})
    for _ in range(r.randrange(3)):
        owner = r.choice([scope, scope, *people])
        values = {
            "customer_id": r.choice([customer_id, customer_id, None]),
            "title": r.choice(["Oven", "Flour"]),
            "process": r.choice(["general.six", "bakery.one"]),
            "stage": r.choice(["contact", "offer"]),
            "state": r.choice(["open", "won", "lost"]),
            "owner_id": owner,
            "team_id": r.choice([None, cast.owner.team_id]),
            "amount_minor": r.choice([None, 100, 500]),
            "currency": r.choice(["CNY", "RUB"]),
            "expected_close": r.choice([None, _moment(r).date()]),
            "lost_reason": r.choice([None, "price"]),
            "custom": _custom(r),
            "created_at": _moment(r),
            "stage_entered_at": _moment(r),
            "touched_at": _moment(r),
            "closed_at": r.choice([None, _moment(r)]),
            "archived_at": NOW if r.random() < 0.1 else None,
        }
        values["scope_owner_id"] = scope if values["customer_id"] else owner
        deal_id = insert_row(x, deal, values)
        for number in range(r.randrange(3)):
            contact_id = insert_row(x, contact, {"customer_id": customer_id, "name": f"C{number}", "created_at": NOW})
            x.execute(insert(deal_contact).values(deal_id=deal_id, contact_id=contact_id))
        _advise(x, r, "deal", deal_id, people)
        _activity(x, r, values["customer_id"], deal_id, values["scope_owner_id"], people)
    _activity(x, r, customer_id, None, scope, people)


def _activity(x: Executor, r: random.Random, customer_id: Any, deal_id: Any, scope: Any, people: list[Any]) -> None:
    owner = r.choice([scope, *people])
    values = {
        "kind": r.choice(["call", "visit", "task"]),
        "customer_id": customer_id,
        "deal_id": deal_id,
        "owner_id": owner,
        "scope_owner_id": scope if customer_id or deal_id else owner,
        "state": r.choice(["planned", "done", "cancelled"]),
        "planned_at": r.choice([None, _moment(r)]),
        "at": r.choice([None, _moment(r)]),
        "noted_at": _moment(r),
        "direction": r.choice(["in", "out"]),
        "outcome": r.choice([None, "reached"]),
        "note": r.choice(["", "rang twice"]),
        "custom": _custom(r),
    }
    activity_id = insert_row(x, activity, values)
    _advise(x, r, "activity", activity_id, people)
    _promise(x, random.Random(activity_id), activity_id)


def _promise(x: Executor, r: random.Random, activity_id: int) -> None:
    """A follow-up rule planned some of them."""
    for number in range(r.choice([1, 1, 0])):
        values = {
            "rule": r.choice(["bakery.after", "own.r1"]),
            "subject_kind": "customer",
            "subject_id": activity_id,
            "occurrence": str(number),
            "activity_id": activity_id,
            "due_at": r.choice([_moment(r), NOW]),
            "planned_at": NOW - timedelta(days=50),
            "state": r.choice(["open", "open", *RULE_STATES]).replace("overdue", "open"),
            "missed_off": r.random() < 0.5,
            "settled_at": r.choice([None, NOW - timedelta(days=15)]),
        }
        insert_row(x, follow_up_occurrence, values)


def known(x: Executor) -> Rows:
    """The facts of everything, as Python sees them."""
    rows = Rows()
    for customer_id in x.scalars(select(customer.c.id)).all():
        view = customers.read(x, customer_id)
        facts = customer_facts(view, _of_customer(x, customer_id, view.owner_id), FIELDS, ZONE)
        rows.facts["customer"][customer_id] = {**facts, **_advised(x, "customer", customer_id)}
    for deal_id in x.scalars(select(deal.c.id)).all():
        found = deals.read(x, deal_id)
        around = Around(
            planned=_has_next(x, deal_id, found.customer_id),
            team_ids=_teams(x, found.owner_id),
            entered=report_sums.entered(x, deal_id, found.process),
            source=x.scalar(select(customer.c.source).where(customer.c.id == found.customer_id)),
        )
        facts = deal_list_facts(found, around, FIELDS, ZONE)
        rows.facts["deal"][deal_id] = {**facts, **_advised(x, "deal", deal_id)}
    for row in x.execute(select(activity)).all():
        names = [name for name in ActivityView.__dataclass_fields__ if name in row._fields]
        values: dict[str, Any] = {name: getattr(row, name) for name in names}
        view_of = ActivityView(**values | {"owner_name": None, "because": ""})
        custom: Any = read_only(row.custom)
        teams, promise = _teams(x, row.owner_id), _promised(x, row.id)
        facts = activity_facts(view_of, custom, FIELDS, ZONE, teams, now=NOW, promise=promise)
        rows.facts["activity"][row.id] = {**facts, **_advised(x, "activity", row.id)}
    return rows


def _promised(x: Executor, activity_id: int) -> Promise | None:
    of = follow_up_occurrence.c
    told = select(of.rule, of.state, of.due_at, of.missed_off)
    row = x.execute(told.where(of.activity_id == activity_id)).first()
    return None if row is None else Promise(*row)


def _advised(x: Executor, kind: str, subject_id: int) -> Facts:
    of = (field_link.c.subject_kind == kind, field_link.c.subject_id == subject_id)
    who = x.scalar(select(field_link.c.person_id).where(*of))
    return {"field.own.adviser": None if who is None else str(who)}


def _count(x: Executor, *where: Any) -> int:
    return int(x.scalar(select(func.count()).where(*where)) or 0)


def _of_customer(x: Executor, customer_id: int, owner_id: int | None) -> Around:
    points = (contact_point.c.customer_id == customer_id, contact_point.c.archived_at.is_(None))
    open_ones = (deal.c.customer_id == customer_id, deal.c.state == "open", deal.c.archived_at.is_(None))
    tagged = select(customer_tag.c.tag_id).where(customer_tag.c.customer_id == customer_id)
    return Around(
        team_id=x.scalar(select(person.c.team_id).where(person.c.id == owner_id)),
        team_ids=_teams(x, owner_id),
        tag_ids=tuple(x.scalars(tagged)),
        planned=_count(x, activity.c.customer_id == customer_id, activity.c.state == "planned") > 0,
        open_deals=_count(x, *open_ones),
        has_phone=_count(x, *points, contact_point.c.kind == "phone") > 0,
        has_mail=_count(x, *points, contact_point.c.kind == "email") > 0,
    )


def _teams(x: Executor, owner_id: int | None) -> tuple[int, ...]:
    path = x.scalar(select(team.c.path).join(person, person.c.team_id == team.c.id).where(person.c.id == owner_id))
    return tuple(int(step) for step in (path or "").split("/") if step)


def _has_next(x: Executor, deal_id: int, customer_id: int | None) -> bool:
    planned = activity.c.state == "planned"
    of_customer = (activity.c.customer_id == customer_id, activity.c.deal_id.is_(None), planned)
    return _count(x, activity.c.deal_id == deal_id, planned) + _count(x, *of_customer) > 0


def in_zone(cast: Cast, name: str) -> Any:
    """One of the cast, in the zone the facts are told for."""
    return replace(getattr(cast, name), zone=str(ZONE))
