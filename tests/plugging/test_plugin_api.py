"""The front door: its public names are written down in api_golden.txt, and what its docstring teaches works."""

import inspect
import re
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent

import pluggy
import pytest

from salesapp import plugin_api
from salesapp.domain.stages import WON, gates_ahead, requirements
from salesapp.domain.views import DealView
from salesapp.plugging import spec
from salesapp.plugging.hooks import MOVE, Hooks
from salesapp.plugging.loader import Plugins
from tests.plugging.plugin_files import load, reasons

GOLDEN = Path(__file__).parent / "api_golden.txt"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CAKE = DealView(
    id=1,
    version=1,
    customer_id=None,
    customer_name=None,
    title="Wedding cake",
    process="bakery.cakes",
    stage="asked",
    state="open",
    owner_id=None,
    owner_name=None,
    team_id=None,
    amount_minor=None,
    currency="CNY",
    expected_close=date(2026, 3, 7),
    stage_entered_at=NOW,
    created_at=NOW,
    touched_at=NOW,
    closed_at=None,
    lost_reason=None,
    done_steps=frozenset(),
    custom={},
    archived_at=None,
)


def signature(thing: object) -> str:
    """How it is called, without the modules the types come from, and alike in every version of Python."""
    if isinstance(thing, property):
        return signature(thing.fget).replace("(self) ->", ":")
    assert callable(thing)
    words = str(inspect.signature(thing)).replace("<factory>", "…").replace("(self, ", "(")
    words = re.sub(r"\b(?:\w+\.)+(?=\w)", "", words).replace("'Reads'", "Reads").replace("'Work'", "Work")
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
        elif isinstance(thing, type) and issubclass(thing, Exception):
            lines.append(f"{name}: is raised")
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
        assert f"- `{name}({arguments})`: " in taught


@pytest.fixture
def bakery(tmp_path: Path) -> Plugins:
    """The plugin in the docstring, as somebody would save it."""
    taught = plugin_api.__doc__ or ""
    body = taught[taught.index("    from salesapp.plugin_api") : taught.index("*Records*")]
    (tmp_path / "bakery.py").write_text(dedent(body), encoding="utf-8")
    return load(tmp_path)


def test_the_plugin_in_the_docstring_runs(bakery: Plugins) -> None:
    assert reasons(bakery) == {}
    assert set(bakery.catalog.processes) == {"bakery.cakes"}
    assert bakery.catalog.packs["bakery"].accent == "#8a4b12"


def test_its_gate_asks_for_its_field_and_its_hook_for_what_no_gate_can(bakery: Plugins) -> None:
    cakes = bakery.catalog.processes["bakery.cakes"]
    gates = gates_ahead(cakes, "asked", WON)

    def asks(deal: DealView) -> list[tuple[str, ...]]:
        return [each.asks for each in requirements(cakes, deal, gates, NOW.date()) if not each.holds]

    agreed = replace(CAKE, amount_minor=38_800, custom={"bakery": {"guests": 12}})
    assert asks(CAKE) == [("field.guests",), ("amount",)]
    assert asks(agreed) == []
    hooks = Hooks(bakery, raise_errors=True)
    assert hooks.check(MOVE, {"deal": agreed, "to": "asked", "now": NOW}).problems == ()
    sunday = replace(agreed, expected_close=date(2026, 3, 8))
    said = hooks.check(MOVE, {"deal": sunday, "to": "asked", "now": NOW})
    assert [each.place for each in said.problems] == ["expected_close"]


def test_everything_a_plugin_can_use_is_taught() -> None:
    """A name that nobody explains is found by nobody; what a record or hook is made of is explained at the record."""
    taught = plugin_api.__doc__ or ""
    named_by_others = {"API", "ActivityView", "CustomerView", "Money", "Msg", "Option"}
    assert {name for name in plugin_api.__all__ if name not in taught} == named_by_others
