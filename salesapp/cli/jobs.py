"""Jobs, for an operator at the console: a worker of its own, what waits and failed, trying again."""

import logging
import signal
from threading import Event

import click
from sqlalchemy import select

from salesapp.cli.opening import application, installation, now_of, opened, refuse_unfit, say, working
from salesapp.cli.stopping import stop
from salesapp.domain.errors import Stale
from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.plugin_kinds import ALL
from salesapp.jobs.worker import Worker
from salesapp.services.jobs import retry
from salesapp.services.seal import verify_chain
from salesapp.store import job_lists
from salesapp.store.engine import db, reading
from salesapp.store.tables import job

BROKEN = 1


@click.group("jobs")
def jobs_command() -> None:
    """What is due: `salesapp run` works on it by itself; further workers may run beside it."""


@jobs_command.command("run")
@click.option("--once", is_flag=True, help="Do what is due and end.")
def run_command(once: bool) -> None:
    """Work until Ctrl-C or SIGTERM; the job that runs then is finished first. Start it as often as you like."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    found = installation()
    app = application(found)
    ending = Event()
    with app.app_context():
        refuse_unfit(found)
        worker = Worker(ALL, app.extensions["salesapp_clock"], ending)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ending.set())
        if once:
            say(f"{worker.run_due()} done or tried.")
        else:
            say(f"Working as {worker.name} (Ctrl-C stops it)", "green")
            worker.run()
        db.engine.dispose()


@jobs_command.command("list")
def list_command() -> None:
    """What waits, runs and was given up, and when the regular ones were done."""
    with opened() as app, reading() as x:
        kinds = ALL.now()
        found = job_lists.open_jobs(x, SYSTEM)
        last = job_lists.last_done(x, SYSTEM, [kind.name for kind in kinds.periodic()])
        now = now_of(app)
    for row in found.rows:
        parts = (
            f"{row.id}",
            row.name,
            row.state,
            f"{row.run_at:%Y-%m-%d %H:%M} UTC",
            f"{row.attempts} tries",
            row.error,
        )
        say("  ".join(part for part in parts if part), "red" if row.state == "parked" else None)
    if not found.rows:
        say("Nothing waits.")
    for kind in kinds.periodic():
        done = f"{last[kind.name]:%Y-%m-%d %H:%M} UTC" if kind.name in last else "never"
        assert kind.every is not None
        say(f"{kind.name}: last {done}, next {kind.every.next(now):%Y-%m-%d %H:%M} UTC")


@jobs_command.command("retry")
@click.argument("job_id", type=int, required=False)
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
def retry_command(job_id: int | None, everything: bool) -> None:
    """Try the job JOB_ID again now, or --all that were given up."""
    if (job_id is None) is not everything:
        stop("Which one? Say its number, or --all.")
    with opened() as app, working(app) as w:
        parked = select(job.c.id).where(job.c.state == "parked").order_by(job.c.id)
        ids = list(w.session.scalars(parked)) if everything else [job_id or 0]
        try:
            for each in ids:
                retry(w, each)
        except Stale:
            stop("It runs, or is done.")
    say(f"{len(ids)} will be tried again.")


@jobs_command.command("verify")
def verify_command() -> None:
    """Compute the chain of sealed events again; exit code 1 when something was changed."""
    with opened(), reading() as x:
        found = verify_chain(x)
    if found.broken_at is not None:
        say(f"Event {found.broken_at}: {found.why}", "red")
        raise SystemExit(BROKEN)
    say(f"{found.sealed} events are as they were sealed, {found.open} wait for their seal.", "green")
    if found.last_seal:
        say(f"The last seal: {found.last_seal}")
