"""The page of a car's dates: kilometres today, insured until, inspection, warranty, and what the workshop did."""

from datetime import date
from typing import Any

from flask import Blueprint, abort
from sqlalchemy import Row, select

from salesapp.plugin_api import (
    N_,
    Line,
    Panel,
    Reads,
    Refused,
    Routes,
    Text,
    Work,
    flash,
    gettext,
    page,
    problem,
    reading,
)

from ..sending import day_of, kilometres_of, save, today_of, typed
from ..tables import SERVICE, VEHICLE
from .car_dates import KINDS, change, dates_of, keep, note, readings_of

pages = Blueprint("car_dates", __name__)
DAYS = ("insured_until", "inspection_due", "warranty_until", "first_maintained_on")
PAST = frozenset({"first_maintained_on"})
NOTES = ("appointment", "maintenance", "repair")


def seen_car(reads: Reads, vehicle_id: int) -> Row[Any]:
    """A car of a customer this person sees; to everybody else there is none."""
    customer = reads.visible_customers()
    found = select(VEHICLE).join(customer, customer.c.id == VEHICLE.c.customer_id).where(VEHICLE.c.id == vehicle_id)
    rows = reads.execute(found.where(VEHICLE.c.archived_at.is_(None)))
    if not rows:
        abort(404)
    return rows[0]


@pages.get("/car_dates/<int:vehicle_id>")
def show(vehicle_id: int) -> str:
    return _page(vehicle_id, {})


def _page(vehicle_id: int, errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        car = seen_car(reads, vehicle_id)
        dates = dates_of(reads, car)
        readings = readings_of(reads, car)
        done = select(SERVICE).where(SERVICE.c.vehicle_id == car.id).order_by(SERVICE.c.day.desc(), SERVICE.c.id.desc())
        notes = reads.execute(done.limit(50))
        today = today_of(reads)
    kept = {name: (getattr(car, name).isoformat() if getattr(car, name) else "") for name in DAYS}
    kinds = [(each.label, dates[each.key]) for each in KINDS if dates[each.key]]
    values = typed("km", *DAYS, "kind", "day") if errors else {**kept, "km": "", "kind": "", "day": today.isoformat()}
    return page(
        "automotive/car_dates.html",
        car=car,
        kinds=kinds,
        typed=values,
        errors=errors,
        km=readings[-1][1] if readings else None,
        notes=notes,
        offered=[(key, _called(key)) for key in NOTES],
        called=_called,
    )


def _called(kind: str) -> str:
    names = {
        "appointment": gettext("Appointment made"),
        "maintenance": gettext("Maintenance done"),
        "repair": gettext("Repair done"),
        "reading": gettext("Kilometres read"),
    }
    return names.get(kind, kind)


@pages.post("/car_dates/<int:vehicle_id>/save")
def save_dates(vehicle_id: int) -> Any:
    def do(w: Work) -> str:
        car, said = seen_car(w.reads, vehicle_id), typed("km", *DAYS)
        values, today = _days(said, today_of(w)), today_of(w)
        change(w, car, values, kilometres_of(said["km"]), today)
        flash(gettext("Saved."))
        return f"/p/automotive/car_dates/{vehicle_id}"

    return save(do, lambda errors: _page(vehicle_id, errors))


@pages.post("/car_dates/<int:vehicle_id>/note")
def note_service(vehicle_id: int) -> Any:
    def do(w: Work) -> str:
        car, said = seen_car(w.reads, vehicle_id), typed("kind", "day", "km")
        day = day_of(said["day"])
        if said["kind"] not in NOTES:
            raise Refused([problem("kind", N_("Choose what happened."))])
        if day is None or (said["kind"] != "appointment" and day > today_of(w)):
            raise Refused([problem("day", N_("Choose a day that is not still to come."))])
        note(w, car, said["kind"], day, kilometres_of(said["km"]))
        keep(w, car.id)
        flash(gettext("Noted."))
        return f"/p/automotive/car_dates/{vehicle_id}"

    return save(do, lambda errors: _page(vehicle_id, errors))


def _days(said: dict[str, str], today: date) -> dict[str, date | None]:
    """The days that were typed; one left empty is taken away."""
    wrong, found = [], {}
    for name in DAYS:
        found[name] = day_of(said[name])
        if said[name] and found[name] is None:
            wrong.append(problem(name, N_("This is no day of the calendar.")))
        elif name in PAST and (done := found[name]) is not None and done > today:
            wrong.append(problem(name, N_("Choose a day that is not still to come.")))
    if wrong:
        raise Refused(wrong)
    return found


def cars_of(reads: Reads, customer_id: int) -> list[Line]:
    """The cars of a customer, each with the way to its dates, and the way to one more."""
    mine = select(VEHICLE).where(VEHICLE.c.customer_id == customer_id, VEHICLE.c.archived_at.is_(None))
    found = [
        Line(row.plate or row.model, row.model, f"/p/automotive/car_dates/{row.id}")
        for row in reads.execute(mine.order_by(VEHICLE.c.id))
    ]
    if "customer.edit" in reads.actor.verbs:
        found.append(Line(ONE_MORE, ADD, f"/p/automotive/vehicles/customers/{customer_id}"))
    return found


ONE_MORE = Text("Another car of theirs", "其他车辆", "其他車輛", "Ещё автомобиль")
ADD = Text("add", "添加", "新增", "добавить")


RECORDS: tuple[Any, ...] = (
    Routes(
        "car_dates",
        lambda: pages,
        verb="customer.see",
        verbs={"save_dates": "customer.edit", "note_service": "customer.edit"},
    ),
    Panel("car_dates", "customer", Text("Dates of their cars", "车辆提醒", "車輛提醒", "Даты по автомобилям"), cars_of),
)
