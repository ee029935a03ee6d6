"""Ways to reach customers and their contacts; the unique index over living, unshared ones forbids duplicates."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.domain.contact_points import ContactPoint
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import contact_point, customer

_living = contact_point.c.archived_at.is_(None)


def insert(
    x: Executor,
    point: ContactPoint,
    customer_id: int,
    contact_id: int | None = None,
    *,
    shared: bool = False,
    opt_out: bool = False,
) -> bool:
    """Add a way to reach a customer; False when another living, unshared one is the same. Who asked for no more there
    is not asked again as it was typed anew: that stays until somebody takes it back.

    Two transactions at once: the second waits here for the first, and then gets its answer from the unique index.
    """
    values = {
        "kind": point.kind,
        "shown": point.shown,
        "normalised": point.normalised,
        "customer_id": customer_id,
        "contact_id": contact_id,
        "shared": shared,
        "opt_out": opt_out or bool(refused(x, [(point.kind, point.normalised)])),
    }
    return insert_or_ignore(x, contact_point, values)


def refused(x: Executor, points: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """At which of these (kind, number or address) nobody wants to be reached: as the one in use says, else the one that
    was in use last."""
    same = contact_point.c.normalised.in_({normalised for _, normalised in points})
    columns = (contact_point.c.kind, contact_point.c.normalised, contact_point.c.opt_out)
    one_by_one = (_living, contact_point.c.archived_at, contact_point.c.id)
    rows = x.execute(select(*columns).where(same).order_by(*one_by_one)) if points else ()
    newest = {(row.kind, row.normalised): row.opt_out for row in rows}
    return {point for point in points if newest.get(point)}


def holder(x: Executor, kind: str, normalised: str) -> int | None:
    """The customer who has this living, unshared number or address."""
    return x.execute(
        select(contact_point.c.customer_id).where(
            contact_point.c.kind == kind,
            contact_point.c.normalised == normalised,
            ~contact_point.c.shared,
            _living,
        )
    ).scalar()


def holders(x: Executor, points: Collection[ContactPoint]) -> Sequence[Row[*tuple[Any, ...]]]:
    """kind, customer_id of every living customer who can be reached at one of these. Not filtered: see `duplicates`."""
    if not points:
        return ()
    query = (
        select(contact_point.c.kind, contact_point.c.customer_id)
        .join(customer, customer.c.id == contact_point.c.customer_id)
        .where(
            contact_point.c.normalised.in_({point.normalised for point in points}),
            contact_point.c.kind.in_({point.kind for point in points}),
            _living,
        )
        .order_by(contact_point.c.id)
        .limit(10)
    )
    return x.execute(query).all()


def get(x: Executor, point_id: int) -> Row[*tuple[Any, ...]] | None:
    """One row, for a service that asks about rights itself."""
    return x.execute(select(contact_point).where(contact_point.c.id == point_id)).first()


def set_values(x: Executor, point_id: int, values: Mapping[str, Any]) -> bool:
    """Change a row (bring it back, mark it shared); False where the unique index forbids it."""
    statement = update(contact_point).where(contact_point.c.id == point_id).values(dict(values))
    try:
        with x.begin_nested():
            x.execute(statement)
    except IntegrityError:
        return False
    return True


def archive(x: Executor, point_id: int, now: Any) -> bool:
    """Take a way to reach somebody out of use; its number is free for others again."""
    statement = update(contact_point).where(contact_point.c.id == point_id, _living).values(archived_at=now)
    return rows_changed(x, statement) == 1


def archive_of_contact(x: Executor, contact_id: int, now: Any) -> None:
    """Take all ways to reach a contact out of use."""
    x.execute(
        update(contact_point).where(and_(contact_point.c.contact_id == contact_id, _living)).values(archived_at=now)
    )


def archived_with_contact(x: Executor, contact_id: int, at: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """The ways that went out of use together with the contact."""
    same = and_(contact_point.c.contact_id == contact_id, contact_point.c.archived_at == at)
    return x.execute(select(contact_point).where(same)).all()


def has_phone(x: Executor, customer_id: int) -> bool:
    """Whether the customer or one of their contacts has a number in use."""
    living = (contact_point.c.kind == "phone", contact_point.c.archived_at.is_(None))
    query = select(contact_point.c.id).where(contact_point.c.customer_id == customer_id, *living).limit(1)
    return x.execute(query).first() is not None


def phones_of(x: Executor, contact_ids: Collection[int]) -> dict[int, str]:
    """The number to call each of these contacts at, where there is one that may be used."""
    if not contact_ids:
        return {}
    usable = (contact_point.c.kind == "phone", ~contact_point.c.opt_out, _living)
    query = select(contact_point.c.contact_id, contact_point.c.normalised).where(
        contact_point.c.contact_id.in_(contact_ids), *usable
    )
    return {row.contact_id: row.normalised for row in x.execute(query.order_by(contact_point.c.id.desc()))}


def hand_to(x: Executor, point: ContactPoint, customer_id: int, contact_id: int) -> bool:
    """Make a customer's own number or address that of one of its contacts; whether it was the customer's."""
    own = (contact_point.c.customer_id == customer_id, contact_point.c.contact_id.is_(None), _living)
    same = (contact_point.c.kind == point.kind, contact_point.c.normalised == point.normalised)
    return bool(rows_changed(x, update(contact_point).where(*own, *same).values(contact_id=contact_id)))
