"""What an operator got wrong, or should know: each finding is one line, wrong ones red, doubtful ones yellow."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from salesapp.cli.opening import check_database_url, say
from salesapp.config import Settings, read_settings
from salesapp.fit_to_serve import place_of
from salesapp.places import PLUGINS, STATIC
from salesapp.plugging.loader import load_plugins
from salesapp.store import schema
from salesapp.store.engine import SAFE_WAL, journal_mode, sqlite_module
from salesapp.store.schema import SchemaState

Finding = tuple[str, str]
GOOD, DOUBTFUL, WRONG = "good", "doubtful", "wrong"
_COLOURS = {GOOD: "green", DOUBTFUL: "yellow", WRONG: "red"}
OLDEST_POSTGRES = 15


@click.command("doctor")
def doctor_command() -> None:
    """Look at the installation and say what is wrong with it; changes nothing. Exit code 2 when something is wrong."""
    found = read_settings()
    check_database_url(found)
    findings = list(examine(found))
    for kind, sentence in findings:
        say(f"{kind:9}{sentence}", _COLOURS[kind])
    if any(kind == WRONG for kind, _ in findings):
        raise SystemExit(2)


def examine(found: Settings) -> Iterator[Finding]:
    """Every finding, in the order an operator would look."""
    yield from _folder(found)
    yield from _database(found)
    yield from _parts(found)
    yield from _address(found)


def _folder(found: Settings) -> Iterator[Finding]:
    if not found.instance.is_dir():
        yield WRONG, f"There is no folder {found.instance}; `salesapp upgrade` makes it."
        return
    if os.access(found.instance, os.W_OK):
        yield GOOD, f"The installation is in {found.instance}."
    else:
        yield WRONG, f"This user may not write in {found.instance}."
    key = found.instance / "secret_key"
    if not key.is_file():
        yield DOUBTFUL, "There is no secret key yet; the first start makes one."
    elif stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield WRONG, f"Others may read {key}, and with it sign in as anybody: chmod 600 {key}"
    else:
        yield GOOD, "The secret key is readable by its owner only."


def _database(found: Settings) -> Iterator[Finding]:
    url = make_url(found.database)
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite:
        yield _sqlite()
        if not Path(url.database or "").is_file():
            yield WRONG, f"{place_of(found)} does not exist; `salesapp upgrade` makes it."
            return
    try:
        engine = schema.engine_alone(found.database)
        state = schema.state(engine)
        if not sqlite:
            with engine.connect() as connection:
                yield _postgres(str(connection.execute(text("SHOW server_version")).scalar()))
    except SQLAlchemyError as error:
        yield WRONG, f"{place_of(found)} does not answer: {str(getattr(error, 'orig', error)).strip()}"
        return
    if state is SchemaState.CURRENT:
        yield GOOD, f"{place_of(found)} has this version's schema."
    elif state is SchemaState.NEWER:
        yield WRONG, f"{place_of(found)} was made by a newer version of SalesApp."
    else:
        yield WRONG, f"{place_of(found)} is {state.value}: run `salesapp upgrade`."


def _sqlite() -> Finding:
    version, mode = sqlite_module().sqlite_version, journal_mode()
    if mode == "WAL":
        return GOOD, f"SQLite {version}, journal mode {mode}."
    oldest = ".".join(map(str, SAFE_WAL))
    return DOUBTFUL, (
        f"SQLite {version} is older than {oldest}, whose write-ahead log is safe; journal mode {mode} is used, "
        "where readers and writers wait for each other."
    )


def _postgres(version: str) -> Finding:
    if int(version.split(".")[0]) < OLDEST_POSTGRES:
        return DOUBTFUL, f"PostgreSQL {version} is older than {OLDEST_POSTGRES}, the oldest SalesApp is tested with."
    return GOOD, f"PostgreSQL {version}."


def _parts(found: Settings) -> Iterator[Finding]:
    missing = [name for name in ("htmx.min.js", "icons.svg") if not (STATIC / "built" / name).is_file()]
    if missing:
        yield WRONG, f"{', '.join(missing)} missing in {STATIC / 'built'}: `make install` builds it."
    plugins = load_plugins([PLUGINS, found.instance / "plugins"], safe_mode=found.safe_mode)
    yield GOOD, f"Plugins: {', '.join(plugin.name for plugin in plugins.loaded) or 'none'}."
    for aside in plugins.set_aside:
        yield DOUBTFUL, f"The plugin {aside.name} is set aside: {aside.reason}"


def _address(found: Settings) -> Iterator[Finding]:
    if not found.base_url:
        yield DOUBTFUL, "base_url is not set: links that are handed out begin with http://127.0.0.1:8000."
    elif not found.base_url.startswith("https://"):
        yield DOUBTFUL, f"base_url {found.base_url} is not https: passwords would travel in the open."
    else:
        yield GOOD, f"People reach it at {found.base_url}."
    if found.proxy_hops and not found.trusted_hosts:
        yield DOUBTFUL, "trusted_hosts is not set: any host name is answered to."
    if found.debug:
        yield WRONG, "debug is on: that is for authors of plugins, not for people's work."
