"""What referrals brought, counted from the customers and deals somebody sees."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from salesapp.plugin_api import Money, Reads

from ..showroom import KEY
from ..tables import REFERRAL

MOST = 2000


@dataclass(frozen=True, slots=True)
class Brought:
    """One customer who was brought, and by whom."""

    customer_id: int
    name: str
    referrer_id: int
    referrer: str
    at: datetime
    thanked_at: datetime | None


@dataclass(slots=True)
class Sum:
    """What the customers of one referrer came to: how many there are, how many bought, their deals, those won, and
    what these were worth, by currency."""

    customers: int = 0
    bought: int = 0
    deals: int = 0
    won: int = 0
    minor: Counter[str] = field(default_factory=Counter)

    @property
    def amounts(self) -> list[Money]:
        """What was won, an amount for each currency."""
        return [Money(minor, currency) for currency, minor in sorted(self.minor.items()) if minor]


def brought(reads: Reads, *where: Any) -> Sequence[Brought]:
    """Referrals where this person sees both, the newest first."""
    came, referrer = reads.visible_customers(), reads.visible_customers().alias("referrer")
    found = select(
        REFERRAL, came.c.name, came.c.company, referrer.c.name.label("by"), referrer.c.company.label("by_co")
    )
    found = found.join(came, came.c.id == REFERRAL.c.customer_id)
    found = found.join(referrer, referrer.c.id == REFERRAL.c.referrer_id).where(*where)
    rows = reads.execute(found.order_by(REFERRAL.c.at.desc(), REFERRAL.c.id.desc()).limit(MOST))
    return [
        Brought(row.customer_id, row.name or row.company, row.referrer_id, row.by or row.by_co, row.at, row.thanked_at)
        for row in rows
    ]


def sums(reads: Reads, some: Sequence[Brought]) -> Mapping[int, Sum]:
    """What each referrer's customers came to, by the referrer."""
    by = {each.customer_id: each.referrer_id for each in some}
    found: dict[int, Sum] = {}
    for each in some:
        found.setdefault(each.referrer_id, Sum()).customers += 1
    bought = set()
    for deal in _deals_of(reads, by):
        one = found[by[deal.customer_id]]
        one.deals += 1
        if deal.state == "won":
            one.won += 1
            one.minor[deal.currency] += deal.amount_minor or 0
            bought.add(deal.customer_id)
    for customer_id in bought:
        found[by[customer_id]].bought += 1
    return found


def _deals_of(reads: Reads, customers: Iterable[int]) -> Iterable[Any]:
    """Their deals of any process, read by portions: a database takes only so many values at once."""
    deal, ids = reads.visible_deals(), sorted(customers)
    columns = (deal.c.customer_id, deal.c.state, deal.c.currency, deal.c.amount_minor)
    for n in range(0, len(ids), 500):
        yield from reads.execute(select(*columns).where(deal.c.customer_id.in_(ids[n : n + 500])))


def purchases(reads: Reads, customer_id: int) -> Sequence[Any]:
    """The cars a customer bought, the newest first: id, title, closed_at, amount_minor, currency."""
    deal = reads.visible_deals()
    columns = (deal.c.id, deal.c.title, deal.c.closed_at, deal.c.amount_minor, deal.c.currency)
    bought = (deal.c.customer_id == customer_id, deal.c.process == KEY, deal.c.state == "won")
    return reads.execute(select(*columns).where(*bought).order_by(deal.c.closed_at.desc(), deal.c.id))


def total(found: Sequence[Any]) -> list[Money]:
    """What purchases were worth together, an amount for each currency."""
    minor: Counter[str] = Counter()
    for each in found:
        minor[each.currency] += each.amount_minor or 0
    return Sum(minor=minor).amounts
