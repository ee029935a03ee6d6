"""Text in a CSV file that no spreadsheet takes for a formula, and the same text again when the file comes back.

A cell that would be one begins with an apostrophe. So does one that already begins with apostrophes before such a sign:
else reading would take off what somebody wrote. `restored(safe_cell(text))` is the text, whatever it is.
"""

from typing import Final

_SIGNS: Final = frozenset("=+-@＝＋－＠|%")
_BREAKS: Final = ("\t", "\r", "\n")
"""Some programs end a cell at these, and what follows is a cell of its own."""


def safe_cell(text: str) -> str:
    """The text as a cell of a CSV file."""
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def restored(cell: str) -> str:
    """The text `safe_cell` made this cell of: exactly its apostrophe is taken off, and nobody else's."""
    return cell[1:] if cell[:1] == "'" and _is_formula(cell.lstrip("'")) else cell


def _is_formula(text: str) -> bool:
    """Whether the first sign that is not blank begins a formula; full-width signs do so, too."""
    return text.startswith(_BREAKS) or text.lstrip()[:1] in _SIGNS
