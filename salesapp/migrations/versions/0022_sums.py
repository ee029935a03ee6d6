"""What was won, by where the customers came from"""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    pass
