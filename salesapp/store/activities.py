"""Activities, planned and done: rows for lists and for the day, the next step of a deal, and what services change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, cast

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
    update,
)

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Access, Actor
from salesapp.domain.views import ActivityView
from salesapp.store import activity_sums
from salesapp.store.customers import lock_of
from salesapp.store.engine import Executor
from salesapp.store.follow_up_facts import missed_off
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.no_index import no_index
from salesapp.store.one_by_one import is_there
from salesapp.store.tables import activity, contact, contact_point, customer, deal, event, event_payload, person
from salesapp.store.types import Id, Instant
from salesapp.store.visibility import (
    activity_branches,
    customer_seen,
    deal_access,
    deal_seen,
    hanging_access,
    require,
)

After = tuple[datetime, int]
"""Where a list goes on: the last row's moment and id."""
Owners = frozenset[int] | None
"""Whose day is shown; None is everybody's."""

# A list's statement is built once for its shape: building it takes longer than running it.
_now = cast("datetime", bindparam("now", type_=Instant()))
_owner = person.alias("owner")
_phone = (  # the contact's own number before the customer's
    select(contact_point.c.normalised)
    .where(
        contact_point.c.customer_id == activity.c.customer_id,
        contact_point.c.kind == "phone",
        contact_point.c.archived_at.is_(None),
        contact_point.c.opt_out.is_(False),
    )
    .order_by(case((contact_point.c.contact_id == activity.c.contact_id, 0), else_=1), contact_point.c.id)
    .limit(1)
    .scalar_subquery()
)


def _around(customers: ColumnElement[bool], deals: ColumnElement[bool], *columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of activities with what these customers and deals are called."""
    theirs = or_(activity.c.customer_id.is_(None), customer.c.id.is_not(None))
    return (
        select(
            *columns,
            customer.c.name.label("customer_name"),
            customer.c.kind.label("customer_kind"),
            customer.c.grade,
            contact.c.name.label("contact_name"),
            deal.c.title.label("deal_title"),
            deal.c.process.label("deal_process"),
            _owner.c.name.label("owner_name"),
            case((customer.c.id.is_not(None), _phone)).label("phone"),
        )
        .select_from(activity)
        .outerjoin(customer, and_(customer.c.id == activity.c.customer_id, customers))
        .outerjoin(contact, and_(contact.c.id == activity.c.contact_id, theirs))
        .outerjoin(deal, and_(deal.c.id == activity.c.deal_id, deals))
        .outerjoin(_owner, _owner.c.id == activity.c.owner_id)
    )


_rows = _around(true(), true(), activity)
_NOT_LISTED: Final = ("answers", "custom", "minutes", "direction", "created_by", "version")
_LISTED: Final = tuple(column for column in activity.c if column.name not in _NOT_LISTED)
_rows_listed = _around(true(), true(), *_LISTED)


def _rows_seen(actor: Actor) -> Select[*tuple[Any, ...]]:
    """For a list: somebody's activity stays theirs when its customer goes to another one, whose it is then."""
    if actor.people is None:
        return _rows_listed
    return _around(customer_seen(actor, _now), deal_seen(actor, _now), *_LISTED)


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which activities a list shows; `owner` None means everybody's this person may see."""

    state: str = "planned"
    owner: int | None = None


def access(x: Executor, actor: Actor, activity_id: int, now: datetime) -> Access:
    """How far this person gets into the activity: wholly into their own, else as far as into its customer or deal."""
    columns = (activity.c.customer_id, activity.c.deal_id, activity.c.owner_id, activity.c.scope_owner_id)
    row = x.execute(select(*columns).where(activity.c.id == activity_id)).first()
    if row is None:
        return Access.NONE
    found = hanging_access(x, actor, row, now)
    if found is not Access.NONE or row.customer_id is not None or row.deal_id is None:
        return found
    return deal_access(x, actor, row.deal_id, now)


def load(x: Executor, actor: Actor, activity_id: int, now: datetime) -> Row[*tuple[Any, ...]]:
    """One activity with the names around it; NotFound where it is missing or not theirs to see."""
    require(actor, "activity.see", access(x, actor, activity_id, now))
    return _one(x, _rows.where(activity.c.id == activity_id))


def view_of(row: Row[*tuple[Any, ...]]) -> ActivityView:
    """One of these rows as plugins are given it."""
    because = row.because or {}
    return ActivityView(
        id=row.id,
        version=row.version,
        kind=row.kind,
        customer_id=row.customer_id,
        contact_id=row.contact_id,
        deal_id=row.deal_id,
        owner_id=row.owner_id,
        owner_name=row.owner_name,
        planned_at=row.planned_at,
        at=row.at,
        noted_at=row.noted_at,
        state=row.state,
        direction=row.direction,
        outcome=row.outcome,
        note=row.note,
        because=str(because.get("words") or because.get("source") or because.get("rule") or ""),
        answers=row.answers or {},
        custom=row.custom or {},
        all_day=row.all_day,
    )


def load_for_change(x: Executor, actor: Actor, activity_id: int, now: datetime) -> Row[*tuple[Any, ...]]:
    """One activity this person may change, its row locked until the transaction ends."""
    lock_of(x, activity, activity_id)
    its_deal = select(activity.c.deal_id).where(activity.c.id == activity_id).scalar_subquery()
    x.execute(select(deal.c.id).where(deal.c.id == its_deal).with_for_update())
    require(actor, "activity.edit", access(x, actor, activity_id, now))
    return _one(x, _rows.where(activity.c.id == activity_id).with_for_update(of=activity))


def _one(x: Executor, query: Select[Any]) -> Row[*tuple[Any, ...]]:
    row = x.execute(query).first()
    if row is None:
        raise NotFound
    return row


def _of(owners: Owners) -> list[ColumnElement[bool]]:
    return [] if owners is None else [activity.c.owner_id.in_(sorted(owners))]


def planned(
    x: Executor,
    owners: Owners,
    *,
    since: datetime | None,
    until: datetime,
    limit: int = 200,
    but_missed_off: bool = False,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is planned before `until`, in the order of time; with `since` None all that is overdue, what waits longest
    first. `but_missed_off` leaves out what `missed_while_off` tells."""
    values = {"since": since, "until": until, "limit": limit}
    return x.execute(_planned_of(owners, since is not None, but_missed_off), values).all()


_since, _until = bindparam("since", type_=Instant()), bindparam("until", type_=Instant())


@lru_cache(maxsize=512)
def _planned_of(owners: Owners, since: bool, but_missed_off: bool) -> Select[*tuple[Any, ...]]:
    where = [activity.c.state == "planned", activity.c.planned_at < _until, *_of(owners)]
    where += [~missed_off()] if but_missed_off else []
    if since:
        where.append(activity.c.planned_at >= _since)
    query = _rows_listed.where(*where).order_by(activity.c.planned_at, activity.c.id)
    return query.limit(bindparam("limit"))


def missed_while_off(x: Executor, owners: Owners, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """What rules planned and nobody could know of in time, as nothing ran; what waits longest first."""
    return x.execute(_missed_off_of(owners), {"limit": limit}).all()


@lru_cache(maxsize=512)
def _missed_off_of(owners: Owners) -> Select[*tuple[Any, ...]]:
    query = _rows_listed.where(_planned, missed_off(), *_of(owners))
    return query.order_by(activity.c.planned_at, activity.c.id).limit(bindparam("limit"))


def done(
    x: Executor, owners: Owners, *, since: datetime, until: datetime, limit: int = 100
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was done in this time, the latest first."""
    return x.execute(_done_of(owners), {"since": since, "until": until, "limit": limit}).all()


@lru_cache(maxsize=512)
def _done_of(owners: Owners) -> Select[*tuple[Any, ...]]:
    where = [activity.c.state == "done", activity.c.at >= _since, activity.c.at < _until, *_of(owners)]
    query = _rows_listed.where(*where).order_by(activity.c.at.desc(), activity.c.id.desc())
    return query.limit(bindparam("limit"))


def day_counts(x: Executor, owners: Owners, start: datetime, end: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """overdue, due (planned for the day and still open) and done of one day, of each person who has any of it: with
    `owner_id` and `name`, None for what is nobody's. `missed_overdue` and `missed_due` of them were missed while
    nothing ran."""
    return x.execute(_day_counts(owners), {"start": start, "end": end}).all()


@lru_cache(maxsize=512)
def _day_counts(owners: Owners) -> Select[*tuple[Any, ...]]:
    """Each by an index of its own: with OR, SQLite reads all that somebody ever did."""
    start, end, owner = _moment("start"), _moment("end"), activity.c.owner_id
    late = case((activity.c.planned_at < start, 1), else_=0)
    none = [literal(0).label(name) for name in ("over", "missed", "missed_due")]
    planned = select(owner, late.label("late"), (1 - late).label("due"), *none).where(
        activity.c.state == "planned", activity.c.planned_at < end, *_of(owners)
    )
    over = select(owner, literal(0), literal(0), literal(1), literal(0), literal(0)).where(
        activity.c.state == "done", activity.c.at >= start, activity.c.at < end, *_of(owners)
    )
    missed = select(owner, literal(0), literal(0), literal(0), late, 1 - late).where(
        _planned, activity.c.planned_at < end, missed_off(), *_of(owners)
    )
    found = union_all(planned, over, missed).subquery("found")
    counted = (
        select(
            found.c.owner_id,
            func.sum(found.c.late).label("overdue"),
            func.sum(found.c.due).label("due"),
            func.sum(found.c.over).label("done"),
            func.sum(found.c.missed).label("missed_overdue"),
            func.sum(found.c.missed_due).label("missed_due"),
        )
        .group_by(found.c.owner_id)
        .subquery("counted")
    )
    shown = (*("overdue", "due", "done"), *("missed_overdue", "missed_due"))
    columns = (counted.c.owner_id, _owner.c.name, *(counted.c[name] for name in shown))
    return select(*columns).select_from(counted.outerjoin(_owner, _owner.c.id == counted.c.owner_id))


def _moment(name: str) -> Any:
    return bindparam(name, type_=Instant())


# Of one deal or customer little is planned, of everybody very much.
_planned = no_index(activity.c.state) == "planned"
_of_no_deal = no_index(activity.c.deal_id).is_(None)
_has_next = or_(
    is_there(activity.c.deal_id == deal.c.id, _planned),
    is_there(activity.c.customer_id == deal.c.customer_id, _of_no_deal, _planned),
)


def deals_without_next(x: Executor, owners: Owners, limit: int = 20) -> Sequence[Row[*tuple[Any, ...]]]:
    """Open deals for which nothing is planned, the longest untouched first; one more than `limit` where there are."""
    return x.execute(_without_next(owners), {"limit": limit + 1}).all()


@lru_cache(maxsize=512)
def _without_next(owners: Owners) -> Select[*tuple[Any, ...]]:
    where = [deal.c.state == "open", deal.c.archived_at.is_(None), ~_has_next]
    if owners is not None:
        where.append(deal.c.owner_id.in_(sorted(owners)))
    return (
        select(
            deal.c.id,
            deal.c.title,
            deal.c.process,
            deal.c.stage,
            deal.c.touched_at,
            deal.c.customer_id,
            customer.c.name.label("customer_name"),
            customer.c.kind.label("customer_kind"),
            _owner.c.name.label("owner_name"),
            deal.c.owner_id,
        )
        .select_from(
            deal.outerjoin(customer, customer.c.id == deal.c.customer_id).outerjoin(
                _owner, _owner.c.id == deal.c.owner_id
            )
        )
        .where(*where)
        .order_by(deal.c.touched_at, deal.c.id)
        .limit(bindparam("limit"))
    )


def has_any(x: Executor, owners: Owners, start: datetime, horizon: datetime) -> bool:
    """Whether their day shows anything: something planned before `horizon`, done since `start`, or a deal for which
    nothing is."""
    return bool(x.execute(_has_any(owners), {"start": start, "horizon": horizon}).scalar())


@lru_cache(maxsize=512)
def _has_any(owners: Owners) -> Select[*tuple[Any, ...]]:
    planned = exists().where(activity.c.state == "planned", activity.c.planned_at < _moment("horizon"), *_of(owners))
    done = exists().where(activity.c.state == "done", activity.c.at >= _moment("start"), *_of(owners))
    theirs = [] if owners is None else [deal.c.owner_id.in_(sorted(owners))]
    waits = exists().where(deal.c.state == "open", deal.c.archived_at.is_(None), ~_has_next, *theirs)
    return select(or_(planned, done, waits))


def page(
    x: Executor, actor: Actor, f: ActivityFilter, now: datetime, *, after: After | None = None, limit: int = 50
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One page of the list: the planned in the order of time, the done latest first."""
    values: dict[str, Any] = {"now": now, "limit": limit, "owner": f.owner}
    if after is not None:
        values |= {"after_at": after[0], "after_id": after[1]}
    own = f.owner is not None and actor.sees(f.owner)
    return x.execute(_page(actor, f.state, f.owner is not None, own, after is not None), values).all()


@lru_cache(maxsize=512)
def _page(actor: Actor, state: str, of_one: bool, own: bool, paged: bool) -> Select[*tuple[Any, ...]]:
    moment = activity.c.planned_at if state == "planned" else activity.c.at
    forward = state == "planned"
    order = (moment, activity.c.id) if forward else (moment.desc(), activity.c.id.desc())
    where = [activity.c.state == state]
    if paged:
        place, key = tuple_(moment, activity.c.id), tuple_(_moment("after_at"), bindparam("after_id", type_=Id))
        where.append(place > key if forward else place < key)
    theirs = activity.c.owner_id == bindparam("owner", type_=Id)
    if of_one:
        where.append(theirs)
    ways = [theirs] if own else activity_branches(actor, _now)
    limit: Any = bindparam("limit")
    pieces = [
        select(activity.c.id, moment.label("moment")).where(*where, way).order_by(*order).limit(limit).subquery()
        for way in ways
    ]
    first, *rest = (select(piece.c.id, piece.c.moment) for piece in pieces)
    ids = (first.union(*rest) if rest else first).subquery()
    sort = (ids.c.moment, ids.c.id) if forward else (ids.c.moment.desc(), ids.c.id.desc())
    newest = select(ids.c.id).order_by(*sort).limit(limit).subquery()
    return _rows_seen(actor).where(activity.c.id.in_(select(newest.c.id))).order_by(*order)


def of_ids(x: Executor, actor: Actor, ids: Sequence[int], now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    """The rows of these activities, in this order, for whoever may already see them."""
    if not ids:
        return []
    place = {activity_id: number for number, activity_id in enumerate(ids)}
    found = x.execute(_these(actor), {"ids": list(ids), "now": now}).all()
    return sorted(found, key=lambda row: place[row.id])


@lru_cache(maxsize=512)
def _these(actor: Actor) -> Select[*tuple[Any, ...]]:
    return _rows_seen(actor).where(activity.c.id.in_(bindparam("ids", expanding=True)))


def planned_for(
    x: Executor, *, customer_id: int | None = None, deal_id: int | None = None, limit: int = 20
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is planned with a customer or for a deal, for whoever may already see that record."""
    values = {"customer_id": customer_id, "deal_id": deal_id, "limit": limit}
    return x.execute(_planned_for(customer_id is not None, deal_id is not None), values).all()


@cache
def _planned_for(of_customer: bool, of_deal: bool) -> Select[*tuple[Any, ...]]:
    """A deal's own steps, and those planned with its customer without naming any deal; or all of a customer."""
    with_customer = activity.c.customer_id == bindparam("customer_id")
    with_deal = activity.c.deal_id == bindparam("deal_id")
    if not of_deal:
        whose = with_customer
    else:
        whose = or_(with_deal, and_(_of_no_deal, with_customer)) if of_customer else with_deal
    query = _rows.where(_planned, whose).order_by(activity.c.planned_at, activity.c.id)
    return query.limit(bindparam("limit"))


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new activity."""
    activity_sums.count_all(x, _done_in(values))
    return insert_row(x, activity, values)


def _done_in(values: Mapping[str, Any]) -> list[activity_sums.Done]:
    """What counts as done in an activity as it is, or will be."""
    is_done = values.get("state") == "done" and values.get("at") is not None
    return [activity_sums.Done(values.get("owner_id"), values["kind"], values["at"])] if is_done else []


_counted = select(activity.c.state, activity.c.owner_id, activity.c.kind, activity.c.at).where(
    activity.c.id == bindparam("activity_id")
)


def update_from(x: Executor, activity_id: int, state: str, values: Mapping[str, Any]) -> bool:
    """Change the activity if it still is in `state`; whether it was."""
    statement = (
        update(activity)
        .where(activity.c.id == activity_id, activity.c.state == state)
        .values(dict(values) | {"version": activity.c.version + 1})
    )
    asked = "done" in (state, values.get("state"))
    before = x.execute(_counted, {"activity_id": activity_id}).mappings().first() if asked else None
    changed = bool(rows_changed(x, statement))
    if changed and before is not None:
        activity_sums.count_all(x, _done_in(dict(before)), -1)
        activity_sums.count_all(x, _done_in({**before, **values}))
    return changed


def give(x: Executor, customer_id: int, owner_id: int, to: int) -> int:
    """What this person has planned with a customer is another one's from now on; how much it was."""
    theirs = (activity.c.customer_id == customer_id, activity.c.owner_id == owner_id, activity.c.state == "planned")
    return rows_changed(x, update(activity).where(*theirs).values(owner_id=to, version=activity.c.version + 1))


def planned_after(
    x: Executor, activity_id: int, customer_id: int | None, deal_id: int | None, name: str = "after"
) -> Sequence[int]:
    """Ids of what was planned because this activity was done, and still is planned; `name` is what says so in the
    reason they are there for."""
    same = [activity.c.customer_id == customer_id] if customer_id else [activity.c.deal_id == deal_id]
    query = select(activity.c.id, activity.c.because).where(_planned, *same)
    return [row.id for row in x.execute(query) if row.because and row.because.get(name) == activity_id]


def version_of(x: Executor, activity_id: int) -> int:
    """How often the activity was changed, for a button that takes back the last change only."""
    return int(x.execute(select(activity.c.version).where(activity.c.id == activity_id)).scalar_one())


def written_over(x: Executor, activity_id: int, kind: str) -> Mapping[str, Any]:
    """What the last event of this kind wrote over: `planned_note`, `planned_answers`, each where it was something
    else."""
    query = (
        select(event_payload.c.body)
        .select_from(event.outerjoin(event_payload, event_payload.c.event_id == event.c.id))
        .where(event.c.subject_kind == "activity", event.c.subject_id == activity_id, event.c.kind == kind)
        .order_by(event.c.id.desc())
        .limit(1)
    )
    found: Mapping[str, Any] = x.execute(query).scalar() or {}
    return found


def told_ids(x: Executor, activity_id: int, kinds: Sequence[str]) -> list[int]:
    """The ids of the events of these kinds of one activity, in the order they happened."""
    of_it = (event.c.subject_kind == "activity", event.c.subject_id == activity_id, event.c.kind.in_(kinds))
    return list(x.execute(select(event.c.id).where(*of_it).order_by(event.c.id)).scalars())


def last_told(x: Executor, activity_id: int) -> Mapping[str, Any]:
    """The data of the last thing that happened to the activity itself, not to its files."""
    its_own = event.c.kind.startswith("activity.")
    query = (
        select(event.c.data)
        .where(event.c.subject_kind == "activity", event.c.subject_id == activity_id, its_own)
        .order_by(event.c.id.desc())
        .limit(1)
    )
    found: Mapping[str, Any] = x.execute(query).scalar() or {}
    return found


def contacted(x: Executor, customer_id: int, at: datetime) -> None:
    """Remember a successful contact at this moment, unless there was a later one."""
    later = or_(customer.c.last_contact_at.is_(None), customer.c.last_contact_at < at)
    x.execute(update(customer).where(customer.c.id == customer_id, later).values(last_contact_at=at))


def uncontacted(x: Executor, customer_id: int, at: datetime) -> None:
    """Forget the contact at this moment: the one before it counts again."""
    before = (
        select(func.max(activity.c.at))
        .where(
            activity.c.customer_id == customer_id,
            activity.c.state == "done",
            activity.c.direction == "out",
            activity.c.outcome == "reached",
            activity.c.kind != "task",
        )
        .scalar_subquery()
    )
    statement = update(customer).where(customer.c.id == customer_id, customer.c.last_contact_at == at)
    x.execute(statement.values(last_contact_at=before))


def is_contact_of(x: Executor, contact_id: int, customer_id: int | None) -> bool:
    """Whether this is a living contact of the customer."""
    query = select(contact.c.customer_id).where(contact.c.id == contact_id, contact.c.archived_at.is_(None))
    return customer_id is not None and x.execute(query).scalar() == customer_id
