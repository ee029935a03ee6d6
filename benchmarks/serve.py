"""`python -m benchmarks.serve INSTANCE URL PORT NOW`: one process as `salesapp run` serves it, without its jobs.

NOW is where its clock starts, so that a company seeded days ago is as old as it was. `--bare` serves a Flask page that
does nothing instead: what the server itself costs.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask

from salesapp import places
from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.serve import Server, Serving

PLUGINS = (places.PLUGINS, Path(__file__).parent / "plugins")


def clock_from(start: datetime) -> Callable[[], datetime]:
    """A clock that goes on from there."""
    begun = datetime.now(UTC)
    return lambda: start + (datetime.now(UTC) - begun)


def application(instance: Path, url: str, now: datetime) -> Flask:
    """The application with the bundled plugins and the benchmarks' process."""
    settings = Settings(instance=instance, database_url=url)
    return create_app(settings, plugins=PLUGINS, clock=clock_from(now))


def bare() -> Flask:
    """A page that does nothing."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "<!doctype html><title>Bare</title>")
    return app


@click.command()
@click.argument("instance", type=click.Path(path_type=Path))
@click.argument("url")
@click.argument("port", type=int)
@click.argument("now", type=datetime.fromisoformat)
@click.option("--bare", "is_bare", is_flag=True)
@click.option("--server", default="gthread")
@click.option("--threads", default=1)
def main(instance: Path, url: str, port: int, now: datetime, is_bare: bool, server: str, threads: int) -> None:
    """Serve until told to stop."""
    app = bare() if is_bare else application(instance, url, now)
    served = Server(app, Serving(port=port, workers=1, threads=threads, jobs=False), lambda: None)
    if is_bare:
        served.cfg.set("post_worker_init", lambda _worker: None)  # it has no plugins to tell that it serves
    if server != "gthread":
        served.cfg.set("worker_class", server)
    served.run()


if __name__ == "__main__":
    main()
