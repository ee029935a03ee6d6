"""What addresses and forms may hold: numbers an id can have, and texts a database can store."""

from collections.abc import Callable

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map, Rule

LARGEST_ID = 2**63 - 1


class IdConverter(IntegerConverter):
    """A whole number that fits the id column: a longer one is a 404, not an error of the database."""

    def __init__(self, map: Map, *, min: int | None = None, max: int = LARGEST_ID) -> None:
        super().__init__(map, min=min, max=max)


class Address(Rule):
    """A rule that learns to build its address when it is asked to: werkzeug compiles two functions for each, which is
    most of what it takes to make the application, and hardly any is used."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make, name = super()._compile_builder, "_build_unknown" if append_unknown else "_build"

        def first(self: Rule, **values: object) -> tuple[str, str]:
            setattr(self, name, make(append_unknown).__get__(self, None))
            built: tuple[str, str] = getattr(self, name)(**values)
            return built

        return first


def refuse_nul() -> None:
    """PostgreSQL stores no NUL, and nobody types one: refuse it here instead of at every column."""
    texts = [*(request.view_args or {}).values(), *(text for pair in request.values.items(multi=True) for text in pair)]
    if any("\0" in text for text in texts if isinstance(text, str)):
        abort(400)


def register(app: Flask) -> None:
    """Make `<int:…>` mean this in every address, and look at what comes in."""
    app.url_map.converters["int"] = IdConverter
    app.url_rule_class = Address
    app.before_request(refuse_nul)
