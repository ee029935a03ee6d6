"""A real mail server on the loopback, for tests of sending: what it was handed, and whether it asks for a password."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from sqlalchemy import select

from salesapp.domain.mail_settings import MailSettings
from salesapp.domain.notices import Choices
from salesapp.domain.permissions import Actor
from salesapp.services import mail
from salesapp.services import notices as service
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.store.tables import notice
from salesapp.testing import NOW, Cast

HOST = "127.0.0.1"
USER, SECRET = "crm", "pass word"


@dataclass
class Box:
    """What arrived; `says` is what the server answers to the next mails instead of taking them."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    says: str = ""
    refuses: str = ""

    async def handle_RCPT(  # noqa: N802 (the name the server calls)
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take the address, or say no."""
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail, or say no."""
        if self.says:
            return self.says
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(message_from_bytes(content, policy=default))
        self.to.append(list(envelope.rcpt_tos))
        return "250 OK"


def free_port() -> int:
    """A port nothing answers at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), SECRET.encode())
    return AuthResult(success=good, handled=good)


@contextmanager
def mail_server(*, asks: bool = False, tls: ssl.SSLContext | None = None) -> Iterator[Box]:
    """A server for as long as the block lasts; `asks` for USER and SECRET, offers STARTTLS with `tls`."""
    box = Box(free_port())
    options: dict[str, Any] = {"tls_context": tls} if tls else {}
    if asks:
        options |= {"authenticator": _knows, "auth_required": tls is not None, "auth_require_tls": tls is not None}
    controller = Controller(box, hostname=HOST, port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def set_up(box: Box | None, cast: Cast, **values: Any) -> MailSettings:
    """Mail goes to this server from now on; to a port nothing answers at with None."""
    port = box.port if box else free_port()
    made = MailSettings(
        **{
            "host": HOST,
            "port": port,
            "security": "none",
            "sender": "crm@example.com",
            "base_url": "https://crm.example.com",
            **values,
        }
    )
    with work(cast.admin, NOW) as w:
        settings.put(w.session, "mail", mail.stored(made))
    return made


def rows(**where: Any) -> list[Any]:
    """Every notice, oldest first."""
    query = select(notice).order_by(notice.c.id).filter_by(**where)
    with reading() as x:
        return list(x.execute(query))


def told() -> list[tuple[int, str]]:
    """Who was told what kind of thing."""
    return [(row.person_id, row.kind) for row in rows()]


def choose(actor: Actor, **values: Any) -> None:
    """This person's choices from now on."""
    with work(actor, NOW) as w:
        service.choose(w, Choices(**values))
