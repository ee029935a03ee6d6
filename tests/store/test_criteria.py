"""Conditions in SQL give the answers they give in Python: for every deal, on whichever database this run tests."""

import random
import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from sqlalchemy import Index, MetaData, create_engine, select, text

from salesapp.domain.criteria import AllOf, Condition, Facts, Not, When, holds
from salesapp.domain.deal_facts import deal_facts
from salesapp.domain.money import Money
from salesapp.domain.permissions import SYSTEM
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.criteria import compile_condition, deal_sources
from salesapp.store.custom_values import REAL_DAY, CustomBool, CustomDate, CustomInteger, CustomText, CustomValue
from salesapp.store.engine import Executor, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import contact, customer, deal, deal_contact, deal_step, metadata
from salesapp.testing import NOW, Cast, on_postgres
from tests.domain.every_fact import (
    CONDITIONS,
    DAYS,
    FIELDS,
    KNOWN,
    MONEY,
    NUMBERS,
    PROCESS,
    PROCESS_KEY,
    QUESTIONS,
    TEXTS,
    TODAY,
    WHOLES,
)
from tests.store.plans import plan

SOURCES: Final = deal_sources(PROCESS_KEY, PROCESS)
DEALS: Final = 120
_WHOLE_JSON: Final = [*WHOLES, 10**18, -(10**18), 10**30, 5.0, 1e300, -0.0]
_LISTS: Final = [[], ["a"], ["b", "a"], [["a"]], [5, "c", None], [None], {"a": "a"}, "a", ["МРТ"]]
_DATES: Final = [
    *(day.isoformat() for day in DAYS),
    *("2026-02-30", "2023-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "2026-13-01", "2026-00-10", "now"),
    *("2026-04-31", "2026-02-28 ", "2026-02-28\n", "２０２６-02-28", "20260228", "2026-3-2"),
]
_AMOUNTS: Final = [{"minor": each.minor, "currency": each.currency} for each in MONEY] + [
    *({"minor": 5, "currency": odd} for odd in ("XXQ", "", None, 5)),
    *({"minor": odd, "currency": "CNY"} for odd in ("5", 5.5, None, 10**18, [5])),
]
_NUMBERS: Final = [
    *({"micro": int(each * 10**6)} for each in NUMBERS),
    *({"micro": odd} for odd in ("5", 5.5, None, 10**18, -(10**18) + 1, True)),
]
JSON: Final[Sequence[Any]] = [
    *("", None, True, False, {}, *TEXTS, *_WHOLE_JSON, *_LISTS, *_DATES, *_AMOUNTS, *_NUMBERS),
]
FIT: Final[Mapping[str, Sequence[Any]]] = {
    "text": ["", *TEXTS],
    "long_text": TEXTS,
    "integer": _WHOLE_JSON,
    "number": _NUMBERS,
    "amount": _AMOUNTS,
    "date": _DATES,
    "bool": [True, False, "true", 1],
    "choice": ["a", "b", "gone", ""],
    "choices": _LISTS,
    "phone": TEXTS,
    "email": TEXTS,
    "link": TEXTS,
}


def _custom(r: random.Random) -> Any:
    """Mostly what belongs there, often enough anything else."""
    if r.random() < 0.05:
        return r.choice([None, [], "x", {"every_1": None}, {"every_1": ["text"]}, {"every_2": {"text": "a"}}])
    kept = {field.key: r.choice(FIT[field.type] if r.random() < 0.7 else JSON) for field in FIELDS if r.random() < 0.8}
    return {"every_1": kept, "own": {"text": "a"}}


def _add_deals(x: Executor, owner_id: int | None) -> None:
    r = random.Random(7)
    buyer = insert_row(x, customer, {"kind": "person", "name": "王", "created_at": NOW, "touched_at": NOW})
    people = [insert_row(x, contact, {"customer_id": buyer, "name": "李", "created_at": NOW}) for _ in range(3)]
    away = insert_row(x, contact, {"customer_id": buyer, "name": "赵", "created_at": NOW, "archived_at": NOW})
    for _ in range(DEALS):
        day = datetime.combine(r.choice(DAYS[1:-1]), datetime.min.time(), UTC)
        late = timedelta(days=1, microseconds=-1)
        row = {
            "title": r.choice(["", *TEXTS]),
            "process": PROCESS_KEY,
            "stage": "first",
            "customer_id": r.choice([None, buyer]),
            "owner_id": r.choice([None, owner_id]),
            "amount_minor": r.choice([None, *(each.minor for each in MONEY), 10**18]),
            "currency": r.choice(["CNY", "RUB", "XXQ"]),
            "expected_close": r.choice([None, *DAYS]),
            "stage_entered_at": day + r.choice([timedelta(0), late]),
            "custom": _custom(r),
            "created_at": NOW,
            "touched_at": NOW,
        }
        deal_id = insert_row(x, deal, row)
        for contact_id in [*people[: r.randrange(4)], *([away] if r.random() < 0.3 else [])]:
            x.execute(deal_contact.insert().values(deal_id=deal_id, contact_id=contact_id))
        for step in r.sample(["call", "visit", "sign", "old"], r.randrange(4)):
            x.execute(deal_step.insert().values(deal_id=deal_id, step=step, done_at=NOW))


class Known:
    """The facts of every deal, by id. No dataclass, as Hypothesis would print it all."""

    def __init__(self, facts: Mapping[int, Facts]) -> None:
        self.facts = facts


@pytest.fixture
def known(cast: Cast) -> Known:
    """Many deals in the database, and the facts of each as Python sees them."""
    with work(SYSTEM, NOW) as w:
        _add_deals(w.session, cast.owner.id)
    with reading() as x:
        return _known(x)


def _known(x: Executor) -> Known:
    ids = x.scalars(select(deal.c.id)).all()
    return Known({deal_id: deal_facts(deals.read(x, deal_id), PROCESS) for deal_id in ids})


def assert_same(x: Executor, condition: Condition, known: Known) -> None:
    query = select(deal.c.id, compile_condition(condition, SOURCES, TODAY).label("answer"))
    said = {row.id: row.answer for row in x.execute(query)}  # None, for SQL's "unknown", would equal neither answer
    told = {deal_id: holds(condition, facts, TODAY) for deal_id, facts in known.facts.items()}
    differ = next((known.facts[deal_id] for deal_id in told if said[deal_id] != told[deal_id]), None)
    assert differ is None, condition
    assert len(said) == DEALS


def test_every_question_has_the_same_answer_in_sql(known: Known) -> None:
    with reading() as x:
        for question in QUESTIONS:
            assert_same(x, question, known)
            assert_same(x, Not(question), known)


def test_pythons_own_sqlite_answers_alike() -> None:
    """It is older than the one tested above where a package brings a newer one, and what many installations have."""
    with create_engine("sqlite://", module=sqlite3).connect() as x:
        metadata.create_all(x)
        _add_deals(x, 1)
        known = _known(x)
        for question in QUESTIONS:
            assert_same(x, question, known)


def test_every_question_has_both_answers(known: Known) -> None:
    """Else the test above would compare little."""
    one_sided = set()
    for field, op in {(each.field, each.op) for each in QUESTIONS}:
        asked = [each for each in QUESTIONS if (each.field, each.op) == (field, op)]
        if len({holds(each, facts, TODAY) for each in asked for facts in known.facts.values()}) < 2:
            one_sided.add((field, op))
    assert not one_sided


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=CONDITIONS)
def test_every_condition_has_the_same_answer_in_sql(known: Known, condition: Condition) -> None:
    with reading() as x:
        assert_same(x, condition, known)


# --- how it is asked ---


def spelled(condition: Condition) -> str:
    """The SQL on this database, with places for what is bound."""
    with reading() as x:
        return str(compile_condition(condition, SOURCES, TODAY).compile(dialect=x.dialect))


def test_values_are_bound_and_never_part_of_the_sql(app: Flask) -> None:
    mark = "zq7'); DROP TABLE deal; --"
    asked = [When("title", "is", mark), When("field.text", "contains", mark), When("field.choices", "contains", mark)]
    asked += [When("title", "one_of", (mark, "x")), When("field.amount", "at_least", Money(77_123, "CHF"))]
    asked += [When("field.integer", "is", 77_123), When("field.date", "is", date(2177, 1, 23))]
    for question in asked:
        assert not re.search("zq7|77.?123|CHF|2177", spelled(question)), question


def test_everything_that_can_be_asked_has_a_source() -> None:
    assert list(SOURCES) == list(KNOWN)
    assert len(SOURCES) == len(KNOWN)


def test_what_has_no_source_is_an_error(app: Flask) -> None:
    for condition in (When("field.gone", "filled"), AllOf((Condition(),))):
        with pytest.raises(ValueError, match="nothing in the database for"):
            compile_condition(condition, SOURCES, TODAY)


@pytest.mark.parametrize(
    "path", [(), ("",), ("every_1", "a'b"), ("every_1", 'a"'), ("a.b",), ("a{",), ("Ä",), ("a\n",)]
)
def test_a_path_is_made_of_keys_only(path: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="keys of custom values"):
        CustomText(deal.c.custom, *path)


def test_real_days_are_those_of_the_calendar() -> None:
    """PostgreSQL is given this pattern; Python reads it alike."""
    days = [f"{y:04}-{m:02}-{d:02}" for y in (0, 1, 1900, 2000, 2023, 2024, 9999) for m in range(14) for d in range(33)]
    real = [day for day in days if re.fullmatch(REAL_DAY, day)]
    assert len(real) == 365 * 6 + 2  # each year but the year 0, and two leap days
    assert all(date.fromisoformat(day) for day in real)


def test_the_same_statement_about_other_keys_is_another(app: Flask) -> None:
    """Compiled statements are kept and used again; one field's must not be taken for another's."""
    row = {
        "title": "x",
        "process": PROCESS_KEY,
        "stage": "first",
        "currency": "CNY",
        "custom": {"p": {"a": "1", "b": "2"}},
    }
    with work(SYSTEM, NOW) as w:
        insert_row(w.session, deal, row | {"created_at": NOW, "stage_entered_at": NOW, "touched_at": NOW})
    with reading() as x:
        values = [x.scalar(select(CustomText(deal.c.custom, "p", key))) for key in ("a", "b", "a", "c")]
        assert (*values, x.scalar(select(CustomInteger(deal.c.custom, "p", "a")))) == ("1", "2", "1", None, None)


INDEXED: list[tuple[type[CustomValue], tuple[str, ...], When]] = [
    (CustomText, ("text",), When("field.text", "is", "МРТ")),
    (CustomText, ("choice",), When("field.choice", "one_of", ("a", "c"))),
    (CustomInteger, ("integer",), When("field.integer", "at_least", 5)),
    (CustomInteger, ("amount", "minor"), When("field.amount", "at_most", Money(5, "CNY"))),
    (CustomDate, ("date",), When("field.date", "ahead", 7)),
    (CustomBool, ("bool",), When("field.bool", "is", True)),
]


def test_an_index_on_a_custom_value_is_used(known: Known) -> None:
    with work(SYSTEM, NOW) as w:
        table = deal.to_metadata(MetaData())  # the house's own table must not remember the indexes
        for number, (kind, path, _) in enumerate(INDEXED):
            Index(f"cf_{number}", kind(table.c.custom, "every_1", *path)).create(w.session.connection())
    with reading() as x:
        if on_postgres():
            x.execute(text("SET enable_seqscan = off"))  # so few deals are read faster without an index
        for number, (_, _, question) in enumerate(INDEXED):
            assert f"cf_{number}" in plan(x, select(deal.c.id).where(compile_condition(question, SOURCES, TODAY)))
            assert_same(x, question, known)
