"""The address a monitor asks."""

from flask import Blueprint

from salesapp.store.engine import ping
from salesapp.web.request import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """`ok` when the database answers."""
    ping()
    return {"status": "ok"}
