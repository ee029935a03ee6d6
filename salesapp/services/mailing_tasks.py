"""A message to a group as a task for each customer: planned with whoever looks after them."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.domain import mailing as rules
from salesapp.domain.errors import N_, Msg, NotAllowed, NotFound, Refused
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.mailing_texts import written
from salesapp.services.work import Work
from salesapp.store import customer_files, mailing_choosing, mailing_items, sign_ins
from salesapp.store.mailings import MailingView

PORTION: Final = 100
WITHIN: Final = timedelta(days=1)
"""A task is for the next day: nobody is to find a hundred more in the day that is running."""


def plan_portion(w: Work, found: MailingView, run_id: int) -> bool:
    """Plan the next tasks; whether there may be more."""
    actor = sign_ins.actor_of(w.session, found.person_id)
    if actor is None:
        mailing_items.skip_open(w.session, run_id, "left", w.now)
        return False
    mine = replace(w, actor=actor)
    customers = mailing_items.waiting(w.session, run_id, PORTION)
    for customer_id in customers:
        values = _one(mine, found, run_id, customer_id)
        mailing_items.mark(w.session, run_id, customer_id, [rules.WAITING], {**values, "at": w.now})
    return len(customers) == PORTION


def _one(w: Work, found: MailingView, run_id: int, customer_id: int) -> dict[str, Any]:
    """What became of one customer, asked at the last moment."""
    item = mailing_items.get(w.session, run_id, customer_id)
    if item is None or item.customer_archived_at is not None:  # put away, merged or erased meanwhile
        return {"state": rules.SKIPPED, "reason": "archived"}
    if mailing_choosing.has_withdrawn(w.session, customer_id, found.way):
        return {"state": rules.SKIPPED, "reason": "opted_out"}
    try:
        with w.session.begin_nested():  # what it had written goes, when it is refused
            return {"state": rules.PLANNED, "activity_id": plan_activity(w, _task(w, found, customer_id), tell=False)}
    except Refused:
        return {"state": rules.SKIPPED, "reason": "rule"}
    except (NotFound, NotAllowed):
        return {"state": rules.SKIPPED, "reason": "not_allowed"}


def _task(w: Work, found: MailingView, customer_id: int) -> NewActivity:
    text = written(w.session, found, customer_id, None, w.now)
    owner_id = customer_files.owner_of(w.session, customer_id)
    theirs = owner_id if owner_id is not None and w.actor.sees(owner_id) else w.actor.id
    if theirs is not None and sign_ins.actor_of(w.session, theirs) is None:
        theirs = w.actor.id
    zone = ZoneInfo(w.actor.zone)
    day = (w.now.astimezone(zone) + WITHIN).date()
    return NewActivity(
        kind="task",
        customer_id=customer_id,
        note="\n".join(filter(None, [text.subject, text.body])),
        owner_id=theirs,
        planned_at=datetime.combine(day, time(12), zone).astimezone(w.now.tzinfo),
        because=Msg(N_("From the message to a group “%(name)s”"), {"name": found.name}),
    )
