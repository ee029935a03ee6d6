"""Contracts as they are kept: their states, what was paid, what happened."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import exists, func, select

from salesapp.plugin_api import NotFound, Reads, Text

from ..showroom import KEY
from ..tables import CONTRACT, CONTRACT_STEP, DELIVERY, VEHICLE

STATES: Final[Mapping[str, Text]] = {
    "effective": Text("Effective", "已生效", "已生效", "Действует"),
    "deposit": Text("Deposit received", "已收定金", "已收訂金", "Аванс получен"),
    "paid": Text("Paid in full", "已付全款", "已付全額", "Оплачен полностью"),
    "released": Text("Car released", "已放车", "已放車", "Автомобиль выпущен"),
    "cancelled": Text("Cancelled", "已解除", "已解除", "Расторгнут"),
}
WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "effective": ("deposit", "paid", "cancelled"),
    "deposit": ("effective", "paid", "cancelled"),
    "paid": ("effective", "deposit", "released", "cancelled"),
    "released": ("paid",),
}
"""From which state a contract may come into which; back only when a payment, or the handing over, is taken back."""
OPEN: Final = ("effective", "deposit", "paid")
OWED: Final = ("effective", "deposit")

is_here: Final = ~exists().where(DELIVERY.c.deal_id == CONTRACT.c.deal_id, DELIVERY.c.delivered_at.is_not(None))
"""Of a contract: its car was not handed over yet."""


def contract(reads: Reads, contract_id: int) -> Any:
    """One contract of a deal this person sees, with `paid_minor`, its car and the deal's title."""
    rows = seen(reads, CONTRACT.c.id == contract_id)
    if not rows:
        raise NotFound
    return rows[0]


def seen(reads: Reads, *where: Any) -> Sequence[Any]:
    """Contracts of deals this person sees, whose last step is longest ago first."""
    deal, step = reads.visible_deals(), CONTRACT_STEP
    mine = step.c.contract_id == CONTRACT.c.id
    paid = select(func.coalesce(func.sum(step.c.paid_minor), 0)).where(mine).scalar_subquery()
    since = select(func.max(step.c.at)).where(mine).scalar_subquery()
    columns = CONTRACT, paid.label("paid_minor"), since.label("since"), deal.c.title, VEHICLE.c.model, VEHICLE.c.vin
    found = select(*columns).join(deal, deal.c.id == CONTRACT.c.deal_id)
    found = found.outerjoin(VEHICLE, VEHICLE.c.id == CONTRACT.c.vehicle_id).where(deal.c.process == KEY, *where)
    return reads.execute(found.order_by(since, CONTRACT.c.id))


def steps(reads: Reads, contract_id: int) -> Sequence[Any]:
    """What happened to a contract, in order."""
    return reads.execute(
        select(CONTRACT_STEP).where(CONTRACT_STEP.c.contract_id == contract_id).order_by(CONTRACT_STEP.c.id)
    )


def last_payment(reads: Reads, contract_id: int) -> int | None:
    """The last one that was not taken back, in minor units."""
    payments: list[int] = []
    for step in steps(reads, contract_id):
        if (step.paid_minor or 0) > 0:
            payments.append(step.paid_minor)
        elif step.paid_minor:
            payments.pop()
    return payments[-1] if payments else None
