"""The car of a contract: reserved by the signature, free again when the contract is off."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import case, or_, select, update

from salesapp.plugin_api import N_, Reads, Refused, Work, problem

from ..tables import CONTRACT, INTEREST, OFFER, VEHICLE

FREE: Final = ("in_stock", "ordered")


def choices(reads: Reads, deal_id: int) -> Sequence[Any]:
    """Cars that can be offered in a deal, what the customer wants first: those that are free, and the one reserved for
    it."""
    ours = (VEHICLE.c.state == "reserved") & (VEHICLE.c.deal_id == deal_id)
    there = select(VEHICLE).where(or_(VEHICLE.c.state.in_(FREE), ours), VEHICLE.c.archived_at.is_(None))
    return reads.execute(there.order_by(*wanted_first(deal_id)).limit(500))


def wanted_first(deal_id: int) -> tuple[Any, ...]:
    """The order of cars to choose from: the models this customer asked for or was offered, then the others."""
    liked = select(INTEREST.c.model).where(INTEREST.c.deal_id == deal_id)
    wanted = liked.union(select(OFFER.c.model).where(OFFER.c.deal_id == deal_id))
    return VEHICLE.c.model.not_in(wanted), VEHICLE.c.model, VEHICLE.c.colour, VEHICLE.c.id


def called(car: Any) -> str:
    """A car in a list to choose from: model, trim, colour, the end of its VIN."""
    return " · ".join(filter(None, (car.model, car.trim, car.colour, (car.vin or "")[-6:])))


def check_in_none(reads: Reads, vehicle_id: int) -> None:
    """A car that somebody signed for is put nowhere by hand."""
    live = CONTRACT.c.state.in_(("effective", "deposit", "paid")), CONTRACT.c.vehicle_id == vehicle_id
    if reads.execute(select(CONTRACT.c.id).where(*live)):
        raise Refused([problem("state", N_("A contract holds this car: change the contract first."))])


def reserve(w: Work, vehicle_id: int, deal_id: int) -> None:
    """It is this deal's now; of two deals at once one gets it."""
    free = VEHICLE.c.state.in_(FREE) | ((VEHICLE.c.state == "reserved") & (VEHICLE.c.deal_id == deal_id))
    taken = update(VEHICLE).where(VEHICLE.c.id == vehicle_id, free, VEHICLE.c.archived_at.is_(None))
    if not w.session.execute(taken.values(state="reserved", deal_id=deal_id).returning(VEHICLE.c.id)).first():
        raise Refused([problem("vehicle", N_("This car is not free any more: offer another one."))])


def free(w: Work, vehicle_id: int, deal_id: int) -> None:
    """Back where it was: in stock if it has arrived, else still ordered. How long it stands here goes on counting."""
    mine = VEHICLE.c.id == vehicle_id, VEHICLE.c.deal_id == deal_id, VEHICLE.c.state == "reserved"
    state = case((VEHICLE.c.arrived_on.is_(None), "ordered"), else_="in_stock")
    w.session.execute(update(VEHICLE).where(*mine).values(state=state, deal_id=None))
