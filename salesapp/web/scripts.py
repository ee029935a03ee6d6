"""The scripts every page asks for, as one file: a first visit waits for one answer instead of six.

They are joined here, from the files as they are, and not by a build that somebody could forget.
"""

import hashlib
from functools import cache
from typing import Final

from flask import Blueprint, Response, current_app, request

from salesapp.places import STATIC
from salesapp.web.request import public

bp = Blueprint("scripts", __name__)

_ALWAYS: Final = ("built/htmx.min.js", "app.js")
JOINED: Final = {
    "all.js": (*_ALWAYS, "search.js", "after.js", "errors.js", "files.js"),
    "door.js": _ALWAYS,
}
"""What stands in which: one for those who are signed in, one for everybody else."""


@bp.get("/static/all.js", endpoint="all")
@bp.get("/static/door.js", endpoint="door")
@public
def joined_file() -> Response:
    """One of them. Its address changes with what is in it (`render.asset`)."""
    return Response(content(request.path.rpartition("/")[2]), mimetype="text/javascript")


def content(name: str) -> bytes:
    """What stands in one of them."""
    if current_app.debug:
        _content.cache_clear()
    return _content(name)


@cache
def _content(name: str) -> bytes:
    """A semicolon between two: one that ends without would call the next one."""
    return b"\n;\n".join((STATIC / part).read_bytes() for part in JOINED[name])


def version(name: str) -> str:
    """What its address says of what is in it."""
    return hashlib.sha256(content(name)).hexdigest()[:10]
