"""The lesson that was danced, and with which contact of theirs"""

import sqlalchemy as sa
from alembic import op

from salesapp.plugin_api import Id

revision = "dance_school_3"
down_revision = "dance_school_2"


def upgrade() -> None:
    for name, table in (("danced_id", "activity"), ("danced_with_id", "contact")):
        refers = sa.ForeignKey(f"{table}.id", name=f"fk_dance_school_trial_{name}", ondelete="SET NULL")
        with op.batch_alter_table("dance_school_trial") as batch:
            batch.add_column(sa.Column(name, Id, refers, nullable=True))
            batch.create_index(f"ix_dance_school_trial_{name}", [name])
