"""What every part of the reports is made of: figures, tables with links, and what charts draw."""

from dataclasses import dataclass
from typing import Final

from salesapp.web.i18n import show_number

BARS: Final = 12
"""So many bars at most are drawn; the table has all."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: what it says, where it leads, what a file has in its place, and what a tap on it explains."""

    text: str
    href: str = ""
    plain: str | None = None
    explanation: str = ""

    @property
    def in_file(self) -> str:
        """What a file says."""
        return self.text if self.plain is None else self.plain


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: what it is about, its share of the longest in percent and that of a part of it, what is said
    beside it, and the number it draws, which opens its list."""

    label: str
    share: int
    said: str
    number: Cell | None = None
    second: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One report: its table, the bars above it, and what explains it. `kind` says how the bars are drawn."""

    key: str
    title: str
    explanation: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = ()
    kind: str = ""
    bars: tuple[Bar, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the head: short and full, what it counts, and the list behind it."""

    label: str
    short: str
    explanation: str
    full: str = ""
    href: str = ""
    under: str = ""


def number(n: int, href: str = "") -> Cell:
    """A count; one of nothing leads nowhere."""
    return Cell(show_number(n), href if n else "", str(n))


def share_of(n: int, most: int) -> int:
    """How long a bar is; never nothing where there is something."""
    return max(1 if n else 0, round(100 * n / most)) if most > 0 else 0
