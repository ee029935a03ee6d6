"""What is typed into the forms of an offer, as it is kept; or everything that is wrong with it, each at its input."""

from datetime import date
from decimal import Decimal
from typing import Any

from salesapp.plugin_api import N_, Msg, NotFound, Problem, Refused, Work, problem, read_amount

from ..sending import day_of, today_of, too_long
from . import contract_cars


def car_of(w: Work, deal_id: int, said: dict[str, str]) -> tuple[dict[str, Any], int]:
    """The car and its price as they were typed, or everything that is wrong with them; a car of stock brings its own
    model, colour and price."""
    deal = w.reads.deal(deal_id)
    if deal is None:
        raise NotFound
    until, wrong = day_of(said["valid_until"]), []
    car = next((each for each in contract_cars.choices(w.reads, deal_id) if str(each.id) == said["vehicle"]), None)
    if said["vehicle"] and car is None:
        wrong.append(problem("vehicle", N_("This car is not free any more: offer another one.")))
    model = f"{car.model} {car.trim}".strip() if car else said["model"]
    if not model:
        wrong.append(problem("model", N_("Which model is it?")))
    wrong += too_long(said, model=80, colour=40, note=500)
    wrong += _day(until, today_of(w))
    listed = car is not None and not said["price"] and car.price_minor is not None and car.currency == deal.currency
    price = car.price_minor if car is not None and listed else read_amount(said["price"], deal.currency)
    if isinstance(price, Msg):
        wrong.append(Problem("price", price))
    if wrong or isinstance(price, Msg):
        raise Refused(wrong)
    values = {"vehicle_id": car.id if car else None, "model": model[:80], "note": said["note"], "valid_until": until}
    return values | {"colour": car.colour if car else said["colour"]}, int(price)


def _day(until: date | None, today: date) -> list[Problem]:
    if until is not None and until >= today:
        return []
    return [problem("valid_until", N_("Say until when it is valid, today or later."))]


def amounts_of(said: dict[str, str], currency: str, *names: str) -> list[int]:
    read = {name: read_amount(said[name], currency) if said[name] else Msg(N_("Fill in the amount.")) for name in names}
    wrong = [Problem(name, each) for name, each in read.items() if isinstance(each, Msg)]
    if wrong:
        raise Refused(wrong)
    return [each for each in read.values() if isinstance(each, int)]


def rate_of(text: str) -> int:
    """Percent a year, "3.99" or "3,99", in hundredths."""
    try:
        rate = Decimal(text.replace(",", ".").rstrip("% ") or "0") * 100
    except ArithmeticError:  # no number, or none that can be reckoned with
        rate = Decimal("NaN")
    if not rate.is_finite() or rate != rate.to_integral_value() or abs(rate) > 10**6:
        raise Refused([problem("rate", N_("A rate is a number like 3.99, with two decimals at most."))])
    return int(rate)


def seen_total(text: str) -> int:
    """The total somebody looked at when they pressed; none that could be where it is missing."""
    plain = text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 20
    return int(text) if plain else -(2**62)
