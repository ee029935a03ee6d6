"""How often a customer of each grade is to be heard from: the owner's numbers, kept as a setting."""

from collections.abc import Mapping
from typing import Any, Final, cast

from salesapp.domain.customer_labels import GRADES
from salesapp.domain.errors import N_, Problem, Refused, Stale, problem
from salesapp.domain.followups import INTERVALS, Interval, Unit
from salesapp.domain.whole_numbers import is_between
from salesapp.services.work import Work
from salesapp.store import people, settings
from salesapp.store.engine import Executor

KEY: Final = "intervals"
NO_GRADE: Final = "none"
"""How forms and the setting call customers nobody has graded."""
NAMES: Final = (*GRADES, NO_GRADE)
FIELDS: Final = tuple(f"{part}_{name}" for name in NAMES for part in ("count", "unit"))
MOST: Final[Mapping[Unit, int]] = {"day": 365, "week": 104, "month": 60}
"""The longest interval in each unit: a next step is planned at most five years ahead."""


def read(x: Executor) -> dict[str | None, Interval]:
    """The intervals as `next_contact` takes them."""
    return _from(settings.get(x, KEY))


def _from(value: Any) -> dict[str | None, Interval]:
    kept = value if isinstance(value, Mapping) else {}
    found = {(None if name == NO_GRADE else name): Interval(*pair) for name, pair in kept.items()}
    return {**INTERVALS, **found}


def shown(intervals: Mapping[str | None, Interval]) -> dict[str, str]:
    """The intervals as a form shows them: count_A, unit_A, …"""
    texts: dict[str, str] = {}
    for name in NAMES:
        interval = intervals[None if name == NO_GRADE else name]
        texts |= {f"count_{name}": str(interval.count), f"unit_{name}": interval.unit}
    return texts


def change_intervals(w: Work, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Change some of `shown`; Stale when somebody else changed the same one meanwhile."""
    w.require("settings.manage")
    if unknown := set(changed) - set(FIELDS):
        raise ValueError(f"not settings of intervals: {sorted(unknown)}")
    changed = {field: text.strip() for field, text in changed.items()}
    before = shown(_from(settings.locked(w.session, KEY, {})))
    stale = [field for field, text in changed.items() if before[field] not in (seen.get(field, before[field]), text)]
    wanted = before | changed
    problems = [each for name in NAMES for each in _problems(name, wanted)]
    if problems:
        raise Refused(problems)
    if stale:
        raise Stale(people.who_changed(w.session, KEY, 0, stale), stale)
    new = {field: text for field, text in wanted.items() if text != before[field]}
    if not new:
        return
    value = {name: [int(wanted[f"count_{name}"]), wanted[f"unit_{name}"]] for name in NAMES}
    settings.put(w.session, KEY, value)
    data = {"fields": sorted(new)} | {field: [before[field], text] for field, text in new.items()}
    w.event("intervals.changed", KEY, 0, data=data)


def _problems(name: str, wanted: Mapping[str, str]) -> list[Problem]:
    count, unit = wanted[f"count_{name}"], wanted[f"unit_{name}"]
    if unit not in MOST:
        return [problem(f"unit_{name}", N_("Please choose one of the list."))]
    most = MOST[cast("Unit", unit)]
    if not is_between(count, 1, most):
        return [problem(f"count_{name}", N_("A whole number from 1 to %(most)s, please."), most=most)]
    return []
