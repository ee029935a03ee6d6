"""Writing CSV files that table programs open as they are meant."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from salesapp.services.csv_table import safe_cell

BOM: Final = "\ufeff"
"""Before the first line, so that Excel knows the file is UTF-8."""


def csv_line(cells: Sequence[str]) -> str:
    """One line. A cell that could be taken for a formula gets an apostrophe in front: anybody's customer may be called
    =HYPERLINK(…)."""
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
