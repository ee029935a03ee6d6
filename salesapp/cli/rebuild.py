"""Compare the figures that are kept with every change with what they are counted from, and mend them."""

from collections.abc import Mapping
from typing import Any

import click

from salesapp.cli.opening import opened, say, working
from salesapp.services import rebuild
from salesapp.store.engine import reading
from salesapp.store.rollups import Comparison, Difference

DIFFERENT = 1


@click.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare; exit code 1 when something differs.")
def rebuild_command(check: bool) -> None:
    """Compare the kept totals of deals and stages with the deals and events themselves, and mend them."""
    with opened() as app:
        with reading() as x:
            found = rebuild.check(x)
        wrong = [comparison for comparison in found if not comparison.is_right]
        if wrong and not check:
            with working(app) as w:
                rebuild.mend(w, wrong)
    for comparison in found:
        _say(comparison)
    if not wrong:
        say("Everything is as it must be.", "green")
    elif check:
        say("`salesapp rebuild` mends it.", "red")
        raise SystemExit(DIFFERENT)
    else:
        say("Mended.", "green")


def _say(comparison: Comparison) -> None:
    counts = ", ".join(f"{n} {kind}" for kind, n in comparison.counts.items())
    say(f"{comparison.table}: {counts}", None if comparison.is_right else "yellow")
    for each in comparison.examples:
        say(f"  {each.kind}: {' · '.join(_word(*part) for part in each.key.items())}: {_figures(each)}")
    more = sum(n for kind, n in comparison.counts.items() if kind != "right") - len(comparison.examples)
    if more:
        say(f"  … and {more} more")


def _word(name: str, value: Any) -> str:
    if name == "owner_key":
        return f"person {value}" if value else "nobody"
    return f"class {value}" if name == "bucket" else str(value) or "–"


def _figures(each: Difference) -> str:
    return f"kept {_row(each.kept)}, true {_row(each.true)}"


def _row(figures: Mapping[str, int] | None) -> str:
    return "nothing" if figures is None else " ".join(f"{name}={value}" for name, value in figures.items())
