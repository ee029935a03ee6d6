"""Wins and activities of each person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from salesapp.domain.errors import N_
from salesapp.store.closed_deals import Closed
from salesapp.web.i18n import gettext, show_number
from salesapp.web.report_asking import Lists
from salesapp.web.report_tables import BARS, Bar, Cell, Part, number, share_of
from salesapp.web.report_words import both, percent

PEOPLE: Final = 20
"""So many people at most are on the page."""


def people(
    closed: Iterable[Closed], done: Mapping[int, int], names: Mapping[int, str], lists: Lists, shown: int
) -> Part:
    """Wins and activities of each person, of the first ones if they are very many."""
    n: dict[int, Counter[str]] = {owner: Counter() for owner in done}
    money: dict[int, Counter[str]] = {}
    for each in closed:
        n.setdefault(each.owner_key, Counter())[each.state] += each.n
        if each.state == "won" and each.priced:
            money.setdefault(each.owner_key, Counter())[each.currency] += each.amount_minor

    def place(owner: int) -> tuple[int, int, str]:
        return -n[owner]["won"], -done.get(owner, 0), names.get(owner, "")

    most = max((each["won"] for each in n.values()), default=0)
    rows, bars = [], []
    for owner in sorted(n, key=place)[:shown]:
        won, lost, acts = n[owner]["won"], n[owner]["lost"], done.get(owner, 0)
        label = names.get(owner) or gettext("nobody")
        sums = sorted(money.get(owner, {}).items(), key=lambda item: -item[1])
        rows.append(
            (
                Cell(label),
                number(won, lists.closed("won", person=owner)),
                number(lost, lists.closed("lost", person=owner)),
                Cell(percent(won, won + lost)),
                Cell(" · ".join(both(minor, key)[1] for key, minor in sums) or "–"),
                number(acts, lists.activities(owner)),
            )
        )
        said = gettext("won: %(rate)s · activities: %(acts)s")
        words = {"rate": percent(won, won + lost), "acts": show_number(acts)}
        bars.append(Bar(label, share_of(won, most), said % words, rows[-1][1]))
    head = (N_("Owner"), N_("Won"), N_("Lost"), N_("Win rate"), N_("Revenue won"), N_("Activities done"))
    return Part(
        "people",
        gettext("By person"),
        gettext(
            "Closed deals by whose they are now. Activities are those each person did in this time, whatever the "
            "process of their deals. Of very many people the page shows the first ones, the file all."
        ),
        tuple(gettext(each) for each in head),
        tuple(rows),
        "bars",
        tuple(bars[:BARS]),
    )
