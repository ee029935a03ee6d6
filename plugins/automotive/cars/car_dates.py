"""What the calendar knows of a car: insurance, inspection, warranty, first maintenance, anniversary, the next car."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Row, insert, or_, select, update

from salesapp.plugin_api import (
    N_,
    DateKind,
    Every,
    Field,
    PluginJob,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..sending import MOST_KM, house_day
from ..tables import SERVICE, VEHICLE

AVERAGE: Final = 30.4375
"""Days of a month."""
FARTHEST: Final = date(2200, 12, 31)
"""No date of a car lies later, however the settings read."""
LATEST: Final = timedelta(days=7)
"""A repair is asked about that was written down so long after it, at most."""
PARTS: Final = 25
"""In so many hours every car's dates are looked at again."""

SETTINGS = (
    Field(
        "first_km",
        Text("First maintenance at (km)", "首保里程（公里）", "首保里程（公里）", "Первое ТО при (км)"),
        "integer",
        default=5000,
        between=(100, 100_000),
    ),
    Field(
        "first_months",
        Text("First maintenance after (months)", "首保时间（月）", "首保時間（月）", "Первое ТО через (месяцев)"),
        "integer",
        default=6,
        between=(1, 60),
    ),
    Field(
        "km_month",
        Text(
            "Kilometres a month, where unknown",
            "默认月均里程（公里）",
            "預設月均里程（公里）",
            "Пробег в месяц, если неизвестен",
        ),
        "integer",
        default=1250,
        between=(1, 50_000),
    ),
    Field(
        "trade_years",
        Text(
            "Ask about a trade-in after (years)", "几年后询问置换", "幾年後詢問換購", "Спросить об обмене через (лет)"
        ),
        "integer",
        default=4,
        between=(1, 30),
    ),
    Field(
        "away_months",
        Text("Lost after (months not here)", "几个月未回店算流失", "幾個月未回店算流失", "Ушёл, если не был (месяцев)"),
        "integer",
        default=12,
        between=(1, 120),
    ),
)
KINDS = (
    DateKind("maintenance", Text("First maintenance", "首保", "首保", "Первое ТО")),
    DateKind("insurance", Text("Insured until", "保险到期", "保險到期", "Страховка до"), yearly=True),
    DateKind("inspection", Text("Inspection due", "年检到期", "驗車到期", "Техосмотр до"), yearly=True),
    DateKind("warranty", Text("Warranty until", "质保到期", "保固到期", "Гарантия до")),
    DateKind("anniversary", Text("Purchase anniversary", "购车周年", "購車週年", "Годовщина покупки"), yearly=True),
    DateKind("trade_in", Text("Time for the next car", "置换时机", "換購時機", "Пора менять автомобиль")),
    DateKind("away", Text("Long not at the workshop", "久未回店", "久未回店", "Давно не был в сервисе")),
)
REPAIRED: Final = DateKind("repaired", Text("Repaired", "维修完成", "維修完成", "Отремонтирован"))


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > FARTHEST.year:
        return FARTHEST
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def km_a_day(readings: Sequence[tuple[date, int]], a_month: int) -> float:
    """How far it goes in a day: from the first to the last reading, if a fortnight lies between; else `a_month`."""
    if len(readings) > 1:
        (first, was), (last, is_) = readings[0], readings[-1]
        if (last - first).days >= 14 and is_ > was:
            return (is_ - was) / (last - first).days
    return a_month / AVERAGE


def maintenance_day(delivered: date, readings: Sequence[tuple[date, int]], km: int, months: int, a_month: int) -> date:
    """When the first maintenance is due: so many kilometres or months, whichever comes first."""
    last, driven = readings[-1] if readings else (delivered, 0)
    left = max(0, ceil((km - driven) / km_a_day(readings, a_month)))
    by_km = last + timedelta(days=min(left, (FARTHEST - last).days))
    return min(by_km, months_later(delivered, months))


def readings_of(reads: Reads, car: Row[Any]) -> list[tuple[date, int]]:
    """The kilometres of a car by day, the delivery first."""
    found = select(SERVICE.c.day, SERVICE.c.km).where(SERVICE.c.vehicle_id == car.id, SERVICE.c.km.is_not(None))
    known = {row.day: row.km for row in reads.execute(found)}
    if car.km is not None and car.km_on is not None:
        known.setdefault(car.km_on, car.km)
    if car.delivered_at is not None:
        known.setdefault(house_day(reads, car.delivered_at), 0)
    return sorted(known.items())


def dates_of(reads: Reads, car: Row[Any]) -> dict[str, date | None]:
    """Every date of a car, by the key of its kind; None where there is none."""
    found: dict[str, date | None] = {each.key: None for each in KINDS}
    found |= {"insurance": car.insured_until, "inspection": car.inspection_due, "warranty": car.warranty_until}
    if car.delivered_at is None:
        return found
    delivered, is_set = house_day(reads, car.delivered_at), limits(reads)
    readings = readings_of(reads, car)
    if car.first_maintained_on is None:
        first = is_set["first_km"], is_set["first_months"], is_set["km_month"]
        found["maintenance"] = maintenance_day(delivered, readings, *first)
    here = [delivered, car.first_maintained_on, last_here(reads, car.id)]
    found["away"] = months_later(max(day for day in here if day), is_set["away_months"])
    found["anniversary"] = months_later(delivered, 12)
    found["trade_in"] = months_later(delivered, 12 * is_set["trade_years"])
    return found


def limits(reads: Reads) -> dict[str, int]:
    """The numbers the owner set, by key; where one is none or less than 1, its default."""
    is_set = reads.settings()
    return {each.key: is_set[each.key] if (is_set[each.key] or 0) >= 1 else int(str(each.default)) for each in SETTINGS}


def last_here(reads: Reads, vehicle_id: int) -> date | None:
    """The day the car was last at the workshop."""
    came = select(SERVICE.c.day).where(
        SERVICE.c.vehicle_id == vehicle_id, SERVICE.c.kind.in_(("maintenance", "repair"))
    )
    return max((row.day for row in reads.execute(came)), default=None)


def keep(w: Work, vehicle_id: int) -> None:
    """Keep all dates of a car with whom it belongs to: call it whenever the car, its owner or its kilometres
    change. Only who may change the customer may: their car is theirs."""
    (car,) = w.reads.execute(select(VEHICLE).where(VEHICLE.c.id == vehicle_id))
    if car.customer_id is None:
        return
    gone = car.archived_at is not None
    for kind, day in dates_of(w.reads, car).items():
        kept = None if gone else day
        w.keep_date(car.customer_id, f"automotive.{kind}", kept, ref=str(car.id), about=car.plate or car.model)


def forget(w: Work, vehicle_id: int) -> None:
    """The car is not theirs any more: its dates go."""
    (car,) = w.reads.execute(select(VEHICLE).where(VEHICLE.c.id == vehicle_id))
    for each in KINDS:
        w.keep_date(car.customer_id, f"automotive.{each.key}", None, ref=str(car.id))


def change(w: Work, car: Row[Any], values: Mapping[str, Any], km: int | None, today: date) -> None:
    """What the form on the car's page says: dates, and the kilometres of today."""
    if km is not None:
        note(w, car, "reading", today, km)
    if values:
        w.session.execute(update(VEHICLE).where(VEHICLE.c.id == car.id).values(**values))
    keep(w, car.id)


def note(w: Work, car: Row[Any], kind: str, day: date, km: int | None = None) -> int:
    """Something happened to a car at the workshop, or its kilometres were read; its id. An appointment has none: the
    car is not here yet."""
    km = None if kind == "appointment" else km
    if km is not None and not _fits(w.reads, car, day, km):
        raise Refused([problem("km", N_("A car has never fewer kilometres than before."))])
    row = {"vehicle_id": car.id, "kind": kind, "day": day, "km": km, "by_id": w.actor.id}
    made: int = w.session.execute(insert(SERVICE).values(row).returning(SERVICE.c.id)).scalar_one()
    is_newest = km is not None and (car.km_on is None or day >= car.km_on)
    new: dict[str, Any] = {"km": km, "km_on": day} if is_newest else {}
    if kind == "maintenance" and car.first_maintained_on is None:
        new["first_maintained_on"] = day
    if new:
        w.session.execute(update(VEHICLE).where(VEHICLE.c.id == car.id).values(**new))
    if kind == "repair":
        _ask_after(w, car, made, day)
    return made


def _ask_after(w: Work, car: Row[Any], made: int, day: date) -> None:
    """A rule asks whether it was done well, counted from the day it was written down."""
    today = house_day(w.reads, w.now)
    if car.customer_id is not None and today - LATEST <= day:
        about = car.plate or car.model
        w.keep_date(car.customer_id, f"automotive.{REPAIRED.key}", today, ref=str(made), about=about)


def _fits(reads: Reads, car: Row[Any], day: date, km: int) -> bool:
    """Whether so many kilometres lie between what was read before that day and after it."""
    readings = readings_of(reads, car)
    before = max((was for on, was in readings if on <= day), default=0)
    after = min((then for on, then in readings if on > day), default=MOST_KM)
    return before <= km <= after


def keep_new(w: Work, _args: Mapping[str, Any]) -> None:
    """Cars delivered lately, however that was noted, or corrected; and of all others each hour a part, as a setting
    may have moved their dates. 25 parts: a house that rests at the same hours each day comes round, too."""
    turn = int(w.now.timestamp()) // 3600 % PARTS
    due = or_(VEHICLE.c.delivered_at >= w.now - timedelta(days=60), VEHICLE.c.id % PARTS == turn)
    customer = w.reads.visible_customers()
    theirs = select(VEHICLE.c.id).join(customer, customer.c.id == VEHICLE.c.customer_id)
    for row in w.reads.execute(theirs.where(due, VEHICLE.c.archived_at.is_(None), customer.c.archived_at.is_(None))):
        keep(w, row.id)


RECORDS: tuple[Any, ...] = (
    *KINDS,
    REPAIRED,
    PluginJob(
        "car_dates",
        Text("Dates of cars", "车辆日期", "車輛日期", "Даты автомобилей"),
        keep_new,
        Every(timedelta(hours=1)),
    ),
)
