"""A list finds what Python says it should, of what its person may see, and nothing else."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from salesapp.domain.criteria import OPS, AllOf, AnyOf, Condition, Fact, Not, When, holds
from salesapp.domain.list_facts import vocabulary
from salesapp.domain.list_query import KINDS, ME, Kind, ListQuery, for_person
from salesapp.domain.money import Money
from salesapp.domain.permissions import SYSTEM, Access, Actor
from salesapp.services.work import work
from salesapp.store import activities, listed, visibility
from salesapp.store.engine import Executor, reading
from salesapp.store.list_orders import ORDERS
from salesapp.store.record_sources import TABLES, record_sources
from salesapp.testing import NOW, Cast, make_cast
from tests.services.demo_places import installed_here
from tests.store.listed_rows import FIELDS, ZONE, Rows, add, in_zone, known

WHO: Final = ("admin", "manager", "owner", "colleague", "outsider", "reader", "other_manager")
TODAY: Final = NOW.astimezone(ZONE).date()
_VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "text": ("王芳", "Ann", "ann", "Mill", "milk", "Oven", "twice"),
    "integer": (0, 1, 2, 5),
    "amount": (Money(100, "CNY"), Money(500, "RUB")),
    "date": (TODAY, datetime(2026, 3, 1, tzinfo=UTC).date()),
    "bool": (True, False),
    "reference": ("1", "2", "3", "4", ME, "general.six", "contact", "price", "referral", "own.r1", "x", "9" * 30),
    "references": ("1", "2", "x"),
}


def _values(fact: Fact, op: str) -> tuple[Any, ...]:
    if op in ("filled", "empty"):
        return () if fact.never_empty else (None,)
    if op in ("ago", "within", "ahead"):
        return (0, 1, 3, 10)
    some = tuple(key for key, _ in fact.options) or _VALUES[fact.type]
    return tuple((one, two) for one, two in zip(some, some[1:] + some[:1], strict=True)) if op == "one_of" else some


def questions(kind: Kind) -> list[When]:
    """Every question a list of this kind takes, with some values."""
    facts = vocabulary(kind, FIELDS).values()
    return [When(f.key, op, value) for f in facts for op in OPS[f.type] for value in _values(f, op)]


QUESTIONS: Final = {kind: questions(kind) for kind in KINDS}


def conditions(kind: Kind) -> st.SearchStrategy[Condition]:
    """Any condition about records of this kind."""

    def groups(inside: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
        several = st.lists(inside, min_size=1, max_size=3).map(tuple)
        return st.builds(AllOf, several) | st.builds(AnyOf, several) | st.builds(Not, inside)

    by_fact = {each.field: [one for one in QUESTIONS[kind] if one.field == each.field] for each in QUESTIONS[kind]}
    asked = st.sampled_from(list(by_fact)).flatmap(lambda key: st.sampled_from(by_fact[key]))
    return st.recursive(asked, groups, max_leaves=5)


QUERIES: Final = st.sampled_from(KINDS).flatmap(
    lambda kind: st.builds(
        ListQuery,
        kind=st.just(kind),
        where=conditions(kind),
        sort=st.sampled_from(list(ORDERS[kind])),
        descending=st.booleans(),
        archived=st.booleans() if kind != "activity" else st.just(False),
    )
)


class World:
    """What there is and who sees it. No dataclass, as Hypothesis would print it all."""

    def __init__(self, x: Executor, cast: Cast) -> None:
        self.rows: Rows = known(x)
        self.actors = {name: in_zone(cast, name) for name in WHO}
        self.away = {kind: _away(x, kind) for kind in KINDS}
        self.seen = {(kind, who): self._seen(x, kind, self.actors[who]) for kind in KINDS for who in WHO}

    def _seen(self, x: Executor, kind: Kind, actor: Actor) -> set[int]:
        access = {"customer": visibility.customer_access, "deal": visibility.deal_access, "activity": activities.access}
        ids = self.rows.facts[kind]
        return {number for number in ids if access[kind](x, actor, number, NOW) > Access.NONE}

    def expected(self, who: str, query: ListQuery) -> list[int]:
        """Ids of what Python says the query means, of what this person sees."""
        facts, actor = self.rows.facts[query.kind], self.actors[who]
        there = {n for n in self.seen[query.kind, who] if (n in self.away[query.kind]) == query.archived}
        if query.where is None:
            return sorted(there)
        asked = for_person(query.where, vocabulary(query.kind, FIELDS), actor.id)
        return sorted(number for number in there if holds(asked, facts[number], TODAY))


def _away(x: Executor, kind: Kind) -> set[int]:
    table = TABLES[kind]
    if "archived_at" not in table.c:
        return set()
    return set(x.scalars(select(table.c.id).where(table.c.archived_at.is_not(None))))


@pytest.fixture(scope="module")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One application for all tests here: they only read."""
    with installed_here(request, tmp_path_factory.mktemp("listed")) as made:
        yield made


@pytest.fixture(scope="module")
def cast(app: Flask) -> Cast:
    return make_cast()


@pytest.fixture(scope="module")
def world(cast: Cast) -> World:
    with work(SYSTEM, NOW) as w:
        add(w.session, cast)
    with reading() as x:
        return World(x, cast)


def every_page(x: Executor, actor: Actor, query: ListQuery, size: int) -> list[int]:
    found: list[int] = []
    after = None
    for _ in range(200):
        part = listed.page(x, actor, query, NOW, fields=FIELDS, after=after, size=size)
        found += part.ids
        after = part.after
        if after is None:
            return found
    raise AssertionError("the pages never end")


def ids(x: Executor, actor: Actor, query: ListQuery, limit: int = 1000, after: int = 0) -> list[int]:
    return listed.ids(x, actor, query, NOW, fields=FIELDS, limit=limit, after=after)


@settings(max_examples=40, deadline=None)
@given(query=QUERIES, who=st.sampled_from(WHO))
def test_a_list_is_what_python_says(world: World, query: ListQuery, who: str) -> None:
    expected, actor = world.expected(who, query), world.actors[who]
    with reading() as x:
        assert ids(x, actor, query) == expected
        assert listed.count(x, actor, query, NOW, fields=FIELDS, ceiling=1000) == len(expected)
        paged = every_page(x, actor, query, 15)
    assert sorted(paged) == expected  # each once, whatever the order


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_is_what_python_says_and_widens_nothing(world: World, kind: Kind) -> None:
    with reading() as x:
        for asked in (*QUESTIONS[kind], *(Not(question) for question in _one_each(kind))):
            query = ListQuery(kind, asked)
            assert ids(x, world.actors["owner"], query) == world.expected("owner", query), asked


def _one_each(kind: Kind) -> list[When]:
    """One of the questions with each verb about each fact: what is asked around them does not depend on the value."""
    return list({(each.field, each.op): each for each in QUESTIONS[kind]}.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_tells_records_apart(world: World, kind: Kind) -> None:
    """Else the tests above would compare little."""
    one_sided = {each.field for each in QUESTIONS[kind]}
    for question in QUESTIONS[kind]:
        asked = for_person(question, vocabulary(kind, FIELDS), world.actors["owner"].id)
        if len({holds(asked, facts, TODAY) for facts in world.rows.facts[kind].values()}) == 2:
            one_sided.discard(question.field)
    assert one_sided <= {"deal", "customer"}  # of which there are too many to meet one by chance


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("descending", [True, False])
def test_every_order_is_one(world: World, kind: Kind, descending: bool) -> None:
    table = TABLES[kind]
    with reading() as x:
        for sort, order in ORDERS[kind].items():
            paged = every_page(x, world.actors["admin"], ListQuery(kind, sort=sort, descending=descending), 9)
            rows = {row.id: row.value for row in x.execute(select(table.c.id, order.value(descending).label("value")))}
            if order.shape != "text":  # those a database orders in its own way
                expected = sorted(paged, key=lambda number: (rows[number], number), reverse=descending)
                assert paged == expected, sort
            assert len(paged) == len(set(paged))


def test_all_that_match_come_in_parts(world: World) -> None:
    query = ListQuery("customer", When("name", "is_not", "Ann"))
    actor = world.actors["manager"]
    with reading() as x:
        whole = ids(x, actor, query)
        first = ids(x, actor, query, limit=5)
        assert first == whole[:5]
        assert ids(x, actor, query, limit=1000, after=first[-1]) == whole[5:]
        assert len(whole) > 5
        assert listed.count(x, actor, query, NOW, fields=FIELDS, ceiling=3) == 3


def test_who_sees_nothing_finds_nothing_whatever_is_asked(app: Flask) -> None:
    nobody = Actor(id=10**9, name="Nobody", role="salesperson", people=frozenset({10**9}), zone=str(ZONE))
    with reading() as x:
        for kind in KINDS:
            by_fact: dict[str, list[Condition]] = {}
            for question in _one_each(kind):
                by_fact.setdefault(question.field, []).extend((question, Not(question)))
            for asked in by_fact.values():  # of each record one or the other is so
                assert ids(x, nobody, ListQuery(kind, AnyOf(tuple(asked)))) == []


@pytest.mark.parametrize("field", ["field.own.secret", "address", "phone"])
def test_what_may_not_be_asked_is_no_query(cast: Cast, field: str) -> None:
    query = ListQuery("customer", AllOf((When("name", "filled"), When(field, "filled"))))
    with reading() as x, pytest.raises(ValueError, match="nothing is called"):
        ids(x, cast.owner, query)


@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_can_be_asked_has_a_source(kind: Kind) -> None:
    sources = record_sources(kind, FIELDS, ZONE)
    assert set(sources) == set(vocabulary(kind, FIELDS))
    assert all(sources[key] is not None for key in sources)
