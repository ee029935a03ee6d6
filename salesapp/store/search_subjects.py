"""Keeping the search in step with customers, contacts and activities, in the transaction that changes them."""

from typing import Final

from sqlalchemy import ColumnElement, case, select

from salesapp.store import search_index
from salesapp.store.engine import Executor
from salesapp.store.search_wanted import SOURCES, scope_of, scope_of_customer
from salesapp.store.tables import activity, contact, customer, deal, search_row


def reindex_customer(x: Executor, customer_id: int) -> None:
    """One customer, after anything they are found by changed."""
    _reindex(x, "customer", customer.c.id == customer_id)


def reindex_contacts(x: Executor, customer_id: int) -> None:
    """Every contact of a customer, after anything of them or of the customer's name changed."""
    _reindex(x, "contact", contact.c.customer_id == customer_id)


def reindex_activities(x: Executor, which: ColumnElement[bool]) -> None:
    """These activities, after a note or a name around them changed."""
    _reindex(x, "activity", which)


def reindex_of_customer(x: Executor, customer_id: int) -> None:
    """All that hangs on a customer who is called otherwise now, or was put away or brought back."""
    reindex_contacts(x, customer_id)
    reindex_activities(x, activity.c.customer_id == customer_id)


def reindex_many(x: Executor, kind: str, which: ColumnElement[bool]) -> None:
    """Many of one kind, with a few statements for all."""
    query, wanted_of = SOURCES[kind]
    rows = x.execute(query.where(which).order_by(query.selected_columns.id)).all()
    wanted = wanted_of(x, rows) if rows else {}
    values = [{"subject_id": one, **{name: getattr(its, name) for name in _COLUMNS}} for one, its in wanted.items()]
    search_index.put_many(x, kind, values)


_COLUMNS: Final = ("customer_id", "scope_owner_id", "title", "parts", "touched_at", "archived_at")


def reindex_one(x: Executor, kind: str, subject_id: int) -> None:
    """One record of any kind, whatever its row says now; a row without a record goes."""
    found = kind in SOURCES and _reindex(x, kind, SOURCES[kind][0].selected_columns.id == subject_id)
    if not found:
        search_index.remove(x, kind, subject_id)


def rescope(x: Executor, customer_id: int) -> None:
    """Say anew whose the rows of a customer are; deals and activities have been told already."""
    its_customer = select(scope_of_customer).where(customer.c.id == customer_id).scalar_subquery()
    its_deal, its_activity = (
        select(scope_of(table))
        .join_from(table, customer, customer.c.id == table.c.customer_id)
        .where(table.c.id == search_row.c.subject_id)
        for table in (deal, activity)
    )
    scope = case(
        (search_row.c.kind == "deal", its_deal.correlate(search_row).scalar_subquery()),
        (search_row.c.kind == "activity", its_activity.correlate(search_row).scalar_subquery()),
        else_=its_customer,
    )
    search_index.rescope(x, search_row.c.customer_id == customer_id, scope)


def _reindex(x: Executor, kind: str, which: ColumnElement[bool]) -> bool:
    """Write the rows of these records; whether there are any."""
    query, wanted_of = SOURCES[kind]
    rows = x.execute(query.where(which).order_by(query.selected_columns.id)).all()
    wanted = wanted_of(x, rows) if rows else {}
    for row in rows:
        its = wanted.get(row.id)
        if its is None:
            search_index.remove(x, kind, row.id)
            continue
        search_index.put(
            x,
            kind=kind,
            subject_id=row.id,
            customer_id=its.customer_id,
            scope_owner_id=its.scope_owner_id,
            title=its.title,
            parts=its.parts,
            touched_at=its.touched_at,
            archived_at=its.archived_at,
        )
    return bool(rows)
