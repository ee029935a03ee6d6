"""What the words of `salesapp import` ask: columns, values and options by key, or by what this house calls them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from salesapp.cli.stopping import stop
from salesapp.domain.errors import NotFound
from salesapp.domain.import_map import ImportMap
from salesapp.domain.importing import FileShape, ImportAsked, ImportField
from salesapp.domain.permissions import SYSTEM
from salesapp.domain.text import Text
from salesapp.services import import_mappings, import_runs, import_words
from salesapp.services.import_kinds import YES, ImportOption, Known, by_any_name
from salesapp.services.import_registry import KINDS, known_of
from salesapp.services.import_runs import Preview
from salesapp.store.engine import Executor
from salesapp.store.import_runs import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was typed behind `salesapp import FILE`; None and () where nothing was said."""

    kind: str | None = None
    shape: Mapping[str, Any]
    pairs: Sequence[str] = ()
    values: Sequence[str] = ()
    options: Sequence[str] = ()
    owner: str | None = None
    source: str | None = None
    mapping: str | None = None


def asked_by(x: Executor, run: RunView, said: Said, now: datetime) -> tuple[ImportAsked, Preview]:
    """The question: what was said, and guesses for the rest; and the file as it is read with it."""
    asked = replace(run.asked, kind=said.kind or run.asked.kind, shape=_shape(run.asked.shape, said.shape))
    asked = import_words.guessed_again(x, SYSTEM, run, asked, now)
    seen = import_runs.preview(x, SYSTEM, run.id, now, asked)
    if said.mapping is not None:
        asked = _as_saved(x, said.mapping, asked, seen.header, now)
        seen = import_runs.preview(x, SYSTEM, run.id, now, asked)
    if said.pairs:
        asked = replace(asked, columns=_columns(said.pairs, seen))
    asked = replace(asked, options={**asked.options, **_options(x, said, seen, asked, now)})
    asked = import_words.filled(x, SYSTEM, replace(run, asked=asked), asked, now)
    return replace(asked, values=_values(said.values, asked.values, seen)), seen


def _shape(shape: FileShape, said: Mapping[str, Any]) -> FileShape:
    return replace(shape, **{name: value for name, value in said.items() if value is not None})


def _as_saved(x: Executor, name: str, asked: ImportAsked, header: Sequence[str], now: datetime) -> ImportAsked:
    known = known_of(x, SYSTEM, asked, now).catalog.of(ImportMap)
    if name in known:
        return import_words.fitted(x, SYSTEM, import_mappings.as_brought(known[name], asked, header), now)
    try:
        saved = import_mappings.by_name(x, name)
    except NotFound:
        stop(f"There is no saved mapping called {name}.")
    return import_words.fitted(x, SYSTEM, import_mappings.as_last_time(saved, asked, header), now)


def _columns(pairs: Sequence[str], seen: Preview) -> dict[int, str]:
    called = _called(seen.fields)
    columns: dict[int, str] = {}
    for pair in pairs:
        column, _, name = pair.rpartition("=")
        if not column or not name:
            stop(f"{pair} is not COLUMN=field.")
        if column not in seen.header:
            stop(f"There is no column {column}; there are {', '.join(filter(None, seen.header))}.")
        key = called.get(name.casefold())
        if key is None:
            stop(f"There is no field {name}; there are {', '.join(seen.fields)}.")
        columns[seen.header.index(column)] = key
    return columns


def _called(fields: Mapping[str, ImportField]) -> dict[str, str]:
    return by_any_name({key: each.label for key, each in fields.items()})


def _values(
    said: Sequence[str], values: Mapping[str, Mapping[str, str]], seen: Preview
) -> dict[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {name: dict(words) for name, words in values.items()}
    called = _called(seen.fields)
    for each in said:
        word, _, value = each.partition("=")
        name, _, word = word.partition(":")
        key = called.get(name.casefold())
        if not word or key is None:
            stop(f"{each} is not field:WORD=key of one of {', '.join(seen.fields)}.")
        found.setdefault(key, {})[word] = _choice(seen.fields[key].choices, value, f"{name}:{word}")
    return dict(found)


def _choice(choices: Mapping[str, Text] | None, value: str, place: str) -> str:
    """A key, or what it is called; "" leaves the word out."""
    if not choices or value in ("", *choices):
        return value
    key = by_any_name(choices).get(value.casefold())
    if key is None:
        stop(f"{place}: there is no {value}; there are {', '.join(choices)}.")
    return key


def _options(x: Executor, said: Said, seen: Preview, asked: ImportAsked, now: datetime) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in said.options:
        name, _, value = each.partition("=")
        option = _option(seen.options, name)
        found[name] = _choice(option.choices, value or YES, name)
    if said.source is not None:
        found["source"] = _choice(_option(seen.options, "source").choices, said.source, "source")
    if said.owner is not None:
        found["owner"] = _person(said.owner, _option(seen.options, "owner"), known_of(x, SYSTEM, asked, now))
    return found


def _option(options: Mapping[str, ImportOption], name: str) -> ImportOption:
    if name not in options:
        stop(f"There is no option {name}; there are {', '.join(options)}.")
    return options[name]


def _person(word: str, option: ImportOption, known: Known) -> str:
    """How the option calls whom a mail address or a name means."""
    found = known.people.get(word.strip().casefold())
    called = [each for each in option.choices or () if found and known.people.get(each) == found]
    if not called:
        stop(f"Nobody who works here has the address {word}. `salesapp user list` names everybody.")
    return called[0]


def told(asked: ImportAsked, seen: Preview) -> list[str]:
    """What was guessed and said, line by line."""
    shape = asked.shape
    lines = [f"Read as {KINDS[asked.kind].label}: {_shape_words(shape)}."]
    lines += [f"  {name or at + 1} = {asked.columns[at]}" for at, name in enumerate(seen.header) if at in asked.columns]
    left = [name or str(at + 1) for at, name in enumerate(seen.header) if at not in asked.columns]
    if left:
        lines.append(f"Columns left out: {', '.join(left)}")
    near = [
        f"  {name}: {word} = {value or '(empty)'}"
        for name, words in asked.values.items()
        for word, value in words.items()
        if word.casefold() != value.casefold()
    ]
    return [*lines, *near]


def _shape_words(shape: FileShape) -> str:
    if shape.format == "vcard":
        return "vCard"
    how = [shape.encoding, _SIGNS.get(shape.delimiter, shape.delimiter)] if shape.format == "csv" else [shape.sheet]
    header = "the first row is the header" if shape.header else "no header"
    header += f", from line {shape.begins} on" if shape.begins > 1 else ""
    return ", ".join(filter(None, [*how, header, f"dates {shape.date_order}", f"decimal {shape.decimal}"]))


_SIGNS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
