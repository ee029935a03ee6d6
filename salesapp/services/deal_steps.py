"""Key steps of a deal: ticked by hand, or by evidence that something happened."""

from datetime import datetime
from typing import Any

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.pack import KeyStep, Process
from salesapp.domain.views import DealView
from salesapp.services import deal_changes, follow_up_evidence
from salesapp.services.work import Work
from salesapp.store import deal_steps, deals


def tick_step(w: Work, deal_id: int, step: str, done: bool) -> None:
    """Tick a key step of the deal's process by hand, or take the tick back. Doing it twice changes nothing."""
    deal = deal_changes.for_change(w, "deal.edit", deal_id)
    process = w.catalog.process(deal.process)
    known = {each.key for stage in process.stages for each in stage.key_steps} if process else set()
    if step not in known and (done or step not in deal.done_steps):
        raise Refused([problem("step", N_("This process has no such key step."))])
    x = w.session
    did = deal_steps.tick(x, deal_id, step, w.actor.id, w.now) if done else deal_steps.untick(x, deal_id, step)
    if did:
        _note(w, deal, step, done)
        deal_changes.touch(w, deal)


def push_evidence(
    w: Work,
    deal_id: int,
    evidence: str,
    evidence_id: int | None = None,
    *,
    at: datetime | None = None,
    lasting: bool = False,
) -> int:
    """Something happened that shows key steps to be done: tick them; how many were not yet.

    `evidence` is a name that key steps wait for ("activity.call", "quote.sent"), `evidence_id` which one it was, `at`
    when it happened (now). It counts for the stage the deal is in, if it happened there; what is `lasting`, as a
    signature is, counts for every stage.
    """
    if w.as_known().follow_up_ears.get(evidence):
        follow_up_evidence.evidence(w, evidence, deal_id, evidence_id, at)
    deal = deals.read(w.session, deal_id)
    process = w.catalog.process(deal.process)
    if process is None or deal.state != "open":
        return 0
    if not lasting and at is not None and at < deal.stage_entered_at:
        return 0
    waiting = [step.key for step in _steps(process, None if lasting else deal.stage) if evidence in step.evidence]
    ticked = [
        step
        for step in waiting
        if deal_steps.tick(w.session, deal_id, step, None, w.now, evidence=evidence, evidence_id=evidence_id)
    ]
    for step in ticked:
        _note(w, deal, step, True, evidence)
    return len(ticked)


def take_back_evidence(w: Work, deal_id: int, evidence: str, evidence_id: int) -> None:
    """It did not happen after all: what it ticked is open again, unless another of its kind shows the same."""
    follow_up_evidence.evidence_gone(w, evidence, deal_id, evidence_id)
    deal = deals.read(w.session, deal_id)
    for step in deal_steps.untick_by(w.session, deal_id, evidence, evidence_id):
        other = _another(w, deal, step, evidence, evidence_id)
        if other is None:
            _note(w, deal, step, False, evidence, deal_steps.told_done(w.session, deal_id, step))
        else:
            deal_steps.tick(w.session, deal_id, step, None, w.now, evidence=evidence, evidence_id=other)


def _another(w: Work, deal: DealView, step: str, evidence: str, but: int) -> int | None:
    """The first other activity of the kind that took place while the deal stood in the step's stage."""
    group, _, kind = evidence.partition(".")
    process = w.catalog.process(deal.process)
    if group != "activity" or process is None:
        return None
    its_stages = {stage.key for stage in process.stages if step in {each.key for each in stage.key_steps}}
    path = deals.path(w.session, deal.id)
    ends = [row.at for row in path[1:]] + [None]
    stays = [(row.at, end) for row, end in zip(path, ends, strict=True) if row.stage in its_stages]
    for row in deal_steps.standing(w.session, deal.id, kind):
        if row.id != but and any(start <= row.at and (end is None or row.at < end) for start, end in stays):
            return int(row.id)
    return None


def _steps(process: Process, stage: str | None) -> list[KeyStep]:
    return [step for each in process.stages if stage in (None, each.key) for step in each.key_steps]


def _note(
    w: Work, deal: DealView, step: str, done: bool, evidence: str | None = None, undoes: int | None = None
) -> None:
    data: dict[str, Any] = {"step": step, "process": deal.process} | ({"evidence": evidence} if evidence else {})
    if undoes is not None:  # the timeline tells what was taken back in one line, with the activity it came of
        data |= {"undoes": [undoes], "along": True}
    deal_changes.note(w, deal, "step.done" if done else "step.undone", data)
