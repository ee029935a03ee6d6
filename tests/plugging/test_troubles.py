"""What goes wrong is counted in the database, five in a row switch a hook off, and slow calls are told of."""

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.permissions import SYSTEM
from salesapp.plugging import asking
from salesapp.plugging.hooks import Hooks
from salesapp.plugging.troubles import MOST, Troubles
from salesapp.services import customers, plugin_states
from salesapp.services.customers import NewCustomer
from salesapp.services.work import work
from salesapp.store import plugin_states as rows
from salesapp.store.engine import changing_nothing
from salesapp.testing import NOW, Cast
from tests.plugging.hook_kit import Plugged, hooks_of, plugged, seen
from tests.plugging.test_checks import did

__all__ = ["plugged"]

CHECK = """
@hookimpl
def salesapp_check_customer_save(changes):
    SEEN.append(changes["name"])
    if changes["name"] == "bad":
        raise RuntimeError("13800138000")
"""
HOOK = "salesapp_check_customer_save"


@pytest.fixture
def add(plugged: Plugged, request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Adds a customer of this name where a plugin looks at it."""
    plugged(contained=True, bakery=CHECK)
    cast: Cast = request.getfixturevalue("cast")
    return lambda name: did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name=name)))


def told() -> list[tuple[int, int, int, str]]:
    """How often it failed, how often in a row, how often it was slow, with which error at last."""
    found = did(SYSTEM, lambda w: rows.troubles(w.session))
    return [(row.failures, row.in_a_row, row.slow, row.error) for row in found]


def hooks_off() -> Any:
    return did(SYSTEM, lambda w: rows.hooks_off(w.session))


def test_while_all_is_well_nothing_is_written(add: Callable[[str], Any], statements: list[str]) -> None:
    add("good")
    add("good")
    assert told() == []
    assert not [each for each in statements if "plugin_trouble" in each and "INSERT" in each]


def test_failures_are_counted_until_it_works_again(add: Callable[[str], Any]) -> None:
    for name in ("bad", "bad", "bad", "bad"):
        add(name)
    assert told() == [(4, 4, 0, "RuntimeError")]
    add("good")
    assert told() == [(4, 0, 0, "RuntimeError")]
    add("bad")
    assert told() == [(5, 1, 0, "RuntimeError")]
    assert hooks_off() == frozenset()


def test_after_five_in_a_row_nobody_asks_it_until_it_is_turned_on(
    add: Callable[[str], Any], caplog: pytest.LogCaptureFixture, app: Flask
) -> None:
    for _ in range(7):
        add("bad")
    assert len(seen("bakery")) == 5
    assert hooks_off() == {("bakery", HOOK)}
    assert f"plugin bakery: {HOOK} failed five times in a row and is off" in caplog.text
    did(SYSTEM, lambda w: plugin_states.turn_hook_on(w, "bakery", HOOK))
    add("bad")
    assert seen("bakery") == ["bad"]
    assert hooks_off() == frozenset()
    assert told() == [(6, 1, 0, "RuntimeError")]


def test_processes_count_together(add: Callable[[str], Any], app: Flask) -> None:
    """Each process has its own memory; the row in the database counts for all of them."""
    for _ in range(5):
        found = hooks_of(app)
        app.extensions["salesapp_hooks"] = Hooks(found.plugins)
        add("bad")
    assert hooks_off() == {("bakery", HOOK)}


def test_what_was_refused_and_rolled_back_is_counted_all_the_same(
    plugged: Plugged, request: pytest.FixtureRequest
) -> None:
    plugged(contained=True, more=", critical=True", bakery=CHECK)
    cast: Cast = request.getfixturevalue("cast")
    for _ in range(2):
        with pytest.raises(Exception, match="failed, so nothing was saved"):
            did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name="bad")))
    assert told() == [(2, 2, 0, "RuntimeError")]


def test_a_call_that_keeps_people_waiting_is_counted(
    add: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter(float(n) for n in range(1000))
    monkeypatch.setattr(asking, "perf_counter", lambda: next(moments) * 0.3)
    add("good")
    assert told() == [(0, 0, 1, "")]
    monkeypatch.setattr(asking, "perf_counter", lambda: next(moments) * 0.2)
    add("good")
    assert told() == [(0, 0, 1, "")]


def test_tracing_prints_each_call(
    add: Callable[[str], Any], app: Flask, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    hooks_of(app).trace = True
    with caplog.at_level(logging.CRITICAL):
        add("good")
        add("bad")
    lines = [re.sub(r"\d+\.\d+", "N", each) for each in capsys.readouterr().err.splitlines()]
    assert lines == [
        "salesapp_check_customer_save of bakery: [] in N ms",
        "salesapp_check_customer_save of bakery: RuntimeError in N ms",
    ]


def test_what_nobody_writes_down_does_not_fill_the_memory() -> None:
    kept = Troubles()
    for n in range(MOST + 5):
        kept.slow("bakery", "panel", n)
    taken = kept.take()
    assert (len(taken), taken[-1].ms, kept.take()) == (MOST, MOST + 4, [])


def test_a_function_of_a_record_is_contained_like_a_hook(plugged: Plugged) -> None:
    app = plugged(contained=True, bakery=CHECK)
    hooks = hooks_of(app)
    assert hooks.contain("bakery", "panel.orders", lambda: 7).value == 7
    failed = hooks.contain("bakery", "panel.orders", lambda: 1 // 0)
    assert (failed.value, type(failed.error)) == (None, ZeroDivisionError)
    assert hooks.failures("bakery") == 1
    with pytest.raises(KeyboardInterrupt):
        hooks.contain("bakery", "panel.orders", lambda: (_ for _ in ()).throw(KeyboardInterrupt))


def test_the_setting_that_traces(tmp_path: Any) -> None:
    from salesapp.config import read_settings

    assert read_settings({"SALESAPP_TRACE_PLUGINS": "1", "SALESAPP_INSTANCE": str(tmp_path)}).trace_plugins


def test_what_worked_since_this_process_began_is_not_in_a_row_with_what_failed_before(
    add: Callable[[str], Any], app: Flask
) -> None:
    for _ in range(4):
        add("bad")
    app.extensions["salesapp_hooks"] = Hooks(hooks_of(app).plugins)
    add("good")
    add("bad")
    assert told() == [(5, 1, 0, "RuntimeError")]
    assert hooks_off() == frozenset()


def test_what_could_not_be_written_down_is_written_the_next_time(
    add: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rows, "hook_failed", lambda *_: 1 // 0)
        add("bad")
    assert "could not be counted" in caplog.text
    assert told() == []  # it is written after this
    assert told() == [(1, 1, 0, "RuntimeError")]


def test_a_page_that_is_looked_at_leaves_them_to_the_next_work(
    add: Callable[[str], Any], app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    hooks_of(app).troubles.failed("bakery", "panel", ValueError())
    with changing_nothing(), work(SYSTEM, NOW):
        pass
    assert "could not be counted" not in caplog.text
    assert told() == []
    assert told() == [(1, 1, 0, "ValueError")]
