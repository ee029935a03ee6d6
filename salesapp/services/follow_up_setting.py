"""A follow-up rule as it is set here: what its plugin brings, what the owner changed of it, and whether it runs."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from salesapp.domain.errors import NotFound
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_data import from_data, part_data, to_data, with_changes
from salesapp.plugging.catalog import Catalog
from salesapp.services.follow_up_fitting import missing
from salesapp.store import follow_up_settings as rows
from salesapp.store.engine import Executor


@dataclass(frozen=True, slots=True)
class Setting:
    """A rule as it is set here. `changed` are the owner's parts as data, `then` what the plugin had there when they
    were changed, `brought` the plugin's rule (None for an own one), `waiting` changes that fit no longer, `missing` the
    parts that name what is not there; `by` and `at` who set it last and when."""

    key: str
    rule: FollowUp
    brought: FollowUp | None
    on: bool
    since: datetime | None = None
    changed: Mapping[str, Any] = field(default_factory=dict)
    then: Mapping[str, Any] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    by: str = ""
    at: datetime | None = None
    archived: bool = False

    @property
    def plugin(self) -> str:
        """Who brings it; "own" for the owner."""
        return self.key.partition(".")[0]

    @property
    def is_own(self) -> bool:
        """Whether the owner wrote it."""
        return self.brought is None

    @property
    def runs(self) -> bool:
        """Whether it plans: switched on, and everything it names is there."""
        return self.on and not self.missing and not self.archived


def every(x: Executor, catalog: Catalog) -> dict[str, Setting]:
    """All rules by full key: those of plugins as they bring them, then own ones. What this version cannot read, as a
    newer one wrote it, is left out and stays."""
    kept = {row.rule: row for row in rows.every(x)}
    found = {key: _brought(key, rule, kept.get(key), catalog) for key, rule in catalog.of(FollowUp).items()}
    own = (_own(row, catalog) for key, row in kept.items() if row.own is not None and key.startswith(rows.OWN))
    return found | {each.key: each for each in sorted(filter(None, own), key=_number)}


def one(x: Executor, catalog: Catalog, key: str) -> Setting:
    """One rule; NotFound while its plugin is off."""
    found = every(x, catalog).get(key)
    if found is None:
        raise NotFound
    return found


def _brought(key: str, rule: FollowUp, row: Any, catalog: Catalog) -> Setting:
    if row is None:
        return Setting(key, rule, rule, rule.on, missing=missing(catalog, rule))
    applied = with_changes(rule, row.changes)
    on = rule.on if row.off is None else not row.off
    gone = missing(catalog, applied.rule)
    changed, then = dict(row.changes), dict(row.brought)
    waiting = tuple(applied.waiting)
    return Setting(key, applied.rule, rule, on, row.since, changed, then, waiting, gone, row.name or "", row.at)


def _own(row: Any, catalog: Catalog) -> Setting | None:
    try:
        rule = from_data(row.rule.removeprefix(rows.OWN), row.own)
    except ValueError:
        return None
    gone, archived = missing(catalog, rule), row.archived_at is not None
    on = row.off is False and not archived
    return Setting(row.rule, rule, None, on, row.since, missing=gone, by=row.name or "", at=row.at, archived=archived)


def _number(each: Setting) -> int:
    return int(each.rule.key.removeprefix("r"))


def mark_of(rule: FollowUp) -> str:
    """What tells a rule as it is from what it was: whoever switches it on looked at this one."""
    return hashlib.sha256(json.dumps(to_data(rule), sort_keys=True).encode()).hexdigest()[:16]


def part_of(rule: FollowUp, part: str) -> Any:
    """One part of a rule as it is stored; None where it says nothing."""
    return part_data(getattr(rule, part))
