"""Rights: which verbs each role has, and how far one must get into a record to use them."""

import pytest

from salesapp.domain.permissions import ROLES, Access, Actor, can


def actor(role: str, people: frozenset[int] | None = frozenset({1})) -> Actor:
    return Actor(id=1, name="A", role=role, people=people)


@pytest.mark.parametrize(
    ("verb", "access", "allowed"),
    [
        ("customer.see", Access.NONE, False),
        ("customer.see", Access.READ, True),
        ("customer.see", Access.WORK, True),
        ("customer.edit", Access.NONE, False),
        ("customer.edit", Access.READ, False),
        ("customer.edit", Access.WORK, True),
    ],
)
def test_seeing_needs_to_read_and_everything_else_to_work(verb: str, access: Access, allowed: bool) -> None:
    assert can(actor("salesperson"), verb, access) is allowed


@pytest.mark.parametrize(
    ("verb", "roles"),
    [
        ("deal.see", {"admin", "manager", "salesperson", "reader"}),
        ("deal.move", {"admin", "manager", "salesperson"}),
        ("customer.assign", {"admin", "manager"}),
        ("gate.override", {"admin", "manager"}),
        ("people.manage", {"admin"}),
        ("no.such.verb", set()),
    ],
)
def test_each_role_has_its_verbs_and_no_other(verb: str, roles: set[str]) -> None:
    assert {role for role in ROLES if can(actor(role), verb)} == roles


def test_a_right_over_a_record_does_not_make_up_for_a_missing_verb() -> None:
    assert not can(actor("reader"), "customer.edit", Access.WORK)


@pytest.mark.parametrize(
    ("role", "people", "owner", "seen"),
    [
        ("salesperson", frozenset({1}), 1, True),
        ("salesperson", frozenset({1}), 2, False),
        ("salesperson", frozenset({1}), None, False),
        ("manager", frozenset({1, 2}), 2, True),
        ("manager", frozenset({1, 2}), None, True),
        ("reader", frozenset({1, 2}), None, False),
        ("admin", None, 99, True),
        ("admin", None, None, True),
    ],
)
def test_whose_records_one_sees(role: str, people: frozenset[int] | None, owner: int | None, seen: bool) -> None:
    assert actor(role, people).sees(owner) is seen
