"""The demo is written in bulk; the services, told to do the same, leave the same rows behind."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select

from salesapp.demo.all_texts import TEXTS
from salesapp.domain.money import Money
from salesapp.domain.permissions import SYSTEM
from salesapp.services import demo
from salesapp.services.demo_days import DAYS
from salesapp.services.demo_history import LARGE_MINOR, Size
from salesapp.services.demo_house import furnish
from salesapp.services.demo_people import add_company
from salesapp.services.work import Work, work
from salesapp.store.engine import Executor, reading
from salesapp.store.inserts import insert_row
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
    search_row,
    share,
    stage_event,
    tag,
    touch,
)
from salesapp.testing import NOW
from tests.services.demo_places import installed
from tests.services.demo_replay import DOINGS, Replay, read
from tests.services.follow_up_kit import only

SIZE = Size("tiny", 15, 18)
LANGUAGE = "zh_Hans"
TABLES = (customer, contact, deal, activity, share, decision)
"""Those whose ids others say."""
PARTS = (contact_point, customer_owner, customer_tag, deal_step, decision_step, important_date, stage_event, touch)
NAMES = {
    "customer_id": "customer",
    "contact_id": "contact",
    "deal_id": "deal",
    "decision_id": "decision",
    "evidence_id": "activity",
}
READ = ("read_at", "withdrawn_at", "mailed_at", "occurrence")
"""What of a notice is no matter of who tells."""


def company(w: Work) -> None:
    """The same company, without a past."""
    people = add_company(w, LANGUAGE, "", NOW, {})
    owner = people["owner"].actor
    furnish(Work(owner, w.now, w.session, w.hooks), TEXTS[LANGUAGE], Money(LARGE_MINOR, "CNY"))
    for name in TEXTS[LANGUAGE].tags:
        insert_row(w.session, tag, {"name": name})
    w.config_changed()  # its fields came by another Work


@pytest.fixture(scope="module")
def both(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Any, Replay]]:
    """The demo's tables and those that the services made of the same events, as mappings by table's name."""
    folder = tmp_path_factory.mktemp("both")
    with installed(folder / "bulk", empty_database):
        demo.create(folder, NOW, size=SIZE, seed=45, language=LANGUAGE)
        with reading() as x:
            replay, bulk = read(x), dumped(x)
    with installed(folder / "services", empty_database):
        only()  # a year's rules are not replayed: the demo plans of them what is still to be done
        with work(SYSTEM, NOW - timedelta(days=DAYS + 30)) as w:
            company(w)
            replay.play(w)
        with reading() as x:
            yield bulk, dumped(x), replay


def dumped(x: Executor) -> dict[str, list[dict[str, Any]]]:
    every = (*TABLES, *PARTS, notice, search_row)
    rows = {each.name: [dict(row) for row in x.execute(select(each)).mappings()] for each in every}
    payload = event.outerjoin(event_payload, event_payload.c.event_id == event.c.id)
    told = select(event, event_payload.c.body).select_from(payload).where(event.c.customer_id.is_not(None))
    return rows | {"event": [dict(row) for row in x.execute(told.order_by(event.c.id)).mappings()]}


def here(replay: Replay, row: dict[str, Any]) -> dict[str, Any]:
    """A row of the demo with the ids its records have in the other installation."""
    found = {name: replay.of(NAMES[name], value) if name in NAMES else value for name, value in row.items()}
    if "subject_id" in row:
        found["subject_id"] = replay.of(row.get("subject_kind") or row["kind"], row["subject_id"])
    if row.get("because"):
        found["because"] = {**row["because"], "after": replay.of("activity", row["because"]["after"])}
    return found


def sorted_rows(rows: list[dict[str, Any]], *without: str) -> list[str]:
    return sorted(repr({name: value for name, value in row.items() if name not in without}) for row in rows)


def test_it_is_about_everything_that_happens(both: tuple[Any, Any, Replay]) -> None:
    rare = {"customer.assigned", "decision.refused"}  # come to few in so small a demo
    assert {each.kind for each in both[2].told} >= set(DOINGS) - rare


@pytest.mark.parametrize("table", TABLES, ids=lambda each: str(each.name))
def test_each_record_is_as_the_services_leave_it(table: Table, both: tuple[Any, Any, Replay]) -> None:
    bulk, made, replay = both
    there = {row["id"]: row for row in made[table.name]}
    assert len(bulk[table.name]) == len(there) > 0
    for row in bulk[table.name]:
        same = replay.of(table.name, row["id"])
        assert here(replay, row) | {"id": same} == there[same]


@pytest.mark.parametrize("table", PARTS, ids=lambda each: str(each.name))
def test_so_is_all_that_belongs_to_them(table: Table, both: tuple[Any, Any, Replay]) -> None:
    bulk, made, replay = both
    rows = [here(replay, row) for row in bulk[table.name]]
    assert rows
    assert sorted_rows(rows, "id") == sorted_rows(made[table.name], "id")


def test_so_is_what_is_told_and_found(both: tuple[Any, Any, Replay]) -> None:
    bulk, made, replay = both
    for table, without in (("notice", READ), ("search_row", ("touched_at",))):
        rows = [here(replay, row) for row in bulk[table]]
        assert rows
        assert sorted_rows(rows, "id", *without) == sorted_rows(made[table], "id", *without)


def test_so_is_what_happened_in_its_order(both: tuple[Any, Any, Replay]) -> None:
    bulk, made, replay = both
    assert len(bulk["event"]) == len(made["event"])
    for row, same in zip(bulk["event"], made["event"], strict=True):
        data = dict(row["data"])
        if "share" in data:
            data["share"] = replay.of("share", data["share"])
        wanted = here(replay, row) | {"data": data}
        ours = ("id", "payload_hash", "seal")  # the hash is salted
        assert {k: v for k, v in wanted.items() if k not in ours} == {k: v for k, v in same.items() if k not in ours}
