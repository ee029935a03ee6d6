"""The benchmarks still run: a very small company, one page, a real server."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.first_visit import Visit
from benchmarks.report import Run, as_table

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the CPU time of another process is Linux's to tell")


def test_a_page_of_a_very_small_company_is_measured(database_url: str, tmp_path: Path) -> None:
    asked = ["--customers", "600", "--url", database_url, "--keep", str(tmp_path), "--requests", "3", "--json"]
    done = CliRunner().invoke(main, [*asked, "--pages", "customers", "--pages", "move a deal"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [(each["page"], each["who"]) for each in found["pages"]] == [
        ("customers", "salesperson"),
        ("customers", "manager"),
        ("customers", "admin"),
        ("move a deal", "salesperson"),
    ]
    assert found["customers"] == 600
    assert found["bare_ms"] > 0
    assert found["memory_mb"] > 20
    assert found["start_s"] > 0
    for each in found["pages"]:
        assert each["cpu_ms"] > found["bare_ms"]
        assert each["p50_ms"] <= each["p95_ms"]
        assert 2 < each["statements"] < 40
    lists = found["pages"][:3]
    assert all(each["size"] > each["wire"] > 2000 for each in lists)
    assert json.loads((tmp_path / "seeded.json").read_text())["customers"] == 600


def test_what_misses_its_goal_is_marked() -> None:
    run = Run(10, "sqlite", "3", "gthread", 0.3, 2.5, 100.0, {"sign-in page": Visit(6, 60 * 1024 + 1, {})}, [])
    lines = as_table(run).splitlines()
    assert lines[-3].endswith("no")
    assert not lines[-2].endswith("no")
    assert lines[-1].endswith("no")
