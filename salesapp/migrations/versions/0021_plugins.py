"""What the owner said of each plugin, and which hooks are held"""

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    pass
