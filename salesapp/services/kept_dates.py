"""Dates that plugins keep of customers: one for each kind and what it is about, set, moved and taken away."""

from datetime import date
from typing import Any, Final

from salesapp.domain.date_kinds import DateKind
from salesapp.domain.errors import N_, Refused, problem
from salesapp.domain.partial_dates import PartialDate
from salesapp.plugging.slot_checks import meant
from salesapp.services import permits
from salesapp.services.lengths import length_problems
from salesapp.services.work import Work
from salesapp.store import contacts, customers
from salesapp.store.tables import important_date

ADDED: Final = "customer.date_added"
MOVED: Final = "customer.date_moved"
ARCHIVED: Final = "customer.date_archived"


def keep_date(w: Work, customer_id: int, kind: str, day: date | None, *, ref: str = "", about: str = "") -> None:
    """A customer has one date of this kind for what `ref` names: set it, move it, or take it away with None. The same
    once more changes nothing. A ValueError says that there is no such kind."""
    _check_kind(w, kind)
    permits.customer(w, "customer.edit", customer_id)  # locked: two who keep the same date come one after the other
    if problems := length_problems(important_date, {"ref": ref, "label": about}):
        raise Refused(problems)
    row = contacts.kept_date(w.session, customer_id, kind, ref)
    if day is None:
        _take_away(w, row)
        return
    new = {**PartialDate("solar", day.year, day.month, day.day).to_json(), "label": about, "archived_at": None}
    if row is None:
        if not contacts.insert_kept_date(w.session, {"customer_id": customer_id, "kind": kind, "ref": ref, **new}):
            raise Refused([problem("day", N_("Somebody kept this date at the same moment. Please try again."))])
        _tell(w, ADDED, customer_id, kind, new)
    elif any(getattr(row, name) != value for name, value in new.items()):
        contacts.change_date(w.session, row.id, new)
        there = row.archived_at is None
        was = {"was": _day(row._mapping)} if there and _day(row._mapping) != _day(new) else {}
        _tell(w, MOVED if there else ADDED, customer_id, kind, new, was)


def _check_kind(w: Work, kind: str) -> None:
    kinds = w.catalog.of(DateKind)
    if kind not in kinds:
        raise ValueError(f"there is no DateKind {kind!r}{meant(kind, kinds)}")


def _take_away(w: Work, row: Any) -> None:
    if row is not None and contacts.set_date_archived(w.session, row.id, w.now):
        _tell(w, ARCHIVED, row.customer_id, row.kind, row._mapping)


def _day(row: Any) -> str:
    return PartialDate(row["calendar"], row["year"], row["month"], row["day"], row["leap_month"]).as_typed()


def _tell(w: Work, event: str, customer_id: int, kind: str, row: Any, was: dict[str, str] | None = None) -> None:
    customers.touched(w.session, customer_id, w.now)
    personal = {"day": _day(row), "label": row["label"], **(was or {})}
    w.event(event, "customer", customer_id, customer_id=customer_id, data={"by": kind}, personal=personal)
