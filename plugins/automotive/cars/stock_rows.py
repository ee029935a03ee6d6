"""Stock out of a table: cars known by their VIN."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from salesapp.plugin_api import N_, Field, ImportRows, Problem, Reads, Refused, Text, Work, problem

from ..tables import CONTRACT, DELIVERY, DRIVE, INTEREST, MATTER, OFFER, SERVICE, VEHICLE
from . import vin
from .vehicles import STOCK, of_the_vin

USES = (DRIVE, INTEREST, OFFER, CONTRACT, DELIVERY, MATTER, SERVICE)
"""What can be about a car."""
WORDS = ("vin", "model", "trim", "colour", "place")


def there(reads: Reads, keys: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The cars of these numbers, as they are written in the file."""
    written = {vin.tidy(key): key for key in keys}
    rows = reads.execute(select(VEHICLE).where(VEHICLE.c.vin.in_(written), VEHICLE.c.state.in_(STOCK)))
    return {written[row.vin]: _values(row) | {"vin": written[row.vin]} for row in rows}


def _values(row: Any) -> dict[str, Any]:
    day = row.arrived_on.isoformat() if row.arrived_on else None
    price = None if row.price_minor is None else {"minor": row.price_minor, "currency": row.currency}
    return {name: getattr(row, name) or None for name in WORDS} | {"arrived_on": day, "price": price}


def make(w: Work, rows: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Make each car so, or take it away."""
    known = there(w.reads, list(rows))
    for key, values in rows.items():
        mine = VEHICLE.c.vin == vin.tidy(key)
        if values is None:
            _take_away(w, vin.tidy(key))
        elif key in known:
            w.session.execute(update(VEHICLE).where(mine).values(_row(key, values)))
        else:
            state = "in_stock" if values.get("arrived_on") else "ordered"
            w.session.execute(insert(VEHICLE).values(_row(key, values) | {"state": state}))


def _take_away(w: Work, number: str) -> None:
    """Only a car nothing was done with: the others stay, and the import tells it."""
    for row in w.reads.execute(select(VEHICLE).where(VEHICLE.c.vin == number)):
        used = [w.reads.execute(select(each.c.id).where(each.c.vehicle_id == row.id).limit(1)) for each in USES]
        if row.state not in ("ordered", "in_stock") or any(used):
            raise Refused([problem("vin", N_("This car is part of a test drive or a deal: it stays."))])
        w.session.execute(delete(VEHICLE).where(VEHICLE.c.id == row.id))


def _row(key: str, values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: values.get(name) or "" for name in WORDS if name in values}
    if "arrived_on" in values:
        day = values["arrived_on"]
        found["arrived_on"] = date.fromisoformat(day) if isinstance(day, str) and day else day or None
    if "price" in values:
        price = values["price"] or {"minor": None, "currency": ""}
        found |= {"price_minor": price["minor"], "currency": price["currency"]}
    return found | {"vin": vin.tidy(key)}


def wrong(values: Mapping[str, Any]) -> Iterable[Problem]:
    """A number that was copied wrongly: nobody can compare it with the car here, so add that one by hand."""
    return of_the_vin(vin.tidy(values["vin"]), compared=False)


ROWS = ImportRows(
    key="stock",
    label=Text("Stock of cars", "库存车辆", "庫存車輛", "Автомобили на складе"),
    fields=(
        Field("vin", Text("VIN", "车架号", "車身號碼", "VIN-код"), "text"),
        Field("model", Text("Model", "车型", "車款", "Модель"), "text", required=True),
        Field("trim", Text("Trim", "配置", "配備", "Комплектация"), "text"),
        Field("colour", Text("Colour", "颜色", "顏色", "Цвет"), "text"),
        Field("arrived_on", Text("Arrived", "入库日期", "入庫日期", "Поступил"), "date"),
        Field("place", Text("Place", "库位", "庫位", "Место"), "text"),
        Field("price", Text("List price", "指导价", "建議售價", "Цена по прайсу"), "amount"),
    ),
    known_as="vin",
    read=there,
    write=make,
    check=wrong,
    called=(
        ("vin", ("vin码", "底盘号")),
        ("colour", ("外观颜色", "color")),
        ("arrived_on", ("到库日期",)),
        ("price", ("厂商指导价", "售价")),
    ),
)
