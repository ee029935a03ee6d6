"""Taking a list along as a file: who took what is written down before its first row leaves, so that a download that
breaks is written down, too; and the rows are read in portions, each in a moment of its own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from salesapp.services.work import Work

CHUNK: Final = 500
"""So many rows are read at once."""


def tell_export(
    w: Work, what: str, n: int, form: str, columns: Sequence[str], asked: Mapping[str, Any] | None = None
) -> None:
    """Who took how much of what, and as what. What the list asked for may hold names: it can be erased."""
    w.require("export")
    about = {"list": what, "n": n, "format": form, "columns": list(columns)}
    w.event("list.exported", "person", w.actor.id or 0, data=about, personal={"query": dict(asked)} if asked else None)


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """What is read at once, one after the other. The ids were found in one moment: nothing that changes while the rest
    is read moves a row into another portion."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
