"""The rows of attached files. A file is as visible as its activity; customer, deal and scope are copies of what the
activity says, so that lists need no join, and are written again whenever those change."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, exists, func, or_, select, union, update

from salesapp.domain.errors import NotFound
from salesapp.domain.permissions import Actor
from salesapp.store import activities
from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_row, rows_changed
from salesapp.store.tables import activity, file, person
from salesapp.store.visibility import require

FileRow = Row[*tuple[Any, ...]]
KEYS_AT_ONCE: Final = 500

_rows = (
    select(file, activity.c.kind.label("activity_kind"), person.c.name.label("created_by_name"))
    .join(activity, activity.c.id == file.c.activity_id)
    .outerjoin(person, person.c.id == file.c.created_by)
)
_living: ColumnElement[bool] = file.c.archived_at.is_(None)
# What came with something that was taken back stays with it, and is no file of its customer or deal until it is back.
_its = activity.alias("its")
_stands: ColumnElement[bool] = ~exists().where(_its.c.id == file.c.activity_id, _its.c.state == "cancelled")
_one = _rows.where(file.c.id == bindparam("file_id"))
_of_activity = _rows.where(file.c.activity_id == bindparam("activity_id"), _living).order_by(file.c.id)


def load(x: Executor, actor: Actor, file_id: int, now: datetime) -> FileRow:
    """One file that was not taken away, if its activity is this person's to see; else NotFound."""
    row = x.execute(_one, {"file_id": file_id}).first()
    if row is None or row.archived_at is not None:
        raise NotFound
    require(actor, "activity.see", activities.access(x, actor, row.activity_id, now))
    return row


def load_for_change(x: Executor, actor: Actor, file_id: int, now: datetime) -> FileRow:
    """One file, taken away or not, whose activity this person may change; locked until the transaction ends."""
    activity_id = x.execute(select(file.c.activity_id).where(file.c.id == file_id)).scalar()
    if activity_id is None:
        raise NotFound
    activities.load_for_change(x, actor, activity_id, now)
    return x.execute(_one, {"file_id": file_id}).one()


# --- lists, for whoever may already see the record ---


def of_activity(x: Executor, activity_id: int) -> Sequence[FileRow]:
    """The files of one activity, the oldest first."""
    return x.execute(_of_activity, {"activity_id": activity_id}).all()


def of_record(
    x: Executor,
    *,
    customer_id: int | None = None,
    deal_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Sequence[FileRow]:
    """The files of a customer or a deal, the newest first, beginning before file `after`."""
    where = [_living, _stands, _about(customer_id, deal_id)]
    if after is not None:
        where.append(file.c.id < after)
    return x.execute(_rows.where(*where).order_by(file.c.id.desc()).limit(limit)).all()


def around(
    x: Executor,
    activity_ids: Collection[int],
    *,
    customer_id: int | None = None,
    deal_id: int | None = None,
    newest: int = 0,
) -> Sequence[FileRow]:
    """In one statement, what a page shows: the files of these activities, and the `newest` ones of its record."""
    record = {"customer_id": customer_id} if deal_id is None else {"deal_id": deal_id}
    values = {"activities": sorted(activity_ids), "newest": newest, **record}
    return x.execute(_around(*record) if newest else _around(None), values).all()


@cache
def _around(of: str | None) -> Select[*tuple[Any, ...]]:
    """Built once for each kind of record, as that takes longer than running it."""
    ways = [select(file.c.id).where(file.c.activity_id.in_(bindparam("activities", expanding=True)), _living)]
    if of is not None:
        latest = select(file.c.id).where(_living, _stands, file.c[of] == bindparam(of)).order_by(file.c.id.desc())
        ways.append(select(latest.limit(bindparam("newest")).subquery().c.id))
    ids = union(*ways).subquery()
    return _rows.where(file.c.id.in_(select(ids.c.id))).order_by(file.c.id.desc())


def _about(customer_id: int | None, deal_id: int | None) -> ColumnElement[bool]:
    if deal_id is not None:
        return file.c.deal_id == deal_id
    if customer_id is None:
        raise ValueError("a list of files is about a customer or a deal")
    return file.c.customer_id == customer_id


def count_of(x: Executor, activity_id: int) -> int:
    """How many files an activity has."""
    query = select(func.count()).select_from(file).where(file.c.activity_id == activity_id, _living)
    return int(x.execute(query).scalar_one())


# --- writing ---


def insert(x: Executor, values: Mapping[str, Any]) -> int:
    """A new file."""
    return insert_row(x, file, values)


def set_archived(x: Executor, file_id: int, archived_at: datetime | None) -> bool:
    """Take away or bring back; False when it was so already."""
    other = file.c.archived_at.is_(None) if archived_at else file.c.archived_at.is_not(None)
    return rows_changed(x, update(file).where(file.c.id == file_id, other).values(archived_at=archived_at)) == 1


# --- keys, for the disk ---


def known(x: Executor, keys: Iterable[str]) -> set[str]:
    """Those of these keys that a row names, taken away or not."""
    asked = sorted(keys)
    found: set[str] = set()
    for start in range(0, len(asked), KEYS_AT_ONCE):
        portion = asked[start : start + KEYS_AT_ONCE]
        query = select(file.c.key, file.c.preview_key).where(
            or_(file.c.key.in_(portion), file.c.preview_key.in_(portion))
        )
        found |= {key for row in x.execute(query) for key in row if key}
    return found


def any_at_all(x: Executor) -> bool:
    """Whether the database knows any file."""
    return x.execute(select(file.c.id).limit(1)).first() is not None


def hashes(connection: Connection) -> Iterator[tuple[str, str | None]]:
    """Every file's key and hash, and every preview's key, whose hash nobody wrote down."""
    query = select(file.c.key, file.c.sha256, file.c.preview_key).order_by(file.c.id)
    for row in connection.execution_options(yield_per=1000).execute(query):
        yield row.key, row.sha256
        if row.preview_key is not None:
            yield row.preview_key, None
