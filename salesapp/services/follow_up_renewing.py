"""A customer or a deal changed: its dates, the field a rule counts from, its grade or level, whose it is. What is open
moves to its new day, or goes; what is done stays; what comes next is looked for anew."""

from collections.abc import Sequence

from salesapp.domain.follow_up import ByGrade, ByLevel, Silence
from salesapp.domain.follow_up_times import MOMENT, make_at
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_filling import fills, first_looks
from salesapp.services.follow_up_moving import move_open
from salesapp.services.follow_up_next import GONE, NO_DATE, NOBODYS, next_due
from salesapp.services.follow_up_people import clocks
from salesapp.services.follow_up_planning import plan
from salesapp.services.follow_up_rhythms import Next
from salesapp.services.follow_up_settling import part_of, withdraw
from salesapp.services.work import Work
from salesapp.store import follow_up_newest, follow_up_open, follow_up_settled, follow_up_watches, follow_ups
from salesapp.store import follow_up_unwatched as rows
from salesapp.store.follow_up_rows import Occurrence
from salesapp.store.follow_up_watches import Watch


def renew(w: Work, running: Running, subject_id: int) -> None:
    """Look at one subject of a rule about dates, feasts or rhythms as it is now."""
    if not fills(running):
        return
    rule = running.rule
    new = rows.of_one_without_watch(w.session, running.key, rule.when, subject_id)
    follow_up_watches.add_many(w.session, first_looks(w, running, new))
    watches = follow_up_watches.of_rule(w.session, running.key, rule.subject, [subject_id])
    planned = follow_up_open.open_of_subjects(w.session, running.key, rule.subject, [subject_id]) if watches else ()
    open_ = {part_of(row.occurrence): row for row in planned}
    _follow(w, running, [(each, open_[each.part]) for each in watches if each.part in open_])
    _anew(w, running, [each for each in watches if each.part not in open_])


def contacted(w: Work, customer_id: int) -> None:
    """Somebody was in touch with them otherwise: what a rhythm planned before is due later, and goes for now."""
    rules = w.as_known().follow_ups
    rhythms = {key for key, each in rules.items() if isinstance(each.rule.when, Silence | ByGrade | ByLevel)}
    if not rhythms:
        return
    open_ = {(row.rule, row.subject_id) for row in follow_up_open.open_of(w.session, "customer", customer_id)}
    for rule, subject_id in sorted(each for each in open_ if each[0] in rhythms):
        renew(w, rules[rule], subject_id)


def look_at_batch(w: Work, running: Running, batch_id: int) -> None:
    """Look, with the next round, at all that an import changed or took back: their dates, fields, owners may be other
    ones."""
    if not fills(running):
        return
    rule, done = running.rule, follow_ups.one(w.session, running.key)
    if done is not None:
        new = rows.of_batch_without_watch(w.session, running.key, rule.when, batch_id, done.filled_to)
        follow_up_watches.add_many(w.session, first_looks(w, running, new))
    rows.look_at_batch(w.session, running.key, rule.when, batch_id, w.now)


def _anew(w: Work, running: Running, watches: Sequence[Watch]) -> None:
    """What ended may go on: whether it does is asked anew."""
    if not watches:
        return
    follow_up_watches.move(w.session, [(each, {"ended": None, "look_at": w.now}) for each in watches])
    parts = {(each.subject_id, each.part) for each in watches}
    ids = {each.subject_id for each in watches}
    now = follow_up_watches.of_rule(w.session, running.key, running.rule.subject, ids)
    plan(w, running, [each for each in now if (each.subject_id, each.part) in parts], tell=True)


def _follow(w: Work, running: Running, pairs: Sequence[tuple[Watch, Occurrence]]) -> None:
    """What is open of these watches is due when it is due now. What is overdue stays so, unless its day is another."""
    if not pairs:
        return
    by = clocks(w.session, [row.activity_owner_id for _, row in pairs])
    asked = [(watch, by[row.activity_owner_id], min(w.now, row.due_at - MOMENT)) for watch, row in pairs]
    for (watch, row), found in zip(pairs, next_due(w.session, running, asked, but_open=True), strict=True):
        if isinstance(found, str):
            withdraw(w, [row], found if found in (GONE, NOBODYS, NO_DATE) else "moved")
            follow_up_watches.move(w.session, [(watch, {"ended": found, "look_at": None})])
        elif found is not None and (found.key, found.due.due_at) != (row.occurrence, row.due_at):
            _another_day(w, running, watch, row, found)


def _another_day(w: Work, running: Running, watch: Watch, row: Occurrence, found: Next) -> None:
    """It moves to the other day; where that has passed or is long hence, it goes, and is looked for anew."""
    rule, key = running.rule, found.key
    ahead = found.due.due_at > w.now >= make_at(rule, found.due)
    renamed = key != row.occurrence
    if not ahead or (renamed and follow_up_newest.is_taken(w.session, running.key, rule.when, row.subject_id, key)):
        withdraw(w, [row], "moved")
        _anew(w, running, [watch])
        return
    if renamed:
        follow_up_settled.rename(w.session, row, key)
    move_open(w, running, row, found.due)
