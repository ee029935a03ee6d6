"""Somebody asks from outside: a new customer, or one who is here already and asks again."""

from contextlib import suppress

from salesapp.domain.errors import Refused
from salesapp.services.customers import NewCustomer, add_customer, note_enquiry, points_of
from salesapp.services.duplicates import taken
from salesapp.services.work import Work
from salesapp.store import contact_points


def take_enquiry(w: Work, new: NewCustomer, note: str = "") -> int:
    """The id of the customer who asked: whoever has one of the numbers or addresses in `new`, and then only that they
    asked again is noted and their owner told; else `new` is added. It is refused alike for both, so that nobody outside
    learns who is a customer: one whom a plugin protects (`salesapp_narrow`) stays as it is, in silence."""
    try:
        with w.session.begin_nested():  # always tried: then both are asked the same, also where two come at once
            return add_customer(w, new, enquiry=note)
    except Refused as refused:
        customer_id = _known(w, new, refused)
        if customer_id is None:
            raise
    with suppress(Refused), w.session.begin_nested():
        note_enquiry(w, customer_id, new.source, note or new.note)
    return customer_id


def _known(w: Work, new: NewCustomer, refused: Refused) -> int | None:
    """The customer who has one of these numbers, where nothing but that spoke against a new one."""
    points, _ = points_of(w, new)
    holders = [(contact_points.holder(w.session, point.kind, point.normalised), point, at) for at, point in points]
    held = [(holder, taken(w, point, at)) for holder, point, at in holders if holder is not None]
    return held[0][0] if held and [said for _, said in held] == list(refused.problems) else None
