"""A deal is lost while the job looks at it: whoever comes second sees what the first one did."""

from collections.abc import Callable
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import text

from salesapp.domain.follow_up import Silence
from salesapp.domain.followups import Interval
from salesapp.domain.permissions import SYSTEM
from salesapp.services.deal_archive import archive_deal
from salesapp.services.deal_moves import lose_deal
from salesapp.services.follow_up_looking import look_at_due
from salesapp.services.work import Work, work
from salesapp.store.engine import engines, reading
from salesapp.testing import Cast, Clock
from tests.services.deal_files import SIX, a_customer, a_deal
from tests.services.follow_up_kit import a_rule, jobs, only, planned, watches
from tests.services.test_follow_up_engine import version

SILENT = a_rule(Silence(Interval(40, "day"), "deal"))
WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def lost(w: Work, deal_id: int) -> None:
    process = w.catalog.process(SIX)
    assert process is not None
    lose_deal(w, deal_id, process.lost_reasons[0].key, "", version(deal_id))


@pytest.mark.parametrize("closes", [lost, archive_deal])
def test_what_the_job_plans_meanwhile_goes_with_the_deal(
    app: Flask, cast: Cast, clock: Clock, database_url: str, closes: Callable[[Work, int], object]
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("on SQLite only one writes at a time")
    only(SILENT)
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    jobs(clock)
    clock.advance(days=30)

    def close() -> None:
        with app.app_context(), work(cast.owner, clock.now) as w:
            closes(w, deal_id)

    other = Thread(target=close)
    with work(SYSTEM, clock.now) as w:
        look_at_due(w, None)
        other.start()
        waiting = 0
        while not waiting and other.is_alive():
            with reading() as x:
                waiting = x.execute(WAITS).scalar_one()
    other.join()
    assert waiting
    assert planned() == []
    assert [each.ended for each in watches()] != [None]


@pytest.mark.parametrize("held", ["deal", "customer"])
def test_the_job_waits_for_nobody_who_may_wait_for_it(
    app: Flask, cast: Cast, clock: Clock, database_url: str, held: str
) -> None:
    if not database_url.startswith("postgresql"):
        pytest.skip("on SQLite only one writes at a time")
    only(SILENT)
    a_deal(app, cast.owner, a_customer(cast.owner))
    jobs(clock)
    clock.advance(days=30)
    with engines().write.connect() as other:
        other.execute(text(f"SELECT id FROM {held} FOR UPDATE"))
        with work(SYSTEM, clock.now) as w:
            w.session.execute(text("SET LOCAL lock_timeout = '2s'"))
            look_at_due(w, None)
        assert planned() == []
        other.rollback()
    with work(SYSTEM, clock.now) as w:
        look_at_due(w, None)
    assert len(planned()) == 1
