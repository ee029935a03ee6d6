"""The row of a delivery: made when it is first needed, changed by one person at a time, seen with its deal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import N_, NotFound, Reads, Refused, Work, problem

from ..showroom import KEY
from ..tables import CONTRACT, DELIVERY, VEHICLE

LOST: Final = N_("This deal is lost. Open it again first.")
DELIVERED_ALREADY: Final = N_("The car is handed over already.")
MOST: Final = 300


def begin(w: Work, deal_id: int) -> Any:
    """The delivery of a deal this person may change. The deal is locked first: whoever comes second sees what the first
    one did."""
    w.change_deal(deal_id, {})
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != KEY or deal.customer_id is None:
        raise NotFound
    if (row := of_deal(w.reads, deal_id)) is None:
        try:
            with w.session.begin_nested():
                w.session.execute(insert(DELIVERY).values(deal_id=deal_id, checks={}, explained=[]))
        except IntegrityError:  # somebody else made it
            pass
        row = of_deal(w.reads, deal_id)
    return row


def begin_open(w: Work, deal_id: int) -> Any:
    """The same, where the car is still to be handed over."""
    row, deal = begin(w, deal_id), w.reads.deal(deal_id)
    if row.delivered_at is not None:
        raise Refused([problem("", DELIVERED_ALREADY)])
    if deal is not None and deal.state == "lost":
        raise Refused([problem("", LOST)])
    return row


def of_deal(reads: Reads, deal_id: int) -> Any:
    """The delivery of a deal; None where nothing was done for it yet."""
    rows = reads.execute(select(DELIVERY).where(DELIVERY.c.deal_id == deal_id))
    return rows[0] if rows else None


def contract_of(reads: Reads, deal_id: int) -> Any:
    """The contract a deal has, unless it was cancelled."""
    found = select(CONTRACT).where(CONTRACT.c.deal_id == deal_id, CONTRACT.c.state != "cancelled")
    rows = reads.execute(found.order_by(CONTRACT.c.id.desc()))
    return rows[0] if rows else None


def open_ones(reads: Reads) -> Sequence[Any]:
    """Deals whose car is still to be handed over, the first promised one first: those with a promised time, and those
    in the stage of delivery that have none."""
    deal = reads.visible_deals()
    signed = (CONTRACT.c.deal_id == deal.c.id) & (CONTRACT.c.state != "cancelled")
    car = VEHICLE.c.id == func.coalesce(CONTRACT.c.vehicle_id, DELIVERY.c.vehicle_id)
    columns = (deal.c.id, deal.c.title, deal.c.owner_id, DELIVERY.c.promised_at, DELIVERY.c.checks, VEHICLE.c.model)
    joined = deal.outerjoin(DELIVERY, DELIVERY.c.deal_id == deal.c.id).outerjoin(CONTRACT, signed)
    found = select(*columns).select_from(joined.outerjoin(VEHICLE, car))
    found = found.where(deal.c.process == KEY, deal.c.state == "open", deal.c.archived_at.is_(None))
    found = found.where(DELIVERY.c.delivered_at.is_(None))
    found = found.where(DELIVERY.c.promised_at.is_not(None) | (deal.c.stage == "delivery"))
    return reads.execute(found.order_by(DELIVERY.c.promised_at.nulls_last(), deal.c.id).limit(MOST))


def by_time(rows: Sequence[Any], now: datetime, zone: Any) -> dict[str, list[Any]]:
    """Deliveries by when they are promised: late, today, week (until Sunday), later, none."""
    found: dict[str, list[Any]] = {key: [] for key in ("late", "today", "week", "later", "none")}
    today = now.astimezone(zone).date()
    sunday = today + timedelta(days=6 - today.weekday())
    for row in rows:
        day = row.promised_at.astimezone(zone).date() if row.promised_at else None
        if day is None:
            found["none"].append(row)
        elif row.promised_at < now:
            found["late"].append(row)
        else:
            found["today" if day == today else "week" if day <= sunday else "later"].append(row)
    return found
