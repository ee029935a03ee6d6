"""The kinds of things a file can bring, and what the house knows that they need."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from salesapp.domain.errors import NotAllowed
from salesapp.domain.importing import ImportAsked
from salesapp.domain.permissions import Actor, can
from salesapp.plugging import running
from salesapp.services.import_activities import ACTIVITIES
from salesapp.services.import_contacts import CONTACTS
from salesapp.services.import_customers import CUSTOMERS
from salesapp.services.import_deals import DEALS
from salesapp.services.import_kinds import ImportKind, Known
from salesapp.services.import_people import PEOPLE
from salesapp.store import settings
from salesapp.store.engine import Executor
from salesapp.store.tables import person, team

KINDS: Final[Mapping[str, ImportKind]] = {kind.key: kind for kind in (CUSTOMERS, CONTACTS, DEALS, ACTIVITIES, PEOPLE)}
"""By key, in the order they are offered."""


def offered(actor: Actor) -> dict[str, ImportKind]:
    """The kinds this person may bring in."""
    return {key: kind for key, kind in KINDS.items() if can(actor, "import") and can(actor, kind.verb)}


def kind_for(actor: Actor, key: str) -> ImportKind:
    """One of them; NotAllowed where it is not this person's to bring in."""
    kind = offered(actor).get(key)
    if kind is None:
        raise NotAllowed
    return kind


def known_of(x: Executor, actor: Actor, asked: ImportAsked, now: datetime) -> Known:
    """What the house has, for one pass through a file."""
    catalog = running.house().read(x, settings.config_version(x))
    company = settings.company(x)
    people, names = _people(x, actor)
    return Known(actor, now, asked, catalog, company, people, _teams(x), names)


def _people(x: Executor, actor: Actor) -> tuple[dict[str, int], dict[int, str]]:
    """Whom records can be given to, by mail and by name (0: several are called so), and what each is called; those who
    left cannot."""
    query = select(person.c.id, person.c.name, person.c.email).where(
        person.c.deactivated_at.is_(None), person.c.role != "reader"
    )
    rows = [row for row in x.execute(query) if actor.people is None or row.id in actor.people]
    named = _once((row.name, row.id) for row in rows)
    called = named | {row.email.casefold(): row.id for row in rows if row.email}
    return called, {row.id: row.name for row in rows}


def _teams(x: Executor) -> dict[str, int]:
    return _once((row.name, row.id) for row in x.execute(select(team.c.id, team.c.name).where(_living)))


_living: Final = team.c.archived_at.is_(None)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, int]:
    found = [(" ".join(name.split()).casefold(), one) for name, one in pairs]
    counts = Counter(name for name, _ in found)
    return {name: one if counts[name] == 1 else 0 for name, one in found if name}
