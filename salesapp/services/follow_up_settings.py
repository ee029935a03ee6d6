"""The owner's follow-up rules: switched on and off, changed part by part, made anew, and taken back.

What is changed of a plugin's rule stands beside it, part by part, so that the plugin's next version keeps it; an own
rule is a whole one. A change is one row and one event, which its undo reads.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_data import read_part, to_data
from salesapp.services.follow_up_changing import PARTS, change, changed_rule, put_part, revert
from salesapp.services.follow_up_fitting import missing, refusals, unknown_functions
from salesapp.services.follow_up_keeping import LOOK, locked, opened, write
from salesapp.services.follow_up_setting import Setting, every, mark_of, one, part_of
from salesapp.services.work import Work
from salesapp.store import follow_up_settings as rows
from salesapp.store import settings
from salesapp.store.events import data_of

__all__ = [
    "LOOK",
    "PARTS",
    "Setting",
    "add",
    "archive",
    "change",
    "changed_rule",
    "every",
    "mark_of",
    "one",
    "part_of",
    "restore",
    "revert",
    "switch",
    "undo",
]

STATE: Final = "state"
WHOLE: Final = "whole"
MOST_RULES: Final = 100


# --- on and off ---


def switch(w: Work, key: str, on: bool, seen: str | None = None) -> None:
    """Let a rule run from now on, or no more; what happened before plans nothing. `seen` is the mark of the rule that
    was looked at: Stale where it is another one by now, as nobody knows what that would do."""
    now = opened(w, key)
    if now.on == on:
        return
    if on and seen is not None and seen != mark_of(now.rule):
        raise Stale(now.by)
    if on and now.archived:
        raise Refused([problem("", N_("It is archived: bring it back first."))])
    if on and (problems := [*refusals(now.missing), *_over(w, now)]):
        raise Refused(problems)
    _put_state(w, now, off=not on, since=w.now if on else now.since)


def _over(w: Work, now: Setting) -> list[Problem]:
    """A rule whose last day has passed would run, and plan nothing."""
    last = now.rule.until.day
    if last is None or last >= w.now.astimezone(ZoneInfo(settings.company(w.session).zone)).date():
        return []
    return [problem("until", N_("Its last day has passed: set another one first."))]


def archive(w: Work, key: str) -> None:
    """Put an own rule away; it plans no more."""
    now = opened(w, key)
    if not now.is_own:
        raise NotFound
    if not now.archived:
        _put_state(w, now, off=True, since=now.since, archived=True)


def restore(w: Work, key: str) -> None:
    """Bring it back, switched off."""
    now = opened(w, key)
    if now.archived:
        _put_state(w, now, off=True, since=now.since)


def _put_state(w: Work, now: Setting, *, off: bool, since: datetime | None, archived: bool = False) -> None:
    # A row without the moment would stand for a rule that ran for ever, and follow up everything that ever was.
    since = since or (None if off else w.now)
    values = {"off": off, "since": since, "archived_at": w.now if archived else None}
    write(w, now.key, values, STATE, _state_of(now), {"off": off, "since": _iso(since), "archived": archived})


def _state_of(now: Setting) -> dict[str, Any]:
    return {"off": not now.on, "since": _iso(now.since), "archived": now.archived}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


# --- own rules ---


def add(w: Work, rule: FollowUp) -> str:
    """A rule of the house's own, switched off until somebody looked at what it would do; its key. The key of `rule`
    itself does not count."""
    locked(w)
    living = [each for each in every(w.session, w.catalog).values() if each.is_own and not each.archived]
    if len(living) >= MOST_RULES:
        raise Refused([problem("", N_("%(most)s own rules are the most; archive one first."), most=MOST_RULES)])
    if problems := refusals((*missing(w.catalog, rule), *unknown_functions(w.session, rule))):
        raise Refused(problems)
    number = rows.last_own(w.session) + 1
    new = replace(rule, key=f"r{number}")
    data = to_data(new)
    write(w, f"{rows.OWN}{new.key}", {"off": True, "own": data}, WHOLE, None, data)
    w.done("follow_up", number)
    return f"{rows.OWN}{new.key}"


# --- back ---


def undo(w: Work, key: str, event_id: int) -> None:
    """Take one change back, while nobody changed the same since."""
    now = opened(w, key)
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
        if now.is_own:  # of a plugin's rule a part that does not fit waits; an own one would not be one any more
            changed_rule(w.session, w.catalog, now.rule, {part: read_part(part, before)})
        put_part(w, now, part, here, before)


def _still(now: Any, after: Any) -> None:
    if now != after:
        raise Refused([problem("", N_("Somebody changed this since, so it stays."))])
