"""`salesapp plugins list`, `enable` and `disable`, as an operator types them."""

import json
from pathlib import Path

import pytest

from salesapp.domain.permissions import SYSTEM
from salesapp.services.work import work
from salesapp.store import plugin_states
from salesapp.testing import NOW
from tests.cli.conftest import Command
from tests.plugging.rental import FIRST, SECOND, write_rental


@pytest.fixture
def rental(tmp_path: Path) -> Path:
    """In the installation's own folder."""
    return write_rental(tmp_path / "plugins")


def told(salesapp: Command, name: str = "rental", **environ: str) -> dict[str, object]:
    done = salesapp("plugins", "list", "--json", **environ)
    assert done.exit_code == 0, done.output
    found: list[dict[str, object]] = json.loads(done.output)
    return next(each for each in found if each["name"] == name)


def test_switching_off_and_on_again(salesapp: Command, rental: Path) -> None:
    assert salesapp("upgrade").exit_code == 0
    assert told(salesapp)["state"] == "on"
    assert "rental is off." in salesapp("plugins", "disable", "rental").output
    assert "rental was off already." in salesapp("plugins", "disable", "rental").output
    assert told(salesapp)["state"] == "off"
    assert "switched off" in salesapp("plugins", "list").output
    assert "rental is on." in salesapp("plugins", "enable", "rental").output
    assert told(salesapp)["brings"] == {
        "IndustryPack": 1,
        "Process": 1,
        "Fields": 7,
        "ResultForm": 1,
        "SettingsForm": 1,
    }


def test_a_name_nobody_has_is_said(salesapp: Command) -> None:
    for verb in ("enable", "disable"):
        done = salesapp("plugins", verb, "nobody")
        assert done.exit_code == 2
        assert "There is no plugin nobody here." in done.output
    done = salesapp("plugins", "enable", "general", "--hook", "salesapp_event")
    assert done.exit_code == 2
    assert "is not off" in done.output


def test_upgrade_remembers_what_a_plugin_brought(salesapp: Command, rental: Path) -> None:
    salesapp("upgrade")
    write_rental(rental.parent, SECOND)
    assert salesapp("upgrade").exit_code == 0
    rental.unlink()
    assert salesapp("upgrade").exit_code == 0
    gone = told(salesapp)
    assert gone["state"] == "gone"
    assert "not here any more" in salesapp("plugins", "list").output
    assert "salesapp plugins list" in salesapp("plugins", "disable", "rental").output
    assert told(salesapp, SALESAPP_SAFE_MODE="1")["state"] == "safe"
    write_rental(rental.parent, FIRST)
    assert told(salesapp)["state"] == "on"


def test_one_that_cannot_start_says_why_even_when_it_is_switched_on(salesapp: Command, rental: Path) -> None:
    rental.write_text("import no_such_library\n", encoding="utf-8")
    assert "no_such_library" in str(told(salesapp)["reason"])
    assert "rental is off." in salesapp("plugins", "disable", "rental").output
    done = salesapp("plugins", "enable", "rental")
    assert "But it cannot run:" in done.output
    assert "no_such_library" in done.output


def test_a_hook_that_is_off_is_named_and_turned_on(salesapp: Command, rental: Path, app: object) -> None:
    with work(SYSTEM, NOW) as w:
        plugin_states.hook_failed(w.session, "rental", "salesapp_check_deal_move", "ValueError", NOW, times=5)
    assert "salesapp_check_deal_move is off: it failed too often (ValueError)." in salesapp("plugins", "list").output
    done = salesapp("plugins", "enable", "rental", "--hook", "salesapp_check_deal_move")
    assert "is asked again" in done.output
    assert "is off" not in salesapp("plugins", "list").output
