"""One customer of a message to a group: asked once more whether it may go, written, sent, noted on their timeline.

The server may have taken a mail and the machine stop before that is noted: then it is tried again, with the same
Message-ID. What stands on the timeline stands there once.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import Row

from salesapp.domain import mailing as rules
from salesapp.domain.back_off import back_off
from salesapp.domain.errors import NotAllowed, NotFound, Refused
from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.mailing_letter import GroupLetter, message
from salesapp.domain.permissions import SYSTEM
from salesapp.services import mail, plugin_checks
from salesapp.services.jobs import enqueue
from salesapp.services.mailing_running import SEND_JOB
from salesapp.services.mailing_texts import Written, written
from salesapp.services.mailings import VERB, mail_problems
from salesapp.services.sign_in import token_hash
from salesapp.services.work import Work, work
from salesapp.store import mailing_choosing, mailing_items, mailings, sign_ins, visibility
from salesapp.store.mailings import MailingView

PATH: Final = "/no-more/"


@dataclass(frozen=True, slots=True)
class Ready:
    """What is about to leave: the mail, or the text and number of a message to a phone."""

    run_id: int
    customer_id: int
    way: str
    text: Written
    to: str
    settings: MailSettings | None = None
    mail: EmailMessage | None = None


def token_of(run_id: int, customer_id: int) -> str:
    """The token of one customer's link: 256 bits nobody can guess, the same whenever it is tried again."""
    key = str(current_app.secret_key).encode()
    made = hmac.new(key, f"mailing.no_more:{run_id}:{customer_id}".encode(), sha256).digest()
    return urlsafe_b64encode(made).rstrip(b"=").decode("ascii")


def prepare(run_id: int, customer_id: int, now: datetime) -> Ready | None:
    """What is to leave now; None where it must not, which is noted."""
    with work(SYSTEM, now) as w:
        item = mailing_items.get(w.session, run_id, customer_id)
        run = mailings.run(w.session, run_id)
        if item is None or run is None or item.state != rules.SENDING:
            return None
        found = mailings.find(w.session, run.mailing_id)
        assert found is not None, "a run belongs to a message"
        late = "late" if rules.is_late(found.repeat is not None, run.at, now) else None
        reason = "stopped" if run.state != rules.GOING else late or why_not(w, found, item)
        if reason is None and found.way == "email" and mail_problems(w.session):
            reason = "no_mail"  # whoever gets a mail can ask for no more, or gets none
        if reason is None:
            try:
                return _written(w, found, item)
            except (ValueError, IndexError, MessageError):  # an address only an import let in
                reason = "bad_address"
        state = rules.FAILED if reason in rules.FAILURES else rules.SKIPPED
        _mark(w, run_id, customer_id, state, reason)
    return None


def why_not(w: Work, found: MailingView, item: Row[*tuple[Any, ...]]) -> str | None:
    """Why it must not go, asked at the last moment."""
    if item.customer_archived_at is not None:
        return "archived"
    if item.to is None or item.point_archived_at is not None:
        return "no_address"
    if item.opt_out or mailing_choosing.has_withdrawn(w.session, item.customer_id, found.way):
        return "opted_out"
    return _right(w, found, item.customer_id)


def _right(w: Work, found: MailingView, customer_id: int) -> str | None:
    """With the rights that who wrote it has now."""
    actor = sign_ins.actor_of(w.session, found.person_id)
    if actor is None:
        return "left"
    mine = Work(actor, w.now, w.session, w.hooks)
    try:
        visibility.require(actor, VERB, visibility.customer_access(w.session, actor, customer_id, w.now))
        plugin_checks.narrow_customer(mine, VERB, customer_id)
    except (NotFound, NotAllowed):
        return "not_allowed"
    except Refused:
        return "rule"
    return None


def _written(w: Work, found: MailingView, item: Row[*tuple[Any, ...]]) -> Ready:
    text = written(w.session, found, item.customer_id, item.contact_id, w.now)
    if found.way != "email":
        return Ready(item.run_id, item.customer_id, found.way, text, item.to)
    settings, token = mail.load(w.session), token_of(item.run_id, item.customer_id)
    base = mail.public_address(settings)
    letter = GroupLetter(
        key=f"mailing-{item.run_id}-{item.customer_id}.{int(found.created_at.timestamp())}",
        to=item.to,
        to_name=text.to_name,
        reply_to=text.reply_to,
        language=text.language,
        subject=text.subject,
        body=text.body,
        company=text.company.name,
        link=f"{base}{PATH}{token}",
    )
    made = message(letter, settings, urlsplit(base).hostname or "", w.now)
    hashed = {"token_hash": token_hash(token)}
    mailing_items.mark(w.session, item.run_id, item.customer_id, [rules.SENDING], hashed)
    return Ready(item.run_id, item.customer_id, found.way, text, item.to, settings, made)


# --- afterwards ---


def sent(ready: Ready, now: datetime) -> None:
    """Note that it has left, with what it said."""
    with work(SYSTEM, now) as w:
        note_sent(w, ready.run_id, ready.customer_id, ready.text, [rules.SENDING])


def note_sent(w: Work, run_id: int, customer_id: int, text: Written, was: list[str]) -> bool:
    """Put it on the customer's timeline, once; whether this was that once."""
    if not mailing_items.mark(w.session, run_id, customer_id, was, {"state": rules.SENT, "reason": None, "at": w.now}):
        return False
    run = mailings.run(w.session, run_id)
    assert run is not None, "its item was there"
    found = mailings.find(w.session, run.mailing_id)
    item = mailing_items.get(w.session, run_id, customer_id)
    assert found is not None
    assert item is not None
    w.event(
        "mailing.sent",
        "mailing",
        found.id,
        customer_id=customer_id,
        owner_id=item.owner_id,
        actor_id=found.person_id,
        data={"way": found.way, "run": run_id},
        personal={"subject": text.subject, "note": text.body, "shown": item.to},
    )
    return True


def failed(ready: Ready, why: mail.MailFailed, attempt: int, now: datetime) -> None:
    """It did not leave: tried again a little later, a few times; what the server will never take is noted at once."""
    with work(SYSTEM, now) as w:
        if why.for_good or attempt >= rules.TRIES:
            _mark(w, ready.run_id, ready.customer_id, rules.FAILED, "refused" if why.for_good else "server")
            return
        args = {"run": ready.run_id, "customer": ready.customer_id, "try": attempt + 1}
        enqueue(w, SEND_JOB, args, run_at=now + back_off(ready.customer_id, attempt + 1))


def _mark(w: Work, run_id: int, customer_id: int, state: str, reason: str) -> None:
    values = {"state": state, "reason": reason, "at": w.now}
    mailing_items.mark(w.session, run_id, customer_id, [rules.SENDING], values)
