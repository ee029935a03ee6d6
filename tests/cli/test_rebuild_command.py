"""`salesapp rebuild`: says what differs, mends it, and an upgraded database needs no mending."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import NullPool, create_engine, insert, select, text

from benchmarks.seed import seed
from salesapp.domain.stay_classes import LIMITS
from salesapp.store import rollups, schema
from salesapp.store.engine import engine_options
from salesapp.store.inserts import insert_row
from salesapp.store.tables import activity, deal, person, stage_day, stage_event
from salesapp.testing import NOW, on_postgres
from tests.cli.conftest import Command

DAY = 86400


def test_an_installation_that_is_right_says_so(salesapp: Command) -> None:
    for words in (["rebuild", "--check"], ["rebuild"]):
        done = salesapp(*words)
        assert done.exit_code == 0, done.output
        assert "Everything is as it must be." in done.output
        assert "deal_total: 0 right, 0 wrong, 0 missing, 0 too many" in done.output


def test_a_difference_is_named_counted_and_mended(salesapp: Command, database_url: str) -> None:
    with schema.alone(database_url) as connection:
        for number in range(7):
            connection.execute(
                text("INSERT INTO deal_total VALUES ('a.one', 'open', :stage, 0, 'CNY', 3, 100)"),
                {"stage": f"stage_{number}"},
            )
    checked = salesapp("rebuild", "--check")
    assert checked.exit_code == 1
    assert "deal_total: 0 right, 0 wrong, 0 missing, 7 too many" in checked.output
    line = "  too many: open · a.one · stage_0 · CNY · nobody: kept n=3 amount_minor=100, true nothing"
    assert line in checked.output.splitlines()
    assert "… and 2 more" in checked.output
    assert "stage_day: 0 right" in checked.output
    mended = salesapp("rebuild")
    assert mended.exit_code == 0
    assert "Mended." in mended.output
    assert salesapp("rebuild", "--check").exit_code == 0


def test_what_the_benchmarks_measure_with_is_right(database_url: str) -> None:
    seed(database_url, 400, NOW)
    with schema.alone(database_url) as x:
        assert all(rollups.compare(x, table).is_right for table in rollups.TABLES)


def make_older(url: str) -> None:
    """Put an empty database of the version before in the place of this one."""
    if on_postgres():
        with schema.alone(url) as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    else:
        Path(url.removeprefix("sqlite:///")).unlink()
    schema.upgrade(url, "0001")


def test_an_upgrade_counts_what_was_there_before(salesapp: Command, database_url: str) -> None:
    make_older(database_url)
    with schema.alone(database_url) as connection:
        owner = insert_row(
            connection, person, {"name": "A", "email": "a@example.com", "role": "salesperson", "created_at": NOW}
        )
        moments = {"created_at": NOW, "stage_entered_at": NOW, "touched_at": NOW}
        for number in range(12):
            values = {
                "title": "A",
                "process": "a.one",
                "stage": ("first", "last")[number % 2],
                "state": ("open", "won")[number % 3 == 0],
                "currency": ("CNY", "RUB")[number % 4 == 0],
                "amount_minor": None if number == 5 else number * 10**11,
                "owner_id": None if number % 5 == 0 else owner,
                "archived_at": NOW if number == 7 else None,
                "closed_at": NOW + timedelta(days=50 * number, seconds=0.7) if number % 3 == 0 else None,
            }
            insert_row(connection, deal, values | moments)
        stays = [None, 0, 59, 60, 10**10, *LIMITS, *(limit - 1 for limit in LIMITS)]
        rows = [
            {
                "deal_id": 1 + place % 12,
                "process": "a.one",
                "stage": "last",
                "prev_stage": None if secs is None else "first",
                "secs_in_prev": secs,
                "owner_id": None if place % 2 else owner,
                "at": NOW + timedelta(hours=place % 48),
                "noted_at": NOW,
            }
            for place, secs in enumerate(stays)
        ]
        connection.execute(insert(stage_event), rows)
        called = {"kind": "call", "state": "done", "at": NOW, "noted_at": NOW, "owner_id": owner}
        insert_row(connection, activity, called)
    assert salesapp("upgrade").exit_code == 0
    done = salesapp("rebuild", "--check")
    assert done.exit_code == 0, done.output
    assert ": 0 right" not in done.output
    engine = create_engine(database_url, poolclass=NullPool, **engine_options(database_url))
    with engine.connect() as connection:
        assert sum(connection.scalars(select(stage_day.c.n))) == len(stays)
        assert set(connection.scalars(select(stage_day.c.bucket))) >= set(range(len(LIMITS) + 2))
