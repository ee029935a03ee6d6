"""Looking what follow-up rules have to do: the job's work, a portion at a time, each portion one transaction.

With nothing due a look is a handful of statements by indexes, however many customers there are.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from salesapp.domain.follow_up_data import to_data
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import follow_up_filling, notices
from salesapp.services.follow_up_anew import ANEW, PAST, begin_anew, begins_anew, old_before
from salesapp.services.follow_up_planning import Off, plan
from salesapp.services.follow_up_settling import withdraw
from salesapp.services.work import Work
from salesapp.store import follow_up_open, follow_up_taking_up, follow_up_watches, follow_ups
from salesapp.store.follow_up_watches import Watch

PORTION: Final = 500
GAP: Final = timedelta(hours=6)
"""Who looks after a longer time than this finds what came due while nothing ran."""
TAKEN_UP: Final = 2000
STAYS: Final = ("when", "since", ANEW, PAST)
"""What is still known of a rule that comes back with its plugin."""
OFF: Final = "off"
"""Why the watches of a rule rest that is switched off."""


def look(w: Work) -> bool:
    """One portion of everything; whether there is more to do at once."""
    off = note_look(w)
    begin_rules(w)
    more = [withdraw_off(w), take_up(w)]
    old = old_before(w)
    ready = [each for each in w.catalog.follow_ups.values() if each.key not in old]  # else it would forget them again
    more += [*[follow_up_filling.fill(w, each, PORTION) for each in ready], look_at_due(w, off, old)]
    if not any(more) and off is not None:
        tell_missed(w, off)
    return any(more)


def note_look(w: Work) -> Off | None:
    """Remember that somebody looked now; the last time in which nobody did for long."""
    kept = follow_ups.locked_looked(w.session)
    last = kept.get("at")
    if last is not None and w.now - datetime.fromisoformat(last) > GAP:
        since = kept.get("off", [last])[0]  # what came due in a time off before may not be looked at yet
        kept = {**kept, "off": [since, w.now.isoformat()]}
    follow_ups.set_looked(w.session, {**kept, "at": w.now.isoformat()})
    if "off" not in kept:
        return None
    return Off(*map(datetime.fromisoformat, kept["off"]))


def begin_rules(w: Work) -> None:
    """A rule that is new here, with a plugin or its new version, runs from now on: nobody is followed up for what was
    before."""
    unknown = [each.key for each in w.catalog.follow_ups.values() if each.since is None]
    begun = [follow_ups.begin(w.session, key, w.now) for key in unknown]
    if any(begun):
        w.config_changed()


def withdraw_off(w: Work) -> bool:
    """What is open of rules that do not run goes, and their subjects rest; whether there is more."""
    for key in sorted(follow_up_open.rules_open(w.session) - w.catalog.follow_ups.keys()):
        rows = follow_up_open.open_of(w.session, "rule", key, PORTION)
        withdraw(w, rows, OFF)
        for kind in sorted({row.subject_kind for row in rows}):
            ids = {row.subject_id for row in rows if row.subject_kind == kind}
            waiting = follow_up_watches.of_rule(w.session, key, kind, ids)
            follow_up_watches.rest_of(w.session, [row for row in waiting if row.ended is None], OFF)
        if len(rows) == PORTION:
            return True
    return False


def take_up(w: Work) -> bool:
    """A rule that was switched on again, or changed, looks at all its subjects anew; whether there is more."""
    kept = {row.rule: row.ran or {} for row in follow_ups.every(w.session)}
    for key in [key for key, ran in kept.items() if "mark" in ran and key not in w.catalog.follow_ups]:
        # With its plugin it comes back as it was, and its subjects rest.
        follow_ups.set_ran(w.session, key, {name: value for name, value in kept[key].items() if name in STAYS})
    more = [_take_up(w, each, kept.get(each.key, {})) for each in w.catalog.follow_ups.values()]
    return any(more)


def _take_up(w: Work, running: Running, ran: Mapping[str, Any]) -> bool:
    mark, when = mark_of(running), to_data(running.rule)["when"]
    if ran.get("mark") != mark:
        follow_ups.fill_to(w.session, running.key, 0)  # it may be about others now, too
        anew = begins_anew(w, running, ran, when)
        ran = {"mark": mark, "when": when, "since": str(running.since), "to": 0, **anew}
    if ANEW in ran:
        follow_ups.set_ran(w.session, running.key, begin_anew(w, running, dict(ran), PORTION))
        return True
    if "to" not in ran:
        return False
    last = follow_up_taking_up.take_up(w.session, running.key, running.rule.subject, ran["to"], w.now, TAKEN_UP)
    now = {name: value for name, value in ran.items() if name != "to"}
    follow_ups.set_ran(w.session, running.key, now if last is None else {**now, "to": last})
    return last is not None


def mark_of(running: Running) -> str:
    """What tells a rule, as it is and since when it runs, from what it was."""
    said = json.dumps([str(running.since), to_data(running.rule)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def look_at_due(w: Work, off: Off | None, old: Mapping[str, datetime] | None = None) -> bool:
    """Look at the watches whose time has come, but the `old` ones of rules that begin anew; whether there may be
    more."""
    rows = follow_up_watches.due(w.session, w.now, PORTION)
    running, old = w.catalog.follow_ups, old_before(w) if old is None else old
    for key, those in by_rule(follow_up_watches.not_busy(w.session, rows)):
        each = running.get(key)
        since = old.get(key)
        about = each.rule.subject if each is not None else ""
        some = [row for row in those if since is None or (row.anchor >= since and row.subject_kind == about)]
        if since is not None:  # of an old beginning nothing comes any more; it is forgotten with the others
            follow_up_watches.move(w.session, [(row, {"look_at": None}) for row in those if row.anchor < since])
        if each is None:
            follow_up_watches.rest_of(w.session, some, OFF)
        else:
            plan(w, each, some, off=off)
    return len(rows) == PORTION


def by_rule(rows: Iterable[Watch]) -> list[tuple[str, list[Watch]]]:
    """The watches of each rule, in the order of their subjects, so that two who lock the same wait for each other."""
    ordered = sorted(rows, key=lambda row: (row.rule, row.subject_id, row.part))
    return [(key, list(some)) for key, some in groupby(ordered, key=lambda row: row.rule)]


def tell_missed(w: Work, off: Off) -> None:
    """Tell each person once that something of theirs came due while nothing ran."""
    for row in follow_up_open.missed(w.session, off.since, off.until):
        notices.tell(w, row.owner_id, "follow_up.missed_off", ("missed_off", int(off.until.timestamp())))
    follow_ups.set_looked(w.session, {"at": w.now.isoformat()})
