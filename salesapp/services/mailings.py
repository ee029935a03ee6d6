"""Messages to a group: written as a draft, looked at for a real customer, sent once or again and again, taken back,
stopped. Whoever wrote it sends it with their own rights; those who see their records see it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from salesapp.domain import mailing as rules
from salesapp.domain.errors import N_, NotAllowed, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.list_query import ListQuery
from salesapp.domain.mailing_times import Timing, next_time
from salesapp.domain.people import one_line
from salesapp.domain.permissions import Actor, can
from salesapp.services import mail
from salesapp.services.jobs import enqueue
from salesapp.services.mailing_whom import bounded, whom
from salesapp.services.work import Work
from salesapp.store import mailing_choosing, mailing_items, mailings
from salesapp.store.engine import Executor
from salesapp.store.mailings import MailingView

VERB: Final = "activity.add"
"""The right each customer is asked for: what is sent to them is something done with them."""
BEGIN_JOB: Final = "mailings.begin"
OVER: Final = N_("The time for it is over. Choose another one.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMailing:
    """What was written: the way it goes, its name among ours, subject and text; when (None: at once)."""

    way: str
    name: str
    subject: str = ""
    body: str = ""
    timing: Timing | None = None


# --- a draft ---


def add(w: Work, new: NewMailing, picked: Collection[int] | ListQuery) -> int:
    """A new draft; nothing is sent."""
    w.require(VERB)
    query = whom(picked)
    bounded(w.session, w.actor, w.catalog, query, w.now)
    problems = [] if query.get("ids", True) else [problem("", N_("Tick at least one."))]
    values = _checked(new, problems) | {"query": query, "person_id": w.actor.id, "created_at": w.now}
    mailing_id = mailings.add(w.session, values)
    _event(w, "mailing.added", mailing_id, {"way": new.way})
    w.done("mailing", mailing_id)
    return mailing_id


def change(w: Work, mailing_id: int, new: NewMailing, version: int) -> None:
    """Change a draft; Stale when it is not as it was seen."""
    found = own(w, mailing_id, lock=True)
    if found.version != version or found.state != rules.DRAFT:
        raise Stale(found.person_name)
    mailings.change(w.session, found, _checked(new, []))
    _event(w, "mailing.changed", mailing_id)


def _checked(new: NewMailing, problems: list[Problem]) -> dict[str, Any]:
    name, subject = one_line(new.name), one_line(new.subject)
    body = new.body.replace("\r\n", "\n").replace("\x00", "").strip()
    problems = problems + rules.check_texts(new.way, name, subject, body)
    if problems:
        raise Refused(problems)
    repeat = new.timing.to_data() if new.timing else None
    return {"name": name, "way": new.way, "subject": subject, "body": body, "repeat": repeat}


def copy(w: Work, mailing_id: int) -> int:
    """The same text for the same customers as a new draft of one's own."""
    found = seen(w.session, w.actor, mailing_id)
    w.require(VERB)
    same = {name: getattr(found, name) for name in ("name", "way", "subject", "body")}
    values = {**same, "query": dict(found.query), "person_id": w.actor.id, "created_at": w.now}
    new_id = mailings.add(w.session, values)
    _event(w, "mailing.added", new_id, {"way": found.way})
    w.done("mailing", new_id)
    return new_id


def set_archived(w: Work, mailing_id: int, archived: bool) -> None:
    """Put one away that does not go any more, or bring it back."""
    found = own(w, mailing_id, lock=True)
    if found.state == rules.GOING:
        raise Refused([problem("", N_("Stop it first."))])
    if (found.archived_at is None) == archived:
        mailings.change(w.session, found, {"archived_at": w.now if archived else None})
        _event(w, f"mailing.{'archived' if archived else 'restored'}", mailing_id)


def own(w: Work, mailing_id: int, *, lock: bool = False) -> MailingView:
    """One this person wrote: nobody sends or changes what another wrote."""
    return own_of(w.session, w.actor, mailing_id, lock=lock)


def own_of(x: Executor, actor: Actor, mailing_id: int, *, lock: bool = False) -> MailingView:
    """The same, for a form that will change it."""
    found = seen(x, actor, mailing_id, lock=lock)
    if found.person_id != actor.id or not can(actor, VERB):
        raise NotAllowed(N_("Only who wrote it changes and sends it."))
    return found


def seen(x: Executor, actor: Actor, mailing_id: int, *, lock: bool = False) -> MailingView:
    """One of somebody's whose records this person sees."""
    found = mailings.find(x, mailing_id, lock=lock)
    if found is None or not actor.sees(found.person_id):
        raise NotFound
    return found


# --- sending ---


def zone_of(actor: Actor) -> ZoneInfo:
    """Where its hours are counted: with who wrote it."""
    return ZoneInfo(actor.zone)


def send(w: Work, mailing_id: int, version: int) -> datetime:
    """Let it go: at once after half a minute, in which it can be taken back; else when its time comes, which it is."""
    found = own(w, mailing_id, lock=True)
    if found.version != version or found.state != rules.DRAFT or found.archived_at is not None:
        raise Stale(found.person_name)
    at = _begins(w, found)
    problems = _not_ready(w, found, at)
    if problems or at is None:
        raise Refused(problems)
    mailings.change(w.session, found, {"state": rules.GOING, "next_at": at})
    enqueue(w, BEGIN_JOB, {"mailing": mailing_id}, run_at=at)
    _event(w, "mailing.begun", mailing_id, {"way": found.way})
    return at


def _begins(w: Work, found: MailingView) -> datetime | None:
    if found.repeat is None:
        return w.now + rules.WAITS
    return next_time(Timing.from_data(found.repeat), w.now + rules.WAITS, zone_of(w.actor))


def _not_ready(w: Work, found: MailingView, at: datetime | None) -> list[Problem]:
    """Everything that speaks against sending it."""
    problems = [] if at else [problem("", OVER)]
    if found.way == "email":
        problems += mail_problems(w.session)
    hits = bounded(w.session, w.actor, w.catalog, found.query, w.now)
    if comes_back(found):
        return problems
    if not mailing_choosing.reaches_any(w.session, hits, w.actor, found.way, w.now):
        problems.append(problem("", N_("There is nobody it would reach.")))
    return problems


def comes_back(found: MailingView) -> bool:
    """Whether it goes again and again: then it may be that nobody is on its list yet."""
    return found.repeat is not None and Timing.from_data(found.repeat).repeats


def mail_problems(x: Executor) -> list[Problem]:
    """What is missing before mail can go out with a link in it."""
    settings = mail.load(x)
    if not settings.usable:
        return [problem("", N_("Mail is not set up yet: an administrator does that in the settings."))]
    if not mail.public_address(settings):
        words = N_(
            "Mails need a link to say no more: an administrator sets the address of SalesApp in the mail settings."
        )
        return [problem("", words)]
    return []


def take_back(w: Work, mailing_id: int) -> None:
    """A draft again, as long as it has not begun; Refused when it has."""
    found = own(w, mailing_id, lock=True)
    if found.state == rules.DRAFT:
        return
    if found.state != rules.GOING or mailings.runs(w.session, mailing_id, 1):
        raise Refused([problem("", N_("It has begun already. You can stop what has not gone out yet."))])
    mailings.change(w.session, found, {"state": rules.DRAFT, "next_at": None})
    _event(w, "mailing.taken_back", mailing_id)


def stop(w: Work, mailing_id: int) -> None:
    """Nothing more of it goes out; what is out is out. Who wrote it does, or who manages the settings."""
    found = seen(w.session, w.actor, mailing_id, lock=True)
    if found.person_id != w.actor.id and not can(w.actor, "settings.manage"):
        raise NotAllowed
    if found.state != rules.GOING:
        return
    mailings.change(w.session, found, {"state": rules.STOPPED, "next_at": None})
    for run_id in mailings.going_runs(w.session, mailing_id):
        mailing_items.skip_open(w.session, run_id, "stopped", w.now)
        mailings.end_run(w.session, run_id, rules.STOPPED, w.now)
    _event(w, "mailing.stopped", mailing_id)


def _event(w: Work, kind: str, mailing_id: int, data: Mapping[str, Any] | None = None) -> None:
    w.event(kind, "mailing", mailing_id, data=data)
