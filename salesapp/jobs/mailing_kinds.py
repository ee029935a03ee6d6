"""The jobs of messages to a group: beginning one whose time has come, a portion of it, and one customer's message."""

from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.periods import Every
from salesapp.domain.text import Text
from salesapp.jobs.registry import Args, Job
from salesapp.services import mail, mailing_channels, mailing_running, mailing_sending
from salesapp.services.jobs import enqueue
from salesapp.services.mailings import BEGIN_JOB
from salesapp.services.work import Work


def _begin(w: Work, args: Args) -> None:
    mailing_running.begin(w, args["mailing"])


def _go(w: Work, args: Args) -> None:
    """One portion in one transaction; what is left is a job of its own."""
    back = mailing_running.go_on(w, args["run"])
    if back is not None:
        enqueue(w, GO.name, args, run_at=back)


def _send(args: Args, now: datetime) -> None:
    """Send to one customer, and note it: that is asked for again if the machine stops in between."""
    ready = mailing_sending.prepare(args["run"], args["customer"], now)
    if ready is None:
        return
    try:
        if ready.settings is not None and ready.mail is not None:
            mail.send(ready.settings, ready.mail)
        else:
            mailing_channels.hand_over(ready.to, ready.text.body, now)
    except mail.MailFailed as failed:
        mailing_sending.failed(ready, failed, args["try"], now)
        return
    mailing_sending.sent(ready, now)


def _nothing_more(_w: Work, _args: Args) -> None:
    """All of it was done outside."""


def _look(w: Work, _args: Args) -> None:
    mailing_running.look(w)


BEGIN: Final = Job(
    BEGIN_JOB,
    Text("Begin a message to a group", "开始群发", "開始群發", "Начать рассылку"),
    _begin,
)
GO: Final = Job(
    mailing_running.GO_JOB,
    Text("Go on with a message to a group", "继续群发", "繼續群發", "Продолжить рассылку"),
    _go,
)
SEND: Final = Job(
    mailing_running.SEND_JOB,
    Text("Send a message of a group", "发送一条群发消息", "寄送一則群發訊息", "Отправить письмо рассылки"),
    _nothing_more,
    outside=_send,
)
LOOK: Final = Job(
    "mailings.look",
    Text(
        "See which messages to a group are due",
        "检查到期的群发",
        "檢查到期的群發",
        "Проверить, какие рассылки пора отправить",
    ),
    _look,
    Every(timedelta(minutes=5)),
)
KINDS: Final = (BEGIN, GO, SEND, LOOK)
