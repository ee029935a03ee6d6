"""One customer's story after another: how they came, what was talked about, sold or lost, what is to be done next."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from salesapp.domain.partial_dates import PartialDate
from salesapp.services.demo_customers import SOURCES, add_contacts, arrive
from salesapp.services.demo_deals import LONG, SHORT, sell
from salesapp.services.demo_decisions import asks_now
from salesapp.services.demo_people import Seller
from salesapp.services.demo_talks import done_today, note_talk, plan_next, some_talk
from salesapp.services.demo_world import Account, World
from salesapp.store.tables import important_date, share

CLAIMED: Final = 0.55
VERIFIED: Final = 0.8
ADVERTISED: Final = ("social_ads", "platform", "search_ads")
NOBODY: Final = 0.12
AGAIN: Final = 0.24
"""How many of those who bought buy once more."""
RHYTHM: Final = {"A": 12, "B": 32, "C": 85, None: 50}
"""Days between two talks with a customer of this grade."""
GOES_ON: Final = 0.72
RELEASED: Final = 0.09
LOST: Final = 0.3
PLANNED: Final = 0.42
WITH_NEXT_STEP: Final = 0.92
DATED: Final = 0.1
SHARED: Final = 0.22


def tell_story(world: World, at: datetime) -> None:
    """Everything about one customer, from the day they came until now."""
    account = arrive(world, at)
    if account.owner is not None or _claimed(account):
        _first_talks(account)
        _handed_over(account)
        _sold(account)
        _kept_in_touch(account)
        _how_it_stands(account)
    world.customers_left -= 1
    account.end()


def _claimed(account: Account) -> bool:
    """Somebody took them out of the pool."""
    world = account.world
    here = [each for each in world.sellers if each.actor.role == "salesperson" and each.since <= account.since]
    seller = world.random.choice(here)
    at = world.days.later(seller.id, account.since, world.random.uniform(1, 30))
    if not world.chance(CLAIMED) or world.is_over(at):
        return False
    pool_id = account.row["pool_id"]
    account.goes_to(at, seller.actor, "claimed", seller, None)
    data = {"to_owner": seller.id, "pool": pool_id}
    account.event(at, seller.actor, "customer.claimed", owner_id=seller.id, data=data)
    account.touch(at)
    return True


def _first_talks(account: Account) -> None:
    """Tries until somebody answers; then it is known whether there is anything to it."""
    world, seller = account.world, account.seller
    for days in (0.6, 2, 5):
        at = world.days.later(seller.id, account.last, days * seller.manner.pace * world.random.uniform(0.2, 1.5))
        if world.is_over(at):
            return
        talk = some_talk(world, "first")
        note_talk(account, at, talk)
        if talk.outcome == "reached":
            _verified(account)
            return
    if account.row["source"] in ADVERTISED:
        _becomes(account, "invalid")


def _verified(account: Account) -> None:
    """It was somebody who might buy; or not even that."""
    if account.row["source"] in ADVERTISED and account.world.chance(NOBODY):
        _becomes(account, "invalid")
        return
    if account.world.chance(VERIFIED):
        _becomes(account, "verified")
    add_contacts(account, account.last)


def _becomes(account: Account, state: str) -> None:
    at = account.world.days.later(account.seller.id, account.last)
    if not account.world.is_over(at):
        account.change_state(at, account.seller.actor, state)


def _handed_over(account: Account) -> None:
    """Who came later got some of those their manager had kept."""
    world, lead = account.world, account.seller
    new = next((each for each in world.sellers if each.lead.id == lead.id and each.since > account.since), None)
    if new is None or new is lead or not world.chance(0.7):
        return
    at = world.days.later(lead.id, max(account.last, new.since), world.random.uniform(0, 12))
    if world.is_over(at):
        return
    account.goes_to(at, lead.actor, "assigned", new, None)
    data: dict[str, Any] = {"from_owner": lead.id, "to_owner": new.id, "deals": 0, "activities": 0}
    number = account.event(at, lead.actor, "customer.assigned", owner_id=new.id, data=data)
    more = {"data": {"from": lead.id, "instead_of": []}, "read_at": world.read(at)}
    world.rows.tell(at, new.id, "customer.given", ("customer", account.id), lead.actor, event=number, **more)
    account.last = at


# --- selling ---


def _sold(account: Account) -> None:
    """A deal with them, if there is one; who bought may buy again."""
    world, (_, luck) = account.world, SOURCES[account.row["source"]]
    if account.row["state"] == "invalid" or not world.chance(_likely(account, luck)):
        return
    at = world.days.later(account.seller.id, account.last, world.random.uniform(0.5, 9) * account.seller.manner.pace)
    path = sell(account, at, LONG if world.chance(0.85) else SHORT, luck)
    while path is not None and path.row["state"] == "won" and world.chance(AGAIN):
        note_after(account, world.random.uniform(15, 50))
        at = world.days.later(account.seller.id, account.last, world.random.uniform(20, 90))
        path = sell(account, at, SHORT, 1.4)


def _likely(account: Account, luck: float) -> float:
    """So that the wanted number of deals comes about, more of them from good sources."""
    world = account.world
    skill: float = account.seller.manner.skill**0.3
    return min(0.97, world.deals_left / max(1, world.customers_left) * luck * skill)


def note_after(account: Account, days: float) -> bool:
    """A talk so many days later, if that is not still to come."""
    world = account.world
    at = world.days.later(account.seller.id, account.last, days)
    if world.is_over(at):
        return False
    note_talk(account, at, some_talk(world, "after" if account.row["state"] == "customer" else "first"))
    return True


def _kept_in_touch(account: Account) -> None:
    """Talks in the rhythm of their grade, until it is let slide."""
    world = account.world
    every = RHYTHM[account.row["grade"]] * account.seller.manner.pace
    if account.row["state"] == "invalid" or account.open_deals():
        return
    goes_on = min(0.9, GOES_ON * world.talks)
    while world.chance(goes_on) and note_after(account, every * world.random.uniform(0.5, 1.4)):
        pass


def _how_it_stands(account: Account) -> None:
    """Lost, given back to the pool, or with a next step; and what else is known of them."""
    world = account.world
    open_deals = account.open_deals()
    if account.row["state"] == "invalid":
        return
    if not open_deals and account.row["state"] != "customer" and account.deals and world.chance(LOST):
        _becomes(account, "lost")
        return
    if not open_deals and account.row["state"] != "customer" and world.chance(RELEASED):
        _released(account)
        return
    _dated(account)
    _shared(account, bool(open_deals))
    done_today(account)
    for deal in open_deals:
        asks_now(account, deal)
        if world.chance(WITH_NEXT_STEP):
            plan_next(account, deal)
    if not open_deals and world.chance(PLANNED * world.talks):
        plan_next(account)


def _released(account: Account) -> None:
    """Their owner gives them back."""
    world, seller = account.world, account.seller
    at = world.days.later(seller.id, account.last, world.random.uniform(20, 90))
    if world.is_over(at):
        return
    account.goes_to(at, seller.actor, "released", None, world.pool_id)
    data = {"from_owner": seller.id, "pool": world.pool_id}
    note = {"note": world.random.choice(world.texts.released)}
    account.event(at, seller.actor, "customer.released", owner_id=seller.id, data=data, personal=note)
    account.touch(at)


# --- what else is known ---


def _dated(account: Account) -> None:
    """A birthday; some are near, so that one sees them."""
    world, random = account.world, account.world.random
    at = world.days.later(account.seller.id, account.last)
    if not world.chance(DATED) or world.is_over(at):
        return
    lunar = world.language.startswith("zh") and world.chance(0.25)
    ahead = random.randrange(-8, 22) if world.chance(0.5) else random.randrange(365)
    day = date(2001, 1, 1) + timedelta(days=(world.days.today.timetuple().tm_yday + ahead) % 365)
    year = random.randrange(1960, 2000)
    found = PartialDate("lunar", None, random.randrange(1, 13), random.randrange(1, 29), False) if lunar else None
    found = found or PartialDate("solar", year if world.chance(0.7) else None, day.month, day.day, False)
    contact_id = random.choice(account.contacts) if account.contacts else None
    values = {"customer_id": account.id, "contact_id": contact_id, "kind": "birthday", "label": "", **found.to_json()}
    world.rows.add(important_date, values)
    personal = {"day": found.as_typed(), "label": ""}
    account.event(at, account.seller.actor, "customer.date_added", data={"by": "birthday"}, personal=personal)
    account.touch(at)


def _shared(account: Account, selling: bool) -> None:
    """A colleague helps, to read or to work with."""
    world, seller = account.world, account.seller
    at = world.days.later(seller.id, account.last, world.random.uniform(0, 3))
    if not selling or not world.chance(SHARED) or world.is_over(at):
        return
    others = [each for each in world.sellers if each.actor.role == "salesperson" and each is not seller]
    _share_with(account, world.random.choice(others), at)


def _share_with(account: Account, other: Seller, at: datetime) -> None:
    world, who = account.world, account.seller.actor
    level = world.random.choice(("read", "work", "work"))
    until = world.days.at(world.days.today + timedelta(days=world.random.randrange(5, 60)), 0)
    until_or_not = until if world.chance(0.5) else None
    note = world.random.choice(world.texts.shared)
    values = {"customer_id": account.id, "person_id": other.id, "team_id": None, "level": level, "until": until_or_not}
    share_id = world.rows.add(share, values | {"created_by": who.id, "created_at": at, "note": note})
    data = {"share": share_id, "with_person": other.id, "with_team": None, "level": level, "team_name": ""}
    data["until"] = None if until_or_not is None else until_or_not.isoformat()
    account.event(at, who, "customer.shared", owner_id=account.seller.id, data=data, personal={"note": note})
    account.last = at
    more = {"occurrence": str(share_id), "data": {"how": level}, "read_at": world.read(at)}
    world.rows.tell(at, other.id, "customer.shared", ("customer", account.id), who, **more)
