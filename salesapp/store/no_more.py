"""The addresses at which somebody wants no more messages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import contact_point


def points(
    x: Executor, customer_id: int, contact_id: int | None, kind: str, normalised: str
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every living address of this kind of the same reader, and the same address wherever else it stands (a family's),
    also out of use, as it may be typed anew: id, customer_id, kind, shown."""
    point = contact_point.c
    theirs = point.contact_id.is_(None) if contact_id is None else point.contact_id == contact_id
    of_reader = and_(point.customer_id == customer_id, theirs, point.archived_at.is_(None))
    same = or_(of_reader, point.normalised == normalised)
    columns = (point.id, point.customer_id, point.kind, point.shown)
    return x.execute(select(*columns).where(point.kind == kind, same).order_by(point.id)).all()


def opt_out(x: Executor, point_id: int) -> bool:
    """Nothing goes there any more; False where that was so before."""
    open_one = (contact_point.c.id == point_id, contact_point.c.opt_out.is_(False))
    return bool(rows_changed(x, update(contact_point).where(*open_one).values(opt_out=True)))
