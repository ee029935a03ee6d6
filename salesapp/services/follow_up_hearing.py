"""What an event means for follow-up rules, in the transaction of what happened: something begins, moves on, or ends.

Only rules that hear of its kind are asked (`Catalog.follow_up_ears`), so what concerns none costs nothing. Many at once
(a bulk change, an import) begin nothing: only what is planned already follows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from salesapp.domain.follow_up import LOST, WON, ByGrade, ByLevel, OnDate, OnEvent, OnStage, Silence
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_ends import UNSUBSCRIBED
from salesapp.services.follow_up_making import make
from salesapp.services.follow_up_moving import follow, open_ones
from salesapp.services.follow_up_planning import decide, not_before, over
from salesapp.services.follow_up_renewing import look_at_batch, renew
from salesapp.services.follow_up_settling import part_of, rest, withdraw
from salesapp.services.work import Work
from salesapp.store import follow_up_rows, follow_up_watches
from salesapp.store.follow_up_watches import NewWatch, Watch

Values = Mapping[str, Any]
Some = Sequence[Running]
BACK: Final = ("taken_back", "reopened", "lost", "won")
"""Reasons why a rule rests that are over when its stage is entered again, or the deal opened."""
LATE: Final = timedelta(days=1)
"""What is noted later than this is history: it plans nothing."""


def hear(w: Work, event_id: int, values: Values, rules: Some) -> None:
    """Something happened of which these rules want to hear."""
    kind = values["kind"]
    told = _TOLD.get(kind)
    if told is not None:
        told(w, values, rules)
    if values["batch_id"] is None and values["at"] >= w.now - LATE:
        begin(w, [each for each in rules if begins(each, values)], event_id, values)


def evidence(w: Work, kind: str, deal_id: int, evidence_id: int | None, at: datetime | None) -> None:
    """A plugin showed that something happened with a deal."""
    rules = w.catalog.follow_up_ears.get(kind, ())
    if rules and w.batch_id is None:
        found = follow_up_rows.subjects(w.session, "deal", [deal_id]).get(deal_id)
        if found is not None:
            values = {"kind": kind, "deal_id": deal_id, "customer_id": found.customer_id, "at": at or w.now}
            number = evidence_id or int((at or w.now).timestamp())
            hear(w, number, {**values, "batch_id": None, "data": {}, "subject_kind": "deal"}, rules)


# --- beginning ---


def begins(each: Running, values: Values) -> bool:
    """Whether this is what the rule waits for."""
    when, kind, data = each.rule.when, values["kind"], values["data"]
    if each.since is not None and values["at"] < each.since:
        return False
    if isinstance(when, OnEvent):
        if kind.startswith("activity.") and data.get("rule") == each.key:
            return False  # what it planned itself
        return when.kind == kind and values[f"{when.of}_id"] is not None
    if not isinstance(when, OnStage) or data.get("process") != when.process:
        return False
    entered = {"deal.won": WON, "deal.lost": LOST, "deal.moved": data.get("to"), "deal.opened": data.get("stage")}
    return entered.get(kind) == when.stage


def begin(w: Work, rules: Some, event_id: int, values: Values) -> None:
    """Follow up on this for these rules. What they plan at once is written together."""
    begun = [(each, _watched(w, each, event_id, values)) for each in rules]
    _plan(w, [(each, watch) for each, watch in begun if watch is not None])


def _watched(w: Work, running: Running, event_id: int, values: Values) -> Watch | None:
    """Watch the subject from now on; where it is watched already, an event moves what it counts from. The watch, where
    something may be planned at once."""
    rule = running.rule
    each = isinstance(rule.when, OnEvent) and rule.when.each
    part = f"e{event_id}" if each else ""
    far = not_before(rule, values["at"])
    look_at = far if far > w.now else None
    key = (running.key, rule.subject, values[f"{rule.subject}_id"], part)
    new = NewWatch(*key, values["customer_id"], values["at"], 0, look_at, None)
    watch: Watch | None
    if not follow_up_watches.begin(w.session, new):
        watch = _once_more(w, running, follow_up_watches.one(w.session, *key), values["at"])
    else:
        watch = cast("Watch", new) if look_at is None else None
    return watch


def _plan(w: Work, begun: Sequence[tuple[Running, Watch]]) -> None:
    """Several rules may follow the same: what they plan is written together."""
    about: dict[str, Mapping[int, Any]] = {}
    made = []
    for running, watch in begun:
        kind = running.rule.subject
        if kind not in about:
            about[kind] = follow_up_rows.subjects(w.session, kind, [watch.subject_id])
        made += decide(w, running, [watch], about=about[kind])
    make(w, made, tell=True)


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
    return follow_up_watches.one(w.session, *(getattr(watch, name) for name in follow_up_watches.KEY))


# --- ending, resting, waking ---


def _taken_back(w: Work, values: Values, rules: Some) -> None:
    """The last move never was: what followed it goes, what a loss or a win ended goes on."""
    data = values["data"]
    back = [each for each in rules if _followed(each, data.get("process"), (data.get("from"),))]
    _rest_deal(w, values["deal_id"], back, "taken_back")
    _wake_deal(w, values, rules)


def _reopened(w: Work, values: Values, rules: Some) -> None:
    """What followed the win or the loss goes; what it ended goes on."""
    data = values["data"]
    back = [each for each in rules if _followed(each, data.get("process"), (f":{data.get('from')}",))]
    _rest_deal(w, values["deal_id"], back, "reopened")
    _wake_deal(w, values, rules)


def _followed(each: Running, process: str | None, stages: Sequence[Any]) -> bool:
    when = each.rule.when
    if isinstance(when, OnStage):
        return when.process == process and when.stage in stages
    if isinstance(when, OnEvent):
        return any(when.kind == f"deal.{stage[1:]}" for stage in stages if stage in (WON, LOST))
    return when == OnDate("deal.closed", getattr(when, "days", 0), getattr(when, "yearly", False)) and WON in stages


def _closed(w: Work, values: Values, rules: Some) -> None:
    """What makes no sense for a deal that is closed goes; days that count from the win are looked for by the job."""
    state = values["kind"].partition(".")[2]
    ended = [each for each in rules if each.rule.subject == "deal" and over(each.rule, state)]
    _rest_deal(w, values["deal_id"], ended, state)
    for each in rules:
        if state == "won" and _is_date(each, "deal.closed"):
            key = (each.key, "deal", values["deal_id"])
            if not follow_up_watches.begin(w.session, NewWatch(*key, "", values["customer_id"], w.now, 0, w.now, None)):
                follow_up_watches.look_again(w.session, *key, w.now)


def _wake_deal(w: Work, values: Values, rules: Some) -> None:
    about = [each for each in rules if each.rule.subject == "deal"]
    for row in follow_up_watches.of_subject(w.session, "deal", values["deal_id"]):
        if row.ended in ("lost", "won", "archived") and any(each.key == row.rule for each in about):
            follow_up_watches.move(w.session, [(row, {"ended": None, "look_at": w.now})])
    _renew(w, values, [each for each in about if isinstance(each.rule.when, ByLevel | Silence)], values["deal_id"])


def _rest_deal(w: Work, deal_id: int, rules: Some, why: str) -> None:
    keys = {each.key for each in rules}
    if keys:
        watches = [row for row in follow_up_watches.of_subject(w.session, "deal", deal_id) if row.rule in keys]
        known = sorted({row.rule for row in watches})
        rest(w, follow_up_rows.open_of_rules(w.session, known, "deal", deal_id), watches, why)


def _deal_archived(w: Work, values: Values, _rules: Some) -> None:
    watches = follow_up_watches.of_subject(w.session, "deal", values["deal_id"])
    if watches:
        known = sorted({row.rule for row in watches})
        rest(w, follow_up_rows.open_of_rules(w.session, known, "deal", values["deal_id"]), watches, "archived")


def _deal_restored(w: Work, values: Values, _rules: Some) -> None:
    follow_up_watches.wake(w.session, "deal", values["deal_id"], ["archived"], w.now)


def _deal_changed(w: Work, values: Values, rules: Some) -> None:
    """Its dates, its level, its owner, the customer it got."""
    said = set(values["data"].get("fields", ()))
    if "customer_id" in said:
        known = follow_up_watches.give_customer(w.session, values["deal_id"], values["customer_id"])
        follow_up_rows.give_customer(w.session, known, values["deal_id"], values["customer_id"])
    _renew(w, values, [each for each in rules if _asks(each, "deal", said)], values["deal_id"])
    if "owner_id" in said and values["customer_id"] is not None:
        follow_up_rows.follow_owners(w.session, values["customer_id"])


def _customer_changed(w: Work, values: Values, rules: Some) -> None:
    said = set(values["data"].get("fields", ()))
    _renew(w, values, [each for each in rules if _asks(each, "customer", said)], values["subject_id"])


def _asks(each: Running, kind: str, said: set[str]) -> bool:
    """Whether a rule about this kind of record asks for one of these facts."""
    when = each.rule.when
    if isinstance(when, ByGrade):
        return kind == "customer" and "grade" in said
    if isinstance(when, ByLevel):
        return kind == "deal" and bool(_names(when.field) & said)
    if not isinstance(when, OnDate) or not when.of.startswith(f"{kind}."):
        return False
    return bool(_names(when.of.partition(".")[2]) & said)


def _names(field: str) -> set[str]:
    """What a change calls a field: by its full key, or as one of the deal's process."""
    return {field, f"field.{field.rpartition('.')[2]}"}


def _dates(w: Work, values: Values, rules: Some) -> None:
    found = [each for each in rules if isinstance(each.rule.when, OnDate) and each.rule.when.of.startswith("date.")]
    _renew(w, values, found, values["customer_id"])


def _renew(w: Work, values: Values, rules: Some, subject_id: int) -> None:
    """Of many at once only what is open moves; the rest is looked at by the job."""
    for each in rules:
        if values["batch_id"] is None or open_ones(w, each, subject_id):
            renew(w, each, subject_id)
        else:
            follow_up_watches.look_again(w.session, each.key, each.rule.subject, subject_id, w.now)


def _is_date(each: Running, of: str) -> bool:
    return isinstance(each.rule.when, OnDate) and each.rule.when.of == of


def _archived(w: Work, values: Values, _rules: Some) -> None:
    """With the customer rests all that follows up on them, and their deals."""
    customer_id, why = values["subject_id"], values["kind"].partition(".")[2]
    follow_up_watches.rest(w.session, "customer", customer_id, why)
    withdraw(w, follow_up_rows.open_of(w.session, "customer", customer_id), why)


def _erased(w: Work, values: Values, rules: Some) -> None:
    customer_id = values["subject_id"]
    gone = follow_up_rows.no_longer_planned(w.session, customer_id)
    follow_up_rows.settle(w.session, gone, "withdrawn", w.now)
    _archived(w, values, rules)


def _restored(w: Work, values: Values, _rules: Some) -> None:
    follow_up_watches.wake(w.session, "customer", values["subject_id"], ["archived"], w.now)


def _reachable(w: Work, values: Values, _rules: Some) -> None:
    """There may be a way to reach them again: looking says whether there is."""
    if not values["data"].get("opt_out"):
        follow_up_watches.wake(w.session, "customer", values["customer_id"], [UNSUBSCRIBED], w.now)


def _owned(w: Work, values: Values, _rules: Some) -> None:
    """Whose the customer is: what is open went along, what rested while they were nobody's goes on."""
    customer_id = values["subject_id"]
    follow_up_rows.follow_owners(w.session, customer_id)
    follow_up_watches.wake(w.session, "customer", customer_id, ["pooled"], w.now)


def _released(w: Work, values: Values, _rules: Some) -> None:
    customer_id = values["subject_id"]
    own = [row for row in follow_up_watches.of_customer(w.session, customer_id) if row.subject_kind == "customer"]
    open_ = follow_up_rows.open_of(w.session, "customer", customer_id)
    rest(w, [row for row in open_ if row.subject_kind == "customer"], own, "pooled")
    follow_up_rows.follow_owners(w.session, customer_id)


def _merged(w: Work, values: Values, rules: Some) -> None:
    """What came over goes on; of what both have, the one that is due first is kept."""
    kept, lost = values["subject_id"], values["data"]["other"]
    both = follow_up_watches.of_subject(w.session, "customer", lost)
    follow_up_watches.of_subject(w.session, "customer", kept)  # locked, before what is open of them is read
    known = sorted({row.rule for row in both})
    rest(w, follow_up_rows.open_of_rules(w.session, known, "customer", lost), both, "merged")
    seen: set[tuple[str, str]] = set()
    twice = []
    for row in follow_up_rows.open_of_rules(w.session, known, "customer", kept):
        key = (row.rule, part_of(row.occurrence))
        twice += [row] if key in seen else []
        seen.add(key)
    withdraw(w, twice, "merged")
    follow_up_rows.follow_owners(w.session, kept)
    follow_up_watches.look(w.session, "customer", kept, w.now)
    as_of_many = {**values, "batch_id": 0}  # the job plans what is new: a merge may be taken back
    _renew(w, as_of_many, [each for each in rules if each.rule.subject == "customer"], kept)


def _unmerged(w: Work, values: Values, rules: Some) -> None:
    """Each of the two is told of, and has its own again."""
    customer_id = values["subject_id"]
    follow_up_watches.wake(w.session, "customer", customer_id, ["merged", "archived"], w.now)
    follow_up_watches.look(w.session, "customer", customer_id, w.now)
    as_of_many = {**values, "batch_id": 0}  # nothing is planned at once: two who are apart again are as they were
    _renew(w, as_of_many, [each for each in rules if each.rule.subject == "customer"], customer_id)


def _imported(w: Work, values: Values, rules: Some) -> None:
    """What a file changed of those who were here is looked at by the job; who is new is gone through anyway."""
    for each in rules:
        look_at_batch(w, each, values["subject_id"])


_TOLD: Final[Mapping[str, Callable[[Work, Values, Some], None]]] = {
    "deal.taken_back": _taken_back,
    "deal.reopened": _reopened,
    "deal.lost": _closed,
    "deal.won": _closed,
    "deal.archived": _deal_archived,
    "deal.restored": _deal_restored,
    "deal.changed": _deal_changed,
    "customer.changed": _customer_changed,
    "customer.date_added": _dates,
    "customer.date_archived": _dates,
    "contact.archived": _dates,
    "contact.restored": _dates,
    "customer.point_added": _reachable,
    "customer.point_changed": _reachable,
    "customer.point_archived": _reachable,
    "customer.consent_noted": _reachable,
    "customer.archived": _archived,
    "customer.erased": _erased,
    "customer.restored": _restored,
    "customer.assigned": _owned,
    "customer.claimed": _owned,
    "customer.pool_moved": _owned,
    "customer.taken_back": _owned,
    "customer.released": _released,
    "customer.merged": _merged,
    "customer.unmerged": _unmerged,
    "import.done": _imported,
    "import.undone": _imported,
}
