"""The days after delivery in the demo: the letter, both calls, and what was complained of until they were content."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from salesapp.plugin_api import Work

from ..after import matters, matters_back
from ..cars import car_dates
from ..door import levels
from ..tables import MATTER, VEHICLE
from .demo_story import Story, planned

ANSWERS: Final[Mapping[str, dict[str, str]]] = {
    "automotive.letter": {},
    "automotive.first_call": {
        "thanked": "yes",
        "feel": "good",
        "served": "good",
        "staff": "good",
        "complaint": "none",
        "plated": "running",
    },
    "automotive.second_call": {"feel": "good", "reminded": "yes", "plated": "done", "complaint": "none"},
}
"""What is planned after a delivery, and what happy customers say."""


UNHAPPY: Final = 0.12
FAITHFUL: Final = 0.8
"""How many complain, and how many come to the own workshop."""


def called(story: Story, lead: int) -> None:
    """The letter and both calls, each some hours before it is due; after the second one the deal is won."""
    for row in planned(story, ANSWERS):
        on_time = min(story.in_hours(row.planned_at), row.planned_at - timedelta(minutes=30))
        story.at = max(on_time, story.soon)
        if story.at > story.until:
            return
        said = dict(ANSWERS[row.rule])
        if said and story.random.random() < UNHAPPY:
            said |= {"complaint": "open", "complained": story.pick(story.words.complaints)}
        who = story.w.at(story.at, lead if row.rule == "automotive.first_call" else story.seller)
        who.finish_activity(row.id, answers={"automotive": said} if said else None)
        if "complained" in said:
            _is_put_right(story, row.id)
    story.past.move_deal(story.deal_id, ":won")
    levels.follow(story.past, story.deal_id, story.at)
    _is_maintained(story)


def _is_maintained(story: Story) -> None:
    """Most cars come back for their first maintenance, before it is due."""
    if story.random.random() > FAITHFUL or not story.goes_on(24 * 75, 24 * 105):
        return
    (car,) = story.w.reads.execute(select(VEHICLE).where(VEHICLE.c.deal_id == story.deal_id))
    km = story.random.randrange(3600, 4900)
    car_dates.note(story.past, car, "maintenance", story.at.astimezone(story.zone).date(), km)
    car_dates.keep(story.past, car.id)


def _is_put_right(story: Story, call_id: int) -> None:
    """A complaint goes to whoever solves it, the answer back to the customer; the newest are still on their way."""
    call = story.w.reads.activity(call_id)
    assert call is not None
    matters_back.said(story.w.at(story.at), call, story.at)  # heard at once: later all would be late
    found = select(MATTER).where(MATTER.c.activity_id == call_id)
    (matter,) = story.w.reads.execute(found)
    if not story.goes_on(3, 20):
        return
    matters_back.answer(story.w.at(story.at, matter.owner_id), matter.id, story.pick(story.words.answers))
    matters_back.plan_call(story.w.at(story.at), {"matter": matter.id})
    (matter,) = story.w.reads.execute(found)
    if not story.goes_on(2, 20):
        return
    content = {"automotive": {"content": "yes"}}
    story.w.at(story.at, matter.back_to).finish_activity(matter.call_id, answers=content)
    told = story.w.reads.activity(matter.call_id)
    assert told is not None
    matters_back.told(story.w.at(story.at), told)


def calls_in(w: Work, customer_id: int, text: str) -> None:
    """Somebody who bought has rung up, and waits for an answer."""
    matters.raise_matter(w, {"customer_id": customer_id, "topic": "complaint", "text": text})
