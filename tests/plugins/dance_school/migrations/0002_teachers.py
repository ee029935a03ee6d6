"""Who dances with them"""

import sqlalchemy as sa
from alembic import op

from salesapp.plugin_api import Id

revision = "dance_school_2"
down_revision = "dance_school_1"


def upgrade() -> None:
    refers = sa.ForeignKey("person.id", name="fk_dance_school_trial_teacher_id", ondelete="SET NULL")
    with op.batch_alter_table("dance_school_trial") as batch:
        batch.add_column(sa.Column("teacher_id", Id, refers, nullable=True))
        batch.create_index("ix_dance_school_trial_teacher_id", ["teacher_id"])
