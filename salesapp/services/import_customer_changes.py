"""What is to be done about customers of a file: who is new, who is there and what the file knows of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from salesapp.domain.contact_points import ContactPoint
from salesapp.services.import_customer_rows import ContactPart, CustomerRow
from salesapp.services.import_points import Point
from salesapp.store.bulk import KnownContact


@dataclass(slots=True)
class NewCustomer:
    """A row that becomes a customer; `shared` are those of its points that are also another's. More rows of the same
    one may bring more contacts."""

    row: CustomerRow
    shared: frozenset[Point]
    contacts: list[ContactPart] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MoreOfNew:
    """A row that brings one more contact of a customer of the same portion."""

    row: CustomerRow


@dataclass(slots=True)
class Difference:
    """What the file knows of a customer that the database does not. `fields` and `values` as (old, new)."""

    row: CustomerRow
    before: Mapping[str, Any]
    fields: Mapping[str, tuple[Any, Any]]
    values: Mapping[str, tuple[Any, Any]]
    points: tuple[ContactPoint, ...]
    shared: frozenset[Point]
    tags: tuple[str, ...]
    owner: bool
    contact: ContactPart | None
    known_contact: KnownContact | None
    own_points: frozenset[Point]
    """The customer's own numbers, that are of none of its contacts."""
    had: frozenset[Point]
    """All of its numbers."""

    def __bool__(self) -> bool:
        return bool(self.fields or self.values or self.points or self.tags or self.owner or self.contact)

    @property
    def customer_id(self) -> int:
        return int(self.before["id"])
