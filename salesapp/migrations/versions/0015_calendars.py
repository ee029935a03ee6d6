"""Working calendars, sources and what the owner changed of a process"""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Nothing yet."""
