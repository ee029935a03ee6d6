"""The demo's past, drawn at random from one number: a year of a business of four teams.

Rows are drawn in the order of the customers, written in portions, and what follows from them (roll-ups, the search) is
made once at the end, by the same code that makes it anew elsewhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from salesapp.demo.all_texts import TEXTS
from salesapp.domain.money import Money
from salesapp.domain.work_calendar import WorkCalendar
from salesapp.services.demo_days import DAYS, Days
from salesapp.services.demo_decisions import ASKED_SINCE
from salesapp.services.demo_house import furnish
from salesapp.services.demo_people import Seller
from salesapp.services.demo_rows import Rows, Tell
from salesapp.services.demo_stories import tell_story
from salesapp.services.demo_world import World
from salesapp.services.work import Work
from salesapp.store import pools, rollups, search_rebuild, settings
from salesapp.store.inserts import insert_row
from salesapp.store.tables import tag

PORTION: Final = 400
LARGE_MINOR: Final = 5_000_000_00
STORIES, EVENTS, SEARCH = 0.45, 0.25, 0.3
"""How much of the time each part takes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made. `people` more salespeople than the thirteen everybody knows; `talks` makes people talk more
    (above 1) or less."""

    key: str
    customers: int
    deals: int
    people: int = 0
    talks: float = 1.0


def make_history(
    w: Work, people: dict[str, Seller], size: Size, language: str, random: Random, now: datetime, tell: Tell
) -> None:
    """Draw and write it all. `w` is at the moment the company began."""
    world = _world(w, people, size, language, random, now)
    _told_of_newcomers(world, people)
    for place, at in enumerate(world.days.arrivals(size.customers), 1):
        tell_story(world, at)
        if place % PORTION == 0:
            world.rows.flush()
            tell(STORIES * place / size.customers)
    world.rows.finish(lambda part: tell(STORIES + EVENTS * part))
    for table in rollups.TABLES:
        rollups.make(w.session, table)
    search_rebuild.fill(w.session, lambda part: tell(STORIES + EVENTS + SEARCH * part))


def _world(w: Work, people: dict[str, Seller], size: Size, language: str, random: Random, now: datetime) -> World:
    company = settings.company(w.session)
    zone = ZoneInfo(company.zone)
    texts = TEXTS[language]
    owner = people["owner"].actor
    days = Days(random, zone, now, WorkCalendar(company.country))
    return World(
        random=random,
        language=language,
        country=company.country,
        currency=company.currency,
        texts=texts,
        catalog=w.catalog,
        house=furnish(replace(w, actor=owner), texts, Money(LARGE_MINOR, company.currency)),
        days=days,
        rows=Rows(w.session),
        sellers=[each for each in people.values() if each.manner.load],
        owner=owner,
        pool_id=pools.ensure_default(w.session),
        tags=tuple(insert_row(w.session, tag, {"name": name}) for name in texts.tags),
        asks_since=days.later(owner.id or 0, now - timedelta(days=ASKED_SINCE)),
        customers_left=size.customers,
        deals_left=size.deals,
        talks=size.talks,
    )


def _told_of_newcomers(world: World, people: dict[str, Seller]) -> None:
    """Who came within the year, and the day on which the owner began to want a second opinion of losses."""
    for each in people.values():
        if each.since > world.now - timedelta(days=DAYS):
            data = {"role": each.actor.role}
            world.rows.event(each.since, world.owner, "person.added", ("person", each.id), data=data)
    changed = {"fields": ["lost_needs_yes"], "lost_needs_yes": ["", "1"]}
    if world.asks_since <= world.now:
        world.rows.event(world.asks_since, world.owner, "company.changed", ("company", 0), data=changed)
