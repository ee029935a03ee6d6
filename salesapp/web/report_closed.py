"""Closed deals: why they were lost, month by month, and by what a field of theirs says."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from salesapp.domain.errors import N_
from salesapp.store.closed_deals import Closed
from salesapp.web import deal_words
from salesapp.web.i18n import gettext, show_number
from salesapp.web.report_asking import EMPTY, Lists, Row
from salesapp.web.report_tables import BARS, Bar, Cell, Part, number, share_of
from salesapp.web.report_words import both, percent

Counts = tuple[str | None, str, str, int, int]
"""What is told apart (None: nothing), the state, the currency, how many deals, the sum of their amounts."""
Told = tuple[list[tuple[Cell, ...]], list[Bar]]
"""Rows of a table, and bars."""


def reasons(closed: Iterable[Closed], lists: Lists) -> Part:
    """Why deals were lost, the most frequent reason first."""
    n: Counter[str] = Counter()
    for each in closed:
        if each.state == "lost":
            n[each.lost_reason] += each.n
    most, every = max(n.values(), default=0), sum(n.values())
    rows, bars = [], []
    for key, count in sorted(n.items(), key=lambda item: (-item[1], item[0])):
        label = deal_words.reason_label(lists.asked.process, key or None)
        row: Row = ("lost_reason", "is", [key]) if key else ("lost_reason", *EMPTY)
        rows.append((Cell(label), number(count, lists.closed("lost", row)), Cell(percent(count, every))))
        bars.append(Bar(label, share_of(count, most), percent(count, every), rows[-1][1]))
    return Part(
        "lost",
        gettext("Why deals were lost"),
        gettext("The reasons of the deals that were lost in this time."),
        (gettext("Reason"), gettext("Deals"), gettext("Share")),
        tuple(rows),
        "bars",
        tuple(bars),
    )


def months(found: Sequence[tuple[str, tuple[Any, Any], Mapping[str, int]]], lists: Lists) -> Part:
    """Won and lost by month: label, days, counts."""
    most = max((max(counts.values()) for _, _, counts in found), default=0)
    rows, bars = [], []
    for label, days, counts in found:
        won, lost = counts["won"], counts["lost"]
        rows.append(
            (
                Cell(label),
                number(won, lists.closed("won", days=days)),
                number(lost, lists.closed("lost", days=days)),
                Cell(percent(won, won + lost)),
            )
        )
        words = {"label": label, "won": show_number(won), "lost": show_number(lost)}
        said = gettext("%(label)s: %(won)s won, %(lost)s lost") % words
        bars.append(Bar(label, share_of(won, most), said, second=share_of(lost, most)))
    return Part(
        "months",
        gettext("Won and lost by month"),
        gettext("Deals by the month in which they were closed; at most the last twelve months of the time."),
        (gettext("Month"), gettext("Won"), gettext("Lost"), gettext("Win rate")),
        tuple(rows) if len(rows) > 1 and most else (),
        "columns",
        tuple(bars),
    )


def choices(found: Iterable[Counts], key: str, title: str, labels: Mapping[str, str], lists: Lists) -> Part:
    """Closed deals by what a choice field says."""

    def said(option: str) -> tuple[str, Row | None]:
        asks: Row = (f"field.{key}", "is", [option]) if option else (f"field.{key}", *EMPTY)
        known = option in labels or not option  # an option that has gone cannot be asked for
        return labels.get(option, option) or gettext("nothing chosen"), asks if known else None

    return told_apart(
        "choices",
        gettext("By “%(field)s”") % {"field": title},
        gettext("Deals that were closed in this time, by what this field of theirs says."),
        title,
        told(found, said, lists),
    )


def told(found: Iterable[Counts], said: Callable[[str], tuple[str, Row | None]], lists: Lists) -> Told:
    """Won, lost and what was brought in of each kind, and the bars; what a kind is called, and what asks for it, is
    `said`."""
    n: dict[str, Counter[str]] = {}
    money: dict[str, Counter[str]] = {}
    for key, state, currency, count, minor in found:
        n.setdefault(key or "", Counter())[state] += count
        if state == "won":
            money.setdefault(key or "", Counter())[currency] += minor
    most = max((each["won"] for each in n.values()), default=0)
    rows: list[tuple[Cell, ...]] = []
    bars = []
    for key in sorted(n, key=lambda each: (-n[each]["won"], each)):
        label, row = said(key)
        won, lost = n[key]["won"], n[key]["lost"]
        sums = [(name, minor) for name, minor in money.get(key, Counter()).most_common() if minor]
        brought = " · ".join(both(minor, name)[1] for name, minor in sums)
        counts = [number(each, lists.closed(end, row) if row else "") for each, end in ((won, "won"), (lost, "lost"))]
        rows.append((Cell(label), *counts, Cell(percent(won, won + lost)), Cell(brought or "–")))
        told_of = gettext("won: %(rate)s") % {"rate": percent(won, won + lost)}
        bars.append(Bar(label, share_of(won, most), f"{told_of} · {brought}" if brought else told_of, rows[-1][1]))
    return rows, bars


def told_apart(key: str, title: str, explanation: str, first: str, made: Told) -> Part:
    """The part of what was `told`."""
    head = (N_("Won"), N_("Lost"), N_("Win rate"), N_("Revenue won"))
    rows, bars = made
    named = (first, *(gettext(each) for each in head))
    return Part(key, title, explanation, named, tuple(rows), "bars", tuple(bars[:BARS]))
