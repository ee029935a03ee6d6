"""A plugin's records as `pack.toml`, which `toml_pack.py` reads back into the same records."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, time
from typing import Any, Final, get_args, get_origin

from salesapp.domain.criteria import Condition, to_data
from salesapp.domain.pack import Fields, IndustryPack, Process
from salesapp.domain.text import Text
from salesapp.plugging.loader import LoadedPlugin
from salesapp.plugging.manifest import Manifest
from salesapp.plugging.toml_pack import FIELD_SECTIONS, SECTIONS
from salesapp.plugging.toml_records import CALLED, GROUPS, NOTHING, TRIGGERS, hints_of

WIDE: Final = 110
"""Longer lists of values are written one a line."""
BARE: Final = re.compile("[A-Za-z0-9_-]+")


def left_out(plugin: LoadedPlugin) -> list[str]:
    """What of a plugin only Python can hold: hooks, records with functions in them, and a second pack."""
    known = (IndustryPack, Process, Fields, *SECTIONS.values())
    lost = [each for each in plugin.records if type(each) not in known]
    lost += [each for each in plugin.records if type(each) is IndustryPack][1:]
    hooks = [name for name in dir(plugin.module) if name.startswith("salesapp_") and name != "salesapp_records"]
    return [*(f"{type(each).__name__} {each.key!r}" for each in lost), *hooks]


def pack_text(manifest: Manifest, records: Iterable[object]) -> str:
    """The whole file."""
    records = list(records)
    packs = [each for each in records if type(each) is IndustryPack][:1]
    loose = [each for each in records if type(each) is Process]
    inside = [process for pack in packs for process in pack.processes]
    lines = ["[manifest]", *pairs(manifest)]
    for pack in packs:
        named = [f"processes = {inline([each.key for each in inside])}"] if loose else []
        lines += ["", "[pack]", *pairs(pack), *named]
    lines += tables("processes", [*inside, *loose])
    for section, kind in SECTIONS.items():
        lines += tables(section, [each for each in records if type(each) is kind])
    for section, name in FIELD_SECTIONS.items():
        known = [each for each in records if isinstance(each, Fields) and each.kind == name]
        lines += tables(section, [field for each in known for field in each.fields])
    return "\n".join(lines) + "\n"


def tables(name: str, records: Iterable[object]) -> Iterator[str]:
    """Each record as a table of its own, with its larger parts as tables below it."""
    for record in records:
        yield from ("", f"[[{name}]]")
        yield from pairs(record)
        for each in written(record):
            value = getattr(record, each.name)
            if is_table(type(record), each.name):
                yield from ("", f"[{name}.{each.name}]")
                yield from (f"{key_text(key)} = {inline(data_of(inner))}" for key, inner in value.items())
            elif is_large(type(record), each.name):
                yield from tables(f"{name}.{each.name}", value)


def pairs(record: Any) -> Iterator[str]:
    """`key = value` for everything that fits into its table."""
    for each in written(record):
        value = getattr(record, each.name)
        if is_large(type(record), each.name) or is_table(type(record), each.name):
            continue
        yield from assigned(each.name, data_of(value))


def assigned(name: str, data: Any) -> Iterator[str]:
    """`name = value`; an inline table cannot be broken, so of a long one each key has a line, `name.key = value`."""
    line = f"{name} = {inline(data)}"
    if len(line) > WIDE and isinstance(data, dict) and not set(data) & set(GROUPS):
        for key, each in data.items():
            yield from assigned(f"{name}.{key_text(key)}", each)
    else:
        yield line


def written(record: Any) -> "list[Field[Any]]":
    """The fields that say something else than nothing."""
    said = {each.name: getattr(record, each.name) for each in fields(record) if each.init}
    return [each for each in fields(record) if each.name in said and not is_left_out(said[each.name], default_of(each))]


def is_left_out(value: object, default: object) -> bool:
    """Whether leaving a field out says the same; what must be said in Python may be None all the same."""
    return value == default or (value is None and default is MISSING)


def default_of(each: "Field[Any]") -> object:
    """What a field is where nothing is said."""
    return each.default if each.default_factory is MISSING else each.default_factory()


def is_large(kind: type, name: str) -> bool:
    """Whether a field is a list of records that are large themselves: stages are, options are not."""
    hint = hints_of(kind)[name]
    inside = get_args(hint)[:1] if get_origin(hint) is tuple else ()
    return bool(inside) and is_dataclass(inside[0]) and not is_small(inside[0])


def is_table(kind: type, name: str) -> bool:
    """Whether a field is a table whose keys are free. The `default` of a Field may be one, too, but is a value."""
    return get_origin(hints_of(kind)[name]) is Mapping


def is_small(kind: Any) -> bool:
    """Whether a record fits on a line: keys, labels and lists of keys."""
    small = (str, int, bool, Text, tuple[str, ...])
    return all(hint in small for hint in hints_of(kind).values())


def data_of(value: Any) -> Any:
    """A value as plain data."""
    if isinstance(value, Condition):
        return to_data(value)
    if isinstance(value, Mapping):
        return {key: data_of(each) for key, each in value.items()}
    if is_dataclass(value):
        begins = [("kind", word) for word, kind in TRIGGERS.items() if type(value) is kind]
        names = {name: word for word, name in CALLED.get(type(value), {}).items()}
        said = [(names.get(each.name, each.name), getattr(value, each.name)) for each in written(value)]
        return dict([*begins, *((name, NOTHING if inner is None else data_of(inner)) for name, inner in said)])
    return [data_of(each) for each in value] if isinstance(value, tuple) else value


def inline(value: Any, indent: str = "") -> str:
    """Plain data as TOML, behind an equals sign."""
    if isinstance(value, dict):
        inside = ", ".join(f"{key_text(key)} = {inline(each, indent)}" for key, each in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if not isinstance(value, list):
        return plain_text(value)
    short = f"[{', '.join(inline(each) for each in value)}]"
    if len(short) + len(indent) <= WIDE and not any(isinstance(each, dict) for each in value):
        return short
    inner = f"{indent}  "
    return "\n".join(["[", *(f"{inner}{inline(each, inner)}," for each in value), f"{indent}]"])


def key_text(key: str) -> str:
    """A key, in quotes where TOML needs them."""
    return key if BARE.fullmatch(key) else string(key)


def plain_text(value: object) -> str:
    """A text, number or yes and no."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, date | time):
        return value.isoformat()
    raise ValueError(f"a pack.toml cannot hold {value!r}")


def string(text: str) -> str:
    """A text in quotes: JSON's are TOML's, but for one sign."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
