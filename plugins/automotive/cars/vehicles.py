"""Cars in stock, for test drives, and of customers: one car is one row all its life."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    N_,
    CustomerView,
    MenuItem,
    Money,
    NotFound,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..sending import today_of
from ..tables import DRIVE, VEHICLE
from . import car_dates, vin

STATES: Final[Mapping[str, Text]] = {
    "ordered": Text("Ordered", "在途", "在途", "Заказан"),
    "in_stock": Text("In stock", "在库", "在庫", "На складе"),
    "reserved": Text("Reserved", "已预订", "已預訂", "Забронирован"),
    "demo": Text("Demo car", "试驾车", "試駕車", "Тестовый"),
    "sold": Text("Sold", "已售", "已售", "Продан"),
    "customer": Text("Customer's", "客户车辆", "客戶車輛", "У клиента"),
}
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "ordered": ("in_stock", "reserved", "demo"),
    "in_stock": ("reserved", "demo", "sold"),
    "reserved": ("in_stock", "sold", "ordered"),
    "demo": ("in_stock", "sold"),
    "sold": ("customer", "in_stock"),
    "customer": ("in_stock",),  # traded in
}
"""From which state a car may come into which."""
NEEDS_VIN: Final = frozenset({"sold", "customer"})
SAME_VIN: Final = N_("There is a car with this number already.")
MAY_PRICE: Final = "decision.make"
"""Who grants discounts says what the price is without one."""
BY_HAND: Final = ("in_stock", "demo")
"""Where a car can be put on its own page: reserving, selling and handing over belong to a deal, whose pages do that."""
STOCK: Final = ("ordered", "in_stock", "reserved", "demo", "sold")


def save_car(w: Work, vehicle_id: int | None, values: Mapping[str, Any], *, compared: bool = False) -> int:
    """Keep a car, a new one or a changed one, with its number checked; its id."""
    row = dict(values) | {"vin": vin.tidy(values.get("vin") or "") or None}
    wrong = [*_of_the_car(row), *of_the_vin(row["vin"], compared)]
    if not wrong and row["vin"] and _other_with(w.reads, row["vin"], vehicle_id):
        wrong = [problem("vin", SAME_VIN)]
    if wrong:
        raise Refused(wrong)
    changed = insert(VEHICLE) if vehicle_id is None else update(VEHICLE).where(VEHICLE.c.id == vehicle_id)
    try:
        with w.session.begin_nested():
            found = w.session.execute(changed.values(row).returning(VEHICLE.c.id)).first()
    except IntegrityError:  # in the same second
        raise Refused([problem("vin", SAME_VIN)]) from None
    if found is None:
        raise NotFound
    car_dates.keep(w, int(found.id))  # they name its plate
    return int(found.id)


def _of_the_car(row: Mapping[str, Any]) -> list[Problem]:
    wrong = [] if row["model"] else [problem("model", N_("Which model is it?"))]
    if row.get("state", "in_stock") not in STATES:
        wrong.append(problem("state", N_("Choose where the car stands.")))
    elif row.get("state") in NEEDS_VIN and not row["vin"]:
        wrong.append(problem("vin", N_("A car that is sold has a VIN.")))
    return wrong


def of_the_vin(number: str | None, compared: bool) -> list[Problem]:
    """What is wrong with a number; none is fine while a car is only ordered."""
    if not number:
        return []
    if not vin.is_shaped(number):
        return [problem("vin", N_("A VIN has 17 letters and digits, without I, O and Q."))]
    if not compared and not vin.is_checked(number):
        text = N_("The check digit does not fit: compare it with the car. Cars made for Europe may have none.")
        return [problem("vin", text)]
    return []


def _other_with(reads: Reads, number: str, vehicle_id: int | None) -> bool:
    rows = reads.execute(select(VEHICLE.c.id).where(VEHICLE.c.vin == number))
    return any(row.id != vehicle_id for row in rows)


def change_state(w: Work, vehicle_id: int, to: str, *, was: str, deal_id: int | None = None) -> None:
    """Let a car come into another state, if it may and nobody was quicker (`was` is what was seen)."""
    if to not in WAYS.get(was, ()):
        raise Refused([problem("state", N_("A car does not go that way."))])
    values: dict[str, Any] = {"state": to, "deal_id": deal_id if to in ("reserved", "sold") else None}
    if to == "customer":
        values.pop("deal_id")
    if was == "demo":
        _check_not_booked(w, vehicle_id)
    if was == "customer":
        values |= _traded_in(w, vehicle_id)
    if to == "in_stock":  # it comes in now, or it never left
        came_now = was in ("ordered", "customer")
        values["arrived_on"] = today_of(w) if came_now else func.coalesce(VEHICLE.c.arrived_on, today_of(w))
    changed = update(VEHICLE).where(VEHICLE.c.id == vehicle_id, VEHICLE.c.state == was, VEHICLE.c.archived_at.is_(None))
    if to in NEEDS_VIN:
        changed = changed.where(VEHICLE.c.vin.is_not(None))
    if not w.session.execute(changed.values(values).returning(VEHICLE.c.id)).first():
        raise Refused(
            [problem("state", N_("Somebody else was quicker, or the VIN is missing. Look at the car again."))]
        )


def _traded_in(w: Work, vehicle_id: int) -> dict[str, Any]:
    """What a car leaves behind with its former owner: dates to think of, and whose it was."""
    rows = w.reads.execute(select(VEHICLE.c.customer_id).where(VEHICLE.c.id == vehicle_id))
    if rows and rows[0].customer_id is not None:
        car_dates.forget(w, vehicle_id)
    days = dict.fromkeys(("first_maintained_on", "insured_until", "inspection_due", "warranty_until"))
    return {"customer_id": None, "delivered_at": None, **days}


def archive(w: Work, vehicle_id: int) -> None:
    """It is no longer listed; what it was part of stays."""
    _check_not_booked(w, vehicle_id)
    w.session.execute(update(VEHICLE).where(VEHICLE.c.id == vehicle_id).values(archived_at=w.now))
    car_dates.keep(w, vehicle_id)


def _check_not_booked(w: Work, vehicle_id: int) -> None:
    """Nobody is to drive it; its row is held first, as booking does, so that neither overlooks the other."""
    held = select(VEHICLE.c.id).where(VEHICLE.c.id == vehicle_id).with_for_update()
    if not w.session.execute(held).first():
        raise NotFound
    booked = select(DRIVE.c.id).where(DRIVE.c.vehicle_id == vehicle_id, DRIVE.c.state.in_(("booked", "out")))
    if w.reads.execute(booked.limit(1)):
        raise Refused([problem("state", N_("A test drive is booked with it: cancel that first."))])


def stock(reads: Reads, *, state: str = "", model: str = "", colour: str = "") -> Sequence[Any]:
    """Cars of the house, the longest there first; those of customers are on the customers' pages."""
    found = select(VEHICLE).where(VEHICLE.c.state.in_((state,) if state in STOCK else STOCK))
    found = found.where(VEHICLE.c.archived_at.is_(None))
    for column, wanted in ((VEHICLE.c.model, model), (VEHICLE.c.colour, colour)):
        if wanted:
            found = found.where(column == wanted)
    return reads.execute(found.order_by(VEHICLE.c.arrived_on.nulls_last(), VEHICLE.c.id).limit(500))


def car(reads: Reads, vehicle_id: int) -> Any:
    """One car: stock is everybody's, a customer's only theirs who see the customer; None otherwise."""
    rows = reads.execute(select(VEHICLE).where(VEHICLE.c.id == vehicle_id, VEHICLE.c.archived_at.is_(None)))
    if not rows:
        return None
    of = rows[0].customer_id
    return rows[0] if (of is None and rows[0].state != "customer") or (of and reads.customer(of)) else None


def list_price(row: Any) -> Money | None:
    """What a car costs without any discount; None where nobody said."""
    return None if row.price_minor is None else Money(row.price_minor, row.currency)


def days_in_stock(row: Any, today: date) -> int | None:
    """How long it has been standing here; None where it is not here."""
    here = row.state in ("in_stock", "reserved", "demo") and row.arrived_on is not None
    return max(0, (today - row.arrived_on).days) if here else None


def erases(customer: CustomerView, w: Work) -> None:
    """The plate of their car, and what was written beside it."""
    theirs = VEHICLE.c.customer_id == customer.id
    w.session.execute(update(VEHICLE).where(theirs).values(plate="", note=""))


RECORDS: tuple[Any, ...] = (
    MenuItem(
        "stock", Text("Stock", "库存", "庫存", "Склад"), "/p/automotive/vehicles", icon="sparkles", verb="deal.see"
    ),
)
