"""Which changes of a record make it worth asking a follow-up rule's exception (`unless`) again."""

from collections.abc import Set
from typing import Final

from salesapp.domain.conditions import questions
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.list_facts import ENTERED

_PLANNING: Final = frozenset({"planned", "touched"})
"""What planning itself changes: asked again, a rule would take back what it has just planned."""


def asked_again(rule: FollowUp) -> frozenset[str]:
    """The facts its exception asks for; none where one of them changes with what is planned."""
    facts = frozenset(each.field for each in questions(rule.unless)) if rule.unless is not None else frozenset[str]()
    return frozenset() if facts & _PLANNING else facts


def of_stage(fact: str) -> bool:
    """Whether a fact about a deal may be another one after it was moved."""
    return fact in ("stage", "stage_since") or fact.startswith(ENTERED)


def of_closing(fact: str) -> bool:
    """Whether it may be another one after the deal was won or lost."""
    return fact in ("state", "closed", "lost_reason")


def of_fields(fact: str, said: Set[str]) -> bool:
    """Whether it is one of those that were changed, by the names a change has for them."""
    if fact.startswith("field."):
        return not said.isdisjoint(names_of(fact.partition(".")[2]))
    return not said.isdisjoint((fact, f"{fact}s", f"{fact}_id", f"{fact}_minor"))


def names_of(field: str) -> frozenset[str]:
    """What a change calls a field: by its full key, or as one of the deal's process."""
    return frozenset({field, f"field.{field.rpartition('.')[2]}"})
