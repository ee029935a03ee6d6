"""Jobs of plugins: by the clock or asked for, in one transaction, waiting while their plugin is off."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.kinds import KINDS
from salesapp.jobs.plugin_kinds import ALL
from salesapp.jobs.worker import Worker
from salesapp.plugging import own_jobs
from salesapp.services import plugin_states
from salesapp.services.housekeeping import DONE_JOBS
from salesapp.services.plugin_work import work as plugin_work
from salesapp.services.work import work
from salesapp.store import plugin_states as plugin_states_rows
from salesapp.store.engine import reading
from salesapp.store.tables import job
from salesapp.testing import NOW, Browser, Cast, Clock
from tests.plugging.plugin_files import load, reasons, write
from tests.plugging.table_files import TABLES, write_dance

RECORDS = """
from datetime import timedelta
from sqlalchemy import func, select

def sweep(w, args):
    w.session.execute(ROOM.insert().values(name=f"swept {args.get('by', 'itself')} {w.now:%H:%M} {w.actor.id}"))
    if args.get("then"):
        {what}

@hookimpl
def salesapp_records():
    return [OwnTables(metadata), PluginJob("sweep", words("Hourly broom"), sweep, Every(timedelta(hours=1))),
            PluginJob("once", words("Only when asked"), sweep)]
"""
FAILING = RECORDS.replace("{what}", "raise RuntimeError('秘密')")


@pytest.fixture(autouse=True)
def dance(tmp_path: Path) -> Path:
    """The plugin, which sweeps a room every hour."""
    return write_dance(tmp_path / "plugins", tables=TABLES, records=FAILING)


def run_due(clock: Clock) -> int:
    return Worker(ALL, clock).run_due()


def swept() -> list[str]:
    with reading() as x:
        return list(x.execute(text("SELECT name FROM dance_room ORDER BY id")).scalars())


def jobs(name: str) -> list[tuple[Any, ...]]:
    with reading() as x:
        query = select(job.c.state, job.c.attempts, job.c.error).where(job.c.name == name).order_by(job.c.id)
        return [tuple(row) for row in x.execute(query)]


def switch(off: bool) -> None:
    with work(SYSTEM, NOW) as w:
        plugin_states.switch(w, "dance", off)


def ask(**args: Any) -> None:
    with plugin_work(SYSTEM, NOW, plugin="dance") as w:
        w.enqueue("once", args)


def test_it_comes_back_by_the_clock_and_runs_as_the_installation(app: Flask, clock: Clock) -> None:
    run_due(clock)
    assert swept() == ["swept itself 02:00 None"]
    run_due(clock)
    assert len(swept()) == 1
    clock.advance(hours=1)
    run_due(clock)
    assert swept()[1:] == ["swept itself 03:00 None"]


def test_what_was_asked_for_runs_once(app: Flask, clock: Clock) -> None:
    ask(by="hand")
    run_due(clock)
    run_due(clock)
    assert [each for each in swept() if "hand" in each] == ["swept hand 02:00 None"]
    assert jobs("dance.once") == [("done", 1, "")]


def test_while_its_plugin_is_off_it_waits_and_nothing_new_comes(app: Flask, clock: Clock) -> None:
    ask(by="hand")
    switch(off=True)
    run_due(clock)
    clock.advance(hours=5)
    run_due(clock)
    assert swept() == []
    assert jobs("dance.once") == [("waiting", 0, "")]
    assert jobs("dance.sweep") == []
    switch(off=False)
    run_due(clock)
    assert sorted(swept()) == ["swept hand 07:00 None", "swept itself 07:00 None"]


def test_what_it_raises_is_rolled_back_tried_again_and_given_up_in_the_end(
    app: Flask, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    ask(then="raise")
    for _ in range(12):
        run_due(clock)
        clock.advance(days=1)
    assert not any("by" in each for each in swept())
    ((state, tries, error),) = jobs("dance.once")
    assert (state, tries) == ("parked", 8)
    assert error.startswith("RuntimeError (dance/__init__.py:")
    assert "秘密" not in error


@pytest.mark.parametrize("what", ["raise SystemExit(3)", "class Odd(BaseException): ...\n        raise Odd"])
def test_whatever_it_raises_the_worker_goes_on(
    tmp_path: Path, dance: Path, request: pytest.FixtureRequest, what: str
) -> None:
    write_dance(tmp_path / "plugins", tables=TABLES, records=RECORDS.replace("{what}", what))
    request.getfixturevalue("app")
    clock: Clock = request.getfixturevalue("clock")
    ask(then="odd")
    run_due(clock)
    assert [row[:2] for row in jobs("dance.once")] == [("waiting", 1)]
    assert swept() == ["swept itself 02:00 None"]


def test_a_worker_without_plugins_leaves_them_alone(app: Flask, clock: Clock) -> None:
    ask(by="hand")
    Worker(KINDS, clock).run_due()
    assert jobs("dance.once") == [("waiting", 0, "")]


def test_the_page_calls_them_by_their_labels(app: Flask, client_of: Callable[..., Browser], cast: Cast) -> None:
    ask(by="hand")
    page = client_of(cast.admin).get("/settings/jobs").text
    assert "Only when asked" in page
    assert "Hourly broom" in page
    assert "Waits until the plugin" not in page
    switch(off=True)
    page = client_of(cast.admin).get("/settings/jobs").text
    assert "Only when asked" in page
    assert "Hourly broom" not in page
    assert "Waits until the plugin it belongs to runs again." in page


BAD = {
    "a bad key": ("PluginJob('Sweep', words('S'), f)", "PluginJob: the key must be small letters"),
    "a key of the house's": ("PluginJob('salesapp_event', words('S'), f)", "keys that begin with salesapp_ are the"),
    "no label": ("PluginJob('a', 'S', f)", "PluginJob 'a': label must be a Text("),
    "no function": ("PluginJob('a', words('S'), 7)", "PluginJob 'a': run(w, args) must be an ordinary function"),
    "other arguments": ("PluginJob('a', words('S'), lambda w: 1)", "PluginJob 'a': run must take 2 arguments"),
    "a number": ("PluginJob('a', words('S'), f, 5)", "PluginJob 'a': every must be an Every(timedelta(…)), not 5"),
    "too rare": (
        "PluginJob('a', words('S'), f, Every(__import__('datetime').timedelta(days=8)))",
        "PluginJob 'a': every must be 7 days at most",
    ),
    "twice": ("PluginJob('a', words('S'), f), PluginJob('a', words('S'), f)", "two records of the kind PluginJob"),
}


@pytest.mark.parametrize(("record", "reason"), BAD.values(), ids=BAD)
def test_a_job_that_cannot_be_sets_its_plugin_aside(tmp_path: Path, record: str, reason: str) -> None:
    write(tmp_path / "bad", "wash", f"def f(w, args): ...\n@hookimpl\ndef salesapp_records():\n    return [{record}]")
    assert reason in reasons(load(tmp_path / "bad"))["wash"]


def test_no_plugin_with_jobs_is_called_like_the_houses(tmp_path: Path) -> None:
    job_of = "def f(w, args): ...\n@hookimpl\ndef salesapp_records():\n    return [PluginJob('seal', words('S'), f)]"
    write(tmp_path / "bad", "events", job_of)
    assert "the house's own jobs are called events." in reasons(load(tmp_path / "bad"))["events"]
    assert {name.partition(".")[0] for name in KINDS} <= own_jobs.HOUSE
    assert own_jobs.LONGEST == DONE_JOBS / 2 == timedelta(days=7)


@pytest.mark.parametrize("contained", [True, False])
def test_what_fails_is_counted_but_never_off(app: Flask, clock: Clock, contained: bool) -> None:
    app.extensions["salesapp_hooks"].raise_errors = not contained
    ask(then="raise")
    for _ in range(12):
        run_due(clock)
        clock.advance(days=1)
    assert [row[:2] for row in jobs("dance.once")] == [("parked", 8)]
    with reading() as x:
        assert [tuple(row)[:3] for row in plugin_states_rows.troubles(x)] == [("dance", "PluginJob once", 8)]
        assert plugin_states_rows.hooks_off(x) == frozenset()


def test_tracing_prints_each_run(app: Flask, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    app.extensions["salesapp_hooks"].trace = True
    run_due(clock)
    assert "PluginJob sweep of dance: None in " in capsys.readouterr().err
