"""Is somebody here already, whosever they are? Asked by a phone number, or a part of a company's name.

Of a customer of one's own it is said which it is, of one in a pool that it is there. Of all others one hears that they
exist, and can have their owner told who asks; whatever is hidden leaves the same answer. Each question counts, and is
written down without what was typed.
"""

from dataclasses import dataclass
from typing import Final

from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.errors import N_, Problem, Refused, problem
from salesapp.domain.permissions import SYSTEM, Access
from salesapp.services import notices
from salesapp.services.duplicates import too_often
from salesapp.services.work import Work
from salesapp.store import blind, contact_points, notice_choices, pools, search, settings, visibility

MOST: Final = 5
LOOKED_AT: Final = 40
HAN, OTHERS = 2, 3
TOO_SHORT: Final = N_(
    "Type a whole phone number, or at least two Chinese characters or three letters of the company's name."
)


@dataclass(frozen=True, slots=True)
class Known:
    """A customer the asker may know of: their own with id and name, one in the pool without."""

    customer_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: what the asker sees, and whether there is something they do not. `too_often`: not looked at all."""

    known: tuple[Known, ...] = ()
    hidden: bool = False
    too_often: bool = False


def check(w: Work, typed: str) -> Found:
    """Who is here; Refused where too little was typed to ask for."""
    w.require("customer.add")
    by, ids = _asked(w, typed)
    if too_often(w):
        return Found(too_often=True)
    known, hidden = _sorted_out(w, ids)
    w.event("customer.checked", "person", w.actor.id or 0, data={"by": by, "seen": len(known), "hidden": len(hidden)})
    for customer_id in hidden:
        w.event("customer.asked_for", "customer", customer_id, data={"by": by})
    return Found(tuple(known), bool(hidden))


def ask_owner(w: Work, typed: str) -> bool:
    """Have the owners of what is hidden told who asks; False where this person asked too often. That nobody is there to
    be told is not said."""
    w.require("customer.add")
    by, ids = _asked(w, typed)
    if too_often(w):
        return False
    for customer_id in _sorted_out(w, ids)[1]:
        event_id = w.event("customer.asked_for", "customer", customer_id, data={"by": by, "told": True})
        for person_id in _who_is_told(w, customer_id):
            occurrence = f"{w.actor.id}:{w.now.date().isoformat()}"  # asking again the same day is asking once
            data = {"event": event_id}
            subject = ("customer", customer_id)
            notices.tell(w, person_id, "customer.asked_for", subject, occurrence=occurrence, data=data)
    return True


def _asked(w: Work, typed: str) -> tuple[str, list[int]]:
    """What it is asked by, and whom it means: at most a few."""
    text = " ".join(typed.split())[:100]
    point = parse_contact_point("phone", text, settings.company(w.session).country)
    if isinstance(point, ContactPoint):
        rows = contact_points.holders(w.session, [point])
        return "phone", blind.living(w.session, [row.customer_id for row in rows])[:MOST]
    if problems := _name_problems(text):
        raise Refused(problems)
    hits = search.find(w.session, SYSTEM, text, w.now, kinds=("customer",), limit=LOOKED_AT)
    return "name", blind.companies_with(w.session, [hit.subject_id for hit in hits], text)[:MOST]


def _name_problems(text: str) -> list[Problem]:
    letters = [sign for sign in text if sign.isalpha()]
    han = sum("\u3400" <= sign <= "\u9fff" or sign > "\U00020000" for sign in letters)
    return [] if han >= HAN or len(letters) >= OTHERS else [problem("q", TOO_SHORT)]


def _sorted_out(w: Work, ids: list[int]) -> tuple[list[Known], list[int]]:
    open_pools = {each.id for each in pools.seen(w.session, w.actor)}
    known, hidden = [], []
    for row in blind.rows(w.session, ids):
        if visibility.customer_access(w.session, w.actor, row.id, w.now) is not Access.NONE:
            known.append(Known(row.id, row.name or row.company))
        elif row.pool_id in open_pools:
            known.append(Known())
        else:
            hidden.append(row.id)
    return list(dict.fromkeys(known)), hidden


def _who_is_told(w: Work, customer_id: int) -> list[int]:
    """The owner; where nobody is, or not any more, those who run the house."""
    owner_id = blind.owner_who_works_here(w.session, customer_id)
    return [owner_id] if owner_id is not None else notice_choices.who_may(w.session, "settings.manage")
