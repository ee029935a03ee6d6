"""A deal of the demo on its way: where it stands, and writing down each step of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salesapp.domain.pack import Process
from salesapp.domain.permissions import Actor
from salesapp.services.deals import NewDeal
from salesapp.services.demo_rows import Row
from salesapp.services.demo_world import Account
from salesapp.store.tables import stage_event


@dataclass(slots=True)
class Path:
    """A deal on its way. `at` is when something happened last; `row` is written when the story ends."""

    account: Account
    process: Process
    new: NewDeal
    row: Row
    luck: float
    at: datetime
    done: set[str] = field(default_factory=set)

    @property
    def actor(self) -> Actor:
        """Who works on it."""
        return self.account.seller.actor

    def reaches(self, days: float) -> bool:
        """Go on to the moment so many days later, unless that is still to come."""
        moment = self.account.world.days.later(self.account.seller.id, self.at, days)
        if self.account.world.is_over(moment):
            return False
        self.at = moment
        return True

    def tell(self, kind: str, data: dict[str, Any], personal: Any = None, *, actor: Actor | None = None) -> None:
        """Something happened to the deal."""
        ids = {"subject": ("deal", self.row["id"]), "deal_id": self.row["id"], "owner_id": self.row["owner_id"]}
        self.account.event(self.at, actor or self.actor, kind, **ids, data=data, personal=personal)
        self.row["touched_at"] = self.at
        self.account.touch(self.at)

    def secs(self) -> int:
        """How long it has been in its stage."""
        return int((self.at - self.row["stage_entered_at"]).total_seconds())

    def enter(self, stage: str, *, first: bool = False, actor: Actor | None = None) -> None:
        """One more step on its way."""
        values = {
            "deal_id": self.row["id"],
            "process": self.row["process"],
            "stage": stage,
            "prev_stage": None if first else self.row["stage"],
            "secs_in_prev": None if first else self.secs(),
            "actor_id": (actor or self.actor).id,
            "owner_id": self.row["owner_id"],
            "team_id": self.row["team_id"],
            "at": self.at,
            "noted_at": self.at,
            "version": None if first else self.row["version"],
        }
        self.account.world.rows.add(stage_event, values)
