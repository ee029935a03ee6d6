"""Somebody asks from outside: a new customer, or one who is here already and asks again."""

from salesapp.services.customers import NewCustomer, add_customer, note_enquiry, points_of
from salesapp.services.work import Work
from salesapp.store import contact_points


def take_enquiry(w: Work, new: NewCustomer, note: str = "") -> int:
    """The id of the customer who asked: whoever has one of the numbers or addresses in `new`, and then only that they
    asked again is noted and their owner told; else `new` is added."""
    points, _ = points_of(w, new)
    known = (contact_points.holder(w.session, point.kind, point.normalised) for _, point in points)
    customer_id = next((each for each in known if each is not None), None)
    if customer_id is None:
        return add_customer(w, new)
    note_enquiry(w, customer_id, new.source, note or new.note)
    return customer_id
