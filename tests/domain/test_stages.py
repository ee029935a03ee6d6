"""Moving a deal: what forbids it, what comes next, what is still to do."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesapp.domain.criteria import AllOf, AnyOf, Condition, Not, When
from salesapp.domain.pack import Field, Gate, KeyStep, LostReason, Process, Stage
from salesapp.domain.stages import (
    LOST,
    WON,
    check_move,
    checklist,
    gates_ahead,
    is_stage,
    next_stages,
    requirements,
    unmet_problems,
)
from salesapp.domain.text import Text
from salesapp.domain.views import ActivityView, CustomerView, DealView

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LABEL = Text(en="Label", zh_Hans="标签", zh_Hant="標籤", ru="Название")
CALL, VISIT = KeyStep("call", LABEL), KeyStep("visit", LABEL)
FIRST, SECOND, THIRD = (
    Stage("first", LABEL, LABEL, (CALL, VISIT), 10, 14),
    Stage("second", LABEL, LABEL, (), 50),
    Stage("third", LABEL, LABEL, (), 90),
)
PROCESS = Process("short", LABEL, (FIRST, SECOND, THIRD), (LostReason("price", LABEL),))
DEAL = DealView(
    id=1,
    version=3,
    customer_id=None,
    customer_name=None,
    title="Two delivery vans",
    process="general.short",
    stage="first",
    state="open",
    owner_id=7,
    owner_name="Owner",
    team_id=None,
    amount_minor=1_250_000,
    currency="CNY",
    expected_close=None,
    stage_entered_at=NOW,
    created_at=NOW,
    touched_at=NOW,
    closed_at=None,
    lost_reason=None,
    done_steps=frozenset({"visit"}),
    custom={"general": {"colours": ["red"]}},
    archived_at=None,
)


@pytest.mark.parametrize("to", ["second", "third"])
def test_an_open_deal_moves_to_any_other_stage(to: str) -> None:
    assert check_move(PROCESS, DEAL, to) == []
    assert check_move(PROCESS, replace(DEAL, stage="third"), "first") == []


@pytest.mark.parametrize(
    ("deal", "to", "words"),
    [
        (replace(DEAL, state="won"), "second", [("", "This deal is closed. Open it again before you move it.")]),
        (replace(DEAL, state="lost"), "second", [("", "This deal is closed. Open it again before you move it.")]),
        (replace(DEAL, archived_at=NOW), "second", [("", "This deal is archived. Restore it first.")]),
        (DEAL, "first", [("to", "The deal is in this stage already.")]),
        (DEAL, "fourth", [("to", "This process has no stage “fourth”.")]),
        (DEAL, "", [("to", "This process has no stage “”.")]),
        (
            replace(DEAL, state="won", archived_at=NOW),
            "fourth",
            [
                ("", "This deal is archived. Restore it first."),
                ("", "This deal is closed. Open it again before you move it."),
                ("to", "This process has no stage “fourth”."),
            ],
        ),
    ],
)
def test_what_forbids_a_move_is_said_all_at_once(deal: DealView, to: str, words: list[tuple[str, str]]) -> None:
    assert [(each.place, str(each.message)) for each in check_move(PROCESS, deal, to)] == words


def test_next_stages_are_those_after_it_in_order() -> None:
    assert next_stages(PROCESS, "first") == (SECOND, THIRD)
    assert next_stages(PROCESS, "third") == ()


def test_from_a_stage_the_process_no_longer_has_every_stage_is_next() -> None:
    assert next_stages(PROCESS, "gone") == (FIRST, SECOND, THIRD)
    assert check_move(PROCESS, replace(DEAL, stage="gone"), "first") == []


def test_the_checklist_keeps_the_order_and_knows_what_is_done() -> None:
    items = checklist(FIRST, DEAL.done_steps | {"of_another_stage"})
    assert [(item.step, item.done) for item in items] == [(CALL, False), (VISIT, True)]
    assert checklist(SECOND, DEAL.done_steps) == ()


# --- gates ---

TODAY = NOW.date()
CALLED, PRICED = When("step.call", "is", True), When("amount", "filled")


def gate(key: str, needs: Condition = PRICED, hint: Text | None = None) -> Gate:
    return Gate(key, needs, hint)


OUT_OF_FIRST, INTO_SECOND, OUT_OF_SECOND, INTO_THIRD, OUT_OF_THIRD = (
    gate(key) for key in ("out_of_first", "into_second", "out_of_second", "into_third", "out_of_third")
)
EVERY_GATE = [OUT_OF_FIRST, INTO_SECOND, OUT_OF_SECOND, INTO_THIRD, OUT_OF_THIRD]
GATED = replace(
    PROCESS,
    stages=(
        replace(FIRST, to_leave=(OUT_OF_FIRST,)),
        replace(SECOND, to_enter=(INTO_SECOND,), to_leave=(OUT_OF_SECOND,)),
        replace(THIRD, to_enter=(INTO_THIRD,), to_leave=(OUT_OF_THIRD,)),
    ),
)


@pytest.mark.parametrize(
    ("stage", "to", "gates"),
    [
        ("first", "second", [OUT_OF_FIRST, INTO_SECOND]),
        ("second", "third", [OUT_OF_SECOND, INTO_THIRD]),
        ("first", "third", [OUT_OF_FIRST, INTO_SECOND, OUT_OF_SECOND, INTO_THIRD]),
        ("third", WON, [OUT_OF_THIRD]),
        ("first", WON, EVERY_GATE),
        (LOST, WON, EVERY_GATE),  # no place to have come to through any gate
        (WON, WON, EVERY_GATE),
        ("", "second", [OUT_OF_FIRST, INTO_SECOND]),
        (LOST, "second", [OUT_OF_FIRST, INTO_SECOND]),
        ("first", "first", []),
        ("third", "first", []),
        ("third", "second", []),
        ("first", LOST, []),
        ("third", LOST, []),
        ("retired", "second", []),
        ("retired", WON, []),
        ("first", "retired", []),
    ],
)
def test_the_gates_on_the_way_stand_in_its_order(stage: str, to: str, gates: list[Gate]) -> None:
    assert list(gates_ahead(GATED, stage, to)) == gates


@st.composite
def journeys(draw: st.DrawFn) -> tuple[Process, list[str]]:
    """A process with any number of gates anywhere, and some of its stages in order."""
    numbers = iter(range(1000))
    gates = st.integers(0, 2).map(lambda n: tuple(gate(f"g{next(numbers)}") for _ in range(n)))
    stages = tuple(
        Stage(f"s{place}", LABEL, LABEL, (), 10, to_enter=draw(gates) if place else (), to_leave=draw(gates))
        for place in range(draw(st.integers(1, 6)))
    )
    halts = draw(st.sets(st.sampled_from([stage.key for stage in stages]), min_size=1))
    end = draw(st.sampled_from([[], [WON]]))
    return replace(PROCESS, stages=stages), [*sorted(halts), *end]


@given(journeys())
def test_whoever_jumps_passes_the_gates_of_whoever_walks(journey: tuple[Process, list[str]]) -> None:
    process, halts = journey
    walked = [gate for here, there in pairwise(halts) for gate in gates_ahead(process, here, there)]
    assert list(gates_ahead(process, halts[0], halts[-1])) == walked
    back = [each for each in halts[::-1] if is_stage(each)]
    there_and_back = [gate for here, there in pairwise(back) for gate in gates_ahead(process, here, there)]
    assert there_and_back == []


FIELDS = (
    Field("budget", Text(en="Budget", zh_Hans="预算", zh_Hant="預算", ru="Бюджет"), "amount"),
    Field("wish", LABEL, "text"),
)
ASKING = replace(PROCESS, fields=FIELDS)
BUDGET = When("field.budget", "filled")


def asked(*gates: Gate, deal: DealView = DEAL, today: date = TODAY) -> list[tuple[str, bool, tuple[str, ...]]]:
    """What these gates need, thing by thing: of which gate, whether it holds, what is to be filled in."""
    return [(each.gate.key, each.holds, each.asks) for each in requirements(ASKING, deal, gates, today)]


def test_a_gate_that_needs_several_things_asks_for_each_by_itself() -> None:
    inner = AllOf((BUDGET, When("step.visit", "is", True)))
    assert asked(gate("all", AllOf((PRICED, inner, CALLED))), gate("called", CALLED)) == [
        ("all", True, ()),
        ("all", False, ("field.budget",)),
        ("all", True, ()),
        ("all", False, ("step.call",)),
        ("called", False, ("step.call",)),
    ]


def test_of_several_ways_to_pass_every_one_is_offered_until_one_is_taken() -> None:
    either = gate("either", AnyOf((BUDGET, CALLED, AllOf((BUDGET, CALLED)))))
    neither = gate("neither", Not(AnyOf((PRICED, When("step.visit", "is", True)))))
    assert asked(either) == [("either", False, ("field.budget", "step.call"))]
    assert asked(either, deal=replace(DEAL, done_steps=frozenset({"call"}))) == [("either", True, ())]
    assert asked(neither) == [("neither", False, ("amount", "step.visit"))]


def test_what_is_needed_is_asked_of_this_deal_on_this_day() -> None:
    soon = gate("soon", When("expected_close", "ahead", 7))
    deal = replace(DEAL, expected_close=TODAY + timedelta(days=8))
    assert asked(soon, deal=deal) == [("soon", False, ("expected_close",))]
    assert asked(soon, deal=deal, today=TODAY + timedelta(days=1)) == [("soon", True, ())]
    assert asked(gate("priced"), deal=replace(DEAL, amount_minor=None)) == [("priced", False, ("amount",))]
    filled = replace(DEAL, custom={"general": {"budget": {"minor": 1, "currency": "CNY"}}})
    assert asked(gate("budget", BUDGET), deal=filled) == [("budget", True, ())]


def told(*gates: Gate) -> list[tuple[str, str]]:
    """What is said to somebody with an empty deal: where, and in which words."""
    empty = replace(DEAL, amount_minor=None, done_steps=frozenset(), owner_id=None)
    unmet = [each for each in requirements(ASKING, empty, gates, TODAY) if not each.holds]
    return [(each.place, str(each.message)) for each in unmet_problems(ASKING, unmet)]


def test_what_is_missing_is_said_where_it_is_filled_in() -> None:
    needs = AllOf((PRICED, CALLED, BUDGET, When("owner", "filled"), When("contacts", "at_least", 1)))
    assert [place for place, _ in told(gate("all", needs))] == [
        "amount",
        "step",
        "field.budget",
        "owner_id",
        "contacts",
    ]
    assert [place for place, _ in told(gate("either", AnyOf((BUDGET, CALLED))))] == ["field.budget"]


def test_two_gates_that_miss_the_same_say_so_once() -> None:
    assert told(gate("one"), gate("two"), gate("three", AllOf((CALLED, PRICED)))) == [
        ("amount", "Needed: Amount is filled in"),
        ("step", f"Needed: the key step “{LABEL}” is done"),
    ]


def test_a_hint_says_it_better_than_the_condition() -> None:
    hint = Text(en="Ask first.", zh_Hans="先问一问。", zh_Hant="先問一問。", ru="Сначала спросите.")
    hinted = gate("hinted", AllOf((BUDGET, When("field.wish", "filled"))), hint)
    unmet = requirements(ASKING, DEAL, [hinted], TODAY)
    problems = unmet_problems(ASKING, unmet)
    assert [each.place for each in problems] == ["field.budget", "field.wish"]
    for each in problems:
        assert (each.message.source, each.message.values) == ("%(hint)s", {"hint": hint})


# --- views ---


def test_a_view_cannot_be_changed_and_keeps_nothing_that_can() -> None:
    given = {"general": {"colours": ["red"]}}
    deal = replace(DEAL, custom=given)
    given["general"]["colours"].append("blue")
    assert deal == DEAL
    assert hash(deal) == hash(DEAL)
    with pytest.raises(FrozenInstanceError):
        deal.title = "Three"  # type: ignore[misc]
    with pytest.raises(TypeError):
        deal.custom["general"] = {}  # type: ignore[index]
    with pytest.raises(TypeError):
        deal.custom["general"]["colours"] = ()  # type: ignore[index]


@pytest.mark.parametrize("name", ["stage_entered_at", "created_at", "touched_at", "closed_at", "archived_at"])
def test_a_deal_view_takes_utc_only(name: str) -> None:
    for moment in (NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=8)))):
        with pytest.raises(ValueError, match=rf"DealView\.{name} must be an aware datetime in UTC"):
            replace(DEAL, **{name: moment})  # type: ignore[arg-type]


def test_the_other_views_take_utc_only() -> None:
    customer = CustomerView(
        id=1,
        version=1,
        kind="organisation",
        name="Harbour Bakery",
        company="",
        position="",
        state="lead",
        grade="A",
        source=None,
        owner_id=7,
        owner_name="Owner",
        pool_id=None,
        territory_id=None,
        address="",
        note="",
        tags=("regular",),
        custom={},
        created_at=NOW,
        touched_at=NOW,
        last_contact_at=None,
        archived_at=None,
    )
    activity = ActivityView(
        id=1,
        version=1,
        kind="call",
        customer_id=1,
        contact_id=None,
        deal_id=None,
        owner_id=7,
        owner_name="Owner",
        planned_at=NOW,
        at=None,
        noted_at=None,
        state="planned",
        direction="out",
        outcome=None,
        note="",
        because="",
    )
    with pytest.raises(ValueError, match=r"CustomerView\.last_contact_at"):
        replace(customer, last_contact_at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match=r"ActivityView\.planned_at"):
        replace(activity, planned_at=NOW.replace(tzinfo=None))
