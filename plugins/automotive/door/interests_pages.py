"""The page of a deal's vehicles of interest: added, liked better, picked, removed."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort

from salesapp.plugin_api import Routes, Work, flash, gettext, page, reading

from ..cars import vehicles
from ..fields import PICKED, answered
from ..sale.contract_cars import called
from ..sending import number_of, save, typed
from ..showroom import KEY
from . import interests

pages = Blueprint("interests", __name__)


@pages.get("/interests/deals/<int:deal_id>")
def of_deal(deal_id: int) -> str:
    return _page(deal_id, {}, {})


@pages.post("/interests/deals/<int:deal_id>")
def add(deal_id: int) -> Any:
    said = typed("vehicle", "model", "colour", "note")

    def do(w: Work) -> str:
        interests.add(
            w,
            deal_id,
            vehicle_id=number_of(said["vehicle"]),
            model=said["model"],
            colour=said["colour"],
            note=said["note"],
        )
        return _address(deal_id)

    return save(do, lambda errors: _page(deal_id, said, errors))


@pages.post("/interests/deals/<int:deal_id>/<int:interest_id>/up")
def move_up(deal_id: int, interest_id: int) -> Any:
    return _change(deal_id, lambda w: interests.move_up(w, deal_id, interest_id))


@pages.post("/interests/deals/<int:deal_id>/<int:interest_id>/pick")
def pick(deal_id: int, interest_id: int) -> Any:
    def do(w: Work) -> None:
        interests.pick(w, deal_id, interest_id)
        flash(gettext("Picked."))

    return _change(deal_id, do)


@pages.post("/interests/deals/<int:deal_id>/<int:interest_id>/remove")
def remove(deal_id: int, interest_id: int) -> Any:
    return _change(deal_id, lambda w: interests.remove(w, deal_id, interest_id))


def _change(deal_id: int, what: Callable[[Work], None]) -> Any:
    def do(w: Work) -> str:
        what(w)
        return _address(deal_id)

    return save(do, lambda errors: _page(deal_id, {}, errors))


def _address(deal_id: int) -> str:
    return f"/p/automotive/interests/deals/{deal_id}"


def _page(deal_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        deal = reads.deal(deal_id)
        if deal is None or deal.process != KEY:
            abort(404)
        found, stock = interests.of_deal(reads, deal_id), vehicles.stock(reads)
    cars = [("", gettext("None of the stock")), *((str(each.id), called(each)) for each in stock)]
    picked = answered(deal, PICKED.key)
    liked = [(each, interests.called(each)) for each in found]
    return page(
        "automotive/interests.html", deal=deal, liked=liked, cars=cars, picked=picked, typed=said, errors=errors
    )


ROUTES = Routes(
    "interests",
    lambda: pages,
    verb="deal.see",
    verbs=dict.fromkeys(("add", "move_up", "pick", "remove"), "deal.edit"),
)
