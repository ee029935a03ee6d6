"""What was won, per currency."""

from typing import Any

from salesapp.domain.errors import N_
from salesapp.web.i18n import gettext
from salesapp.web.inputs import plain_amount
from salesapp.web.report_asking import Lists, between
from salesapp.web.report_tables import Cell, Part, number
from salesapp.web.report_totals import Totals, velocity
from salesapp.web.report_words import about, both, rounded


def money_part(found: Totals, lists: Lists) -> Part:
    """What was won, per currency."""
    head = (
        N_("Currency"),
        N_("Won, with an amount"),
        N_("Revenue won"),
        N_("Average value"),
        N_("Median value"),
        N_("Velocity a day"),
    )
    rows = []
    for each in found.money:
        pace = velocity(found, each)
        middle = each.median.value if each.median else None
        rows.append(
            (
                Cell(each.currency),
                number(
                    each.priced, lists.deals("won", *between("closed", lists.asked.days), beyond=_in(each.currency))
                ),
                *(_amount(value, each.currency) for value in (each.minor, each.mean)),
                Cell(about(both(middle, each.currency)[1], each.median), plain=_plain(middle, each.currency)),
                _amount(pace, each.currency),
            )
        )
    return Part(
        "money",
        gettext("Revenue"),
        gettext("Won deals per currency. Average and median are of those that have an amount."),
        tuple(gettext(each) for each in head),
        tuple(rows),
    )


def _in(currency: str) -> dict[str, Any]:
    """The condition for an amount in this currency."""
    return {"field": "amount", "op": "at_least", "value": {"minor": 0, "currency": currency}}


def _amount(minor: float | None, currency: str) -> Cell:
    return Cell(both(minor, currency)[1], plain=_plain(minor, currency))


def _plain(minor: float | None, currency: str) -> str:
    return "" if minor is None else plain_amount(rounded(minor), currency)
