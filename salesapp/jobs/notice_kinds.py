"""The jobs of notices: mailing one, mailing a morning's digest, and looking every quarter of an hour what is due."""

from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Final

from salesapp.domain.errors import N_
from salesapp.domain.letters import Letter, message
from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.periods import Every
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job, JobFailed
from salesapp.services import mail, notice_letters, notices
from salesapp.services.jobs import enqueue
from salesapp.services.work import Work, work
from salesapp.store import notice_choices, settings
from salesapp.store import notices as rows
from salesapp.store.engine import Executor, reading

NO_ADDRESS: Final = N_("Mails have no address to link to: set base_url, or the address in the mail settings.")


def _message(x: Executor, letter: Letter, now: datetime) -> tuple[MailSettings, EmailMessage]:
    found = mail.load(x)
    base_url = mail.public_address(found)
    if not base_url:
        raise JobFailed(NO_ADDRESS)
    return found, message(letter, found, base_url, settings.company(x).name, now)


def _send(found: MailSettings, written: EmailMessage) -> None:
    try:
        mail.send(found, written)
    except mail.MailFailed as failed:
        raise JobFailed(failed.words) from None


def _mail_notice(args: Args, now: datetime) -> None:
    """Send the notice, if it is still to be sent and its reader's hours are not quiet."""
    with reading() as x:
        due = notice_letters.due(x, args["notice"], now)
        if due is None or due.at > now:
            return
        ready = _message(x, notice_letters.of_notice(due), now)
    _send(*ready)
    with work(SYSTEM, now) as w:
        rows.mark_mailed(w.session, args["notice"], now)


def _mail_later(w: Work, args: Args) -> None:
    """What is still to be mailed waits for the end of the quiet hours."""
    due = notice_letters.due(w.session, args["notice"], w.now)
    if due is not None:
        enqueue(w, MAIL.name, args, run_at=due.at)


def _mail_digest(args: Args, now: datetime) -> None:
    person_id, day = args["person"], date.fromisoformat(args["day"])
    with reading() as x:
        letter = notice_letters.digest(x, person_id, day, now)
        if letter is None:
            return
        ready = _message(x, letter, now)
    _send(*ready)
    with work(SYSTEM, now) as w:
        notice_choices.digest_sent(w.session, person_id, day, now)


def _nothing_more(_w: Work, _args: Args) -> None:
    """All of it was done outside."""


def _look(w: Work, _args: Args) -> None:
    notices.begin_digests(w)
    notices.tell_of_jobs(w)


MAIL: Final = Job(
    notices.MAIL_JOB,
    Text("Mail a notice", "发送提醒邮件", "寄送提醒郵件", "Отправить уведомление по почте"),
    _mail_later,
    outside=_mail_notice,
)
DIGEST: Final = Job(
    notices.DIGEST_JOB,
    Text("Mail a digest", "发送早报", "寄送晨報", "Отправить утреннюю сводку"),
    _nothing_more,
    outside=_mail_digest,
)
LOOK: Final = Job(
    "notices.look",
    Text("See which notices are due", "检查到期的提醒", "檢查到期的提醒", "Проверить, что пора сообщить"),
    _look,
    Every(timedelta(minutes=15)),
)
KINDS: Final = (MAIL, DIGEST, LOOK)
