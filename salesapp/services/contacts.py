"""People inside a customer, ways to reach them, and the dates to think of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.partial_dates import PartialDate
from salesapp.domain.record_values import is_field_key
from salesapp.services import field_values, permits
from salesapp.services.duplicates import taken
from salesapp.services.field_values import asked_of
from salesapp.services.lengths import length_problems
from salesapp.services.work import Work
from salesapp.store import contact_points, contacts, customers, search_subjects, timeline
from salesapp.store.tables import activity, contact, important_date

NEEDED: Final = N_("A customer needs a name or a phone number.")

FIELDS: Final = ("name", "position", "department", "note")
"""What `change_contact` changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A person inside a customer."""

    name: str
    position: str = ""
    department: str = ""
    note: str = ""
    points: Sequence[ContactPoint] = field(default=())
    fields: Mapping[str, Any] | None = None
    """Answers to the fields, by full key; None where nobody was asked."""


def _may(w: Work, customer_id: int) -> None:
    permits.customer(w, "customer.edit", customer_id)


def _changed(w: Work, customer_id: int) -> None:
    customers.touched(w.session, customer_id, w.now)
    customers.reindex(w.session, customer_id)
    search_subjects.reindex_contacts(w.session, customer_id)


def put_points(
    w: Work,
    customer_id: int,
    points: Sequence[tuple[str, ContactPoint]],
    contact_id: int | None = None,
    *,
    shared: bool,
) -> list[Problem]:
    """Add ways to reach somebody, each with the place its problem belongs to; what is taken comes back as problems.
    A number the customer has already becomes the contact's: it is the same phone, now with a name to it."""
    return [
        taken(w, point, place)
        for place, point in points
        if not contact_points.insert(w.session, point, customer_id, contact_id, shared=shared)
        and not (contact_id is not None and contact_points.hand_to(w.session, point, customer_id, contact_id))
    ]


# --- contacts ---


def add_contact(w: Work, customer_id: int, new: NewContact, *, shared: bool = False) -> int:
    """A new person inside a customer."""
    _may(w, customer_id)
    values: dict[str, Any] = {name: getattr(new, name) for name in FIELDS}
    asked = asked_of(w.catalog.fields_of("contact"), w.actor) if new.fields is not None else ()
    own = field_values.changed(w, "contact", None, {}, values, new.fields or {}, {}, asked)
    if problems := [*_contact_problems(values), *own.problems]:
        raise Refused(problems)
    row = {**values, **own.columns(), "customer_id": customer_id, "created_at": w.now}
    contact_id = contacts.insert(w.session, row)
    own.link(w, contact_id)
    placed = [(point.kind, point) for point in new.points]
    problems = put_points(w, customer_id, placed, contact_id, shared=shared)
    if problems:
        raise Refused(problems)
    _changed(w, customer_id)
    w.event("contact.added", "contact", contact_id, customer_id=customer_id, personal={"name": new.name})
    w.done("customer", customer_id)
    return contact_id


def change_contact(
    w: Work, contact_id: int, changed: Mapping[str, Any], seen: Mapping[str, Any], *, asks: bool = False
) -> None:
    """Save changed fields of a contact, also those of plugins and the owner by full key; Stale only when the same field
    was changed meanwhile. Where a form `asks`, what is required of the fields it calls up must be there."""
    asked = {name for name in (*changed, *seen) if is_field_key(name)}
    whole, changed = changed, {name: value for name, value in changed.items() if name not in asked}
    if unknown := set(changed) - set(FIELDS):
        raise ValueError(f"not fields of a contact: {sorted(unknown)}")
    row = _contact(w, contact_id)
    was = {name: getattr(row, name) for name in FIELDS}
    record, before = was | changed, was if asks else None
    own = field_values.changed(w, "contact", contact_id, row.custom or {}, record, whole, seen, asked, before)
    clashing = [name for name, value in changed.items() if getattr(row, name) not in (seen.get(name, value), value)]
    clashing += own.clashes
    if clashing:
        raise Stale(timeline.last_changed_by(w.session, "contact", contact_id, clashing), clashing)
    new = {name: value for name, value in changed.items() if getattr(row, name) != value}
    if problems := [*_contact_problems(new), *own.problems]:
        raise Refused(problems)
    if not new and not own.new:
        return
    contacts.set_values(w.session, contact_id, new | own.columns())
    own.link(w, contact_id)
    _changed(w, row.customer_id)
    if "name" in new:
        of_contact = (activity.c.customer_id == row.customer_id) & (activity.c.contact_id == contact_id)
        search_subjects.reindex_activities(w.session, of_contact)
    personal = {name: [getattr(row, name), value] for name, value in new.items()} | own.told()
    data = {"fields": sorted([*new, *own.new])}
    w.event("contact.changed", "contact", contact_id, customer_id=row.customer_id, data=data, personal=personal)


def _contact_problems(values: Mapping[str, Any]) -> list[Problem]:
    problems = length_problems(contact, values)
    if "name" in values and not values["name"].strip():
        problems.append(problem("name", N_("A contact needs a name.")))
    return problems


def archive_contact(w: Work, contact_id: int) -> int:
    """Put a contact away, with the ways to reach them; returns the customer's id."""
    row = _contact(w, contact_id)
    if not contacts.set_archived(w.session, contact_id, w.now):
        return int(row.customer_id)
    contact_points.archive_of_contact(w.session, contact_id, w.now)
    _changed(w, row.customer_id)
    w.event("contact.archived", "contact", contact_id, customer_id=row.customer_id, personal={"name": row.name})
    return int(row.customer_id)


def restore_contact(w: Work, contact_id: int) -> int:
    """Bring a contact back, with the ways to reach them that went along and that nobody else has taken since."""
    row = _contact(w, contact_id)
    if row.archived_at is None or not contacts.set_archived(w.session, contact_id, None):
        return int(row.customer_id)
    for point in contact_points.archived_with_contact(w.session, contact_id, row.archived_at):
        contact_points.set_values(w.session, point.id, {"archived_at": None})
    _changed(w, row.customer_id)
    w.event("contact.restored", "contact", contact_id, customer_id=row.customer_id, personal={"name": row.name})
    return int(row.customer_id)


def _contact(w: Work, contact_id: int) -> Any:
    row = contacts.get(w.session, contact_id)
    if row is None:
        raise NotFound
    _may(w, row.customer_id)
    contacts.lock(w.session, contact_id)
    return contacts.get(w.session, contact_id)


def _check_contact(w: Work, customer_id: int, contact_id: int | None) -> None:
    if contact_id is None:
        return
    found = contacts.get(w.session, contact_id)
    if found is None or found.customer_id != customer_id or found.archived_at is not None:
        raise Refused([problem("contact", N_("There is no such contact here."))])


# --- ways to reach them ---


def add_point(
    w: Work, customer_id: int, point: ContactPoint, *, contact_id: int | None = None, shared: bool = False
) -> None:
    """One more way to reach a customer or one of their contacts."""
    _may(w, customer_id)
    _check_contact(w, customer_id, contact_id)
    problems = put_points(w, customer_id, [("value", point)], contact_id, shared=shared)
    if problems:
        raise Refused(problems)
    _changed(w, customer_id)
    _point_event(w, "customer.point_added", customer_id, point.kind, point.shown)
    w.done("customer", customer_id)


def archive_point(w: Work, point_id: int) -> int:
    """Take a way to reach somebody out of use; returns the customer's id."""
    row = _point(w, point_id)
    if contact_points.archive(w.session, point_id, w.now):
        if not customers.read(w.session, row.customer_id).name and not contact_points.has_phone(
            w.session, row.customer_id
        ):
            raise Refused([problem("", NEEDED)])
        _changed(w, row.customer_id)
        _point_event(w, "customer.point_archived", row.customer_id, row.kind, row.shown)
    return int(row.customer_id)


def restore_point(w: Work, point_id: int) -> int:
    """Bring a way to reach somebody back, unless somebody else has it now."""
    row = _point(w, point_id)
    if row.archived_at is None:
        return int(row.customer_id)
    if not contact_points.set_values(w.session, point_id, {"archived_at": None}):
        raise Refused([taken(w, ContactPoint(row.kind, row.shown, row.normalised), "")])
    _changed(w, row.customer_id)
    _point_event(w, "customer.point_added", row.customer_id, row.kind, row.shown)
    return int(row.customer_id)


def mark_point(w: Work, point_id: int, *, shared: bool | None = None, opt_out: bool | None = None) -> int:
    """Say that a number is shared (a family, a switchboard), or that this way must not be used."""
    row = _point(w, point_id)
    wanted = {"shared": shared, "opt_out": opt_out}
    new = {name: value for name, value in wanted.items() if value is not None and getattr(row, name) != value}
    if not new:
        return int(row.customer_id)
    if not contact_points.set_values(w.session, point_id, new):
        raise Refused([taken(w, ContactPoint(row.kind, row.shown, row.normalised), "")])
    customers.touched(w.session, row.customer_id, w.now)
    data = {"by": row.kind, **new}
    w.event(
        "customer.point_changed",
        "customer",
        row.customer_id,
        customer_id=row.customer_id,
        data=data,
        personal={"shown": row.shown},
    )
    return int(row.customer_id)


def _point(w: Work, point_id: int) -> Any:
    row = contact_points.get(w.session, point_id)
    if row is None:
        raise NotFound
    _may(w, row.customer_id)
    return row


def _point_event(w: Work, kind: str, customer_id: int, by: str, shown: str) -> None:
    w.event(kind, "customer", customer_id, customer_id=customer_id, data={"by": by}, personal={"shown": shown})


# --- dates ---


def add_date(
    w: Work, customer_id: int, kind: str, day: PartialDate, *, label: str = "", contact_id: int | None = None
) -> int:
    """A date to think of this customer; with a month and day alone, or in the lunar calendar too."""
    _may(w, customer_id)
    if kind not in DATE_KINDS:
        raise Refused([problem("kind", N_("Please choose what kind of date it is."))])
    _check_contact(w, customer_id, contact_id)
    if problems := length_problems(important_date, {"label": label}):
        raise Refused(problems)
    values = {"customer_id": customer_id, "contact_id": contact_id, "kind": kind, "label": label, **day.to_json()}
    date_id = contacts.insert_date(w.session, values)
    customers.touched(w.session, customer_id, w.now)
    personal = {"day": day.as_typed(), "label": label}
    w.event(
        "customer.date_added", "customer", customer_id, customer_id=customer_id, data={"by": kind}, personal=personal
    )
    w.done("customer", customer_id)
    return date_id


def set_date_archived(w: Work, date_id: int, archived: bool) -> int:
    """Put a date away, or bring it back; returns the customer's id. One that a plugin keeps is the plugin's."""
    row = contacts.get_date(w.session, date_id)
    if row is None or row.ref is not None:
        raise NotFound
    _may(w, row.customer_id)
    if contacts.set_date_archived(w.session, date_id, w.now if archived else None):
        kind = "customer.date_archived" if archived else "customer.date_added"
        day = PartialDate(row.calendar, row.year, row.month, row.day, row.leap_month)
        personal = {"day": day.as_typed(), "label": row.label}
        w.event(
            kind, "customer", row.customer_id, customer_id=row.customer_id, data={"by": row.kind}, personal=personal
        )
    return int(row.customer_id)
