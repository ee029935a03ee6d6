"""Pages of the dance school: the sign-up form for everybody, the book of trial lessons, and booking one."""

from typing import Any

from flask import Blueprint, abort, request

from salesapp.plugin_api import (
    N_,
    SYSTEM,
    Problem,
    Refused,
    Routes,
    asking,
    flash,
    gettext,
    go_to,
    page,
    problem,
    reading,
    say,
    take_files,
    takes_files,
    work,
)

from .booking import book, cancel, rooms, seen_trials, teachers
from .courses import COURSE, DANCE
from .signing_up import day_of, missing, take_sign_up, take_signed_form
from .tables import TRIAL

ME = "dance_school"
pages = Blueprint("pages", __name__)


# --- for everybody ---


@pages.get("/")
def sign_up() -> str:
    return _sign_up_page({}, ())


@pages.post("/sign-up")
def signed_up() -> Any:
    typed = {name: request.form.get(name, "").strip()[:80] for name in ("name", "phone", "dance", "day")}
    wrong = list(missing(typed))
    if wrong:
        return _sign_up_page(typed, wrong), 422
    try:
        with work(SYSTEM, asking().now, plugin=ME) as w:
            take_sign_up(
                w, typed["name"], typed["phone"], {"field.dance": typed["dance"], "field.wished_day": typed["day"]}
            )
    except Refused as refused:
        return _sign_up_page(typed, refused.problems), 422
    return go_to("/p/dance_school/thanks")


@pages.get("/thanks")
def thanks() -> str:
    return page("dance_school/thanks.html")


def _sign_up_page(typed: dict[str, str], wrong: Any) -> str:
    dances = [(each.key, say(each.label)) for each in DANCE.options]
    return page("dance_school/sign_up.html", typed=typed, errors=_by_place(wrong), dances=dances)


# --- for those who work here ---


@pages.get("/trials")
def trials() -> str:
    with reading() as reads:
        found = seen_trials(reads, TRIAL.c.day >= asking().today)
        facts = {"may_cancel": "deal.edit" in reads.actor.verbs, "teachers": teachers(reads)}
    return page("dance_school/trials.html", trials=found, today=asking().today, **facts)


@pages.get("/deals/<int:deal_id>/book")
def book_form(deal_id: int) -> str:
    return _book_page(deal_id, {}, ())


@pages.post("/deals/<int:deal_id>/book")
def book_trial(deal_id: int) -> Any:
    typed = {name: request.form.get(name, "").strip() for name in ("room", "day", "comes_with", "teacher")}
    day, room, teacher = day_of(typed["day"]), typed["room"], typed["teacher"]
    if day is None or not room.isdecimal():
        return _book_page(deal_id, typed, [problem("day", N_("Choose a room and a day."))]), 422
    who = asking()
    try:
        with work(who.actor, who.now, plugin=ME, request_key=request.form.get("request_key")) as w:  # type: ignore[arg-type]
            book(w, deal_id, int(room), day, typed["comes_with"], int(teacher) if teacher.isdecimal() else None)
    except Refused as refused:
        return _book_page(deal_id, typed, refused.problems), 422
    flash(gettext("Booked."))
    return go_to(f"/deals/{deal_id}")


@pages.post("/trials/<int:trial_id>/cancel")
def cancel_trial(trial_id: int) -> Any:
    who = asking()
    with work(who.actor, who.now, plugin=ME, request_key=request.form.get("request_key")) as w:  # type: ignore[arg-type]
        deal_id = cancel(w, trial_id)
    flash(gettext("The trial lesson is cancelled."))
    return go_to(f"/deals/{deal_id}")


def _book_page(deal_id: int, typed: dict[str, str], wrong: Any) -> str:
    with reading() as reads:
        deal = reads.deal(deal_id)
        if deal is None or deal.process != COURSE:
            abort(404)
        wished = (deal.custom.get(ME) or {}).get("wished_day", "")  # type: ignore[attr-defined]
        halls = [(each.id, f"{each.name} ({each.places})") for each in rooms(reads)]
        chosen = [("", gettext("No teacher yet")), *teachers(reads).items()]
        facts = {"deal": deal, "rooms": halls, "teachers": chosen, "begins": reads.settings()["begins"]}
    return page("dance_school/book.html", typed={"day": wished} | typed, errors=_by_place(wrong), **facts)


@pages.get("/deals/<int:deal_id>/signed")
def signed_form(deal_id: int) -> str:
    return _signed_page(deal_id, ())


@pages.post("/deals/<int:deal_id>/signed")
@takes_files
def bring_signed(deal_id: int) -> Any:
    who = asking()
    try:
        kept = take_files(request.files.getlist("photos"), "photos")
        with work(who.actor, who.now, plugin=ME, request_key=request.form.get("request_key")) as w:  # type: ignore[arg-type]
            take_signed_form(w, deal_id, kept)
    except Refused as refused:
        return _signed_page(deal_id, refused.problems), 422
    flash(gettext("The signed form is with the deal."))
    return go_to(f"/deals/{deal_id}")


def _signed_page(deal_id: int, wrong: Any) -> str:
    with reading() as reads:
        deal = reads.deal(deal_id)
    if deal is None or deal.process != COURSE:
        abort(404)
    return page("dance_school/signed.html", deal=deal, errors=_by_place(wrong))


def _by_place(problems: list[Problem]) -> dict[str, list[str]]:
    return {each.place: [say(other.message) for other in problems if other.place == each.place] for each in problems}


ROUTES = Routes(
    "pages",
    lambda: pages,
    verb="deal.see",
    verbs={"book_form": "deal.edit", "book_trial": "deal.edit", "cancel_trial": "deal.edit"}
    | {"signed_form": "activity.add", "bring_signed": "activity.add"},
    public=("sign_up", "signed_up", "thanks"),
)
