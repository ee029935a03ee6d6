"""Calling plugins: one that fails is noted and counted, and a critical one refuses instead."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesapp.domain.permissions import SYSTEM
from salesapp.domain.views import DealView
from salesapp.plugging.asking import PluginError
from salesapp.plugging.hooks import Checked, Hooks
from salesapp.plugging.loader import load_plugins
from tests.plugging.plugin_files import load, reasons, write

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DEAL = DealView(
    id=1,
    version=1,
    customer_id=None,
    customer_name=None,
    title="Two delivery vans",
    process="general.six",
    stage="needs",
    state="open",
    owner_id=7,
    owner_name="Owner",
    team_id=None,
    amount_minor=None,
    currency="CNY",
    expected_close=None,
    stage_entered_at=NOW,
    created_at=NOW,
    touched_at=NOW,
    closed_at=None,
    lost_reason=None,
    done_steps=frozenset(),
    custom={},
    archived_at=None,
)
OBJECTS = """
@hookimpl
def salesapp_check_deal_move(deal, to, now):
    return [problem("amount", N_("No price for %(to)s at %(hour)s."), to=to, hour=now.hour)]
"""
FAILS = """
@hookimpl
def salesapp_check_deal_move(deal):
    if deal.title != "fine":
        {what}
"""


def hooks(directory: Path, *, raise_errors: bool = False) -> Hooks:
    plugins = load(directory)
    assert reasons(plugins) == {}
    return Hooks(plugins, raise_errors=raise_errors)


def moved(hooks: Hooks, deal: DealView = DEAL) -> Checked:
    """What is said to the move of a deal."""
    given = {"deal": deal, "to": "solution", "actor": SYSTEM, "now": NOW}
    return hooks.check("salesapp_check_deal_move", given)


def test_without_plugins_nothing_is_said(tmp_path: Path) -> None:
    assert moved(hooks(tmp_path)) == Checked()


def test_every_plugin_is_heard_and_named(tmp_path: Path) -> None:
    write(tmp_path, "second", OBJECTS)
    write(tmp_path, "first", OBJECTS)
    write(tmp_path, "silent", "@hookimpl\ndef salesapp_check_deal_move(to): return None")
    checked = moved(hooks(tmp_path))
    assert [(each.said_by, each.place, str(each.message)) for each in checked.problems] == [
        ("first", "amount", "No price for solution at 9."),
        ("second", "amount", "No price for solution at 9."),
    ]
    assert checked.notes == ()


def test_plugins_are_heard_in_the_order_of_loading_unless_they_ask_for_another(tmp_path: Path) -> None:
    write(tmp_path, "a_last", OBJECTS.replace("@hookimpl", "@hookimpl(trylast=True)"))
    write(tmp_path, "m_one", OBJECTS)
    write(tmp_path, "n_two", OBJECTS)
    write(tmp_path, "z_first", OBJECTS.replace("@hookimpl", "@hookimpl(tryfirst=True)"))
    checked = moved(hooks(tmp_path))
    assert [each.said_by for each in checked.problems] == ["z_first", "m_one", "n_two", "a_last"]


FAILURES = [
    "raise RuntimeError('broken')",
    "raise SystemExit(1)",
    "return 'no'",
    "return 7",
    "return [None]",
    "return [Problem(None, Msg('No'))]",
    "return [Problem('', Msg('No %(price)s', {'cost': 1}))]",
    "return [Problem('', Msg('No %(price)d', {'price': 'much'}))]",
    "return [Problem('', Msg('No %d', 5))]",
    "return [Problem('', Msg('No', ('x',)))]",
    "return [Problem('', Msg(5))]",
    "return [Problem('', 'No')]",
    "return [Problem('', Msg('No: %(why)s', {'why': Msg('%(x)s', {'y': 1})}))]",
    "return [Problem('', Msg('No: %(why)s', {'why': Msg(5)}))]",
]


@pytest.mark.parametrize("what", FAILURES)
def test_a_failing_check_lets_the_move_pass_with_a_note(
    tmp_path: Path, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "broken", FAILS.format(what=what))
    write(tmp_path, "objects", OBJECTS)
    with caplog.at_level(logging.ERROR):
        checked = moved(hooks(tmp_path))
    assert [each.said_by for each in checked.problems] == ["objects"]
    assert [str(note) for note in checked.notes] == [
        "The plugin “broken” could not check this move; it was made without."
    ]
    assert "plugin broken: salesapp_check_deal_move failed" in caplog.text


def test_problems_that_a_check_raises_are_its_answer(tmp_path: Path) -> None:
    write(tmp_path, "strict", FAILS.format(what="raise Refused([Problem('amount', Msg('No price.'))])"))
    checked = moved(hooks(tmp_path))
    said = [(each.said_by, each.place, str(each.message)) for each in checked.problems]
    assert (said, checked.notes) == ([("strict", "amount", "No price.")], ())


@pytest.mark.parametrize("what", FAILURES[:3])
def test_a_failing_check_of_a_critical_plugin_refuses(tmp_path: Path, what: str) -> None:
    write(tmp_path, "broken", FAILS.format(what=what), more=", critical=True")
    checked = moved(hooks(tmp_path))
    assert [(each.said_by, str(each.message)) for each in checked.problems] == [
        ("broken", "The check of the plugin “broken” failed, so the deal stays. Please tell an administrator.")
    ]
    assert checked.notes == ()


@pytest.mark.parametrize("what", FAILURES)
def test_in_tests_and_debug_the_author_sees_it(tmp_path: Path, what: str) -> None:
    write(tmp_path, "broken", FAILS.format(what=what))
    with pytest.raises(PluginError, match="salesapp_check_deal_move of the plugin broken failed"):
        moved(hooks(tmp_path, raise_errors=True))


def test_what_a_message_says_is_kept_as_what_we_can_put_into_words(tmp_path: Path) -> None:
    strange = (
        "class Once:\n    told = 0\n    def __str__(self):\n        self.told += 1\n"
        '        return "once" if self.told == 1 else 1 / 0\n'
        "@hookimpl\ndef salesapp_check_deal_move():\n"
        '    return [problem("", "%(share).1f %(n)d %(what)s", share=12.5, n=3, what=Once())]\n'
    )
    write(tmp_path, "strange", strange)
    checked = moved(hooks(tmp_path, raise_errors=True))
    assert [str(each.message) for each in checked.problems] * 2 == ["12.5 3 once"] * 2


FAR_ASIDE = {
    "its records": ("@hookimpl\ndef salesapp_records():\n    raise RuntimeError", True),
    "its import": ("raise RuntimeError", True),
    "its manifest": ("del MANIFEST", None),
    "its grammar": ("def broken(:", None),
}


@pytest.mark.parametrize("what", FAR_ASIDE)
@pytest.mark.parametrize("critical", [True, False])
def test_a_critical_plugin_that_does_not_even_load_keeps_deals_where_they_are(
    tmp_path: Path, what: str, critical: bool
) -> None:
    body, readable = FAR_ASIDE[what]
    write(tmp_path, "broken", body + OBJECTS, more=f", critical={critical}")
    write(tmp_path, "harmless", body, more=f", critical={critical}")  # it would not have been asked
    write(tmp_path, "objects", OBJECTS)
    checked = moved(Hooks(load(tmp_path)))
    stays = "The check of the plugin “broken” failed, so the deal stays. Please tell an administrator."
    unchecked = "The plugin “{}” could not check this move; it was made without."
    assert [str(each.message) for each in checked.problems if each.said_by == "broken"] == (
        [stays] if readable and critical else []
    )
    assert [str(note) for note in checked.notes] == (
        [] if readable else [unchecked.format(each) for each in ("broken", "harmless")]
    )
    assert not {each.said_by for each in checked.problems} & {"harmless"}
    assert "objects" in {each.said_by for each in checked.problems}


def test_a_plugin_that_should_be_there_and_is_not_is_noted_with_every_move(tmp_path: Path) -> None:
    write(tmp_path, "Bad-Name", "raise SystemExit")  # could never run, so nobody waits for it
    asked = Hooks(load_plugins([tmp_path], only=["gone", "Bad-Name"]))
    assert [str(note) for note in moved(asked).notes] == [
        "The plugin “gone” could not check this move; it was made without."
    ]


def test_failures_in_a_row_are_counted_until_one_succeeds(tmp_path: Path) -> None:
    write(tmp_path, "broken", FAILS.format(what="raise RuntimeError"))
    asked = hooks(tmp_path)
    counts = []
    for title in ("bad", "bad", "bad", "fine", "bad"):
        moved(asked, replace(DEAL, title=title))
        counts.append(asked.failures("broken"))
    assert counts == [1, 2, 3, 0, 1]


def test_the_person_at_the_console_can_still_interrupt(tmp_path: Path) -> None:
    write(tmp_path, "slow", FAILS.format(what="raise KeyboardInterrupt"))
    with pytest.raises(KeyboardInterrupt):
        moved(hooks(tmp_path))
