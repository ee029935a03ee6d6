"""Mail: its settings, kept as a row, and sending through the one server they name."""

import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import asdict
from email.message import EmailMessage
from typing import Any, Final

from flask import current_app

from salesapp.domain.errors import N_, Refused, Stale, problem
from salesapp.domain.mail_settings import FIELDS, MailSettings, read_settings
from salesapp.domain.secrets import opened, sealed
from salesapp.services.work import Work
from salesapp.store import people, settings
from salesapp.store.engine import Executor

SETTING: Final = "mail"
SEALED: Final = "sealed_password"
PURPOSE: Final = "settings"
TIMEOUT: Final = 10.0
ACCESS: Final = ("host", "port", "security", "user")
"""What a stored password was typed for: changed, it could be sent to somebody else's server."""


class MailFailed(Exception):
    """A mail was not sent; `words` (an `N_("…")` source) say why, `said` what the server answered, if it did;
    `for_good` that it would say the same again of this mail."""

    def __init__(self, words: str, said: str = "", *, for_good: bool = False) -> None:
        super().__init__(words)
        self.words, self.said, self.for_good = words, said, for_good


# --- settings ---

FOR_ANOTHER: Final = N_("Please type the password again: it is for this server and user.")
TYPE_AGAIN: Final = N_(
    "Please type the password again: the stored one cannot be read with this installation's secret key."
)


def load(x: Executor) -> MailSettings:
    """How mail goes out; without a host while nobody has set it up."""
    return _read(settings.get(x, SETTING) or {})


def _read(stored: Mapping[str, Any]) -> MailSettings:
    """The settings of their row. One of an older version has the password in the open, until it is saved again."""
    values = {name: value for name, value in stored.items() if name != SEALED}
    if SEALED not in stored:
        return MailSettings(**values)
    password = opened(stored[SEALED], _keys(), PURPOSE)
    return MailSettings(**values, password=password or "", unreadable=password is None)


def stored(mail: MailSettings) -> dict[str, Any]:
    """The settings as their row keeps them: the password is sealed, and the key is not in the database."""
    values = asdict(mail)
    del values["unreadable"]
    password = values.pop("password")
    return values | {SEALED: sealed(password, _keys(), PURPOSE)} if password else values


def _keys() -> list[str]:
    """The installation's own key, and those it had before."""
    return [str(current_app.secret_key), *(current_app.config["SECRET_KEY_FALLBACKS"] or ())]


def public_address(mail: MailSettings) -> str:
    """Where links in mails lead: the installation's own address, else the one in the mail settings."""
    own: str = current_app.extensions["salesapp_settings"].base_url
    return (own or mail.base_url).rstrip("/")


def change(w: Work, typed: Mapping[str, str], password: str, seen: Mapping[str, str]) -> None:
    """Change how mail goes out. An empty `password` keeps the stored one, as long as it goes to the same server.

    Stale when somebody else changed one of the changed fields meanwhile.
    """
    w.require("settings.manage")
    row = settings.locked(w.session, SETTING, {})  # before anything is compared: of two at once one waits here
    before = _read(row)
    was = before.shown()
    stale = [name for name in FIELDS if name in seen and was[name] not in (seen[name], typed[name])]
    stale = [name for name in stale if typed[name] != seen[name]]
    if stale:
        raise Stale(people.who_changed(w.session, "mail", 0, stale), stale)
    wanted = {name: typed[name] if typed[name] != seen.get(name) else was[name] for name in FIELDS}
    same = all(wanted[name] == was[name] for name in ACCESS)
    kept = password or (before.password if same else "")
    new, problems = read_settings(wanted, kept if wanted["user"] else "")
    if new.host and new.user and not kept and not problems:
        problems.append(problem("password", TYPE_AGAIN if same and before.unreadable else FOR_ANOTHER))
    if problems:
        raise Refused(problems)
    changed = [name for name in (*FIELDS, "password") if getattr(new, name) != getattr(before, name)]
    if changed or "password" in row:
        settings.put(w.session, SETTING, stored(new))
    if changed:
        w.event("mail.changed", "mail", 0, data={"fields": sorted(changed)})


# --- sending ---

NO_NAME: Final = N_("There is no server of this name.")
NO_ANSWER: Final = N_("The server did not answer in time. Is the port right, and does a firewall let it through?")
NOTHING_THERE: Final = N_("Nothing answers at this port of the server.")
NOT_TRUSTED: Final = N_("The server's certificate does not hold for this name, so nothing was sent.")
NO_TLS: Final = N_("The server does not speak TLS at this port. Try the other kind of security.")
NO_STARTTLS: Final = N_("The server does not offer STARTTLS. Try the other kind of security.")
NO_AUTH: Final = N_("The server takes no user name here. Leave it empty, or choose another kind of security.")
BAD_LOGIN: Final = N_("The server refused the user name or the password.")
BAD_SENDER: Final = N_("The server does not let us send from this address.")
BAD_RECIPIENT: Final = N_("The server does not deliver to this address.")
BAD_MAIL: Final = N_("The server did not take the mail.")
HUNG_UP: Final = N_("The server ended the conversation. It may expect another kind of security.")
NO_MAIL_SERVER: Final = N_("What answers there does not behave like a mail server.")
UNREACHABLE: Final = N_("The server cannot be reached.")

_WORDS: Final[tuple[tuple[type[Exception], str], ...]] = (  # the first that fits; all of them are OSErrors
    (smtplib.SMTPAuthenticationError, BAD_LOGIN),
    (smtplib.SMTPSenderRefused, BAD_SENDER),
    (smtplib.SMTPRecipientsRefused, BAD_RECIPIENT),
    (smtplib.SMTPDataError, BAD_MAIL),
    (smtplib.SMTPNotSupportedError, BAD_RECIPIENT),  # an address in letters the server does not know
    (smtplib.SMTPServerDisconnected, HUNG_UP),
    (smtplib.SMTPException, NO_MAIL_SERVER),
    (ssl.SSLCertVerificationError, NOT_TRUSTED),
    (ssl.SSLError, NO_TLS),
    (socket.gaierror, NO_NAME),
    (TimeoutError, NO_ANSWER),
    (ConnectionRefusedError, NOTHING_THERE),
    (OSError, UNREACHABLE),
    (UnicodeError, NO_NAME),  # a host that no name server could be asked for
)


def send(mail: MailSettings, message: EmailMessage) -> None:
    """Hand one message to the configured server; MailFailed says in plain words what went wrong."""
    if mail.unreadable:
        raise MailFailed(TYPE_AGAIN)
    try:
        with _connected(mail) as smtp:
            smtp.send_message(message)
    except tuple(kind for kind, _ in _WORDS) as error:
        late = isinstance(error.__context__, TimeoutError)  # which smtplib calls a server that hung up
        words = NO_ANSWER if late else next(words for kind, words in _WORDS if isinstance(error, kind))
        # Not chained: the log would keep addresses and what the server quotes.
        raise MailFailed(words, _said(error, mail.password), for_good=_for_good(error)) from None


def _for_good(error: BaseException) -> bool:
    """Whether the server will never take this mail: codes from 500 on are its last word, lower ones "later"."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return isinstance(error, smtplib.SMTPNotSupportedError)


def _connected(mail: MailSettings) -> smtplib.SMTP:
    """A conversation with the server, encrypted as the settings say and never less."""
    name = mail.sender.partition("@")[2]  # how we introduce ourselves; else a slow look-up of our own name
    if mail.security == "tls":
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(mail.host, mail.port, name, timeout=TIMEOUT)
    try:
        if mail.security == "starttls":
            _encrypt(smtp)
        if mail.user:
            _log_in(smtp, mail)
    except Exception:
        smtp.close()
        raise
    return smtp


def _encrypt(smtp: smtplib.SMTP) -> None:
    try:
        smtp.starttls(context=ssl.create_default_context())
    except smtplib.SMTPNotSupportedError:
        raise MailFailed(NO_STARTTLS) from None


def _log_in(smtp: smtplib.SMTP, mail: MailSettings) -> None:
    try:
        smtp.login(mail.user, mail.password)
    except smtplib.SMTPNotSupportedError:
        raise MailFailed(NO_AUTH) from None


def _said(error: Exception, password: str) -> str:
    """The server's own words in one line; should it ever quote the password, without that."""
    raw = getattr(error, "smtp_error", b"")
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    code = getattr(error, "smtp_code", "")
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in f"{code} {text}").split())
    return (line.replace(password, "…") if password else line)[:200]
