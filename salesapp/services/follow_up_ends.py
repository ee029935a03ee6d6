"""What ends a follow-up rule for somebody (`until`), and what holds one back while it is so (`unless`)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.criteria import check
from salesapp.domain.list_facts import vocabulary
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.list_fields import list_fields
from salesapp.store import follow_up_ends as rows
from salesapp.store import settings
from salesapp.store.engine import Executor
from salesapp.store.follow_up_ends import Refusals

ANSWERED: Final = "answered"
BOUGHT: Final = "bought"
UNSUBSCRIBED: Final = "unsubscribed"
_POINTS: Final[Mapping[str, tuple[str, ...]]] = {
    "call": ("phone",),
    "message": ("phone", "email", "wechat"),
    "letter": ("email",),
}
"""By which ways an activity of a kind reaches somebody."""
_WRITTEN: Final = ("message", "letter")


class Watched(Protocol):
    """A subject of a rule and the moment it counts from: a row of the watches."""

    @property
    def subject_id(self) -> Any: ...
    @property
    def part(self) -> Any: ...
    @property
    def customer_id(self) -> Any: ...
    @property
    def anchor(self) -> Any: ...


def ended(
    x: Executor, running: Running, subjects: Iterable[Watched], now: datetime, refusals: Refusals | None = None
) -> Mapping[tuple[int, str], str]:
    """Which of these need nothing more, by subject and part, and why. `refusals` are those of their customers, where
    somebody read them for several rules."""
    watched = [each for each in subjects if each.anchor <= now]
    until = running.rule.until
    found: dict[tuple[int, str], str] = {}
    if until.unsubscribed:
        found |= dict.fromkeys(unsubscribed(x, running, watched, refusals), UNSUBSCRIBED)
    if until.bought_again:
        found |= dict.fromkeys(_bought(x, running, watched), BOUGHT)
    if until.answered:
        found |= dict.fromkeys(_answered(x, running, watched), ANSWERED)
    return found


def excepted(x: Executor, catalog: Catalog, running: Running, subject_ids: Collection[int], now: datetime) -> set[int]:
    """For which of these customers or deals the rule's exception holds; for all, where it cannot be asked any more as a
    field of it is gone: nobody may hear from us whom it was to spare."""
    rule = running.rule
    if rule.unless is None or not subject_ids:
        return set()
    fields = list_fields(catalog, "admin", rule.subject)
    try:
        check(rule.unless, vocabulary(rule.subject, fields))
    except ValueError:
        return set(subject_ids)
    zone = ZoneInfo(settings.company(x).zone)
    return rows.holding(x, rule.subject, rule.unless, fields, zone, now.astimezone(zone).date(), subject_ids)


def _customers(watched: Iterable[Watched]) -> set[int]:
    return {each.customer_id for each in watched if each.customer_id is not None}


def _key(each: Watched) -> tuple[int, str]:
    return each.subject_id, each.part


def refusals_of(x: Executor, customer_ids: Collection[int]) -> Refusals:
    """Who of these opted out of anything."""
    return rows.refusals(x, customer_ids) if customer_ids else Refusals({}, {})


def asks_refusals(running: Running) -> bool:
    """Whether it matters to a rule who does not want to be reached."""
    return running.rule.until.unsubscribed and KINDS_BY_KEY[running.rule.do.kind].reaches


def unsubscribed(
    x: Executor, running: Running, watched: list[Watched], refusals: Refusals | None = None
) -> list[tuple[int, str]]:
    """Who does not want to be reached in the way the rule would."""
    if not asks_refusals(running) or not watched:
        return []
    kind = running.rule.do.kind
    purposes = ("contact", "news") if kind in _WRITTEN else ("contact",)
    known = refusals if refusals is not None else rows.refusals(x, _customers(watched))
    out = known.opted_out(_POINTS.get(kind, ()), purposes)
    return [_key(each) for each in watched if each.customer_id in out]


def _bought(x: Executor, running: Running, watched: list[Watched]) -> list[tuple[int, str]]:
    """Whose customer bought something later. Where the rule runs for the other deal, too, the moment it counts from
    there says which is later: two cars delivered together and won after it would else end each other's."""
    closed = rows.bought(x, _customers(watched))
    own = running.rule.subject == "deal"
    mine = {each.subject_id for each in watched} if own else set()
    others = {deal_id for some in closed.values() for deal_id, _ in some if len(some) > 1 or deal_id not in mine}
    since = rows.anchors(x, running.key, others) if own and others else {}
    return [
        _key(each)
        for each in watched
        if any(
            since.get(deal_id, at) > each.anchor and not (own and deal_id == each.subject_id)
            for deal_id, at in closed.get(each.customer_id, ())
        )
    ]


def _answered(x: Executor, running: Running, watched: list[Watched]) -> list[tuple[int, str]]:
    reached = rows.last_contacts(x, _customers(watched))
    alone = {each.subject_id for each in watched if each.customer_id is None and running.rule.subject == "deal"}
    of_deals = rows.last_contacts_of_deals(x, alone) if alone else {}
    found = []
    for each in watched:
        at = of_deals.get(each.subject_id) if each.customer_id is None else reached.get(each.customer_id)
        if at is not None and at > each.anchor:
            found.append(_key(each))
    return found
