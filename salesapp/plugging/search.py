"""Where plugins come from: folders and single files in given directories, and installed packages.

A folder holds Python (`__init__.py`) or `pack.toml`; a single file is Python or TOML.
"""

import importlib.util
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

PACKAGE: Final = "salesapp_plugins"
ENTRY_POINTS: Final = "salesapp"
PACK: Final = "pack.toml"
NOT_PLUGINS: Final = ("conftest.py", "test_*.py", "pyproject.toml")
"""What authors keep beside a plugin of one file."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A plugin that could be loaded: its name, where it is in words, and how to get it. Nothing of it has run yet.

    `files` is the folder or file its code lies in; None where that cannot be told.
    """

    name: str
    place: str
    load: Callable[[], object]
    files: Path | None = None


def find_plugins(directories: Sequence[Path]) -> Iterator[Found]:
    """Every plugin there is: of each directory by name, then of installed packages. A directory may be a plugin itself,
    or its one file: so a test has it without its neighbours."""
    for directory in directories:
        paths = [directory] if is_one(directory) else listing(directory)
        yield from (found_in(path) for path in paths if is_plugin(path))
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        yield Found(entry.name, entry.value, entry.load, files_of(entry.module))


def listing(directory: Path) -> list[Path]:
    """What is in a directory; nothing when it is missing or closed to us, which is no reason not to start."""
    try:
        return sorted(directory.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("no plugins from %s: %s", directory, error)
        return []


def is_one(path: Path) -> bool:
    """Whether this is a plugin, and not a directory of plugins."""
    return (path / "__init__.py").is_file() or (path / PACK).is_file() or (path.is_file() and is_plugin(path))


def is_plugin(path: Path) -> bool:
    """A file of Python or TOML, or a folder with one; an empty folder is what a removed plugin leaves behind."""
    if path.name.startswith((".", "_")) or any(path.match(name) for name in NOT_PLUGINS):
        return False
    return any(path.glob("*.py")) or (path / PACK).is_file() if path.is_dir() else path.suffix in (".py", ".toml")


def found_in(path: Path) -> Found:
    """The plugin in this folder or file."""
    name = path.name if path.is_dir() else path.stem
    return Found(name, str(path), lambda: load_file(name, path), path)


def files_of(module: str) -> Path | None:
    """The folder or file of an installed module, found without running any of it."""
    first, *inside = module.split(".")
    try:
        spec = importlib.util.find_spec(first)
    except (ImportError, ValueError):
        return None
    for part in inside:
        spec = PathFinder.find_spec(part, spec.submodule_search_locations) if spec else None
    if spec is None or not spec.has_location or spec.origin is None:
        return None
    return Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)


def load_file(name: str, path: Path) -> ModuleType:
    """The plugin's module: Python's own, or made of its TOML."""
    file = path / PACK if path.is_dir() else path
    if file.suffix != ".toml" or not file.is_file():
        return import_file(name, path)
    if (path / "__init__.py").is_file():
        raise ImportError(f"{path} has both __init__.py and {PACK}: keep one")
    from salesapp.plugging.toml_loading import load_pack  # which needs what is found here

    forget(name)
    return load_pack(name, file)


def import_file(name: str, path: Path) -> ModuleType:
    """Run the plugin's module under `salesapp_plugins.<name>`, anew each time: two apps in one process (as in tests)
    may have different plugins of one name."""
    module_name = f"{PACKAGE}.{name}"
    forget(name)
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file():
        raise ImportError(f"{file} is missing")
    inside = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(module_name, file, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not Python")
    module = importlib.util.module_from_spec(spec)
    # Relative imports inside a plugin look the parent package up.
    sys.modules.setdefault(PACKAGE, ModuleType(PACKAGE)).__path__ = []
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    return module


def forget(name: str) -> None:
    """Drop a plugin's modules, so that nothing half imported is left to be found."""
    module_name = f"{PACKAGE}.{name}"
    for loaded in [each for each in sys.modules if each == module_name or each.startswith(f"{module_name}.")]:
        del sys.modules[loaded]
