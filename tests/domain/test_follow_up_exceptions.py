"""After which changes the exception of a follow-up rule may hold that did not before."""

import pytest

from salesapp.domain.follow_up_exceptions import of_closing, of_fields, of_stage


@pytest.mark.parametrize(
    ("fact", "said", "is_one"),
    [
        ("grade", {"grade", "note"}, True),
        ("grade", {"note"}, False),
        ("owner", {"owner_id"}, True),
        ("amount", {"amount_minor"}, True),
        ("tag", {"tags"}, True),
        ("field.car.level", {"field.level"}, True),
        ("field.car.level", {"car.level"}, True),
        ("field.car.level", {"level"}, False),
        ("field.own.since", {"own.since"}, True),
        ("field.own.since", {"own.until"}, False),
    ],
)
def test_a_fact_is_one_of_those_a_change_names(fact: str, said: set[str], is_one: bool) -> None:
    assert of_fields(fact, said) is is_one


def test_a_move_and_an_end_have_their_facts() -> None:
    facts = ("stage", "stage_since", "entered.offer", "state", "closed", "lost_reason", "amount")
    assert [each for each in facts if of_stage(each)] == ["stage", "stage_since", "entered.offer"]
    assert [each for each in facts if of_closing(each)] == ["state", "closed", "lost_reason"]
