"""Notices: what a person is told, and how"""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    pass
