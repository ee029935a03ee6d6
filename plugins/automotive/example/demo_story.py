"""One customer of the demo on the way, and what is planned for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from typing import Any

from sqlalchemy import select

from salesapp.plugin_api import Work

from .demo_words import Model, Words


@dataclass(slots=True)
class Story:
    """One customer on the way: who serves them, what is chosen, the moment it has come to, and which customer of the
    year it is."""

    w: Work
    random: Random
    words: Words
    seller: int
    model: Model
    at: datetime
    until: datetime
    zone: tzinfo
    number: int
    deal_id: int = 0
    customer_id: int = 0
    name: str = ""

    @property
    def past(self) -> Work:
        """What the salesperson does at this moment."""
        return self.w.at(self.at, self.seller)

    def goes_on(self, least: float, most: float) -> bool:
        """Time passes, hours; False when it would be later than now."""
        self.at = max(self.in_hours(self.at + timedelta(hours=self.random.uniform(least, most))), self.soon)
        return self.at < self.until

    @property
    def soon(self) -> datetime:
        """A moment later."""
        return self.at + timedelta(minutes=20)

    def in_hours(self, moment: datetime) -> datetime:
        """An hour of that day at which people are at work."""
        local = moment.astimezone(self.zone)
        quarter = local.replace(minute=15 * self.random.randrange(4), second=0, microsecond=0)
        return quarter.replace(hour=9 + self.random.randrange(9)).astimezone(UTC)

    def pick(self, choices: Sequence[str]) -> str:
        """One of them."""
        return self.random.choice(choices)


def planned(story: Story, rules: Iterable[str]) -> list[Any]:
    """What those rules planned for this customer and is still to do."""
    done = story.w.reads.visible_activities()
    open_ = select(done.c.id, done.c.rule, done.c.planned_at)
    open_ = open_.where(done.c.customer_id == story.customer_id, done.c.state == "planned", done.c.rule.in_(rules))
    return sorted(story.w.reads.execute(open_), key=lambda each: each.planned_at)
