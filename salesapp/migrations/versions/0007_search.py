"""Search: contacts and activities, whose each row is in the index itself, and what each person opens"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)
_HELPED = sa.text("owner_id != scope_owner_id")


def upgrade() -> None:
    op.create_table(
        "opened",
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", _AT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_opened_person_id", ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("person_id", "kind", "subject_id", name="pk_opened"),
    )
    op.create_index("ix_opened_last", "opened", ["person_id", sa.text("last_at DESC")])
    op.create_index(
        "ix_deal_helped", "deal", ["owner_id", "customer_id"], sqlite_where=_HELPED, postgresql_where=_HELPED
    )
    for name in ("scope", "customer", "touched"):
        op.drop_index(f"ix_search_row_{name}", "search_row")
    newest = [sa.text("touched_at DESC"), sa.text("id DESC")]
    op.create_index("ix_search_row_scope", "search_row", ["kind", "scope_owner_id", *newest])
    op.create_index("ix_search_row_customer", "search_row", ["customer_id", "kind"])
    op.create_index("ix_search_row_touched", "search_row", ["kind", *newest])
    _create_token_index()


def _create_token_index() -> None:
    """Made anew. What it holds is derived: `store.schema.upgrade` fills it after the last migration."""
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
        "'kind' || kind || ' ' || kind || coalesce(scope_owner_id::text, 'none') || rtrim(' ' || tokens), ' ')))"
    )
