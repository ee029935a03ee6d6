"""The follow-up rules that run: the plugins' and the owner's own, with what the owner changed, by the events they hear.

A rule that is switched off is in no index, so it costs nothing. One that this version cannot read, as a newer one wrote
it, does not run; its row stays.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Row

from salesapp.domain.follow_up import LOST, WON, ByGrade, ByLevel, FollowUp, OnDate, OnEvent, OnHoliday, OnStage
from salesapp.domain.follow_up_data import from_data, with_changes
from salesapp.domain.follow_up_exceptions import asked_again, of_stage

if TYPE_CHECKING:
    from salesapp.plugging.catalog import Catalog

OWN: Final = "own"
_CUSTOMER: Final = frozenset(
    {
        *("customer.archived", "customer.restored", "customer.erased", "customer.merged", "customer.unmerged"),
        *("customer.assigned", "customer.claimed", "customer.released", "customer.taken_back", "customer.pool_moved"),
    }
)
"""What happens to a customer concerns every rule: theirs is what is planned."""
_DEAL: Final = frozenset({"deal.archived", "deal.restored", "deal.changed", "deal.lost", "deal.won", "deal.reopened"})
_IMPORTS: Final = frozenset({"import.done", "import.undone"})
"""What a file changes is told once."""
_REACHED: Final = frozenset(
    {
        *("customer.point_added", "customer.point_changed", "customer.point_archived"),
        *("customer.consent_noted", "customer.consent_withdrawn"),
    }
)
"""With these, who wanted to hear nothing may be reached again, or who was reached wants to hear nothing any more."""
_DATES: Final = frozenset(
    {"customer.date_added", "customer.date_moved", "customer.date_archived", "contact.archived", "contact.restored"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A rule that is on, as it is now: its full key, since when it runs (None: from the beginning), and the plugin it
    came with ("own" for one of the owner). It equals only itself: what was made by it is kept for it."""

    key: str
    rule: FollowUp
    since: datetime | None
    plugin: str


def running_rules(brought: Mapping[str, FollowUp], rows: Iterable[Row[*tuple[Any, ...]]]) -> Mapping[str, Running]:
    """The rules that are on, by full key: the plugins' in their order, then the owner's."""
    set_here = {row.rule: row for row in rows}
    found = [_of_plugin(key, rule, set_here.get(key)) for key, rule in brought.items()]
    found += [_own(row) for row in set_here.values() if row.own is not None and row.archived_at is None]
    return MappingProxyType({each.key: each for each in found if each is not None})


def _of_plugin(key: str, rule: FollowUp, row: Row[*tuple[Any, ...]] | None) -> Running | None:
    plugin = key.partition(".")[0]
    if row is None:
        return Running(key, rule, None, plugin) if rule.on else None
    off = row.off if row.off is not None else not rule.on
    return None if off else Running(key, with_changes(rule, row.changes or {}).rule, row.since, plugin)


def _own(row: Row[*tuple[Any, ...]]) -> Running | None:
    if row.off:
        return None
    try:
        rule = from_data(row.rule.partition(".")[2], row.own)
    except ValueError:
        return None
    return Running(row.rule, rule, row.since, OWN)


def ears(rules: Iterable[Running]) -> Mapping[str, tuple[Running, ...]]:
    """By the kind of an event, or of evidence, the rules that must hear of it."""
    found: dict[str, list[Running]] = {}
    for each in rules:
        for kind in sorted(hears(each.rule)):
            found.setdefault(kind, []).append(each)
    return MappingProxyType({kind: tuple(some) for kind, some in found.items()})


def hears(rule: FollowUp) -> frozenset[str]:
    """The kinds of events that begin, move or end something of this rule."""
    about = _CUSTOMER | _DEAL if rule.subject == "deal" else _CUSTOMER
    about |= frozenset() if isinstance(rule.when, OnStage | OnEvent) else _IMPORTS
    about |= _REACHED if rule.until.unsubscribed else frozenset()
    about |= _excepting(rule)
    match rule.when:
        case OnStage(stage=stage) if stage in (WON, LOST):
            return about | {"deal.taken_back"}
        case OnStage():
            return about | {"deal.opened", "deal.moved", "deal.taken_back"}
        case OnEvent(kind=kind):
            return about | {kind}
        case OnDate(of=of) if of.startswith("date."):
            return about | _DATES
        case OnDate(of=of) if of.startswith("deal."):
            return about | {"deal.taken_back"}
        case ByGrade() | OnDate():
            return about | {"customer.changed"}
        case ByLevel():
            return about | {"deal.taken_back"}
        case OnHoliday():
            return about
    return about | ({"deal.taken_back"} if rule.subject == "deal" else frozenset())


def _excepting(rule: FollowUp) -> frozenset[str]:
    """Changes after which the exception may hold that did not before."""
    asked = asked_again(rule)
    if rule.subject == "customer":
        return frozenset({"customer.changed"} if asked else ())
    return frozenset({"deal.moved", "deal.taken_back"} if any(of_stage(fact) for fact in asked) else ())


def with_follow_ups(catalog: "Catalog", rows: Iterable[Row[*tuple[Any, ...]]]) -> "Catalog":
    """The catalogue with the rules that run, and what those are called that do not."""
    brought, rows = catalog.of(FollowUp), list(rows)
    rules = running_rules(brought, rows)
    off = MappingProxyType({key: rule for key, rule in _set_here(brought, rows) if key not in rules})
    return replace(catalog, follow_ups=rules, follow_ups_off=off, follow_up_ears=ears(rules.values()))


def _set_here(brought: Mapping[str, FollowUp], rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[tuple[str, FollowUp]]:
    """The rules as the owner wants them, whether they run or not."""
    yield from brought.items()
    for row in rows:
        if row.rule in brought:
            yield row.rule, with_changes(brought[row.rule], row.changes or {}).rule
        elif row.own is not None:
            with suppress(ValueError):
                yield row.rule, from_data(row.rule.partition(".")[2], row.own)
