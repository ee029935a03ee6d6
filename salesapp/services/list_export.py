"""What is written down when somebody takes a list along as a file."""

from typing import Final

from salesapp.domain.list_query import ListQuery
from salesapp.services.work import Work

CHUNK: Final = 500
"""So many rows are read at once."""


def tell_export(w: Work, query: ListQuery, columns: tuple[str, ...], n: int) -> None:
    """Who took what, and how much of it. What the list asked for may hold names: it can be erased."""
    w.require("export")
    about = {"list": query.kind, "n": n, "columns": list(columns)}
    w.event("list.exported", "person", w.actor.id or 0, data=about, personal={"query": query.to_data()})
