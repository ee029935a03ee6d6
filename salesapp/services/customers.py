"""Customers: added, changed, put away, brought back. One record for life: a lead becomes a customer in place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from salesapp.domain.contact_points import ContactPoint, Kind, parse_contact_point
from salesapp.domain.customer_labels import GRADES, KINDS, STATES
from salesapp.domain.errors import N_, Msg, Problem, Refused, Stale, problem
from salesapp.domain.record_values import is_field_key
from salesapp.services import field_values, notices, permits, plugin_checks
from salesapp.services.closed_pools import leave_closed_pool
from salesapp.services.contacts import NEEDED, put_points
from salesapp.services.field_values import FieldChange, asked_of
from salesapp.services.lengths import length_problems
from salesapp.services.plugin_checks import narrow_customer, normalised
from salesapp.services.pool import owner_problems
from salesapp.services.work import Work
from salesapp.store import (
    contact_points,
    customer_files,
    customers,
    deals,
    erase,
    pools,
    search,
    search_subjects,
    settings,
    tags,
    timeline,
)
from salesapp.store.tables import customer

ME: Final = -1
"""The default owner: whoever adds the customer."""

TEXTS: Final = ("name", "company", "position", "address", "note")
CODES: Final = ("kind", "state", "grade", "source", "territory_id")
FIELDS: Final = (*TEXTS, *CODES, "tags")
"""What `change_customer` changes. The values of TEXTS and tags are personal, those of CODES are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer to add; a name or a phone is enough. Ways to reach them as typed, or parsed already.

    `owner_id` None leaves it to nobody (or to the pool `pool_id`); `shared` marks its numbers as shared with others;
    `at` is when it came to us, for imports."""

    kind: str = "person"
    name: str = ""
    company: str = ""
    position: str = ""
    phones: Sequence[str | ContactPoint] = ()
    emails: Sequence[str | ContactPoint] = ()
    wechats: Sequence[str | ContactPoint] = ()
    links: Sequence[str | ContactPoint] = ()
    source: str | None = None
    grade: str | None = None
    state: str = "lead"
    territory_id: int | None = None
    address: str = ""
    note: str = ""
    tags: Sequence[str] = ()
    owner_id: int | None = ME
    pool_id: int | None = None
    external_key: str | None = None
    shared: bool = False
    at: datetime | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] | None = None
    """Answers to the fields, by full key; None where nobody was asked, as in an import, so none is needed."""


def add_customer(w: Work, new: NewCustomer, *, enquiry: str = "") -> int:
    """Add a customer; Refused with every problem at once, a number somebody has already among them. `enquiry` is what
    they wanted who came by themselves."""
    w.require("customer.add")
    narrow_customer(w, "customer.add", None)
    points, problems = points_of(w, new)
    has_phone = any(point.kind == "phone" for _, point in points) or any(new.phones)
    if not new.name.strip() and not has_phone:
        problems.append(problem("name", NEEDED))
    problems += _code_problems(w, {name: getattr(new, name) for name in CODES})
    problems += length_problems(customer, {name: getattr(new, name) for name in TEXTS})
    owner_id = None if new.pool_id is not None else (w.actor.id if new.owner_id == ME else new.owner_id)
    if owner_id != w.actor.id:
        w.require("customer.assign")  # others' customers are added by those who may hand customers out
        problems += owner_problems(w, owner_id)
    if new.pool_id is not None and not pools.exists_one(w.session, new.pool_id):
        problems.append(problem("pool", N_("There is no such pool.")))
    asked = asked_of(w.catalog.fields_of("customer"), w.actor) if new.fields is not None else ()
    record = {name: getattr(new, name) for name in (*TEXTS, *CODES)}
    fields = field_values.changed(w, "customer", None, new.custom, record, new.fields or {}, {}, asked)
    problems += fields.problems
    problems = problems or _said_of_new(w, new, points, owner_id, fields)
    if problems:
        raise Refused(problems)
    at = new.at or w.now
    values = {name: getattr(new, name) for name in (*TEXTS, *CODES, "pool_id", "external_key", "custom")}
    values |= {"owner_id": owner_id, "created_by": w.actor.id, "created_at": at, "touched_at": at}
    customer_id = customers.insert(w.session, values | fields.columns())
    fields.link(w, customer_id)
    problems = put_points(w, customer_id, points, shared=new.shared)
    if problems:
        raise Refused(problems)
    if new.tags:
        tags.replace(w.session, customer_id, _clean_tags(new.tags))
    customers.add_touch(w.session, customer_id, new.source, enquiry[:500], at)
    customers.reindex(w.session, customer_id)
    data = {"state": new.state, "source": new.source, "grade": new.grade}
    w.event(
        "customer.added",
        "customer",
        customer_id,
        customer_id=customer_id,
        owner_id=owner_id,
        at=at,
        data={name: value for name, value in data.items() if value},
        personal={"name": new.name or new.company} | ({"note": enquiry} if enquiry else {}),
    )
    notices.tell(w, owner_id, "customer.given", ("customer", customer_id))
    w.done("customer", customer_id)
    return customer_id


def _said_of_new(
    w: Work, new: NewCustomer, points: Sequence[tuple[str, ContactPoint]], owner_id: int | None, fields: FieldChange
) -> list[Problem]:
    """What plugins have against adding this one."""
    said: dict[str, Any] = {name: getattr(new, name) for name in (*TEXTS, *CODES, "pool_id")} | fields.new
    said |= {"tags": _clean_tags(new.tags), "owner_id": owner_id, **normalised(point for _, point in points)}
    return plugin_checks.customer_save(w, None, said)


def points_of(w: Work, new: NewCustomer) -> tuple[list[tuple[str, ContactPoint]], list[Problem]]:
    """Every way to reach the new customer with the form field it came from; the same one twice counts once."""
    found: dict[tuple[str, str], tuple[str, ContactPoint]] = {}
    problems: list[Problem] = []
    country = ""
    sent: list[tuple[Kind, Sequence[str | ContactPoint]]] = [
        ("phone", new.phones),
        ("email", new.emails),
        ("wechat", new.wechats),
        ("link", new.links),
    ]
    for kind, values in sent:
        for value in values:
            if isinstance(value, str):
                country = country or settings.company(w.session).country
            point = value if isinstance(value, ContactPoint) else parse_contact_point(kind, value, country)
            if isinstance(point, Msg):
                problems.append(Problem(kind, point))
            else:
                found.setdefault((point.kind, point.normalised), (kind, point))
    return list(found.values()), problems


def _code_problems(w: Work, codes: Mapping[str, Any]) -> list[Problem]:
    """Codes that are none of ours; forms check their choices too, other callers have only this."""
    sources = w.catalog.offered_sources
    known: dict[str, Mapping[str, object]] = {"kind": KINDS, "state": STATES, "grade": GRADES, "source": sources}
    problems = []
    for name, choices in known.items():
        value = codes.get(name)
        optional = name in ("grade", "source")
        if name in codes and value not in choices and not (value is None and optional):
            problems.append(problem(name, N_("“%(value)s” is not one of the choices."), value=str(value)[:50]))
    territory = codes.get("territory_id")
    if territory is not None and all(row.id != territory for row in customer_files.territories(w.session)):
        problems.append(problem("territory_id", N_("There is no such territory.")))
    return problems


def _clean_tags(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(short for name in names if (short := " ".join(name.split())[:80])))


# --- changing ---


def change_customer(
    w: Work, customer_id: int, changed: Mapping[str, Any], seen: Mapping[str, Any], *, asks: bool = False
) -> None:
    """Save changed fields, FIELDS and those of plugins and the owner by full key. `seen` are the values the person had
    before them: Stale, naming who and which fields, only when the same field was changed by somebody else meanwhile.
    What is in `seen` or `changed` was asked, so what is required of that must be there; and, where a form `asks`, what
    it calls up."""
    permits.customer(w, "customer.edit", customer_id)
    view = customers.read(w.session, customer_id)
    values = {name: _stored(name, value) for name, value in changed.items() if name in FIELDS}
    now = {name: getattr(view, name) for name in values}
    clashing = [
        name for name, value in values.items() if now[name] not in (_stored(name, seen.get(name, now[name])), value)
    ]
    was = {name: getattr(view, name) for name in (*TEXTS, *CODES)}
    record, before = was | values, was if asks else None
    asked = {name for name in (*changed, *seen) if is_field_key(name)}
    fields = field_values.changed(w, "customer", customer_id, view.custom, record, changed, seen, asked, before)
    clashing += fields.clashes
    if clashing:
        raise Stale(timeline.last_changed_by(w.session, "customer", customer_id, clashing), clashing)
    new = {name: value for name, value in values.items() if value != now[name]}
    problems = fields.problems + _code_problems(w, {name: new[name] for name in CODES if name in new})
    problems += length_problems(customer, {name: new[name] for name in TEXTS if name in new})
    if "name" in new and not new["name"].strip() and not contact_points.has_phone(w.session, customer_id):
        problems.append(problem("name", NEEDED))
    if not problems and (new or fields.new):
        problems = plugin_checks.customer_save(w, view, new | fields.new)
    if problems:
        raise Refused(problems)
    if new or fields.new:
        _save(w, customer_id, view.owner_id, {name: (now[name], value) for name, value in new.items()}, fields)


def change_state(w: Work, customer_id: int, to: str) -> str:
    """Move a customer to another state of its life; returns the one before."""
    permits.customer(w, "customer.edit", customer_id)
    before = customers.read(w.session, customer_id).state
    change_customer(w, customer_id, {"state": to}, {"state": before})
    return before


def _stored(name: str, value: Any) -> Any:
    """Tags compare as a sorted tuple, however they were typed."""
    return tuple(sorted(_clean_tags(value))) if name == "tags" else value


def _save(
    w: Work, customer_id: int, owner_id: int | None, new: Mapping[str, tuple[Any, Any]], fields: FieldChange
) -> None:
    columns = {name: value for name, (_, value) in new.items() if name != "tags"}
    customers.set_values(w.session, customer_id, columns | fields.columns())
    fields.link(w, customer_id)
    if "tags" in new:
        tags.replace(w.session, customer_id, new["tags"][1])
    customers.touched(w.session, customer_id, w.now)
    if {"name", "company", "kind"} & set(new):
        customers.reindex(w.session, customer_id)
    if "name" in new:
        deals.reindex_of_customer(w.session, customer_id)
        search_subjects.reindex_of_customer(w.session, customer_id)
    data: dict[str, Any] = {"fields": sorted([*new, *fields.new])}
    codes = {name: list(pair) for name, pair in new.items() if name in CODES}
    if codes:
        data["changes"] = codes
    texts = {name: [_plain(old), _plain(value)] for name, (old, value) in new.items() if name not in CODES}
    w.event(
        "customer.changed",
        "customer",
        customer_id,
        customer_id=customer_id,
        owner_id=owner_id,
        data=data,
        personal=texts | fields.told() or None,
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def archive_customer(w: Work, customer_id: int) -> None:
    """Put a customer away: out of lists and search, nothing is lost."""
    _set_archived(w, customer_id, w.now, "customer.archived")


def restore_customer(w: Work, customer_id: int) -> None:
    """Bring an archived customer back; one whose personal data was erased stays away."""
    permits.customer(w, "customer.archive", customer_id)
    if erase.erased_at(w.session, customer_id) is not None:
        raise Refused([problem("", N_("What was personal in it has been erased, so it stays archived."))])
    leave_closed_pool(w, customer_id)
    _set_archived(w, customer_id, None, "customer.restored")


def _set_archived(w: Work, customer_id: int, archived_at: datetime | None, kind: str) -> None:
    permits.customer(w, "customer.archive", customer_id)
    if not customers.set_archived(w.session, customer_id, archived_at):
        return
    search.archive(w.session, "customer", customer_id, archived_at)
    search_subjects.reindex_of_customer(w.session, customer_id)
    owner_id = customer_files.owner_of(w.session, customer_id)
    w.event(kind, "customer", customer_id, customer_id=customer_id, owner_id=owner_id)


def note_enquiry(w: Work, customer_id: int, source: str | None, note: str = "", *, at: datetime | None = None) -> int:
    """The customer reached out once more: a touch on the same record, never a second one."""
    permits.customer(w, "customer.edit", customer_id)
    problems = _code_problems(w, {"source": source})
    if problems:
        raise Refused(problems)
    touch_id = customers.add_touch(w.session, customer_id, source, note[:500], at or w.now)
    customers.touched(w.session, customer_id, w.now)
    owner_id = customer_files.owner_of(w.session, customer_id)
    w.event(
        "customer.enquired",
        "customer",
        customer_id,
        customer_id=customer_id,
        owner_id=owner_id,
        at=at,
        data={"source": source} if source else {},
        personal={"note": note} if note else None,
    )
    notices.tell(w, owner_id, "customer.enquired", ("customer", customer_id), occurrence=str(touch_id))
    w.done("customer", customer_id)
    return touch_id
