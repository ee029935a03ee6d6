"""How soon they buy: the next contact by level, and which level a deal had from when to when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    ByLevel,
    DealView,
    Do,
    Event,
    FollowUp,
    Interval,
    Line,
    Listens,
    Reads,
    Text,
    When,
    Work,
)

from .. import fields
from ..showroom import KEY
from ..tables import LEVEL

DAYS: Final = (("h", 2), ("a", 4), ("b", 7), ("c", 15), ("n", 7))
"""Days between two contacts; whoever ordered on the spot (O) is called after the delivery. The owner changes them where
the rule stands."""
HEARD: Final = ("deal.opened", "deal.changed", "deal.won", "deal.lost", "deal.reopened", "deal.taken_back")


def hears(event: Event, w: Work) -> None:
    """A deal changed: its level now begins, the one before ends."""
    if event.kind in HEARD and event.deal_id is not None:
        follow(w, event.deal_id, event.at)


def follow(w: Work, deal_id: int, at: datetime) -> None:
    """The history says what the deal says now. Hearing of a change twice, or late, changes nothing more."""
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != KEY:
        return
    now = of_deal(deal) if deal.state == "open" else ""
    kept = w.reads.execute(select(LEVEL).where(LEVEL.c.deal_id == deal_id, LEVEL.c.until.is_(None)))
    if kept and kept[0].level == now:
        return
    if kept:
        at = max(at, kept[0].since)
        w.session.execute(update(LEVEL).where(LEVEL.c.id == kept[0].id, LEVEL.c.until.is_(None)).values(until=at))
    if now:
        _begin(w, deal_id, now, at)


def _begin(w: Work, deal_id: int, level: str, at: datetime) -> None:
    try:
        with w.session.begin_nested():
            w.session.execute(insert(LEVEL).values(deal_id=deal_id, level=level, since=at))
    except IntegrityError:
        return  # somebody else who heard of it wrote it at the same moment


def of_deal(deal: DealView) -> str:
    """The level a deal has: a letter, "" for none."""
    return fields.answered(deal, "level")


def label_of(level: str) -> Text | str:
    """What a level is called; "" for none."""
    return next((each.label for each in fields.LEVEL.options if each.key == level), "")


def days(reads: Reads, deal_id: int) -> list[tuple[str, int]]:
    """The levels of a deal in their order, each with the whole days the deal had it, up to now."""
    rows = reads.execute(select(LEVEL).where(LEVEL.c.deal_id == deal_id).order_by(LEVEL.c.since, LEVEL.c.id))
    return [(row.level, ((row.until or reads.now) - row.since).days) for row in rows]


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """What of it stands on the page of a deal: N 3, A 5, H 1, each letter with its days."""
    found = days(reads, deal.id)
    return [Line(DAYS_OF, " → ".join(f"{level.upper()} {n}" for level, n in found))] if len(found) > 1 else []


DAYS_OF = Text("Levels, in days", "各级别天数", "各等級天數", "Уровни, дней")
BOUGHT: Final = When("stage", "one_of", ("delivery", "follow_up"))
"""The calls after delivery begin: those that are to win them are over."""
RULE = FollowUp(
    "level",
    Text("Contact by level", "按意向级别跟进", "依意向等級跟進", "Контакт по уровню готовности"),
    ByLevel("automotive.level", tuple((level, Interval(n, "day")) for level, n in DAYS)),
    Do(
        "call",
        Text(
            "Call {customer}: has anything changed, when do they come again? Set the level anew",
            "联系 {customer}：意向有没有变化、何时再来店，更新意向级别",
            "聯繫 {customer}：意向有沒有變化、何時再來店，更新意向等級",
            "Позвонить: {customer}. Что изменилось, когда приедет снова; обновить уровень",
        ),
    ),
    "salesperson",
    unless=BOUGHT,
)
RECORDS: tuple[Any, ...] = (Listens("levels", HEARD, each=True), RULE)
