"""What happens beside the pages: reminders, the demo, and what an operator types."""

import shutil
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from click.testing import CliRunner

from salesapp.cli import main
from salesapp.plugin_api import SYSTEM, DemoData, ImportMap, work
from salesapp.testing import NOW, Cast, Kit

pytest_plugins = ["salesapp.testing"]
HERE = Path(__file__).parents[1]


def test_who_expects_somebody_is_told_the_day_before_once(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    booked(day=NOW.date() + timedelta(days=2))
    told = [_told(kit, client_of(cast.owner), days) for days in (0, 1, 2)]
    assert told == [0, 1, 1]


def _told(kit: Kit, owner: Any, days: int) -> int:
    kit.run_jobs(until=NOW + timedelta(days=days))
    return int(owner.get("/notices").text.count("A trial lesson is tomorrow"))


def test_the_demo_has_an_evening(kit: Kit, trials: Any) -> None:
    kit.a_deal("general.six")
    (demo,) = kit.app.extensions["salesapp_plugins"].catalog.of(DemoData).values()
    with work(SYSTEM, kit.clock.now, plugin="dance_school") as w:
        demo.fill(w, Random(7), kit.clock.now)
    assert len(trials()) == 6


def test_its_list_of_students_is_recognised(kit: Kit) -> None:
    known = kit.app.extensions["salesapp_plugins"].catalog.of(ImportMap)["dance_school.student_list"]
    assert known.told_by == ("Student", "Mobile", "Level")


def test_what_an_operator_types(tmp_path: Path, database_url: str) -> None:
    shutil.copytree(HERE, tmp_path / "plugins" / "dance_school", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    env = {"SALESAPP_INSTANCE": str(tmp_path), "SALESAPP_DATABASE_URL": database_url, "LANG": "C.UTF-8"}
    run = CliRunner(env=env)
    assert run.invoke(main, ["upgrade"]).exit_code == 0
    made = run.invoke(main, ["dance_school", "room", "Big hall", "--places", "4"])
    assert (made.exit_code, made.output) == (0, "Big hall: 4 places.\n")
    assert "There is a room Big hall already." in run.invoke(main, ["dance_school", "room", "Big hall"]).output
    assert "No problem in 1 plugin." in run.invoke(main, ["plugins", "check", "dance_school"]).output
    run.invoke(main, ["plugins", "disable", "dance_school"])
    assert run.invoke(main, ["dance_school", "room", "Attic"]).exit_code != 0
    gone = run.invoke(main, ["plugins", "purge", "dance_school", "--yes"])
    assert gone.exit_code == 0, gone.output
