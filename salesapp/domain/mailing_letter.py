"""The mail one customer gets of a message to a group: plain text and simple HTML, with the link that ends it."""

import html
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Final

from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.people import one_line
from salesapp.domain.text import Text

NO_MORE: Final = Text(
    "You get this mail as a customer of %(company)s. No more of these:",
    "您收到此邮件，因为您是%(company)s的客户。如不想再收到，请点此退订：",
    "您收到這封信，因為您是%(company)s的客戶。如不想再收到，請點此取消訂閱：",
    "Вы получили это письмо как клиент %(company)s. Отписаться:",
)


class _Whole(UnstructuredHeader, BaseHeader):
    """A header in one piece: an address that is folded, or put into encoded words, is none any more."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_registry = HeaderRegistry()
_registry.map_to_type("list-unsubscribe", _Whole)
POLICY: Final = SMTP.clone(header_factory=_registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLetter:
    """What one customer is written. `key` is the same whenever it is tried again; `link` ends these letters."""

    key: str
    to: str
    to_name: str
    reply_to: str
    language: str
    subject: str
    body: str
    company: str
    link: str


def message(letter: GroupLetter, settings: MailSettings, host: str, now: datetime) -> EmailMessage:
    """The message of a letter. Headers hold one line each, whatever the texts hold; an address that is none is a
    ValueError or an error of `email`."""
    mail = EmailMessage(policy=POLICY)
    mail["From"] = Address(one_line(letter.company) or "SalesApp", addr_spec=settings.sender)
    mail["To"] = Address(one_line(letter.to_name)[:100], addr_spec=letter.to)
    if letter.reply_to:
        mail["Reply-To"] = Address(addr_spec=letter.reply_to)
    mail["Subject"] = one_line(letter.subject)[:200]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{letter.key}@{host or 'salesapp'}>"
    mail["List-Unsubscribe"] = f"<{letter.link}>"
    if letter.link.startswith("https://"):  # RFC 8058: only there may a mail program press for its reader
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "bulk"
    mail.set_content(f"{letter.body}\n\n-- \n{_no_more(letter)}\n{letter.link}\n", cte="base64")
    mail.add_alternative(_as_html(letter), subtype="html", cte="base64")
    mail["Content-Language"] = letter.language.replace("_", "-")  # last: setting content clears such headers
    return mail


def _no_more(letter: GroupLetter) -> str:
    return NO_MORE.in_language(letter.language) % {"company": one_line(letter.company) or "SalesApp"}


def _as_html(letter: GroupLetter) -> str:
    """Without styles, pictures or anything that is fetched or tells that it was read."""
    parts = [f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in letter.body.split("\n\n") if part]
    link = html.escape(letter.link)
    foot = f'<hr><p><small>{html.escape(_no_more(letter))} <a href="{link}">{link}</a></small></p>'
    language = html.escape(letter.language.replace("_", "-"))
    return f'<!doctype html><html lang="{language}"><body>{"".join(parts)}{foot}</body></html>\n'
