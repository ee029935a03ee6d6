"""Which pages are asked for, by whom, and what each may cost."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, cycle
from typing import Any, Final
from urllib.parse import quote

from flask import Flask
from sqlalchemy import func, select

from benchmarks.asking import Request
from benchmarks.company import NOTES, PLACES, STAGES, Company, phone_of
from salesapp.store import customer_lists
from salesapp.store.engine import reading
from salesapp.store.tables import customer, deal

Requests = Iterator[Request]
OTHERS: Final = ("salesperson", "manager", "admin")
LISTS: Final = {"sqlite": 2.5, "postgresql": 4.0}
KINDS: Final = {
    "list": LISTS,
    "record": dict.fromkeys(LISTS, 5.0),
    "change": dict.fromkeys(LISTS, 8.0),
    "other": {},
}
"""CPU milliseconds at a million customers, by engine."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page somebody asks for again and again; `kind` says what its goal is."""

    name: str
    kind: str
    who: str
    requests: Callable[[], Requests]


@dataclass(frozen=True, slots=True)
class Known:
    """What the requests need to know of the database."""

    deals: Sequence[Any]
    customers: Sequence[int]
    middle: dict[str, str]
    free: int


def known(app: Flask, company: Company) -> Known:
    """Records of the salesperson, where the middle of each list is, and a number no customer has."""
    with app.app_context(), reading() as x:
        deals = x.execute(_deals_of(company.salesperson)).all()
        mine = customer.c.owner_id == company.salesperson
        newest = select(customer.c.id).where(mine).order_by(customer.c.touched_at.desc()).limit(300)
        customers = list(x.scalars(newest))
        middle = {"salesperson": _middle(x, mine), "admin": _middle(x, customer.c.id > 0)}
        highest = int(x.scalar(select(func.max(customer.c.id))) or 0)
    if not deals:
        raise SystemExit("These are too few customers to measure with: --customers 500 or more.")
    return Known(deals, customers, middle, highest)


def _deals_of(owner: int) -> Any:
    columns = (deal.c.id, deal.c.version, deal.c.stage)
    mine = (deal.c.owner_id == owner, deal.c.scope_owner_id == owner, deal.c.state == "open")
    return select(*columns).where(*mine, deal.c.stage != STAGES[-1]).order_by(deal.c.id).limit(400)


def _middle(x: Any, which: Any) -> str:
    """The cursor in the middle of a list."""
    half = int(x.scalar(select(func.count()).select_from(customer).where(which))) // 2
    columns = (customer.c.id, customer.c.touched_at)
    order = (customer.c.touched_at.desc(), customer.c.id.desc())
    row = x.execute(select(*columns).where(which).order_by(*order).offset(half).limit(1)).one()
    return customer_lists.cursor("touched", row)


def pages(found: Known) -> Iterator[Page]:
    """Every page, for everybody it is different for."""
    yield from _lists(found)
    yield from _records(found)
    yield Page("create a customer", "change", "salesperson", lambda: map(_create, count(found.free + 1)))
    yield Page("move a deal", "change", "salesperson", lambda: _moves(found.deals))
    yield from _for_each("reports", "other", "/reports")
    yield Page("search", "other", "salesperson", lambda: cycle(map(_search, _WORDS)))
    yield Page("search", "other", "admin", lambda: cycle(map(_search, _WORDS)))


def _lists(found: Known) -> Iterator[Page]:
    yield from _for_each("customers", "list", "/customers")
    for who, after in found.middle.items():
        yield _same("customers, a deep page", "list", who, f"/customers?after={after}")
    for who in ("salesperson", "admin"):
        yield _same("customers, filtered", "list", who, "/customers?state=customer&grade=A")
        yield _same("customers, any field", "list", who, "/customers?f0=grade&o0=is&v0=A")
        yield _same("customers, as a table", "list", who, f"/customers?{_COLUMNS}")
    for who in OTHERS:
        scope = "mine" if who == "salesperson" else "team"
        yield _same("deals", "list", who, f"/deals?view=list&who={scope}")
    for who in OTHERS:
        scope = "mine" if who == "salesperson" else "team"
        yield _same("board", "other", who, f"/deals?who={scope}")
    yield from _for_each("activities", "list", "/activities")


_COLUMNS: Final = "&".join(f"c={key}" for key in ("name", "phone", "state", "grade", "owner", "last_contact", "next"))


def _records(found: Known) -> Iterator[Page]:
    for who in OTHERS:
        yield Page("customer", "record", who, lambda: map(_customer, cycle(found.customers)))
    for who in OTHERS:
        yield Page("deal", "record", who, lambda: map(_deal, cycle(found.deals)))
    yield from _for_each("Today", "record", "/today")


def _for_each(name: str, kind: str, path: str) -> Iterator[Page]:
    for who in OTHERS:
        yield _same(name, kind, who, path)


def _same(name: str, kind: str, who: str, path: str) -> Page:
    return Page(name, kind, who, lambda: cycle([Request(path)]))


def _customer(number: int) -> Request:
    return Request(f"/customers/{number}")


def _deal(row: Any) -> Request:
    return Request(f"/deals/{row.id}")


def _create(number: int) -> Request:
    phone = phone_of(600_000_000 + number)[3:]
    form = {"kind": "person", "state": "lead", "name": f"新客户{number}", "phone": phone}
    return Request("/customers/new", form | {"request_key": f"benchmark-{number}"})


def _moves(deals: Sequence[Any]) -> Requests:
    """Each deal one stage on, then each one stage back, so that a kept company stays as it is."""
    for turn in count():
        yield from (_move(row, turn) for row in deals)


def _move(row: Any, turn: int) -> Request:
    place, version = STAGES.index(row.stage), row.version + turn
    to = STAGES[place + 1] if turn % 2 == 0 else STAGES[place]
    form = {"to": to, "version": str(version), "request_key": f"benchmark-{row.id}-{version}"}
    return Request(f"/deals/{row.id}/move", form)


_WORDS: Final = tuple(chain(("王", "李伟", "zw", "1388"), PLACES[:4], (each[-4:] for each in NOTES[:4])))


def _search(word: str) -> Request:
    return Request(f"/search?q={quote(word)}")
