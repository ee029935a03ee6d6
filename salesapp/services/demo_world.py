"""What the parts of the demo share while its past is drawn: the people, the days, the rows, and a customer's story."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from salesapp.demo.texts import Texts
from salesapp.domain.activity_kinds import counts_as_contact
from salesapp.domain.permissions import Actor
from salesapp.plugging.catalog import Catalog
from salesapp.services.demo_days import Days
from salesapp.services.demo_house import House
from salesapp.services.demo_people import Seller
from salesapp.services.demo_rows import Row, Rows
from salesapp.store.tables import customer_owner, deal

LATELY: Final = timedelta(days=4)
"""Who was told something before this has read it."""
UNREAD: Final = 0.35
"""How much of what was told lately is still unread."""


@dataclass(slots=True)
class World:
    """Everything a story needs. `deals_left` of the wanted number are to be opened by `customers_left` stories.
    `deciding` are leads who were asked something in these days; `waiting` deals that a decision is pending about."""

    random: Random
    language: str
    country: str
    currency: str
    texts: Texts
    catalog: Catalog
    house: House
    days: Days
    rows: Rows
    sellers: list[Seller]
    owner: Actor
    pool_id: int
    tags: tuple[int, ...]
    asks_since: datetime
    customers_left: int
    deals_left: int
    talks: float
    phones: int = 0
    firms: list[str] = field(default_factory=list)
    deciding: set[int] = field(default_factory=set)
    waiting: set[int] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        """Nothing happens after it."""
        return self.days.now

    def is_over(self, moment: datetime) -> bool:
        """Whether this is still to come."""
        return moment > self.now

    def chance(self, likely: float) -> bool:
        """Whether it happened, this time."""
        return self.random.random() < likely

    def read(self, at: datetime) -> datetime | None:
        """When somebody read what they were told then; None where they have not yet."""
        if self.now - at < LATELY and self.chance(UNREAD):
            return None
        return min(at + timedelta(minutes=self.random.randrange(3, 900)), self.now)


@dataclass(slots=True)
class Account:
    """A customer while their story is told. `row` is written when it ends; `last` is when something happened last."""

    world: World
    row: Row
    owner: Seller | None
    since: datetime
    last: datetime
    contacts: list[int] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    had: Row | None = None

    @property
    def id(self) -> int:
        """The customer's id."""
        return int(self.row["id"])

    @property
    def seller(self) -> Seller:
        """Whose customer it is; asked only while somebody has it."""
        assert self.owner is not None
        return self.owner

    def touch(self, at: datetime) -> None:
        """Somebody did something with them."""
        self.last = max(self.last, at)
        self.row["touched_at"] = max(self.row["touched_at"], at)

    def contacted(self, at: datetime, kind: str, direction: str, outcome: str | None) -> None:
        """It may have been a contact that counts."""
        if counts_as_contact(kind, direction, outcome):
            self.row["last_contact_at"] = max(self.row["last_contact_at"] or at, at)

    def event(
        self,
        at: datetime,
        who: Actor,
        kind: str,
        *,
        subject: tuple[str, int] | None = None,
        owner_id: int | None = None,
        deal_id: int | None = None,
        data: Mapping[str, Any] | None = None,
        personal: Mapping[str, Any] | None = None,
    ) -> int:
        """Something happened about this customer."""
        ids: dict[str, Any] = {"customer_id": self.id, "deal_id": deal_id, "owner_id": owner_id}
        return self.world.rows.event(
            at, who, kind, subject or ("customer", self.id), **ids, data=data, personal=personal
        )

    def change_state(self, at: datetime, who: Actor, to: str) -> str:
        """Another state of their life; the one before."""
        before = str(self.row["state"])
        self.row["state"] = to
        self.row["version"] += 1
        data = {"fields": ["state"], "changes": {"state": [before, to]}}
        self.event(at, who, "customer.changed", owner_id=self.row["owner_id"], data=data)
        self.touch(at)
        return before

    def goes_to(self, at: datetime, who: Actor, how: str, owner: Seller | None, pool_id: int | None) -> None:
        """Who has them from now on, or which pool; the history of owners with it."""
        if self.had is not None:
            self.had |= {"until": at, "ended": how}
            self.row["version"] += 1
        self.owner = owner
        owner_id, came_from = None if owner is None else owner.id, self.row["pool_id"]
        self.row |= {"owner_id": owner_id, "pool_id": pool_id, "pooled_at": at if pool_id is not None else None}
        self.had = {
            "customer_id": self.id,
            "person_id": owner_id,
            "pool_id": came_from if pool_id is None else pool_id,
            "how": how,
            "by_id": who.id,
            "since": at,
            "until": None,
            "ended": None,
        }
        self.world.rows.add(customer_owner, self.had)

    def end(self) -> None:
        """Everything that hangs on them is seen by whoever has them in the end."""
        for row in (*self.deals, *self.activities):
            row["scope_owner_id"] = row["owner_id"] if self.owner is None else self.owner.id

    def open_deals(self) -> list[Row]:
        """Their deals that are still open."""
        return [row for row in self.deals if row["state"] == "open"]

    def add_deal(self, row: Row) -> int:
        """A deal with them."""
        self.deals.append(row)
        self.world.deals_left -= 1
        return self.world.rows.add(deal, row)
