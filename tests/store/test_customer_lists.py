"""Customer lists: who sees whom, keyset paging without gaps or repeats, filters, counts."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from salesapp.services.customers import archive_customer
from salesapp.services.pool import assign_customer, release_customer
from salesapp.services.work import work
from salesapp.store import customers, visibility
from salesapp.store.customer_lists import UNASSIGNED, Filters, Sort, choices, page, read_cursor, rows_of
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast, on_postgres
from tests.services.customer_kit import added, shared_with, with_deal


def names(cast: Cast, who: str, filters: Filters | None = None, **options: object) -> list[str]:
    with reading() as x:
        return [row.name for row in page(x, getattr(cast, who), filters or Filters(), "touched", None, NOW).rows]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("admin", ["南", "北"]),
        ("manager", ["北"]),
        ("owner", ["北"]),
        ("reader", ["北"]),
        ("colleague", []),
        ("outsider", ["南"]),
        ("other_manager", ["南"]),
    ],
)
def test_each_sees_their_own_or_their_teams(cast: Cast, who: str, seen: list[str]) -> None:
    added(cast.owner, name="北")
    added(cast.outsider, name="南", now=NOW + timedelta(hours=1))
    assert names(cast, who) == seen
    with reading() as x:
        assert page(x, getattr(cast, who), Filters(), "touched", None, NOW).count == len(seen)


def test_a_customer_reached_in_two_ways_is_listed_and_counted_once(cast: Cast) -> None:
    mine = added(cast.owner, name="王建国")
    with_deal(cast.owner, mine, cast.owner)
    with_deal(cast.owner, mine, cast.colleague)
    shared_with(cast.owner, mine, cast.colleague, "work")
    for who in ("owner", "colleague", "manager"):
        assert names(cast, who) == ["王建国"]
        with reading() as x:
            assert page(x, getattr(cast, who), Filters(), "touched", None, NOW).count == 1


def test_a_share_ends_at_its_moment_also_with_the_kept_statement(cast: Cast) -> None:
    mine = added(cast.owner, name="王建国")
    shared_with(cast.owner, mine, cast.outsider, "read", days=1)
    with reading() as x:
        for later, count in ((0, 1), (2, 0), (0, 1)):
            now = NOW + timedelta(days=later)
            assert page(x, cast.outsider, Filters(), "touched", None, now).count == count


@pytest.mark.parametrize("sort", ["touched", "name"])
@pytest.mark.parametrize("who", ["owner", "admin"])
def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast, sort: Sort, who: str) -> None:
    for i in range(11):  # pairs touched at the same moment, pairs of the same name
        added(cast.owner, name=f"王{i // 2}.{'x' if i % 3 else ''}", now=NOW + timedelta(minutes=i // 2))
    seen, after = [], None
    with reading() as x:
        whole = [row.id for row in page(x, getattr(cast, who), Filters(), sort, None, NOW, size=50).rows]
        while True:
            part = page(x, getattr(cast, who), Filters(), sort, after, NOW, size=3)
            seen += [row.id for row in part.rows]
            after = part.after
            if after is None:
                break
    assert seen == whole
    assert len(whole) == 11


@pytest.mark.parametrize("after", ["", "x", "1", "1.x", "-1.5", "9" * 30 + ".1", "1." + "9" * 30, "١.٢"])
def test_cursors_nobody_gave_out_show_the_first_page(after: str) -> None:
    assert read_cursor("touched", after) is None


def test_filters_narrow_one_by_one_and_together(cast: Cast) -> None:
    one = added(cast.owner, name="一", state="customer", grade="A", source="referral", tags=["重点"])
    added(cast.colleague, name="二", grade="B")
    three = added(cast.manager, name="三", owner_id=None)
    with work(cast.owner, NOW) as w:
        archive_customer(w, added_in(w))
    with reading() as x:
        tags, owners = choices(x, cast.manager)
        assert choices(x, cast.owner)[1] == []
    assert [name for _, name in owners] == ["Colleague", "Manager", "Owner", "Reader"]
    tag = next(tag_id for tag_id, name in tags if name == "重点")
    for filters in (
        Filters(state="customer"),
        Filters(grade="A"),
        Filters(source="referral"),
        Filters(tag=tag),
        Filters(owner=cast.owner.id),
        Filters(state="customer", grade="A", source="referral", tag=tag, owner=cast.owner.id),
    ):
        assert names(cast, "manager", filters) == ["一"]
        with reading() as x:
            assert [row.id for row in rows_of(x, cast.manager, [three, one], filters, NOW)] == [one]
    assert names(cast, "manager", Filters(owner=UNASSIGNED)) == ["三"]
    assert names(cast, "manager", Filters(archived=True)) == ["旧"]
    with reading() as x:
        assert [row.id for row in rows_of(x, cast.manager, [one, three], Filters(owner=UNASSIGNED), NOW)] == [three]


def added_in(w: object) -> int:
    from salesapp.services.customers import NewCustomer, add_customer

    return add_customer(w, NewCustomer(name="旧"))  # type: ignore[arg-type]


def test_pooled_customers_are_in_nobodys_list_but_an_administrators(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.owner, NOW) as w:
        release_customer(w, customer_id)
    assert [names(cast, who) for who in ("owner", "manager", "reader", "admin")] == [[], [], [], ["王建国"]]


def test_nobodys_customers_are_the_managers_to_hand_out(cast: Cast) -> None:
    customer_id = added(cast.owner, name="王建国")
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, None)
    assert [names(cast, who) for who in ("owner", "manager", "reader")] == [[], ["王建国"], []]


def test_the_picker_offers_the_newest_or_what_is_typed(cast: Cast) -> None:
    a = added(cast.owner, name="卢沟桥医院", kind="organisation")
    b = added(cast.owner, phones=["13800138000"], now=NOW + timedelta(hours=1))
    with reading() as x:
        assert customers.options_for(x, cast.owner, "", NOW) == [(b, "+8613800138000", ""), (a, "卢沟桥医院", "")]
        assert customers.options_for(x, cast.owner, "lgq", NOW) == [(a, "卢沟桥医院", "")]
        assert customers.options_for(x, cast.outsider, "lgq", NOW) == []


@pytest.mark.skipif(on_postgres(), reason="reads SQLite's own plan")
def test_the_owners_list_walks_its_index(cast: Cast) -> None:
    added(cast.owner, name="王建国")
    with reading() as x:
        sql = "EXPLAIN QUERY PLAN SELECT id FROM customer WHERE owner_id IN (3) AND pool_id IS NULL"
        sql += " AND archived_at IS NULL"
        plan = " ".join(str(row) for row in x.execute(text(sql + " ORDER BY touched_at DESC, id DESC LIMIT 51")))
    assert "ix_customer_owner_touched" in plan
    assert "TEMP B-TREE" not in plan
    assert len(visibility.customer_branches(cast.owner, NOW)) == 2
