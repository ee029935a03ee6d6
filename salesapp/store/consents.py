"""What customers agreed to, as rows; nothing is changed afterwards but that it was withdrawn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import consent, person

_by, _back = person.alias("noted_by_person"), person.alias("withdrawn_by_person")


def of_customer(x: Executor, customer_ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The consents of a customer, the newest first, with who noted and who withdrew them."""
    query = (
        select(consent, _by.c.name.label("who"), _back.c.name.label("who_withdrew"))
        .select_from(consent.outerjoin(_by, _by.c.id == consent.c.noted_by))
        .outerjoin(_back, _back.c.id == consent.c.withdrawn_by)
        .where(consent.c.customer_id.in_(customer_ids))
    )
    return x.execute(query.order_by(consent.c.id.desc())).all()


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new consent."""
    return insert_row(x, consent, values)


def get(x: Executor, consent_id: int) -> Row[*tuple[Any, ...]] | None:
    """One consent, for whoever asks about the right to its customer."""
    return x.execute(select(consent).where(consent.c.id == consent_id)).first()


def withdraw(x: Executor, consent_id: int, actor_id: int | None, now: datetime) -> bool:
    """It does not hold from now on; False where it did not before."""
    statement = update(consent).where(consent.c.id == consent_id, consent.c.withdrawn_at.is_(None))
    return rows_changed(x, statement.values(withdrawn_at=now, withdrawn_by=actor_id)) == 1
