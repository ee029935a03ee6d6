"""Which plugin a test is about, and what a plugin must not do in a test."""

import re
import sys
from functools import cache
from pathlib import Path
from typing import Final

from salesapp import places
from salesapp.plugging.search import PACK, PACKAGE

_TABLE: Final = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)', re.I)
_LIBRARIES: Final = ("sqlalchemy.", "contextlib", "salesapp.testing")


@cache
def plugins_around(test: Path) -> list[Path]:
    """The plugin whose folder a test lies in, or the file of that name beside it; none for a test of the house. What
    is on everywhere is there anyway."""
    name = test.stem.removeprefix("test_")
    beside = [test.parent / f"{name}{suffix}" for suffix in (".py", ".toml")]
    found = [each for each in beside if has_card(each)] or [each for each in test.parents if is_plugin_folder(each)]
    return [each for each in found[:1] if each.resolve() != (places.PLUGINS / "general").resolve()]


@cache
def is_plugin_folder(folder: Path) -> bool:
    """Whether a folder is a plugin."""
    return (folder / PACK).is_file() or has_card(folder / "__init__.py")


def has_card(file: Path) -> bool:
    """Whether a file is a plugin's: files beside tests of the house have no card."""
    return file.is_file() and "manifest" in file.read_text(encoding="utf-8", errors="replace").lower()


def check_own_table(statement: str) -> None:
    """Fail where a plugin's own code writes to a table of the house: `w` has a verb for that, which keeps its rules."""
    plugin = writer()
    found = _TABLE.match(statement) if plugin else None
    if found and not found[1].startswith(f"{plugin}_"):
        raise AssertionError(
            f"the plugin {plugin} writes to the table {found[1]}, which is not its own: use a verb of w, as in "
            f"w.change_deal(…). {statement}"
        )


def writer() -> str:
    """The plugin whose code runs a statement, "" for the house: who comes first below the libraries."""
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]
        name = frame.f_globals.get("__name__", "")
        if not name.startswith(_LIBRARIES) and name != __name__:
            return name.split(".")[1] if name.startswith(f"{PACKAGE}.") else ""
    return ""
