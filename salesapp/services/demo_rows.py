"""The demo's rows before they are written: each has its id at once, so that others can refer to it.

Two hundred thousand calls of services would take an hour. So the demo draws rows as the services would have left them
and writes them in bulk; tests/services/test_demo_parity.py does the same by hand and compares.
"""

import pickle
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import IO, Any, Final

from salesapp.domain.permissions import Actor
from salesapp.store import bulk_rows, events
from salesapp.store.engine import Executor
from salesapp.store.tables import (
    activity,
    contact,
    contact_point,
    customer,
    customer_owner,
    customer_tag,
    deal,
    deal_step,
    decision,
    decision_step,
    event,
    event_payload,
    important_date,
    notice,
    share,
    stage_event,
    touch,
)

ORDER: Final = (
    customer,
    contact,
    contact_point,
    customer_tag,
    important_date,
    touch,
    share,
    customer_owner,
    deal,
    deal_step,
    stage_event,
    decision,
    decision_step,
    activity,
)
"""Whatever is referred to comes first."""
AT_ONCE: Final = 5_000
MOST: Final = 50_000
"""Events kept in memory."""
READ_AT_ONCE: Final = 500

Row = dict[str, Any]
_Told = tuple[Any, ...]
"""An event to be: its moment and number, then the rest."""
Tell = Callable[[float], None]
"""Told how much is done by now, from 0 to 1."""


@dataclass(slots=True)
class Rows:
    """What is still to be written, by table; events wait until all are known, as their ids follow the time."""

    x: Executor
    waiting: dict[Any, list[Row]] = field(default_factory=dict)
    last: dict[Any, int] = field(default_factory=dict)
    events: list[_Told] = field(default_factory=list)
    told: int = 0
    laid_aside: list[IO[bytes]] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)

    def add(self, table: Any, row: Row) -> int:
        """One row more; its id, which it has from now on. The row can change until `flush`."""
        if table not in self.last:
            self.last[table] = bulk_rows.highest(self.x, table)
        self.last[table] += 1
        row["id"] = self.last[table]
        self.waiting.setdefault(table, []).append(row)
        return self.last[table]

    def link(self, table: Any, row: Row) -> None:
        """One row more of a table that has no ids."""
        self.waiting.setdefault(table, []).append(row)

    def event(
        self,
        at: datetime,
        who: Actor,
        kind: str,
        subject: tuple[str, int],
        *,
        customer_id: int | None = None,
        deal_id: int | None = None,
        owner_id: int | None = None,
        data: Mapping[str, Any] | None = None,
        personal: Mapping[str, Any] | None = None,
    ) -> int:
        """What `Work.event` writes; the number of the event for `tell`, not its id yet."""
        ids = (customer_id, deal_id, owner_id)
        self.told += 1
        number = self.told
        self.events.append((at, number, kind, subject, ids, who.id, who.team_id, data or {}, personal or None))
        return number

    def tell(self, at: datetime, to: int, kind: str, subject: tuple[str, int], who: Actor, **more: Any) -> None:
        """What `notices.tell` writes: `occurrence`, or `event` for the id of one; `data`; `read_at`, `withdrawn_at`."""
        self.notices.append({"at": at, "to": to, "kind": kind, "subject": subject, "who": who.id, **more})

    def flush(self) -> None:
        """Write what waits; lay events aside where they are so many that they would fill the memory."""
        if len(self.events) >= MOST:
            self._lay_aside()
        for table in ORDER:
            bulk_rows.insert_all(self.x, table, self.waiting.pop(table, []))

    def finish(self, tell: Tell) -> None:
        """Write the rest: events in the order they happened, and notices. The database counts on from here."""
        self.flush()
        first = last = bulk_rows.highest(self.x, event) + 1
        wanted = {each["event"] for each in self.notices if "event" in each}
        ids: dict[int, int] = {}
        every = self._in_order()
        while found := list(islice(every, AT_ONCE)):
            ids |= {each[1]: last + place for place, each in enumerate(found) if each[1] in wanted}
            self._write_events(last, found)
            last += len(found)
            tell((last - first) / self.told)
        bulk_rows.insert_all(self.x, notice, [_notice(each, ids) for each in self.notices])
        for table, highest in {**self.last, event: last - 1}.items():
            bulk_rows.go_on(self.x, table, highest)

    def _lay_aside(self) -> None:
        self.events.sort(key=_moment)
        file = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it was read)
        for start in range(0, len(self.events), READ_AT_ONCE):
            pickle.dump(self.events[start : start + READ_AT_ONCE], file)
        file.seek(0)
        self.laid_aside.append(file)
        self.events = []

    def _in_order(self) -> Iterator[_Told]:
        """Every event, the earliest first."""
        self.events.sort(key=_moment)
        return merge(*map(_read, self.laid_aside), self.events, key=_moment)

    def _write_events(self, first: int, found: list[_Told]) -> None:
        rows, payloads = [], []
        for event_id, each in enumerate(found, first):
            personal = each[8]
            payload = events.payload_of(personal) if personal else None
            rows.append(_event(event_id, each, payload))
            if payload is not None:
                payloads.append({"event_id": event_id, **payload})
        bulk_rows.insert_all(self.x, event, rows)
        bulk_rows.insert_all(self.x, event_payload, payloads)


def _moment(each: _Told) -> tuple[Any, ...]:
    return each[:2]


def _read(file: IO[bytes]) -> Iterator[_Told]:
    """What was laid aside, a little at a time."""
    with file:
        while True:
            try:
                found = pickle.load(file)  # noqa: S301 (written by ourselves, in a file without a name)
            except EOFError:
                return
            yield from found


def _event(event_id: int, each: _Told, payload: Row | None) -> Row:
    at, _, kind, (subject_kind, subject_id), (customer_id, deal_id, owner_id), actor_id, team_id, data, _ = each
    return {
        "id": event_id,
        "kind": kind,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "customer_id": customer_id,
        "deal_id": deal_id,
        "actor_id": actor_id,
        "owner_id": owner_id,
        "team_id": team_id,
        "batch_id": None,
        "at": at,
        "noted_at": at,
        "data": dict(data),
        "payload_hash": None if payload is None else events.payload_hash(payload["body"], payload["salt"]),
    }


def _notice(each: Row, ids: Mapping[int, int]) -> Row:
    kind, (subject_kind, subject_id) = each["kind"], each["subject"]
    occurrence = ids[each["event"]] if "event" in each else each.get("occurrence", "")
    return {
        "person_id": each["to"],
        "kind": kind,
        "occurrence": f"{kind}:{subject_kind}:{subject_id}:{occurrence}",
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "actor_id": each["who"],
        "data": each.get("data", {}),
        "at": each["at"],
        "read_at": each.get("read_at"),
        "withdrawn_at": each.get("withdrawn_at"),
    }
