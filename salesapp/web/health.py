"""The address a monitor asks."""

from flask import Blueprint
from sqlalchemy import text

from salesapp.store.engine import reading
from salesapp.web.request import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> dict[str, str]:
    """`ok` when the database answers."""
    with reading() as x:
        x.execute(text("SELECT 1"))
    return {"status": "ok"}
