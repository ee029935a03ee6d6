"""The cars of the demo: what stands in stock, and what can be driven."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert

from salesapp.plugin_api import Work

from ..cars import vin
from ..tables import VEHICLE
from .demo_words import Model, Words

STOCK: Final = 60
FIRST: Final = "LSA"
"""What a number begins with: China, and no maker's code."""


@dataclass(slots=True)
class Cars:
    """What the house has: demo cars by model with their kilometres, and cars to sell, taken one after the other."""

    demos: Mapping[str, int]
    driven: dict[str, int]
    to_sell: dict[str, list[int]]

    def demo(self, model: Model) -> int:
        """The demo car of a model."""
        return self.demos[model.name]

    def km(self, model: Model) -> int:
        """What it shows when it goes out for the next drive."""
        self.driven[model.name] += 16
        return self.driven[model.name]

    def free(self, model: Model) -> int | None:
        """A car to sell; None when the last one is gone, so one is ordered."""
        left = self.to_sell[model.name]
        return left.pop(0) if left else None


def furnish(w: Work, random: Random, words: Words, currency: str, now: datetime) -> Cars:
    """Fill the house with cars."""
    demos = {each.name: _car(w, random, words, each, currency, now, 400, "demo") for each in words.models}
    to_sell: dict[str, list[int]] = {each.name: [] for each in words.models}
    for n in range(STOCK):
        model = random.choice(words.models)
        days = 380 - 6 * n + random.randrange(20)
        to_sell[model.name].append(_car(w, random, words, model, currency, now, days, "in_stock"))
    for each in words.models:
        _car(w, random, words, each, currency, now, 0, "ordered")
    return Cars(demos, dict.fromkeys(demos, 300), to_sell)


def arrives(w: Work, random: Random, words: Words, model: Model, currency: str, at: datetime) -> int:
    """A car that was ordered stands in stock from then on."""
    return _car(w, random, words, model, currency, at, 0, "in_stock")


def _car(
    w: Work, random: Random, words: Words, model: Model, currency: str, now: datetime, days: int, state: str
) -> int:
    price = {"price_minor": model.price * 100, "currency": currency}
    here = {"arrived_on": (now - timedelta(days=days)).date(), "vin": _number(random)} if state != "ordered" else {}
    plate = "".join(str(random.randrange(10)) if sign == "#" else sign for sign in words.plate)
    row: dict[str, Any] = {"model": model.name, "trim": random.choice(model.trims), "state": state, **price, **here}
    row |= {
        "colour": random.choice(words.colours),
        "year": now.year,
        "place": words.place,
        "plate": plate if state == "demo" else "",
    }
    return int(w.session.execute(insert(VEHICLE).values(row).returning(VEHICLE.c.id)).scalar_one())


def _number(random: Random) -> str:
    """Seventeen signs with the right ninth one."""
    signs = "".join(random.choice(vin.SIGNS) for _ in range(vin.LENGTH - len(FIRST)))
    number = f"{FIRST}{signs[:5]}0{signs[6:]}"
    return number[:8] + vin.check_sign(number) + number[9:]
