"""What plugins show to have happened with a deal: follow-up rules count from its moment, as it is known now."""

from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.follow_up import OnEvent
from salesapp.plugging.follow_up_rules import Running
from salesapp.services.follow_up_beginning import Some, Values, begin, begins
from salesapp.services.follow_up_moving import follow, open_ones
from salesapp.services.follow_up_settling import part_of, rest
from salesapp.services.work import Work
from salesapp.store import deal_steps, follow_up_about, follow_up_watches

EVIDENCE_LATE: Final = timedelta(days=7)
"""What is noted later than this begins nothing: a delivery is noted after the holidays, and the call a week after it is
still due."""


def evidence(w: Work, kind: str, deal_id: int, evidence_id: int | None, at: datetime | None) -> None:
    """A plugin showed that something happened with a deal; the same piece once more corrects when it was. What is noted
    a week late begins nothing."""
    rules = w.catalog.follow_up_ears.get(kind, ())
    if rules and w.batch_id is None:
        found = follow_up_about.subjects(w.session, "deal", [deal_id]).get(deal_id)
        if found is not None:
            when = at or w.now
            number = evidence_id if evidence_id is not None else int(when.timestamp())
            values = {"kind": kind, "deal_id": deal_id, "customer_id": found.customer_id, "batch_id": None, "data": {}}
            _shown(w, number, {**values, "subject_kind": "deal", "at": when}, rules)


def _shown(w: Work, number: int, values: Values, rules: Some) -> None:
    """What is counted from evidence already is counted from its moment as it is known now; the rest begins."""
    kind, deal_id, at = values["kind"], values["deal_id"], values["at"]
    before = deal_steps.last_evidence(w.session, deal_id, kind)
    was = deal_steps.note_evidence(w.session, deal_id, kind, number, at)
    last = deal_steps.last_evidence(w.session, deal_id, kind) or at
    new = []
    for each in [each for each in rules if _is_shown_by(each, kind, values)]:
        watch = follow_up_watches.one(w.session, each.key, each.rule.subject, *_evidence_of(each, number, values))
        if watch is None or watch.ended is not None:
            new.append(each)
        elif watch.part:
            follow(w, each, watch, at, was=was)
        else:
            follow(w, each, watch, last, was=None if was is None else before)
    if values["at"] >= w.now - EVIDENCE_LATE:
        begin(w, [each for each in new if begins(each, values)], number, values)


def evidence_gone(w: Work, kind: str, deal_id: int, evidence_id: int) -> None:
    """It did not happen after all: what is open of it goes; where it happened another time, too, that counts."""
    if not deal_steps.forget_evidence(w.session, deal_id, kind, evidence_id):
        return
    rules, last = w.as_known().follow_up_ears.get(kind, ()), deal_steps.last_evidence(w.session, deal_id, kind)
    found = follow_up_about.subjects(w.session, "deal", [deal_id]).get(deal_id)
    values = {"deal_id": deal_id, "customer_id": found.customer_id if found is not None else None}
    for each in [each for each in rules if _is_shown_by(each, kind, values)]:
        watch = follow_up_watches.one(w.session, each.key, each.rule.subject, *_evidence_of(each, evidence_id, values))
        if watch is None:
            continue
        if last is not None and not watch.part:
            if watch.ended is None:
                follow(w, each, watch, last, was=watch.anchor if watch.n == 0 else last)
            continue
        open_ = open_ones(w, each, watch.subject_id)
        rest(w, [row for row in open_ if part_of(row.occurrence) == watch.part], [watch], "taken_back")


def _is_shown_by(each: Running, kind: str, values: Values) -> bool:
    when = each.rule.when
    return isinstance(when, OnEvent) and when.kind == kind and values[f"{when.of}_id"] is not None


def _evidence_of(each: Running, number: int, values: Values) -> tuple[int, str]:
    """The subject and the part of the watch that a piece of evidence has."""
    part = f"e{number}" if isinstance(each.rule.when, OnEvent) and each.rule.when.each else ""
    return values[f"{each.rule.subject}_id"], part
