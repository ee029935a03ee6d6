"""`salesapp plugins new`, `check` and `export`, as an author types them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from salesapp.plugging.loader import load_plugins
from tests.cli.conftest import Command


def test_new_makes_a_plugin_without_problems_whose_tests_pass(salesapp: Command, tmp_path: Path) -> None:
    made = salesapp("plugins", "new", "dance_school", "--label", "Dance school", "--label", "ru=Школа танцев")
    assert made.exit_code == 0, made.output
    folder = tmp_path / "plugins" / "dance_school"
    assert f"pytest {folder}" in made.output
    plugin = load_plugins([tmp_path / "plugins"]).plugin("dance_school")
    assert plugin is not None
    assert (plugin.manifest.label.en, plugin.manifest.label.ru) == ("Dance school", "Школа танцев")
    assert "car_wash" not in "".join(each.read_text("utf-8") for each in folder.rglob("*.py"))
    checked = salesapp("plugins", "check", "dance_school")
    assert (checked.exit_code, checked.output) == (0, "No problem in 1 plugin.\n")
    salesapp("plugins", "new", "car_wash")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "plugins"]
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "SALESAPP"))}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert "8 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["Car-Wash"], "“Car-Wash” cannot be a plugin's name: small letters, digits and _"),
        (["own"], "“own” is a name the house keeps for itself"),
        (["deal"], "“deal” is a name the house keeps for itself"),
        (["import"], "“import” is a word of Python’s"),
        (["general"], "There is a plugin “general” already"),
        (["wash", "--label", "ru="], "The label for ru is empty"),
    ],
)
def test_new_refuses_with_a_sentence_and_leaves_nothing(
    words: list[str], says: str, salesapp: Command, tmp_path: Path
) -> None:
    done = salesapp("plugins", "new", *words)
    assert done.exit_code == 2
    assert says in done.output
    assert not (tmp_path / "plugins").exists()


def test_new_leaves_what_is_there_alone_and_goes_into_another_folder(salesapp: Command, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    assert salesapp("plugins", "new", "wash", "--into", str(place)).exit_code == 0
    file = place / "wash" / "__init__.py"
    file.write_text("mine")
    again = salesapp("plugins", "new", "wash", "--into", str(place))
    assert again.exit_code == 2
    assert "There is a plugin “wash” already" in again.output
    assert file.read_text() == "mine"


def test_a_label_may_hold_anything_a_line_can(salesapp: Command, tmp_path: Path) -> None:
    odd = "The \"best\" \\ wash = 'ours'"
    assert salesapp("plugins", "new", "wash", "--label", odd).exit_code == 0
    plugin = load_plugins([tmp_path / "plugins"]).plugin("wash")
    assert plugin is not None
    assert plugin.manifest.label.en == odd


def test_check_says_file_and_line_and_ends_with_1(salesapp: Command, tmp_path: Path) -> None:
    salesapp("plugins", "new", "wash")
    file = tmp_path / "plugins" / "wash" / "__init__.py"
    text = file.read_text("utf-8").replace("probability=20", "probability=200")
    file.write_text(text, encoding="utf-8")
    line = text[: text.index("ASKED = Stage(")].count("\n") + 1
    for named in ("wash", str(file.parent), str(file)):
        done = salesapp("plugins", "check", named)
        assert done.exit_code == 1
        assert f"  wash/__init__.py:{line}  Stage 'asked': probability must be" in done.output
        assert "1 problem in 1 plugin." in done.output
    unknown = salesapp("plugins", "check", "wish").output
    assert "There is no plugin “wish”; there is automotive, general, wash." in unknown


def test_export_writes_what_can_be_loaded_in_its_place(salesapp: Command, tmp_path: Path) -> None:
    salesapp("plugins", "new", "wash")
    folder = tmp_path / "plugins" / "wash"
    with (folder / "__init__.py").open("a", encoding="utf-8") as file:
        file.write("\n\n@hookimpl\ndef salesapp_check_deal_move(deal, to): ...\n")
    before = load_plugins([tmp_path / "plugins"]).catalog
    target = tmp_path / "pack.toml"
    done = salesapp("plugins", "export", "wash", "--to", str(target))
    assert done.exit_code == 0, done.output
    assert "Left out, as only Python can hold it: salesapp_check_deal_move" in done.output
    assert salesapp("plugins", "export", "wash").stdout == target.read_text("utf-8")
    assert salesapp("plugins", "export", "wash", "--to", str(target)).exit_code == 2
    (folder / "__init__.py").unlink()
    target.rename(folder / "pack.toml")
    after = load_plugins([tmp_path / "plugins"])
    assert [str(each.reason) for each in after.set_aside] == []
    assert after.catalog.processes == before.processes
    assert after.catalog.result_forms == before.result_forms


def test_export_of_what_does_not_run_says_why(salesapp: Command) -> None:
    done = salesapp("plugins", "export", "nothing")
    assert done.exit_code == 2
    assert "No plugin of this name was found." in done.output
