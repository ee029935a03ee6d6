"""From the first contact to the test drive, in the demo: each step as people take it, at its moment."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, update

from salesapp.plugin_api import NewActivity, NewCustomer, NewDeal

from ..after import referrals, referrals_thanks
from ..cars import drives
from ..door import levels
from ..showroom import KEY
from ..tables import REFERRAL, VISIT
from .demo_story import Story, planned


def arrives(story: Story, brought_by: int | None) -> None:
    random = story.random
    story.name = story.words.name(random)
    source = "referral" if brought_by else random.choice(["web_form", "search_ads", "platform", "event"])
    past = story.past
    by = {referrals.FIELD: brought_by} if brought_by else None
    story.customer_id = past.add_customer(
        NewCustomer(
            name=story.name, phones=(story.words.number(story.number),), source=source, owner_id=story.seller, fields=by
        )
    )
    new = NewDeal(customer_id=story.customer_id, title=f"{story.name} · {story.model.name}", process=KEY)
    story.deal_id = past.add_deal(new)
    if brought_by:
        _thanked(story, brought_by)
    for row in planned(story, ("automotive.online_lead",)):
        story.at = min(row.planned_at + timedelta(minutes=random.randrange(-3, 12)), story.until)
        story.past.finish_activity(row.id, outcome="reached")


def stays_in_touch(story: Story) -> None:
    """The calls their level asks for, until one of them is forgotten."""
    while story.random.random() < 0.9:
        due = [row for row in planned(story, (f"automotive.{levels.RULE.key}",)) if row.planned_at < story.until]
        if not due or (at := max(story.in_hours(due[0].planned_at), story.soon)) >= story.until:
            return
        story.at = at
        story.past.finish_activity(due[0].id, outcome="reached")


def _thanked(story: Story, brought_by: int) -> None:
    """Who sent them is thanked two days later, but for the newest ones."""
    referrals.keep(story.past, story.customer_id)
    later = story.at + timedelta(days=2)
    if story.until - later > timedelta(days=20):
        mine = update(REFERRAL).where(REFERRAL.c.customer_id == story.customer_id)
        story.w.session.execute(mine.values(thanked_at=later, thanked_by=story.seller))
    referrals_thanks.plan_thanks(story.past, brought_by)


def invited(story: Story, _: Any) -> bool:
    story.past.log_activity(NewActivity(kind="call", deal_id=story.deal_id, outcome="reached"))
    for step in ("need_confirmed", "trust", "invited"):
        story.past.tick_step(story.deal_id, step)
    return True


def received(story: Story, _: Any) -> bool:
    _visits(story, again=False)
    story.past.tick_step(story.deal_id, "contact_left")
    return True


def _visits(story: Story, *, again: bool) -> None:
    stays = timedelta(minutes=story.random.randrange(20, 110))
    who = {"customer_id": story.customer_id, "deal_id": story.deal_id, "received_by": story.seller, "again": again}
    came = {"came_at": story.at, "left_at": story.at + stays, "people": story.random.randrange(1, 4)}
    story.w.session.execute(insert(VISIT).values({**who, **came, "model": story.model.name}))
    story.past.log_activity(NewActivity(kind="visit", deal_id=story.deal_id, outcome="reached"))


def asked(story: Story, _: Any) -> bool:
    reason, use = story.pick(["first", "replace", "add", "work"]), story.pick(story.words.needs)
    facts = {"field.reason": reason, "field.use": use, "field.rivals": story.pick(story.words.rivals)}
    has_level(story, story.pick("habbcn"), facts)
    return True


def has_level(story: Story, level: str, facts: Mapping[str, Any]) -> None:
    story.past.change_deal(story.deal_id, {**facts, "field.level": level})
    levels.follow(story.past, story.deal_id, story.at)  # heard at once: later it would be the last level only


def shown(story: Story, _: Any) -> bool:
    trim, colour = story.pick(story.model.trims), story.pick(story.words.colours)
    story.past.change_deal(story.deal_id, {"field.picked": f"{story.model.name} {trim} {colour}"})
    return True


def drives_it(story: Story, cars: Any) -> bool:
    demands = {"field.demands": story.pick(story.words.demands)}
    if story.random.random() < 0.25:
        story.past.change_deal(story.deal_id, {"field.no_drive": "no_time", **demands})
        return True
    if story.random.random() < 0.5:
        _visits(story, again=True)
    past = story.past
    begins = story.at.replace(minute=story.at.minute // 15 * 15, second=0, microsecond=0)
    drive = drives.book(past, story.deal_id, cars.demo(story.model), begins, 2, story.pick(story.words.routes))
    signed = {"strokes": None, "terms": "", "licence": "C1", "licence_until": date(story.until.year + 3, 5, 1)}
    km = cars.km(story.model)
    drives.go_out(past, drive, {**signed, "signed_name": story.name, "km_out": km}, story.at.date())
    story.at += timedelta(minutes=40)
    drives.come_back(story.past, drive, km + 14, {"liked": story.pick(story.words.liked), "ready": "yes"})
    has_level(story, story.pick("hhab"), demands)
    return True
