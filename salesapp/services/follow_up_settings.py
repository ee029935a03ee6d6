"""The owner's follow-up rules: switched on and off, changed part by part, made anew, and taken back.

What is changed of a plugin's rule stands beside it, part by part, so that the plugin's next version keeps it; an own
rule is a whole one. A change is one row and one event, which its undo reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_data import from_data, part_data, to_data, with_changes
from salesapp.plugging.catalog import Catalog
from salesapp.services.follow_up_fitting import missing, refusals, unknown_functions
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work
from salesapp.store import follow_up_settings as rows
from salesapp.store import settings
from salesapp.store.engine import Executor
from salesapp.store.events import data_of

PARTS: Final = ("when", "do", "who", "deadline", "every", "until", "unless", "escalate", "waits", "label")
"""What is changed by itself, in the order a rule is told."""
STATE: Final = "state"
WHOLE: Final = "whole"
MOST_RULES: Final = 100
LOOK: Final = "follow_ups.look"
"""The job that plans and withdraws; after a change nobody waits for its next turn."""


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


def part_of(rule: FollowUp, part: str) -> Any:
    """One part of a rule as it is stored; None where it says nothing."""
    return part_data(getattr(rule, part))


# --- on and off ---


def switch(w: Work, key: str, on: bool) -> None:
    """Let a rule run from now on, or no more; what happened before plans nothing."""
    now = _opened(w, key)
    if now.on == on:
        return
    if on and now.archived:
        raise Refused([problem("", N_("It is archived: bring it back first."))])
    if on and (problems := refusals(now.missing)):
        raise Refused(problems)
    _put_state(w, now, off=not on, since=w.now if on else now.since)


def archive(w: Work, key: str) -> None:
    """Put an own rule away; it plans no more."""
    now = _opened(w, key)
    if not now.is_own:
        raise NotFound
    if not now.archived:
        _put_state(w, now, off=True, since=now.since, archived=True)


def restore(w: Work, key: str) -> None:
    """Bring it back, switched off."""
    now = _opened(w, key)
    if now.archived:
        _put_state(w, now, off=True, since=now.since)


def _put_state(w: Work, now: Setting, *, off: bool, since: datetime | None, archived: bool = False) -> None:
    # A row without the moment would stand for a rule that ran for ever, and follow up everything that ever was.
    since = since or (None if off else w.now)
    values = {"off": off, "since": since, "archived_at": w.now if archived else None}
    _write(w, now.key, values, STATE, _state_of(now), {"off": off, "since": _iso(since), "archived": archived})


def _state_of(now: Setting) -> dict[str, Any]:
    return {"off": not now.on, "since": _iso(now.since), "archived": now.archived}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


# --- part by part ---


def change(w: Work, key: str, part: str, value: object, seen: Any) -> None:
    """Another value of one part, as its record; `seen` is what the form showed of it, as data. Refused where the rule
    does not hold together then, Stale where somebody else changed the same part meanwhile."""
    now = _opened(w, key)
    before, rule = part_of(now.rule, part), changed_rule(w.session, w.catalog, now.rule, {part: value})
    after = part_of(rule, part)
    if before not in (seen, after):
        raise Stale(now.by, [part])
    if after != before:
        _put_part(w, now, part, before, after)


def changed_rule(x: Executor, catalog: Catalog, rule: FollowUp, values: Mapping[str, Any]) -> FollowUp:
    """The rule with other parts; Refused where it does not hold together, or names what is not there."""
    try:
        new = replace(rule, **values)
    except ValueError:
        raise Refused([_unfit(rule, values)]) from None
    before = (*missing(catalog, rule), *unknown_functions(x, rule))
    gone = (*missing(catalog, new), *unknown_functions(x, new))
    if problems := refusals(part for part in gone if part in values or part not in before):
        raise Refused(problems)
    return new


def _unfit(rule: FollowUp, values: Mapping[str, Any]) -> Problem:
    """Records check themselves, so what is left is that two parts do not go together."""
    part = next(iter(values))
    if part == "every" or ("when" in values and rule.every is not None):
        text = N_(
            "Only what follows a stage or something that happened can be repeated; the rest comes again by itself."
        )
        return problem(part, text)
    if part in ("deadline", "when"):
        return problem(part, N_("Hours and minutes can only be counted after a stage or an event."))
    return problem(part, N_("The rest of the rule does not hold together then."))


def revert(w: Work, key: str, part: str) -> None:
    """Back to what the plugin brings."""
    now = _opened(w, key)
    if now.brought is None or part not in now.changed:
        raise NotFound
    _put_part(w, now, part, now.changed[part], part_of(now.brought, part))


def _put_part(w: Work, now: Setting, part: str, before: Any, after: Any) -> None:
    # What happened before a rule began so is over, as it is before a rule is switched on.
    begins = now.on and (part == "when" or now.since is None)
    values: dict[str, Any] = {"since": w.now} if begins else {}
    if now.brought is None:
        values["own"] = {**to_data(now.rule), part: after}
    else:
        brought = part_of(now.brought, part)
        values["changes"] = {name: data for name, data in now.changed.items() if name != part}
        values["brought"] = {name: data for name, data in now.then.items() if name != part}
        if after != brought:
            values["changes"][part], values["brought"][part] = after, brought
    _write(w, now.key, values, part, before, after)


# --- own rules ---


def add(w: Work, rule: FollowUp) -> str:
    """A rule of the house's own, switched off until somebody looked at what it would do; its key. The key of `rule`
    itself does not count."""
    _locked(w)
    living = [each for each in every(w.session, w.catalog).values() if each.is_own and not each.archived]
    if len(living) >= MOST_RULES:
        raise Refused([problem("", N_("%(most)s own rules are the most; archive one first."), most=MOST_RULES)])
    if problems := refusals((*missing(w.catalog, rule), *unknown_functions(w.session, rule))):
        raise Refused(problems)
    number = rows.last_own(w.session) + 1
    new = replace(rule, key=f"r{number}")
    data = to_data(new)
    _write(w, f"{rows.OWN}{new.key}", {"off": True, "own": data}, WHOLE, None, data)
    w.done("follow_up", number)
    return f"{rows.OWN}{new.key}"


# --- back ---


def undo(w: Work, key: str, event_id: int) -> None:
    """Take one change back, while nobody changed the same since."""
    now = _opened(w, key)
    said = data_of(w.session, "follow_up.changed", event_id)
    if said is None or said["rule"] != key:
        raise NotFound
    part, before = said["part"], said["before"]
    if part == WHOLE:
        archive(w, key)
    elif part == STATE:
        _still(_state_of(now), said["after"])
        if not before["off"] and (problems := refusals(now.missing)):
            raise Refused(problems)
        since = datetime.fromisoformat(before["since"]) if before["since"] else None
        _put_state(w, now, off=before["off"], since=since, archived=before["archived"])
    else:
        here = part_of(now.rule, part) if part not in now.waiting else now.changed[part]
        _still(here, said["after"])
        _put_part(w, now, part, here, before)


def _still(now: Any, after: Any) -> None:
    if now != after:
        raise Refused([problem("", N_("Somebody changed this since, so it stays."))])


# --- what all of them do ---


def _locked(w: Work) -> None:
    w.require("settings.manage")
    settings.locked(w.session, settings.CONFIG, "")


def _opened(w: Work, key: str) -> Setting:
    """The rule as it is, nobody else's to change until the end of the transaction."""
    _locked(w)
    return one(w.session, w.catalog, key)


def _write(w: Work, key: str, values: Mapping[str, Any], part: str, before: Any, after: Any) -> None:
    rows.put(w.session, key, {**values, "person_id": w.actor.id, "at": w.now})
    data = {"rule": key, "part": part, "before": before, "after": after}
    w.done("event", w.event("follow_up.changed", "follow_up", 0, data=data))
    w.config_changed()
    enqueue(w, LOOK)
