"""Fields of the owner, values of contacts and activities, links to people and customers"""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing yet."""
