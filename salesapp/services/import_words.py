"""The words a file has in columns whose answers are few (stage, source, owner …), and what each stands for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from salesapp.domain.errors import Refused
from salesapp.domain.import_guess import guess_columns, guess_values
from salesapp.domain.importing import ImportAsked, ImportField, Row
from salesapp.domain.permissions import Actor
from salesapp.services.import_files import path_of
from salesapp.services.import_kinds import ImportOption, by_any_name
from salesapp.services.import_reading import head, read_rows
from salesapp.services.import_registry import kind_for, known_of
from salesapp.store.engine import Executor
from salesapp.store.import_runs import RunView

ROWS: Final = 20_000
"""So many rows are looked through for words: the page that asks is drawn again with every choice."""
MOST: Final = 80
"""Words of one column that are asked about; a column with more was not meant to be one of few answers."""
GUESSED_FROM: Final = 200


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one field in the file: each with how often it stands there, and what it seems to stand for ("" where
    nothing fits). `more`: how many there are beside."""

    field: str
    counts: tuple[tuple[str, int], ...]
    guessed: Mapping[str, str]
    more: int


def words_of(path: Path, asked: ImportAsked, fields: Mapping[str, ImportField]) -> list[Words]:
    """The words of every column that is a field with choices, the frequent ones first."""
    places = [(at, name) for at, name in sorted(asked.columns.items()) if name in fields and fields[name].choices]
    if not places:
        return []
    counts = _counted(islice(read_rows(path, asked.shape), ROWS), places)
    return [_words(fields[name], found) for name, found in counts.items()]


def _counted(rows: Iterable[Row], places: list[tuple[int, str]]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {name: Counter() for _, name in places}
    for row in rows:
        for at, name in places:
            if at < len(row.cells) and (word := " ".join(row.cells[at].split())):
                counts[name][word] += 1
    return counts


def _words(field: ImportField, counts: Counter[str]) -> Words:
    shown = tuple(counts.most_common(MOST))
    choices = field.choices or {}
    return Words(
        field.key, shown, _guessed(field, [word for word, _ in shown]) if choices else {}, len(counts) - len(shown)
    )


def _guessed(field: ImportField, words: list[str]) -> dict[str, str]:
    choices = field.choices or {}
    exact = by_any_name(choices)
    sure = {word: exact[word.casefold()] for word in words if word.casefold() in exact}
    return {**guess_values(choices, words, parts=field.parts), **sure}


def with_guesses(asked: ImportAsked, words: Iterable[Words]) -> ImportAsked:
    """The same question, with every word nobody said anything about standing for what it seems to."""
    values = {name: dict(known) for name, known in asked.values.items()}
    for each in words:
        known = values.setdefault(each.field, {})
        for word, _ in each.counts:
            if word in each.guessed:
                known.setdefault(word, each.guessed[word])
    return replace(asked, values={name: known for name, known in values.items() if known})


def filled(x: Executor, actor: Actor, run: RunView, asked: ImportAsked, now: datetime) -> ImportAsked:
    """What a form asks, with guesses for what it could not name: columns that are others by it, words nobody chose."""
    asked = guessed_again(x, actor, run, asked, now)
    if run.file_key is None:
        return asked
    fields = kind_for(actor, asked.kind).fields(known_of(x, actor, asked, now))
    try:
        return with_guesses(asked, words_of(path_of(run.file_key), asked, fields))
    except Refused:  # it cannot be read like this, and the page says so
        return asked


def with_new_field(x: Executor, actor: Actor, run: RunView, at: int, now: datetime) -> ImportAsked:
    """The question with one column that was left out guessed again: a field was made for it meanwhile."""
    asked, kind = run.asked, kind_for(actor, run.asked.kind)
    fields = kind.fields(known_of(x, actor, asked, now))
    if run.file_key is None or at in asked.columns:
        return asked
    try:
        found = head(path_of(run.file_key), asked.shape, GUESSED_FROM)
    except Refused:
        return asked
    name = guess_columns(fields, found.header, found.rows).get(at)
    if name is None or (name in asked.columns.values() and not fields[name].several):
        return asked
    return filled(x, actor, run, replace(asked, columns={**asked.columns, at: name}), now)


def fitted(x: Executor, actor: Actor, asked: ImportAsked, now: datetime) -> ImportAsked:
    """A question of another day without what is not there any more."""
    known = known_of(x, actor, asked, now)
    kind = kind_for(actor, asked.kind)
    fields, options = kind.fields(known), kind.options(known)
    return replace(
        asked,
        columns={at: name for at, name in asked.columns.items() if name in fields},
        values={name: words for name, words in asked.values.items() if name in fields},
        options=_options_left(asked, options),
    )


def _options_left(asked: ImportAsked, options: Mapping[str, ImportOption]) -> dict[str, Any]:
    said = {key: asked.options.get(key, each.default) for key, each in options.items()}
    allowed = {key: each.choices for key, each in options.items()}
    return {
        key: value if (choices := allowed[key]) is None or value in ("", *choices) else options[key].default
        for key, value in said.items()
    }


def guessed_again(x: Executor, actor: Actor, run: RunView, asked: ImportAsked, now: datetime) -> ImportAsked:
    """The same question with its columns guessed anew where they are others: of another kind or process, or cut another
    way. What was chosen for a column stays as long as it is the same column, and there is such a field."""
    before = run.asked
    known = known_of(x, actor, asked, now)
    kind = kind_for(actor, asked.kind)
    fields, options = kind.fields(known), kind.options(known)
    reread = replace(before.shape, date_order=asked.shape.date_order, decimal=asked.shape.decimal) != asked.shape
    if run.file_key is None or (
        asked.kind == before.kind and not reread and fields.keys() >= set(asked.columns.values())
    ):
        return asked
    columns = _columns_again(path_of(run.file_key), asked, before, fields)
    if asked.kind == before.kind:
        return replace(asked, columns=columns)
    return replace(asked, columns=columns, values={}, options=_options_left(asked, options))


def _columns_again(
    path: Path, asked: ImportAsked, before: ImportAsked, fields: Mapping[str, ImportField]
) -> dict[int, str]:
    same_cut = asked.kind == before.kind and _cut(asked) == _cut(before)
    chosen = {at: name for at, name in asked.columns.items() if same_cut and name in fields}
    left_out = before.columns.keys() - asked.columns.keys() if same_cut else set()
    try:
        found = head(path, asked.shape, GUESSED_FROM)
    except Refused:
        return chosen
    taken = {name for name in chosen.values() if not fields[name].several}
    guessed = guess_columns(fields, found.header, found.rows)
    return {**{at: name for at, name in guessed.items() if name not in taken and at not in left_out}, **chosen}


def _cut(asked: ImportAsked) -> tuple[str, ...]:
    """What says which cell stands in which column."""
    return asked.shape.format, asked.shape.delimiter, asked.shape.sheet, str(asked.shape.begins)
