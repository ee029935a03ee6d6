"""The register at the door: who came, who received them, what happened, and what becomes of it.

Anybody at the door writes the register. What follows in the house of the visit of somebody known, the timeline and the
key step of the deal, is done by the installation a moment later (visits_after.py), since who stands at the door need
not be allowed to work with the customer.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    N_,
    Actor,
    Msg,
    NewCustomer,
    NewDeal,
    NotFound,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..sending import too_long
from ..showroom import KEY
from ..tables import VISIT
from . import interests, levels, visits_after, visits_seen

GUEST: Final = Text(
    "A guest is waiting for you in the showroom",
    "展厅有客人，请您接待",
    "展間有客人，請您接待",
    "В салоне вас ждёт гость",
)
TAKEN_OVER: Final = Text(
    "Your guest is received by somebody else now",
    "您的客人已改由同事接待",
    "您的客人已改由同事接待",
    "Вашего гостя теперь принимает коллега",
)
MOST: Final = 99
"""People who come together; a coach full is a visit of another kind."""
AT_ONCE: Final = timedelta(minutes=30)
"""Whoever is noted twice in this time has come once: two people stood at the door."""
LONGEST: Final = {"name": 80, "phone": 40, "model": 80, "colour": 40, "note": 500}
NOT_THEIRS: Final = N_("Only who received them, or a manager, makes an opportunity of the visit.")


def note(w: Work, values: Mapping[str, Any]) -> int:
    """Somebody came whom nobody knows yet; the visit's id. `values`: people, heard, received_by, name, phone, note."""
    if wrong := [*_of_words(w.reads, values), *_of_guests(w.reads, values)]:
        raise Refused(wrong)
    return _insert(w, values)


def welcome(w: Work, values: Mapping[str, Any]) -> int:
    """A customer came, by appointment with `activity_id` or unannounced; the visit's id. `values`: customer_id,
    received_by, people."""
    if wrong := _of_guests(w.reads, values):
        raise Refused(wrong)
    lately = VISIT.c.customer_id == values["customer_id"], VISIT.c.came_at > w.now - AT_ONCE
    if w.reads.execute(select(VISIT.c.id).where(*lately).limit(1)):
        raise Refused([problem("", N_("Somebody has noted already that they came."))])
    try:
        with w.session.begin_nested():
            visit_id = _insert(w, {**values, "again": _been_here(w.reads, values["customer_id"], None)})
    except IntegrityError:
        raise Refused([problem("", N_("Somebody has noted already that they came."))]) from None
    w.enqueue("visited", {"visit": visit_id})
    return visit_id


def _insert(w: Work, values: Mapping[str, Any]) -> int:
    row = {**values, "came_at": w.now, "noted_by": w.actor.id}
    visit_id = int(w.session.execute(insert(VISIT).values(row).returning(VISIT.c.id)).scalar_one())
    w.notify_of_page(values["received_by"], GUEST, address(visit_id))
    return visit_id


def _of_words(reads: Reads, values: Mapping[str, Any]) -> list[Problem]:
    wrong = too_long(values, **LONGEST)
    phone = reads.read_phone(values["phone"]) if values.get("phone") else ""
    return [*wrong, Problem("phone", phone)] if isinstance(phone, Msg) else wrong


def _of_guests(reads: Reads, values: Mapping[str, Any]) -> list[Problem]:
    wrong = []
    if values["people"] is None or not 1 <= values["people"] <= MOST:
        wrong.append(problem("people", N_("How many people came: 1 to %(n)s."), n=MOST))
    if values.get("heard") and values["heard"] not in reads.sources():
        wrong.append(problem("heard", N_("Choose how they heard of us.")))
    if values["received_by"] not in (None, *(each.id for each in reads.people(team=True))):
        wrong.append(problem("received_by", N_("Choose who receives them.")))
    return wrong


def _been_here(reads: Reads, customer_id: int, but: int | None) -> bool:
    before = select(VISIT.c.id).where(VISIT.c.customer_id == customer_id, VISIT.c.id != (but or 0)).limit(1)
    return bool(reads.execute(before))


def address(visit_id: int) -> str:
    """The page of a visit."""
    return f"/p/automotive/visits/{visit_id}"


# --- while they are here ---


def leave(w: Work, visit_id: int) -> None:
    """They have left. Pressed twice, the first time counts."""
    row = visits_seen.one(w.reads, visit_id)
    left = update(VISIT).where(VISIT.c.id == visit_id, VISIT.c.left_at.is_(None)).values(left_at=w.now)
    w.session.execute(left)
    if row.deal_id is not None:
        w.enqueue("visited", {"visit": visit_id})  # what is counted from the visit is counted from its end


def give(w: Work, visit_id: int, to: int | None, was: int | None) -> None:
    """Somebody else receives them from now on; both are told. Of two who give at once one does. Their deal
    goes along where whoever received them gives it, leads, or stands at the front desk: nobody takes one by a visit."""
    row = visits_seen.one(w.reads, visit_id)
    if to is None or to not in [each.id for each in w.reads.people(team=True)]:
        raise Refused([problem("to", N_("Choose who receives them."))])
    given = update(VISIT).where(VISIT.c.id == visit_id, VISIT.c.received_by.is_not_distinct_from(was))
    if not w.session.execute(given.values(received_by=to).returning(VISIT.c.id)).first():
        raise Refused([problem("to", N_("Somebody else was quicker. Look at the visit again."))])
    if to == was:
        return
    once = w.now.isoformat()
    w.notify_of_page(to, GUEST, address(visit_id), once=once)
    w.notify_of_page(was, TAKEN_OVER, address(visit_id), once=f"-{once}")
    if row.customer_id is not None:
        along = w.actor.id == was or "customer.assign" in w.actor.verbs or visits_seen.FRONT_DESK in w.actor.functions
        w.enqueue("given", {"visit": visit_id, "from": was, "to": to, "along": along})


def happened(w: Work, visit_id: int, values: Mapping[str, Any]) -> None:
    """What came of it: level, model, colour, quoted_minor, note; of a stranger name and phone."""
    row = visits_seen.one(w.reads, visit_id)
    wrong = _of_words(w.reads, values if row.customer_id is None else {**values, "phone": ""})
    if values["level"] and not levels.label_of(values["level"]):
        wrong.append(problem("level", N_("Choose a level from the list.")))
    if wrong:
        raise Refused(wrong)
    kept = dict(values) if row.customer_id is None else {k: v for k, v in values.items() if k not in ("name", "phone")}
    w.session.execute(update(VISIT).where(VISIT.c.id == visit_id).values(kept))
    if row.deal_id is not None and kept["level"] and "deal.edit" in w.actor.verbs and w.reads.deal(row.deal_id):
        w.change_deal(row.deal_id, {"field.level": kept["level"]})


# --- what becomes of it ---


def makes_deals(actor: Actor, row: Any) -> bool:
    """Whether an opportunity of this visit is theirs to make: they received the guests, or they hand customers out."""
    return row.received_by in (None, actor.id) or "customer.assign" in actor.verbs


def make_deal(w: Work, visit_id: int) -> int:
    """The visit becomes an opportunity of whoever received them; the deal's id. A customer who is here already is
    taken, not added once more, and so is the car deal they have."""
    visits_after.hold(w, visit_id)  # of two who press at once, the second finds the deal of the first
    row = visits_seen.one(w.reads, visit_id)
    if row.deal_id is not None:
        return int(row.deal_id)
    if row.customer_id is not None and w.reads.customer(row.customer_id) is None:
        raise Refused([problem("", N_("A colleague's customer: they make the opportunity themselves."))])
    if not makes_deals(w.actor, row):
        raise Refused([problem("", NOT_THEIRS)])
    owner_id = row.received_by or w.actor.id
    customer_id = row.customer_id or _customer(w, row, owner_id)
    deal_id = visits_seen.open_deal(w.reads, customer_id)
    if deal_id is None:
        new = NewDeal(customer_id=customer_id, title=row.model, process=KEY, owner_id=owner_id)
        deal_id = w.add_deal(new)
    if row.level:
        w.change_deal(deal_id, {"field.level": row.level})
    if row.model and not interests.of_deal(w.reads, deal_id):
        interests.add(w, deal_id, model=row.model, colour=row.colour)
    link(w, visit_id, customer_id, row.phone, deal_id)
    return deal_id


def _customer(w: Work, row: Any, owner_id: int | None) -> int:
    new = NewCustomer(
        name=row.name, phones=[row.phone] if row.phone else [], source=row.heard or None, owner_id=owner_id
    )
    try:
        with w.session.begin_nested():
            return w.add_customer(new)
    except Refused as refused:
        known = refused.problems[0].message.values if len(refused.problems) == 1 else {}
        if "customer" in known:
            return int(str(known["customer"]))
        if "shown" in known:  # somebody's whom this person does not see
            raise Refused([*refused.problems, problem("holder", N_("Is it the customer of a colleague?"))]) from None
        raise


def link(w: Work, visit_id: int, customer_id: int, phone: str, deal_id: int | None = None) -> None:
    """The register knows now who it was; their name and number stand with the customer from now on, and so does the
    visit."""
    known = {"customer_id": customer_id, "deal_id": deal_id, "name": "", "phone": ""}
    again = _been_here(w.reads, customer_id, visit_id)
    w.session.execute(update(VISIT).where(VISIT.c.id == visit_id).values(**known, again=again))
    visits_after.visited(w, {"visit": visit_id, "contact": bool(phone)})


def tell_holder(w: Work, visit_id: int, name: str, phone: str) -> None:
    """The number is that of a customer of somebody else's: they are told that their customer is here, and the visit
    stands with the customer. For the installation: who asks learns no name by it."""
    row = visits_after.hold(w, visit_id)
    if row is None or not phone:
        raise NotFound
    if row.customer_id is not None:
        return  # pressed twice: they were told
    new = NewCustomer(name=name, phones=[phone], source=row.heard or None)
    link(w, visit_id, w.take_enquiry(new, row.note), phone)
