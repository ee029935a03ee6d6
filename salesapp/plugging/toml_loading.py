"""A file of TOML as a plugin: a module with a card and records, which the loader takes like every other."""

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from salesapp.domain.errors import N_
from salesapp.plugging.fitness import UnfitError
from salesapp.plugging.manifest import API
from salesapp.plugging.search import PACKAGE
from salesapp.plugging.spec import hookimpl
from salesapp.plugging.toml_lines import line_of, lines_of
from salesapp.plugging.toml_pack import Mistake, read_pack
from salesapp.plugging.toml_records import place_in


def load_pack(name: str, file: Path) -> ModuleType:
    """The plugin in this file, as a module like every other."""
    text = text_of(file)
    pack = read_pack(name, file)
    module = ModuleType(f"{PACKAGE}.{name}", f"The plugin in {file}.")
    module.__file__ = str(file)
    if pack.manifest is not None:
        module.MANIFEST = pack.manifest  # type: ignore[attr-defined]
    sys.modules[module.__name__] = module  # where the loader looks whether it is critical
    if pack.mistakes and (pack.manifest is None or pack.manifest.api == API):
        raise unfit(name, pack.mistakes)

    def salesapp_records() -> Iterable[Any]:
        return pack.records

    def placed(error: ValueError) -> UnfitError:
        """A complaint that only shows beside other plugins, with its line here."""
        path = place_in(tomllib.loads(text), (), str(error).replace(f"{name}.", ""))
        return unfit(name, (Mistake(file, line_of(lines_of(text), path), str(error)),))

    module.salesapp_records = hookimpl(salesapp_records)  # type: ignore[attr-defined]
    module.placed = placed  # type: ignore[attr-defined]
    return module


def text_of(file: Path) -> str:
    """A file's text, as far as it is text."""
    return file.read_text(encoding="utf-8", errors="replace")


def unfit(name: str, mistakes: tuple[Mistake, ...]) -> UnfitError:
    """The first mistake, and how to see the others."""
    first, *more = mistakes
    if not more:
        return UnfitError("%(problem)s", problem=str(first))
    words = N_("%(problem)s And %(more)s more: “salesapp plugins check %(name)s” lists them.")
    return UnfitError(words, problem=str(first), more=len(more), name=name)
