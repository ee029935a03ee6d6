"""What README and docs/operations.md tell an operator to type exists: commands, options, settings, make's targets."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from salesapp.cli import main
from salesapp.config import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
TEXTS = ("README.md", "docs/operations.md")
NOT_FOR_OPERATORS = {"demo", "debug"}
ONE_LINE = re.compile(r"\\\n\s*|\n        (?=\[)")
"""Where a command goes on in the next line."""


def said(name: str) -> str:
    return (CHECKOUT / name).read_text(encoding="utf-8")


def typed(name: str) -> list[list[str]]:
    """The words of every `salesapp …`: in blocks, and between backticks."""
    text = ONE_LINE.sub(" ", said(name))
    blocks = [line.split("#")[0] for line in text.splitlines() if line.startswith("    ")]
    asked = [
        rest
        for part in [*blocks, *re.findall(r"`([^`\n]+)`", text)]
        for rest in re.findall(r"(?:^ *|bin/)salesapp (.*)", part)
    ]
    found = [re.split(r" [|;&]+ |; |'", rest)[0].replace("[", " ").replace("]", " ").split() for rest in asked]
    return [words for words in found if words and not words[0].startswith(("listens", '"$@'))]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command these words begin with, and the words that are left."""
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no `salesapp … {words[0]}`"
        command, words = found, words[1:]
    return command, words


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_exists_with_its_options(name: str) -> None:
    asked = typed(name)
    assert len(asked) >= 3
    for words in asked:
        command, rest = command_of(words)
        known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        given = {option for word in rest for option in re.findall(r"^--?[a-z][a-z-]*", word)}
        assert given <= known | {"--help"}, f"salesapp {' '.join(words)}"


@pytest.mark.parametrize("name", TEXTS)
def test_every_target_of_make_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", said("Makefile"), re.MULTILINE))
    asked = set(re.findall(r"(?:^|[`\s])make (?:-C \S+ )?([a-z-]+)(?=[`\s])", said(name)))
    prose = {"links", "room"}  # “make” as a word
    assert asked - prose
    assert asked - prose <= targets


def test_every_setting_is_in_the_table_and_no_other() -> None:
    table = set(re.findall(r"^\| `([a-z_]+)` \|", said("docs/operations.md"), re.MULTILINE))
    assert table == {item.name for item in fields(Settings)} - NOT_FOR_OPERATORS


def test_the_unit_may_write_where_the_installation_is() -> None:
    unit = said("docs/operations.md")
    assert "Environment=SALESAPP_INSTANCE=/var/lib/salesapp\n" in unit
    assert "ReadWritePaths=/var/lib/salesapp\n" in unit
    assert "Type=notify\n" in unit  # gunicorn says when it listens
