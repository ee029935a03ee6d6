"""Who brought whom: no circles, thanked once in time, what they brought; and it follows when customers become one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from plugins.automotive.tables import REFERRAL
from salesapp.plugin_api import SYSTEM, CustomerView, work
from salesapp.services.activity_undo import reopen_activity
from salesapp.services.merge import merge_customers
from salesapp.services.merge_undo import undo_merge
from salesapp.services.privacy import erase_customer
from salesapp.services.work import work as house_work
from salesapp.store.tables import customer, deal
from salesapp.testing import NOW, Cast, Kit, refused

HOME = "/p/automotive/referrals"
FIELD = "automotive.referred_by"


def brings(kit: Kit, referrer: CustomerView, name: str) -> CustomerView:
    """A new customer whom another one brought."""
    came = kit.a_customer(name, fields={FIELD: referrer.id})
    kit.run_jobs()
    return came


def says(kit: Kit, who: CustomerView, referrer: CustomerView | None) -> None:
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        w.change_customer(who.id, {FIELD: referrer and referrer.id})
    kit.run_jobs()


def rows(kit: Kit) -> list[tuple[int, int, bool]]:
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        found = w.reads.execute(select(REFERRAL).order_by(REFERRAL.c.customer_id))
    return [(row.customer_id, row.referrer_id, row.thanked_at is not None) for row in found]


def buys(kit: Kit, who: CustomerView, minor: int) -> None:
    """They buy: what stands before it is not looked at here."""
    new = kit.a_deal("automotive.showroom", customer=who, amount_minor=minor)
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(deal.update().where(deal.c.id == new.id).values(state="won", closed_at=kit.clock.now))
    kit.run_jobs()


def test_nobody_brings_themselves_or_in_a_circle_and_one_is_enough(kit: Kit) -> None:
    first, second = kit.a_customer("沈月"), kit.a_customer("陈晓")
    third = brings(kit, second, "刘伟")
    says(kit, second, first)
    assert rows(kit) == [(second.id, first.id, False), (third.id, second.id, False)]
    for referrer in (first, third):
        with refused(FIELD):
            says(kit, first, referrer)
    says(kit, third, first)
    assert rows(kit) == [(second.id, first.id, False), (third.id, first.id, False)]
    says(kit, third, None)
    assert rows(kit) == [(second.id, first.id, False)]


def test_the_referrer_is_thanked_within_three_days_of_the_first_deal(kit: Kit, cast: Cast) -> None:
    referrer = kit.a_customer("沈月", actor=cast.colleague)
    with work(SYSTEM, NOW) as w:  # a customer of a colleague: whoever owns them says thank you
        w.session.execute(customer.update().values(owner_id=cast.owner.id))
    came = brings(kit, referrer, "陈晓")
    kit.clock.advance(days=2)
    kit.run_jobs()
    assert kit.planned(referrer, "automotive.thank_referrer") == []
    kit.a_deal("automotive.showroom", customer=came)
    kit.run_jobs()
    (call,) = kit.planned(referrer, "automotive.thank_referrer")
    assert (call.owner_id, call.planned_at) == (cast.owner.id, datetime(2026, 3, 7, 4, tzinfo=UTC))
    assert "陈晓" in call.note
    kit.finish(call, "not_reached")
    kit.run_jobs()
    assert rows(kit) == [(came.id, referrer.id, False)]
    (call,) = kit.planned(referrer)
    kit.finish(call)
    kit.run_jobs()
    assert rows(kit) == [(came.id, referrer.id, True)]
    with house_work(cast.owner, kit.clock.now) as taking_back:
        reopen_activity(taking_back, call.id)
    kit.run_jobs()
    assert rows(kit) == [(came.id, referrer.id, False)]
    kit.finish(call)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=3))
    assert kit.planned(referrer) == []
    # The next one they bring is thanked for anew.
    kit.clock.advance(days=20)
    kit.a_deal("automotive.showroom", customer=brings(kit, referrer, "刘伟"))
    kit.run_jobs()
    (call,) = kit.planned(referrer, "automotive.thank_referrer")
    assert ("刘伟" in call.note, "陈晓" in call.note) == (True, False)


def test_what_they_brought_and_bought_stands_where_both_are_seen(
    kit: Kit, cast: Cast, client_of: Any, statements: list[str]
) -> None:
    referrer = kit.a_customer("沈月")
    for n, name in enumerate(("陈晓", "刘伟", "王芳")):
        came = brings(kit, referrer, name)
        if n < 2:
            buys(kit, came, 21_800_000)
    buys(kit, referrer, 30_000_000)
    owner = client_of(cast.owner)
    statements.clear()
    listed = owner.get(HOME).text
    assert len(statements) < 20
    assert ("2 of 3 bought" in listed, "436,000" in listed, "brought 刘伟, 陈晓" in listed) == (True, True, False)
    assert "沈月" not in client_of(cast.outsider).get(HOME).text
    one = owner.get(f"{HOME}/customers/{referrer.id}").text
    assert ("300,000" in one, "436,000" in one, "王芳" in one) == (True, True, True)
    assert client_of(cast.outsider).get(f"{HOME}/customers/{referrer.id}").status_code == 404
    assert f"{HOME}/customers/{referrer.id}" in owner.get(f"/customers/{referrer.id}").text


def test_merged_and_apart_again_the_referral_follows(kit: Kit, cast: Cast) -> None:
    referrer, other, twin = (kit.a_customer(name) for name in ("沈月", "陈晓", "沈月月"))
    came, again = brings(kit, referrer, "刘伟"), brings(kit, other, "刘伟伟")
    with house_work(cast.owner, kit.clock.now) as w:
        merge_customers(w, twin.id, referrer.id)
    with house_work(cast.owner, kit.clock.now) as w:
        both = merge_customers(w, came.id, again.id)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=2))
    assert rows(kit) == [(came.id, twin.id, False)]
    with house_work(cast.owner, kit.clock.now) as w:
        undo_merge(w, both)
    kit.run_jobs()
    assert rows(kit) == [(came.id, twin.id, False), (again.id, other.id, False)]
    with house_work(cast.owner, kit.clock.now) as w:
        merge_customers(w, other.id, again.id)
    kit.run_jobs()
    assert rows(kit) == [(came.id, twin.id, False)]


@pytest.mark.parametrize("who", ["came", "referrer"])
def test_erased_nothing_personal_is_left(kit: Kit, cast: Cast, who: str) -> None:
    referrer = kit.a_customer("沈月")
    came = brings(kit, referrer, "陈晓")
    kit.a_deal("automotive.showroom", customer=came)
    kit.run_jobs()
    gone = came if who == "came" else referrer
    with house_work(cast.admin, kit.clock.now) as w:
        erase_customer(w, gone.id, gone.name)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=2))
    assert rows(kit) == ([] if who == "came" else [(came.id, referrer.id, False)])
    assert [each.note for each in kit.planned(referrer)] == []
