"""Tags: words people put on customers to find them together."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore
from salesapp.store.tables import customer_tag, tag

_names = select(tag.c.name).join(customer_tag, customer_tag.c.tag_id == tag.c.id).order_by(tag.c.name)
_all = select(tag.c.id, tag.c.name).order_by(tag.c.name)


def of_customer(x: Executor, customer_id: int) -> tuple[str, ...]:
    """The tags of one customer, in order; who may see the customer was asked before."""
    return tuple(x.scalars(_names.where(customer_tag.c.customer_id == customer_id)))


def everything(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every tag there is: id, name. Tags are the company's words and nobody's secret."""
    return x.execute(_all).all()


def replace(x: Executor, customer_id: int, names: Iterable[str]) -> None:
    """Give a customer exactly these tags; new words become tags."""
    wanted = sorted(set(names))
    for name in wanted:
        insert_or_ignore(x, tag, {"name": name})
    x.execute(delete(customer_tag).where(customer_tag.c.customer_id == customer_id))
    if wanted:
        ids = x.scalars(select(tag.c.id).where(tag.c.name.in_(wanted))).all()
        x.execute(insert(customer_tag), [{"customer_id": customer_id, "tag_id": tag_id} for tag_id in ids])
