"""How the database goes about a query."""

from typing import Any

from sqlalchemy import Connection, Select, event

from salesapp.testing import on_postgres


def plan(x: Connection, query: Select[Any]) -> str:
    """The plan, its values bound as ever."""
    ran: list[tuple[str, Any]] = []
    event.listen(x, "before_cursor_execute", lambda _x, _cursor, sql, values, *_: ran.append((sql, values)))
    x.execute(query)
    sql, values = ran[-1]  # after the BEGIN
    explain = "EXPLAIN" if on_postgres() else "EXPLAIN QUERY PLAN"
    return "\n".join(str(row) for row in x.exec_driver_sql(f"{explain} {sql}", values))
