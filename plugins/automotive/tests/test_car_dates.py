"""A car's dates: kept with whom it belongs to, forecast by its kilometres; its page; and the survey form."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, CustomerView, work
from salesapp.testing import NOW, Cast, Kit, refused

from ..after.topics import TOPICS, TROUBLE
from ..cars.car_dates import keep, limits, maintenance_day, months_later
from ..tables import VEHICLE

pytest_plugins = ["salesapp.testing"]
DAY = date(2026, 3, 2)


def a_car(kit: Kit, customer: CustomerView, **more: Any) -> int:
    """A car of a customer, delivered now."""
    car = {"model": "A6", "plate": "沪A·12345", "state": "customer", "customer_id": customer.id, "delivered_at": NOW}
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        made: int = w.session.execute(insert(VEHICLE).values(car | more).returning(VEHICLE.c.id)).scalar_one()
        keep(w, made)
    return made


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([], date(2026, 7, 2)),  # 5,000 km at 1,250 a month: 122 days
        ([(DAY, 0), (DAY + timedelta(days=30), 3000)], DAY + timedelta(days=50)),
        ([(DAY, 0), (DAY + timedelta(days=100), 500)], date(2026, 9, 2)),  # six months come first
        ([(DAY, 0), (DAY + timedelta(days=30), 6000)], DAY + timedelta(days=30)),
    ],
)
def test_kilometres_or_months_whichever_comes_first(readings: list[tuple[date, int]], expected: date) -> None:
    assert maintenance_day(DAY, readings, 5000, 6, 1250) == expected


def test_the_last_days_of_february() -> None:
    assert months_later(date(2026, 8, 30), 6) == date(2027, 2, 28)
    assert months_later(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_later(date(2028, 2, 29), 12) == date(2029, 2, 28)


def test_what_nobody_can_mean_is_still_a_day() -> None:
    crawling = [(DAY, 0), (DAY + timedelta(days=610), 1)]
    assert maintenance_day(DAY, crawling, 2_000_000, 6, 1250) == date(2026, 9, 2)
    assert months_later(DAY, 10**6) == date(2200, 12, 31)
    assert months_later(date(2026, 3, 31), -1) == date(2026, 2, 28)


def test_a_number_that_cannot_be_is_its_default() -> None:
    typed: dict[str, int | None] = {"first_km": 0, "first_months": -6, "km_month": None, "trade_years": 3}
    reads: Any = SimpleNamespace(settings=lambda: {**typed, "away_months": 12})
    known = {"first_km": 5000, "first_months": 6, "km_month": 1250, "trade_years": 3, "away_months": 12}
    assert limits(reads) == known


def kilometres(kit: Kit, car: int) -> tuple[int, date]:
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        (row,) = w.reads.execute(select(VEHICLE.c.km, VEHICLE.c.km_on).where(VEHICLE.c.id == car))
    return row.km, row.km_on


def test_a_day_is_that_of_the_house_whoever_keeps_it(kit: Kit) -> None:
    kit.clock.now = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)  # half past seven on the 6th in Shanghai
    owner = kit.a_customer("沈月")
    far = replace(kit.cast.owner, zone="America/Los_Angeles")
    car = a_car(kit, owner, delivered_at=kit.clock.now)
    found = []
    for who in (kit.cast.owner, far, SYSTEM):
        with work(who, kit.clock.now, plugin="automotive") as w:
            keep(w, car)
            dates = w.reads.visible_dates()
            kept = select(dates.c.month, dates.c.day).where(dates.c.kind == "automotive.anniversary")
            found.append([tuple(row) for row in w.reads.execute(kept)])
    assert found == [[(3, 6)]] * 3


def test_a_reading_of_another_day_moves_nothing_it_should_not(kit: Kit, client_of: Any, cast: Cast) -> None:
    kit.clock.now = NOW + timedelta(days=30)
    car = a_car(kit, kit.a_customer("沈月"), delivered_at=NOW, km=900, km_on=DAY + timedelta(days=20))
    address, owner = f"/p/automotive/car_dates/{car}/note", client_of(cast.owner)
    earlier = (DAY + timedelta(days=10)).isoformat()
    assert owner.send(address, {"kind": "repair", "day": earlier, "km": "1200"}).status_code == 422
    assert owner.send(address, {"kind": "repair", "day": earlier, "km": "700"}).status_code == 303
    assert owner.send(address, {"kind": "appointment", "day": "2026-12-24", "km": "5000"}).status_code == 303
    assert kilometres(kit, car) == (900, DAY + timedelta(days=20))


def test_dates_follow_a_new_plate_and_go_with_the_car(kit: Kit, client_of: Any, cast: Cast) -> None:
    customer = kit.a_customer("沈月")
    car = a_car(kit, customer, insured_until=date(2026, 8, 10), vin="1M8GDM9AXKP042788")
    owner = client_of(cast.owner)
    form = {"vin": "1M8GDM9AXKP042788", "model": "A6", "plate": "沪B·99999"}
    assert owner.send(f"/p/automotive/vehicles/{car}/change", form).status_code == 303
    kit.clock.now = datetime(2026, 5, 10, 1, tzinfo=UTC)
    kit.run_jobs()
    assert "沪B·99999" in kit.planned(customer, "automotive.car_insurance")[0].note
    later = client_of(cast.owner)
    assert later.send(f"/p/automotive/vehicles/{car}/archive").location == "/p/automotive/vehicles"
    kit.run_jobs()
    assert kit.planned(customer, "automotive.car_insurance") == []


@pytest.mark.parametrize(("days", "calls"), [(0, 1), (7, 1), (8, 0)])
def test_who_had_a_repair_is_asked_within_three_days_whoever_sold_the_car(
    kit: Kit, client_of: Any, cast: Cast, days: int, calls: int
) -> None:
    customer = kit.a_customer("沈月")
    car = a_car(kit, customer, delivered_at=NOW - timedelta(days=30))
    typed = {"kind": "repair", "day": (DAY - timedelta(days=days)).isoformat(), "km": "900"}
    assert client_of(cast.owner).send(f"/p/automotive/car_dates/{car}/note", typed).status_code == 303
    kit.run_jobs()
    planned = kit.planned(customer, "automotive.after_repair")
    expected = [("call", datetime(2026, 3, 5, 4, tzinfo=UTC), True)] * calls
    assert [(each.kind, each.planned_at, "沪A·12345" in each.note) for each in planned] == expected
    if planned:
        with refused("answer.call.automotive.repaired", "answer.call.automotive.complaint"):
            kit.finish(planned[0], answers={})


def test_insurance_is_called_about_90_days_before_and_moves_along(kit: Kit, client_of: Any, cast: Cast) -> None:
    customer = kit.a_customer("沈月")
    car = a_car(kit, customer, insured_until=date(2026, 6, 10))
    kit.run_jobs()
    (call,) = kit.planned(customer, "automotive.car_insurance")
    assert call.planned_at == datetime(2026, 3, 12, 10, tzinfo=UTC)
    assert "沪A·12345" in call.note
    form = {"insured_until": "2026-06-11", "km": "30"}
    assert client_of(cast.owner).send(f"/p/automotive/car_dates/{car}/save", form).status_code == 303
    kit.run_jobs()
    (call,) = kit.planned(customer, "automotive.car_insurance")
    assert call.planned_at == datetime(2026, 3, 13, 10, tzinfo=UTC)


def test_the_page_is_for_who_sees_the_customer_and_keeps_what_was_typed(
    kit: Kit, client_of: Any, client: Any, cast: Cast
) -> None:
    car = a_car(kit, kit.a_customer("沈月"), km=900, km_on=DAY)
    address = f"/p/automotive/car_dates/{car}"
    assert client.get(address).status_code == 303
    assert client_of(cast.outsider).get(address).status_code == 404
    assert client_of(cast.outsider).send(f"{address}/save", {"km": "1000"}).status_code == 404
    owner = client_of(cast.owner)
    assert owner.get(address).status_code == 200
    wrong = owner.send(f"{address}/save", {"km": "800", "insured_until": "2026-06-12"})
    assert wrong.status_code == 422
    assert 'value="800"' in wrong.text
    assert "2026-06-12" in wrong.text
    assert owner.send(f"{address}/note", {"kind": "", "day": "2026-03-02"}).status_code == 422
    assert owner.send(f"{address}/note", {"kind": "maintenance", "day": "2026-03-02"}).status_code == 303
    assert "2026-03-02" in owner.get(address).text


def test_answers_land_in_the_survey_and_trouble_is_marked(
    kit: Kit, client_of: Any, client: Any, cast: Cast, statements: list[str]
) -> None:
    deal = kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))
    a_car(kit, kit.customer(int(deal.customer_id or 0)), delivered_at=NOW - timedelta(hours=1))
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        w.push_evidence(deal.id, "automotive.delivered", 1)
    (call,) = kit.planned(deal, "automotive.second_call")
    said = {"feel": "trouble", "reminded": "yes", "plated": "done", "complaint": "open", "complained": "门有异响"}
    kit.finish(call, answers=said)
    kit.run_jobs()
    address = f"/p/automotive/survey/customers/{deal.customer_id}"
    assert client.get(address).status_code == 303
    assert client_of(cast.outsider).get(address).status_code == 404
    owner = client_of(cast.owner)
    statements.clear()
    text = owner.get(address).text
    assert len(statements) < 15
    assert text.count("Needs attention") == 2
    assert ("门有异响" in text, "Noted besides" in text) == (True, False)
    assert address in owner.get(f"/customers/{deal.customer_id}").text


def test_what_no_form_asked_since_the_delivery_is_in_the_survey_too(kit: Kit, client_of: Any, cast: Cast) -> None:
    customer = kit.a_customer("沈月")
    kit.an_activity(customer, kind="visit", note="看了展车")
    a_car(kit, customer, delivered_at=NOW + timedelta(minutes=1))
    kit.clock.advance(days=3)
    kit.an_activity(customer, kind="visit", note="顺路拜访，喜欢钓鱼")
    owner = client_of(cast.owner)
    text = owner.get(f"/p/automotive/survey/customers/{customer.id}").text
    assert ("Noted besides" in text, "喜欢钓鱼" in text, "看了展车" in text) == (True, True, False)
    panel = owner.get(f"/customers/{customer.id}").text.partition("Noted besides")[2][:400]
    assert (f"/p/automotive/survey/customers/{customer.id}" in panel, "喜欢钓鱼" in panel) == (True, True)


@pytest.mark.parametrize(
    ("date", "asks"),
    [
        ("inspection_due", ["inspected"]),
        ("warranty_until", ["appointment", "feel"]),
        ("insured_until", ["renewed"]),
    ],
)
def test_a_call_about_a_date_of_the_car_asks_for_its_topics(kit: Kit, date: str, asks: list[str]) -> None:
    customer = kit.a_customer("沈月")
    a_car(kit, customer, **{date: (NOW + timedelta(days=100)).date()})
    kit.clock.advance(days=60)
    kit.run_jobs()
    rule = {"inspection_due": "inspection", "warranty_until": "warranty", "insured_until": "insurance"}[date]
    (call,) = kit.planned(customer, f"automotive.car_{rule}")
    with refused(*(f"answer.call.automotive.{topic}" for topic in asks)):
        kit.finish(call, answers={})


def test_marketing_is_asked_once_to_write_to_a_group(kit: Kit, cast: Cast) -> None:
    kit.clock.now = datetime(2026, 6, 19, 12, tzinfo=UTC)
    kit.run_jobs()
    kit.run_jobs(until=datetime(2026, 6, 21, tzinfo=UTC))
    with work(cast.admin, kit.clock.now, plugin="automotive") as w:
        seen = w.reads.visible_activities()
        notes = [row.note for row in w.reads.execute(select(seen.c.note).where(seen.c.kind == "task"))]
    assert len(notes) == 1
    assert "/mailings/new" in notes[0]


def test_every_answer_that_means_trouble_is_an_answer() -> None:
    options = {each.key: {option.key for option in each.options} for each in TOPICS}
    assert all(answers <= options[topic] for topic, answers in TROUBLE.items())


def test_dates_of_a_car_delivered_long_ago_are_looked_at_again_within_a_day(kit: Kit) -> None:
    customer, long_ago = kit.a_customer("沈月"), NOW - timedelta(days=90)
    car = {"model": "A6", "state": "customer", "customer_id": customer.id, "delivered_at": long_ago}
    with work(kit.cast.owner, NOW, plugin="automotive") as w:
        w.session.execute(insert(VEHICLE).values(car))
    for _ in range(25):
        kit.run_jobs()
        kit.clock.now += timedelta(hours=1)
    with work(kit.cast.owner, kit.clock.now, plugin="automotive") as w:
        dates = w.reads.visible_dates()
        assert w.reads.execute(select(dates.c.month).where(dates.c.kind == "automotive.trade_in"))
