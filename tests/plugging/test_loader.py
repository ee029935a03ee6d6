"""Loading: whatever is wrong with one plugin, it is set aside with the reason and its neighbour runs."""

import logging
import sys
from pathlib import Path

import pytest

from salesapp.plugging.loader import load_plugins
from tests.plugging.plugin_files import GOOD, HEAD, card, load, reasons, write


def test_without_any_plugin_the_catalogue_is_empty(tmp_path: Path) -> None:
    for plugins in (load(), load(tmp_path), load(tmp_path / "missing")):
        assert plugins.loaded == ()
        assert plugins.set_aside == ()
        assert dict(plugins.catalog.packs) == {}
        assert dict(plugins.catalog.processes) == {}
        assert plugins.catalog.process("general.six") is None


def test_files_and_folders_load_under_their_own_names(tmp_path: Path) -> None:
    write(tmp_path, "single")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        HEAD + card("folder") + "from .parts import RECORDS\n@hookimpl\ndef salesapp_records():\n    return RECORDS\n"
    )
    (folder / "parts.py").write_text(HEAD + "RECORDS = [process('long')]\n")
    plugins = load(tmp_path)
    assert reasons(plugins) == {}
    assert [each.name for each in plugins.loaded] == ["folder", "single"]
    assert set(plugins.catalog.processes) == {"folder.long", "single.short"}
    assert sys.modules["salesapp_plugins.folder"] is plugins.loaded[0].module
    assert "salesapp_plugins.folder.parts" in sys.modules


def test_what_is_no_plugin_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello")
    (tmp_path / "_draft.py").write_text("raise SystemExit")
    (tmp_path / ".hidden.py").write_text("raise SystemExit")
    (tmp_path / "removed" / "__pycache__").mkdir(parents=True)
    plugins = load(tmp_path)
    assert (plugins.loaded, plugins.set_aside) == ((), ())


BROKEN = {
    "raises on import": ("raise RuntimeError('no such luck')", "It failed to load: RuntimeError: no such luck"),
    "ends the program": ("import sys\nsys.exit(3)", "It failed to load: SystemExit: 3"),
    "raises what cannot be printed": (
        "class Mute(Exception):\n    def __str__(self):\n        raise ValueError\nraise Mute",
        "It failed to load: Mute",
    ),
    "not Python": ("def broken(:", "It failed to load: SyntaxError: "),
    "missing import": ("import no_such_module_here", "It failed to load: ModuleNotFoundError: No module named"),
    "no manifest": ("del MANIFEST", "It has no MANIFEST = Manifest(…) in "),
    "manifest of another kind": ("MANIFEST = {'name': 'broken'}", "It has no MANIFEST = Manifest(…) in "),
    "bad manifest": ("Manifest(name='broken', version=1.0, label=words('L'), description=words('D'))", "It failed to "),
    "wrong api": (
        card("broken", ", api=2"),
        "It is written for version 2 of the plugin API; this is version 1.",
    ),
    "another name": (card("other"), "Its manifest calls it “other”, but its folder or file “broken”."),
    "unknown hook": (
        "@hookimpl\ndef salesapp_record():\n    return []",
        "There is no hook salesapp_record; did you mean salesapp_records?",
    ),
    "quite unknown hook": ("@hookimpl\ndef brew_coffee():\n    return []", "There is no hook brew_coffee."),
    "unmarked hook": ("def salesapp_records():\n    return []", "salesapp_records is not marked with @hookimpl."),
    "unknown argument": ("@hookimpl\ndef salesapp_check_deal_move(deal, too): ...", "It failed to load: PluginValid"),
    "async hook": (
        "@hookimpl\nasync def salesapp_records(): ...",
        "salesapp_records must be an ordinary function, neither async nor a wrapper.",
    ),
    "wrapper": (
        "@hookimpl(wrapper=True)\ndef salesapp_check_deal_move():\n    return (yield)",
        "salesapp_check_deal_move must be an ordinary function, neither async nor a wrapper.",
    ),
    "records raise": (
        "@hookimpl\ndef salesapp_records():\n    raise SystemExit('bye')",
        "It failed to load: SystemExit: bye",
    ),
    "bad record": (
        "@hookimpl\ndef salesapp_records():\n    return [process('Short')]",
        "It failed to load: ValueError: Process: the key must be small letters",
    ),
    "no record": (
        "@hookimpl\ndef salesapp_records():\n    return [process('short'), 'six']",
        "It failed to load: ValueError: salesapp_records gave 'six', which is not a record",
    ),
    "a record that skips its checks": (
        "class Loose(Process):\n    def __post_init__(self): pass\n"
        "@hookimpl\ndef salesapp_records():\n    return [Loose('BAD', None, (), ())]",
        "It failed to load: ValueError: salesapp_records gave ",
    ),
    "not a list": ("@hookimpl\ndef salesapp_records():\n    return 7", "It failed to load: TypeError: "),
    "one field with two meanings": (
        "from dataclasses import replace\n"
        "@hookimpl\ndef salesapp_records():\n"
        "    field = Field('size', words('Size'), 'text')\n"
        "    one, two = process('a'), process('b')\n"
        "    return [replace(one, fields=(field,)), replace(two, fields=(replace(field, type='integer'),))]",
        "It failed to load: ValueError: the field 'size' of the process 'b' differs from that of 'a': "
        "give it another key, or share one Field",
    ),
    "the same process twice": (
        "@hookimpl\ndef salesapp_records():\n    return [process('a', 'One'), process('a', 'Two')]",
        "It failed to load: ValueError: two processes are called 'broken.a': 'One' and 'Two'",
    ),
    "a neighbour's pack": (
        GOOD % {"name": "a_good_one"},
        "It failed to load: ValueError: the pack 'a_good_one' is brought by both a_good_one and broken",
    ),
}


@pytest.mark.parametrize(("body", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_set_aside_and_its_neighbours_run(
    tmp_path: Path, body: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "a_good_one")
    write(tmp_path, "z_good_one")
    write(tmp_path, "broken", body)
    with caplog.at_level(logging.WARNING):
        plugins = load(tmp_path)
    assert [each.name for each in plugins.loaded] == ["a_good_one", "z_good_one"]
    assert [each.name for each in plugins.set_aside] == ["broken"]
    assert reasons(plugins)["broken"].startswith(reason)
    # Nothing of it stays behind.
    assert set(plugins.catalog.processes) == {"a_good_one.short", "z_good_one.short"}
    assert not plugins.manager.has_plugin("broken")
    assert "salesapp_plugins.broken" not in sys.modules
    assert "plugin broken is set aside" in caplog.text


def test_the_person_at_the_console_can_still_interrupt(tmp_path: Path) -> None:
    write(tmp_path, "slow", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load(tmp_path)


def test_a_folder_without_init_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "parts.py").write_text("")
    assert reasons(load(tmp_path))["half"].endswith("__init__.py is missing")


def test_a_name_that_cannot_be_a_key_is_set_aside_without_running(tmp_path: Path) -> None:
    (tmp_path / "My-Plugin.py").write_text("raise SystemExit")
    assert reasons(load(tmp_path))["My-Plugin"].startswith("Its name must be lower-case letters")


def test_the_first_plugin_of_a_name_wins_and_both_places_are_named(tmp_path: Path) -> None:
    first = write(tmp_path / "bundled", "twin")
    second = write(tmp_path / "own", "twin", "raise SystemExit('must not even run')")
    plugins = load(tmp_path / "bundled", tmp_path / "own")
    assert [each.place for each in plugins.loaded] == [str(first)]
    assert reasons(plugins)["twin"] == f"There are two plugins of this name, {first} and {second}. The first one runs."


def test_only_the_named_plugins_are_imported(tmp_path: Path) -> None:
    write(tmp_path, "wanted")
    write(tmp_path, "unwanted", "raise SystemExit")
    plugins = load_plugins([tmp_path], only={"wanted", "lost"}, safe_mode=False)
    assert [each.name for each in plugins.loaded] == ["wanted"]
    assert reasons(plugins) == {"lost": "No plugin of this name was found."}


def test_in_safe_mode_nothing_is_imported(tmp_path: Path) -> None:
    write(tmp_path, "evil", "raise SystemExit")
    plugins = load_plugins([tmp_path], only={"evil"}, safe_mode=True)
    assert (plugins.loaded, plugins.set_aside) == ((), ())


def test_a_plugin_of_another_place_is_read_anew_with_all_its_files(tmp_path: Path) -> None:
    for place in ("old", "new"):
        folder = tmp_path / place / "same"
        folder.mkdir(parents=True)
        body = "from .parts import RECORDS\n@hookimpl\ndef salesapp_records():\n    yield from RECORDS\n"
        (folder / "__init__.py").write_text(HEAD + card("same") + body)
        (folder / "parts.py").write_text(HEAD + f"RECORDS = [process('{place}')]\n")
    assert set(load(tmp_path / "old").catalog.processes) == {"same.old"}
    assert set(load(tmp_path / "new").catalog.processes) == {"same.new"}


def test_a_directory_that_cannot_be_read_is_logged_and_the_rest_loads(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "good", "fine")
    (tmp_path / "file").write_text("no directory")
    plugins = load(tmp_path / "missing", tmp_path / "file", tmp_path / "good")
    assert [each.name for each in plugins.loaded] == ["fine"]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [f"no plugins from {tmp_path / 'file'}"]


def test_an_installed_package_brings_a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "installed_bakery_module").write_text(HEAD + card("bakery") + GOOD % {"name": "bakery"})
    information = tmp_path / "bakery-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: bakery\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[salesapp]\nbakery = installed_bakery_module\nghost = no_such_module_here\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    plugins = load()
    assert [(each.name, each.place) for each in plugins.loaded] == [("bakery", "installed_bakery_module")]
    assert set(plugins.catalog.processes) == {"bakery.short"}
    assert reasons(plugins)["ghost"].startswith("It failed to load: ModuleNotFoundError")
