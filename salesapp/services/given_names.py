"""Names people give to what they keep: views of lists, mappings of imports."""

from typing import Final

from salesapp.domain.conditions import is_storable
from salesapp.domain.errors import N_, Problem, Refused, problem

LONGEST: Final = 80


def given_name(name: str, without: str) -> str:
    """The name without spare blanks. Raises Refused with all that is wrong with it; `without`: what is said where there
    is none."""
    bare = " ".join(name.split())
    problems: list[Problem] = []
    if not bare:
        problems.append(problem("name", without))
    if not is_storable(bare):
        problems.append(problem("name", N_("This name has a character in it that cannot be stored.")))
    if len(bare) > LONGEST:
        problems.append(problem("name", N_("A name has at most %(most)s characters."), most=LONGEST))
    if problems:
        raise Refused(problems)
    return bare
