"""Occasions for a message to a group: a task for marketing on its day, once, in the language of the house."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Cast, Kit

pytest_plugins = ["salesapp.testing"]


def tasks(kit: Kit, cast: Cast) -> list[tuple[str, str]]:
    """The manager's tasks: by when, and what about."""
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        done = w.reads.visible_activities()
        rows = w.reads.execute(select(done).where(done.c.kind == "task", done.c.owner_id == cast.manager.id))
    return [(f"{row.planned_at:%F}", row.note.partition(" /")[0]) for row in rows]


def test_marketing_is_asked_once_a_year_on_its_day(kit: Kit, cast: Cast) -> None:
    kit.clock.now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    kit.run_jobs(until=kit.clock.now + timedelta(hours=11))
    assert tasks(kit, cast) == []
    kit.run_jobs(until=datetime(2026, 4, 1, 3, tzinfo=UTC))
    asked = [("2026-04-08", "群发消息: 新车到店")]
    assert tasks(kit, cast) == asked
    kit.run_jobs(until=datetime(2026, 4, 1, 23, tzinfo=UTC))
    assert tasks(kit, cast) == asked


def test_a_day_on_which_nothing_ran_is_made_up_for_within_a_week(kit: Kit, cast: Cast) -> None:
    kit.clock.now = datetime(2026, 4, 6, 12, tzinfo=UTC)
    kit.run_jobs(until=datetime(2026, 4, 9, 12, tzinfo=UTC))
    assert tasks(kit, cast) == [("2026-04-13", "群发消息: 新车到店")]
    kit.clock.now = datetime(2026, 5, 17, 12, tzinfo=UTC)
    kit.run_jobs(until=datetime(2026, 5, 20, 12, tzinfo=UTC))
    assert len(tasks(kit, cast)) == 1


def test_the_journey_home_is_of_the_lunar_year(kit: Kit, cast: Cast) -> None:
    kit.clock.now = datetime(2026, 1, 25, 12, tzinfo=UTC)  # the eighth of the twelfth month is the 26th
    kit.run_jobs(until=datetime(2026, 1, 26, 3, tzinfo=UTC))
    assert tasks(kit, cast) == [("2026-02-02", "群发消息: 春运返乡免费检测")]
