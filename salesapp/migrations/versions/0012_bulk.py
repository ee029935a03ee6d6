"""Bulk changes: what was changed, so that it can be taken back"""

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Nothing yet."""
