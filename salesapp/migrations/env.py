"""Alembic's entry: runs on the connection that `salesapp.store.schema` opened, inside its transaction; for the core,
and for each plugin with its own metadata and version table (`salesapp.store.plugin_schema`)."""

from alembic import context
from sqlalchemy.schema import SchemaItem

from salesapp.store.schema import VERSION_TABLE, is_ours
from salesapp.store.tables import metadata as core


def include_object(item: SchemaItem, name: str | None, kind: str, _reflected: bool, _other: SchemaItem | None) -> bool:
    """Leave out what no table of ours declares: search tables, expression indexes, plugins' tables."""
    return is_ours(item, name, kind) if metadata is core else kind != "table" or name in metadata.tables


connection = context.config.attributes["connection"]
metadata = context.config.attributes.get("metadata", core)
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=context.config.attributes.get("version_table", VERSION_TABLE),
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
    transaction_per_migration=False,
    include_object=include_object,
    compare_type=True,
)
context.run_migrations()
