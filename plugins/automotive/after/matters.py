"""Open matters: a complaint or a request has an owner until the customer has had their answer, and was content.

open -> answered (the answer goes back with a planned call) -> closed (that call reached them, and they are content).
One that is not solved when it is due goes up, to the owner's lead and so on to the owner of the house; one whose
customer is not called back in time goes up once, to the lead of whoever is to call.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, or_, select, true, update

from salesapp.plugin_api import (
    N_,
    NewActivity,
    NotFound,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..tables import MATTER, MATTER_STEP
from .matters_words import AT_THE_TOP, CALL_LATE, CAME_UP, NEW, NOT_CALLED, STEPS, TOPIC_LABELS, WENT_UP

HOME: Final = "/p/automotive/matters"
LONGEST: Final = 1000
NOT_OVER: Final = ("open", "answered")
QUICKER: Final = problem("", N_("Somebody else was quicker. Look at the matter again."))


def hours(asked: Reads | Work, name: str) -> timedelta:
    """A setting in hours that pass, weekend or feast: one at least, a year at most."""
    return timedelta(hours=min(max(1, asked.settings()[name] or 24), 24 * 365))


def raise_matter(w: Work, new: Mapping[str, Any], owner_id: int | None = None) -> int:
    """A matter is opened, and told to whoever is to solve it; its id. `new` are its columns: customer_id, topic, text,
    and what it is about. An IntegrityError says that it is there already (one for an activity and topic)."""
    customer = w.reads.customer(new["customer_id"])
    if customer is None:
        raise NotFound
    deal = w.reads.deal(new["deal_id"]) if new.get("deal_id") else None
    seller = deal.owner_id if deal is not None else customer.owner_id
    values: dict[str, Any] = {"raised_at": w.now, "state": "open", "back_to": seller, **new}
    values["owner_id"] = owner_id or w.reads.who_does(_solver(w, values["topic"]), seller)
    values["due_at"] = values["raised_at"] + hours(w, "matter_hours")
    matter_id = int(w.session.execute(insert(MATTER).values(values).returning(MATTER.c.id)).scalar_one())
    matter = row(w, matter_id)
    note_step(w, matter, "raised", to_id=matter.owner_id, text=matter.text)
    tell(w, matter, matter.owner_id, NEW)
    wait(w, matter)
    return matter_id


def _solver(w: Work, topic: str) -> str:
    return "function.service" if topic in (w.settings()["matter_service"] or ()) else "manager"


def raise_by_hand(w: Work, new: Mapping[str, Any], owner_id: int | None) -> int:
    """What somebody typed becomes a matter; its id. Only who may change the customer notes one."""
    w.change_customer(new["customer_id"], {})
    wrong = [] if new["topic"] in TOPIC_LABELS else [problem("topic", N_("Choose what it is about."))]
    wrong += of_the_text("text", new["text"])
    if wrong:
        raise Refused(wrong)
    return raise_matter(w, new, owner_id)


def of_the_text(place: str, text: str) -> list[Problem]:
    """What is wrong with what was typed."""
    if not text:
        return [problem(place, N_("Say it in a sentence."))]
    if len(text) > LONGEST:
        return [problem(place, N_("At most %(most)s characters."), most=LONGEST)]
    return []


# --- going up ---


def wait(w: Work, matter: Any) -> None:
    """Look at it again at the moment it is due."""
    at = matter.due_at
    w.enqueue("matter_due", {"matter": matter.id}, run_at=at, slot=f"{matter.id}:{at.isoformat()}")


def go_up(w: Work, args: Mapping[str, Any]) -> None:
    """Not solved in time: it is the lead's from now on, with a new due time, once however many processes look."""
    matter = row(w, args["matter"])
    if matter is None or matter.state == "closed" or matter.due_at > w.now:
        return
    if matter.state == "answered":
        _not_called(w, matter)
        return
    above = above_of(w.reads, matter.owner_id)
    if above is None:
        tell(w, matter, matter.owner_id, AT_THE_TOP)
        return
    new = {"owner_id": above, "level": matter.level + 1, "due_at": w.now + hours(w, "matter_hours")}
    if not change(w, matter, new):
        return
    note_step(w, matter, "up", to_id=above)
    tell(w, matter, matter.owner_id, WENT_UP)
    tell(w, matter, above, CAME_UP)
    said = [w.reads.in_words(each, above) for each in (STEPS["up"], TOPIC_LABELS[matter.topic])]
    note = ". ".join([*said, matter.text] if matter.text else said)
    w.log_activity(NewActivity(kind="task", note=note, owner_id=above, **about(w, matter)))
    wait(w, row(w, matter.id))


def _not_called(w: Work, matter: Any) -> None:
    """The customer waits for the call with the answer: whoever leads the caller sees to it from now on, told once for
    each answer. The call stays where it is, and so does what it is late by."""
    told = {each.what for each in steps_since(w, matter.id, "answered")}
    above = above_of(w.reads, matter.back_to)
    if above is None or "uncalled" in told:
        return
    if change(w, matter, {"owner_id": above, "level": matter.level + 1}):
        note_step(w, matter, "uncalled", to_id=above)
        tell(w, matter, matter.back_to, CALL_LATE)
        tell(w, matter, above, NOT_CALLED)


def steps_since(w: Work, matter_id: int, what: str) -> Sequence[Any]:
    """What became of a matter since this happened to it last."""
    found = w.reads.execute(select(MATTER_STEP).where(MATTER_STEP.c.matter_id == matter_id).order_by(MATTER_STEP.c.id))
    last = max((n for n, each in enumerate(found) if each.what == what), default=-1)
    return found[last + 1 :]


def above_of(reads: Reads, owner_id: int | None) -> int | None:
    """Whose a matter is when its owner did not solve it; None where they are the top already."""
    owner = next((each for each in reads.people() if each.id == owner_id), None)
    if owner is not None and owner.role == "admin":
        return None
    above = reads.who_does("manager", owner_id)
    return above if above != owner_id else None


def change(w: Work, matter: Any, values: Mapping[str, Any]) -> bool:
    """Change a matter that still stands as it was seen; whether it did."""
    was = (MATTER.c.state == matter.state, MATTER.c.level == matter.level, MATTER.c.due_at == matter.due_at)
    call = MATTER.c.call_id.is_not_distinct_from(matter.call_id)
    changed = update(MATTER).where(MATTER.c.id == matter.id, *was, call).values(dict(values))
    return w.session.execute(changed.returning(MATTER.c.id)).first() is not None


def about(w: Work, matter: Any) -> dict[str, Any]:
    """The customer of an activity about it, and the deal where it is still theirs."""
    deal = w.reads.deal(matter.deal_id) if matter.deal_id else None
    fits = deal is not None and deal.customer_id == matter.customer_id
    return {"customer_id": matter.customer_id, "deal_id": matter.deal_id if fits else None}


def tell(w: Work, matter: Any, person_id: int | None, words: Text) -> None:
    """Tell somebody about a matter, once for each step it came to."""
    newest = select(func.max(MATTER_STEP.c.id).label("id")).where(MATTER_STEP.c.matter_id == matter.id)
    (step,) = w.reads.execute(newest)
    w.notify_of_page(person_id, words, f"{HOME}/{matter.id}", once=f"{step.id} {words.en}")


def note_step(
    w: Work, matter: Any, what: str, *, by_id: int | None = None, to_id: int | None = None, text: str = ""
) -> None:
    """One more line of its story; by whoever asks, or who else did it."""
    step = {"matter_id": matter.id, "customer_id": matter.customer_id, "what": what, "at": w.now}
    w.session.execute(insert(MATTER_STEP).values(**step, by_id=by_id or w.actor.id, to_id=to_id, text=text[:LONGEST]))


# --- whose it is ---


def give(w: Work, matter_id: int, person_id: int | None) -> None:
    """Somebody else is to solve it; when it is due stays."""
    matter = to_solve(w, matter_id)
    if person_id not in {each.id for each in w.reads.people()}:
        raise Refused([problem("owner", N_("Choose somebody of the list."))])
    if matter.state != "open" or not change(w, matter, {"owner_id": person_id}):
        raise Refused([QUICKER])
    note_step(w, matter, "given", to_id=person_id)
    tell(w, matter, person_id, NEW)


def to_solve(w: Work, matter_id: int) -> Any:
    """A matter this person may answer: its owner, and whoever leads them; who may change the customer, where it is
    nobody's."""
    matter = one(w.reads, matter_id)
    if matter.owner_id is None:
        w.change_customer(matter.customer_id, {})
    if not may_solve(w.reads, matter):
        raise Refused([problem("", N_("Whoever it belongs to answers it, or who leads them."))])
    return matter


def may_solve(reads: Reads, matter: Any) -> bool:
    """Whether this person is its owner, or leads them."""
    return matter.owner_id is None or reads.actor.people is None or matter.owner_id in reads.actor.people


# --- what there is ---


def row(w: Work, matter_id: int) -> Any:
    """One matter, whoever asks; None where there is none."""
    return next(iter(w.reads.execute(select(MATTER).where(MATTER.c.id == matter_id))), None)


def seen(reads: Reads, *where: Any, last: bool = False) -> Sequence[Any]:
    """Matters of customers this person sees, and those they have or had to solve or to call back about; the next due
    first, or with `last` the one closed last."""
    customer, people = reads.visible_customers(), reads.actor.people
    had = select(MATTER_STEP.c.matter_id).where(MATTER_STEP.c.to_id.in_(people or ()))
    theirs = or_(customer.c.id.is_not(None), MATTER.c.id.in_(had), MATTER.c.back_to.in_(people or ()))
    found = select(MATTER, customer.c.name, customer.c.company)
    found = found.outerjoin(customer, customer.c.id == MATTER.c.customer_id)
    found = found.where(true() if people is None else theirs, *where)
    order = (MATTER.c.closed_at.desc(), MATTER.c.id.desc()) if last else (MATTER.c.due_at, MATTER.c.id)
    return reads.execute(found.order_by(*order).limit(500))


def one(reads: Reads, matter_id: int) -> Any:
    """One matter this person sees."""
    rows = seen(reads, MATTER.c.id == matter_id)
    if not rows:
        raise NotFound
    return rows[0]


def story(reads: Reads, matter_id: int) -> Sequence[Any]:
    """What became of it, the earliest first."""
    mine = MATTER_STEP.c.matter_id == matter_id
    return reads.execute(select(MATTER_STEP).where(mine).order_by(MATTER_STEP.c.id))


def is_late(matter: Any, now: datetime) -> bool:
    """Whether it should be solved, or called back about, by now."""
    return bool(matter.state != "closed" and matter.due_at < now)
