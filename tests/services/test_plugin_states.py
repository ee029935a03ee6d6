"""Plugins switched on and off, set and remembered: at once in every process, and nothing of theirs is lost."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.errors import NotAllowed, NotFound, Refused, Stale
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.places import PLUGINS
from salesapp.plugging import running
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.house import House
from salesapp.plugging.remembered import remember
from salesapp.services import deals, plugin_states, process_settings
from salesapp.services.deal_moves import lose_deal, move_deal, win_deal
from salesapp.services.plugin_lines import line_of, lines
from salesapp.services.work import work
from salesapp.store import deals as deal_rows
from salesapp.store import plugin_states as rows
from salesapp.store import settings
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast
from tests.plugging.plugin_files import load, write
from tests.plugging.rental import PROCESS, SECOND, become, write_rental
from tests.services.deal_files import a_customer, a_deal

HOOK = "salesapp_check_deal_move"


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    return [write_rental(tmp_path / "plugins")]


@pytest.fixture(autouse=True)
def upgraded(app: Flask) -> None:
    """As `salesapp upgrade` leaves it."""
    with work(SYSTEM, NOW) as w:
        remember(w.session, app.extensions["salesapp_plugins"])


def catalog() -> Catalog:
    with reading() as x:
        return running.house().read(x, settings.config_version(x))


def switch(cast: Cast, off: bool, plugin: str = "rental") -> bool:
    with work(cast.admin, NOW) as w:
        return plugin_states.switch(w, plugin, off)


def label(text: Text | None) -> str:
    assert text is not None
    return text.en


# --- on and off ---


def test_what_is_off_rests_and_what_is_on_goes_on(app: Flask, cast: Cast) -> None:
    before = catalog()
    assert before.on >= {"rental", "general"}
    assert before.process(PROCESS)
    assert switch(cast, True)
    assert not switch(cast, True)  # twice is once
    off = catalog()
    assert "rental" not in off.on
    assert "general" in off.on
    assert off.away == {"rental": "off"}
    assert label(off.labels["rental"]) == "Car rental"
    assert (off.process(PROCESS), off.packs.get("rental")) == (None, None)
    assert not any(key.startswith("rental.") for kind in ("customer", "deal") for key in off.fields_of(kind))
    assert "rental.handover" not in off.result_forms
    shown = off.shown_process(PROCESS)
    assert shown is not None
    assert [stage.key for stage in shown.stages] == ["asked", "offered", "handed"]
    assert sorted(off.resting_fields("customer")) == [
        f"rental.{key}" for key in ("class", "counted", "credit", "licence")
    ]
    assert switch(cast, False)
    again = catalog()
    assert again.process(PROCESS) == before.process(PROCESS)
    assert (again.away, again.resting) == ({}, None)


def test_every_process_of_the_system_knows_with_its_next_request(app: Flask, cast: Cast) -> None:
    elsewhere = House(app.extensions["salesapp_plugins"])

    def there() -> bool:
        with reading() as x:
            return elsewhere.read(x, settings.config_version(x)).process(PROCESS) is not None

    assert there()
    switch(cast, True)
    assert not there()
    switch(cast, False)
    assert there()


def test_one_that_waits_is_off_until_somebody_switches_it_on(app: Flask, tmp_path: Path) -> None:
    waiting = load(write(tmp_path / "waiting", "garage", more=", on=False").parent)
    house = House(waiting)

    def stands() -> tuple[bool, Mapping[str, str]]:
        with reading() as x:
            found = house.read(x, settings.config_version(x))
        return "garage" in found.on, {name: away for name, away in found.away.items() if name == "garage"}

    assert stands() == (False, {"garage": "off"})
    with work(SYSTEM, NOW) as w:
        remember(w.session, waiting)
    assert stands() == (False, {"garage": "off"})
    with work(SYSTEM, NOW) as w:
        assert rows.set_off(w.session, "garage", False, None, NOW)
    assert stands() == (True, {})
    with work(SYSTEM, NOW) as w:
        remember(w.session, waiting)  # the next upgrade
    assert stands() == (True, {})


def test_a_switch_that_is_rolled_back_never_was(app: Flask, cast: Cast) -> None:
    with pytest.raises(RuntimeError), work(cast.admin, NOW) as w:
        plugin_states.switch(w, "rental", True)
        assert w.catalog.process(PROCESS) is None
        raise RuntimeError
    assert catalog().process(PROCESS)


def test_who_may_switch(app: Flask, cast: Cast) -> None:
    for who in (cast.manager, cast.owner, cast.reader):
        with pytest.raises(NotAllowed), work(who, NOW) as w:
            plugin_states.switch(w, "rental", True)
        with pytest.raises(NotAllowed), work(who, NOW) as w:
            plugin_states.change_settings(w, "rental", {"deposit": 1}, {})
        with pytest.raises(NotAllowed), work(who, NOW) as w:
            plugin_states.turn_hook_on(w, "rental", HOOK)
    with pytest.raises(NotFound):
        switch(cast, True, "nobody")


def test_its_deals_stay_where_they_are_and_go_on_afterwards(app: Flask, cast: Cast) -> None:
    customer = a_customer(cast.owner)
    deal = a_deal(app, cast.owner, customer, process=PROCESS, title="A van")
    with work(cast.owner, NOW) as w:
        deals.change_deal(w, deal, {"field.days": 3}, {})
    switch(cast, True)
    with reading() as x:
        assert rows.deals_of(x, "rental") == {"open": 1}
        before = deal_rows.read(x, deal)
    for to in ("offered", ":won"):
        with pytest.raises(Refused) as refused, work(cast.owner, NOW) as w:
            if to == ":won":
                win_deal(w, deal, before.version)
            else:
                move_deal(w, deal, to, before.version)
        assert [str(each.message) for each in refused.value.problems] == [
            "“Car rental” does not run with this process now, so the deal stays in its stage."
        ]
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        deals.change_deal(w, deal, {"field.days": 5}, {})
    with pytest.raises(Refused), work(cast.owner, NOW) as w:
        deals.open_deal(w, deals.NewDeal(customer_id=customer, process=PROCESS))
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        process_settings.switch(w, PROCESS, "stage.handed.off", True)
    with work(cast.owner, NOW) as w:  # what every deal has is still changed
        deals.change_deal(w, deal, {"title": "A large van"}, {})
    with reading() as x:
        off = deal_rows.read(x, deal)
    assert (off.stage, off.custom["rental"], off.title) == ("asked", {"days": 3}, "A large van")
    switch(cast, False)
    with work(cast.owner, NOW) as w:
        move_deal(w, deal, "offered", off.version)


def test_a_deal_at_rest_can_be_given_up(app: Flask, cast: Cast) -> None:
    deal = a_deal(app, cast.owner, process=PROCESS)
    switch(cast, True)
    with work(cast.owner, NOW) as w:
        lose_deal(w, deal, "rain", "", deal_rows.version(w.session, deal))


# --- versions that come and go ---


def test_a_stage_a_new_version_does_not_have_is_left_and_named(app: Flask, cast: Cast, tmp_path: Path) -> None:
    deal = a_deal(app, cast.owner, process=PROCESS)
    with work(cast.owner, NOW) as w:
        deals.change_deal(w, deal, {"field.days": 3, "amount_minor": 100}, {})
    with work(cast.owner, NOW) as w:
        move_deal(w, deal, "handed", deal_rows.version(w.session, deal))
    with work(cast.admin, NOW) as w:
        process_settings.rename(w, PROCESS, "stage.handed.label", {"en": "On the road"})
        process_settings.rename(w, PROCESS, "stage.asked.label", {"en": "They called"})
    become(app, PLUGINS / "general", write_rental(tmp_path / "new", SECOND))
    process = catalog().process(PROCESS)
    assert process is not None
    assert process.stage("handed") is None
    assert label(process.gone_label("stage", "handed")) == "On the road"  # as the owner called it
    assert label(process.gone_label("reason", "rain")) == "It rained"
    assert label(process.stages[0].label) == "They called"  # what the owner changed stays, whatever the plugin says now
    assert process.stages[0].probability == 20
    with reading() as x:
        changes = {each.path: each for each in process_settings.differences(x, PROCESS)}
    assert changes["stage.handed.label"].waiting
    assert changes["stage.asked.label"].brought["en"] == "Rental wanted"
    assert changes["stage.asked.label"].then["en"] == "Rental asked"
    with work(cast.owner, NOW) as w:
        move_deal(w, deal, "driven", deal_rows.version(w.session, deal))
    with reading() as x:
        assert deal_rows.read(x, deal).stage == "driven"


def test_one_whose_folder_is_gone_is_shown_as_it_was_last_known(app: Flask, cast: Cast) -> None:
    switch(cast, True)
    switch(cast, False)
    become(app, PLUGINS / "general")
    gone = catalog()
    assert gone.away == {"rental": "gone"}
    shown = gone.shown_process(PROCESS)
    assert shown is not None
    assert label(shown.label) == "Rent a car"
    assert gone.resting_fields("customer")["rental.credit"].readers == ("manager",)
    with reading() as x:
        line = line_of(x, gone, "rental")
    assert line is not None
    assert (line.state, label(line.label), line.loaded) == ("gone", "Car rental", False)
    with pytest.raises(NotFound):
        switch(cast, True)
    become(app, safe_mode=True)
    assert catalog().away["rental"] == "safe"


def test_one_that_cannot_start_can_be_switched_off_so_that_nobody_waits_for_it(
    app: Flask, cast: Cast, tmp_path: Path
) -> None:
    become(app, write_rental(tmp_path / "new", "import no_such_library\n"))
    assert catalog().away["rental"] == "aside"
    assert catalog().shown_process(PROCESS)
    assert switch(cast, True)
    assert catalog().away["rental"] == "off"
    with reading() as x:
        line = line_of(x, catalog(), "rental")
    assert line is not None
    assert line.state == "off"
    assert "no_such_library" in str(line.reason)


def test_what_asks_for_a_plugin_that_is_off_rests_with_it(app: Flask, cast: Cast, tmp_path: Path) -> None:
    """A field that is asked only where another plugin's field says so knows nothing without it."""
    source = """
from salesapp.plugin_api import *
def words(en):
    return Text(en=en, zh_Hans=en, zh_Hant=en, ru=en)
MANIFEST = Manifest(name="tours", version="1", label=words("Tours"), description=words("Tours"))
@hookimpl
def salesapp_records():
    driving = When("rental.licence", "filled")
    return [Fields("customer", (Field("guide", words("Guide"), "text", visible_when=driving),))]
"""
    path = tmp_path / "tours.py"
    path.write_text(source, encoding="utf-8")
    become(app, PLUGINS / "general", write_rental(tmp_path / "plugins"), path)
    assert catalog().on >= {"rental", "tours"}
    switch(cast, True)
    off = catalog()
    assert off.away == {"rental": "off", "tours": "aside"}
    assert "rental.licence" in str(off.reasons["tours"])
    switch(cast, False)
    assert catalog().on >= {"rental", "tours"}


def test_remembering_twice_changes_nothing(app: Flask, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        before = settings.config_version(w.session)
        assert remember(w.session, app.extensions["salesapp_plugins"]) == []
        assert settings.config_version(w.session) == before
        assert rows.one(w.session, "rental").seen == "1.0"


# --- settings ---


def values() -> dict[str, object]:
    with reading() as x:
        return plugin_states.values(x, "rental")


def test_settings_are_kept_and_the_default_holds_until_then(app: Flask, cast: Cast) -> None:
    assert values() == {"deposit": 500, "sender": "desk", "level": None}
    with work(cast.admin, NOW) as w:
        plugin_states.change_settings(w, "rental", {"deposit": None, "level": "high"}, {"level": None})
    assert values() == {"deposit": None, "sender": "desk", "level": "high"}
    switch(cast, True)
    assert values() == {"deposit": None, "sender": "desk", "level": "high"}
    with reading() as x:
        assert plugin_states.values(x, "general") == plugin_states.values(x, "nobody") == {}


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"sender": ""}, "rental.sender"),
        ({"deposit": "much"}, "rental.deposit"),
        ({"level": "none"}, "rental.level"),
        ({"strange": 1}, ""),
    ],
)
def test_what_cannot_be_set(app: Flask, cast: Cast, changed: dict[str, object], place: str) -> None:
    with pytest.raises(Refused) as refused, work(cast.admin, NOW) as w:
        plugin_states.change_settings(w, "rental", changed, {})
    assert [each.place for each in refused.value.problems] == [place]
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        plugin_states.change_settings(w, "general", changed, {})


def test_two_who_set_the_same_at_once_notice_each_other(app: Flask, cast: Cast) -> None:
    with work(cast.admin, NOW) as w:
        plugin_states.change_settings(w, "rental", {"deposit": 700}, {"deposit": 500})
    with work(cast.admin, NOW) as w:  # another field is another matter
        plugin_states.change_settings(w, "rental", {"level": "low"}, {"level": None})
    with pytest.raises(Stale) as stale, work(cast.admin, NOW) as w:
        plugin_states.change_settings(w, "rental", {"deposit": 900}, {"deposit": 500})
    assert (stale.value.fields, stale.value.changed_by) == (("rental.deposit",), "Admin")
    assert values()["deposit"] == 700


# --- hooks that fail ---


def test_a_hook_is_off_after_five_failures_in_a_row_until_it_is_turned_on(app: Flask, cast: Cast) -> None:
    for n in range(1, 6):
        with work(SYSTEM, NOW) as w:
            off = rows.hook_failed(w.session, "rental", HOOK, "ValueError", NOW + timedelta(minutes=n))
            rows.hook_slow(w.session, "rental", HOOK, 300 * n % 700, NOW)
            assert off is (n == 5)
    with work(SYSTEM, NOW) as w:
        assert not rows.hook_failed(w.session, "rental", HOOK, "KeyError", NOW, times=2)
    assert catalog().hooks_off == {("rental", HOOK)}
    with reading() as x:
        line = line_of(x, catalog(), "rental")
    assert line is not None
    (trouble,) = line.troubles
    assert (trouble.failures, trouble.slow, trouble.slowest_ms, trouble.error) == (7, 5, 600, "KeyError")
    assert trouble.since == NOW + timedelta(minutes=5)
    with work(cast.admin, NOW) as w:
        plugin_states.turn_hook_on(w, "rental", HOOK)
    assert catalog().hooks_off == frozenset()
    with pytest.raises(NotFound), work(cast.admin, NOW) as w:
        plugin_states.turn_hook_on(w, "rental", HOOK)


# --- the lines of the page ---


def test_what_the_page_tells(app: Flask, cast: Cast) -> None:
    switch(cast, True)
    with reading() as x:
        found = {each.name: each for each in lines(x, catalog())}
    rental, general = found["rental"], found["general"]
    assert (rental.state, general.state) == ("off", "on")
    assert (rental.version, rental.switched_by, rental.switched_at) == ("1.0", "Admin", NOW)
    assert rental.brings == {"IndustryPack": 1, "Process": 1, "Fields": 7, "ResultForm": 1, "SettingsForm": 1}
    assert rental.has_settings


def test_forgetting_a_plugin_leaves_no_row(app: Flask, cast: Cast) -> None:
    switch(cast, True)
    with work(SYSTEM, NOW) as w:
        rows.hook_failed(w.session, "rental", HOOK, "ValueError", NOW, times=5)
        rows.forget(w.session, "rental")
        assert rows.every(w.session).keys() == {"general"}
        assert not rows.held(w.session)
        assert not rows.troubles(w.session)
    assert "rental" in catalog().on
