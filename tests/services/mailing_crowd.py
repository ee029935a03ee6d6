"""A message to a group by processes of their own: `python -m tests.services.mailing_crowd ADDRESS INSTANCE MOMENT`.

Four of them work until nothing is due; one is killed now and then, at a moment of chance, from within or from outside.
Nothing here has opened the database before it parts.

What no process can do is hand a mail over and note it at one moment. So each writes down in `INSTANCE/handing` whom it
is handing one to, and strikes it out once that is noted: what a killed one leaves there may go out a second time.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flask import Flask
from sqlalchemy import Subquery

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.mail_settings import MailSettings
from salesapp.jobs.mailing_kinds import KINDS
from salesapp.jobs.registry import Registry
from salesapp.jobs.worker import Worker
from salesapp.services import mail, mailing_running, mailing_sending
from salesapp.services.mailing_sending import Ready
from salesapp.store import jobs, mailing_items
from salesapp.store.engine import Executor, reading
from tests.jobs.crowd import fork

AT_ONCE, KILLS, SECONDS = 4, 3, 120
LEASE = timedelta(seconds=8)  # long enough for a slow machine: who lives keeps what it took
PORTION = 10
_prepare, _sent, _add = mailing_sending.prepare, mailing_sending.sent, mailing_items.add
_hand_over = mail.send


def _perhaps_die(chance: float) -> None:
    if random.random() < chance:
        os.kill(os.getpid(), signal.SIGKILL)


def live(app: Flask, now: datetime, handing: Path) -> None:
    """One worker's life: it goes on until nothing is due. Its clock stands, but for leases, which must run out."""
    mailing_running.PORTION = PORTION  # type: ignore[misc]
    mailing_running.AGAIN = timedelta(seconds=0.2)  # type: ignore[misc]
    begin = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - begin)

    def mark(customer_id: int) -> Path:
        return handing / f"{customer_id}.{os.getpid()}"

    def add(x: Executor, run_id: int, found: Subquery) -> int:  # all rows are written, and not there for others yet
        n = _add(x, run_id, found)
        _perhaps_die(0.3)
        return n

    def prepare(run_id: int, customer_id: int, now: datetime) -> Ready | None:
        _perhaps_die(0.03)
        mark(customer_id).touch()
        return _prepare(run_id, customer_id, now)

    def hand_over(mail: MailSettings, message: EmailMessage) -> None:
        time.sleep(0.02)  # long enough for the others to come in between
        _hand_over(mail, message)
        _perhaps_die(0.05)  # it is out, and nobody knows

    def sent(ready: Ready, now: datetime) -> None:
        _sent(ready, now)
        mark(ready.customer_id).unlink()
        _perhaps_die(0.03)  # noted, but the job is not done

    mailing_items.add, mailing_sending.prepare, mailing_sending.sent = add, prepare, sent
    mail.send = hand_over
    with app.app_context():
        worker = Worker(Registry(*KINDS), clock, lease=LEASE)
        while not all(_nothing_left() for _ in range(3)):  # one may fall between two jobs
            worker.run_due()
            worker.stop.wait(0.02)


def _nothing_left() -> bool:
    time.sleep(0.01)
    with reading() as x:
        return jobs.due_at(x, [each.name for each in KINDS if each.every is None]) is None


def crowd(app: Flask, now: datetime, handing: Path) -> dict[str, int]:
    """Keep four alive until one has found nothing left; kill one of them now and then."""
    handing.mkdir()
    chance, alive, died, ended = random.Random(5), set[int](), 0, 0
    until = time.monotonic() + SECONDS
    while (alive or not ended) and time.monotonic() < until:
        while not ended and len(alive) < AT_ONCE:
            alive.add(fork(lambda: live(app, now, handing)))
        time.sleep(0.1 + 0.4 * chance.random())
        while alive and (done := os.waitpid(-1, os.WNOHANG))[0]:
            alive.discard(done[0])
            died, ended = died + (done[1] != 0), ended + (done[1] == 0)
        if died < KILLS and not ended and alive:
            os.kill(chance.choice(sorted(alive)), signal.SIGKILL)
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    return {"died": died, "ended": ended}


if __name__ == "__main__":
    made = create_app(Settings(instance=Path(sys.argv[2]), database_url=sys.argv[1]), testing=True)
    print(json.dumps(crowd(made, datetime.fromisoformat(sys.argv[3]), Path(sys.argv[2]) / "handing")))
