"""What stands on the page of a car deal: how far each part of it is, with the way to the next thing."""

from collections.abc import Iterable

from salesapp.plugin_api import Line, Panel, Reads, Text

from .after import matters_here
from .cars import drives
from .door import interests, levels
from .handover import delivery
from .sale import contracts, offers
from .showroom import KEY

PARTS = (levels, interests, drives, offers, contracts, delivery, matters_here)
"""Each says what there is of it, in the order in which a car is sold."""


def of_deal(reads: Reads, deal_id: int) -> Iterable[Line]:
    """What there is, with the way to the next thing to do."""
    deal = reads.deal(deal_id)
    if deal is None or deal.process != KEY:
        return []
    return [line for part in PARTS for line in part.lines(reads, deal)]


RECORDS = (Panel("here", "deal", Text("Showroom", "展厅", "展間", "Салон"), of_deal, verb="deal.see"),)
