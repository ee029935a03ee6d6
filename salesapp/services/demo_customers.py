"""How the demo's customers came: who they are, where from, to whom, and how they can be reached."""

from datetime import datetime
from typing import Any, Final

from salesapp.demo import names
from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.services.demo_people import Seller
from salesapp.services.demo_world import Account, World
from salesapp.store.tables import contact, contact_point, customer, customer_tag, touch

SOURCES: Final = {  # how many come from there, and how much likelier than others they buy
    "referral": (14, 1.5),
    "trade_show": (11, 1.15),
    "web_form": (17, 0.95),
    "search_ads": (12, 0.8),
    "social_ads": (12, 0.5),
    "platform": (7, 0.65),
    "business_card": (7, 1.1),
    "own_research": (8, 0.7),
    "event": (5, 1.2),
    "supplier": (4, 1.3),
    "association": (3, 1.25),
}
ORGANISATIONS: Final = 0.42
POOLED: Final = 0.07
"""How many come to the pool first."""


def arrive(world: World, at: datetime) -> Account:
    """A customer comes: to somebody, or to the pool."""
    organisation = world.chance(ORGANISATIONS)
    source = world.random.choices(list(SOURCES), [share for share, _ in SOURCES.values()])[0]
    seller = None if world.chance(POOLED) else _seller(world, at)
    adder = world.owner if seller is None else seller.actor
    row = _row(world, organisation, source, at) | {"created_by": adder.id}
    world.rows.add(customer, row)
    account = Account(world, row, seller, at, at)
    account.goes_to(at, adder, "added", seller, None if seller else world.pool_id)
    _points(account, None)
    _tags(account)
    world.rows.add(touch, {"customer_id": account.id, "source": source, "note": "", "at": at})
    data = {name: row[name] for name in ("state", "source", "grade") if row[name]}
    name = {"name": row["name"]}
    account.event(at, adder, "customer.added", owner_id=row["owner_id"], data=data, personal=name)
    return account


def _seller(world: World, at: datetime) -> Seller:
    """Whoever takes a new customer: some get more of them, newcomers none before they came."""
    here = [each for each in world.sellers if each.since <= at]
    return world.random.choices(here, [each.manner.load for each in here])[0]


def _row(world: World, organisation: bool, source: str, at: datetime) -> dict[str, Any]:
    random, texts = world.random, world.texts
    firm = _firm(world) if organisation else random.choice(names.firm_names(world.language))
    trade = world.house.trade
    return {
        "kind": "organisation" if organisation else "person",
        "name": firm if organisation else names.person_name(random, world.language),
        "company": "" if organisation or world.chance(0.5) else firm,
        "position": "" if organisation or world.chance(0.5) else random.choice(texts.positions),
        "state": "lead",
        "grade": random.choice(("A", "B", "B", "C", "C", None)),
        "source": source,
        "owner_id": None,
        "pool_id": None,
        "pooled_at": None,
        "address": names.address(random, world.language) if world.chance(0.6) else "",
        "custom": trade.custom(random.choice(trade.options)) if world.chance(0.7) else {},
        "created_by": None,
        "created_at": at,
        "touched_at": at,
        "last_contact_at": None,
        "version": 1,
    }


def _firm(world: World) -> str:
    """A company's name, each once until they are used up."""
    if not world.firms:
        world.firms.extend(names.firm_names(world.language))
        world.random.shuffle(world.firms)
    return world.firms.pop()


def _tags(account: Account) -> None:
    world = account.world
    if world.chance(0.3):
        for tag_id in sorted(world.random.sample(world.tags, world.random.choice((1, 1, 2)))):
            world.rows.link(customer_tag, {"customer_id": account.id, "tag_id": tag_id})


def _points(account: Account, contact_id: int | None) -> None:
    """A phone number nobody else has, and often a mail address."""
    world = account.world
    number = world.phones
    world.phones += 1
    shown = names.phone(number, world.language)
    if shown:
        _point(account, contact_id, "phone", shown)
    if not shown or world.chance(0.4):
        _point(account, contact_id, "email", f"mail{number + 1}@example.com")
    elif not contact_id and world.language.startswith("zh") and world.chance(0.35):
        _point(account, contact_id, "wechat", f"sample_{number + 1}")


def _point(account: Account, contact_id: int | None, kind: Kind, shown: str) -> None:
    point = parse_contact_point(kind, shown, account.world.country)
    assert isinstance(point, ContactPoint), shown
    values: dict[str, object] = {"kind": kind, "shown": point.shown, "normalised": point.normalised}
    values |= {"customer_id": account.id, "contact_id": contact_id, "shared": False, "opt_out": False}
    account.world.rows.add(contact_point, values)


def add_contacts(account: Account, at: datetime) -> datetime:
    """The people in an organisation, as its owner learns who they are; when the last one was written down."""
    world = account.world
    if account.row["kind"] != "organisation":
        return at
    for _ in range(world.random.choice((1, 1, 2, 3))):
        at = world.days.later(account.seller.id, at)
        if world.is_over(at):
            return account.last
        name = names.person_name(world.random, world.language)
        row = {
            "customer_id": account.id,
            "name": name,
            "position": world.random.choice(world.texts.positions),
            "department": "",
            "note": "",
            "custom": {},
            "created_at": at,
        }
        contact_id = world.rows.add(contact, row)
        account.contacts.append(contact_id)
        _points(account, contact_id)
        subject = ("contact", contact_id)
        account.event(at, account.seller.actor, "contact.added", subject=subject, personal={"name": name})
        account.touch(at)
    return at
