"""Whether everything a follow-up rule names is there: its process, stage, fields, form and functions."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.follow_up import FUNCTION, FollowUp
from salesapp.domain.functions import FUNCTIONS_BY_KEY
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.follow_up_checks import complaints, foreign, known_in
from salesapp.store import teams
from salesapp.store.engine import Executor

_PART: Final = re.compile(r"FollowUp '[^']*', (when|do|unless)\b")
_FUNCTION: Final = N_("This function is not there: choose somebody else.")
_SENTENCES: Final = {
    "when": N_("This begins with something that is not there: choose another beginning."),
    "do": N_("This asks a form that is not there, or that does not fit: choose another one."),
    "unless": N_("This asks for something the records do not have."),
    "who": _FUNCTION,
    "escalate": _FUNCTION,
}


def missing(catalog: Catalog, rule: FollowUp) -> tuple[str, ...]:
    """The parts of a rule that name what is not there, or not any more. Without its function somebody else does it, so
    that stops nothing."""
    named = {name.partition(".")[0] for name in foreign(rule)}
    # Of what an owner names today nothing may come tomorrow, as it may of what a plugin names: every name is judged.
    known = known_in(catalog, catalog.on | named | {"own"})
    found = (_PART.match(words) for words in complaints(rule, known))
    return tuple(dict.fromkeys(each[1] for each in found if each))


def unknown_functions(x: Executor, rule: FollowUp) -> tuple[str, ...]:
    """The parts that name a function nobody knows."""
    named = {"who": rule.who, "escalate": rule.escalate.to if rule.escalate else ""}
    strange = {part: each for part, each in named.items() if each.startswith(FUNCTION)}
    known = set(offered_functions(x)) if strange else ()
    return tuple(part for part, each in strange.items() if each.removeprefix(FUNCTION) not in known)


def offered_functions(x: Executor) -> Iterator[str]:
    """The functions a rule can name: those built in, and the owner's own."""
    yield from FUNCTIONS_BY_KEY
    yield from (row.key for row in teams.own_functions(x) if row.archived_at is None)


def refusals(parts: Iterable[str]) -> list[Problem]:
    """What is said at each part that names what is not there."""
    return [problem(part, _SENTENCES[part]) for part in parts]
