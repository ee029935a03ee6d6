"""Pools: every limit refuses by itself, with its own sentence; what a manager does; taking back; who had a customer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.permissions import SYSTEM, Access, Actor
from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.activity_changes import cancel_activity
from salesapp.services.customers import NewCustomer, add_customer, archive_customer, change_state, restore_customer
from salesapp.services.pool import assign_customer, release_customer
from salesapp.services.pool_managing import hand_out, move_to_pool, take_back
from salesapp.services.pool_settings import archive_pool, change_pool, restore_pool
from salesapp.services.sharing import NewShare, share_customer
from salesapp.services.work import work
from salesapp.store import bulk, owner_history, pool_teasers, pools, search_rebuild, shares, visibility
from salesapp.store.engine import reading
from salesapp.store.pool_teasers import Narrowed
from salesapp.store.tables import activity, customer, customer_owner
from salesapp.testing import NOW, Cast
from tests.services.customer_kit import added
from tests.services.deal_files import a_deal
from tests.services.pool_kit import LONG_AGO, THE_POOL, another, claimed, history, limited, waiting, whose

DAY = timedelta(days=1)


def refusal(act: Callable[[], None]) -> tuple[str, dict[str, object]]:
    """What somebody is told, and with which values."""
    with pytest.raises(Refused) as refused:
        act()
    message = refused.value.problems[0].message
    return message.source, dict(message.values)


# --- limits ---


def test_nobody_claims_beyond_what_they_may_hold(cast: Cast) -> None:
    limited(cast, hold_limit="2")
    mine = added(cast.outsider, name="甲")
    first, second = waiting(cast.owner), waiting(cast.owner)
    claimed(cast.outsider, first)
    said = refusal(lambda: claimed(cast.outsider, second))
    assert said == (
        "You hold %(holds)s customers altogether, and here %(most)s are the most: release one first.",
        {"holds": 2, "most": 2},
    )
    with work(cast.outsider, NOW) as w:
        archive_customer(w, mine)  # what is put away is not held
    claimed(cast.outsider, second)


def test_those_who_bought_count_or_do_not_as_the_pool_says(cast: Cast) -> None:
    limited(cast, hold_limit="1")
    bought = added(cast.outsider, name="甲")
    with work(cast.outsider, NOW) as w:
        change_state(w, bought, "customer")
    one = waiting(cast.owner)
    refusal(lambda: claimed(cast.outsider, one))
    limited(cast, hold_bought="")
    claimed(cast.outsider, one)


def test_claims_a_day_are_counted_in_the_persons_own_day(cast: Cast) -> None:
    limited(cast, day_limit="1")
    first, second, third = waiting(cast.owner), waiting(cast.owner), waiting(cast.owner)
    shanghai = replace(cast.outsider, zone="Asia/Shanghai")
    evening = NOW.replace(hour=15, minute=30)  # 23:30 there
    claimed(shanghai, first, evening)
    said = refusal(lambda: claimed(shanghai, second, evening + timedelta(minutes=29)))
    assert said == ("You claimed %(today)s of %(most)s today: go on tomorrow.", {"today": 1, "most": 1})
    claimed(shanghai, second, evening + timedelta(minutes=31))
    refusal(lambda: claimed(replace(cast.outsider, zone="UTC"), third, evening + timedelta(minutes=31)))


def test_a_claim_taken_back_was_a_claim_of_the_day(cast: Cast) -> None:
    limited(cast, day_limit="1")
    first, second = waiting(cast.owner), waiting(cast.owner)
    claimed(cast.outsider, first)
    with work(cast.outsider, NOW) as w:
        take_back(w, first)
    assert refusal(lambda: claimed(cast.outsider, second))[1]["today"] == 1


def test_a_former_owner_waits_and_is_told_until_when(cast: Cast) -> None:
    limited(cast, wait_days="30")
    one = waiting(cast.owner, at=NOW)
    said = refusal(lambda: claimed(cast.owner, one, NOW + 29 * DAY))
    assert said == (
        "You had this customer until %(until)s: claim again from %(again)s.",
        {"until": date(2026, 3, 2), "again": date(2026, 4, 1)},
    )
    claimed(cast.owner, one, NOW + 30 * DAY)


def test_others_need_not_wait_for_a_customer_they_never_had(cast: Cast) -> None:
    limited(cast, wait_days="30")
    one = waiting(cast.owner, at=NOW)
    claimed(cast.outsider, one)
    assert whose(one) == (cast.outsider.id, None)


def test_who_just_came_is_locked_for_a_while_for_everybody(cast: Cast) -> None:
    limited(cast, lock_hours="4")
    one = waiting(cast.owner, at=NOW)
    said = refusal(lambda: claimed(cast.outsider, one, NOW + timedelta(hours=3, minutes=59)))
    assert said == ("Just arrived: locked until %(when)s.", {"when": NOW + timedelta(hours=4)})
    claimed(cast.outsider, one, NOW + timedelta(hours=4))


def test_a_pool_of_members_is_there_for_its_people_and_teams_only(cast: Cast) -> None:
    pool_id = another(cast, who="members", people=str(cast.outsider.id), teams=str(cast.owner.team_id))
    ones = [waiting(cast.owner, pool_id) for _ in range(3)]
    gone = "This customer is not in the pool any more: somebody was faster."
    assert refusal(lambda: claimed(cast.other_manager, ones[0]))[0] == gone
    with reading() as x:
        assert [each.id for each in pools.seen(x, cast.other_manager)] == [THE_POOL]
        assert pool_teasers.page(x, pools.seen(x, cast.other_manager), Narrowed(), None)[2] == 0
        assert [each.id for each in pools.seen(x, cast.colleague)] == [THE_POOL, pool_id]
    for actor, one in zip((cast.outsider, cast.colleague, cast.admin), ones, strict=True):
        claimed(actor, one)


def test_what_is_handed_out_nobody_claims(cast: Cast) -> None:
    pool_id = another(cast, who="handed", managers=str(cast.manager.id), people=str(cast.colleague.id))
    one = waiting(cast.owner, pool_id)
    for actor in (cast.colleague, cast.manager):
        assert refusal(lambda actor=actor: claimed(actor, one))[0] == "Its manager hands these customers out."


# --- its manager ---


def test_its_manager_hands_out_to_members_within_what_they_may_hold(cast: Cast) -> None:
    pool_id = another(cast, who="handed", managers=str(cast.manager.id), teams=str(cast.owner.team_id), hold_limit="1")
    one, two = waiting(cast.owner, pool_id), waiting(cast.owner, pool_id)
    with pytest.raises(Refused), work(cast.manager, NOW) as w:
        hand_out(w, one, int(cast.outsider.id or 0))
    with work(cast.manager, NOW) as w:
        hand_out(w, one, int(cast.colleague.id or 0))
    assert whose(one) == (cast.colleague.id, None)
    assert history(one)[-1] == (cast.colleague.id, pool_id, "handed_out", None)
    with pytest.raises(Refused) as refused, work(cast.manager, NOW) as w:
        hand_out(w, two, int(cast.colleague.id or 0))
    assert refused.value.problems[0].place == "person"
    with pytest.raises(NotAllowed), work(cast.owner, NOW) as w:
        hand_out(w, two, int(cast.owner.id or 0))
    with pytest.raises(Refused), work(cast.outsider, NOW) as w:  # who does not see the pool hears of nothing
        hand_out(w, two, int(cast.outsider.id or 0))


def test_its_manager_moves_between_pools_and_takes_it_back(cast: Cast) -> None:
    second = another(cast)
    limited(cast, managers=str(cast.colleague.id))
    one = waiting(cast.owner)
    with pytest.raises(NotAllowed), work(cast.outsider, NOW) as w:
        move_to_pool(w, one, second)
    with work(cast.colleague, NOW) as w:
        move_to_pool(w, one, second)
    assert whose(one) == (None, second)
    with work(cast.colleague, NOW) as w:
        assert take_back(w, one) == "moved"
    assert whose(one) == (None, THE_POOL)
    with reading() as x:
        assert x.scalar(select(customer.c.pooled_at).where(customer.c.id == one)) == LONG_AGO


# --- taking back ---


def test_a_claim_taken_back_leaves_it_where_it_was_since_when_it_was(cast: Cast) -> None:
    limited(cast, wait_days="30", lock_hours="5")
    one = waiting(cast.owner)
    claimed(cast.outsider, one)
    with work(cast.outsider, NOW) as w:
        share_customer(w, one, NewShare(person_id=cast.colleague.id))
    with work(cast.outsider, NOW + timedelta(minutes=9)) as w:
        assert take_back(w, one) == "claimed"
    assert whose(one) == (None, THE_POOL)
    with reading() as x:
        assert x.scalar(select(customer.c.pooled_at).where(customer.c.id == one)) == LONG_AGO
        assert not shares.current(x, one, NOW)
    claimed(cast.outsider, one, NOW + timedelta(minutes=10))  # a slip makes nobody a former owner


def test_a_release_taken_back_needs_no_waiting_and_brings_shares_back(cast: Cast) -> None:
    limited(cast, wait_days="30", lock_hours="5")
    one = added(cast.owner, name="甲")
    with work(cast.owner, NOW) as w:
        share_customer(w, one, NewShare(person_id=cast.outsider.id))
    later = NOW + timedelta(hours=1)
    with work(cast.owner, later) as w:
        release_customer(w, one)
    with reading() as x:
        assert visibility.customer_access(x, cast.outsider, one, later) == 0
    with work(cast.owner, later) as w:
        assert take_back(w, one) == "released"
    assert whose(one) == (cast.owner.id, None)
    with reading() as x:
        assert visibility.customer_access(x, cast.outsider, one, later) == 1
    assert history(one) == [(cast.owner.id, None, "added", None), (None, THE_POOL, "released", "taken_back")]


def test_only_ones_own_last_change_and_only_for_ten_minutes(cast: Cast) -> None:
    one = waiting(cast.owner)
    claimed(cast.outsider, one)
    for actor, minutes in ((cast.colleague, 1), (cast.admin, 1), (cast.outsider, 10)):
        with pytest.raises((Refused, NotFound)), work(actor, NOW + timedelta(minutes=minutes)) as w:
            take_back(w, one)
    with work(cast.admin, NOW + timedelta(minutes=1)) as w:
        assign_customer(w, one, cast.colleague.id)
    with pytest.raises(Refused), work(cast.outsider, NOW + timedelta(minutes=2)) as w:
        take_back(w, one)


def test_releasing_claiming_others_and_taking_back_holds_no_more_than_allowed(cast: Cast) -> None:
    limited(cast, hold_limit="1")
    one, other = added(cast.owner, name="甲"), waiting(cast.colleague)
    with work(cast.owner, NOW) as w:
        release_customer(w, one)
    claimed(cast.owner, other)
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        take_back(w, one)


# --- who had it ---


def test_every_way_to_an_owner_is_in_the_history(cast: Cast) -> None:
    one = added(cast.owner, name="甲")
    with work(cast.manager, NOW) as w:
        assign_customer(w, one, cast.colleague.id)
    with work(cast.colleague, NOW) as w:
        release_customer(w, one, reason="没有需求")
    claimed(cast.outsider, one)
    with work(cast.admin, NOW) as w:
        assign_customer(w, one, None)
    assert history(one) == [
        (cast.owner.id, None, "added", "assigned"),
        (cast.colleague.id, None, "assigned", "released"),
        (None, THE_POOL, "released", "claimed"),
        (cast.outsider.id, THE_POOL, "claimed", "assigned"),
    ]
    with reading() as x:
        assert owner_history.had_until(x, int(cast.owner.id or 0), [one]) == {one: NOW}


def test_customers_that_are_imported_have_a_history_too(cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        row = {"kind": "person", "name": "甲", "owner_id": cast.owner.id, "created_at": NOW, "touched_at": NOW}
        ids = bulk.add_customers(w.session, [row, {**row, "owner_id": None}])
    assert [history(each) for each in ids] == [[(cast.owner.id, None, "added", None)], []]


def test_a_new_customer_can_begin_in_a_pool(cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        one = add_customer(w, NewCustomer(name="甲", pool_id=THE_POOL))
    assert history(one) == [(None, THE_POOL, "added", None)]
    with reading() as x:
        assert x.scalar(select(customer.c.pooled_at).where(customer.c.id == one)) == NOW


# --- releasing and setting ---


def test_whoever_releases_says_where_to_and_not_twice(cast: Cast) -> None:
    second = another(cast)
    one = added(cast.owner, name="甲")
    for pool_id, reason in ((99, ""), (second, "长" * 501)):
        with pytest.raises(Refused), work(cast.owner, NOW) as w:
            release_customer(w, one, pool_id, reason)
    with work(cast.owner, NOW) as w:
        release_customer(w, one, second)
    assert whose(one) == (None, second)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        release_customer(w, one)


def test_a_pool_with_somebody_in_it_stays_and_so_does_the_last(cast: Cast) -> None:
    second = another(cast)
    one = waiting(cast.owner, second)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        archive_pool(w, second)
    claimed(cast.outsider, one)
    with work(cast.admin, NOW) as w:
        archive_pool(w, second)
    with pytest.raises(Refused), work(cast.admin, NOW) as w:
        archive_pool(w, THE_POOL)
    with pytest.raises(Refused), work(cast.outsider, NOW) as w:
        release_customer(w, one, second)
    with work(cast.admin, NOW) as w:
        restore_pool(w, second)
    with work(cast.outsider, NOW) as w:
        release_customer(w, one, second)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("hold_limit", "0"),
        ("day_limit", "x"),
        ("wait_days", "9999"),
        ("lock_hours", "-1"),
        ("who", "me"),
        ("name", " "),
    ],
)
def test_what_a_pool_cannot_be_set_to(cast: Cast, place: str, text: str) -> None:
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        change_pool(w, THE_POOL, {place: text}, {})
    assert [each.place for each in refused.value.problems] == [place]


def test_only_those_who_manage_the_settings_set_pools(cast: Cast) -> None:
    for actor in (cast.manager, cast.owner):
        with pytest.raises(NotAllowed), work(actor, NOW) as w:
            change_pool(w, THE_POOL, {"hold_limit": "5"}, {})
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        change_pool(w, 99, {"hold_limit": "5"}, {})


# --- teasers ---


def found(actor: Actor, **values: object) -> list[str]:
    """Names of those who wait, narrowed."""
    with reading() as x:
        return [each.name for each in pool_teasers.page(x, pools.seen(x, actor), Narrowed(**values), None)[0]]  # type: ignore[arg-type]


def test_what_a_pool_does_not_show_is_neither_told_nor_found(cast: Cast) -> None:
    limited(cast, shown="source")
    waiting(cast.owner, name="王建国", company="北京汽车", grade="A", source="trade_show", note="喜欢白色")
    with reading() as x:
        (teaser,), _, count = pool_teasers.page(x, pools.seen(x, cast.outsider), Narrowed(), None)
    assert (teaser.name, teaser.company, teaser.grade, teaser.note, count) == ("", "", None, "", 1)
    assert teaser.source == "trade_show"
    for narrowed in ({"q": "王"}, {"q": "北京"}, {"grade": "A"}):
        assert found(cast.outsider, **narrowed) == []
    assert found(cast.outsider, source="trade_show") == [""]
    limited(cast, shown="name,company,grade,note")
    assert found(cast.outsider, q="北京", grade="A") == ["王建国"]
    assert found(cast.outsider, source="trade_show") == []


def test_a_note_or_company_that_holds_a_number_is_left_out_even_where_it_may_be_shown(cast: Cast) -> None:
    limited(cast, shown="name,company,note")
    waiting(cast.owner, name="甲", company="13911112222", note="打 139 1111 2222 找他")
    with reading() as x:
        (teaser,), _, _ = pool_teasers.page(x, pools.seen(x, cast.outsider), Narrowed(), None)
    assert (teaser.name, teaser.company, teaser.note) == ("甲", "", "")
    assert found(cast.outsider, q="1391") == []


def test_since_when_somebody_waits_narrows(cast: Cast) -> None:
    waiting(cast.owner, name="久")
    waiting(cast.owner, name="新", at=NOW - DAY)
    assert found(cast.outsider, since=NOW - 7 * DAY) == ["新"]
    assert found(cast.outsider, until=NOW - 30 * DAY) == ["久"]


def test_who_talks_to_a_customer_in_between_is_not_its_owner(cast: Cast) -> None:
    one = added(cast.owner, name="甲")
    with work(cast.manager, NOW) as w:
        note_activity(w, NewActivity(customer_id=one, outcome="reached"))
    with reading() as x:
        assert x.execute(select(customer_owner.c.person_id)).scalars().all() == [cast.owner.id]


# --- what hangs on a customer that is released ---


def test_a_release_leaves_the_former_owner_nothing_to_see_it_by(app: Flask, cast: Cast) -> None:
    one = added(cast.owner, name="甲")
    with work(cast.owner, NOW) as w:
        mine = plan_activity(w, NewActivity(customer_id=one, planned_at=NOW + DAY))
    with work(cast.manager, NOW) as w:
        theirs = plan_activity(w, NewActivity(customer_id=one, planned_at=NOW + DAY))
    with work(cast.owner, NOW) as w:
        release_customer(w, one)
    assert state_of(mine) == "cancelled"
    assert state_of(theirs) == "planned"  # colleagues keep what is theirs
    with reading() as x:
        assert visibility.customer_access(x, cast.owner, one, NOW) == 0
    with work(cast.owner, NOW + timedelta(minutes=1)) as w:
        take_back(w, one)
    assert state_of(mine) == "planned"


def test_taking_a_release_back_leaves_alone_what_was_cancelled_before(app: Flask, cast: Cast) -> None:
    one = added(cast.owner, name="甲")
    with work(cast.owner, NOW) as w:
        mine = plan_activity(w, NewActivity(customer_id=one, planned_at=NOW + DAY))
        cancel_activity(w, mine)
    with work(cast.owner, NOW) as w:
        release_customer(w, one)
    with work(cast.owner, NOW) as w:
        take_back(w, one)
    assert state_of(mine) == "cancelled"


def test_a_customer_with_an_open_deal_of_its_owner_is_not_released(app: Flask, cast: Cast) -> None:
    one = added(cast.owner, name="甲")
    for title in ("一", "二", "三", "四"):
        a_deal(app, cast.owner, one, title=title)

    def release(actor: Actor) -> None:
        with work(actor, NOW) as w:
            release_customer(w, one)

    text = "Deals with this customer are still open: %(deals)s. Hand over or close them first."
    for actor in (cast.owner, cast.manager):
        assert refusal(partial(release, actor)) == (text, {"deals": "一, 二, 三, …"})
    assert whose(one) == (cast.owner.id, None)
    with work(cast.manager, NOW) as w:
        assign_customer(w, one, cast.colleague.id)  # with their open deals
    assert refusal(lambda: release(cast.colleague))[0] == text


def state_of(activity_id: int) -> str:
    """planned, done or cancelled."""
    with reading() as x:
        return str(x.execute(select(activity.c.state).where(activity.c.id == activity_id)).scalar_one())


# --- who waits in a pool that is put away ---


def test_who_was_archived_in_a_pool_does_not_keep_it_and_comes_back_as_nobodys(cast: Cast) -> None:
    second = another(cast)
    one = waiting(cast.owner, second)
    with work(cast.admin, NOW) as w:
        archive_customer(w, one)
        archive_pool(w, second)
    with work(cast.admin, NOW) as w:
        restore_customer(w, one)
    assert whose(one) == (None, None)
    assert history(one)[-1] == (None, second, "released", "moved")
    with reading() as x:
        assert visibility.customer_access(x, cast.manager, one, NOW) == Access.WORK  # managers hand it out
        assert visibility.customer_access(x, cast.outsider, one, NOW) == Access.NONE
        assert search_rebuild.compare(x).drifted == ()


def test_who_comes_back_finds_a_pool_that_is_in_use(cast: Cast) -> None:
    second = another(cast)
    one = waiting(cast.owner, second)
    with work(cast.admin, NOW) as w:
        archive_customer(w, one)
        archive_pool(w, second)
        restore_pool(w, second)
        restore_customer(w, one)
    assert whose(one) == (None, second)


def test_no_claim_is_taken_back_into_a_pool_put_away_meanwhile(cast: Cast) -> None:
    second = another(cast)
    one = waiting(cast.owner, second)
    claimed(cast.outsider, one)
    with work(cast.admin, NOW) as w:
        archive_pool(w, second)
    with pytest.raises(Refused), work(cast.outsider, NOW) as w:
        take_back(w, one)
    assert whose(one) == (cast.outsider.id, None)
