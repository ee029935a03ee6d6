"""A message to a group goes out: its time begins one run, its customers become rows once, and portions work them off.

Whoever comes first begins an occurrence: it is unique. A time that lies back by more than a day is left out.
"""

from datetime import datetime, timedelta
from typing import Final

from salesapp.domain import mailing as rules
from salesapp.domain.errors import N_, NotFound, Refused, problem
from salesapp.domain.mailing_times import Timing, next_time
from salesapp.domain.permissions import Actor
from salesapp.services import mail
from salesapp.services.jobs import enqueue
from salesapp.services.mailing_channels import channels
from salesapp.services.mailing_tasks import plan_portion
from salesapp.services.mailing_telling import came_to_nothing, nobody_answers, perhaps_failed
from salesapp.services.mailing_whom import TooMany, chosen
from salesapp.services.mailings import BEGIN_JOB, own, zone_of
from salesapp.services.work import Work
from salesapp.store import jobs, mailing_items, mailings, settings, sign_ins
from salesapp.store.mailings import MailingView, RunView

GO_JOB: Final = "mailings.go"
SEND_JOB: Final = "mailings.send"
NEXT: Final = "mailings.next"
"""The setting that says until when leaving is spoken for: all messages together share one way out."""
PORTION: Final = 60
AGAIN: Final = timedelta(seconds=20)
FURTHEST: Final = timedelta(days=1)
"""Portions of many messages together do not reach further: what does was noted by a clock that was put back since."""
AT_LOOK: Final = 50


def look(w: Work) -> int:
    """Have everything begin whose time has come, and everything go on that nobody works on any more; how many begin."""
    ids = mailings.due(w.session, w.now, AT_LOOK)
    for mailing_id in ids:
        enqueue(w, BEGIN_JOB, {"mailing": mailing_id})
    going, by_itself = mailings.all_going(w.session), bool(channels(w.catalog))
    worked_on = {args["run"] for args in jobs.args_to_do(w.session, GO_JOB)} if going else set()
    for run_id, way, at in going:
        by_hand = way == "sms" and not by_itself and mailing_items.has_open(w.session, run_id)
        if run_id not in worked_on and not by_hand:
            if way == "sms" and w.now - at > rules.LATE:  # it waited for a hand, and nobody means it any more
                mailing_items.skip_open(w.session, run_id, "late", w.now)
            enqueue(w, GO_JOB, {"run": run_id})
    _give_up(w, [run_id for run_id, _, _ in going])
    return len(ids)


def _give_up(w: Work, run_ids: list[int]) -> None:
    """What is on its way has a job. Where that was parked, as it ended its worker each time, nobody waits for it."""
    sending = mailing_items.sending(w.session, run_ids)  # before the jobs: of what left meanwhile both have changed
    known = {(args["run"], args["customer"]) for args in jobs.args_to_do(w.session, SEND_JOB)} if sending else set()
    for run_id, customer_id in sending:
        if (run_id, customer_id) not in known:
            values = {"state": rules.FAILED, "reason": "server", "at": w.now}
            mailing_items.mark(w.session, run_id, customer_id, [rules.SENDING], values)


def begin(w: Work, mailing_id: int) -> int | None:
    """Begin the time that has come, once; its run's id. Nothing where another began it, or it was taken back."""
    found = mailings.find(w.session, mailing_id, lock=True)
    if found is None or found.state != rules.GOING or found.next_at is None or found.next_at > w.now:
        return None
    actor = sign_ins.actor_of(w.session, found.person_id)
    if actor is None:  # nobody answers for it any more
        mailings.change(w.session, found, {"state": rules.STOPPED, "next_at": None})
        nobody_answers(w, found)
        return None
    at, timing = found.next_at, Timing.from_data(found.repeat) if found.repeat else None
    late = timing is not None and w.now - at > rules.LATE
    following = next_time(timing, max(at, w.now), zone_of(actor)) if timing and timing.repeats else None
    mailings.change(
        w.session, found, {"next_at": following, **({"state": rules.STOPPED} if late and not following else {})}
    )
    state = rules.MISSED if late else rules.GOING
    run_id = mailings.begin_run(w.session, mailing_id, _occurrence(found, at, actor), state, w.now)
    if following is not None:
        enqueue(w, BEGIN_JOB, {"mailing": mailing_id}, run_at=following)
    if run_id is not None and late:
        came_to_nothing(w, found, run_id, rules.MISSED)
    elif run_id is not None:
        _fill(w, actor, found, run_id)
    return run_id


def _occurrence(found: MailingView, at: datetime, actor: Actor) -> str:
    """What an occurrence is called: the moment a one-off went, the day of one that comes back."""
    return at.astimezone(zone_of(actor)).date().isoformat() if found.repeat else f"at:{at.isoformat()[:33]}"


def _fill(w: Work, actor: Actor, found: MailingView, run_id: int) -> None:
    """Everybody it means at this moment, one row each."""
    try:
        total = mailing_items.add(w.session, run_id, chosen(w.session, actor, w.catalog, found, w.now))
    except TooMany:  # the list has grown meanwhile: who wrote it narrows it
        return _to_nobody(w, found.id, run_id, rules.TOO_MANY)
    except Refused:  # what the list asked for is not there any more: better nobody than the wrong ones
        return _to_nobody(w, found.id, run_id, rules.UNREADABLE)
    mailings.set_total(w.session, run_id, total)
    enqueue(w, GO_JOB, {"run": run_id})


def _to_nobody(w: Work, mailing_id: int, run_id: int, why: str) -> None:
    """Left out this time: its page says why, and who wrote it is told; the next time is asked anew."""
    mailings.end_run(w.session, run_id, why, w.now)
    found = mailings.find(w.session, mailing_id)
    assert found is not None, "a run belongs to a message"
    came_to_nothing(w, found, run_id, why)
    if found.next_at is None:
        mailings.change(w.session, found, {"state": rules.STOPPED})


# --- portion by portion ---


def go_on(w: Work, run_id: int) -> datetime | None:
    """Do the next portion; when to come back, None when nothing is left."""
    found, run = _held(w, run_id)
    if found is None or run is None or run.state != rules.GOING:
        return None
    if found.way == "sms" and not channels(w.catalog):
        return None if mailing_items.has_open(w.session, run_id) else _through(w, found, run)  # by hand
    if rules.is_late(found.repeat is not None, run.at, w.now):
        mailing_items.skip_open(w.session, run_id, "late", w.now)
    if found.way == "task":
        more = plan_portion(w, found, run.id)
        return w.now if more else _through(w, found, run)
    customers = mailing_items.waiting(w.session, run_id, PORTION)
    if not customers:
        return _through(w, found, run)
    return _on_their_way(w, run_id, customers)


def _held(w: Work, run_id: int) -> tuple[MailingView | None, RunView | None]:
    """A run and its message, nobody else's until the end of the transaction. The message first, as whoever stops it
    does: else the two would wait for each other."""
    run = mailings.run(w.session, run_id)
    found = mailings.find(w.session, run.mailing_id, lock=True) if run is not None else None
    return found, mailings.run(w.session, run_id, lock=True)


def _on_their_way(w: Work, run_id: int, customers: list[int]) -> datetime:
    """A job for each, one after the other as fast as may be."""
    gap = timedelta(minutes=1) / mail.load(w.session).per_minute
    kept = settings.locked(w.session, NEXT, {})
    taken = datetime.fromisoformat(kept["at"]) if kept.get("at") else w.now
    at = max(w.now, taken) if taken <= w.now + FURTHEST else w.now
    for customer_id in customers:
        mailing_items.mark(w.session, run_id, customer_id, [rules.WAITING], {"state": rules.SENDING})
        enqueue(w, SEND_JOB, {"run": run_id, "customer": customer_id, "try": 1}, run_at=at)
        at += gap
    settings.put(w.session, NEXT, {"at": at.isoformat()})
    return at


def _through(w: Work, found: MailingView, run: RunView) -> datetime | None:
    """The end of a run, unless something is still on its way."""
    if mailing_items.has_open(w.session, run.id):
        return w.now + AGAIN
    end(w, found, run.id)
    return None


def end(w: Work, found: MailingView, run_id: int) -> None:
    """Everything of a run is through; with the last one the message is."""
    if not mailings.end_run(w.session, run_id, rules.DONE, w.now):
        return
    perhaps_failed(w, found, run_id)
    if found.state == rules.GOING and found.next_at is None:
        mailings.change(w.session, found, {"state": rules.DONE})


def try_again(w: Work, mailing_id: int, run_id: int) -> int:
    """Let those of a run that failed have another try; how many. Who wrote it asks for it."""
    found = own(w, mailing_id, lock=True)
    run = mailings.run(w.session, run_id, lock=True)
    if run is None or run.mailing_id != mailing_id:
        raise NotFound
    if found.state == rules.STOPPED:
        raise Refused([problem("", N_("It was stopped. Copy it to write once more."))])
    n = mailing_items.wait_again(w.session, run_id)
    if n and run.state != rules.GOING:
        mailings.reopen_run(w.session, run_id, w.now)
        state = rules.GOING if found.state == rules.DONE else found.state
        mailings.change(w.session, found, {"state": state, "archived_at": None})  # what goes stands in the list
        enqueue(w, GO_JOB, {"run": run_id})
    w.done("mailing", found.id)
    return n
