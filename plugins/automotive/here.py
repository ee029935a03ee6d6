"""What stands on the page of a car deal: its test drives, and where the next one is booked."""

from collections.abc import Iterable

from salesapp.plugin_api import Line, Panel, Reads, Text

from . import drives
from .showroom import KEY


def of_deal(reads: Reads, deal_id: int) -> Iterable[Line]:
    """What there is, with the way to the next thing to do."""
    deal = reads.deal(deal_id)
    if deal is None or deal.process != KEY:
        return []
    return drives.lines(reads, deal)


RECORDS = (Panel("here", "deal", Text("Showroom", "展厅", "展間", "Салон"), of_deal, verb="deal.see"),)
