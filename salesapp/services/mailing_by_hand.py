"""Messages to phones where no plugin sends them: a list of links, each opened and sent on one's own phone."""

from typing import Final

from salesapp.domain import mailing as rules
from salesapp.domain.errors import NotFound
from salesapp.services.mailing_running import end
from salesapp.services.mailing_sending import note_sent, why_not
from salesapp.services.mailing_texts import written
from salesapp.services.mailings import own
from salesapp.services.work import Work
from salesapp.store import mailing_items, mailings
from salesapp.store.mailings import MailingView

AT_ONCE: Final = 200


def sent_by_hand(w: Work, mailing_id: int, run_id: int, customer_id: int) -> bool:
    """Note that this one was sent; False where it must not have been, which is noted instead. The last one ends the
    run. A second time changes nothing."""
    found = own(w, mailing_id, lock=True)
    run = mailings.run(w.session, run_id, lock=True)
    if run is None or run.mailing_id != mailing_id:
        raise NotFound
    item = mailing_items.get(w.session, run_id, customer_id)
    if item is None or found.way != "sms":
        raise NotFound
    if item.state != rules.WAITING:
        return bool(item.state == rules.SENT)
    reason = why_not(w, found, item)
    if reason is None:
        text = written(w.session, found, customer_id, item.contact_id, w.now)
        note_sent(w, run_id, customer_id, text, [rules.WAITING])
    else:
        values = {"state": rules.SKIPPED, "reason": reason, "at": w.now}
        mailing_items.mark(w.session, run_id, customer_id, [rules.WAITING], values)
    if not mailing_items.by_hand(w.session, w.actor, run_id, found.way, 1, w.now):
        _leave_out(w, found, run_id)
    if not mailing_items.has_open(w.session, run_id):
        end(w, found, run_id)
    w.done("mailing", found.id)
    return reason is None


def _leave_out(w: Work, found: MailingView, run_id: int) -> None:
    """Nobody who may be written to waits any more: of the others it is noted why, so that the run has an end."""
    for customer_id in mailing_items.waiting(w.session, run_id, AT_ONCE):
        item = mailing_items.get(w.session, run_id, customer_id)
        if item is not None and (reason := why_not(w, found, item)):
            values = {"state": rules.SKIPPED, "reason": reason, "at": w.now}
            mailing_items.mark(w.session, run_id, customer_id, [rules.WAITING], values)
