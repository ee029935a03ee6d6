"""Whichever way a page of customers is found, it is the page that walking all branches finds."""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import Connection

from benchmarks.company import PEOPLE, TEAMS
from benchmarks.seed import seed
from salesapp.domain.permissions import Actor
from salesapp.store import customer_lists, schema, sign_ins
from salesapp.store.customer_lists import Filters
from salesapp.testing import NOW

MANAGER, SALESPERSON, GUEST = 2, 2 + TEAMS, 2 + PEOPLE
STATEMENTS = ("_page_statement", "_own_statement", "_both_statement", "_others_statement")


def forget() -> None:
    """What was built with other limits."""
    for name in STATEMENTS:
        getattr(customer_lists, name).cache_clear()


@pytest.fixture
def company(database_url: str) -> Iterator[Connection]:
    """People with customers, some in the pool, some shared, some with deals and activities of others."""
    seed(database_url, 1500, NOW)
    with schema.alone(database_url) as x:
        yield x
    forget()


def walked(x: Connection, actor: Actor, filters: Filters, after: str | None, size: int) -> tuple[list[int], int | None]:
    """The ids of a page and the count, as one statement over all branches has them."""
    chosen, key = filters.chosen(), customer_lists.read_cursor("touched", after)
    statement = customer_lists._page_statement(actor, frozenset(chosen), False, "touched", key is not None, size)
    rows = x.execute(statement, {**chosen, **(key or {}), "now": NOW}).all()
    return [row.id for row in rows[:size]], None if key else (rows[0].n if rows else 0)


@pytest.mark.parametrize(("counted", "helped"), list(product((1001, 5), (500, 1))))
def test_every_way_finds_the_same(
    company: Connection, monkeypatch: pytest.MonkeyPatch, counted: int, helped: int
) -> None:
    forget()
    monkeypatch.setattr(customer_lists, "COUNTED", counted)
    monkeypatch.setattr(customer_lists, "HELPED", helped)
    for who, filters in product((MANAGER, SALESPERSON, 55, GUEST), (Filters(), Filters(state="customer"))):
        actor, after = sign_ins.actor_of(company, who), None
        assert actor is not None
        for _ in range(4):
            page = customer_lists.page(company, actor, filters, "touched", after, NOW, size=3)
            assert ([row.id for row in page.rows], page.count) == walked(company, actor, filters, after, 3), who
            if (after := page.after) is None:
                break
