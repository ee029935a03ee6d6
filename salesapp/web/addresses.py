"""Numbers in addresses: those that no id can have are simply not there."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """A whole number that fits the id column: a longer one is a 404, not an error of the database."""

    def __init__(self, map: Map, *args: Any, max: int = LARGEST_ID, **options: Any) -> None:  # noqa: A002 (werkzeug's names)
        super().__init__(map, *args, max=max, **options)


def register(app: Flask) -> None:
    """Make `<int:…>` mean this in every address."""
    app.url_map.converters["int"] = IdConverter
