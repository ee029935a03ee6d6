"""What a search in a team asks"""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing yet."""
