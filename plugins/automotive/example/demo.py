"""A dealership's year for the demo: cars in stock, and customers from the door to the calls after delivery.

Every step goes the way people go, through the parts' own functions, each at its moment and by its person; only the
register is written as it is kept, since what follows a visit there is done a moment later.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, Final

from sqlalchemy import insert

from salesapp.plugin_api import DemoData, Work

from ..tables import VISIT
from . import demo_after, demo_sale, demo_way
from .demo_stock import furnish
from .demo_story import Story
from .demo_words import WORDS, Words

DEALS: Final = 96
DAYS: Final = 360
WAY: Final = ("development", "reception", "consultation", "presentation", "test_drive", "negotiation", "closing")
"""The stages before delivery, in which a deal can end."""
STEPS: Final = (
    demo_way.invited,
    demo_way.received,
    demo_way.asked,
    demo_way.shown,
    demo_way.drives_it,
    demo_sale.bargains,
    demo_sale.signs,
)
"""What is done in each of them."""


def fill(w: Work, random: Random, now: datetime) -> None:
    """The year."""
    words = WORDS.get(w.language, WORDS["en"])
    people = w.reads.people()
    lead = min((each for each in people if each.role == "manager"), key=lambda each: each.id)
    sellers = [each.id for each in people if each.role == "salesperson" and each.team_id == lead.team_id]
    currency = w.reads.currency
    cars, zone = furnish(w, random, words, currency, now), w.at(now, lead.id).reads.zone
    bought: dict[int, list[int]] = {each: [] for each in sellers}

    number = count()

    def story(days: float) -> Story:
        begins = now.replace(microsecond=0) - timedelta(days=days)
        return Story(
            w, random, words, random.choice(sellers), random.choice(words.models), begins, now, zone, next(number)
        )

    for n in range(DEALS):
        one = story(DAYS * (1 - n / DEALS) ** 1.4 + random.uniform(0, 0.8))
        mine = bought[one.seller]
        if _walk(one, *_fate(one), cars, lead.id, random.choice(mine) if mine and random.random() < 0.3 else None):
            mine.append(one.customer_id)
    for last in range(1, len(WAY) + 1):  # so that something goes on in every stage today
        one = story(2.7 * last)
        _walk(one, "goes on", last, cars, lead.id, None)
        _waits(one, now - timedelta(hours=random.uniform(3, 30)))
    seller, customers = max(bought.items(), key=lambda each: len(each[1]))
    if customers:
        demo_after.calls_in(w.at(now - timedelta(minutes=50), seller), customers[-1], random.choice(words.complaints))
    _strangers(w, random, words, sellers, now)


def _strangers(w: Work, random: Random, words: Words, sellers: Sequence[int], now: datetime) -> None:
    """Who looked around and left no number."""
    came = [now - timedelta(hours=random.uniform(2, 24 * DAYS)) for _ in range(DEALS // 2)]
    rows = [
        {"came_at": at, "left_at": at + timedelta(minutes=25), "received_by": random.choice(sellers), "people": 2}
        for at in came
    ]
    w.session.execute(insert(VISIT), [{**row, "model": random.choice(words.models).name} for row in rows])


def _fate(story: Story) -> tuple[str, int]:
    """How it ends, and how many steps are taken."""
    is_new = story.until - story.at < timedelta(days=60)
    ends = story.random.choices(["lost", "goes on", "bought"], [0.3, 0.4, 0.3] if is_new else [0.4, 0, 0.6])[0]
    return ends, len(WAY) if ends == "bought" else story.random.randrange(1, len(WAY))


def _walk(story: Story, ends: str, last: int, cars: Any, lead: int, brought_by: int | None) -> bool:
    """As far as this customer comes; whether they bought."""
    demo_way.arrives(story, brought_by)
    for n, step in enumerate(STEPS[:last]):
        if not story.goes_on(20, 60) or not step(story, cars):
            return False
        if n + 1 < last or last == len(WAY):
            story.past.move_deal(story.deal_id, (*WAY, "delivery")[n + 1])
    if ends == "goes on":
        demo_way.stays_in_touch(story)
    elif ends == "lost" and story.goes_on(30, 200):
        demo_sale.is_lost(story, lead)
    return ends == "bought" and demo_sale.delivered(story, lead)


def _waits(story: Story, since: datetime) -> None:
    """What the deal waits for since then: for the manager to release a discount, for the day of the car."""
    deal = story.w.reads.deal(story.deal_id)
    story.at = max(story.at, since)
    if deal is not None and deal.stage == "negotiation":
        demo_sale.asks_for_more(story)
    elif deal is not None and deal.stage == "delivery":
        demo_sale.is_promised(story)


RECORDS: tuple[Any, ...] = (DemoData("year", fill),)
