"""What `salesapp --help` says, read from the files: importing them all takes seconds."""

import ast
import re
from pathlib import Path
from typing import Final

from salesapp.config import read_settings
from salesapp.places import PLUGINS
from salesapp.plugging.search import find_plugins

HERE: Final = Path(__file__).parent
_COMMAND: Final = re.compile(r"\bCommand\b")


def help_of(module: str, command: str) -> str:
    """What the function behind a command says it is for."""
    tree = ast.parse((HERE / f"{module}.py").read_text(encoding="utf-8"))
    defined = (each for each in tree.body if isinstance(each, ast.FunctionDef))
    return next((ast.get_docstring(each) or "" for each in defined if each.name == f"{command}_command"), "")


def may_bring_commands() -> bool:
    """Whether a plugin's files speak of commands, or cannot be read without importing it. Settings that cannot be read
    are for `salesapp doctor`."""
    try:
        found = read_settings()
    except (Exception, SystemExit):
        return False
    return not found.safe_mode and any(speaks(each.files) for each in find_plugins([PLUGINS, found.plugins]))


def speaks(place: Path | None) -> bool:
    """Whether the plugin in this file or folder has commands, as far as its words tell."""
    if place is None:
        return True
    files = place.rglob("*.py") if place.is_dir() else [place]
    try:
        return any(_COMMAND.search(each.read_text(encoding="utf-8", errors="replace")) for each in files)
    except OSError:
        return True
