"""Serving: gunicorn as a library, its processes made from one application that is loaded before they part.

Loading first shares the memory of what never changes and starts the second process in no time; it is safe because
the application opens no connection while it is being made.
"""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import LimitRequestLine
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.serving import is_running_from_reloader

from salesapp.domain.text import LANGUAGES
from salesapp.jobs.beside import Beside
from salesapp.serve_dev import serve_and_reload
from salesapp.services.plugin_health import started
from salesapp.web.errors import TOO_LONG

GRACE_SECONDS = 15
LONGEST_LINE = 8190  # the most gunicorn reads; salesapp/web/guard.py refuses earlier, with a page of ours


@dataclass(frozen=True, slots=True)
class Serving:
    """Where and how to listen."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 4
    jobs: bool = True

    @property
    def bind(self) -> str:
        """The address as gunicorn writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Worker(ThreadWorker):  # type: ignore[misc]
    """A process that says in our words what it cannot even read."""

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """An address beyond every limit is answered before the application sees it: who asked is not known, nor their
        language."""
        if not isinstance(exc, LimitRequestLine):
            super().handle_error(req, client, addr, exc)
            return
        with contextlib.suppress(OSError):  # whoever sent it may be gone
            client.sendall(too_long())


PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>SalesApp</title><link rel="stylesheet" href="/static/app.css">
<main class="door"><div class="door-card stack">{said}
<p><a class="btn primary" href="/">SalesApp</a></p><p class="code num">414</p></div></main></html>"""


def too_long() -> bytes:
    """The answer to an address that is too long, in every language."""
    words = [(each.replace("_", "-"), *(escape(text.in_language(each)) for text in TOO_LONG)) for each in LANGUAGES]
    said = "\n".join(f'<p lang="{lang}"><b>{title}</b><br>{text}</p>' for lang, title, text in words)
    content = PAGE.format(said=said).encode()
    head = ("HTTP/1.1 414 URI Too Long", "Connection: close", "Content-Type: text/html; charset=utf-8")
    return "\r\n".join([*head, f"Content-Length: {len(content)}", "", ""]).encode() + content


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn's processes around one application."""

    def __init__(self, app: Flask, serving: Serving, ready: Callable[[], None]) -> None:
        self.app = app
        self.options: dict[str, Any] = {
            "bind": serving.bind,
            "limit_request_line": LONGEST_LINE,
            "workers": serving.workers,
            "threads": serving.threads,
            "worker_class": Worker,
            "preload_app": True,
            "graceful_timeout": GRACE_SECONDS,
            "keepalive": 5,
            "loglevel": "warning",
            "when_ready": lambda _arbiter: ready(),
            "forwarded_allow_ips": "",  # who stands in front is said by `proxy_hops` alone
            "secure_scheme_headers": {},
            "control_socket_disable": True,
        }
        if serving.jobs:
            beside = Beside(app)  # each process gets its own copy, and starts it after it has parted
            self.options["post_worker_init"] = lambda _worker: beside.start()
            self.options["worker_exit"] = lambda _arbiter, _worker: beside.end(GRACE_SECONDS)
        else:
            self.options["post_worker_init"] = lambda _worker: tell_plugins(app)
        super().__init__()

    def load_config(self) -> None:
        """Take our options; no configuration file is read."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application every process serves."""
        return self.app


def tell_plugins(app: Flask) -> None:
    """Let the plugins know that this process serves."""
    with app.app_context():
        started(app.extensions["salesapp_clock"]())


def serve(app: Flask, serving: Serving, ready: Callable[[], None]) -> None:
    """Serve until told to stop; requests that are being answered are finished first. `ready` is called once it
    listens. With SALESAPP_DEBUG, a changed file of a plugin starts it again."""
    if app.debug:
        serve_and_reload(app, serving.host, serving.port, serving.jobs, ready)
    else:
        Server(app, serving, ready).run()


def why_not(serving: Serving) -> str | None:
    """Why nothing can listen there, as the system says it; None when it can."""
    if is_running_from_reloader():  # the process above holds the address
        return None
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((serving.host, serving.port))
    except OSError as error:
        return error.strerror or str(error)
    return None


def lan_address() -> str | None:
    """This machine's address in the local network. Nothing is sent: a datagram socket only looks up the way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address reserved for documentation
        except OSError:
            return None
        return str(probe.getsockname()[0])
