"""Answers to choose from as people type them: one a line, for fields and for questions."""

from typing import Final

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.people import one_line

LABEL_LENGTH: Final = 100


def option_lines(typed: str, most: int, problems: list[Problem]) -> list[str]:
    """The answers of a text, at most so many; what is wrong with them goes to `problems`."""
    lines = [line for line in map(one_line, typed.splitlines()) if line]
    if not lines:
        problems.append(problem("options", N_("Write what can be chosen, one answer per line.")))
    elif len(lines) > most:
        problems.append(problem("options", N_("%(most)s answers to choose from are the most."), most=most))
    elif len(set(lines)) < len(lines):
        problems.append(problem("options", N_("One of the answers is there twice.")))
    elif any(len(line) > LABEL_LENGTH for line in lines):
        text = N_("An answer to choose from can have at most %(most)s characters.")
        problems.append(problem("options", text, most=LABEL_LENGTH))
    return lines
