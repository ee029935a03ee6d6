"""A rule begins with something else now: what followed the old beginning goes, and nobody waits for it; a portion at a
time. What happened since then counts already for the new beginning."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from salesapp.domain.follow_up_times import MOMENT
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_settling import withdraw
from salesapp.services.work import Work
from salesapp.store import follow_up_open, follow_up_taking_up, follow_up_watches, follow_ups

ANEW: Final = "anew"
"""In what is kept of a rule that ran: before which moment all is of its old beginning, as long as any of that stands;
PAST: up to which occurrence it was gone through."""
PAST: Final = "past"


def begins_anew(w: Work, running: Running, ran: Mapping[str, Any], when: Any) -> dict[str, Any]:
    """What is to be kept of a rule that changed, so that it begins anew: nothing, where it begins as it did."""
    if ANEW not in ran and (ran.get("when") or when) == when:
        return {}
    is_told = running.since is not None and str(running.since) != ran.get("since")
    before = running.since if is_told else w.now + MOMENT  # a plugin's new version does not say since when
    return {ANEW: str(before), PAST: 0}


def begin_anew(w: Work, running: Running, ran: dict[str, Any], limit: int) -> dict[str, Any]:
    """One portion; what is to be kept of the rule now."""
    before = datetime.fromisoformat(ran[ANEW])
    rows = follow_up_open.made_before(w.session, running.key, before, ran[PAST], limit)
    if rows:
        withdraw(w, [row for row in rows if row.state == "open"], "moved")
        follow_up_open.retire(w.session, [row.id for row in rows])
        return {**ran, PAST: rows[-1].id}
    if follow_up_taking_up.forget(w.session, running.key, running.rule.subject, before, limit):
        return ran
    follow_up_watches.wake(w.session, "rule", running.key, ["done"], w.now)  # what was done may have been of the old
    follow_ups.fill_to(w.session, running.key, 0)
    return {name: value for name, value in ran.items() if name not in (ANEW, PAST)}


def old_before(w: Work) -> dict[str, datetime]:
    """The rules that are beginning anew, each with the moment before which its watches are old."""
    kept = {row.rule: row.ran or {} for row in follow_ups.every(w.session)}
    return {rule: datetime.fromisoformat(ran[ANEW]) for rule, ran in kept.items() if ANEW in ran}
