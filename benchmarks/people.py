"""Signing in as somebody, and counting the statements of a request: in process, without a socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from benchmarks.asking import CSRF, Request
from salesapp.domain.permissions import SYSTEM
from salesapp.services.sign_in import open_sign_in
from salesapp.services.work import work
from salesapp.store.engine import db


def cookie_of(app: Flask, person_id: int) -> str:
    """The cookie of a new sign-in."""
    now = app.extensions["salesapp_clock"]()
    with app.app_context(), work(SYSTEM, now) as w:
        token = open_sign_in(w, person_id, address="127.0.0.1", agent="benchmark")
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    session = signer.dumps({"_user_id": token, "_fresh": True, "csrf": CSRF})
    return f"{app.config['SESSION_COOKIE_NAME']}={session}"


def environ(request: Request, cookie: str) -> dict[str, Any]:
    """What the server would hand over."""
    headers = [("Cookie", cookie), ("Accept-Language", "en"), ("Accept-Encoding", "gzip")]
    if request.form is None:
        return EnvironBuilder(request.path, headers=headers).get_environ()
    body = urlencode({"csrf_token": CSRF, **request.form}).encode()
    made = EnvironBuilder(request.path, method="POST", headers=headers, input_stream=BytesIO(body)).get_environ()
    return made | {"CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded"}


def answered(app: Flask, request: Request, cookie: str) -> str:
    """The status of the answer."""
    found: list[str] = []

    def start(status: str, _headers: Any, _error: Any = None, /) -> Any:
        found.append(status)

    body: Any = app.wsgi_app(environ(request, cookie), start)
    b"".join(body)
    if hasattr(body, "close"):
        body.close()
    return found[0]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Every statement while it lasts, but for those that begin a transaction."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)
