"""The search against a naive oracle, in each of its steps, on whichever database this run tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from salesapp.domain.permissions import SYSTEM
from salesapp.domain.search_terms import haystack, query_terms, query_tokens, tokens
from salesapp.services.customers import NewCustomer, add_customer, archive_customer, change_customer
from salesapp.services.work import work
from salesapp.store import activities, search
from salesapp.store.customer_lists import Filters, page
from salesapp.store.engine import db, reading
from salesapp.store.inserts import dialect_name
from salesapp.store.search_looking import Known
from salesapp.store.search_reach import theirs
from salesapp.store.tables import customer
from salesapp.store.visibility import owned
from salesapp.testing import NOW, Cast, on_postgres
from tests.services.customer_kit import added, shared_with, with_deal

NAMES = (
    "王建国 王建 建国 卢沟桥医院 卢沟桥街道社区卫生服务中心 长江医院 重庆汽车 欧阳娜娜 曾国藩 "
    "Иванов Пётр ООО«Ромашка» Müller O'Brien café 100%棉 a_b 50%_off 3-1厂 2024-05批次 i.wei 宝马X5 "
    'ＡＢＣ公司 𠮷野家 ค้าปลีก ß-Werk "引号" a\'b back\\slash'
).split()


def titles(cast: Cast, q: str, limit: int = 100) -> list[str]:
    with reading() as x:
        return [hit.title for hit in search.find(x, cast.owner, q, NOW, limit=limit)]


def narrowed(monkeypatch: pytest.MonkeyPatch, recent: int) -> None:
    """0: nothing is few and the newest are not looked through, so the index in scope has to find everything; 1: the
    newest are, too; else it is as it is."""
    monkeypatch.setattr(search, "RECENT", min(recent, 1) * 2000)
    monkeypatch.setattr(search, "FEW", -1 if recent < 2 else 2000)


@pytest.fixture
def ward(cast: Cast) -> Cast:
    added(cast.owner, name="卢沟桥医院", kind="organisation", phones=["010-83211441"], emails=["lgq@hospital.example"])
    added(cast.owner, name="王建国", company="北京汽车", phones=["138 0013 8000"], wechats=["wang_jg"])
    return cast


REMEMBERED = (
    ("沟桥", "卢沟桥医院"),
    ("lugouqiao", "卢沟桥医院"),
    ("lgq", "卢沟桥医院"),
    ("83211441", "卢沟桥医院"),
    ("8321 1", "卢沟桥医院"),
    ("LGQ@hosp", "卢沟桥医院"),
    ("建国", "王建国"),
    ("wjg", "王建国"),
    ("wangjian", "王建国"),
    ("北京", "王建国"),
    ("+86 13800138000", "王建国"),
    ("0138", "王建国"),
    ("wang_jg", "王建国"),
    ("王建国 北京", "王建国"),
)


@pytest.mark.parametrize("recent", [2000, 1, 0])
def test_people_find_by_what_they_remember(ward: Cast, recent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    narrowed(monkeypatch, recent)
    for q, found in REMEMBERED:
        assert titles(ward, q) == [found], q


def test_signs_of_the_databases_own_languages_are_only_signs(ward: Cast) -> None:
    for q in ("%", "_", "'", '"', "\\", "*", "OR", "a AND b", "NOT", "-", "()", "NEAR(", "''", ":*", " ", ""):
        assert titles(ward, q) == [], q


def test_exact_hits_come_first_then_the_newest(cast: Cast) -> None:
    for i, name in enumerate(("王建", "王建国", "王建军")):
        added(cast.owner, name=name, now=NOW + timedelta(hours=i))
    assert titles(cast, "王建") == ["王建", "王建军", "王建国"]


def test_changed_names_are_found_by_the_new_one_only_and_archived_ones_not_at_all(
    ward: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "RECENT", 0)
    with reading() as x:
        customer_id = search.find(x, ward.owner, "王建国", NOW)[0].subject_id
    with work(ward.owner, NOW) as w:
        change_customer(w, customer_id, {"name": "司马相如"}, {"name": "王建国"})
    assert (titles(ward, "建国"), titles(ward, "相如")) == ([], ["司马相如"])
    with work(ward.owner, NOW) as w:
        archive_customer(w, customer_id)
    assert titles(ward, "相如") == []
    with reading() as x:
        assert len(search.find(x, ward.owner, "相如", NOW, archived=True)) == 1


def test_removing_a_row_removes_its_tokens(ward: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "RECENT", 0)
    with reading() as x:
        customer_id = search.find(x, ward.owner, "王建国", NOW)[0].subject_id
    with work(ward.owner, NOW) as w:
        search.remove(w.session, "customer", customer_id)
        if dialect_name(w.session) == "sqlite":
            left = w.session.execute(text("SELECT rowid FROM search_index WHERE search_index MATCH 'customer建国'"))
            assert left.all() == []
    assert titles(ward, "建国") == []


@pytest.mark.parametrize("recent", [2000, 1, 0])
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("admin", True),
        ("manager", True),
        ("owner", True),
        ("reader", True),
        ("colleague", False),
        ("outsider", False),
        ("other_manager", False),
    ],
)
def test_each_finds_only_what_is_theirs(
    ward: Cast, who: str, sees: bool, recent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed(monkeypatch, recent)
    for q in ("王建国", "建国", "13800138000", "wjg"):
        with reading() as x:
            assert bool(search.find(x, getattr(ward, who), q, NOW)) is sees


@pytest.mark.parametrize("recent", [2000, 1, 0])
def test_what_is_shared_or_worked_on_is_found_too_until_the_share_ends(
    cast: Cast, recent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    narrowed(monkeypatch, recent)
    shared, helped = added(cast.owner, name="王建国"), added(cast.owner, name="王建军")
    shared_with(cast.owner, shared, cast.outsider, "read", days=1)
    with_deal(cast.owner, helped, cast.outsider)
    with reading() as x:
        now = {hit.title for hit in search.find(x, cast.outsider, "王建", NOW)}
        later = {hit.title for hit in search.find(x, cast.outsider, "王建", NOW + timedelta(days=2))}
    assert (now, later) == ({"王建国", "王建军"}, {"王建军"})


_names = st.lists(st.sampled_from(NAMES) | st.text(max_size=12), min_size=1, max_size=6)
_queries = (
    st.sampled_from(NAMES) | st.text(max_size=8) | st.sampled_from(["wang", "wjg", "w", "li", "国", "0", "ы", "a'"])
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # each example is transactions: shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(names=_names, queries=st.lists(_queries, min_size=1, max_size=4), cut=st.integers(0, 12))
def test_every_step_finds_what_a_naive_reading_finds(
    cast: Cast, names: list[str], queries: list[str], cut: int
) -> None:
    kind = "probe"
    with work(SYSTEM, NOW) as w:
        for i, name in enumerate(names):
            search.put(
                w.session,
                kind=kind,
                subject_id=i + 1,
                customer_id=None,
                scope_owner_id=cast.owner.id,
                title=name.replace("\0", ""),
                parts={"names": [name.replace("\0", "")]},
                touched_at=NOW + timedelta(seconds=i),
            )
        for gone in range(len(names), 6):
            search.remove(w.session, kind, gone + 1)
    words = {i + 1: haystack([name.replace("\0", "")]) for i, name in enumerate(names)}
    for q in [*queries, *(name[cut % (len(name) or 1) :][:4] for name in names)]:
        terms = query_terms(q)
        holding = {i for i, text in words.items() if terms and all(term in text for term in terms)}
        # The index knows one and two letters at the beginnings of words only.
        indexed = {i for i in holding if set(query_tokens(q)) <= tokens(words[i])}
        for recent, expected in ((0, indexed), (1, holding), (2000, holding)):
            with pytest.MonkeyPatch.context() as patch, reading() as x:
                narrowed(patch, recent)
                found = {hit.subject_id for hit in search.find(x, cast.owner, q, NOW, kinds=(kind,), limit=50)}
            assert found == expected, (q, recent)


def test_a_thousand_rows_stop_at_the_limit(cast: Cast) -> None:
    with work(cast.owner, NOW) as w:
        for i in range(60):
            add_customer(w, NewCustomer(name=f"王{i}"))
    assert len(titles(cast, "王", limit=20)) == 20


def test_sqlite_walks_neither_every_customer_nor_every_activity(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    if on_postgres():
        return
    run: list[tuple[str, Any]] = []
    monkeypatch.setattr(search, "FEW", -1)  # the long way: nothing is few
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cu, sql, values, *_: run.append((sql, values)))
    with reading() as x:
        for actor in (cast.owner, cast.manager, cast.admin):
            search.find(x, actor, "不在", NOW)
        page(x, cast.admin, Filters(archived=True), "touched", None, NOW)
        activities.planned(x, None, since=None, until=NOW)
        activities.done(x, None, since=NOW, until=NOW)
        activities.day_counts(x, None, NOW, NOW)
        plans = [row[3] for sql, values in list(run) for row in x.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert any("ix_customer_archived" in step for step in plans)
    assert [step for step in plans if step in ("SCAN activity", "SCAN search_row")] == []
    by_kind = [step for step in plans if "search_row" in step and step.endswith("(kind=?)")]
    assert set(by_kind) == {"SEARCH search_row USING INDEX ix_search_row_touched (kind=?)"}  # in the order of time
    assert len(by_kind) == 2  # everybody's newest customers and deals, and nobody else's


def test_whose_rows_are_theirs_is_said_as_visibility_says_it(cast: Cast) -> None:
    for who in ("owner", "manager", "colleague", "reader", "admin", "outsider", "other_manager"):
        actor = getattr(cast, who)
        with reading() as x:
            for some in (actor, replace(actor, people=frozenset())):
                asked = [select(customer.c.id).where(say(some, customer.c.owner_id)) for say in (owned, theirs)]
                left, right = (set(x.scalars(each)) for each in asked)
                text_of = [str(each.compile(compile_kwargs={"literal_binds": True})) for each in asked]
                assert (left, text_of[0]) == (right, text_of[1]), who


def test_a_kind_nobody_of_whom_has_the_word_is_not_looked_through(cast: Cast) -> None:
    if on_postgres():
        return
    added(cast.owner, name="王建国")
    with reading() as x:
        for kind, n in (("customer", 1), ("contact", 0), ("activity", 0)):
            found = x.execute(text(f"SELECT rowid FROM search_index WHERE search_index MATCH '{kind}建国'")).all()
            assert len(found) == n, kind


def test_about_the_newest_of_what_the_index_knows_lie_after_this_id() -> None:
    assert Known(2001, 1, 20_010, 1_000_000).newest(100) == 1_000_000 - 1000
    assert (Known(0).newest(100), Known(5).newest(100)) == (0, 0)
