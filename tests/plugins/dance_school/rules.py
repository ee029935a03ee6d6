"""What the dance school has to say, asked by the house at its moments."""

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, update

from salesapp.plugin_api import (
    N_,
    Actor,
    CustomerFacts,
    CustomerView,
    DealView,
    Event,
    Problem,
    Reads,
    Work,
    hookimpl,
    problem,
)

from .booking import note_danced, rooms, today_of, trials_of
from .courses import COURSE
from .tables import TRIAL
from .weddings import WEDDING

log = logging.getLogger(__name__)


@hookimpl
def salesapp_check_customer_save(customer: CustomerView | None, changes: Mapping[str, Any], reads: Reads) -> Any:
    """Children dance with a parent's yes."""
    kept: Any = customer.custom.get("dance_school", {}) if customer else {}
    born = changes.get("dance_school.born", kept.get("born"))
    if born and not changes.get("dance_school.parent", kept.get("parent")) and _is_child(str(born), reads):
        return [problem("dance_school.parent", N_("For a child, write down which parent agreed."))]
    return None


def _is_child(born: str, reads: Reads) -> bool:
    day, today = date.fromisoformat(born), today_of(reads)
    age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
    return bool(age < reads.settings()["child_until"])


@hookimpl
def salesapp_check_deal_save(changes: Mapping[str, Any], deal: DealView | None, reads: Reads) -> Any:
    """A wedding is not promised for a day that has passed."""
    day = changes.get("field.wedding_day")
    if deal and deal.process == WEDDING and day and str(day) < today_of(reads).isoformat():
        return [problem("field.wedding_day", N_("That day has passed."))]
    return None


@hookimpl
def salesapp_check_deal_move(deal: DealView, to: str, reads: Reads) -> Any:
    """Nobody is asked to sign up before the trial lesson they are booked for."""
    if deal.process != COURSE or to not in {"place", ":won"}:
        return None
    ahead = trials_of(reads, TRIAL.c.deal_id == deal.id, TRIAL.c.day > today_of(reads))
    return [problem("", N_("The trial lesson is on %(day)s: wait until then."), day=each.day) for each in ahead]


@hookimpl
def salesapp_check_activity_save(changes: Mapping[str, Any], reads: Reads) -> Any:
    """A trial lesson is danced only once it is booked."""
    deal = reads.deal(changes.get("deal_id") or 0)
    if changes.get("kind") != "demo" or deal is None or deal.process != COURSE:
        return None
    booked = trials_of(reads, TRIAL.c.deal_id == deal.id)
    return None if booked else [problem("kind", N_("Book the trial lesson first."))]


@hookimpl
def salesapp_check_claim(customer: CustomerView, reads: Reads) -> Any:
    """On the evening of a trial lesson the front desk looks after them."""
    tonight = trials_of(reads, TRIAL.c.customer_id == customer.id, TRIAL.c.day == today_of(reads))
    return [problem("", N_("They dance tonight: take them tomorrow."))] if tonight else None


@hookimpl
def salesapp_narrow(actor: Actor, verb: str, subject: Any, reads: Reads) -> Any:
    """Nobody is put away who is still expected."""
    if verb != "customer.archive" or not isinstance(subject, CustomerView):
        return None
    ahead = trials_of(reads, TRIAL.c.customer_id == subject.id, TRIAL.c.day >= today_of(reads))
    return [problem("", N_("A trial lesson is booked: cancel it first."))] if ahead else None


@hookimpl
def salesapp_match_customer(facts: CustomerFacts, reads: Reads) -> Iterable[int] | None:
    """Who came along with somebody may be known by that."""
    return [each.customer_id for each in trials_of(reads, TRIAL.c.comes_with == facts.name)] if facts.name else None


@hookimpl
def salesapp_event(event: Event, w: Work) -> None:
    """A lesson that was danced is in the book. Who signs up is a dancer; who does not gives the place back."""
    if event.kind.startswith("activity."):
        note_danced(w, event.subject_id)
        return
    deal = w.reads.deal(event.subject_id)
    if deal is None or deal.process not in {COURSE, WEDDING} or deal.customer_id is None:
        return
    if deal.state == "won":
        w.tag(deal.customer_id, "dancer")
        if deal.process == COURSE:
            ends = today_of(w) + timedelta(weeks=12)
            w.keep_date(deal.customer_id, "dance_school.course_ends", ends, ref=str(deal.id), about=deal.title)
    elif deal.state == "lost":
        w.session.execute(delete(TRIAL).where(TRIAL.c.deal_id == deal.id, TRIAL.c.day >= today_of(w)))


@hookimpl
def salesapp_personal_data(customer: CustomerView, reads: Reads) -> Mapping[str, Any]:
    """Trial lessons, in words that do not need our table of rooms."""
    lessons = trials_of(reads, TRIAL.c.customer_id == customer.id)
    return {"trial lessons": [f"{each.day:%Y-%m-%d}, {each.room}, with {each.comes_with or '-'}" for each in lessons]}


@hookimpl
def salesapp_erase(customer: CustomerView, w: Work) -> None:
    """Who came along is a person, too."""
    w.session.execute(update(TRIAL).where(TRIAL.c.customer_id == customer.id).values(comes_with=""))


@hookimpl
def salesapp_started(now: datetime) -> None:
    """A line for the operator."""
    log.info("the dance school is open since %s", now)


@hookimpl
def salesapp_health(reads: Reads) -> Iterable[Problem]:
    """Without a room nobody can be booked."""
    none = N_("There is no room yet: salesapp dance_school room “Big hall” --places 12")
    return [] if rooms(reads) else [problem("", none)]
