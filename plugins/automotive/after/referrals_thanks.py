"""Whoever brought somebody is thanked: one call, within three days of the first deal, for all since the last one.

The day is kept as a date of the referrer, from which the rule plans the call of their salesperson.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update

from salesapp.plugin_api import ActivityView, DateKind, Deadline, Do, FollowUp, OnDate, Reads, Text, Work

from ..sending import house_day
from ..tables import REFERRAL

THANKS: Final = DateKind("thanks", Text("Thank for a referral", "感谢转介绍", "感謝轉介紹", "Спасибо за рекомендацию"))
DATE: Final = f"automotive.{THANKS.key}"
THANK: Final = FollowUp(
    "thank_referrer",
    THANKS.label,
    OnDate(f"date.{DATE}"),
    Do(
        "call",
        Text(
            "Thank {customer}: they brought us {about}",
            "感谢 {customer}：为我们介绍了 {about}",
            "感謝 {customer}：為我們介紹了 {about}",
            "Поблагодарить: {customer}. По рекомендации пришли: {about}",
        ),
    ),
    "owner",
    Deadline(3),
)
RULE: Final = f"automotive.{THANK.key}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral of which nobody was thanked though there is a deal, since when: the deal, or that we know of it."""

    customer_id: int
    referrer_id: int
    name: str
    since: datetime


def waiting(reads: Reads, *where: Any) -> list[Waiting]:
    """Referrals of customers this person sees that wait for thanks, the longest first."""
    deal, customer = reads.visible_deals(), reads.visible_customers()
    columns = (REFERRAL.c.customer_id, REFERRAL.c.referrer_id, REFERRAL.c.at, customer.c.name, customer.c.company)
    found = select(*columns, func.min(deal.c.created_at).label("began"))
    found = found.join(deal, deal.c.customer_id == REFERRAL.c.customer_id)
    found = found.join(customer, customer.c.id == REFERRAL.c.customer_id)
    rows = reads.execute(
        found.where(REFERRAL.c.thanked_at.is_(None), *where).group_by(*columns).order_by(REFERRAL.c.at).limit(500)
    )
    each = (Waiting(row.customer_id, row.referrer_id, row.name or row.company, max(row.at, row.began)) for row in rows)
    return sorted(each, key=lambda one: (one.since, one.customer_id))


def plan_thanks(w: Work, referrer_id: int) -> None:
    """Keep the day from which the thanks of a referrer are due: one call thanks for all they brought since the last."""
    referrer = w.reads.customer(referrer_id)
    if referrer is None or referrer.archived_at is not None:
        return  # put away, perhaps as a part of another record, which has the referrals now
    rows = waiting(w.reads, REFERRAL.c.referrer_id == referrer_id)
    day = house_day(w.reads, rows[0].since) if rows else None
    about = ", ".join(each.name for each in rows)[:100]
    w.keep_date(referrer_id, DATE, day, about=about)


def thanked(w: Work, referrer_id: int, call: ActivityView) -> None:
    """They were thanked for all whom they brought until now; or were not, where that call was taken back."""
    mine = update(REFERRAL).where(REFERRAL.c.referrer_id == referrer_id)
    if call.state == "done" and call.outcome == "reached":
        whom = [each.customer_id for each in waiting(w.reads, REFERRAL.c.referrer_id == referrer_id)]
        new = mine.where(REFERRAL.c.customer_id.in_(whom), REFERRAL.c.thanked_at.is_(None))
        w.session.execute(new.values(thanked_at=call.at, thanked_by=call.owner_id))
    else:
        done = w.reads.visible_activities()
        calls = select(done.c.at).where(done.c.customer_id == referrer_id, done.c.state == "done", done.c.rule == RULE)
        stand = [row.at for row in w.reads.execute(calls)]
        gone = mine.where(REFERRAL.c.thanked_by == call.owner_id, REFERRAL.c.thanked_at.not_in(stand))
        w.session.execute(gone.values(thanked_at=None, thanked_by=None))
    plan_thanks(w, referrer_id)
