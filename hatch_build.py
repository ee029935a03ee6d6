"""Packs the wheel: builds what git does not hold, and puts the top-level folders under `salesapp/_data`."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDERS = ("templates", "static", "plugins")
LEFT_OUT = {"__pycache__", "tests"}


class CustomBuildHook(BuildHookInterface[Any]):
    """Called by hatchling; an editable install needs nothing of this, `make install` builds the parts itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name every file that goes into the wheel from outside the package."""
        if version == "editable":
            return
        root = Path(self.root)
        _assets(root).build_all(root)
        for folder in FOLDERS:
            for file in sorted((root / folder).rglob("*")):
                inside = file.relative_to(root)
                if file.is_file() and not _left_out(inside):
                    build_data["force_include"][str(file)] = f"salesapp/_data/{inside.as_posix()}"


def _left_out(inside: Path) -> bool:
    # Names with a dot are editors' and git's own files (`.gitkeep`, `.DS_Store`).
    return any(name.startswith(".") or name in LEFT_OUT for name in inside.parts)


def _assets(root: Path) -> ModuleType:
    # By file: the package itself is not installed while it is being built.
    spec = importlib.util.spec_from_file_location("salesapp_assets", root / "salesapp" / "assets.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("salesapp/assets.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
