"""Vehicles of interest: what a customer would like best, a car of the stock or a model in a colour, in their order."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from salesapp.plugin_api import N_, CustomerView, DealView, Line, NotFound, Reads, Refused, Text, Work, problem

from ..cars.vehicles import STOCK
from ..sending import too_long
from ..showroom import KEY
from ..tables import INTEREST, VEHICLE

MOST: Final = 20
"""Of one deal: whoever likes more cars has not chosen yet."""
LABEL: Final = Text("Vehicles of interest", "意向车型", "意向車款", "Интересующие машины")


def of_deal(reads: Reads, deal_id: int) -> Sequence[Any]:
    """The vehicles a deal is about, best liked first, each with the `vin` and `state` of its car, None without one."""
    found = select(INTEREST, VEHICLE.c.vin, VEHICLE.c.state).outerjoin(VEHICLE, VEHICLE.c.id == INTEREST.c.vehicle_id)
    return reads.execute(found.where(INTEREST.c.deal_id == deal_id).order_by(INTEREST.c.place, INTEREST.c.id))


def add(
    w: Work, deal_id: int, *, vehicle_id: int | None = None, model: str = "", colour: str = "", note: str = ""
) -> int:
    """One more, liked less than those before; its id. A car of the stock brings its model and colour."""
    _may_change(w, deal_id)
    car = _car(w.reads, vehicle_id) if vehicle_id is not None else None
    model, colour = (car.model, car.colour) if car is not None else (model, colour)
    there = of_deal(w.reads, deal_id)
    wrong = [] if model else [problem("model", N_("Which model is it?"))]
    if len(there) >= MOST:
        wrong.append(problem("model", N_("At most %(n)s vehicles: remove one first."), n=MOST))
    if any((each.vehicle_id, each.model, each.colour) == (vehicle_id, model, colour) for each in there):
        wrong.append(problem("model", N_("This one stands here already.")))
    wrong += too_long({"model": model, "colour": colour, "note": note}, model=80, colour=40, note=500)
    if wrong:
        raise Refused(wrong)
    last = select(func.coalesce(func.max(INTEREST.c.place), 0) + 1).where(INTEREST.c.deal_id == deal_id)
    row = {"deal_id": deal_id, "vehicle_id": vehicle_id, "model": model, "colour": colour, "note": note}
    made = insert(INTEREST).values(**row, place=last.scalar_subquery()).returning(INTEREST.c.id)
    return int(w.session.execute(made).scalar_one())


def _car(reads: Reads, vehicle_id: int) -> Any:
    there = VEHICLE.c.id == vehicle_id, VEHICLE.c.state.in_(STOCK), VEHICLE.c.archived_at.is_(None)
    rows = reads.execute(select(VEHICLE).where(*there))
    if not rows:
        raise Refused([problem("vehicle", N_("This car is not in stock any more."))])
    return rows[0]


def move_up(w: Work, deal_id: int, interest_id: int) -> None:
    """It is liked better than the one before."""
    _may_change(w, deal_id)
    order = [each.id for each in of_deal(w.reads, deal_id)]
    if interest_id not in order:
        raise NotFound
    at = order.index(interest_id)
    if at:
        order[at - 1], order[at] = order[at], order[at - 1]
    for place, each in enumerate(order, 1):  # all of them: two who were added at once stand at one place
        w.session.execute(update(INTEREST).where(INTEREST.c.id == each).values(place=place))


def remove(w: Work, deal_id: int, interest_id: int) -> None:
    """It is out of the question. Twice is no harm."""
    _may_change(w, deal_id)
    w.session.execute(delete(INTEREST).where(INTEREST.c.id == interest_id, INTEREST.c.deal_id == deal_id))


def pick(w: Work, deal_id: int, interest_id: int) -> None:
    """This is the car: it stands in the field the gate behind the presentation asks for."""
    found = next((each for each in of_deal(w.reads, deal_id) if each.id == interest_id), None)
    if found is None:
        raise NotFound
    w.change_deal(deal_id, {"field.picked": called(found)})


def called(row: Any) -> str:
    """Model and colour."""
    return f"{row.model} {row.colour}".strip()


def erases(customer: CustomerView, w: Work) -> None:
    """What was written beside the cars they liked."""
    deal = w.reads.visible_deals()
    theirs = select(deal.c.id).where(deal.c.customer_id == customer.id)
    w.session.execute(update(INTEREST).where(INTEREST.c.deal_id.in_(theirs)).values(note=""))


def _may_change(w: Work, deal_id: int) -> None:
    """Whoever may change the deal may change what it is about; the house says who that is."""
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != KEY:
        raise NotFound
    w.change_deal(deal_id, {})


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """What of it stands on the page of a deal, and where it is changed."""
    found = of_deal(reads, deal.id)
    if found or deal.state == "open":
        words = " · ".join(called(each) for each in found[:3]) if found else NOTHING
        yield Line(LABEL, words, f"/p/automotive/interests/deals/{deal.id}")


NOTHING = Text("note what they like", "记下客户看中的车", "記下客戶看中的車", "записать, что понравилось")
