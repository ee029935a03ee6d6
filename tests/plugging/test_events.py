"""Deliveries: who listens hears of an event after it is through, at least once, and what is written for it once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.events import KINDS, Listens
from salesapp.domain.follow_up import OnEvent
from salesapp.domain.permissions import SYSTEM
from salesapp.jobs.plugin_kinds import labels
from salesapp.services import bulk, customers, deal_moves, deals, plugin_states
from salesapp.services.customers import NewCustomer
from salesapp.services.deals import NewDeal
from salesapp.services.work import work
from salesapp.store import batches
from salesapp.store import plugin_states as rows
from salesapp.store.engine import reading
from salesapp.store.tables import activity, event_payload, job
from salesapp.testing import NOW, Cast, Clock
from tests.plugging.hook_kit import Plugged, notes_of, plugged, run_jobs, seen
from tests.plugging.test_checks import SIX, did
from tests.services.follow_up_kit import a_rule, only

__all__ = ["plugged"]

EARS = """
@hookimpl
def salesapp_records():
    return [Listens("what", ("deal.won", "customer.*"){more})]

@hookimpl
def salesapp_event(event, w):
    SEEN.append((event.kind, event.subject_id, dict(event.data), dict(event.personal), event.actor_id, w.actor.name))
    {what}
"""


def ears(what: str = "", more: str = "") -> str:
    return EARS.format(what=what, more=more)


def heard(name: str = "bakery") -> list[str]:
    return [each[0] for each in seen(name)]


def open_jobs() -> list[tuple[str, str, int]]:
    with reading() as x:
        found = x.execute(select(job.c.name, job.c.state, job.c.attempts).where(job.c.name.contains("salesapp_event")))
        return [tuple(row) for row in found.all()]


@pytest.fixture
def cast_of(plugged: Plugged, request: pytest.FixtureRequest) -> Callable[..., Cast]:
    def of(**options: Any) -> Cast:
        plugged(**options)
        cast: Cast = request.getfixturevalue("cast")
        return cast

    return of


def a_customer(cast: Cast, name: str = "Li") -> int:
    one: int = did(cast.owner, lambda w: customers.add_customer(w, NewCustomer(name=name)))
    return one


def test_who_listens_hears_of_it_once_it_is_through(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears(), deaf=ears().replace('"customer.*"', '"deal.lost"'))
    one = a_customer(cast)
    with pytest.raises(ZeroDivisionError):
        did(cast.owner, lambda w: (customers.note_enquiry(w, one, None), 1 // 0))
    assert seen("bakery") == []
    run_jobs(clock)
    [(kind, subject, data, personal, actor, by)] = seen("bakery")
    assert (kind, subject, data) == ("customer.added", one, {"state": "lead"})
    assert (personal, actor, by) == ({"name": "Li"}, cast.owner.id, "SalesApp")
    assert seen("deaf") == []
    run_jobs(clock)
    assert seen("bakery") == []


def test_what_rules_plan_together_is_told_in_one_statement(
    cast_of: Callable[..., Cast], clock: Clock, statements: list[str]
) -> None:
    cast = cast_of(bakery=ears().replace('"customer.*"', '"activity.planned"'))
    only(a_rule(OnEvent("deal.won"), "r1"), a_rule(OnEvent("deal.won"), "r2"))
    with work(cast.owner, NOW) as w:
        deal_id = deals.open_deal(w, NewDeal(title="监护仪", process=SIX))
        statements.clear()
        w.event("deal.won", "deal", deal_id, deal_id=deal_id, data={"process": SIX})
    assert len([each for each in statements if each.startswith("INSERT INTO job ")]) == 2  # of the win, of both calls
    run_jobs(clock)
    assert heard() == ["deal.won", "activity.planned", "activity.planned"]


def test_what_was_erased_meanwhile_is_not_told(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears())
    a_customer(cast)
    did(cast.admin, lambda w: w.session.execute(update(event_payload).values(body={})))
    run_jobs(clock)
    assert [each[3] for each in seen("bakery")] == [{}]


PLANS = """
    from datetime import timedelta
    w.plan_activity(NewActivity(customer_id=event.customer_id, planned_at=w.now + timedelta(days=3)))
    if SEEN[0][0] == "stop":
        raise RuntimeError("Li")
"""


def test_one_that_fails_leaves_nothing_and_is_tried_again(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears(PLANS), contained=True)
    notes_of("bakery").append(("stop",))
    one = a_customer(cast)
    run_jobs(clock)
    assert open_jobs() == [("bakery.salesapp_event", "waiting", 1)]
    with reading() as x:
        assert "Li" not in str(x.scalar(select(job.c.error).where(job.c.attempts == 1)))
    assert planned(one) == 0
    assert len(seen("bakery")) == 2
    clock.advance(hours=1)
    run_jobs(clock)
    assert planned(one) == 1
    assert open_jobs() == [("bakery.salesapp_event", "done", 2)]


def planned(customer_id: int) -> int:
    with reading() as x:
        return len(x.execute(select(activity.c.id).where(activity.c.customer_id == customer_id)).all())


FAILS = 'if len(SEEN) < 99 and event.personal.get("name") != "fine":\n        raise {error}'


@pytest.mark.parametrize("error", ["RuntimeError", "SystemExit", "GeneratorExit"])
def test_after_five_failures_in_a_row_deliveries_wait_until_it_is_turned_on(
    cast_of: Callable[..., Cast], clock: Clock, error: str
) -> None:
    cast = cast_of(bakery=ears(FAILS.format(error=error)), contained=True)
    for n in range(7):
        a_customer(cast, f"Li {n}")
    run_jobs(clock)
    assert len(seen("bakery")) == 5
    assert did(SYSTEM, lambda w: rows.hooks_off(w.session)) == {("bakery", "salesapp_event")}
    clock.advance(days=30)
    a_customer(cast, "fine")
    run_jobs(clock)
    assert seen("bakery") == []
    assert [state for _, state, _ in open_jobs()] == ["waiting"] * 8
    notes_of("bakery").extend([("mended",)] * 99)
    did(cast.admin, lambda w: plugin_states.turn_hook_on(w, "bakery", "salesapp_event"))
    run_jobs(clock)
    assert len(seen("bakery")) == 99 + 8
    assert {state for _, state, _ in open_jobs()} == {"done"}


def test_one_that_works_in_between_begins_the_count_anew(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears(FAILS.format(error="RuntimeError")), contained=True)
    for name in ("a", "b", "c", "d", "fine", "e", "f", "g", "h"):
        a_customer(cast, name)
    run_jobs(clock)
    assert len(seen("bakery")) == 9
    assert did(SYSTEM, lambda w: rows.hooks_off(w.session)) == frozenset()


def test_one_that_fails_for_ever_is_parked(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears(FAILS.format(error="RuntimeError")), contained=True)
    a_customer(cast, "bad")
    for _ in range(8):
        run_jobs(clock)
        clock.advance(days=1)
        a_customer(cast, "fine")  # so that it does not fail five times in a row
        run_jobs(clock)
    assert sorted(state for _, state, _ in open_jobs()) == ["done"] * 8 + ["parked"]


def test_a_plugin_that_is_switched_off_is_told_later(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears())
    did(cast.admin, lambda w: plugin_states.switch(w, "bakery", True))
    a_customer(cast)
    run_jobs(clock)
    assert seen("bakery") == []
    did(cast.admin, lambda w: plugin_states.switch(w, "bakery", False))
    run_jobs(clock)
    assert heard() == ["customer.added"]


@pytest.mark.parametrize(("more", "told"), [("", ["bulk.done"]), (", each=True", ["customer.changed"] * 3)])
def test_of_a_bulk_change_one_hears_once_unless_one_asks_for_each(
    cast_of: Callable[..., Cast], clock: Clock, more: str, told: list[str]
) -> None:
    body = ears(more=more)
    cast = cast_of(bakery=body if more else body.replace('"customer.*"', '"customer.*", "bulk.done"'))
    ids = [a_customer(cast, name) for name in ("Li", "Wu", "Ma")]
    run_jobs(clock)
    seen("bakery")
    batch_id = did(cast.manager, lambda w: bulk.prepare(w, "customer.grade", ids))
    assert did(cast.manager, lambda w: bulk.begin(w, batch_id, {"grade": "A"}))
    with reading() as x:
        found = batches.find(x, batch_id)
    assert found is not None
    assert found.changed == 3
    run_jobs(clock)
    assert heard() == told


def test_where_nobody_listens_an_event_takes_no_statement_more(
    cast_of: Callable[..., Cast], statements: list[str], clock: Clock
) -> None:
    cast = cast_of(bakery=ears())
    ids = [did(cast.owner, lambda w: deals.open_deal(w, NewDeal(title="Vans", process=SIX))) for _ in range(2)]
    taken = []
    for one in ids:
        before = len(statements)
        with work(cast.owner, NOW) as w:
            deal_moves.move_deal(w, one, "contact", 1)
            w.hooks._ears = []  # for the second move: as if no plugin listened to anything
        taken.append(len(statements) - before)
    assert taken[0] == taken[1]
    w.hooks._ears = [("bakery", Listens("what", ("customer.*",)))]
    before = len(statements)
    a_customer(cast)
    assert len([each for each in statements[before:] if "INTO job" in each]) == 1


def test_deliveries_are_named_on_the_page_of_jobs(plugged: Plugged, clock: Clock) -> None:
    app: Flask = plugged(bakery=ears())
    with app.app_context():
        assert labels()["bakery.salesapp_event"].en == "Tell a plugin what happened"


def test_a_plugin_without_the_hook_or_the_record_hears_nothing(cast_of: Callable[..., Cast]) -> None:
    only_record, only_hook = ears().split("@hookimpl\ndef salesapp_event")[0], "@hookimpl\ndef salesapp_event(): ..."
    a_customer(cast_of(bakery=only_record, brewery=only_hook))
    assert open_jobs() == []


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("deal.wonn",), "Listens 'a': there is no event 'deal.wonn'; did you mean 'deal.won'?"),
        (("deals.*",), "Listens 'a': there is no event 'deals.*'; did you mean 'deal.*'?"),
        ((), "Listens 'a': kinds is empty"),
        ("deal.won", "Listens 'a': kinds must be a tuple of str"),
        ((7,), "Listens 'a': kinds must be a tuple of str"),
    ],
)
def test_what_could_never_be_heard_is_refused(kinds: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("*", r"\*").replace("?", r"\?")):
        Listens("a", kinds)


def test_a_whole_group_is_heard() -> None:
    record = Listens("a", ("deal.*", "step.done"))
    assert [kind for kind in ("deal.won", "deal.moved", "step.done", "step.undone") if record.hears(kind)] == [
        "deal.won",
        "deal.moved",
        "step.done",
    ]
    with pytest.raises(ValueError, match="each must be True or False"):
        Listens("a", ("deal.*",), each=1)  # type: ignore[arg-type]


def test_every_kind_there_is_to_hear_is_written_somewhere(app: Flask, cast: Cast, clock: Clock) -> None:
    """A kind nobody writes would be promised and never come: each stands in the code of the services as it is, or as
    the end of a name that is put together."""
    code = "".join(each.read_text(encoding="utf-8") for each in Path(bulk.__file__).parent.glob("*.py"))
    put_together = {"deal.won", "deal.lost", "activity.cancelled", "bulk.done", "undo.done"} | {
        kind for kind in KINDS if kind.startswith(("decision.", "file."))
    }
    missing = [kind for kind in KINDS if f'"{kind}"' not in code and kind not in put_together]
    assert missing == []


def test_the_order_is_that_of_what_happened(cast_of: Callable[..., Cast], clock: Clock) -> None:
    cast = cast_of(bakery=ears())
    one = a_customer(cast)
    for kind in ("note_enquiry", "archive_customer", "restore_customer"):
        clock.advance(seconds=1)
        with work(cast.owner, clock.now) as w:
            extra = (None,) if kind == "note_enquiry" else ()
            getattr(customers, kind)(w, one, *extra)
    clock.advance(minutes=1)
    run_jobs(clock)
    assert heard() == ["customer.added", "customer.enquired", "customer.archived", "customer.restored"]
    assert clock.now > NOW + timedelta(seconds=3)
