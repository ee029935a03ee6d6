"""Each occurrence exactly once, whoever of many processes looks, and whoever of them is killed when."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from salesapp.domain.follow_up import Deadline, OnHoliday, OnStage, Silence
from salesapp.domain.followups import Interval
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.follow_up_kinds import LOOK
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.jobs import enqueue
from salesapp.services.work import work
from salesapp.store import follow_up_watches
from salesapp.store.engine import reading
from salesapp.store.follow_up_watches import NewWatch
from salesapp.store.tables import activity, event, follow_up_occurrence, follow_up_watch
from salesapp.testing import NOW, Cast, Clock
from tests.services.deal_files import SIX, a_deal
from tests.services.follow_up_crowd import KILLS, SECONDS
from tests.services.follow_up_kit import a_rule, jobs, only

CUSTOMERS, TOGETHER = 80, 6
RULES = (
    a_rule(OnStage(SIX, ":won"), "r1", deadline=Deadline(20), every=Interval(1, "month")),
    a_rule(Silence(Interval(20, "day")), "r2", deadline=Deadline(0)),
    a_rule(OnHoliday(PartialDate("solar", None, 3, 25)), "r3", who="team"),
)


def crowd(url: str, instance: Path, now: str) -> dict[str, int]:
    """What processes of their own did."""
    command = [sys.executable, "-m", "tests.services.follow_up_crowd", url, str(instance), now]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=SECONDS + 30, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


def test_four_processes_plan_each_occurrence_once_though_some_are_killed(
    app: Flask, cast: Cast, clock: Clock, database_url: str, tmp_path: Path
) -> None:
    only(*RULES)
    for n in range(CUSTOMERS):
        with work(cast.owner, NOW) as w:
            customer_id = add_customer(w, NewCustomer(name=f"{n}", kind="person"))
        deal_id = a_deal(app, cast.owner, customer_id)
        with work(cast.owner, NOW) as w:
            new = NewWatch("own.r1", "deal", deal_id, "", customer_id, NOW, 0, NOW, None)
            follow_up_watches.begin_all(w.session, [new])
    jobs(clock)  # everybody has a watch, and a look long ago is no time off
    clock.advance(days=5)
    jobs(clock)
    later = NOW + timedelta(days=40)
    with work(SYSTEM, later) as w:
        for _ in range(TOGETHER):
            enqueue(w, LOOK.name)
    found = crowd(database_url, tmp_path, later.isoformat())
    assert found["died"] >= KILLS
    assert found["ended"] >= 1
    with reading() as x:
        of_rule = select(follow_up_occurrence.c.rule, func.count(), func.count(follow_up_occurrence.c.activity_id))
        counted = x.execute(of_rule.group_by(follow_up_occurrence.c.rule)).all()
        planned = x.execute(select(activity.c.because)).scalars().all()
        told = x.execute(select(func.count()).where(event.c.kind == "activity.planned")).scalar_one()
        waiting = x.execute(select(func.count()).where(follow_up_watch.c.look_at <= later)).scalar_one()
    assert [tuple(row) for row in counted] == [(f"own.r{n}", CUSTOMERS, CUSTOMERS) for n in (1, 2, 3)]
    assert len(planned) == told == 3 * CUSTOMERS
    assert waiting == 0
