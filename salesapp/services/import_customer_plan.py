"""What an import does with each customer of a file: bring it in, update somebody, pass over it, or refuse it, and why.

A row with a key is the customer of that key. A row without one is a customer there already when somebody of the same
name is reached alike. A number that is somebody else's, too, is a switchboard for organisations, a mistake for persons.
"""

from collections.abc import Sequence
from typing import Final

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Msg
from salesapp.services.import_customer_changes import MoreOfNew, NewCustomer
from salesapp.services.import_customer_comparing import compare
from salesapp.services.import_customer_directory import ContactKeys, Directory, Someone, all_points
from salesapp.services.import_customer_rows import CustomerRow
from salesapp.services.import_kinds import Known, Plan, Rejected
from salesapp.services.import_own_numbers import NOT_HERE, is_number, known_by, of_number
from salesapp.services.import_points import point_key
from salesapp.store import bulk
from salesapp.store.engine import Executor

SOMEBODY_ELSES: Final = N_("%(value)s belongs to a customer of somebody else.")
CONTACT_ELSEWHERE: Final = Msg(N_("The contact with this key belongs to another customer."), {"field": "contact_key"})
BY_ITS_NAME: Final = N_("“%(name)s” comes in as an organisation: its name says so.")


def plan_customers(x: Executor, rows: Sequence[CustomerRow], known: Known) -> Plan:
    """What to do with each row, in order. Changes nothing."""
    made = Plan()
    wanted = {row.key for row in rows if row.key}
    keys = known_by(wanted, lambda some: bulk.by_key(x, some), lambda some: bulk.by_number(x, some))
    bulk.lock_to_write(x, keys.values())
    people = Directory(x, [row for row in rows if not row.key or row.key not in keys], known)
    contact_keys = ContactKeys(x, rows, known)
    meant: list[tuple[CustomerRow, int]] = []
    for row in rows:
        there = keys.get(row.key) if row.key else None
        twin = None if row.key else people.twin(row)
        if contact_keys.is_elsewhere(row, there, twin):
            made.rejected.append(Rejected(row.line, row.cells, (CONTACT_ELSEWHERE,)))
        elif there is not None:
            meant.append((row, there))
        elif is_number(row.key):
            made.rejected.append(Rejected(row.line, row.cells, (of_number(NOT_HERE, row.key),)))
        elif twin:
            _again(made, row, twin, meant, people)
        else:
            _add(made, row, people)
    people.let_go()
    compare(x, made, meant, known, people)
    return made


def _again(
    made: Plan, row: CustomerRow, twin: Someone, meant: list[tuple[CustomerRow, int]], people: Directory
) -> None:
    """A row that repeats somebody; it may bring one more contact of theirs."""
    if twin.id is None:
        made.notes.append((row.line, Msg(N_("Repeats %(other)s."), {"other": twin.where})))
    if row.contact is None:
        made.same += 1
    elif twin.id is not None:
        meant.append((row, twin.id))
    elif row.contact.name in twin.contacts:
        made.same += 1
    else:
        twin.contacts += (row.contact.name,)
        if twin.entry is not None:
            others = {point_key(each) for each in row.contact.points if people.at(each) not in (None, twin)}
            twin.entry.shared |= others
            twin.entry.contacts.append(row.contact)
            people.learn_points(row.contact.points, twin)
        made.changed.append(MoreOfNew(row))


def _add(made: Plan, row: CustomerRow, people: Directory) -> None:
    taken = {point_key(point): (point, other) for point in all_points(row) if (other := people.at(point))}
    said = [_said(point, other) for point, other in taken.values()]
    if taken and row.kind == "person":
        made.rejected.append(Rejected(row.line, row.cells, tuple(said)))
        return
    made.notes += [(row.line, each) for each in said]
    if row.kind == "organisation" and not row.kind_said:
        made.notes.append((row.line, Msg(BY_ITS_NAME, {"name": row.name})))
    entry = NewCustomer(row, frozenset(taken), [row.contact] if row.contact else [])
    made.new.append(entry)
    people.learn(row, entry)


def _said(point: ContactPoint, other: Someone) -> Msg:
    if other.where is None:
        return Msg(SOMEBODY_ELSES, {"value": point.shown, "field": point.kind})
    text = N_("%(value)s is also that of %(name)s (%(where)s).")
    values = {"value": point.shown, "name": other.name, "where": other.where, "field": point.kind}
    return Msg(text, values)
