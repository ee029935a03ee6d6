"""The number a record has here, “SalesApp ID” in our own files: corrected in a spreadsheet, their rows come back to
the records they were made of."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from salesapp.domain.errors import N_, Msg
from salesapp.domain.importing import ImportField, Row
from salesapp.domain.text import Text
from salesapp.services.import_kinds import Known

NUMBER: Final = ImportField(
    key="salesapp_id",
    label=Text(en="SalesApp ID", zh_Hans="SalesApp 编号", zh_Hant="SalesApp 編號", ru="ID в SalesApp"),
)
NOT_HERE: Final = N_("There is no SalesApp ID %(number)s here. Empty this cell, and the row is added.")
ANOTHER: Final = N_("SalesApp ID %(number)s is another one here: this row was not made of it.")
_MARK: Final = "SalesApp ID "
_DIGITS: Final = 18


def key_of(row: Row, known: Known, key: str | None, wrong: list[Msg]) -> str | None:
    """What a row is known by: its number here, else its key in the other program."""
    cell = known.cell(row, NUMBER.key) if NUMBER.key in known.columns else ""
    if not cell:
        return key or None
    if is_number(f"{_MARK}{cell}"):
        return f"{_MARK}{int(cell)}"
    wrong.append(Msg(N_("“%(word)s” is no SalesApp ID."), {"word": cell[:60], "field": NUMBER.key}))
    return None


def is_number(key: str | None) -> bool:
    """Whether a row is known by its number here."""
    digits = key.removeprefix(_MARK) if key and key.startswith(_MARK) else ""
    return digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS


def known_by(
    keys: Collection[str],
    by_key: Callable[[set[str]], Mapping[str, Any]],
    by_number: Callable[[set[int]], Mapping[int, Any]],
) -> dict[str, Any]:
    """The records that rows are known by, whichever way."""
    numbers = {key: int(key.removeprefix(_MARK)) for key in keys if is_number(key)}
    found = by_number(set(numbers.values())) if numbers else {}
    here = {key: found[number] for key, number in numbers.items() if number in found}
    return {**by_key(set(keys) - numbers.keys()), **here}


def of_number(text: str, key: str | None) -> Msg:
    """A sentence about the number of a row, at its cell."""
    return Msg(text, {"number": (key or "").removeprefix(_MARK), "field": NUMBER.key})
