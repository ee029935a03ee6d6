"""A field of the owner's: what its row says, and the Field that forms, lists and conditions know."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast, get_args

from salesapp.domain.condition_data import from_data
from salesapp.domain.pack import Field, FieldKind, FieldType, Option
from salesapp.domain.pinyin import readings
from salesapp.domain.text import LANGUAGES, Text

OWN: Final = "own"
"""Under whose name the owner's values are kept; no plugin may be called so."""
KINDS: Final[tuple[FieldKind, ...]] = get_args(FieldKind)
TYPES: Final[tuple[FieldType, ...]] = get_args(FieldType)
CHOSEN: Final = ("choice", "choices")
KEY_LENGTH: Final = 30
_CHINESE: Final = re.compile("[㐀-鿿]+")
_CYRILLIC: Final = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch  y  e yu ya".split(" "),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class OwnField:
    """One field of the owner's. `labels` are the words of languages that have their own; `gone` are options no longer
    offered, whose values are still read; `default` and `visible_when` are JSON."""

    kind: FieldKind
    key: str
    type: FieldType
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    gone: tuple[tuple[str, str], ...] = ()
    required: bool = False
    default: Any = None
    visible_when: Any = None
    readers: tuple[str, ...] = ()
    writers: tuple[str, ...] = ()
    archived: bool = False
    id: int = 0
    version: int = 1

    @property
    def full_key(self) -> str:
        """What everybody else calls it."""
        return f"{OWN}.{self.key}"

    def field(self) -> Field:
        """The field as records, forms and lists know it; a ValueError where it does not hold together."""
        return Field(
            self.key,
            self.text(),
            self.type,
            _options(self.options),
            _same(self.help) if self.help else None,
            None if self.visible_when is None else from_data(self.visible_when),
            self.required,
            self.default,
            self.readers,
            self.writers,
            _options(self.gone),
        )

    def text(self) -> Text:
        """The label: the owner's words, but for the languages that were given their own."""
        return Text(**{name: self.labels.get(name) or self.label for name in LANGUAGES})


def _same(text: str) -> Text:
    return Text(text, text, text, text)


def _options(pairs: tuple[tuple[str, str], ...]) -> tuple[Option, ...]:
    return tuple(Option(key, _same(text)) for key, text in pairs)


def own_field_from(row: Mapping[str, Any]) -> OwnField:
    """The field of a row."""
    return OwnField(
        kind=row["kind"],
        key=row["key"],
        type=cast("FieldType", row["type"]),
        label=row["label"],
        labels=row["labels"] or {},
        help=row["help"],
        options=_pairs(row["options"]),
        gone=_pairs(row["gone"]),
        required=row["required"],
        default=row["default"],
        visible_when=row["visible_when"],
        readers=tuple(row["readers"] or ()),
        writers=tuple(row["writers"] or ()),
        archived=row["archived_at"] is not None,
        id=row["id"],
        version=row["version"],
    )


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(key), str(text)) for key, text in value or ())


def key_for(label: str, taken: Collection[str]) -> str:
    """A key that says what the label says, in small Latin letters, and that no field ever had."""
    words = _CHINESE.sub(lambda run: f" {' '.join(_sound(run[0]))} ", label.lower())
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in words)
    plain = re.sub("[^a-z0-9]+", "_", latin).strip("_")[:KEY_LENGTH].strip("_")
    start = plain if plain[:1].isalpha() else f"f_{plain}".strip("_")
    number, key = 1, start
    while key in taken:
        number += 1
        key = f"{start}_{number}"
    return key


def _sound(run: str) -> tuple[str, ...]:
    found = readings(run, person=False)
    return found[0] if found else ()
