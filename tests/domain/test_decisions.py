"""Decisions: what a snapshot's hash depends on, when a decision is over, and whose it is."""

from dataclasses import replace
from typing import Any

import pytest

from salesapp.domain.decisions import (
    LEAD,
    DecisionState,
    DecisionStep,
    DecisionView,
    StepState,
    may_decide,
    may_withdraw,
    outcome,
    snapshot_hash,
)
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.domain.views import read_only
from salesapp.testing import NOW


def steps(*states: StepState) -> tuple[DecisionStep, ...]:
    return tuple(DecisionStep(place, LEAD, state) for place, state in enumerate(states))


def asked(**values: Any) -> DecisionView:
    made: dict[str, Any] = {
        "id": 1,
        "kind": "deal.lost",
        "subject_kind": "deal",
        "subject_id": 5,
        "customer_id": None,
        "deal_id": 5,
        "title": "",
        "customer_name": "",
        "owner_id": 2,
        "owner_name": "",
        "state": "pending",
        "snapshot": {"reason": "price"},
        "snapshot_hash": "",
        "asked_by": 2,
        "asked_by_name": "",
        "asked_at": NOW,
        "words": "",
        "decided_at": None,
        "steps": steps("pending"),
    }
    return DecisionView(**(made | values))


def manager(person: int = 1, **values: Any) -> Actor:
    return replace(Actor(id=person, name="M", role="manager", people=frozenset({1, 2, 3})), **values)


def test_the_same_in_another_order_has_the_same_hash_and_anything_else_another() -> None:
    one = {"amount_minor": 100, "reason": "价格", "parts": [1, {"a": None}]}
    same = {"parts": [1, {"a": None}], "reason": "价格", "amount_minor": 100}
    assert snapshot_hash(one) == snapshot_hash(same) == snapshot_hash(read_only(one))  # type: ignore[arg-type]
    assert len(snapshot_hash(one)) == 64
    others = [{**one, "amount_minor": 101}, {**one, "amount_minor": "100"}, {**one, "parts": [{"a": None}, 1]}, {}]
    assert snapshot_hash(one) not in {snapshot_hash(other) for other in others}


@pytest.mark.parametrize(
    ("states", "yes", "then"),
    [
        (("pending",), True, "granted"),
        (("pending",), False, "refused"),
        (("pending", "pending"), True, "pending"),
        (("pending", "pending"), False, "refused"),
        (("granted", "pending"), True, "granted"),
        (("granted", "pending", "pending"), True, "pending"),
        (("granted", "pending"), False, "refused"),
    ],
)
def test_every_yes_is_needed_and_one_no_is_enough(
    states: tuple[StepState, ...], yes: bool, then: DecisionState
) -> None:
    assert outcome(asked(steps=steps(*states)), yes) == then


@pytest.mark.parametrize(
    ("actor", "about", "may"),
    [
        (manager(), {}, True),
        (manager(2), {}, False),  # asked and owns
        (manager(3), {"asked_by": 3}, False),
        (manager(2), {"asked_by": 3}, False),  # owns
        (manager(people=frozenset({1})), {}, False),
        (manager(), {"owner_id": None}, True),
        (manager(role="salesperson"), {}, False),
        (manager(role="reader"), {}, False),
        (manager(role="admin", people=None), {}, True),
        (manager(), {"state": "granted"}, False),
        (manager(), {"state": "withdrawn"}, False),
        (SYSTEM, {"asked_by": None, "owner_id": None}, False),
        (manager(), {"steps": (DecisionStep(0, "finance"),)}, False),
        (manager(role="reader", functions=frozenset({"finance"})), {"steps": (DecisionStep(0, "finance"),)}, True),
        (manager(2, functions=frozenset({"finance"})), {"steps": (DecisionStep(0, "finance"),)}, False),
    ],
)
def test_who_may_decide(actor: Actor, about: dict[str, Any], may: bool) -> None:
    assert may_decide(actor, asked(**about)) is may


def test_who_may_take_a_request_back() -> None:
    salesperson = manager(2, role="salesperson", people=frozenset({2}))
    assert may_withdraw(salesperson, asked())
    assert not may_withdraw(salesperson, asked(state="refused"))
    assert not may_withdraw(salesperson, asked(asked_by=3))
    assert may_withdraw(manager(), asked())
    assert not may_withdraw(manager(people=frozenset({1})), asked())


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        asked().snapshot["reason"] = "other"  # type: ignore[index]
