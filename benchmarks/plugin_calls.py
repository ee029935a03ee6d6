"""What it costs to ask a plugin: a contained call compared to the bare function, in microseconds.

    .venv/bin/python benchmarks/plugin_calls.py

The house promises at most 25 for each call; where nobody listens, next to nothing.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from salesapp.plugging.hooks import Hooks
from salesapp.plugging.loader import load_plugins

PROMISED: Final = 25.0
TIMES: Final = 20_000
PLUGIN: Final = """
from salesapp.plugin_api import *

MANIFEST = Manifest(name="bakery", version="1", label=Text("A", "A", "A", "A"), description=Text("A", "A", "A", "A"))

@hookimpl
def salesapp_check_deal_move(deal, to, actor, reads, now):
    return [] if to else [problem("", "Where to?")]

@hookimpl
def salesapp_check_claim(customer, now):
    return [problem("", "No.")]
"""

ITS: Final[dict[str, list[Any]]] = {}
"""The bare functions by hook, to compare with."""


def micros(do: Callable[[], object]) -> float:
    """The best of five runs, as the machine does other things, too."""
    runs = []
    for _ in range(5):
        begun = perf_counter()
        for _ in range(TIMES):
            do()
        runs.append((perf_counter() - begun) / TIMES * 1e6)
    return min(runs)


def main() -> None:
    """Measure, and say so where it takes longer than promised."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bakery.py").write_text(PLUGIN, encoding="utf-8")
        plugins = load_plugins([Path(folder)])
    assert plugins.plugin("bakery"), plugins.set_aside
    for each in plugins.manager.hook.salesapp_check_claim.get_hookimpls():
        ITS["salesapp_check_claim"] = [each]
    hooks, catalog = Hooks(plugins), plugins.catalog
    given: dict[str, object] = {"deal": None, "to": "x", "actor": None, "now": None}
    found: dict[str, tuple[str, dict[str, object]]] = {
        "a check that finds nothing": ("salesapp_check_deal_move", given),
        "a check that objects": ("salesapp_check_claim", {"customer": None, "now": None}),
        "nobody listens": ("salesapp_check_deal_save", given),
    }
    for what, (hook, args) in found.items():
        took = micros(lambda: hooks.check(hook, args, house=lambda: catalog, facade=lambda plugin: plugin))  # noqa: B023
        bare = micros(lambda: [each.function(**args) for each in ITS.get(hook, ())])  # noqa: B023
        print(f"{what:28} {took - bare:6.2f} µs{'' if took - bare <= PROMISED else '  more than promised'}")


if __name__ == "__main__":
    main()
