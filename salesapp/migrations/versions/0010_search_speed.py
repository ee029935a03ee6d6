"""Search: each word stands in the index with its kind, and activities on somebody else's customers are few"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_HELPED = sa.text("owner_id != scope_owner_id")


def upgrade() -> None:
    """What the index holds is derived: `store.schema.upgrade` fills it after the last migration."""
    columns = ["owner_id", "state", "customer_id"]
    op.create_index("ix_activity_helped", "activity", columns, sqlite_where=_HELPED, postgresql_where=_HELPED)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5"
            "(tokens, content='', tokenize='unicode61', detail=none, columnsize=0)"
        )
        return
    op.execute("DROP INDEX search_index")
    op.execute(
        "CREATE INDEX search_index ON search_row USING gin (array_to_tsvector(string_to_array("
        "'whose' || kind || coalesce(scope_owner_id::text, 'none') || "
        "replace(rtrim(' ' || tokens), ' ', ' ' || kind), ' ')))"
    )
