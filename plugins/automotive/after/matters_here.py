"""Where matters stand in the house: on the pages of customers and deals, on Today, in the menu; and what they hear."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import and_

from salesapp.plugin_api import DashboardCard, DealView, Line, Listens, MenuItem, Panel, PluginJob, Reads, Text

from ..tables import MATTER
from . import matters_back
from .matters import HOME, NOT_OVER, go_up, is_late, seen
from .matters_words import CALL_BACK, STATES, of_topic
from .matters_words import SETTINGS as SETTINGS

hears = matters_back.hears
erases = matters_back.erases


def _lines(reads: Reads, found: Sequence[Any], new: str) -> Iterable[Line]:
    yield from (Line(of_topic(each.topic)[0], STATES[each.state], f"{HOME}/{each.id}") for each in found)
    if "customer.edit" in reads.actor.verbs:
        yield Line(ADD, TO_ADD, new)


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """What stands on the page of a deal."""
    mine = and_(MATTER.c.deal_id == deal.id, MATTER.c.state.in_(NOT_OVER))
    return _lines(reads, seen(reads, mine), f"{HOME}/new?deal={deal.id}")


def of_customer(reads: Reads, customer_id: int) -> Iterable[Line]:
    """What stands on the page of a customer."""
    mine = and_(MATTER.c.customer_id == customer_id, MATTER.c.state.in_(NOT_OVER))
    return _lines(reads, seen(reads, mine), f"{HOME}/new?customer={customer_id}")


def today(reads: Reads) -> Iterable[Line]:
    """On Today: how many this person has to solve, and how many are late."""
    mine = seen(reads, MATTER.c.owner_id == reads.actor.id, MATTER.c.state == "open")
    late = [each for each in mine if is_late(each, reads.now)]
    if mine:
        yield Line(STATES["open"], len(mine), HOME)
    if late:
        yield Line(LATE, len(late), f"{HOME}?which=late")


TITLE: Final = Text("Complaints and requests", "投诉与请求", "客訴與請求", "Жалобы и просьбы")
ADD: Final = Text("Complaint or request", "投诉或请求", "客訴或請求", "Жалоба или просьба")
TO_ADD: Final = Text("note one", "登记", "登記", "записать")
LATE: Final = Text("Late", "已逾期", "已逾期", "Просрочено")

RECORDS: tuple[Any, ...] = (
    CALL_BACK,
    Listens("calls_back", ("activity.reopened", "activity.cancelled")),
    MenuItem("matters", TITLE, HOME, icon="flag"),
    Panel("matters", "customer", TITLE, of_customer),
    DashboardCard("matters", TITLE, today),
    PluginJob("matter_due", TITLE, go_up),
    PluginJob("matter_back", TITLE, matters_back.plan_call),
)
