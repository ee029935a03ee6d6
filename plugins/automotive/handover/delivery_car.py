"""The car of a delivery: held for a deal, given to its customer, and taken back where that was a mistake."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, update

from salesapp.plugin_api import N_, DealView, Problem, Reads, Refused, Work, problem

from ..cars import car_dates, vehicles
from ..sale import contract_cars, contracts
from ..sale.contract_rows import OPEN
from ..sending import house_day
from ..tables import DELIVERY, VEHICLE
from .delivery_rows import begin_open, contract_of

FREE: Final = ("ordered", "in_stock", "demo")
HELD: Final = ("reserved", "sold")


def offered(reads: Reads, deal_id: int) -> Sequence[Any]:
    """Cars that can be handed over with a deal: the one of its contract, else free ones, and those held for it."""
    contract = contract_of(reads, deal_id)
    if contract is not None and contract.vehicle_id is None:
        return contract_cars.choices(reads, deal_id)
    found = select(VEHICLE).where(VEHICLE.c.archived_at.is_(None))
    if contract is not None:
        found = found.where(VEHICLE.c.id == contract.vehicle_id)
    held = VEHICLE.c.state.in_(HELD) & (VEHICLE.c.deal_id == deal_id)
    found = found.where(or_(VEHICLE.c.state.in_(FREE), held))
    return reads.execute(found.order_by(*contract_cars.wanted_first(deal_id)).limit(500))


def of_delivery(reads: Reads, row: Any, deal_id: int) -> Any:
    """The car that was handed over; before that the one of the contract, else the one that was chosen; or None."""
    contract = contract_of(reads, deal_id) if row is None or row.delivered_at is None else None
    vehicle_id = (contract.vehicle_id if contract else None) or (row.vehicle_id if row else None)
    rows = reads.execute(select(VEHICLE).where(VEHICLE.c.id == vehicle_id)) if vehicle_id else []
    return rows[0] if rows else None


def choose(w: Work, deal_id: int, vehicle_id: int) -> None:
    """This car is for this deal: a free one is reserved, and the one chosen before is free again. Where one was
    ordered by contract, this is it."""
    row = begin_open(w, deal_id)
    car = next((each for each in offered(w.reads, deal_id) if each.id == vehicle_id), None)
    if car is None:
        raise Refused([problem("vehicle", N_("Choose a car that is free, or the one of the contract."))])
    if row.vehicle_id not in (None, car.id):
        contract_cars.free(w, row.vehicle_id, deal_id)
    contract = contract_of(w.reads, deal_id)
    if contract is not None and contract.vehicle_id is None and contract.state in OPEN:
        contracts.put_car(w, contract.id, car.id)
    elif car.state in ("ordered", "in_stock"):
        vehicles.change_state(w, car.id, "reserved", was=car.state, deal_id=deal_id)
    w.session.execute(update(DELIVERY).where(DELIVERY.c.id == row.id).values(vehicle_id=car.id))


def check(car: Any, deal_id: int, km: int | None) -> list[Problem]:
    """What speaks against handing over this car."""
    if car is None:
        return [problem("vehicle", N_("Choose the car first."))]
    if car.archived_at is not None or not (car.state in FREE or (car.state in HELD and car.deal_id == deal_id)):
        return [problem("vehicle", N_("This car is somebody else's, or held for another deal. Choose another one."))]
    wrong = []
    if car.vin is None:
        wrong.append(problem("vehicle", N_("This car has no VIN yet. Add it on the car's page.")))
    if km is not None and km < (car.km or 0):
        wrong.append(problem("km", N_("A car has never fewer kilometres than before.")))
    return wrong


def give(w: Work, car: Any, deal: DealView, at: datetime, km: int | None) -> None:
    """It is the customer's from that moment on, with the dates that follow."""
    state = car.state
    if state == "ordered":
        vehicles.change_state(w, car.id, "in_stock", was=state)
        state = "in_stock"
    if state != "sold":
        vehicles.change_state(w, car.id, "sold", was=state, deal_id=deal.id)
    vehicles.change_state(w, car.id, "customer", was="sold")
    values: dict[str, Any] = {"customer_id": deal.customer_id, "deal_id": deal.id, "delivered_at": at}
    if km is not None:
        values |= {"km": km, "km_on": house_day(w.reads, at)}
    w.session.execute(update(VEHICLE).where(VEHICLE.c.id == car.id).values(values))
    car_dates.keep(w, car.id)


def let_go(w: Work, row: Any, deal_id: int, kept: int | None = None) -> None:
    """The car that was chosen is free again: the deal is lost, or another one, `kept`, was handed over. What a contract
    holds stays held."""
    contract = contract_of(w.reads, deal_id)
    held = (kept, contract.vehicle_id if contract is not None else None)
    if row.vehicle_id is not None and row.vehicle_id not in held:
        contract_cars.free(w, row.vehicle_id, deal_id)


def moved(w: Work, vehicle_id: int | None, deal_id: int, was: datetime, at: datetime) -> None:
    """It was given at another time; so was what its kilometres were read at, where that was the delivery."""
    if _is_still_theirs(w.reads, vehicle_id, deal_id):
        old, new = (house_day(w.reads, each) for each in (was, at))
        car = update(VEHICLE).where(VEHICLE.c.id == vehicle_id)
        w.session.execute(car.values(delivered_at=at))
        w.session.execute(car.where(VEHICLE.c.km_on == old).values(km_on=new))
        car_dates.keep(w, int(vehicle_id or 0))


def take_back(w: Work, vehicle_id: int | None, deal_id: int, state: str) -> None:
    """It was not given after all: it stands where it stood, and the customer's dates of it are gone."""
    if not _is_still_theirs(w.reads, vehicle_id, deal_id):
        return  # sold on, or traded in, since
    car_dates.forget(w, int(vehicle_id or 0))
    none = {"customer_id": None, "delivered_at": None, "deal_id": deal_id if state in HELD else None}
    w.session.execute(update(VEHICLE).where(VEHICLE.c.id == vehicle_id).values(state=state, **none))


def _is_still_theirs(reads: Reads, vehicle_id: int | None, deal_id: int) -> bool:
    mine = VEHICLE.c.id == vehicle_id, VEHICLE.c.state == "customer", VEHICLE.c.deal_id == deal_id
    return vehicle_id is not None and bool(reads.execute(select(VEHICLE.c.id).where(*mine)))
