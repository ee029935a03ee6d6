"""The other questions: who may be the same, what is kept about somebody, erasing it, the start, and the health."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from threading import Event
from typing import Any

import pytest
from flask import Flask

from salesapp.cli.check_health import plugins_say
from salesapp.config import Settings
from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import Refused
from salesapp.jobs.plugin_kinds import ALL
from salesapp.jobs.worker import Worker
from salesapp.services import customers, duplicates, plugin_health, plugin_states, privacy
from salesapp.services.customers import NewCustomer
from salesapp.store import plugin_states as rows
from salesapp.store.engine import reading
from salesapp.testing import NOW, Cast, Clock
from tests.plugging.hook_kit import Plugged, hooks_of, plugged, run_jobs, seen
from tests.plugging.test_checks import did
from tests.services.merge_kit import plugin_table

__all__ = ["plugged"]


@pytest.fixture
def cast_of(plugged: Plugged, request: pytest.FixtureRequest) -> Callable[..., Cast]:
    def of(**options: Any) -> Cast:
        plugged(**options)
        cast: Cast = request.getfixturevalue("cast")
        return cast

    return of


def a_customer(cast: Cast, name: str = "Li", **more: Any) -> int:
    one: int = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name=name, **more)))
    return one


# --- who may be the same ---

MATCH = """
@hookimpl
def salesapp_match_customer(facts, reads, now):
    SEEN.append((facts, reads.actor.name))
    {what}
"""


def found(cast: Cast, name: str) -> list[tuple[str, int | None, str]]:
    point = ContactPoint("phone", "139 0000 1234", "+8613900001234")
    answers = did(cast.owner, lambda w: duplicates.find_duplicates(w, name=name, company="Co", points=[point])[0])
    return [(each.by, each.customer_id, each.name) for each in answers]


def test_a_plugin_knows_who_may_be_the_same(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(bakery=MATCH.format(what="return [1, 2, 3, 99, 1]"))
    a_customer(cast, "Li")
    gone = a_customer(cast, "Gone")
    did(cast.owner, lambda w: customers.archive_customer(w, gone))
    did(cast.outsider, lambda w: customers.add_customer(w, NewCustomer(name="Hidden")))
    assert found(cast, "Wu") == [("plugin", 1, "Li"), ("plugin", None, "")]
    [(facts, reader)] = seen("bakery")
    assert (facts.name, facts.company, facts.phones, facts.emails) == ("Wu", "Co", ("+8613900001234",), ())
    assert reader == "Owner"
    assert found(cast, "Li")[0] == ("name", 1, "Li")  # found by the house, too: once


@pytest.mark.parametrize("what", ["raise SystemExit", "return 7", "return ['1']", "return [True]"])
def test_a_plugin_that_does_not_know_leaves_it_to_the_house(cast_of: Callable[..., Cast], what: str) -> None:
    cast = cast_of(bakery=MATCH.format(what=what), contained=True)
    a_customer(cast, "Li")
    assert found(cast, "Li") == [("name", 1, "Li")]


# --- what is kept about somebody ---

KEEPS = """
from datetime import date
from decimal import Decimal
@hookimpl
def salesapp_personal_data(customer, reads, now):
    SEEN.append((customer.name, reads.actor.name))
    return {what}
"""


def exported(customer_id: int) -> dict[str, Any]:
    with reading() as x, privacy.export(x, customer_id, NOW) as file, zipfile.ZipFile(file) as archive:
        told: dict[str, Any] = json.loads(archive.read("customer.json"))
        return told


def test_what_plugins_keep_is_in_the_file(cast_of: Callable[..., Cast]) -> None:
    what = "{'cakes': [date(2026, 3, 1), Decimal('1.5'), {'for': customer.name}]}"
    cast = cast_of(bakery=KEEPS.format(what=what), silent=KEEPS.format(what="None"))
    told = exported(a_customer(cast))
    assert told["plugins"] == {"bakery": {"cakes": ["2026-03-01", "1.5", {"for": "Li"}]}}
    assert "missing" not in told
    assert seen("bakery") == [("Li", "SalesApp")]


@pytest.mark.parametrize("what", ["1 / 0", "[1]", "{'a': object()}"])
def test_a_plugin_that_cannot_say_it_is_named_in_the_file(cast_of: Callable[..., Cast], what: str) -> None:
    cast = cast_of(bakery=KEEPS.format(what=what), contained=True)
    told = exported(a_customer(cast))
    assert (told["missing"], "plugins" in told) == (["bakery"], False)
    assert told["rows"]["customer"]


def test_a_plugin_that_does_not_load_is_named_too(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(bakery=KEEPS.format(what="None") + "raise RuntimeError", contained=True)
    assert exported(a_customer(cast))["missing"] == ["bakery"]


# --- erasing it ---

ERASES = """
@hookimpl
def salesapp_erase(customer, w):
    SEEN.append((customer.name, w.actor.name))
    w.change_customer(customer.id, {{"note": "seen by a plugin"}})
    {what}
"""


def erased(cast: Cast, customer_id: int) -> bool:
    did(cast.admin, lambda w: privacy.erase_customer(w, customer_id, "Li"))
    with reading() as x:
        return privacy.is_erased(x, customer_id)


def test_a_plugin_erases_what_it_keeps_before_the_house_does(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(bakery=ERASES.format(what=""))
    assert erased(cast, a_customer(cast))
    assert seen("bakery") == [("Li", "Admin")]


def test_a_plugin_that_is_switched_off_still_erases(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(bakery=ERASES.format(what=""))
    did(cast.admin, lambda w: plugin_states.switch(w, "bakery", True))
    assert erased(cast, a_customer(cast))
    assert seen("bakery") == [("Li", "Admin")]


@pytest.mark.parametrize("what", ["raise RuntimeError", "raise SystemExit", "return 7"])
def test_where_a_plugin_cannot_erase_nothing_is_erased(cast_of: Callable[..., Cast], what: str) -> None:
    cast = cast_of(bakery=ERASES.format(what=what), contained=True)
    one = a_customer(cast)
    for _ in range(6):  # also when it failed so often that nobody would ask it otherwise
        with pytest.raises(Refused, match="The plugin “bakery” could not erase what it keeps, so nothing was erased"):
            erased(cast, one)
    with reading() as x:
        assert not privacy.is_erased(x, one)


def test_where_a_plugin_that_erases_does_not_load_nothing_is_erased(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(bakery=ERASES.format(what="") + "\nraise RuntimeError", contained=True)
    one = a_customer(cast)
    with pytest.raises(Refused, match="could not erase"):
        erased(cast, one)
    did(cast.admin, lambda w: plugin_states.switch(w, "bakery", True))  # who says so knows what they do
    assert erased(cast, one)


def test_one_that_has_tables_and_cannot_be_asked_is_not_passed_over(cast_of: Callable[..., Cast]) -> None:
    """Its folder is gone, or nobody looked into it, as in safe mode."""
    cast = cast_of(bakery=ERASES.format(what=""))
    one = a_customer(cast)
    plugin_table("CREATE TABLE alembic_version_ghost (version_num VARCHAR(32))")
    with pytest.raises(Refused, match="The plugin “ghost” could not erase"):
        erased(cast, one)
    assert seen("bakery") == []
    assert exported(one)["missing"] == ["ghost"]


# --- the start ---

STARTS = "@hookimpl\ndef salesapp_started(now):\n    SEEN.append(now)\n    {what}\n"


def test_plugins_are_told_once_that_the_house_is_open(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=STARTS.format(what=""), resting=STARTS.format(what=""))
    did(cast.admin, lambda w: plugin_states.switch(w, "resting", True))
    for _ in range(2):
        plugin_health.started(clock.now)
    assert (seen("bakery"), seen("resting")) == ([NOW], [])


def test_what_fails_at_the_start_is_noted(cast_of: Callable[..., Cast]) -> None:
    cast = cast_of(bakery=STARTS.format(what="raise SystemExit"), contained=True)
    plugin_health.started(NOW)
    troubles = did(cast.admin, lambda w: rows.troubles(w.session))
    assert [(row.plugin, row.hook, row.error) for row in troubles] == [("bakery", "salesapp_started", "SystemExit")]


def test_a_worker_tells_them(plugged: Plugged, clock: Clock) -> None:
    plugged(bakery=STARTS.format(what=""))
    stop = Event()
    stop.set()
    Worker(ALL, clock, stop).run()
    assert seen("bakery") == [NOW]
    run_jobs(clock)


# --- the health ---

ILL = """
@hookimpl
def salesapp_health(reads, now):
    SEEN.append(reads.actor.name)
    {what}
"""


def test_plugins_say_what_is_wrong_with_them(plugged: Plugged) -> None:
    plugged(bakery=ILL.format(what='return [problem("", N_("The oven is cold."))]'), well=ILL.format(what=""))
    with reading() as x:
        found = plugin_health.health(x, NOW)
    assert [(each.plugin, [str(one.message) for one in each.problems or ()]) for each in found] == [
        ("bakery", ["The oven is cold."]),
        ("well", []),
    ]


def test_one_that_cannot_be_asked_is_told(plugged: Plugged) -> None:
    app: Flask = plugged(contained=True, bakery=ILL.format(what="raise RuntimeError"))
    with reading() as x:
        assert [(each.plugin, each.problems) for each in plugin_health.health(x, NOW)] == [("bakery", None)]
    assert hooks_of(app).failures("bakery") == 1


# --- what is said with a save ---


def test_the_note_of_a_check_that_failed_is_shown_with_the_answer(
    cast_of: Callable[..., Cast], request: pytest.FixtureRequest
) -> None:
    body = "@hookimpl\ndef salesapp_check_customer_save():\n    raise RuntimeError\n"
    cast = cast_of(bakery=body, contained=True)
    one = a_customer(cast)
    browser = request.getfixturevalue("client_of")(cast.owner)
    sent = browser.send(f"/customers/{one}/edit", {"name": "Li Ming", "seen-name": "Li"})
    assert sent.status_code == 303
    words = "The plugin “bakery” could not check this; it was saved without."
    assert browser.get(f"/customers/{one}").text.count(words) == 1
    assert words not in browser.get(f"/customers/{one}").text


def test_what_a_plugin_has_against_a_save_stands_at_its_input(
    cast_of: Callable[..., Cast], request: pytest.FixtureRequest
) -> None:
    body = """
    @hookimpl
    def salesapp_check_customer_save(changes):
        return [problem("name", N_("No Ming here."))] if "Ming" in changes["name"] else []
    """
    cast = cast_of(bakery=dedent(body))
    one = a_customer(cast)
    browser = request.getfixturevalue("client_of")(cast.owner)
    sent = browser.send(f"/customers/{one}/edit", {"name": "Li Ming", "seen-name": "Li"})
    assert sent.status_code == 422
    assert "No Ming here." in sent.text
    assert 'value="Li Ming"' in sent.text


def test_the_plugins_page_and_the_doctor_tell_what_is_wrong(
    plugged: Plugged, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    app = plugged(
        contained=True,
        bakery=ILL.format(what='return [problem("", N_("The oven is cold."))]'),
        well=ILL.format(what=""),
        mute=ILL.format(what="raise RuntimeError"),
    )
    cast: Cast = request.getfixturevalue("cast")
    browser = request.getfixturevalue("client_of")(cast.admin)
    assert "The oven is cold." in browser.get("/settings/plugins/bakery").text
    assert "It could not say whether all is well" in browser.get("/settings/plugins/mute").text
    page = browser.get("/settings/plugins").text
    assert page.count("needs a look") == 2
    well = browser.get("/settings/plugins/well").text
    assert "oven" not in well
    assert "could not say" not in well
    settings: Settings = app.extensions["salesapp_settings"]
    found = list(plugins_say(settings, NOW))
    assert [each.sentence for each in found] == [
        "The plugin bakery: The oven is cold.",
        "The plugin mute cannot say how it is: the log says why.",
    ]
    assert list(plugins_say(replace(settings, safe_mode=True), NOW)) == []
