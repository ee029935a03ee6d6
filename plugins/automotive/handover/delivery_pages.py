"""Pages of deliveries: what is promised for when; one, from its appointment to the handing over; its inspection."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, request

from salesapp.plugin_api import (
    N_,
    Problem,
    Reads,
    Refused,
    Routes,
    Work,
    flash,
    gettext,
    page,
    problem,
    reading,
    say,
    takes_files,
)

from ..cars.vehicles import STATES
from ..consent import read_strokes
from ..sending import everybody, kilometres_of, moment_of, number_of, save, too_long, typed
from ..showroom import KEY, behind
from . import delivery, delivery_car, delivery_rows
from .delivery_money import is_paid, leads
from .delivery_photos import attach, with_photos
from .delivery_points import CHECKS, EXPLAINED, GROUPS, counts, note_checks, note_explained, shown

pages = Blueprint("deliveries", __name__)
HOME = "/p/automotive/deliveries"
HANDED = ("km", "signed_name", "agree", "strokes", "reason", "given_on", "given_at")


@pages.get("/deliveries")
def promised() -> str:
    with reading() as reads:
        found = delivery_rows.by_time(delivery_rows.open_ones(reads), reads.now, reads.zone)
        names = {each.id: each.name for each in reads.people()}
    done = {row.id: counts(row.checks or {}) for rows in found.values() for row in rows}
    return page("automotive/delivery_list.html", found=found, done=done, of=len(CHECKS), names=names)


@pages.get("/deliveries/deals/<int:deal_id>")
def show(deal_id: int) -> str:
    return _page(deal_id, {}, {})


@pages.post("/deliveries/deals/<int:deal_id>/promise")
def promise(deal_id: int) -> Any:
    said = typed("day", "hour")

    def do(w: Work) -> str:
        delivery.promise(w, deal_id, moment_of(said["day"], said["hour"], w))
        flash(gettext("Promised."))
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: _page(deal_id, said, errors))


@pages.post("/deliveries/deals/<int:deal_id>/car")
def choose(deal_id: int) -> Any:
    said = typed("vehicle")

    def do(w: Work) -> str:
        delivery_car.choose(w, deal_id, number_of(said["vehicle"]) or 0)
        flash(gettext("Saved."))
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: _page(deal_id, said, errors))


@pages.get("/deliveries/deals/<int:deal_id>/checks")
def checks(deal_id: int) -> str:
    return _checks_page(deal_id, {})


@pages.post("/deliveries/deals/<int:deal_id>/checks")
@takes_files
def check(deal_id: int) -> Any:
    def do(w: Work, photos: Any) -> str:
        note_checks(w, deal_id, _points(""), _points("seen-"))
        attach(w, deal_id, photos)
        flash(gettext("Saved."))
        return f"{HOME}/deals/{deal_id}"

    return with_photos(deal_id, do, lambda errors: _checks_page(deal_id, errors))


@pages.post("/deliveries/deals/<int:deal_id>/explained")
def explain(deal_id: int) -> Any:
    def do(w: Work) -> str:
        note_explained(w, deal_id, request.form.getlist("explained"), request.form.get("seen-explained", "").split())
        flash(gettext("Saved."))
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: _page(deal_id, {}, errors))


@pages.post("/deliveries/deals/<int:deal_id>/photos")
@takes_files
def add_photos(deal_id: int) -> Any:
    def do(w: Work, photos: Any) -> str:
        appointment = delivery.appointment_of(w, deal_id)
        if not photos:
            raise Refused([problem("photos", N_("Choose a photo first."))])
        w.attach(appointment, photos)
        return f"{HOME}/deals/{deal_id}"

    return with_photos(deal_id, do, lambda errors: _page(deal_id, {}, errors))


@pages.post("/deliveries/deals/<int:deal_id>/hand_over")
@takes_files
def hand_over(deal_id: int) -> Any:
    said = typed(*HANDED)

    def do(w: Work, photos: Any) -> str:
        at, wrong = moment_of(said["given_on"], said["given_at"], w), too_long(said, signed_name=80, reason=500)
        if at is None and (said["given_on"] or said["given_at"]):
            wrong.append(problem("given_on", N_("Choose a day and an hour that have passed.")))
        facts: dict[str, Any] = {"at": at, "signed_name": said["signed_name"], "reason": said["reason"]}
        facts |= {
            "km": _or_wrong(lambda: kilometres_of(said["km"]), wrong),
            "strokes": _or_wrong(lambda: read_strokes(said["strokes"], bool(said["agree"])), wrong),
        }
        delivery.hand_over(w, deal_id, facts, wrong)
        attach(w, deal_id, photos)
        flash(gettext("The car is handed over."))
        return f"{HOME}/deals/{deal_id}"

    return with_photos(deal_id, do, lambda errors: _page(deal_id, said, errors), "handed")


@pages.post("/deliveries/deals/<int:deal_id>/correct")
def correct(deal_id: int) -> Any:
    said = typed("given_on", "given_at")

    def do(w: Work) -> str:
        delivery.correct(w, deal_id, moment_of(said["given_on"], said["given_at"], w))
        flash(gettext("Saved."))
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: _page(deal_id, said, errors))


@pages.post("/deliveries/deals/<int:deal_id>/take_back")
def take_back(deal_id: int) -> Any:
    def do(w: Work) -> str:
        delivery.take_back(w, deal_id)
        flash(gettext("Taken back: the car is not handed over."))
        return f"{HOME}/deals/{deal_id}"

    return save(do, lambda errors: _page(deal_id, {}, errors))


def _or_wrong(read: Callable[[], Any], wrong: list[Problem]) -> Any:
    """What was typed; what is wrong with it is told together with the rest."""
    try:
        return read()
    except Refused as refused:
        wrong += refused.problems
        return None


def _points(prefix: str) -> dict[str, tuple[str, str]]:
    got = request.form.get
    return {key: (got(prefix + key, ""), got(f"{prefix}note-{key}", "").strip()) for key in CHECKS}


def _checks_page(deal_id: int, errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        deal, row = _deal(reads, deal_id), delivery_rows.of_deal(reads, deal_id)
        photos = _photos(reads, row)
    kept = {key: shown((row.checks if row else {}).get(key)) for key in CHECKS}
    said, seen = (_points(""), _points("seen-")) if errors else (kept, kept)
    points = {key: said[key] if said[key] != seen[key] else kept[key] for key in CHECKS}
    return page(
        "automotive/delivery_checks.html",
        deal=deal,
        row=row,
        photos=photos,
        groups=GROUPS,
        called=CHECKS,
        points=points,
        noted=kept,
        errors=errors,
    )


def _page(deal_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        deal, row = _deal(reads, deal_id), delivery_rows.of_deal(reads, deal_id)
        car = delivery_car.of_delivery(reads, row, deal_id)
        delivered = row is not None and row.delivered_at is not None
        facts: dict[str, Any] = {
            "cars": [] if delivered else [(str(each.id), _name(each)) for each in delivery_car.offered(reads, deal_id)],
            "contract": delivery_rows.contract_of(reads, deal_id),
            "unpaid": not is_paid(reads, deal_id),
            "leads": leads(reads),
            "may_take_back": delivery.may_take_back(reads, row),
            "photos": _photos(reads, row),
            "people": everybody(),
            "at": _two(row.promised_at, reads) if row and row.promised_at else ("", ""),
            "given": _two(row.delivered_at, reads) if delivered else ("", ""),
            "late": row is not None and not delivered and row.promised_at and row.promised_at < reads.now,
        }
    explained = [(key, say(label)) for key, label in EXPLAINED.items()]
    found = row.checks if row else {}
    wrong = [(say(CHECKS[key]), found[key]["note"]) for key in CHECKS if key in found and not found[key]["ok"]]
    facts |= {"state": say(STATES[car.state]) if car else "", "said": explained, "wrong": wrong, "of": len(CHECKS)}
    facts |= {"behind": behind(deal, "follow_up" if delivered else "delivery")}
    facts |= {"done": counts(found), "delivered": delivered, "typed": said, "errors": errors}
    return page("automotive/delivery.html", deal=deal, row=row, car=car, **facts)


def _deal(reads: Reads, deal_id: int) -> Any:
    deal = reads.deal(deal_id)
    if deal is None or deal.process != KEY or deal.customer_id is None:
        abort(404)
    return deal


def _photos(reads: Reads, row: Any) -> Any:
    return reads.files(row.activity_id) if row and row.activity_id else []


def _name(car: Any) -> str:
    return " · ".join(filter(None, (car.model, car.colour, car.plate or (car.vin or "")[-6:], say(STATES[car.state]))))


def _two(moment: Any, reads: Reads) -> tuple[str, str]:
    local = moment.astimezone(reads.zone)
    return local.date().isoformat(), local.strftime("%H:%M")


EDITS = ("promise", "choose", "check", "explain", "add_photos", "hand_over", "correct", "take_back")
ROUTES = Routes("deliveries", lambda: pages, verb="deal.see", verbs=dict.fromkeys(EDITS, "deal.edit"))
