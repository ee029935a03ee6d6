"""What is written down when somebody takes a report's table along as a file."""

from collections.abc import Mapping

from salesapp.services.work import Work


def tell_report(w: Work, table: str, asked: Mapping[str, str], n: int) -> None:
    """Who took which figures, and how many rows; what was asked for is codes, ids and days."""
    w.require("export")
    w.event("report.exported", "person", w.actor.id or 0, data={"table": table, "n": n, "asked": dict(asked)})
