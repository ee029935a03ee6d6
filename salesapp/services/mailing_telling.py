"""Who wrote a message to a group is told when one of its times came to nothing, once for each time; where they have
left, who leads them."""

from typing import Final

from salesapp.domain import mailing as rules
from salesapp.services import notices
from salesapp.services.follow_up_people import Want, doers
from salesapp.services.work import Work
from salesapp.store import mailing_items
from salesapp.store.mailings import MailingView

KIND: Final = "mailing.failed"


def came_to_nothing(w: Work, found: MailingView, run_id: int, how: str) -> None:
    """Nothing went out this time; `how` is why, as the run's state or FAILED."""
    where = ("mailing", found.id)
    by_mail = how != rules.FAILED or found.way != "email"  # what did not leave by mail is not told by mail
    notices.tell(w, found.person_id, KIND, where, occurrence=str(run_id), data={"how": how}, by_mail=by_mail)


def nobody_answers(w: Work, found: MailingView) -> None:
    """Who wrote it has left, so it ends: whoever leads them is told, and can go on with a copy."""
    (person_id,) = doers(w.session, [Want("manager", found.person_id)])
    notices.tell(w, person_id, KIND, ("mailing", found.id), data={"how": "left"})


def perhaps_failed(w: Work, found: MailingView, run_id: int) -> None:
    """A run is through: say so where not one got it though some were to."""
    states = {state for state, _ in mailing_items.states(w.session, [run_id])[run_id]}
    if rules.FAILED in states and not states & {rules.SENT, rules.PLANNED}:
        came_to_nothing(w, found, run_id, rules.FAILED)
