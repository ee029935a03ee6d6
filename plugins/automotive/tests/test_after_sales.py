"""The whole table of after-sales: what each delivery brings falls due at its hour, for years.

The days were worked out by hand: hours pass over weekends and feasts, a call about a car is due at 18:00 of the day or
the first working day after it, and what is due on a day as such stands at noon.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Cast, Kit

from ..cars.car_dates import keep
from ..tables import VEHICLE
from .test_calls import SECOND, a_delivery, jump

pytest_plugins = ["salesapp.testing"]
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = (1, 110, 340, 368, 1070, 1463)
"""Days after the delivery on which somebody looks what is planned."""


@dataclass(frozen=True)
class Sold:
    """A delivery on the clock of the house, until when it is insured and has its warranty, and when what is due."""

    at: datetime
    insured: date
    warranted: date
    due: dict[str, str]


CASES = {
    "Friday evening before the feasts of autumn": Sold(
        datetime(2026, 9, 25, 17),
        date(2027, 9, 25),
        date(2029, 9, 25),
        {
            "letter": "2026-09-26 17:00",
            "first_call": "2026-09-26 17:00",
            "second_call": "2026-10-02 12:00",
            "bridge": "2026-10-25 12:00",
            "contact": "2026-11-25 12:00",
            "car_maintenance": "2027-01-11 18:00",  # 5,000 km after 122 days, a fortnight before
            "car_insurance": "2027-06-28 18:00",  # the 27th is a Sunday
            "car_inspection": "2027-08-26 18:00",
            "anniversary": "2027-09-25 12:00",
            "car_away": "2027-09-27 18:00",  # the 25th is a Saturday
            "car_warranty": "2029-08-27 18:00",  # the 26th is a Sunday
            "car_trade_in": "2030-09-25 18:00",
        },
    ),
    "30 January": Sold(
        datetime(2027, 1, 30, 11),
        date(2028, 1, 30),
        date(2030, 1, 30),
        {
            "letter": "2027-01-31 11:00",
            "first_call": "2027-01-31 11:00",
            "second_call": "2027-02-06 12:00",
            "bridge": "2027-02-28 12:00",  # February has no 30th
            "contact": "2027-03-30 12:00",
            "car_maintenance": "2027-05-18 18:00",
            "car_insurance": "2027-11-01 18:00",
            "car_inspection": "2027-12-31 18:00",
            "anniversary": "2028-01-30 12:00",
            "car_away": "2028-01-31 18:00",  # the 30th is a Sunday
            "car_warranty": "2029-12-31 18:00",
            "car_trade_in": "2031-01-30 18:00",
        },
    ),
    "28 February of a leap year": Sold(
        datetime(2028, 2, 28, 11),
        date(2029, 2, 28),
        date(2031, 2, 28),
        {
            "letter": "2028-02-29 11:00",
            "first_call": "2028-02-29 11:00",
            "second_call": "2028-03-06 12:00",
            "bridge": "2028-03-28 12:00",
            "contact": "2028-04-28 12:00",
            "car_maintenance": "2028-06-15 18:00",
            "car_insurance": "2028-11-30 18:00",
            "car_inspection": "2029-01-29 18:00",
            "anniversary": "2029-02-28 12:00",
            "car_away": "2029-02-28 18:00",
            "car_warranty": "2031-01-29 18:00",
            "car_trade_in": "2032-03-01 18:00",  # the 28th is a Saturday, and there is a 29th
        },
    ),
}


@pytest.mark.parametrize("sold", CASES.values(), ids=CASES)
def test_everything_falls_due_at_its_hour(kit: Kit, sold: Sold) -> None:
    at = sold.at.replace(tzinfo=SHANGHAI).astimezone(UTC)
    deal = a_delivery(kit, at)
    customer = kit.customer(int(deal.customer_id or 0))
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        car = {"model": "A6", "plate": "沪A·12345", "state": "customer", "customer_id": customer.id, "delivered_at": at}
        typed = {"insured_until": sold.insured, "inspection_due": sold.insured, "warranty_until": sold.warranted}
        made = w.session.execute(insert(VEHICLE).values(car | typed).returning(VEHICLE.c.id)).scalar_one()
        keep(w, made)
    kit.run_jobs()
    found: dict[str, set[str]] = {rule: set() for rule in sold.due}
    for days in DAYS:
        jump(kit, at + timedelta(days=days))
        for rule, seen in found.items():
            about = customer if rule.startswith(("car_", "anniversary")) else deal
            planned = kit.planned(about, f"automotive.{rule}")
            seen |= {f"{each.planned_at.astimezone(SHANGHAI):%F %H:%M}" for each in planned if each.planned_at}
    assert found == {rule: {due} for rule, due in sold.due.items()}


def test_birthdays_are_greeted_and_visited_once_the_car_is_theirs(kit: Kit, client_of: Any, cast: Cast) -> None:
    deal = a_delivery(kit, datetime(2026, 9, 25, 9, tzinfo=UTC))
    customer = kit.customer(int(deal.customer_id or 0))
    owner = client_of(cast.owner)
    his = {"kind": "birthday", "day": "12-10"}
    child = {"kind": "family_birthday", "day": "农历十月十五"}  # 23 November 2026
    for date_ in (his, child):
        assert owner.send(f"/customers/{customer.id}/dates/new", date_).status_code == 303
    kit.run_jobs()
    jump(kit, datetime(2026, 11, 20, tzinfo=UTC))
    (wish,) = kit.planned(customer, "general.family_birthday")
    assert f"{wish.planned_at:%F}" == "2026-11-23"
    assert not kit.planned(customer, "automotive.birthday_visit")
    (call,) = kit.planned(deal, "automotive.second_call")
    kit.finish(call, answers=SECOND)
    kit.run_jobs()
    jump(kit, datetime(2026, 12, 6, tzinfo=UTC))
    (greeting,) = kit.planned(customer, "general.birthday")
    (visit,) = kit.planned(customer, "automotive.birthday_visit")
    assert (f"{greeting.planned_at:%F}", f"{visit.planned_at:%F}") == ("2026-12-10", "2026-12-17")
