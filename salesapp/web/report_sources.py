"""Where customers come from, and what was won with those of each source."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from salesapp.store.deal_sources import Sourced
from salesapp.web.i18n import gettext, say, show_number
from salesapp.web.report_asking import EMPTY, Lists, Row
from salesapp.web.report_closed import told, told_apart
from salesapp.web.report_tables import BARS, Bar, Cell, Part, number, share_of
from salesapp.web.report_words import percent
from salesapp.web.request import catalog

NO_SOURCE: Final = ""
_BECAME: Final[Row] = ("state", "is", ["customer"])


def sources(found: Iterable[tuple[str | None, str, int]], lists: Lists) -> Part:
    """Where customers came from, and how many of them became customers."""
    came: Counter[str] = Counter()
    became: Counter[str] = Counter()
    for source, state, n in found:
        came[source or NO_SOURCE] += n
        became[source or NO_SOURCE] += n if state == "customer" else 0
    every, won = sum(came.values()), sum(became.values())
    most = max(came.values(), default=0)
    rows, bars = [], []
    for key, n in sorted(came.items(), key=lambda item: (-item[1], item[0])):
        row: Row = ("source", "is", [key]) if key else ("source", *EMPTY)
        label = _source(key)
        rate = percent(became[key], n, 2)
        rows.append(
            (
                Cell(label),
                number(n, lists.customers(row)),
                number(became[key], lists.customers(row, _BECAME)),
                Cell(rate),
            )
        )
        words = {"won": show_number(became[key]), "rate": percent(became[key], n)}
        said = gettext("became customers: %(won)s · %(rate)s") % words
        bars.append(Bar(label, share_of(n, most), said, rows[-1][1], share_of(became[key], most)))
    if len(rows) > 1:
        whole = (number(every, lists.customers()), number(won, lists.customers(_BECAME)))
        rows.append((Cell(gettext("All together")), *whole, Cell(percent(won, every, 2))))
    return Part(
        "sources",
        gettext("Sources of customers"),
        gettext(
            "Customers that were added in this time, by their source, whatever the process; archived ones do not "
            "count. Became customers: those whose state is “Customer” now."
        ),
        (gettext("Source"), gettext("Came"), gettext("Became customers"), gettext("Conversion")),
        tuple(rows),
        "bars",
        tuple(bars[:BARS]),
    )


def deals(found: Iterable[Sourced], lists: Lists) -> Part:
    """What was won and lost with customers of each source."""

    def said(key: str) -> tuple[str, Row | None]:
        asks: Row = ("source", "is", [key]) if key else ("source", *EMPTY)
        return _source(key), asks if key in catalog().sources or not key else None

    return told_apart(
        "deals_by_source",
        gettext("Deals by the customer’s source"),
        gettext(
            "Deals that were closed in this time, by where their customer came from, as it stands now, whenever the "
            "customer came. Revenue: the amounts of the won ones, each currency by itself."
        ),
        gettext("Source"),
        told(found, said, lists),
    )


def _source(key: str) -> str:
    found = catalog().sources.get(key)
    return gettext("no source given") if not key else say(found.label) if found else key
