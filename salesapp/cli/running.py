"""Serve the real installation, or a demo with invented people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask import Flask

from salesapp.cli.opening import application, installation, is_demo, now_of, refuse_unfit, say, state_of, working
from salesapp.cli.plugin_tables import remember_plugins, upgrade_plugins
from salesapp.cli.stopping import stop
from salesapp.config import Settings
from salesapp.domain.text import LANGUAGES
from salesapp.places import default_instance
from salesapp.serve import Serving, lan_address, serve, why_not
from salesapp.services import demo, demo_plugins, first_run, plugin_states
from salesapp.store import people, schema, settings
from salesapp.store import plugin_states as plugin_rows
from salesapp.store.engine import db, reading
from salesapp.store.schema import SchemaState

PARTS = 100
"""Steps of the progress bar."""
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 (compared with, not bound to)


def serving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of everything that listens."""
    for option in (
        click.option("--jobs/--no-jobs", default=True, help="Do what is due, too; else `salesapp jobs run` does."),
        click.option("--threads", type=click.IntRange(1, 64), default=4, help="Threads in each process."),
        click.option("--workers", type=click.IntRange(1, 64), default=1, help="Processes; one or two per core."),
        click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_envvar=True),
        click.option("--host", default="127.0.0.1", envvar="HOST", show_envvar=True, help="0.0.0.0 for a phone."),
    ):
        command = option(command)
    return command


@click.command("run")
@serving_options
def run_command(host: str, port: int, workers: int, threads: int, jobs: bool) -> None:
    """Serve the real installation in instance/."""
    found = installation()
    serving = listening(host, port, workers, threads, jobs)
    app = application(found)
    with app.app_context():
        refuse_unfit(found)
        if is_demo():
            stop("This database holds the demo's invented people. `salesapp demo --run` serves it.")
        remember_plugins(found, app.extensions["salesapp_plugins"])
        lines = setup_lines(app, address_of(found, serving))
        db.engine.dispose()  # processes that part now must not share a connection
    serve(app, serving, lambda: announce(found, serving, lines))


def setup_lines(app: Flask, address: str) -> list[str]:
    """What an installation without people says: where to open it and the code that proves who stands at the console."""
    with reading() as x:
        if people.anybody(x):
            return []
    with working(app) as w:
        code = first_run.new_code(w)
    return ["", "Nobody uses this installation yet. Set it up at", f"  {address}/first-run", f"  code: {code}", ""]


@click.command("demo")
@click.option("--run", "run", is_flag=True, help="Serve it, too.")
@click.option("--size", type=click.Choice(list(demo.SIZES)), default=None, help="small, unless you say otherwise.")
@click.option("--seed", type=int, default=None, help="Another number, other people; 1 unless you say otherwise.")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=None,
    envvar="DEMO_LANG",
    show_envvar=True,
    help="Of names and notes; else your system's.",
)
@click.option(
    "--industry",
    "industries",
    multiple=True,
    metavar="NAME",
    envvar="DEMO_INDUSTRY",
    show_envvar=True,
    help="Show an industry that waits to be switched on, and its year instead of the house's: automotive.",
)
@serving_options
def demo_command(
    run: bool,
    size: str | None,
    seed: int | None,
    lang: str | None,
    industries: tuple[str, ...],
    host: str,
    port: int,
    workers: int,
    threads: int,
    jobs: bool,
) -> None:
    """Make a demo in instance/demo/ unless there is one; with --run serve it."""
    found = demo_settings()
    serving = listening(host, port, workers, threads, jobs) if run else None
    app = application(found)
    with app.app_context():
        prepare_demo(app, found, size=size, seed=seed, lang=lang, industries=industries)
        lines = demo.sign_in_lines(found.instance)
        db.session.remove()
        db.engine.dispose()
    if serving is None:
        say("\n".join(lines))
    else:
        serve(app, serving, lambda: announce(found, serving, lines))


def demo_settings() -> Settings:
    """The demo's own settings: nothing of the real installation's database, address or hosts."""
    return installation(
        make=True,
        instance=default_instance() / "demo",
        demo=True,
        database_url="",
        base_url="",
        trusted_hosts="",
        proxy_hops=0,
    )


def prepare_demo(
    app: Flask, found: Settings, *, size: str | None, seed: int | None, lang: str | None, industries: Sequence[str] = ()
) -> None:
    """Make the demo where there is none; leave one alone; refuse anything else."""
    database = Path(found.instance / "salesapp.db")
    if state_of(found) is SchemaState.EMPTY:
        schema.upgrade(found.database)
    refuse_unfit(found)
    upgrade_plugins(found)
    refuse_unknown(app, industries)
    with reading() as x:
        made = settings.get(x, demo.SETTING)
        if made is None and people.anybody(x):
            stop(f"{database} holds real people, not a demo. It is left as it is.")
    if made is not None:
        say_what_is_left(found, made, {"size": size, "seed": seed, "lang": lang}, industries)
        return
    language = lang or demo.system_language()
    number = 1 if seed is None else seed
    whole = demo.SIZES[size or "small"]
    of_house = (
        replace(whole, customers=0, deals=0) if industries else whole
    )  # beside a trade's own year it only confuses
    with click.progressbar(length=PARTS, label="Making a demo", show_eta=False) as bar:
        demo.create(
            found.instance,
            now_of(app),
            size=of_house,
            seed=number,
            language=language,
            tell=lambda part: bar.update(int(part * PARTS) - bar.pos),
        )
        bar.update(PARTS - bar.pos)
    with working(app) as w:
        for name in industries:
            plugin_states.switch(w, name, False)
    for key, why in demo_plugins.fill(now_of(app), seed=number, language=language).items():
        say(f"The demo does without {key}, which failed ({why}).", "yellow")


def refuse_unknown(app: Flask, industries: Sequence[str]) -> None:
    """Say which plugins there are, before a demo is made without the one that was meant."""
    known = [each.name for each in app.extensions["salesapp_plugins"].loaded]
    for name in industries:
        if name not in known:
            stop(f"There is no plugin {name}. There are: {', '.join(known)}.")


def say_what_is_left(
    found: Settings, made: Mapping[str, Any], asked: Mapping[str, Any], industries: Sequence[str]
) -> None:
    """A demo that is there is left alone; whoever asked for another one is told."""
    is_so = {"size": made.get("size"), "seed": made.get("seed"), "lang": made.get("language")}
    with reading() as x:
        without = [name for name in industries if plugin_rows.one(x, name).off]
    if without or any(value not in (None, is_so[name]) for name, value in asked.items()):
        kept = ", ".join([*(f"{name} {value}" for name, value in is_so.items()), *(f"no {name}" for name in without)])
        say(f"There is a demo already ({kept}). It is left as it is: delete {found.instance} to make another one.")


def listening(host: str, port: int, workers: int, threads: int, jobs: bool) -> Serving:
    """Where to listen, tried before anything else."""
    serving = Serving(host, port, workers, threads, jobs)
    reason = why_not(serving)
    if reason:
        stop(f"Nothing can listen on {host}, port {port}: {reason}. PORT= chooses another one.")
    return serving


def address_of(found: Settings, serving: Serving) -> str:
    """The address to open: the public one where it is known."""
    if found.base_url:
        return found.base_url.rstrip("/")
    host = (lan_address() or "127.0.0.1") if serving.host in EVERYWHERE else serving.host
    return f"http://[{host}]:{serving.port}" if ":" in host else f"http://{host}:{serving.port}"


def announce(found: Settings, serving: Serving, lines: list[str]) -> None:
    """Say that it listens, where, and how to get in; with a code to scan where a phone can reach it."""
    address = address_of(found, serving)
    say("\n".join(lines))
    say(f"SalesApp listens on {address} (Ctrl-C stops it)", "green")
    if serving.host in EVERYWHERE:
        import segno

        segno.make(address).terminal(compact=True)
