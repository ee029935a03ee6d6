"""The front door: its public names are written down in api_golden.txt, and what its docstring teaches works."""

import inspect
import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from textwrap import dedent

import pluggy

from salesapp import plugin_api
from salesapp.plugging import spec
from tests.plugging.plugin_files import load, reasons

GOLDEN = Path(__file__).parent / "api_golden.txt"


def signature(thing: object) -> str:
    """How it is called, without the modules the types come from, and alike in every version of Python."""
    assert callable(thing)
    words = str(inspect.signature(thing)).replace("<factory>", "…").replace("(self, ", "(")
    words = re.sub(r"\b(?:\w+\.)+(?=\w)", "", words)
    return re.sub(r"Optional\[(Literal\[[^]]*\])\]", r"\1 | None", words)


def listing() -> list[str]:
    """One line per public name and per hook; for a record also what can be done with it."""
    lines = []
    for name in sorted(plugin_api.__all__):
        thing = getattr(plugin_api, name)
        if isinstance(thing, pluggy.HookimplMarker):
            lines.append(f"{name}: marks a hook")
        elif not callable(thing):
            lines.append(f"{name} = {thing!r}")
        else:
            lines.append(f"{name}{signature(thing)}")
        if isinstance(thing, type) and is_dataclass(thing):
            known = {each.name for each in fields(thing)}
            more = [each for each in vars(thing) if not each.startswith("_") and each not in known]
            lines += [f"{name}.{each}{signature(getattr(thing, each))}" for each in sorted(more)]
    hooks = [name for name in vars(spec.new_manager().hook) if name.startswith("salesapp_")]
    return lines + [f"hook {name}{signature(getattr(spec, name))}" for name in sorted(hooks)]


def test_the_api_is_as_written_down() -> None:
    """While api = 1 is a draft this documents each change: when one is meant, write it into the file."""
    assert listing() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_every_hook_is_taught_with_its_arguments() -> None:
    taught = plugin_api.__doc__ or ""
    hooks = [name for name in vars(spec) if name.startswith("salesapp_")]
    assert hooks
    for name in hooks:
        arguments = ", ".join(inspect.signature(getattr(spec, name)).parameters)
        assert f"def {name}({arguments}):" in taught
        assert f"- `{name}(" in taught


def test_the_plugin_in_the_docstring_runs(tmp_path: Path) -> None:
    taught = plugin_api.__doc__ or ""
    body = taught[taught.index("    from salesapp.plugin_api") : taught.index("*Records*")]
    (tmp_path / "bakery.py").write_text(dedent(body), encoding="utf-8")
    plugins = load(tmp_path)
    assert reasons(plugins) == {}
    assert set(plugins.catalog.processes) == {"bakery.cakes"}
    assert plugins.catalog.packs["bakery"].accent == "#8a4b12"
