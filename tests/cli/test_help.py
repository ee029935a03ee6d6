"""`salesapp --help` is there at once: it imports neither the web nor the database, and says what the commands say."""

import json
import os
import subprocess
import sys
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

import pytest

from salesapp.cli import COMMANDS
from salesapp.cli.glance import help_of
from tests.plugging.plugin_files import write

ASK = """
import json, sys
from salesapp.cli import main
main(["--help"], standalone_mode=False)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
SERVE = "import json, sys, salesapp.app; print(json.dumps(sorted(sys.modules)))"
SELDOM = {"cryptography", "pypinyin", "xlsxwriter", "python_calamine"}
HEAVY = {"flask", "sqlalchemy", "jinja2", "werkzeug", "pluggy"}


def asked(instance: Path) -> tuple[str, set[str]]:
    """What the help says, and which packages were imported for it."""
    env = os.environ | {"SALESAPP_INSTANCE": str(instance), "LANG": "C.UTF-8"}
    run = subprocess.run([sys.executable, "-c", ASK], env=env, capture_output=True, text=True, check=True)
    said, _, imported = run.stdout.rstrip().rpartition("\n")
    return said, set(json.loads(imported))


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path / "plugins", "quiet", "LABEL = 1")
    said, imported = asked(tmp_path)
    assert all(f"\n  {name} " in said for name in COMMANDS)
    assert imported & HEAVY == set()


def test_only_a_plugin_that_speaks_of_commands_is_imported_for_it(tmp_path: Path) -> None:
    write(tmp_path / "plugins", "dance", "from salesapp.plugin_api import Command")
    assert asked(tmp_path)[1] >= {"sqlalchemy", "pluggy"}


def test_a_process_that_serves_keeps_nothing_in_memory_that_few_ever_need() -> None:
    run = subprocess.run([sys.executable, "-c", SERVE], capture_output=True, text=True, check=True)
    assert set(json.loads(run.stdout)) & SELDOM == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_is_what_the_command_says_itself(name: str) -> None:
    command = getattr(import_module(f"salesapp.cli.{COMMANDS[name]}"), f"{name}_command")
    assert help_of(COMMANDS[name], name) == cleandoc(command.help)
