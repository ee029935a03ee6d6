"""Several workers at the same moment: one begins a message to a group, and each customer gets it once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

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

WORKERS = 4


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
