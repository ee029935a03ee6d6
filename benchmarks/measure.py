"""What a request costs: CPU of the whole of it, in process, without a socket and without a browser."""

import gc
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from statistics import median
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, select
from werkzeug.test import EnvironBuilder

from benchmarks.seed import STAGES, Seeded
from salesapp.domain.permissions import SYSTEM
from salesapp.services.sign_in import open_sign_in
from salesapp.services.work import work
from salesapp.store.engine import db, reading
from salesapp.store.tables import deal

REQUESTS = 100
WARM_UP = 12
CSRF = "of-the-benchmark"


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: CPU milliseconds of the middle request and of the quickest (on a busy machine the middle one is paid
    for others, too), SQL statements, bytes uncompressed."""

    page: str
    cpu_ms: float
    best_ms: float
    statements: int
    size: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request to make again and again; a POST has a form."""

    path: str
    form: dict[str, str] | None = None


class Person:
    """A signed-in person's requests, made as the server would make them."""

    def __init__(self, app: Flask, person_id: int, now: datetime) -> None:
        self.app = app
        with app.app_context(), work(SYSTEM, now) as w:
            token = open_sign_in(w, person_id, address="127.0.0.1", agent="benchmark")
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        session = signer.dumps({"_user_id": token, "_fresh": True, "csrf": CSRF})
        self.cookie = f"{app.config['SESSION_COOKIE_NAME']}={session}"

    def environ(self, request: Request) -> dict[str, Any]:
        """What the server would hand over."""
        headers = [("Cookie", self.cookie), ("Accept-Language", "en"), ("Host", "127.0.0.1")]
        if request.form is None:
            return EnvironBuilder(request.path, headers=headers).get_environ()
        body = urlencode({"csrf_token": CSRF, **request.form}).encode()
        kind = "application/x-www-form-urlencoded"
        builder = EnvironBuilder(
            request.path, method="POST", headers=headers, input_stream=BytesIO(body), content_type=kind
        )
        return builder.get_environ() | {"CONTENT_LENGTH": str(len(body))}

    def ask(self, environ: dict[str, Any]) -> tuple[str, int]:
        """Status and size of the answer."""
        answered: list[str] = []

        def start(status: str, _headers: Any, _error: Any = None, /) -> Any:
            answered.append(status)

        body: Any = self.app.wsgi_app(environ, start)
        size = sum(len(part) for part in body)
        if hasattr(body, "close"):
            body.close()
        return answered[0], size


def measure(app: Flask, page: str, who: Person, requests: Iterable[Request]) -> Measured:
    """Make WARM_UP requests, then REQUESTS that count; every one must go well."""
    times, ready = [], iter(requests)
    for _ in range(WARM_UP):
        _one(who, next(ready))
    with _statements(app) as statements:
        size = _one(who, next(ready))[1]
    gc.collect()
    for _ in range(REQUESTS):
        times.append(_one(who, next(ready))[0])
    return Measured(page, round(median(times), 2), round(min(times), 2), len(statements), size)


def _one(who: Person, request: Request) -> tuple[float, int]:
    environ = who.environ(request)
    begun = time.process_time()
    status, size = who.ask(environ)
    spent = (time.process_time() - begun) * 1000
    expected = "200" if request.form is None else "303"
    if not status.startswith(expected):
        raise RuntimeError(f"{request.path} answered {status}")
    return spent, size


@contextmanager
def _statements(app: Flask) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def measure_all(app: Flask, people: Seeded, now: datetime) -> Iterator[Measured]:
    """Every page, for everybody it is different for."""
    three = {
        "salesperson": (Person(app, people.salesperson, now), "mine"),
        "manager": (Person(app, people.manager, now), "team"),
        "admin": (Person(app, people.admin, now), "team"),
    }
    for view in ("board", "list"):
        for role, (who, scope) in three.items():
            page = Request(f"/deals?who={scope}" + ("&view=list" if view == "list" else ""))
            yield measure(app, f"{view}, {role}", who, _again(page))
    owned = _open_deals(app, people.salesperson)
    for role, (who, _) in three.items():
        yield measure(app, f"deal page, {role}", who, (Request(f"/deals/{each.id}") for each in owned))
    yield measure(app, "move, salesperson", three["salesperson"][0], (_move(each) for each in owned))


def _move(row: Any) -> Request:
    to = STAGES[STAGES.index(row.stage) + 1]
    form = {"to": to, "version": str(row.version), "request_key": f"benchmark-{row.id}-{row.version}"}
    return Request(f"/deals/{row.id}/move", form)


def _again(request: Request) -> Iterator[Request]:
    while True:
        yield request


def _open_deals(app: Flask, owner: int) -> Sequence[Any]:
    """As many deals of this person as requests are made, none in the last stage."""
    needed = WARM_UP + REQUESTS + 1
    query = (
        select(deal.c.id, deal.c.version, deal.c.stage)
        .where(deal.c.owner_id == owner, deal.c.state == "open", deal.c.stage != STAGES[-1])
        .order_by(deal.c.id)
        .limit(needed)
    )
    with app.app_context(), reading() as x:
        found = x.execute(query).all()
    if len(found) < needed:
        raise SystemExit("That are too few deals to measure with: --deals 10000 or more.")
    return found
