"""The test kit, for our own suite and for plugin authors: an application, people, a frozen clock.

    pytest_plugins = ["salesapp.testing"]

    def test_a_deal_is_won(kit):
        deal = kit.a_deal("car_wash.order")
        with refused("field.wish"):
            kit.move(deal, "offered")
        assert kit.win(kit.fill(deal, wish="a wash", amount=880)).state == "won"

`pytest instance/plugins/car_wash` is all there is to run: the first line stands in the test file itself, so it also
works for all plugins at once. The fixtures:

- `kit`: what people do, in a line each: `a_customer`, `a_deal`, `an_activity`, `fill`, `tick`, `move`, `win`, `lose`,
  `finish`; `planned(deal, "car_wash.thanks")` is what a follow-up rule planned; `run_jobs(until=…)` lets the jobs work
  while the clock goes on; `bring_in("Code,Front\\nA1,Oak", "kitchen.fronts")` is a file of rows;
  `why_set_aside("car_wash")` says why a plugin does not run. `refused("field.wish", …)` holds when the house says no,
  for these reasons and no other.
- `app`: an application on a fresh database, with the bundled plugins and the one this test is about: the folder the
  test lies in, or `car_wash.py` or `.toml` beside `test_car_wash.py`; the fixture `plugin_paths` names others.
- `cast`: admin, manager, owner (whose records they are), colleague, outsider, reader, other_manager.
- `client_of(cast.owner)`: their browser: `.get("/deals")`, `.send(path, {…})`. `client`: nobody's.
- `clock`: stands at NOW until `clock.advance(days=1)`. `statements`: every SQL statement that ran.

How to switch a plugin off, run its command, fill the demo or send a public form: docs/plugins/testing.md.

What a plugin does wrong is raised, so a test sees it; that includes writing to a table that is not its own.

The database is SQLite unless SALESAPP_TEST_DATABASE=postgres, then a template database of the running server named by
SALESAPP_TEST_POSTGRES_URL.

(PYTEST_DONT_REWRITE: a test file imports names from here before pytest makes it a plugin, and would be warned.)
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from flask import Flask, has_request_context, request
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, event

from salesapp import app as application
from salesapp import places
from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.plugging.loader import Plugins, load_plugins
from salesapp.plugging.plugin_schema import with_tables
from salesapp.postgres_for_tests import Databases
from salesapp.services.work import Work, work
from salesapp.store import people, plugin_schema, plugin_states, schema, sign_ins
from salesapp.store.engine import WRITES, db, engines, reading
from salesapp.store.inserts import insert_row
from salesapp.store.tables import pool, team
from salesapp.testing_kit import Kit, refused
from salesapp.testing_plugins import check_own_table, plugins_around
from salesapp.web import addresses, kept

__all__ = ["NOW", "PASSWORD", "Browser", "Cast", "Clock", "Kit", "add_person", "make_cast", "on_postgres", "refused"]

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, ten in the morning in Shanghai
PASSWORD = "correct horse battery"  # noqa: S105 (of people who exist in tests only)


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        """Move on by a timedelta's arguments: `clock.advance(hours=2)`."""
        self.now += timedelta(**delta)


@dataclass(frozen=True, slots=True)
class Cast:
    """The standing cast: who owns, who works beside them, who manages both, who must see nothing."""

    admin: Actor
    manager: Actor
    owner: Actor
    colleague: Actor
    outsider: Actor
    reader: Actor
    other_manager: Actor


def on_postgres() -> bool:
    """Whether this run tests PostgreSQL."""
    return os.environ.get("SALESAPP_TEST_DATABASE") == "postgres"


@pytest.fixture
def clock() -> Clock:
    """The frozen clock of the test's application."""
    return Clock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated, empty SQLite database to copy for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    schema.upgrade(f"sqlite:///{path}")
    return str(path)


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    """The databases of a run on PostgreSQL."""
    databases = Databases()
    yield databases
    databases.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path, plugin_paths: list[Path]) -> Iterator[str]:
    """A fresh, migrated database for one test."""
    if on_postgres():
        databases: Databases = request.getfixturevalue("postgres_databases")
        yield databases.take(_kept_for(plugin_paths))
        databases.give_back()
    else:
        path = tmp_path / "salesapp.db"
        with_tables_of = _empty.get(_kept_for(plugin_paths))
        if with_tables_of is None:
            shutil.copyfile(request.getfixturevalue("empty_database"), path)
        else:
            path.write_bytes(with_tables_of)
        yield f"sqlite:///{path}"


_empty: dict[tuple[Path, ...], bytes] = {}
"""Empty databases of SQLite with the tables of these plugins, to copy for the tests after the first one."""


@pytest.fixture
def plugin_paths(request: pytest.FixtureRequest) -> list[Path]:
    """The plugins a test is about: the one it lies in or beside. A test of something else gives others."""
    return plugins_around(request.path)


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
    clock: Clock,
    statements: list[str],
    plugin_paths: list[Path],
) -> Iterator[Flask]:
    """An application on a fresh database, within its context."""
    folders = [places.PLUGINS, *plugin_paths] if plugin_paths else None
    settings = Settings(instance=tmp_path, database_url=database_url)
    made = create_app(settings, plugins=folders, clock=clock, testing=True)
    _make_tables(made, database_url)
    if kept_for := _kept_for(plugin_paths):
        if on_postgres():
            request.getfixturevalue("postgres_databases").settled()
        else:
            _empty.setdefault(kept_for, (tmp_path / "salesapp.db").read_bytes())
    _switch_on(made)
    made.extensions["salesapp_under_test"] = plugin_paths
    made.jinja_env.bytecode_cache = _templates
    with made.app_context():
        _listen(db.engine, statements)
        _share_compiled(db.engine, engines().read, engines().write)
        yield made
        db.session.remove()
        engines().read.dispose()
    kept.forget()  # else what was kept for this application keeps all of it in memory


def _make_tables(app: Flask, url: str) -> None:
    """The tables of the plugins under test, as `salesapp upgrade` makes them."""
    for each in with_tables(app.extensions["salesapp_plugins"]):
        plugin_schema.upgrade_one(url, each)


def _switch_on(app: Flask) -> None:
    """The plugins under test that wait to be switched on where they are installed."""
    waiting = [each.name for each in app.extensions["salesapp_plugins"].loaded if not each.manifest.on]
    if waiting:
        with app.app_context(), engines().write.begin() as x:
            for name in waiting:
                plugin_states.remember(x, name, "", {})


# Making an application is a third of a test of a page, and half of that is the same each time.


class _Address(addresses.Address):
    """An address as it was compiled for the tests before; its parts are only read afterwards."""

    _compiled: ClassVar[dict[tuple[Any, ...], tuple[Any, ...]]] = {}

    def compile(self) -> None:
        """As werkzeug does, once for the same address."""
        key = (self.rule, self.host, self.subdomain, self.merge_slashes, self.strict_slashes, str(self.defaults))
        if key in self._compiled:
            self._parts, self._trace, self._converters, arguments = self._compiled[key]
            self.arguments = set(arguments)
            self._build = self._compile_builder(False).__get__(self, None)
            self._build_unknown = self._compile_builder(True).__get__(self, None)
        else:
            super().compile()
            self._compiled[key] = (self._parts, self._trace, self._converters, frozenset(self.arguments))


_loaded: dict[tuple[Path, ...], Plugins] = {}
ON: Final = [places.PLUGINS / "general"]
"""The bundled plugins that are on where nobody switched any; the others are loaded by tests about them only."""


def _kept_for(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The plugins whose tables a database keeps from test to test; none where a test wrote them."""
    return tuple(paths) if _is_of_checkout(paths) else ()


def _is_of_checkout(paths: Sequence[Path]) -> bool:
    """Whether no test writes these plugins: they stay as they are for the whole run."""
    return all(each.is_relative_to(places.PLUGINS.parent) for each in paths)


def _load(directories: Sequence[Path], *, only: Collection[str] | None = None, safe_mode: bool = False) -> Plugins:
    """Plugins of this checkout as they were loaded for the tests before; any other choice of plugins anew, as a test
    may write them."""
    there = [each for each in directories if each.exists()]
    found = [each for folder in there for each in (ON if folder == places.PLUGINS else [folder])]
    if only is not None or safe_mode or not _is_of_checkout(found):
        return load_plugins(found, only=only, safe_mode=safe_mode)
    if (key := tuple(found)) not in _loaded:
        _loaded[key] = load_plugins(found)
    return _loaded[key]


addresses.Address = _Address  # type: ignore[misc]
application.load_plugins = _load  # type: ignore[attr-defined]

_first: dict[str, Engine] = {}


def _share_compiled(*made: Engine) -> None:
    """Statements as they were compiled for the tests before, which is a third of what a page of a test takes. They are
    kept by the dialect they are of, so that is shared, too."""
    if made[0].dialect.name not in _first:
        with made[0].connect():  # a dialect that never asked its database would be of no use to the tests after
            _first[made[0].dialect.name] = made[0]
    for engine in made:
        first = _first[engine.dialect.name]
        engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


class _Compiled(BytecodeCache):
    """Templates as they were compiled for the tests before: an application of its own for each test has to read them,
    not to compile them."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._codes:
            bucket.bytecode_from_string(self._codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key] = bucket.bytecode_to_string()


_templates = _Compiled()


@pytest.fixture
def statements() -> list[str]:
    """Every SQL statement the test's application ran, in order."""
    return []


def _listen(engine: Engine, statements: list[str]) -> None:
    """Keep every statement, and fail where one breaks a rule of the house."""
    if engine.dialect.name == "sqlite":
        # What a crash of the machine would lose is of no interest here, and waiting for the disk is most of a commit.
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))

    @event.listens_for(engine, "before_cursor_execute")
    def check(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)
        writes = statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "REPLACE"))
        if writes and not connection.get_execution_options().get(WRITES):
            raise AssertionError(f"a reading connection would write: {statement}")
        if writes:
            check_own_table(statement)
        if not has_request_context():
            return
        if writes and request.method in {"GET", "HEAD"} and not statement.startswith("UPDATE sign_in SET seen_at"):
            raise AssertionError(f"reading {request.path} would change something: {statement}")
        for name in request.values:
            for value in request.values.getlist(name):
                # Short ones and plain words ("person", "touched") are names of tables by chance, and break nothing.
                if len(value) >= 6 and value in statement and not re.fullmatch(r"[a-z_]+", value):
                    raise AssertionError(f"the value of {name} became a part of the SQL text: {statement}")


@pytest.fixture
def w(app: Flask, clock: Clock) -> Iterator[Work]:
    """A unit of work of the installation itself, for preparing data; committed at the end of the test."""
    with work(SYSTEM, clock.now) as opened:
        yield opened


def add_person(name: str, role: str, *, team_id: int | None = None, now: datetime = NOW, **values: Any) -> Actor:
    """A person who can sign in as `<name>@example.com` with PASSWORD."""
    with work(SYSTEM, now) as opened:
        person_id = _insert_person(opened, name, role, team_id, **values)
    return _actor(person_id)


def _insert_person(w: Work, name: str, role: str, team_id: int | None, **values: Any) -> int:
    from salesapp.services.sign_in import hash_password

    row = {
        "name": name,
        "email": f"{name.lower()}@example.com",
        "password_hash": _hashed(hash_password),
        "role": role,
        "team_id": team_id,
        "created_at": w.now,
    }
    return people.insert(w.session, row | values)


def _actor(person_id: int) -> Actor:
    with reading() as x:
        actor = sign_ins.actor_of(x, person_id)
    assert actor is not None
    return actor


_hashes: dict[str, str] = {}


def _hashed(hash_password: Callable[[str], str]) -> str:
    if PASSWORD not in _hashes:  # hashing is slow on purpose; once is enough for all tests
        _hashes[PASSWORD] = hash_password(PASSWORD)
    return _hashes[PASSWORD]


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The standing cast in two teams below one company; and the default pool."""
    return make_cast()


def make_cast() -> Cast:
    """The same, for tests that share a database."""
    with work(SYSTEM, NOW) as opened:
        top = insert_row(opened.session, team, {"name": "Company", "path": "/1/"})
        north = insert_row(opened.session, team, {"name": "North", "parent_id": top, "path": f"/{top}/2/"})
        south = insert_row(opened.session, team, {"name": "South", "parent_id": top, "path": f"/{top}/3/"})
        insert_row(opened.session, pool, {"name": "Pool"})
        people_of_cast = {
            "admin": _insert_person(opened, "Admin", "admin", top),
            "manager": _insert_person(opened, "Manager", "manager", north),
            "owner": _insert_person(opened, "Owner", "salesperson", north),
            "colleague": _insert_person(opened, "Colleague", "salesperson", north),
            "outsider": _insert_person(opened, "Outsider", "salesperson", south),
            "reader": _insert_person(opened, "Reader", "reader", north),
            "other_manager": _insert_person(opened, "Othermanager", "manager", south),
        }
    return Cast(**{key: _actor(person_id) for key, person_id in people_of_cast.items()})


class Browser(FlaskClient):
    """A test client that sends forms as a page of ours would: with its token."""

    csrf = ""
    stays_in = False
    """Whether being asked to sign in is a fault of the test, as it is for whoever has."""

    def open(self, *args: Any, **options: Any) -> Any:
        """One request in a context of its own: in the test's, it would find the user and the moment of the last one.
        Whoever has signed in and is asked to do so again was shown nothing: no test may take that for an answer."""
        with self.application.app_context():
            answer = super().open(*args, **options)
        asked = answer.status_code == 303 and answer.location.split("?")[0] == "/sign-in"
        ended = self.stays_in and asked and args[0] not in ("/sign-out", "/language")
        assert not ended, "the sign-in has ended meanwhile: take a new client_of(…) where the clock jumped"
        return answer

    def is_out(self) -> bool:
        """Whether the sign-in has ended: the person's own page asks for a new one."""
        with self.application.app_context():
            answer = super().open("/account")
        return answer.status_code == 303 and answer.location == "/sign-in?next=/account"

    def sign_in(self, actor: Actor) -> "Browser":
        """Be this person from now on."""
        from salesapp.services.sign_in import open_sign_in

        clock = self.application.extensions["salesapp_clock"]
        with work(SYSTEM, clock()) as opened:
            token = open_sign_in(opened, int(actor.id or 0), address="127.0.0.1", agent="test")
        with self.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
            session["csrf"] = self.csrf = "test-token"
        self.stays_in = True
        return self

    def send(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> Any:
        """POST a form."""
        return self.post(path, data={"csrf_token": self.csrf, **(data or {})}, **options)


@pytest.fixture
def kit(app: Flask, clock: Clock, cast: Cast) -> Kit:
    """What an author's test does, in a line each."""
    return Kit(app, clock, cast)


@pytest.fixture
def client(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return _browser(app)


def _browser(app: Flask) -> Browser:
    app.test_client_class = Browser
    made = app.test_client()
    assert isinstance(made, Browser)
    return made


@pytest.fixture
def client_of(app: Flask) -> Callable[[Actor], Browser]:
    """A signed-in person's browser: `client_of(cast.owner)`."""
    return lambda actor: _browser(app).sign_in(actor)
