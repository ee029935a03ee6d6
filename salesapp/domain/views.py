"""Frozen snapshots of one record each, as pages and plugins are given them.

Every datetime is aware and in UTC, every `custom` is read-only through and through. A page or a plugin can keep a
view as long as it likes and can change nothing by it. Texts that were left empty are "".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal

CustomerKind = Literal["person", "organisation"]
CustomerState = Literal["lead", "verified", "customer", "lost", "invalid"]
Grade = Literal["A", "B", "C"]
DealState = Literal["open", "won", "lost"]
ActivityState = Literal["planned", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer as somebody with full rights sees it."""

    id: int
    version: int
    kind: CustomerKind
    name: str
    company: str
    position: str
    state: CustomerState
    grade: Grade | None
    source: str | None
    owner_id: int | None
    owner_name: str | None
    pool_id: int | None
    territory_id: int | None
    address: str
    note: str
    tags: tuple[str, ...]
    custom: Mapping[str, object] = field(hash=False)
    created_at: datetime
    touched_at: datetime
    last_contact_at: datetime | None
    archived_at: datetime | None

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", tuple(self.tags))
        object.__setattr__(self, "custom", read_only(self.custom))
        check_utc(self, "created_at", "touched_at", "last_contact_at", "archived_at")


@dataclass(frozen=True, slots=True)
class CustomerTeaser:
    """A customer in a pool, as its pool shows it to everybody: what it does not show is empty. It *has* no phone,
    mail or address, so none can leak."""

    id: int
    name: str
    kind: CustomerKind
    state: CustomerState
    grade: Grade | None
    source: str | None
    pool_id: int | None
    company: str = ""
    territory: str = ""
    note: str = ""
    pooled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DealView:
    """A deal: where it stands in which process ("general.six"), what it is worth (in minor units of its currency)
    and which key steps are done."""

    id: int
    version: int
    customer_id: int | None
    customer_name: str | None
    title: str
    process: str
    stage: str
    state: DealState
    owner_id: int | None
    owner_name: str | None
    team_id: int | None
    amount_minor: int | None
    currency: str
    expected_close: date | None
    stage_entered_at: datetime
    created_at: datetime
    touched_at: datetime
    closed_at: datetime | None
    lost_reason: str | None
    done_steps: frozenset[str]
    custom: Mapping[str, object] = field(hash=False)
    archived_at: datetime | None
    contact_ids: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "done_steps", frozenset(self.done_steps))
        object.__setattr__(self, "custom", read_only(self.custom))
        check_utc(self, "stage_entered_at", "created_at", "touched_at", "closed_at", "archived_at")


@dataclass(frozen=True, slots=True)
class ActivityView:
    """Something planned or done with a customer: `planned_at` when it is due (`all_day`: that day's noon, as it has no
    hour), `at` when it happened, `noted_at` when that was written down; `because` says why it is there, or is the full
    key of the follow-up rule that planned it. `answers` are those to its result forms, `custom` those to the fields
    every activity has: {plugin: {key: value}}."""

    id: int
    version: int
    kind: str
    customer_id: int | None
    contact_id: int | None
    deal_id: int | None
    owner_id: int | None
    owner_name: str | None
    planned_at: datetime | None
    at: datetime | None
    noted_at: datetime | None
    state: ActivityState
    direction: str | None
    outcome: str | None
    note: str
    because: str
    answers: Mapping[str, object] = field(default_factory=dict, hash=False)
    custom: Mapping[str, object] = field(default_factory=dict, hash=False)
    all_day: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", read_only(self.answers))
        object.__setattr__(self, "custom", read_only(self.custom))
        check_utc(self, "planned_at", "at", "noted_at")


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What is known of somebody who may be a customer already. Numbers and addresses as they are compared: a phone in
    its international form, "+8613800001234"."""

    name: str = ""
    company: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    wechats: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


def read_only(value: object) -> object:
    """A copy of JSON that cannot be changed: mappings become read-only, lists become tuples."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: read_only(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(read_only(item) for item in value)
    return value


def check_utc(view: object, *names: str) -> None:
    """A datetime without a zone, or in another one, would be compared or shown wrongly much later."""
    for name in names:
        moment: datetime | None = getattr(view, name)
        if moment is not None and moment.utcoffset() != timedelta(0):
            raise ValueError(f"{type(view).__name__}.{name} must be an aware datetime in UTC, not {moment!r}")
