"""The kinds of things a file can bring, and what the house knows that they need."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from salesapp.domain.errors import NotAllowed
from salesapp.domain.importing import ImportAsked
from salesapp.domain.permissions import Actor, can
from salesapp.plugging import running
from salesapp.plugging.own_rows import ImportRows
from salesapp.services.import_activities import ACTIVITIES
from salesapp.services.import_contacts import CONTACTS
from salesapp.services.import_customers import CUSTOMERS
from salesapp.services.import_deals import DEALS
from salesapp.services.import_kinds import ImportKind, Known
from salesapp.services.import_own_rows import OwnRows
from salesapp.services.import_people import PEOPLE
from salesapp.store import settings
from salesapp.store.engine import Executor
from salesapp.store.tables import person, team

_HOUSE: Final[Mapping[str, ImportKind]] = {kind.key: kind for kind in (CUSTOMERS, CONTACTS, DEALS, ACTIVITIES, PEOPLE)}


class _Kinds(Mapping[str, ImportKind]):
    """The house's, and those of the plugins that are here, whether they are on or not."""

    def __getitem__(self, key: str) -> ImportKind:
        return _HOUSE.get(key) or OwnRows(key, running.house().brought.of(ImportRows)[key])

    def __iter__(self) -> Iterator[str]:
        return iter((*_HOUSE, *running.house().brought.of(ImportRows)))

    def __len__(self) -> int:
        return len(_HOUSE) + len(running.house().brought.of(ImportRows))


KINDS: Final[Mapping[str, ImportKind]] = _Kinds()
"""By key, in the order they are offered."""


def offered(actor: Actor) -> dict[str, ImportKind]:
    """The kinds this person may bring in now: of plugins, those that are on."""
    house = running.house()
    away = (house.lately() or house.brought).away
    return {key: kind for key, kind in allowed(actor).items() if key.partition(".")[0] not in away}


def allowed(actor: Actor) -> dict[str, ImportKind]:
    """The kinds this person may look at imports of: also of plugins that are off, while they are here."""
    return {key: kind for key, kind in KINDS.items() if can(actor, "import") and can(actor, kind.verb)}


def kind_for(actor: Actor, key: str) -> ImportKind:
    """One of these; NotAllowed where it is not this person's, or not here any more."""
    kind = allowed(actor).get(key)
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
