"""Tags: words people put on customers to find them together."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore
from salesapp.store.tables import customer_tag, tag

_names = select(tag.c.name).join(customer_tag, customer_tag.c.tag_id == tag.c.id).order_by(tag.c.name)
_all = select(tag.c.id, tag.c.name).where(tag.c.archived_at.is_(None)).order_by(tag.c.name)


def of_customer(x: Executor, customer_id: int) -> tuple[str, ...]:
    """The tags of one customer, in order; who may see the customer was asked before."""
    return tuple(x.scalars(_names.where(customer_tag.c.customer_id == customer_id)))


def everything(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every tag in use: id, name. Tags are the company's words and nobody's secret."""
    return x.execute(_all).all()


def replace(x: Executor, customer_id: int, names: Iterable[str]) -> None:
    """Give a customer exactly these tags; new words become tags."""
    wanted = sorted(set(names))
    for name in wanted:
        ensure(x, name)
    x.execute(delete(customer_tag).where(customer_tag.c.customer_id == customer_id))
    if wanted:
        ids = x.scalars(select(tag.c.id).where(tag.c.name.in_(wanted))).all()
        x.execute(insert(customer_tag), [{"customer_id": customer_id, "tag_id": tag_id} for tag_id in ids])


def ensure(x: Executor, name: str) -> None:
    """Make a word a tag; one that was put away is in use again."""
    if not insert_or_ignore(x, tag, {"name": name}):
        x.execute(update(tag).where(tag.c.name == name, tag.c.archived_at.is_not(None)).values(archived_at=None))


# --- the company's words themselves ---


def counted(x: Executor) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every tag in use with how many customers have it: id, name, n."""
    n = select(func.count()).where(customer_tag.c.tag_id == tag.c.id).scalar_subquery().label("n")
    return x.execute(_all.add_columns(n)).all()


def name_of(x: Executor, tag_id: int) -> str | None:
    """What a tag in use is called, nobody else's to change until the end of the transaction; None where there is
    none."""
    query = select(tag.c.name).where(tag.c.id == tag_id, tag.c.archived_at.is_(None)).with_for_update()
    return x.execute(query).scalar()


def id_of(x: Executor, name: str) -> int | None:
    """The tag of this name, in use or not."""
    return x.execute(select(tag.c.id).where(tag.c.name == name)).scalar()


def rename(x: Executor, tag_id: int, name: str) -> bool:
    """Call it something else; False where another one was called so at the same moment."""
    try:
        with x.begin_nested():
            x.execute(update(tag).where(tag.c.id == tag_id).values(name=name))
    except IntegrityError:
        return False
    return True


def put_away(x: Executor, tag_id: int, now: datetime) -> None:
    """Take it off everybody, and offer it no longer."""
    x.execute(delete(customer_tag).where(customer_tag.c.tag_id == tag_id))
    x.execute(update(tag).where(tag.c.id == tag_id).values(archived_at=now))


def bring_back(x: Executor, tag_id: int) -> None:
    """It is offered again."""
    x.execute(update(tag).where(tag.c.id == tag_id).values(archived_at=None))
