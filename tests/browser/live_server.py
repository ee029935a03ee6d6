"""The application behind a real socket, in a thread of the test's own process."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.sign_in import open_sign_in
from salesapp.services.work import work


@dataclass(frozen=True, slots=True)
class Live:
    """Where the application listens, and the tracebacks of whatever went wrong inside it."""

    app: Flask
    address: str
    errors: list[str] = field(default_factory=list)

    def cookie(self, actor: Actor) -> dict[str, Any]:
        """A browser's cookie that makes it this person's."""
        now = self.app.extensions["salesapp_clock"]()
        with self.app.app_context(), work(SYSTEM, now) as w:
            token = open_sign_in(w, int(actor.id or 0), address="127.0.0.1", agent="test")
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        value = signer.dumps({"_user_id": token, "_fresh": True, "_permanent": True})
        return {"name": self.app.config["SESSION_COOKIE_NAME"], "value": value, "url": self.address, "httpOnly": True}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: what goes wrong is in `Live.errors`."""


@contextmanager
def serving(app: Flask) -> Iterator[Live]:
    """Serve the application on a free loopback port until the block ends."""
    errors: list[str] = []

    def noting(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        # Read to its end here: werkzeug's server leaves files open when the browser goes away in the middle.
        try:
            answer: Any = app(environ, start)
            with closing(answer):
                return list(answer)
        except Exception:
            errors.append(traceback.format_exc())
            raise

    server = make_server("127.0.0.1", 0, noting, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Live(app, f"http://127.0.0.1:{server.server_port}", errors)
    finally:
        server.shutdown()
        thread.join()
