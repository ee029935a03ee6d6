"""Letters: what one person is written, and the message it becomes. Nothing is sent here."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import urlsplit

from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.people import one_line


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a letter; with `path` it leads to that page of ours."""

    text: str
    path: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (or "") and its lines."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is written: plain texts in their language. `key` is the same whenever it is sent again."""

    key: str
    to: str
    to_name: str
    language: str
    subject: str
    sections: Sequence[Section]
    open_words: str
    footer: Line


def message(letter: Letter, settings: MailSettings, base_url: str, company: str, now: datetime) -> EmailMessage:
    """The message of a letter: plain text and simple HTML. Headers hold one line each, whatever the texts hold."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(one_line(company) or "SalesApp", addr_spec=settings.sender)
    mail["To"] = Address(one_line(letter.to_name), addr_spec=letter.to)
    mail["Subject"] = one_line(letter.subject)[:200]
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{letter.key}@{urlsplit(base_url).hostname or 'salesapp'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(as_text(letter, base_url), cte="base64")
    mail.add_alternative(as_html(letter, base_url), subtype="html", cte="base64")
    mail["Content-Language"] = letter.language.replace("_", "-")  # last: setting content clears such headers
    return mail


def as_text(letter: Letter, base_url: str) -> str:
    """The letter as plain text."""
    parts = []
    for section in letter.sections:
        lines = [f"== {section.title} =="] if section.title else []
        for line in section.lines:
            lines += filter(None, [line.text, line.detail, base_url + line.path if line.path else ""])
        parts.append("\n".join(lines))
    parts.append(f"-- \n{letter.footer.text}\n{base_url}{letter.footer.path}")
    return "\n\n".join(parts) + "\n"


def as_html(letter: Letter, base_url: str) -> str:
    """The letter as HTML without styles, pictures or anything that is fetched."""
    parts = []
    for section in letter.sections:
        title = f"<h3>{html.escape(section.title)}</h3>" if section.title else ""
        parts.append(title + "".join(_html_line(line, base_url, letter.open_words) for line in section.lines))
    footer = f"<p><small>{_link(letter.footer.text, base_url + letter.footer.path)}</small></p>"
    language = html.escape(letter.language.replace("_", "-"))
    return f'<!doctype html><html lang="{language}"><body>{"".join(parts)}<hr>{footer}</body></html>\n'


def _html_line(line: Line, base_url: str, open_words: str) -> str:
    detail = "<br>" + html.escape(line.detail).replace("\n", "<br>") if line.detail else ""
    link = f"<br>{_link(open_words, base_url + line.path)}" if line.path else ""
    return f"<p>{html.escape(line.text)}{detail}{link}</p>"


def _link(text: str, address: str) -> str:
    return f'<a href="{html.escape(address)}">{html.escape(text)}</a>'
