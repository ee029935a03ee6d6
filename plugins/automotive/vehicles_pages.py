"""Pages of cars: what stands in stock, one car and its life, adding and changing one."""

from typing import Any

from flask import Blueprint, abort, request

from salesapp.plugin_api import N_, Refused, Routes, Work, flash, gettext, page, problem, reading, say

from . import vehicles
from .sending import day_of, save, today_of, typed

pages = Blueprint("vehicles", __name__)
FACTS = ("vin", "model", "trim", "colour", "year", "place", "arrived_on", "plate", "note")


@pages.get("/vehicles")
def stock() -> str:
    asked = {name: request.args.get(name, "")[:80] for name in ("state", "model", "colour")}
    with reading() as reads:
        rows, today = vehicles.stock(reads, **asked), today_of(reads)
        everything = rows if not any(asked.values()) else vehicles.stock(reads)
    cars = [(row, vehicles.days_in_stock(row, today)) for row in rows]
    offered = {name: _choices(everything, name) for name in ("model", "colour")}
    states = [(key, say(vehicles.STATES[key])) for key in vehicles.STOCK]
    return page("automotive/stock.html", cars=cars, asked=asked, offered=offered, states=states, called=dict(states))


def _choices(rows: Any, name: str) -> list[tuple[str, str]]:
    return [(each, each) for each in sorted({getattr(row, name) for row in rows} - {""})]


@pages.get("/vehicles/new")
def new_car() -> str:
    return _form(None, {"state": "in_stock"}, {})


@pages.post("/vehicles/new")
def add_car() -> Any:
    return _keep(None)


@pages.get("/vehicles/<int:vehicle_id>")
def show(vehicle_id: int) -> str:
    return _car_page(vehicle_id, {})


@pages.get("/vehicles/<int:vehicle_id>/change")
def change_car(vehicle_id: int) -> str:
    row = _car(vehicle_id)
    return _form(vehicle_id, {name: "" if (got := getattr(row, name)) is None else str(got) for name in FACTS}, {})


@pages.post("/vehicles/<int:vehicle_id>/change")
def keep_car(vehicle_id: int) -> Any:
    _car(vehicle_id)
    return _keep(vehicle_id)


@pages.post("/vehicles/<int:vehicle_id>/state")
def go_on(vehicle_id: int) -> Any:
    _car(vehicle_id)

    def do(w: Work) -> str:
        vehicles.change_state(w, vehicle_id, request.form.get("to", ""), was=request.form.get("was", ""))
        return f"/p/automotive/vehicles/{vehicle_id}"

    return save(do, lambda errors: _car_page(vehicle_id, errors))


@pages.post("/vehicles/<int:vehicle_id>/archive")
def archive(vehicle_id: int) -> Any:
    _car(vehicle_id)

    def do(w: Work) -> str:
        vehicles.archive(w, vehicle_id)
        flash(gettext("The car is archived."))
        return "/p/automotive/vehicles"

    return save(do, lambda errors: _car_page(vehicle_id, errors))


def _car(vehicle_id: int) -> Any:
    with reading() as reads:
        return vehicles.car(reads, vehicle_id) or abort(404)


def _car_page(vehicle_id: int, errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        row = vehicles.car(reads, vehicle_id) or abort(404)
        days = vehicles.days_in_stock(row, today_of(reads))
    # reserving, selling and handing over belong to a deal: its own pages do that
    ways = [(to, say(vehicles.STATES[to])) for to in vehicles.WAYS[row.state] if to in ("in_stock", "demo")]
    state = say(vehicles.STATES[row.state])
    return page("automotive/car.html", car=row, days=days, ways=ways, state=state, errors=errors)


def _form(vehicle_id: int | None, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    states = [(key, say(vehicles.STATES[key])) for key in ("ordered", "in_stock", "demo")]
    return page("automotive/car_form.html", vehicle_id=vehicle_id, typed=said, errors=errors, states=states)


def _keep(vehicle_id: int | None) -> Any:
    said = typed(*FACTS, "state", "compared")

    def do(w: Work) -> str:
        found = vehicles.save_car(w, vehicle_id, _values(said, vehicle_id), compared=bool(said["compared"]))
        flash(gettext("Saved."))
        return f"/p/automotive/vehicles/{found}"

    return save(do, lambda errors: _form(vehicle_id, said, errors))


def _values(said: dict[str, str], vehicle_id: int | None) -> dict[str, Any]:
    """What was typed as the table keeps it, or everything that cannot be."""
    wrong, day, year = [], day_of(said["arrived_on"]), said["year"]
    for name, longest in (("model", 80), ("trim", 80), ("colour", 40), ("place", 80), ("plate", 20), ("note", 500)):
        if len(said[name]) > longest:
            wrong.append(problem(name, N_("At most %(n)s characters."), n=longest))
    if said["arrived_on"] and day is None:
        wrong.append(problem("arrived_on", N_("This is no day of the calendar.")))
    if year and not (year.isascii() and year.isdecimal() and 1900 <= int(year[:9]) <= 2100):
        wrong.append(problem("year", N_("The year has four digits.")))
    if vehicle_id is None and said["state"] not in ("ordered", "in_stock", "demo"):
        wrong.append(problem("state", N_("Choose where the car stands.")))
    if wrong:
        raise Refused(wrong)
    kept: dict[str, Any] = {name: said[name] for name in ("vin", "model", "trim", "colour", "place", "plate", "note")}
    kept |= {"arrived_on": day, "year": int(year) if year else None}
    return kept | ({"state": said["state"]} if vehicle_id is None else {})


EDITS = ("new_car", "add_car", "change_car", "keep_car", "go_on", "archive")
ROUTES = Routes("vehicles", lambda: pages, verb="deal.see", verbs=dict.fromkeys(EDITS, "deal.edit"))
