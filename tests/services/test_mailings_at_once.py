"""Several workers at the same moment: one begins a message to a group, and each customer gets it once."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.mailing_kinds import KINDS
from salesapp.services import mailing_running
from salesapp.services.work import work
from salesapp.testing import Cast, Clock
from tests.jobs.kit import worker
from tests.services import mailing_kit as kit
from tests.services.customer_kit import added
from tests.services.mail_kit import Box, mail_server, set_up
from tests.services.mailing_crowd import KILLS, SECONDS

WORKERS = 4
CUSTOMERS = 60


@pytest.fixture
def box(app: Flask, cast: Cast) -> Iterator[Box]:
    """A mail server that is set up."""
    with mail_server() as found:
        set_up(found, cast)
        yield found


def test_four_workers_send_each_mail_once(app: Flask, cast: Cast, clock: Clock, box: Box) -> None:
    for n in range(12):
        added(cast.owner, name=f"客户{n}", emails=[f"a{n}@example.com"])
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)

    def one(_n: int) -> int | None:
        with app.app_context():
            with work(SYSTEM, clock.now) as w:
                run_id = mailing_running.begin(w, mailing_id)
            worker(clock, *KINDS).run_due()
        return run_id

    with ThreadPoolExecutor(WORKERS) as threads:
        begun = []
        for seconds in (30, 60, 60):
            clock.advance(seconds=seconds)
            begun += list(threads.map(one, range(WORKERS)))
    assert len(kit.runs()) == 1
    assert len([run for run in begun if run is not None]) <= 1
    assert sorted(to for (to,) in box.to) == sorted(f"a{n}@example.com" for n in range(12))
    assert len(kit.told("mailing.sent")) == 12
    assert set(kit.outcome().values()) == {("sent", None)}
    assert kit.runs()[0].state == "done"


def crowd(url: str, instance: Path, now: str) -> dict[str, int]:
    """What processes of their own did."""
    command = [sys.executable, "-m", "tests.services.mailing_crowd", url, str(instance), now]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS + 30, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


def test_four_processes_send_each_mail_once_though_some_are_killed(
    app: Flask, cast: Cast, clock: Clock, box: Box, database_url: str, tmp_path: Path
) -> None:
    """None is lost, and none is noted twice. What was handed over and not noted yet when its process ended goes out a
    second time, as the same mail to whoever looks at its Message-ID: that, and nothing else, may come twice."""
    set_up(box, cast, per_minute=60_000)
    ids = {f"a{n}@example.com": added(cast.owner, name=f"{n}", emails=[f"a{n}@example.com"]) for n in range(CUSTOMERS)}
    kit.begun(cast.owner, kit.drafted(cast.owner))
    clock.advance(seconds=30)
    instance = tmp_path / "crowd"
    instance.mkdir()
    (instance / "secret_key").write_text(str(app.secret_key))
    found = crowd(database_url, instance, clock.now.isoformat())
    assert (found["died"] >= KILLS, found["ended"] >= 1) == (True, True)
    came = Counter(to for (to,) in box.to)
    twice = {ids[to] for to, n in came.items() if n > 1}
    assert set(came) == set(ids)
    assert twice <= {int(each.stem) for each in (instance / "handing").iterdir()}
    assert len({mail["Message-ID"] for mail in box.mails}) == CUSTOMERS
    assert set(kit.outcome().values()) == {("sent", None)}
    assert Counter(event.customer_id for event, _ in kit.told("mailing.sent")) == Counter(ids.values())
    assert [run.state for run in kit.runs()] == ["done"]
