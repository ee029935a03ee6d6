"""Something begins for follow-up rules: a watch for its subject, and what is due soon is planned at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from salesapp.domain.follow_up import LOST, WON, OnEvent, OnStage
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_making import make
from salesapp.services.follow_up_moving import follow
from salesapp.services.follow_up_planning import decide, not_before
from salesapp.services.work import Work
from salesapp.store import follow_up_taking_up, follow_up_watches
from salesapp.store.follow_up_watches import NewWatch, Watch

Values = Mapping[str, Any]
Some = Sequence[Running]
BACK: Final = ("taken_back", "reopened", "lost", "won")
"""Reasons why a rule rests that are over when its stage is entered again, or the deal opened."""


def begins(each: Running, values: Values) -> bool:
    """Whether this is what the rule waits for."""
    when, kind, data = each.rule.when, values["kind"], values["data"]
    if each.since is not None and values["at"] < each.since:
        return False
    if isinstance(when, OnEvent):
        if kind.startswith("activity.") and data.get("rule") is not None:
            return False  # what rules planned would have them plan for ever
        return when.kind == kind and values[f"{when.of}_id"] is not None
    if not isinstance(when, OnStage) or data.get("process") != when.process:
        return False
    entered = {"deal.won": WON, "deal.lost": LOST, "deal.moved": data.get("to"), "deal.opened": data.get("stage")}
    return entered.get(kind) == when.stage


def begin(w: Work, rules: Some, event_id: int, values: Values, dated: Some = ()) -> None:
    """Follow up on this for these rules. What they plan at once is written together. `dated` are rules about the day
    of it, of which the job looks what comes."""
    new = [(each, _first(w, each, event_id, values)) for each in rules]
    days = [NewWatch(each.key, "deal", values["deal_id"], "", values["customer_id"], w.now, 0, w.now, None)
            for each in dated]  # fmt: skip
    fresh = follow_up_watches.begin_all(w.connection, [*(each for _, each in new), *days])
    for day in days:
        if _key(day) not in fresh:
            follow_up_taking_up.look_again(w.session, day.rule, "deal", day.subject_id, w.now)
    begun = [(each, _watched(w, each, watch, is_new=_key(watch) in fresh)) for each, watch in new]
    looked = [(each, [watch]) for each, watch in begun if watch is not None]
    make(w, decide(w, looked), tell=True)


def _key(watch: Watch | NewWatch) -> tuple[Any, ...]:
    return tuple(getattr(watch, name) for name in follow_up_watches.KEY)


def _first(w: Work, running: Running, event_id: int, values: Values) -> NewWatch:
    """The watch of a subject that has none of this rule."""
    rule = running.rule
    each = isinstance(rule.when, OnEvent) and rule.when.each
    part = f"e{event_id}" if each else ""
    far = not_before(rule, values["at"])
    look_at = far if far > w.now else None
    key = (running.key, rule.subject, values[f"{rule.subject}_id"], part)
    return NewWatch(*key, values["customer_id"], values["at"], 0, look_at, None)


def _watched(w: Work, running: Running, new: NewWatch, *, is_new: bool) -> Watch | None:
    """The watch, where something may be planned at once; where the subject was watched already, an event moves what it
    counts from."""
    if not is_new:
        return _once_more(w, running, follow_up_watches.one(w.session, *_key(new)), new.anchor)
    return cast("Watch", new) if new.look_at is None else None


def _once_more(w: Work, running: Running, watch: Watch | None, at: datetime) -> Watch | None:
    """It happened before. A stage counts from the first time, unless that was taken back; an event from the last one,
    as long as there is something to count for."""
    if watch is None:
        return None
    on_event = isinstance(running.rule.when, OnEvent)
    if watch.ended in BACK or (on_event and watch.ended == "passed" and at > watch.anchor):
        follow_up_watches.move(w.session, [(watch, {"anchor": at, "ended": None, "look_at": w.now})])
        return _again(w, watch)
    if not on_event or watch.ended is not None:
        return None
    follow(w, running, watch, at)
    return None


def _again(w: Work, watch: Watch) -> Watch | None:
    return follow_up_watches.one(w.session, *_key(watch))
