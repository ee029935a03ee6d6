"""Sending mail: through a real server, encrypted as asked, and plain words for all that can go wrong."""

import logging
import smtplib
import socket
import ssl
import subprocess
from dataclasses import asdict, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.errors import NotAllowed, Refused, Stale
from salesapp.domain.letters import message
from salesapp.domain.mail_settings import MailSettings
from salesapp.services import mail
from salesapp.services.mail import MailFailed
from salesapp.services.work import work
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.domain.test_mail import GOOD, LETTER
from tests.services.mail_kit import HOST, SECRET, USER, free_port, mail_server


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate for the loopback; the client trusts it because SSL_CERT_FILE says so."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", f"subjectAltName=IP:{HOST}"),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


def to(port: int, **values: object) -> MailSettings:
    return replace(MailSettings(HOST, port, "none", sender="crm@example.com"), **values)  # type: ignore[arg-type]


def send(found: MailSettings) -> None:
    mail.send(found, message(LETTER, found, "https://crm.example.com", "东方医疗", NOW))


def words_of(found: MailSettings) -> tuple[str, str]:
    with pytest.raises(MailFailed) as failed:
        send(found)
    return failed.value.words, failed.value.said


def test_a_letter_arrives_whole() -> None:
    with mail_server() as box:
        send(to(box.port))
    (found,) = box.mails
    assert box.to == [["zhao@example.com"]]
    assert (found["Subject"], found["Auto-Submitted"]) == (LETTER.subject, "auto-generated")
    assert "卢沟桥" in found.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_encrypted_and_with_a_password(tls: ssl.SSLContext) -> None:
    with mail_server(asks=True, tls=tls) as box:
        send(to(box.port, security="starttls", user=USER, password=SECRET))
        assert len(box.mails) == 1
        said = words_of(to(box.port, security="starttls", user=USER, password="wrong"))
    assert said[0] == mail.BAD_LOGIN
    assert said[1].startswith("535")


def test_a_certificate_nobody_vouches_for_is_refused_before_the_password(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with mail_server(asks=True, tls=tls) as box:
        assert words_of(to(box.port, security="starttls", user=USER, password=SECRET)) == (mail.NOT_TRUSTED, "")
        assert box.mails == []


def test_encryption_that_is_not_offered_is_not_given_up() -> None:
    with mail_server() as box:
        assert words_of(to(box.port, security="starttls"))[0] == mail.NO_STARTTLS
        assert words_of(to(box.port, security="tls"))[0] == mail.NO_TLS
        assert words_of(to(box.port, user=USER, password=SECRET))[0] == mail.NO_AUTH
        assert box.mails == []


def test_what_the_server_refuses_is_said() -> None:
    with mail_server() as box:
        box.refuses = "550 no such mailbox"
        assert words_of(to(box.port))[0] == mail.BAD_RECIPIENT
        box.refuses, box.says = "", "554 spam"
        assert words_of(to(box.port)) == (mail.BAD_MAIL, "554 spam")


def test_nobody_there() -> None:
    assert words_of(to(free_port())) == (mail.NOTHING_THERE, "")
    assert words_of(to(25, host="nothing.invalid"))[0] in (mail.NO_NAME, mail.UNREACHABLE)
    assert words_of(to(25, host="a..b"))[0] == mail.NO_NAME


def answering(*answers: bytes) -> int:
    """A port whose one visitor hears this and nothing else; then it waits until they leave."""
    door = socket.create_server((HOST, 0))

    def serve() -> None:
        visitor, _ = door.accept()
        with door, visitor:
            for each in answers:
                visitor.sendall(each)
            while answers != (b"",) and visitor.recv(1000):
                pass

    Thread(target=serve, daemon=True).start()
    return int(door.getsockname()[1])


def test_something_else_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert words_of(to(answering(b"HTTP/1.1 400 Bad Request\r\n")))[0] == mail.NO_MAIL_SERVER
    assert words_of(to(answering(b"")))[0] == mail.HUNG_UP
    monkeypatch.setattr(mail, "TIMEOUT", 0.1)
    assert words_of(to(answering()))[0] == mail.NO_ANSWER


def test_a_password_the_server_quotes_is_not_passed_on() -> None:
    error = smtplib.SMTPAuthenticationError(535, b"bad password geheim1\r\nfor crm")
    assert mail._said(error, "geheim1") == "535 bad password … for crm"


# --- settings ---


def change(cast: Cast, password: str = "", seen: Any = None, **typed: Any) -> MailSettings:
    with reading() as x:
        before = mail.load(x).shown()
    with work(cast.admin, NOW) as w:
        mail.change(w, {**before, **typed}, password, before if seen is None else seen)
    with reading() as x:
        return mail.load(x)


def test_the_stored_password_stays_until_another_is_typed(app: Flask, cast: Cast) -> None:
    assert change(cast, "one", **GOOD).password == "one"
    assert change(cast, sender="sales@example.com").password == "one"
    assert change(cast, "two").password == "two"
    assert change(cast, user="").password == ""


@pytest.mark.parametrize(
    "typed", [{"host": "evil.example.com"}, {"port": "25"}, {"security": "none"}, {"user": "somebody"}]
)
def test_a_password_is_for_one_server_and_user(app: Flask, cast: Cast, typed: dict[str, str]) -> None:
    change(cast, "one", **GOOD)
    with pytest.raises(Refused) as refused:
        change(cast, **typed)
    assert [each.place for each in refused.value.problems] == ["password"]


def test_two_at_once_are_told_of_each_other(app: Flask, cast: Cast) -> None:
    change(cast, "one", **GOOD)
    old = {**GOOD, "sender": "old@example.com", "base_url": "https://crm.example.com"}
    with pytest.raises(Stale) as stale:
        change(cast, seen=old, sender="mine@example.com")
    assert (stale.value.changed_by, stale.value.fields) == ("Admin", ("sender",))


def test_of_two_who_save_at_the_same_moment_none_is_lost(app: Flask, cast: Cast) -> None:
    seen = change(cast, "one", **GOOD).shown()

    def save() -> None:
        with app.app_context():
            change(cast, seen=seen, sender="second@example.com")

    second = Thread(target=save)
    with work(cast.admin, NOW) as w:
        mail.change(w, {**seen, "base_url": "https://first.example.com"}, "", seen)
        second.start()
        second.join(timeout=0.3)  # it has to wait for this transaction
        assert second.is_alive()
    second.join(timeout=30)
    with reading() as x:
        found = mail.load(x)
    assert (found.base_url, found.sender) == ("https://first.example.com", "second@example.com")


def row() -> Any:
    with reading() as x:
        return settings.get(x, "mail")


def test_the_database_alone_does_not_tell_the_password(app: Flask, cast: Cast) -> None:
    assert change(cast, "geheim123", **GOOD).password == "geheim123"
    assert "geheim" not in str(row())
    app.config.update(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]])
    with reading() as x:
        assert mail.load(x).password == "geheim123"  # sealed with the key before


def test_a_password_of_an_older_version_is_read_and_sealed_with_the_next_save(app: Flask, cast: Cast) -> None:
    old = asdict(MailSettings(**{**GOOD, "port": 587, "base_url": "", "password": "geheim123"}))  # type: ignore[arg-type]
    del old["unreadable"]
    with work(cast.admin, NOW) as w:
        settings.put(w.session, "mail", old)
    assert change(cast).password == "geheim123"  # nothing but "Save"
    assert "geheim" not in str(row())


def test_a_password_another_key_sealed_is_asked_for_again(app: Flask, cast: Cast) -> None:
    change(cast, "one", **GOOD)
    app.config["SECRET_KEY"] = "another"
    with reading() as x:
        found = mail.load(x)
    assert (found.password, found.unreadable, found.usable) == ("", True, True)
    assert words_of(found) == (mail.TYPE_AGAIN, "")
    with pytest.raises(Refused) as refused:
        change(cast, sender="sales@example.com")
    assert [each.message.source for each in refused.value.problems] == [mail.TYPE_AGAIN]
    assert change(cast, "two").password == "two"


def test_only_who_manages_the_settings(app: Flask, cast: Cast) -> None:
    with pytest.raises(NotAllowed), work(cast.manager, NOW) as w:
        mail.change(w, GOOD, "x", GOOD)


def test_the_password_is_in_no_event_and_no_log(app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    from sqlalchemy import select

    from salesapp.store.tables import event, event_payload

    with caplog.at_level(logging.DEBUG):
        change(cast, "geheim123", **GOOD)
        change(cast, "geheim456")
        with mail_server(asks=True) as box:
            words_of(to(box.port, user=USER, password="geheim789"))
    with reading() as x:
        told = str(x.execute(select(event)).all()) + str(x.execute(select(event_payload)).all())
    assert "'fields': ['password']" in told
    assert "geheim" not in told + caplog.text
