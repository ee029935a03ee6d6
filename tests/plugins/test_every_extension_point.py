"""The dance school shows every extension point: each record, each beginning of a rule, each hook, each reference."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, get_args

from salesapp.domain.follow_up import TRIGGERS
from salesapp.plugging import own_tables, spec
from salesapp.store.tables import metadata as house

SCHOOL = import_module("tests.plugins.dance_school")


def parts(of: Any) -> Iterator[Any]:
    """A record and whatever it is built of."""
    yield of
    if is_dataclass(of):
        for each in fields(of):
            yield from parts(getattr(of, each.name))
    elif isinstance(of, tuple | list):
        for each in of:
            yield from parts(each)
    elif isinstance(of, Mapping):
        yield from parts(list(of.values()))


def test_of_records_and_of_what_a_rule_begins_with() -> None:
    used = {type(each) for each in parts(SCHOOL.salesapp_records())}
    assert {*get_args(spec.Record), *TRIGGERS} - used == set()


def test_of_hooks() -> None:
    offered = {name for name in vars(spec) if name.startswith(f"{spec.PROJECT}_")}
    assert offered - set(vars(SCHOOL)) == set()


def test_of_references_to_what_the_house_keeps() -> None:
    offered = {name.removesuffix("_ref") for name in vars(own_tables) if name.endswith("_ref") and name != "_ref"}
    keys = (key for table in SCHOOL.metadata.tables.values() for key in table.foreign_keys)
    used = {key.column.table.name for key in keys if key.column.table.metadata is house}
    assert offered - used == set()
