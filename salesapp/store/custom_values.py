"""Values out of a JSON column such as `deal.custom`, for conditions and for the indexes that serve them.

Each is NULL unless the value has the shape asked for, so nothing fails on what an import or an older plugin left
there. Path and shape are a literal part of the SQL, alike in a query and in an index, because a database uses an index
on an expression only where the query says exactly the same:

    Index("cf_bakery_size", CustomText(deal.c.custom, "bakery", "size"))  # serves what asks for the same CustomText
"""

import re
from datetime import date
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, String, literal, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from salesapp.domain.conditions import WHOLE

_KEY: Final = re.compile(r"[a-z0-9_]+")
REAL_DAY: Final = (  # of the calendar, leap years and all: PostgreSQL's own cast fails on others and cannot be indexed
    "(?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|"
    "02-(0[1-9]|1[0-9]|2[0-8]))|(?!0000)([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29"
)


class IsoDay(TypeDecorator[date]):
    """A date that JSON keeps as text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else value.isoformat()


class CustomValue(FunctionElement[Any]):
    """A value, or a question about one, at a path inside a JSON column."""

    inherit_cache = True
    sqlite: ClassVar[str]
    postgresql: ClassVar[str]
    """How it is spelled: {type} is the JSON type, {value} the value as SQL has it, {asked} what it is compared with."""

    def __init__(self, column: ColumnElement[Any], *path: str, asked: str | None = None) -> None:
        if not path or not all(_KEY.fullmatch(key) for key in path):
            raise ValueError(f"keys of custom values are small letters, digits and _, not {path!r}")
        super().__init__(column, literal_column(".".join(path)), *(() if asked is None else [literal(asked, String)]))

    @property
    def path(self) -> list[str]:
        """It is kept as a clause, since a compiled statement is used again for all with the same clauses."""
        return str(list(self.clauses)[1]).split(".")


class CustomText(CustomValue):
    """A text; also the key of a choice."""

    inherit_cache = True
    type = String()
    sqlite = "CASE {type} WHEN 'text' THEN {value} END"
    postgresql = "CASE {type} WHEN 'string' THEN {value} END"


class CustomInteger(CustomValue):
    """A whole number that fits a BIGINT."""

    inherit_cache = True
    type = BigInteger()
    sqlite = f"CASE WHEN {{type}} = 'integer' AND {{value}} BETWEEN {1 - WHOLE} AND {WHOLE - 1} THEN {{value}} END"
    postgresql = (
        f"CASE WHEN {{type}} = 'number' AND {{value}} ~ '^-?[0-9]{{1,{len(str(WHOLE - 1))}}}$' "
        "THEN CAST({value} AS BIGINT) END"
    )


class CustomBool(CustomValue):
    """Yes or no."""

    inherit_cache = True
    type = Boolean()
    sqlite = "CASE {type} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    postgresql = "CASE {type} WHEN 'boolean' THEN CAST({value} AS BOOLEAN) END"


class CustomDate(CustomValue):
    """A day of the calendar, as text: in the order of the days."""

    inherit_cache = True
    type = IsoDay()
    # The outer CASE first, as date('now') would not be the same tomorrow: SQLite refuses that in an index. Older ones
    # only notice the 30th of February when they count from it.
    sqlite = (
        f"CASE WHEN {{type}} = 'text' AND {{value}} GLOB '{'-'.join(['[0-9]' * n for n in (4, 2, 2)])}' "
        "THEN CASE WHEN date({value}, '+0 days') = {value} AND {value} >= '0001' THEN {value} END END"
    )
    postgresql = f"CASE WHEN {{type}} = 'string' AND {{value}} ~ '^({REAL_DAY})$' THEN {{value}} COLLATE \"C\" END"


class CustomHas(CustomValue):
    """Whether a list has the text `asked` in it."""

    inherit_cache = True
    type = Boolean()
    sqlite = (
        "{type} = 'array' AND EXISTS (SELECT 1 FROM json_each({column}, {path}) AS one "
        "WHERE one.type = 'text' AND one.value = {asked})"
    )
    postgresql = (
        "EXISTS (SELECT 1 FROM jsonb_array_elements(CASE {type} WHEN 'array' THEN {column} #> {path} END) "
        "AS one(value) WHERE jsonb_typeof(one.value) = 'string' AND (one.value #>> '{}') = {asked})"
    )


class CustomHasAny(CustomValue):
    """Whether a list has any text in it."""

    inherit_cache = True
    type = Boolean()
    sqlite = CustomHas.sqlite.replace(" AND one.value = {asked}", "")
    postgresql = CustomHas.postgresql.replace(" AND (one.value #>> '{}') = {asked}", "")


@compiles(CustomValue, "sqlite")
def _for_sqlite(element: CustomValue, compiler: SQLCompiler, **options: Any) -> str:
    found = {"type": "json_type({column}, {path})", "value": "json_extract({column}, {path})"}
    path = "'$." + ".".join(f'"{key}"' for key in element.path) + "'"
    return _spelled(element.sqlite, found | {"path": path} | _processed(element, compiler, options))


@compiles(CustomValue, "postgresql")
def _for_postgresql(element: CustomValue, compiler: SQLCompiler, **options: Any) -> str:
    found = {"type": "jsonb_typeof({column} #> {path})", "value": "({column} #>> {path})"}
    path = "'{" + ",".join(element.path) + "}'"
    return _spelled(element.postgresql, found | {"path": path} | _processed(element, compiler, options))


def _processed(element: CustomValue, compiler: SQLCompiler, options: dict[str, Any]) -> dict[str, str]:
    """The column, as an index or a query names it, and what is asked, as the query binds it."""
    column, _path, *asked = element.clauses
    names = ["column", "asked"]
    return {name: compiler.process(each, **options) for name, each in zip(names, (column, *asked), strict=False)}


def _spelled(template: str, words: dict[str, str]) -> str:
    """In the order of `words`, as the first ones have the later ones in them. Regular expressions have braces, too."""
    for name, word in words.items():
        template = template.replace(f"{{{name}}}", word)
    return f"({template})"
