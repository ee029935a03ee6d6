"""Rows that have served their time. These DELETEs are allowed because each row is a key, a counter, a note of the
machine itself or a notice: what people did stands in the events, which are never deleted. Nothing refers to any of
these rows."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, or_, select, tuple_, update

from salesapp.domain.bulk import DONE, GIVEN_UP, PREPARED
from salesapp.store import merges
from salesapp.store.engine import Executor
from salesapp.store.inserts import rows_changed
from salesapp.store.tables import (
    batch,
    batch_item,
    job,
    notice,
    notice_digest,
    one_time_link,
    request_key,
    sign_in,
    throttle,
)

AT_ONCE: Final = 2000  # of each table in one transaction, so that nobody waits for it


def _remove(x: Executor, table: Table, which: ColumnElement[bool]) -> int:
    keys = list(table.primary_key)
    some = select(*keys).where(which).limit(AT_ONCE)
    return rows_changed(x, delete(table).where(tuple_(*keys).in_(some)))


def sign_ins(x: Executor, before: datetime) -> int:
    """Sign-ins that ended or ran out before then: with them go the address and the browser they came from."""
    return _remove(x, sign_in, or_(sign_in.c.ended_at < before, sign_in.c.expires_at < before))


def links(x: Executor, before: datetime) -> int:
    """Links that were used or ran out before then."""
    return _remove(x, one_time_link, or_(one_time_link.c.used_at < before, one_time_link.c.expires_at < before))


def throttles(x: Executor, before: datetime) -> int:
    """Counters whose window, however long, is over; counting would begin anew anyway."""
    return _remove(x, throttle, throttle.c.since < before)


def request_keys(x: Executor, before: datetime) -> int:
    """Keys of forms so old that none of them comes a second time."""
    return _remove(x, request_key, request_key.c.at < before)


def notices(x: Executor, before: datetime) -> int:
    """Notices of before then that were read or taken back; what nobody has read stays."""
    return _remove(
        x, notice, (notice.c.at < before) & or_(notice.c.read_at.is_not(None), notice.c.withdrawn_at.is_not(None))
    )


def digests(x: Executor, before: datetime) -> int:
    """That digests of before then went out; nobody asks for one of another day than today."""
    return _remove(x, notice_digest, notice_digest.c.at < before)


def never_begun(x: Executor, before: datetime) -> int:
    """What was ticked for bulk changes that nobody began, nor can from now on."""
    x.execute(update(batch).where(batch.c.state == PREPARED, batch.c.at < before).values(state=GIVEN_UP))
    return _remove(x, batch_item, batch_item.c.batch_id.in_(select(batch.c.id).where(batch.c.state == GIVEN_UP)))


def finished_items(x: Executor, before: datetime) -> int:
    """The records of bulk changes that were done before then; how many they were stays."""
    done = select(batch.c.id).where(batch.c.state == DONE, batch.c.finished_at < before)
    return _remove(x, batch_item, batch_item.c.batch_id.in_(done))


def merge_moves(x: Executor, before: datetime) -> int:
    """What merges of before then changed: nobody takes them back any more, and old names stand among it."""
    return merges.old_moves(x, before, AT_ONCE)


def done_jobs(x: Executor, before: datetime) -> int:
    """Jobs that were done before then; parked ones stay until somebody tries them again."""
    return _remove(x, job, (job.c.state == "done") & (job.c.finished_at < before))
