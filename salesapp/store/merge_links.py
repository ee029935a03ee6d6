"""Whom the fields of a record name, when it becomes one with another: the rows of `field_link` that are its values.
That others name the record that is put away is moved as every reference is (merge_moves)."""

from collections.abc import Collection

from sqlalchemy import select

from salesapp.store.engine import Executor
from salesapp.store.merge_moves import change
from salesapp.store.tables import field_link


def take_over(x: Executor, merge_id: int, kind: str, lost_id: int, kept_id: int, fields: Collection[str]) -> None:
    """The kept record has the other one's values of these fields. Where that one says nothing, its empty place takes
    what the kept one said, so that this can be put back."""
    ids, mine = (lost_id, kept_id), (field_link.c.subject_kind == kind, field_link.c.field.in_(list(fields)))
    rows = x.execute(select(field_link).where(*mine, field_link.c.subject_id.in_(ids))).all()
    found = {(row.subject_id, row.field): row for row in rows}
    for field in sorted(fields):
        theirs, own = found.get((lost_id, field)), found.get((kept_id, field))
        if kind == "customer" and theirs is not None and theirs.customer_id == kept_id:
            continue  # it named the record it is a part of now: nobody is their own referrer
        if theirs is not None and own is not None:
            named = {"person_id": theirs.person_id, "customer_id": theirs.customer_id}
            change(x, merge_id, field_link, own.id, named)
        elif theirs is not None:
            change(x, merge_id, field_link, theirs.id, {"subject_id": kept_id})
        elif own is not None:
            change(x, merge_id, field_link, own.id, {"subject_id": lost_id})
