"""Every sample in docs/plugins/ runs: its files are written, its commands typed, what it shows is what is said.

In the pages a block whose first line is `# instance/plugins/…` is that file; `# in instance/plugins/…` replaces the
statements of the same names in it. `sh` is typed, `text` after it must be found in the answer.
"""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from salesapp.cli import main
from salesapp.plugging.api_pages import hook_names

DOCS = Path(__file__).parents[2] / "docs" / "plugins"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ["README.md", "first-plugin.md", "recipes.md", "removing.md"]


class Desk:
    """An author at a desk, who does what a page says."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home, self.said = home, ""
        self.env = {"SALESAPP_INSTANCE": str(home / "instance"), "SALESAPP_DATABASE_URL": database_url}

    def follow(self, page: str) -> None:
        """Do it, block by block."""
        for language, text in BLOCK.findall(page):
            first, _, rest = text.partition("\n")
            if first.startswith("# instance/"):
                file = self.home / first[2:]
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(rest, encoding="utf-8")
            elif first.startswith("# in instance/"):
                file = self.home / first[5:]
                file.write_text(changed(file.read_text(encoding="utf-8"), rest), encoding="utf-8")
            elif language == "sh":
                self.said = "".join(self.type(line) for line in text.splitlines())
            elif language == "text" and self.said:
                missing = [line for line in text.splitlines() if line.strip() not in self.said]
                assert missing == [], f"{missing} not in\n{self.said}"

    def type(self, line: str) -> str:
        """One command, which ends well unless its comment says otherwise."""
        command, _, comment = line.partition("  # ")
        words = shlex.split(command)
        ends = 1 if "ends with 1" in comment else 0
        if words[0] == "salesapp":
            done = CliRunner().invoke(main, words[1:], env=self.env | {"LANG": "C.UTF-8"})
            assert done.exit_code == ends, f"{line}\n{done.output}"
            return done.output
        assert words[0] == "pytest"
        env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")}
        run = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *words[1:]]
        tested = subprocess.run(run, cwd=self.home, env=env, capture_output=True, text=True, check=False)
        assert tested.returncode == ends, f"{line}\n{tested.stdout}{tested.stderr}"
        return tested.stdout


def changed(source: str, new: str) -> str:
    """The source with these statements in the place of those of the same names; new ones before the first of them, or
    before the first hook."""
    pieces = [*statements(source)]
    names = {name for name, _ in pieces}
    known = [name for name, _ in statements(new) if name in names]
    at = next(n for n, (name, _) in enumerate(pieces) if name == (known[0] if known else "salesapp_records"))
    fresh = [(name, text) for name, text in statements(new) if name not in names]
    replaced = dict(statements(new))
    merged = [*pieces[:at], *fresh, *pieces[at:]]
    return "\n".join(replaced.get(name, text) for name, text in merged)


def statements(source: str) -> Iterator[tuple[str, str]]:
    """The top-level statements of a file by the names they make, each with what stands above it."""
    lines, begin = source.splitlines(), 0
    for number, node in enumerate(ast.parse(source).body):
        text = "\n".join(lines[begin : node.end_lineno])
        begin = node.end_lineno or begin
        targets = getattr(node, "targets", [])
        yield (
            getattr(node, "name", None) or getattr(targets[0] if targets else None, "id", f"line {number} {text}"),
            text,
        )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_followed_word_by_word(name: str, tmp_path: Path, database_url: str) -> None:
    Desk(tmp_path, database_url).follow((DOCS / name).read_text(encoding="utf-8"))


def test_every_link_leads_somewhere() -> None:
    titles = {page.name: set(anchors(page.read_text(encoding="utf-8"))) for page in DOCS.glob("*.md")}
    for page in DOCS.glob("*.md"):
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
            file, _, anchor = target.partition("#")
            assert (file or page.name) in titles, f"{page.name}: {target}"
            assert not anchor or anchor in titles[file or page.name], f"{page.name}: {target}"


def anchors(text: str) -> Iterator[str]:
    """How a page's titles are linked to."""
    for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_the_life_of_a_deal_names_every_hook() -> None:
    page = (DOCS / "life-of-a-deal.md").read_text(encoding="utf-8")
    assert {name for name in hook_names() if name not in page} == set()
    assert set(re.findall(r"salesapp_\w+", page)) == set(hook_names())
