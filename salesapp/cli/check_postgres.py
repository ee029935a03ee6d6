"""The doctor on a PostgreSQL server: its version, its encoding, who may write, and how many it lets in."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, text

from salesapp.cli.findings import Finding, doubtful, good, wrong

OLDEST: Final = 15
POOL: Final = 15  # connections one process of ours opens at most: SQLAlchemy's five, and ten in a rush
APART: Final = timedelta(minutes=1)

_FACTS: Final = text("""
    SELECT current_setting('server_version') AS version, current_setting('server_encoding') AS encoding,
           current_setting('transaction_read_only') AS read_only, d.datcollate AS collation,
           d.datcollversion AS sorted_by, pg_database_collation_actual_version(d.oid) AS sorts_by,
           current_database() AS name, now() AS clock,
           LEAST(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                 NULLIF(d.datconnlimit, -1), NULLIF(r.rolconnlimit, -1)) AS connections
    FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = current_user""")


def postgres(connection: Connection, workers: int, now: datetime) -> Iterator[Finding]:
    """Every finding about the server behind this connection."""
    version = str(connection.execute(text("SHOW server_version")).scalar())
    yield _version(version)
    if int(version.split(".")[0]) >= OLDEST:  # older ones lack some of these facts
        yield from judge(connection.execute(_FACTS).one()._asdict(), workers, now)


def _version(version: str) -> Finding:
    if int(version.split(".")[0]) < OLDEST:
        return doubtful("postgres.old", f"PostgreSQL {version} is older than {OLDEST}: move to a newer server.")
    return good("postgres", f"PostgreSQL {version}.")


def judge(facts: Mapping[str, Any], workers: int, now: datetime) -> Iterator[Finding]:
    """What these facts of a server mean for us."""
    name = facts["name"]
    if facts["encoding"] != "UTF8":
        yield wrong(
            "postgres.encoding",
            f"The database {name} has the encoding {facts['encoding']}: keep a backup, and restore it into one made "
            "with createdb --template=template0 --encoding=UTF8.",
        )
    if facts["read_only"] == "on":
        yield wrong("postgres.readonly", f"The database {name} can only be read: is it the standby's address?")
    if facts["sorted_by"] != facts["sorts_by"]:
        yield doubtful(
            "postgres.collation",
            f"The system sorts {facts['collation']} by other rules than when {name} was made: REINDEX DATABASE {name}; "
            f"then ALTER DATABASE {name} REFRESH COLLATION VERSION;",
        )
    if facts["connections"] < workers * POOL:
        yield doubtful(
            "postgres.connections",
            f"PostgreSQL lets in {facts['connections']} connections, and {workers} processes may want "
            f"{workers * POOL}: raise max_connections (or this user's limit), or run fewer --workers.",
        )
    if abs(facts["clock"] - now) > APART:
        yield doubtful(
            "postgres.clock",
            f"The clock of PostgreSQL stands at {facts['clock']:%Y-%m-%d %H:%M:%S}, this machine's at "
            f"{now:%Y-%m-%d %H:%M:%S} UTC: let both be set from the network.",
        )
