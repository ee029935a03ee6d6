"""Who brought whom: said in a field of the customer who came, kept here with whether whoever brought them was thanked.

The field is what counts: it is asked when a customer is added, it can be changed, imported and searched. A row of
REFERRAL follows it, so that there is a place for the thanks; a job puts right what an import or a merge left behind.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    N_,
    CustomerView,
    Event,
    Every,
    Field,
    Fields,
    Listens,
    PluginJob,
    Problem,
    Reads,
    Text,
    Work,
    problem,
)

from ..tables import REFERRAL
from . import referrals_pages
from .referrals_thanks import RULE, THANK, THANKS, plan_thanks, thanked

LONGEST_CHAIN: Final = 50
REFERRED_BY: Final = Field(
    "referred_by",
    Text("Brought by", "介绍人", "介紹人", "Кто порекомендовал"),
    "customer",
    help=Text(
        "The customer who sent them to us. They are thanked when this becomes a deal.",
        "介绍其来店的老客户；成为商机后系统会提醒致谢。",
        "介紹其來店的老客戶；成為商機後系統會提醒致謝。",
        "Клиент, который прислал их к нам. Когда появится сделка, напомним поблагодарить.",
    ),
)
FIELD: Final = f"automotive.{REFERRED_BY.key}"
SETTINGS: Final = (
    Field(
        "centre_from",
        Text(
            "Centre of influence: brought so many who bought",
            "影响力中心：介绍成交至少几人",
            "影響力中心：介紹成交至少幾人",
            "Центр влияния: привёл столько купивших",
        ),
        "integer",
        default=2,
        between=(1, 100),
    ),
)


# --- who may have brought whom ---


def checks_customer(customer: CustomerView | None, changes: Mapping[str, Any], reads: Reads) -> Iterable[Problem]:
    """Nobody brings themselves, nor, round some corners, who brought them."""
    referrer = changes.get(FIELD)
    if customer is None or not isinstance(referrer, int):
        return []
    if referrer == customer.id:
        return [problem(FIELD, N_("Nobody brings themselves."))]
    if customer.id in brought_by(reads, referrer):
        return [problem(FIELD, N_("This customer brought them, perhaps with others between: choose somebody else."))]
    return []


def brought_by(reads: Reads, customer_id: int) -> list[int]:
    """Who brought a customer, who brought those, and so on."""
    chain: list[int] = []
    while len(chain) < LONGEST_CHAIN:
        last = chain[-1] if chain else customer_id
        found = reads.execute(select(REFERRAL.c.referrer_id).where(REFERRAL.c.customer_id == last))
        if not found or found[0].referrer_id in chain:
            break
        chain.append(found[0].referrer_id)
    return chain


# --- the row follows the field ---


def keep(w: Work, customer_id: int) -> None:
    """The row of a customer says what their field says."""
    link = w.reads.visible_links(FIELD)
    named = w.reads.execute(select(link.c.target_id).where(link.c.record_id == customer_id))
    wanted = next((each.target_id for each in named if each.target_id != customer_id), None)
    row = next(iter(w.reads.execute(select(REFERRAL).where(REFERRAL.c.customer_id == customer_id))), None)
    if row is not None and row.referrer_id == wanted:
        return
    if row is not None and wanted is None:
        w.session.execute(delete(REFERRAL).where(REFERRAL.c.id == row.id))
    elif row is not None:
        new = {"referrer_id": wanted, "at": w.now, "thanked_at": None, "thanked_by": None}
        w.session.execute(update(REFERRAL).where(REFERRAL.c.id == row.id).values(new))
    elif wanted is not None:
        _add(w, customer_id, wanted)
    for each in {wanted, row.referrer_id if row is not None else None}:
        if each is not None:
            plan_thanks(w, each)


def _add(w: Work, customer_id: int, referrer_id: int) -> None:
    try:
        with w.session.begin_nested():
            w.session.execute(insert(REFERRAL).values(customer_id=customer_id, referrer_id=referrer_id, at=w.now))
    except IntegrityError:
        return  # another process heard of it at the same moment


def keep_all(w: Work, _args: Mapping[str, Any]) -> None:
    """Put right what no event told: what an import brought, and what a merge left with who was put away."""
    link = w.reads.visible_links(FIELD)
    both = select(link.c.record_id, REFERRAL.c.id).outerjoin(REFERRAL, REFERRAL.c.customer_id == link.c.record_id)
    new = both.where(or_(REFERRAL.c.id.is_(None), REFERRAL.c.referrer_id != link.c.target_id))
    for row in w.reads.execute(new.where(link.c.record_id != link.c.target_id)):
        keep(w, row.record_id)
    gone = select(REFERRAL.c.customer_id).where(REFERRAL.c.customer_id.not_in(select(link.c.record_id)))
    for row in w.reads.execute(gone):
        keep(w, row.customer_id)


# --- what is heard ---


def hears(event: Event, w: Work) -> None:
    """A customer says who brought them; they have a deal; whoever brought them was thanked."""
    if event.kind in ("customer.added", "customer.changed"):
        keep(w, event.subject_id)
    elif event.kind in ("customer.merged", "customer.unmerged"):
        _merged(w, event.subject_id, event.data["other"])
    elif event.kind == "deal.opened" and event.customer_id is not None:
        for row in w.reads.execute(select(REFERRAL).where(REFERRAL.c.customer_id == event.customer_id)):
            plan_thanks(w, row.referrer_id)
    elif event.kind in ("activity.done", "activity.reopened"):
        call = w.reads.activity(event.subject_id)
        if call is not None and call.because == RULE and call.customer_id is not None:
            thanked(w, call.customer_id, call)


def _merged(w: Work, *customers: int) -> None:
    for customer_id in customers:
        keep(w, customer_id)
        plan_thanks(w, customer_id)


def erases(customer: CustomerView, w: Work) -> None:
    """Who brought somebody whose data are erased is not known any more."""
    rows = w.reads.execute(select(REFERRAL).where(REFERRAL.c.customer_id == customer.id))
    w.session.execute(delete(REFERRAL).where(REFERRAL.c.customer_id == customer.id))
    w.session.execute(update(REFERRAL).where(REFERRAL.c.referrer_id == customer.id).values(note=""))
    for row in rows:
        plan_thanks(w, row.referrer_id)


TITLE: Final = Text("Referrals", "转介绍", "轉介紹", "Рекомендации")
RECORDS: tuple[Any, ...] = (
    Fields("customer", (REFERRED_BY,)),
    THANKS,
    THANK,
    Listens("referrals", ("customer.added", "customer.changed", "customer.merged", "customer.unmerged", "deal.opened")),
    PluginJob("referrals", TITLE, keep_all, Every(timedelta(hours=1))),
    *referrals_pages.RECORDS,
)
