"""How the files of one program or one habit are read, as data: which heading is which field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from salesapp.domain.importing import DATE_ORDERS, DECIMALS, KINDS, FileShape, ImportAsked
from salesapp.domain.pack import EVIDENCE, check_key, check_text
from salesapp.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMap:
    """A mapping that imports propose by its `label` for files that have all the headings of `known_by` (all of
    `columns` where it names none).

    `kind`: "customer", "contact", "deal", "activity", "person", or that of an `ImportRows`. `columns`: heading → field,
    by the key the import knows it by ("name", "phone", "bakery.allergy"); one that is not there any more is left out.
    `values`: field → {word of the file: what it stands for}. `options`: what holds for all rows, as
    {"process": "bakery.cakes"} for deals. `date_order` ("ymd", "dmy", "mdy") and `decimal` ("." or ",") where the
    program always writes them so.
    All of it is said by name: `ImportMap(key="old_list", label=…, kind="customer", columns={"Mobile": "phone"})`.
    """

    key: str
    label: Text
    kind: str
    columns: Mapping[str, str]
    known_by: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    date_order: str = ""
    decimal: str = ""

    def __post_init__(self) -> None:
        check_key("ImportMap", self.key)
        me = f"ImportMap {self.key!r}"
        check_text(me, "label", self.label)
        if self.kind not in KINDS and not EVIDENCE.fullmatch(str(self.kind)):
            names = ", ".join(KINDS)
            raise ValueError(f"{me}: kind must be one of {names}, or one like 'car_wash.stock', not {self.kind!r}")
        check_words(me, "columns", self.columns)
        if not self.columns:
            raise ValueError(f"{me}: columns must name at least one heading")
        missing = [each for each in self.known_by if each not in self.columns]
        if missing or not isinstance(self.known_by, tuple):
            raise ValueError(f"{me}: known_by must be a tuple of headings that stand in columns, not {self.known_by!r}")
        for name, words in dict(self.values).items():
            check_words(me, f"values of {name}", words)
        if self.date_order not in ("", *DATE_ORDERS) or self.decimal not in ("", *DECIMALS):
            raise ValueError(f"{me}: date_order is one of {DATE_ORDERS} and decimal one of {DECIMALS}, or empty")
        for name in ("columns", "values", "options"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __hash__(self) -> int:
        return hash((ImportMap, self.key, self.kind))

    @property
    def told_by(self) -> tuple[str, ...]:
        """The headings a file must have to be one of these."""
        return self.known_by or tuple(self.columns)

    def asked(self, shape: FileShape) -> ImportAsked:
        """The question for a file whose columns are just these, in this order."""
        return ImportAsked(
            kind=self.kind,
            shape=shape,
            columns=dict(enumerate(self.columns.values())),
            values={name: dict(words) for name, words in self.values.items()},
            options=dict(self.options),
        )


def check_words(owner: str, name: str, words: object) -> None:
    """A mapping from texts to texts."""
    if not isinstance(words, Mapping) or not all(
        isinstance(key, str) and key.strip() and isinstance(value, str) for key, value in words.items()
    ):
        raise ValueError(f"{owner}: {name} must be {{text: text, …}}, not {words!r}")
