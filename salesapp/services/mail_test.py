"""A mail to oneself, sent at once, to see whether the mail settings are right."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.letters import Letter, Line, Section, message
from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.text import Text
from salesapp.services import mail
from salesapp.services.notice_letters import FOOTER, OPEN
from salesapp.services.work import work
from salesapp.store import notice_choices, throttles
from salesapp.store.engine import reading

TRIES, WINDOW = 10, timedelta(minutes=15)
SUBJECT: Final = Text("A test from SalesApp", "SalesApp 测试邮件", "SalesApp 測試郵件", "Проверка почты SalesApp")
WORKS: Final = Text(
    "Mail works: this came through the server in the settings.",
    "邮件设置没问题：这封信就是用设置里的服务器发出的。",
    "郵件設定沒問題：這封信就是用設定裡的伺服器寄出的。",
    "Почта работает: это письмо пришло через сервер из настроек.",
)


def count_try(actor: Actor, now: datetime) -> bool:
    """Count a test; whether there were too many, so that nobody uses it to knock at doors."""
    with work(SYSTEM, now) as w:
        return throttles.count(w.session, f"mail-test:{actor.id}", WINDOW, now) > TRIES


def send(actor: Actor, found: MailSettings, now: datetime, language: str, here: str) -> str:
    """Mail the actor a test with these settings; the address it went to. MailFailed says what went wrong.

    `here` is where its link leads while nothing better is known."""
    assert actor.id is not None
    with reading() as x:
        to = notice_choices.recipient(x, actor.id)
    if not found.usable:
        raise Refused([problem("host", N_("Fill in the server and save first."))])
    if to is None or not to.email:
        raise Refused([problem("", N_("There is no mail address in your account to send a test to."))])
    letter = Letter(
        key=f"test-{secrets.token_hex(8)}",
        to=to.email,
        to_name=to.name,
        language=language,
        subject=SUBJECT.in_language(language),
        sections=[Section("", [Line(WORKS.in_language(language), "/settings/mail")])],
        open_words=OPEN.in_language(language),
        footer=Line(FOOTER.in_language(language), "/account/notices"),
    )
    base_url = mail.public_address(found) or here.rstrip("/")
    mail.send(found, message(letter, found, base_url, to.company.name, now))
    return to.email
