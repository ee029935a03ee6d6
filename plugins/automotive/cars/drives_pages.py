"""Pages of test drives: which demo car is with whom today, booking one, going out, coming back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from flask import Blueprint, abort, request

from salesapp.plugin_api import Reads, Refused, Routes, Work, flash, gettext, page, reading

from ..consent import read_strokes, terms_of
from ..door import interests
from ..sending import day_of, hours_of, moment_of, number_of, save, today_of, too_long, typed
from ..showroom import KEY
from ..tables import DRIVE
from . import drives

pages = Blueprint("drives", __name__)
HOME = "/p/automotive/drives"
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 16)
"""Quarters of an hour a test drive can take."""
HALF_AN_HOUR = 2
ASKED = ("liked", "disliked", "compared", "ready")


@pages.get("/drives")
def day() -> str:
    with reading() as reads:
        chosen = day_of(request.args.get("day", "")) or today_of(reads)
        begins, ends = hours_of(chosen, reads.zone)
        within = DRIVE.c.starts_at >= begins, DRIVE.c.starts_at < ends
        found = drives.seen(reads, *within, DRIVE.c.state.in_(("booked", "out", "done")))
        cars = [(car, [each for each in found if each.vehicle_id == car.id]) for car in drives.demo_cars(reads)]
        today = today_of(reads)
    near = [today + timedelta(days=n) for n in range(3)]
    names = gettext("Today"), gettext("Tomorrow"), gettext("Day after tomorrow")
    days = [(name, f"{HOME}?day={each}", each == chosen) for name, each in zip(names, near, strict=True)]
    return page("automotive/drives.html", cars=cars, day=chosen, days=days)


@pages.get("/drives/deals/<int:deal_id>")
def of_deal(deal_id: int) -> str:
    return _deal_page(deal_id, {}, {})


@pages.post("/drives/deals/<int:deal_id>")
def book(deal_id: int) -> Any:
    said = typed("vehicle", "day", "hour", "quarters", "route")

    def do(w: Work) -> str:
        if wrong := too_long(said, route=80):
            raise Refused(wrong)
        at = moment_of(said["day"], said["hour"], w) or datetime(1970, 1, 1, tzinfo=UTC)
        drives.book(w, deal_id, number_of(said["vehicle"]) or 0, at, number_of(said["quarters"]) or 0, said["route"])
        flash(gettext("Booked."))
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: _deal_page(deal_id, said, errors))


def _deal_page(deal_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        deal = reads.deal(deal_id)
        if deal is None or deal.process != KEY:
            abort(404)
        found = drives.seen(reads, DRIVE.c.deal_id == deal_id)
        demo_cars = drives.demo_cars(reads)
        said = said or _proposed(reads, deal_id, demo_cars)
    cars = [(str(each.id), f"{each.model} {each.plate}".strip()) for each in demo_cars]
    lengths = [(str(n), gettext("%(minutes)s min") % {"minutes": 15 * n}) for n in LENGTHS]
    facts = {"drives": found, "cars": cars, "lengths": lengths, "typed": said, "errors": errors}
    return page("automotive/drives_deal.html", deal=deal, **facts)


def _proposed(reads: Reads, deal_id: int, cars: Sequence[Any]) -> dict[str, str]:
    """The demo car of the model they like best, and the next half hour at which it is free."""
    liked = [each.model.casefold() for each in interests.of_deal(reads, deal_id)]
    alike = (car for model in liked for car in cars if model in car.model.casefold() or car.model.casefold() in model)
    car = next(alike, cars[0] if cars else None)
    now = reads.now.replace(minute=0, second=0, microsecond=0)
    begin = now + ceil((reads.now - now) / drives.QUARTER) * drives.QUARTER
    free = drives.next_free(reads, car.id, begin, HALF_AN_HOUR) if car is not None else None
    at = (free or begin).astimezone(reads.zone)
    return {
        "vehicle": str(car.id) if car is not None else "",
        "quarters": str(HALF_AN_HOUR),
        "day": at.date().isoformat(),
        "hour": f"{at:%H:%M}",
    }


@pages.get("/drives/<int:drive_id>")
def show(drive_id: int) -> str:
    return _drive_page(drive_id, {}, {})


@pages.post("/drives/<int:drive_id>/out")
def out(drive_id: int) -> Any:
    said = typed("licence", "licence_until", "signed_name", "agree", "strokes", "km_out")

    def do(w: Work) -> str:
        if wrong := too_long(said, licence=40, signed_name=80):
            raise Refused(wrong)
        _, version = terms_of()
        signed: dict[str, Any] = {"strokes": read_strokes(said["strokes"], bool(said["agree"])), "terms": version}
        signed |= {"licence": said["licence"], "licence_until": day_of(said["licence_until"])}
        signed |= {"signed_name": said["signed_name"], "km_out": number_of(said["km_out"])}
        drives.go_out(w, drive_id, signed, today_of(w))
        return f"{HOME}/{drive_id}"

    return save(do, lambda errors: _drive_page(drive_id, said, errors))


@pages.post("/drives/<int:drive_id>/back")
def back(drive_id: int) -> Any:
    said = typed("km_in", *ASKED)

    def do(w: Work) -> str:
        answers = {name: said[name] for name in ASKED if said[name]}
        drives.come_back(w, drive_id, number_of(said["km_in"]), answers)
        return f"/deals/{drives.drive(w.reads, drive_id).deal_id}"

    return save(do, lambda errors: _drive_page(drive_id, said, errors))


@pages.post("/drives/<int:drive_id>/cancel")
def cancel(drive_id: int) -> Any:
    def do(w: Work) -> str:
        drives.end(w, drive_id, "no_show" if request.form.get("why") == "no_show" else "cancelled")
        return f"{HOME}/{drive_id}"

    return save(do, lambda errors: _drive_page(drive_id, {}, errors))


def _drive_page(drive_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    errors = {place.removeprefix("answer.demo.automotive."): each for place, each in errors.items()}
    with reading() as reads:
        row = drives.drive(reads, drive_id)
    ready = [("yes", gettext("Yes")), ("no", gettext("Not yet"))]
    words, _ = terms_of()
    return page("automotive/drive.html", drive=row, typed=said, errors=errors, ready=ready, terms=words)


ROUTES = Routes(
    "drives", lambda: pages, verb="deal.see", verbs=dict.fromkeys(("book", "out", "back", "cancel"), "deal.edit")
)
