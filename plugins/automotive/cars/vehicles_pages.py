"""Pages of cars: what stands in stock, one car and its life, adding and changing one."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, request

from salesapp.plugin_api import (
    N_,
    Msg,
    Problem,
    Refused,
    Routes,
    Work,
    flash,
    gettext,
    page,
    problem,
    read_amount,
    reading,
    say,
)

from ..sale import contract_cars
from ..sending import day_of, number_of, save, today_of, typed
from . import vehicles

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
    called = {key: say(vehicles.STATES[key]) for key in vehicles.STOCK}
    rest = urlencode({name: asked[name] for name in ("model", "colour") if asked[name]})
    tabs = [
        (name, f"/p/automotive/vehicles?state={key}&{rest}".rstrip("&"), key == asked["state"])
        for key, name in {"": gettext("All"), **called}.items()
    ]
    return page("automotive/stock.html", cars=cars, asked=asked, offered=offered, tabs=tabs, called=called)


def _choices(rows: Any, name: str) -> list[tuple[str, str]]:
    return [(each, each) for each in sorted({getattr(row, name) for row in rows} - {""})]


@pages.get("/vehicles/new")
def new_car() -> str:
    return _form(None, {"state": "in_stock"}, {})


@pages.post("/vehicles/new")
def add_car() -> Any:
    return _keep(None)


@pages.get("/vehicles/customers/<int:customer_id>")
def new_of_customer(customer_id: int) -> str:
    return _form(None, {}, {}, customer_id)


@pages.post("/vehicles/customers/<int:customer_id>")
def add_of_customer(customer_id: int) -> Any:
    said = typed(*FACTS, "compared")

    def do(w: Work) -> str:
        values = _values(said | {"state": "in_stock"}, None) | {"state": "customer", "customer_id": customer_id}
        found = vehicles.save_car(w, None, values, compared=bool(said["compared"]))
        flash(gettext("Saved."))
        return f"/p/automotive/car_dates/{found}"

    return save(do, lambda errors: _form(None, said, errors, customer_id))


@pages.get("/vehicles/<int:vehicle_id>")
def show(vehicle_id: int) -> str:
    return _car_page(vehicle_id, {})


@pages.get("/vehicles/<int:vehicle_id>/change")
def change_car(vehicle_id: int) -> str:
    row = _car(vehicle_id)
    said: dict[str, Any] = {name: "" if (got := getattr(row, name)) is None else str(got) for name in FACTS}
    return _form(vehicle_id, said | {"price": vehicles.list_price(row) or ""}, {})


@pages.post("/vehicles/<int:vehicle_id>/change")
def keep_car(vehicle_id: int) -> Any:
    _car(vehicle_id)
    return _keep(vehicle_id)


@pages.post("/vehicles/<int:vehicle_id>/state")
def go_on(vehicle_id: int) -> Any:
    _car(vehicle_id)

    def do(w: Work) -> str:
        said = typed("to", "was")
        if said["to"] not in vehicles.BY_HAND:
            raise Refused([problem("state", N_("A car does not go that way."))])
        contract_cars.check_in_none(w.reads, vehicle_id)
        vehicles.change_state(w, vehicle_id, said["to"], was=said["was"])
        return f"/p/automotive/vehicles/{vehicle_id}"

    return save(do, lambda errors: _car_page(vehicle_id, errors))


@pages.post("/vehicles/<int:vehicle_id>/archive")
def archive(vehicle_id: int) -> Any:
    _car(vehicle_id)

    def do(w: Work) -> str:
        contract_cars.check_in_none(w.reads, vehicle_id)
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
        customer = reads.customer(row.customer_id) if row.customer_id else None
        deal = reads.deal(row.deal_id) if row.deal_id else None
    come_in = gettext("Traded in: into stock") if row.state == "customer" else gettext("Into stock")
    called = {"in_stock": come_in, "demo": gettext("Use it for test drives")}
    facts = {
        "ways": [(to, called[to]) for to in vehicles.WAYS[row.state] if to in vehicles.BY_HAND],
        "state": say(vehicles.STATES[row.state]),
        "customer": customer.name if customer else "",
        "deal": deal.title if deal else "",
    }
    return page("automotive/car.html", car=row, days=days, price=vehicles.list_price(row), errors=errors, **facts)


def _form(
    vehicle_id: int | None, said: dict[str, Any], errors: dict[str, list[str]], customer_id: int | None = None
) -> str:
    """The form of a car of the house, or, with `customer_id`, of one a customer has from elsewhere."""
    with reading() as reads:
        owner = (reads.customer(customer_id) or abort(404)) if customer_id else None
        may_price = vehicles.MAY_PRICE in reads.actor.verbs and owner is None
    states = [(key, say(vehicles.STATES[key])) for key in ("ordered", "in_stock", "demo")]
    return page(
        "automotive/car_form.html",
        vehicle_id=vehicle_id,
        typed=said,
        errors=errors,
        states=states,
        owner=owner,
        may_price=may_price,
    )


def _keep(vehicle_id: int | None) -> Any:
    said = typed(*FACTS, "state", "compared", "price")

    def do(w: Work) -> str:
        values = _values(said, vehicle_id) | _price(w, said["price"])
        found = vehicles.save_car(w, vehicle_id, values, compared=bool(said["compared"]))
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
    if year and not 1900 <= (number_of(year) or 0) <= 2100:
        wrong.append(problem("year", N_("The year has four digits.")))
    if vehicle_id is None and said["state"] not in ("ordered", "in_stock", "demo"):
        wrong.append(problem("state", N_("Choose where the car stands.")))
    if wrong:
        raise Refused(wrong)
    kept: dict[str, Any] = {name: said[name] for name in ("vin", "model", "trim", "colour", "place", "plate", "note")}
    kept |= {"arrived_on": day, "year": number_of(year)}
    return kept | ({"state": said["state"]} if vehicle_id is None else {})


def _price(w: Work, text: str) -> dict[str, Any]:
    """The list price as the table keeps it. Who may not grant discounts leaves it as it is: it says what one is."""
    if vehicles.MAY_PRICE not in w.actor.verbs:
        return {}
    if not text:
        return {"price_minor": None, "currency": ""}
    currency = w.reads.currency
    amount = read_amount(text, currency)
    if isinstance(amount, Msg):
        raise Refused([Problem("price", amount)])
    return {"price_minor": amount, "currency": currency}


EDITS = ("new_car", "add_car", "new_of_customer", "add_of_customer", "change_car", "keep_car", "go_on", "archive")
ROUTES = Routes("vehicles", lambda: pages, verb="deal.see", verbs=dict.fromkeys(EDITS, "deal.edit"))
