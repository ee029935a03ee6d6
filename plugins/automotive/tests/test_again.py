"""A lost deal comes back after a time, by its reason; not where they bought another car since."""

from datetime import date, timedelta
from typing import Any

import pytest

from salesapp.plugin_api import DealView
from salesapp.testing import NOW, Cast, Kit

from ..after.again import DAYS
from ..showroom import LOST_REASONS

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/again"


def lost(kit: Kit, reason: str) -> DealView:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"), title="A6L")
    return kit.lose(kit.fill(deal, rival="none", remark="x"), reason)


def jump(kit: Kit, days: int) -> None:
    kit.clock.now = NOW + timedelta(days=days)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=2))


@pytest.mark.parametrize(("reason", "day"), [("price", date(2026, 5, 31)), ("put_off", date(2026, 5, 1))])
def test_it_is_asked_again_by_its_reason(kit: Kit, client_of: Any, cast: Cast, reason: str, day: date) -> None:
    deal = lost(kit, reason)
    customer = kit.customer(deal.customer_id or 0)
    owner = client_of(cast.owner)
    page = owner.get(HOME).text
    assert ("沈月" in page, "Nobody today" in page) == (True, True)
    assert "沈月" not in client_of(cast.outsider).get(HOME).text
    jump(kit, DAYS[reason] - 20)
    assert kit.planned(customer, "automotive.again") == []
    jump(kit, DAYS[reason] - 1)
    (call,) = kit.planned(customer, "automotive.again")
    assert call.planned_at is not None
    assert (call.planned_at.date(), call.owner_id, "A6L" in call.note) == (day, cast.owner.id, True)
    jump(kit, DAYS[reason])
    later = client_of(cast.owner)
    assert "Nobody today" not in later.get(HOME).text
    kit.finish(call)
    assert "沈月" not in later.get(HOME).text


def test_a_setting_says_when_and_whoever_buys_is_not_asked(kit: Kit, client_of: Any, cast: Cast) -> None:
    sent = {"seen-automotive.again_stock": "30", "automotive.again_stock": "5"}
    client_of(cast.admin).send("/settings/plugins/automotive/settings", sent)
    deal = lost(kit, "stock")
    customer = kit.customer(deal.customer_id or 0)
    jump(kit, 4)
    assert len(kit.planned(customer, "automotive.again")) == 1
    kit.a_deal("automotive.showroom", customer=customer)
    jump(kit, 5)
    assert "A6L" not in client_of(cast.owner).get(HOME).text


def test_days_nobody_can_mean_are_refused(client_of: Any, cast: Cast) -> None:
    sent = {"seen-automotive.again_stock": "30", "automotive.again_stock": "999999999"}
    wrong = client_of(cast.admin).send("/settings/plugins/automotive/settings", sent)
    assert (wrong.status_code, 'value="999999999"' in wrong.text) == (422, True)


def test_every_reason_has_its_time() -> None:
    assert set(DAYS) == {each.key for each in LOST_REASONS}


def test_who_wants_a_car_already_is_not_asked_once_more(kit: Kit) -> None:
    deal = lost(kit, "put_off")
    customer = kit.customer(deal.customer_id or 0)
    jump(kit, DAYS["put_off"] - 5)
    assert len(kit.planned(customer, "automotive.again")) == 1
    kit.a_deal("automotive.showroom", customer=customer)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=2))
    assert kit.planned(customer, "automotive.again") == []


@pytest.mark.parametrize(("days", "left"), [("0", 0), ("58", 1), ("200", 0), ("", 0)])
def test_a_changed_setting_holds_for_what_is_planned(
    kit: Kit, client_of: Any, cast: Cast, days: str, left: int
) -> None:
    customer = kit.customer(lost(kit, "put_off").customer_id or 0)
    jump(kit, DAYS["put_off"] - 5)
    sent = {"seen-automotive.again_put_off": "60", "automotive.again_put_off": days}
    assert client_of(cast.admin).send("/settings/plugins/automotive/settings", sent).status_code == 303
    kit.run_jobs(until=kit.clock.now + timedelta(hours=2))
    planned = kit.planned(customer, "automotive.again")
    assert [each.planned_at and (each.planned_at + timedelta(hours=8)).date() for each in planned] == [
        (NOW + timedelta(days=int(days))).date() for _ in range(left)
    ]


def test_whose_two_deals_were_lost_is_asked_once(kit: Kit) -> None:
    first = lost(kit, "put_off")
    customer = kit.customer(first.customer_id or 0)
    kit.clock.advance(hours=1)
    second = kit.a_deal("automotive.showroom", customer=customer, title="A8")
    kit.lose(kit.fill(second, rival="none", remark="x"), "put_off")
    jump(kit, DAYS["put_off"] - 5)
    (call,) = kit.planned(customer, "automotive.again")
    assert "A8" in call.note
