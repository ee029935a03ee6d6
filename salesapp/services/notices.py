"""Telling people what concerns them, in the transaction of the change: both come or neither.

    notices.tell(w, owner_id, "activity.given", ("activity", activity_id))

Nobody is told what they did themselves, and telling the same occurrence twice is telling once. A mail is a job that
waits for half a minute, so that what is taken back is never sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from salesapp.domain.decisions import DecisionView, may_decide
from salesapp.domain.notice_times import MAIL_WAITS, digest_day, mail_at
from salesapp.domain.notices import KINDS, KINDS_BY_KEY, MAIL, OFF, Choices
from salesapp.domain.permissions import Access
from salesapp.services import mail
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work
from salesapp.store import decision_lists, job_lists, notice_choices, notices, sign_ins, visibility
from salesapp.store.notice_choices import Recipient
from salesapp.store.notice_subjects import Key

MAIL_JOB: Final = "notices.mail"
DIGEST_JOB: Final = "notices.digest"
UNDO_WITHIN: Final = MAIL_WAITS
COMMITS_LATE: Final = timedelta(minutes=10)
"""A notice carries the moment its change began, and is there for others once that is through: nobody may be said to
have read what was not there yet."""
LOOK_BACK: Final = timedelta(days=1)
FAILING_TRIES: Final = 3


def tell(
    w: Work,
    person_id: int | None,
    kind: str,
    subject: Key,
    *,
    occurrence: str = "",
    data: Mapping[str, Any] | None = None,
    by_mail: bool = True,
) -> int | None:
    """Tell somebody; the notice's id, None where there is nobody to tell or they want to hear nothing of it.

    `occurrence` tells two things about the same subject apart (an event's id); `data` holds codes and ids only, its
    "how" picks the sentence.
    """
    if person_id is None or person_id == w.actor.id:
        return None
    to = notice_choices.recipient(w.session, person_id)
    if to is None or to.choices.way(kind) == OFF:
        return None
    notice_id = notices.insert(w.session, _notice(w, person_id, kind, subject, occurrence, data or {}))
    if notice_id is not None and by_mail:
        _by_mail(w, notice_id, kind, to)
    return notice_id


def tell_each(w: Work, kind: str, given: Sequence[tuple[int | None, Key]]) -> None:
    """Tell several people of a thing each, or one of several, in a few statements however many they are."""
    to = notice_choices.recipients(w.connection, {one for one, _ in given} - {None, w.actor.id})
    told = [(to[one], key) for one, key in given if one in to and to[one].choices.way(kind) != OFF]
    rows = [_notice(w, person.id, kind, key, "", {}) for person, key in told]
    for notice_id, person_id in notices.insert_all(w.connection, rows):
        _by_mail(w, notice_id, kind, to[person_id])


def _notice(
    w: Work, person_id: int, kind: str, subject: Key, occurrence: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "kind": kind,
        "occurrence": f"{kind}:{subject[0]}:{subject[1]}:{occurrence}",
        "subject_kind": subject[0],
        "subject_id": subject[1],
        "actor_id": w.actor.id,
        "data": dict(data),
        "at": w.now,
    }


def _by_mail(w: Work, notice_id: int, kind: str, to: Recipient) -> None:
    if to.email and to.choices.way(kind) == MAIL and mail.load(w.session).usable:
        enqueue(w, MAIL_JOB, {"notice": notice_id}, run_at=mail_at(w.now + MAIL_WAITS, to.choices, to.zone))


def _restore(w: Work, notice_ids: Sequence[int]) -> None:
    """What was taken back holds again. The job that would have mailed it may have come and gone meanwhile."""
    for row in notices.restore(w.session, notice_ids):
        to = notice_choices.recipient(w.session, row.person_id)
        if to is not None:
            _by_mail(w, row.id, row.kind, to)


def hand_over(w: Work, kind: str, subject: Key, before: int | None, after: int | None, time: int) -> None:
    """Tell somebody that a record is theirs now; `time` tells this hand-over from others. When it came from somebody
    who got it a moment ago from the same hand, that was a slip: their notice goes, and who gets it back is told
    nothing anew."""
    if w.batch_id is not None:  # told once for all its records: services/bulk_notices.py
        return
    slips = []
    if before is not None:
        since = w.now - UNDO_WITHIN
        slips = list(notices.told_lately(w.session, before, kind, *subject, w.actor.id, since))
    for row in slips:
        notices.withdraw(w.session, row.id, w.now)
    back = [row for row in slips if row.data.get("from") == after]
    for row in back:
        _restore(w, row.data.get("instead_of", ()))
    if not back:
        data = {"from": before, "instead_of": [row.id for row in slips]}
        tell(w, after, kind, subject, occurrence=str(time), data=data)


def decision_waits(w: Work, decision: DecisionView) -> None:
    """Tell everybody who may give the step that waits now."""
    step = decision.waiting
    if step is None:
        return
    but = [each for each in (decision.asked_by, decision.owner_id) if each is not None]
    for person_id in decision_lists.who_answers(w.session, step.function, decision.owner_id, but):
        if _may_answer(w, person_id, decision):
            tell(w, person_id, "decision.waits", ("decision", decision.id), occurrence=str(step.id))


def _may_answer(w: Work, person_id: int, decision: DecisionView) -> bool:
    actor = sign_ins.actor_of(w.session, person_id)
    if actor is None or not may_decide(actor, decision):
        return False
    if decision.deal_id is not None:
        return visibility.deal_access(w.session, actor, decision.deal_id, w.now) > Access.NONE
    if decision.customer_id is not None:
        return visibility.customer_access(w.session, actor, decision.customer_id, w.now) > Access.NONE
    return actor.people is None


def decision_settled(w: Work, decision: DecisionView, state: str) -> None:
    """Nobody has to decide the step any more; who asked is told how it ended."""
    notices.settle(w.session, "decision.waits", "decision", decision.id, w.now)
    if state in ("granted", "refused"):
        tell(w, decision.asked_by, "decision.decided", ("decision", decision.id), data={"how": state})


def activity_off(w: Work, activity_id: int) -> None:
    """An activity is not to be done any more: who was told it is theirs, and has not read it, need not."""
    notices.settle(w.session, "activity.given", "activity", activity_id, w.now)


def activity_on(w: Work, activity_id: int) -> None:
    """An activity is to be done after all: what was told of it holds again."""
    _restore(w, notices.withdrawn_of(w.session, "activity.given", "activity", activity_id))


# --- reading and choosing ---


def read_one(w: Work, notice_id: int) -> None:
    """A person read one of theirs; reading it again, or one that is not theirs, changes nothing."""
    assert w.actor.id is not None
    notices.mark_read(w.session, notice_id, w.actor.id, w.now)


def read_all(w: Work, shown: Sequence[int], drawn: datetime) -> int:
    """A person read all on a page made at `drawn`, and what is older; how many were unread."""
    assert w.actor.id is not None
    return notices.mark_all_read(w.session, w.actor.id, shown, drawn - COMMITS_LATE, w.now)


def choose(w: Work, choices: Choices) -> None:
    """Keep how somebody wants to be told; what is as usual is left out, so that it follows when that changes."""
    assert w.actor.id is not None
    ways = {kind.key: choices.way(kind.key) for kind in KINDS}
    own = {key: way for key, way in ways.items() if way != KINDS_BY_KEY[key].usual}
    kept = Choices(own, choices.digest_hour, choices.quiet_from, choices.quiet_to)
    notice_choices.put(w.session, w.actor.id, kept)


# --- looking after it all ---


def begin_digests(w: Work) -> int:
    """Take on every digest that is due now, each once, and ask for its mail; how many."""
    if not mail.load(w.session).usable:
        return 0
    due = [(to.id, digest_day(w.now, to.choices, to.zone)) for to in notice_choices.with_mail(w.session)]
    wanted = [(person_id, day) for person_id, day in due if day is not None]
    begun = notice_choices.digests_of(w.session, wanted)
    fresh = [each for each in wanted if each not in begun]
    for person_id, day in fresh:
        if notice_choices.begin_digest(w.session, person_id, day, w.now):
            enqueue(w, DIGEST_JOB, {"person": person_id, "day": day.isoformat()})
    return len(fresh)


def tell_of_jobs(w: Work) -> None:
    """Tell those who manage the settings what was given up, and when mails cannot be sent."""
    parked = job_lists.parked_since(w.session, w.now - LOOK_BACK)
    failing = job_lists.is_failing(w.session, (MAIL_JOB, DIGEST_JOB), FAILING_TRIES)
    if not parked and not failing:
        return
    for person_id in notice_choices.who_may(w.session, "settings.manage"):
        for row in parked:  # a mail about a mail that failed would fail, too
            by_mail = row.name not in (MAIL_JOB, DIGEST_JOB)
            occurrence = row.finished_at.isoformat()
            tell(w, person_id, "job.parked", ("job", row.id), occurrence=occurrence, by_mail=by_mail)
        if failing:
            tell(w, person_id, "mail.failing", ("mail", 0), occurrence=w.now.date().isoformat())
