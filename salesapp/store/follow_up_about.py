"""What a follow-up rule needs to know of the deals, customers and dates it plans something about."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, func, literal_column, select

from salesapp.store.engine import Executor
from salesapp.store.tables import activity, contact, customer, deal, important_date, person

_ids: Any = bindparam("ids", expanding=True)
_salesperson = person.alias("salesperson")
_customer_columns = (
    customer.c.name.label("customer_name"),
    customer.c.company,
    customer.c.owner_id.label("customer_owner_id"),
    customer.c.pool_id,
    customer.c.archived_at.label("customer_archived_at"),
    customer.c.last_contact_at,
)
_about_deals = select(
    deal.c.id,
    literal_column("'deal'").label("kind"),
    deal.c.customer_id,
    deal.c.id.label("deal_id"),
    deal.c.owner_id.label("salesperson_id"),
    deal.c.scope_owner_id,
    deal.c.process,
    deal.c.stage,
    deal.c.state,
    deal.c.title,
    deal.c.archived_at,
    *_customer_columns,
    _salesperson.c.name.label("salesperson_name"),
).select_from(
    deal.outerjoin(customer, customer.c.id == deal.c.customer_id).outerjoin(
        _salesperson, _salesperson.c.id == func.coalesce(deal.c.owner_id, customer.c.owner_id)
    )
)
_about_customers = select(
    customer.c.id,
    literal_column("'customer'").label("kind"),
    customer.c.id.label("customer_id"),
    literal_column("NULL").label("deal_id"),
    customer.c.owner_id.label("salesperson_id"),
    customer.c.owner_id.label("scope_owner_id"),
    literal_column("NULL").label("process"),
    literal_column("NULL").label("stage"),
    literal_column("'open'").label("state"),
    literal_column("''").label("title"),
    customer.c.archived_at,
    *_customer_columns,
    _salesperson.c.name.label("salesperson_name"),
).select_from(customer.outerjoin(_salesperson, _salesperson.c.id == customer.c.owner_id))
_one_id: Any = bindparam("of_id")
_of_deals, _of_deal = (_about_deals.where(which) for which in (deal.c.id.in_(_ids), deal.c.id == _one_id))
_of_customers, _of_customer = (
    _about_customers.where(which) for which in (customer.c.id.in_(_ids), customer.c.id == _one_id)
)
_busy = (
    select(activity.c.customer_id)
    .where(activity.c.customer_id.in_(_ids), activity.c.state == literal_column("'planned'"))
    .distinct()
)
_of_dates = (
    select(important_date.c.id.label("date_id"), important_date.c.label.label("about"), contact.c.id, contact.c.name)
    .select_from(important_date.outerjoin(contact, contact.c.id == important_date.c.contact_id))
    .where(important_date.c.id.in_(_ids))
)


def subjects(x: Executor, kind: str, ids: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Deals or customers, by id: whose they are, how they stand, what they are called."""
    if len(ids) == 1:  # as for every event: what names one is bound once, not written anew for so many
        one = _of_deal if kind == "deal" else _of_customer
        return {row.id: row for row in x.execute(one, {"of_id": next(iter(ids))})}
    many = _of_deals if kind == "deal" else _of_customers
    return {row.id: row for row in x.execute(many, {"ids": sorted(ids)})}


def dates_of(x: Executor, parts: Collection[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """What these dates are `about`, by the parts of their watches ("d12"), and the `id` and `name` of the contact whose
    they are; None where they are the customer's."""
    ids = sorted({int(part[1:]) for part in parts if part.startswith("d")})
    return {f"d{row.date_id}": row for row in x.execute(_of_dates, {"ids": ids})} if ids else {}


def with_something_planned(x: Executor, customer_ids: Collection[int]) -> set[int]:
    """Which of these customers have anything planned."""
    return set(x.execute(_busy, {"ids": sorted(customer_ids)}).scalars())
