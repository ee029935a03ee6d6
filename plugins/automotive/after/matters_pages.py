"""Pages of matters: those that are mine, all and the late ones; one with its story; noting one by hand."""

from typing import Any

from flask import Blueprint, abort, request
from sqlalchemy import select

from salesapp.plugin_api import Reads, Routes, Work, flash, gettext, page, reading, say

from ..sending import everybody, number_of, save, typed
from ..tables import MATTER, VEHICLE
from . import matters, matters_back
from .matters import HOME
from .matters_words import STATES, STEPS, TOPIC_LABELS, of_topic

pages = Blueprint("matters", __name__)
ABOUT = ("customer", "deal", "car")


@pages.get("/matters")
def every() -> str:
    which = request.args.get("which", "mine")
    with reading() as reads:
        found = matters.seen(reads, MATTER.c.state.in_(matters.NOT_OVER))
        me, now = reads.actor.id, reads.now
        closed = matters.seen(reads, MATTER.c.state == "closed", last=True) if which == "closed" else ()
    mine = [each for each in found if _is_of(each, me)]
    late = [each for each in found if matters.is_late(each, now)]
    shown = {"all": found, "late": late, "closed": closed}.get(which, mine)
    tabs = [
        (gettext("Mine"), HOME, which == "mine", len(mine)),
        (gettext("All"), f"{HOME}?which=all", which == "all", len(found)),
        (gettext("Late"), f"{HOME}?which=late", which == "late", len(late)),
        (gettext("Closed"), f"{HOME}?which=closed", which == "closed"),
    ]
    rows = [(each, _called(each), matters.is_late(each, now)) for each in shown]
    return page("automotive/matters.html", tabs=tabs, rows=rows, states=STATES, names=everybody())


def _is_of(matter: Any, person_id: int | None) -> bool:
    """Theirs to do next: to solve it, or to call back."""
    return bool((matter.owner_id if matter.state == "open" else matter.back_to) == person_id)


def _called(matter: Any) -> str:
    """What a matter is called: its topic, and what was said of it in the survey."""
    return " · ".join(say(each) for each in of_topic(matter.topic) if each)


@pages.get("/matters/new")
def new() -> str:
    return _new_page({name: request.args.get(name, "")[:20] for name in ABOUT}, {})


@pages.post("/matters/new")
def note() -> Any:
    said = typed(*ABOUT, "topic", "text", "owner", "back_to")

    def do(w: Work) -> str:
        about = _about(w.reads, said)
        new = {"topic": said["topic"], "text": said["text"], **about["ids"]}
        if back_to := _chosen(w.reads, said["back_to"]):
            new["back_to"] = back_to
        matters.raise_by_hand(w, new, _chosen(w.reads, said["owner"]))
        flash(gettext("Noted. Whoever is to solve it has been told."))
        return str(about["back"])

    return save(do, lambda errors: _new_page(said, errors))


def _new_page(said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        about = _about(reads, said)
        people = [(str(each.id), each.name) for each in reads.people()]
    topics = [(key, say(label)) for key, label in TOPIC_LABELS.items()]
    said = {"topic": "", "text": "", "owner": "", "back_to": "", **said}
    facts = {"about": about, "topics": topics, "people": people, "typed": said, "errors": errors}
    return page("automotive/matter_new.html", **facts)


def _about(reads: Reads, said: dict[str, str]) -> dict[str, Any]:
    """What a new matter is about: the ids of its row, the customer's name, and where its page is."""
    ids: dict[str, Any] = {"vehicle_id": None, "deal_id": None, "customer_id": number_of(said["customer"])}
    back = f"/customers/{ids['customer_id']}"
    if said["deal"]:
        deal = reads.deal(number_of(said["deal"]) or 0) or abort(404)
        ids |= {"deal_id": deal.id, "customer_id": deal.customer_id}
        back = f"/deals/{deal.id}"
    elif said["car"]:
        car = next(iter(reads.execute(select(VEHICLE).where(VEHICLE.c.id == (number_of(said["car"]) or 0)))), None)
        ids |= {"vehicle_id": car.id, "customer_id": car.customer_id} if car else {}
        back = f"/p/automotive/vehicles/{said['car']}"
    customer = reads.customer(ids["customer_id"]) if ids["customer_id"] else None
    if customer is None:
        abort(404)
    return {"ids": ids, "back": back, "name": customer.name or customer.company}


@pages.get("/matters/<int:matter_id>")
def show(matter_id: int) -> str:
    return _page(matter_id, {}, {})


@pages.post("/matters/<int:matter_id>/answer")
def answer(matter_id: int) -> Any:
    said = typed("answer")

    def do(w: Work) -> str:
        matters_back.answer(w, matter_id, said["answer"])
        flash(gettext("Answered. The call back is being planned."))
        return f"{HOME}/{matter_id}"

    return save(do, lambda errors: _page(matter_id, said, errors))


@pages.post("/matters/<int:matter_id>/give")
def give(matter_id: int) -> Any:
    said = typed("owner")

    def do(w: Work) -> str:
        matters.give(w, matter_id, number_of(said["owner"]))
        flash(gettext("Given on."))
        return HOME

    return save(do, lambda errors: _page(matter_id, said, errors))


def _page(matter_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        matter = matters.one(reads, matter_id)
        story, mine = matters.story(reads, matter_id), matters.may_solve(reads, matter)
        people = [(str(each.id), each.name) for each in reads.people() if each.id != matter.owner_id]
        late = matters.is_late(matter, reads.now)
        deal_id = matter.deal_id if matter.deal_id and reads.deal(matter.deal_id) else None
        calls = [each if each and reads.activity(each) else None for each in (matter.activity_id, matter.call_id)]
    facts = {"matter": matter, "called": _called(matter), "story": story, "mine": mine, "people": people, "late": late}
    facts |= {"deal_id": deal_id, "said_in": calls[0], "call_id": calls[1]}  # those this person may open
    words = {"states": STATES, "steps": STEPS, "names": everybody()}
    return page("automotive/matter.html", typed=said, errors=errors, **facts, **words)


def _chosen(reads: Reads, text: str) -> int | None:
    """A person of the list; None where nobody was chosen."""
    number = number_of(text)
    return number if number in {each.id for each in reads.people()} else None


WRITES = ("new", "note", "answer", "give")
ROUTES = Routes("matters", lambda: pages, verb="customer.see", verbs=dict.fromkeys(WRITES, "customer.edit"))
