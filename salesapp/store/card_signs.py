"""What a card says beyond its deal's own row, for a whole board in one statement: steps done, next step, waiting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, func, literal, null, select, union_all

from salesapp.domain.decisions import DEAL_LOST
from salesapp.store.engine import Executor
from salesapp.store.no_index import no_index
from salesapp.store.tables import activity, deal_step, decision

NextStep = tuple[datetime, int, str, bool]
"""A planned activity: when, its id, its kind, and whether it takes the whole day; the earliest sorts first."""


@dataclass(frozen=True, slots=True)
class Signs:
    """By deal: the keys of the steps done, the next planned activity, and which deals wait for somebody's yes."""

    done: Mapping[int, frozenset[str]]
    nexts: Mapping[int, NextStep]
    waiting: frozenset[int]


_deals: BindParameter[Any] = bindparam("deals", expanding=True)
_customers: BindParameter[Any] = bindparam("customers", expanding=True)
_keys = func.aggregate_strings(deal_step.c.step, ",")  # keys have no commas
# Of one deal little is planned or asked for, of everybody very much: no_index.py.
_planned = select(
    literal("next").label("sign"),
    activity.c.id,
    activity.c.deal_id,
    activity.c.customer_id,
    activity.c.kind.label("key"),
    activity.c.planned_at,
    activity.c.all_day,
).where(no_index(activity.c.state) == "planned")
_signs: Final = union_all(  # the one with a value in every column first: the others' types come from it
    _planned.where(activity.c.deal_id.in_(_deals)),
    _planned.where(no_index(activity.c.deal_id).is_(None), activity.c.customer_id.in_(_customers)),
    select(literal("done"), null(), deal_step.c.deal_id, null(), _keys, null(), null())
    .where(deal_step.c.deal_id.in_(_deals))
    .group_by(deal_step.c.deal_id),
    select(literal("wait"), null(), decision.c.deal_id, null(), null(), null(), null()).where(
        no_index(decision.c.state) == "pending", decision.c.kind == DEAL_LOST, decision.c.deal_id.in_(_deals)
    ),
)


def read(x: Executor, deals: Sequence[tuple[int, int | None]]) -> Signs:
    """The signs of these deals, each with its customer; what a customer has planned without a deal counts for all."""
    done: dict[int, frozenset[str]] = {}
    of_deal: dict[int, list[NextStep]] = {}
    of_customer: dict[int | None, list[NextStep]] = {}
    waiting: set[int] = set()
    for sign, row_id, deal_id, customer_id, key, planned_at, all_day in _rows(x, deals):
        if sign == "done":
            done[deal_id] = frozenset(key.split(","))
        elif sign == "wait":
            waiting.add(deal_id)
        else:
            planned = of_customer.setdefault(customer_id, []) if deal_id is None else of_deal.setdefault(deal_id, [])
            planned.append((planned_at, row_id, key, all_day))
    either = ((deal_id, of_deal.get(deal_id) or of_customer.get(customer_id)) for deal_id, customer_id in deals)
    return Signs(
        done=done,
        nexts={deal_id: min(planned) for deal_id, planned in either if planned},
        waiting=frozenset(waiting),
    )


def _rows(x: Executor, deals: Sequence[tuple[int, int | None]]) -> Iterable[Any]:
    if not deals:
        return ()
    customers = {customer_id for _, customer_id in deals if customer_id is not None}
    return x.execute(_signs, {"deals": [deal_id for deal_id, _ in deals], "customers": sorted(customers)}).all()
