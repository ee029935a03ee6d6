"""What addresses and forms may hold: numbers an id can have, and texts a database can store."""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """A whole number that fits the id column: a longer one is a 404, not an error of the database."""

    def __init__(self, map: Map, *, min: int | None = None, max: int = LARGEST_ID) -> None:
        super().__init__(map, min=min, max=max)


def refuse_nul() -> None:
    """PostgreSQL stores no NUL, and nobody types one: refuse it here instead of at every column."""
    texts = [*(request.view_args or {}).values(), *(text for pair in request.values.items(multi=True) for text in pair)]
    if any("\0" in text for text in texts if isinstance(text, str)):
        abort(400)


def register(app: Flask) -> None:
    """Make `<int:…>` mean this in every address, and look at what comes in."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(refuse_nul)
