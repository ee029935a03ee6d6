"""What a person decides about a file they bring in: how it is read, what its columns are, what its words stand for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from salesapp.domain.text import Text

KINDS: Final = ("customer", "contact", "deal", "activity", "person")
FORMATS: Final = ("csv", "xlsx", "vcard")
DATE_ORDERS: Final = ("ymd", "dmy", "mdy")
DECIMALS: Final = (".", ",")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """How a file is read. Each of these is guessed first, and each can be said otherwise. `begins`: the line of the
    table's first row; what stands above it (a title, who made it and when) is passed over."""

    format: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    begins: int = 1
    header: bool = True
    sheet: str = ""
    date_order: str = "ymd"
    decimal: str = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAsked:
    """The whole question: how the file is read, which column (by position, from 0) is which field, what a word of a
    column stands for (field key → word of the file → what is stored), and what holds for all rows."""

    kind: str
    shape: FileShape = FileShape()
    columns: Mapping[int, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """As it is kept in the database."""
        shape = {name: getattr(self.shape, name) for name in FileShape.__slots__}
        columns = {str(at): name for at, name in self.columns.items()}
        values = {name: dict(words) for name, words in self.values.items()}
        return {"kind": self.kind, "shape": shape, "columns": columns, "values": values, "options": dict(self.options)}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The question that `to_data` wrote."""
        columns = {int(at): name for at, name in data["columns"].items()}
        return cls(
            kind=data["kind"],
            shape=FileShape(**data["shape"]),
            columns=columns,
            values=data["values"],
            options=data["options"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportField:
    """What a column can be. `called`: what files call it, beside its key and its labels, in small letters. `choices`:
    what its words can stand for, where they are few; `several`: more than one column may be it; `parts`: a word that is
    part of one choice alone is taken for it."""

    key: str
    label: Text
    called: tuple[str, ...] = ()
    several: bool = False
    choices: Mapping[str, Text] | None = None
    parts: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: the line it begins on (a header is line 1) and its cells."""

    line: int
    cells: tuple[str, ...]


UPLOADED: Final = "uploaded"
CHECKING: Final = "checking"
CHECKED: Final = "checked"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
UNDOING: Final = "undoing"
UNDONE: Final = "undone"
AT_WORK: Final = (CHECKING, RUNNING, UNDOING)
"""States of an import in which a job is at it."""
