"""Pages of the register at the door: the day, a new guest, a guest by appointment, one visit and what came of it."""

from typing import Any

from flask import Blueprint, request

from salesapp.plugin_api import (
    N_,
    SYSTEM,
    Money,
    Msg,
    NotFound,
    Problem,
    Reads,
    Refused,
    Routes,
    Work,
    asking,
    flash,
    gettext,
    go_to,
    page,
    problem,
    read_amount,
    reading,
    say,
    work,
)

from ..fields import LEVEL
from ..sending import ME, by_place, day_of, number_of, save, today_of, typed
from . import levels, visits, visits_seen

pages = Blueprint("visits", __name__)
HOME = "/p/automotive/visits"
FEW = [(str(n), str(n)) for n in range(1, 10)]
"""How many come together, where one presses who has come."""


@pages.get("/visits")
def register() -> str:
    with reading() as reads:
        today = today_of(reads)
        day = day_of(request.args.get("day", "")) or today
        who = number_of(request.args.get("who", ""))
        here = visits_seen.in_house(reads) if day == today else []
        ids = {row.id for row in here}
        gone = [row for row in visits_seen.of_day(reads, day, who) if row.id not in ids]
        late = visits_seen.not_followed_up(reads) if day == today else []
        names = {each.id: each.name for each in reads.people(team=True)}
    here = [row for row in here if who in (None, row.received_by)]
    shown = {"here": here, "gone": gone, "late": late, "names": names, "called": called}
    people = [("", gettext("All")), *((str(key), name) for key, name in names.items())]
    report = f"/reports/p/automotive.visits?period=dates&from={day.isoformat()}&to={day.isoformat()}"
    return page("automotive/visits.html", day=day, today=today, who=who or "", people=people, report=report, **shown)


def called(row: Any) -> str:
    """What a guest is called for whoever looks: a colleague's customer keeps their name."""
    name = row.called or row.company or row.name
    return name or (gettext("A colleague's customer") if row.customer_id else gettext("Guest"))


# --- somebody comes ---


@pages.get("/visits/new")
def new_guest() -> str:
    return _new_form({"people": "1"}, {})


@pages.post("/visits/new")
def note_guest() -> Any:
    said = typed("people", "heard", "received_by", "name", "phone", "note")

    def do(w: Work) -> str:
        words = {name: said[name] for name in ("heard", "name", "phone", "note")}
        visits.note(w, words | {"people": number_of(said["people"]), "received_by": number_of(said["received_by"])})
        flash(gettext("Noted."))
        return HOME

    return save(do, lambda errors: _new_form(said, errors))


def _new_form(said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        free, sources = visits_seen.receivers(reads), reads.sources()
    said = {"received_by": str(free[0].id) if free else ""} | said
    heard = [("", gettext("Not asked yet")), *((key, say(label)) for key, label in sources.items())]
    return page("automotive/visit_new.html", typed=said, errors=errors, free=_offered(free), heard=heard)


def _offered(free: list[visits_seen.Free]) -> list[tuple[str, str]]:
    """Who can receive them, with how many guests each has now."""
    return [(str(each.id), f"{each.name} · {each.guests}" if each.guests else each.name) for each in free]


@pages.get("/visits/invited")
def invited() -> str:
    return _invited_page(request.args.get("q", "").strip()[:80], {})


@pages.post("/visits/invited")
def note_invited() -> Any:
    said = typed("activity", "customer", "received_by", "people", "q")

    def do(w: Work) -> str:
        found = visits.welcome(w, _expected(w.reads, said))
        flash(gettext("Noted."))
        return f"{HOME}/{found}"

    return save(do, lambda errors: _invited_page(said["q"][:80], errors))


def _expected(reads: Reads, said: dict[str, str]) -> dict[str, Any]:
    """Who came, by the appointment or the customer that was pressed; only what this person is offered counts."""
    planned, people = number_of(said["activity"]), number_of(said["people"] or "1")
    if planned is not None:
        for row in visits_seen.appointments(reads, today_of(reads)):
            if row.id == planned:
                here = [each.id for each in reads.people(team=True)]
                about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "activity_id": row.id}
                by = row.owner_id if row.owner_id in here else None  # who planned it may work elsewhere
                return about | {"received_by": by, "people": people, "invited": True}
        raise Refused([problem("", N_("Somebody has noted already that they came."))])
    customer_id = number_of(said["customer"])
    if customer_id not in [found for found, _ in visits_seen.guests(reads, said["q"])]:
        raise NotFound
    return {"customer_id": customer_id, "received_by": number_of(said["received_by"]), "people": people}


def _invited_page(words: str, errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        expected = visits_seen.appointments(reads, today_of(reads))
        found = visits_seen.guests(reads, words) if words else []
        free = visits_seen.receivers(reads)
        names = {each.id: each.name for each in reads.people(team=True)}
    first = free[0].id if free else ""
    facts = {"expected": expected, "found": found, "first": first, "names": names, "few": FEW}
    return page("automotive/visit_invited.html", q=words, errors=errors, **facts)


# --- one visit ---


@pages.get("/visits/<int:visit_id>")
def show(visit_id: int) -> str:
    return _visit_page(visit_id, {}, {})


@pages.post("/visits/<int:visit_id>/happened")
def keep(visit_id: int) -> Any:
    said = typed("name", "phone", "level", "model", "colour", "quoted", "note")

    def do(w: Work) -> str:
        visits.happened(w, visit_id, _happened(w, said))
        if request.form.get("do") == "deal":
            return f"/deals/{visits.make_deal(w, visit_id)}"
        flash(gettext("Saved."))
        return f"{HOME}/{visit_id}"

    return save(do, lambda errors: _visit_page(visit_id, said, errors))


def _happened(w: Work, said: dict[str, str]) -> dict[str, Any]:
    currency = w.reads.currency
    quoted = read_amount(said["quoted"], currency) if said["quoted"] else None
    if isinstance(quoted, Msg):
        raise Refused([Problem("quoted", quoted)])
    words = {name: said[name] for name in ("name", "phone", "level", "model", "colour", "note")}
    return words | {"quoted_minor": quoted, "currency": currency}


@pages.post("/visits/<int:visit_id>/leave")
def leave(visit_id: int) -> Any:
    def do(w: Work) -> str:
        visits.leave(w, visit_id)
        flash(gettext("They have left."))
        return HOME

    return save(do, lambda errors: _visit_page(visit_id, {}, errors))


@pages.post("/visits/<int:visit_id>/give")
def give(visit_id: int) -> Any:
    said = typed("to", "was")

    def do(w: Work) -> str:
        visits.give(w, visit_id, number_of(said["to"]), number_of(said["was"]))
        flash(gettext("Both were told."))
        return f"{HOME}/{visit_id}"

    return save(do, lambda errors: _visit_page(visit_id, said, errors))


@pages.post("/visits/<int:visit_id>/holder")
def tell_holder(visit_id: int) -> Any:
    said = typed("name", "phone")
    with reading() as reads:
        visits_seen.one(reads, visit_id)
    try:
        with work(SYSTEM, asking().now, plugin=ME) as w:
            visits.tell_holder(w, visit_id, said["name"], said["phone"])
    except Refused as refused:
        return _visit_page(visit_id, said, by_place(refused.problems)), 422
    flash(gettext("Whose customer it is was told."))
    return go_to(f"{HOME}/{visit_id}")


def _visit_page(visit_id: int, said: dict[str, str], errors: dict[str, list[str]]) -> str:
    with reading() as reads:
        row = visits_seen.one(reads, visit_id)
        deal = reads.deal(row.deal_id) if row.deal_id is not None else None
        names = {each.id: each.name for each in reads.people(team=True)}
        heard, currency = reads.sources().get(row.heard), row.currency or reads.currency
        free = visits_seen.receivers(reads)
        makes_deals = visits.makes_deals(reads.actor, row)
    kept = {name: getattr(row, name) or "" for name in ("name", "phone", "level", "model", "colour", "note")}
    kept["quoted"] = _typed_back(row)
    if deal is not None:
        kept["level"] = levels.of_deal(deal) or kept["level"]
    facts = {
        "deal": deal,
        "called": called(row),
        "receiver": names.get(row.received_by, ""),
        "heard": say(heard) if heard else "",
        "currency": currency,
        "makes_deals": makes_deals,
    }
    options = [(each.key, say(each.label)) for each in LEVEL.options]
    others = [one for one in _offered(free) if one[0] != str(row.received_by)]
    return page(
        "automotive/visit.html", visit=row, typed=kept | said, errors=errors, levels=options, others=others, **facts
    )


def _typed_back(row: Any) -> str:
    return f"{Money(row.quoted_minor, row.currency).major.normalize():f}" if row.quoted_minor else ""


EDITS = ("note_guest", "note_invited", "keep", "leave", "give", "tell_holder")
ROUTES = Routes("visits", lambda: pages, verb="deal.see", verbs=dict.fromkeys(EDITS, "deal.edit"))
