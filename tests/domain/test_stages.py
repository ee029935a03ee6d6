"""Moving a deal: what forbids it, what comes next, what is still to do."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from salesapp.domain.pack import KeyStep, LostReason, Process, Stage
from salesapp.domain.stages import check_move, checklist, next_stages
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
        (replace(DEAL, archived_at=NOW), "second", [("", "This deal is archived. Restore it before you move it.")]),
        (DEAL, "first", [("to", "The deal is in this stage already.")]),
        (DEAL, "fourth", [("to", "This process has no stage “fourth”.")]),
        (DEAL, "", [("to", "This process has no stage “”.")]),
        (
            replace(DEAL, state="won", archived_at=NOW),
            "fourth",
            [
                ("", "This deal is archived. Restore it before you move it."),
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
