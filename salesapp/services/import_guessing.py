"""What a file seems to be before anybody says anything about it: its shape, its kind, its columns and words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from salesapp.domain.errors import Refused
from salesapp.domain.import_guess import guess_columns, guess_values, squashed
from salesapp.domain.importing import FileShape, ImportAsked, ImportField
from salesapp.domain.permissions import Actor
from salesapp.services.import_reading import Head, guess_shape, head
from salesapp.services.import_registry import KINDS, known_of, offered
from salesapp.services.import_returning import as_before
from salesapp.store.engine import Executor

GUESSED_FROM: Final = 200


def guessed(x: Executor, actor: Actor, path: Path, name: str, now: datetime) -> ImportAsked:
    """What a file seems to be: its shape, its kind, its columns. Where it cannot be read, the preview says why."""
    shape = guess_shape(path, name, actor.language or "en")
    asked = ImportAsked(kind=next(iter(offered(actor))), shape=shape)
    try:
        found = head(path, shape, GUESSED_FROM)
    except Refused:
        return asked
    if (known := as_before(x, actor, asked, found.header, now)) is not None and known.kind in offered(actor):
        return known
    every = [guess_kind(x, actor, each, shape, found, now) for each in offered(actor)]
    return max(every, key=lambda each: (_can_be(x, actor, each, now), len(each.columns)))


def _can_be(x: Executor, actor: Actor, asked: ImportAsked, now: datetime) -> bool:
    """Whether the columns that were found are enough for this kind: accounts are no contacts without a name."""
    return not KINDS[asked.kind].problems(known_of(x, actor, asked, now))


def guess_kind(x: Executor, actor: Actor, kind: str, shape: FileShape, found: Head, now: datetime) -> ImportAsked:
    """The columns and words of a file, if it is of this kind: for a change of the kind."""
    known = known_of(x, actor, ImportAsked(kind=kind, shape=shape), now)
    fields = KINDS[kind].fields(known)
    columns = guess_columns(fields, found.header, found.rows)
    names = [squashed(found.header[at]) for at in columns]
    options = {key: each.guess(names) for key, each in KINDS[kind].options(known).items()}
    asked = ImportAsked(kind=kind, shape=shape, columns=columns, options=options)
    return replace(asked, values=_guessed_words(asked, fields, found))


def _guessed_words(asked: ImportAsked, fields: Mapping[str, ImportField], found: Head) -> dict[str, Mapping[str, str]]:
    values: dict[str, Mapping[str, str]] = {}
    for at, name in asked.columns.items():
        choices, parts = fields[name].choices, fields[name].parts
        if choices:
            words = {" ".join(row.cells[at].split()) for row in found.rows if at < len(row.cells)} - {""}
            values[name] = {**values.get(name, {}), **guess_values(choices, sorted(words), parts=parts)}
    return {name: words for name, words in values.items() if words}
