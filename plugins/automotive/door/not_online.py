"""Who stands in the showroom is not called as somebody who asked online, whatever it was by which they heard of us."""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from salesapp.plugin_api import Event, Listens, Work

from ..tables import VISIT

LEAD, AGAIN = "automotive.online_lead", "automotive.online_again"
LATELY: Final = timedelta(hours=24)


def hears(event: Event, w: Work) -> None:
    """A call to an online lead is planned: it is not needed where the register brought the customer, or where who asks
    again has just been here."""
    if event.kind != "activity.planned":
        return
    call = w.reads.activity(event.subject_id)
    if call is None or call.state != "planned" or call.because not in (LEAD, AGAIN):
        return
    came = select(VISIT.c.id).where(VISIT.c.customer_id == call.customer_id)
    if call.because == AGAIN:
        came = came.where(VISIT.c.came_at > event.at - LATELY)
    if w.session.execute(came.limit(1)).first():
        w.cancel_activity(call.id)


RECORDS: tuple[Any, ...] = (Listens("not_online", ("activity.planned",)),)
