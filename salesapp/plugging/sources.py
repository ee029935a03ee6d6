"""Where in a plugin's files something is written, as far as it can be told from its key or its words."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

Where = tuple[Path | None, int | None]

TABLES: Final = {
    "Gate": "to_leave|to_enter",
    "Field": "fields|(?:customer|contact|deal|activity)_fields",
    "ResultForm": "result_forms",
    "Process": "processes",
    "Stage": "stages",
}
"""Under which table a pack.toml has a kind of record."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of one plugin. Without any (an installed package) no line is known."""

    files: tuple[Path, ...] = ()
    _texts: dict[Path, str] = field(default_factory=dict)

    def record(self, kind: str, key: str) -> Where:
        """Where a record of this kind and key is written."""
        quoted = rf"""["']{re.escape(key)}["']"""
        toml = rf"""\[(?:\w+\.)*(?:{TABLES.get(kind, kind)})\]\]\s*\n(?:[^\[\n].*\n)*?key\s*=\s*{quoted}"""
        for pattern in (rf"\b{kind}\(\s*(?:key\s*=\s*)?{quoted}", toml, rf"key\s*=\s*{quoted}", quoted):
            found = self.only(pattern)
            if found[0]:
                return found
        return self.files[0] if self.files else None, None

    def text(self, words: str) -> Where:
        """Where these words stand, if in one place only."""
        found = self.only(rf"""["']{re.escape(words)}["']""")
        return found if found[0] else (self.files[0] if self.files else None, None)

    def named(self, sentence: str) -> Where:
        """Where that stands which a sentence of the house is about, as far as one can tell by what it names: first a
        file, then what it quotes, what an author has named, the record; each where it stands in one place only."""
        files = [each for each in self.files if re.search(rf"(?<![\w/]){re.escape(each.name)}\b", sentence)]
        if len(files) == 1:
            return files[0], None
        quoted = [rf"""["']{re.escape(each)}["']""" for each in re.findall(r"'([^']+)'", sentence)]
        words = dict.fromkeys(re.findall(r"\w+", re.sub(r"/\S*", "", sentence)))  # not of a path
        own = [rf"""["']{re.escape(each)}["']""" for each in words if each[0].islower()]
        records = [rf"\b{re.escape(each)}\(" for each in words if each[0].isupper()]
        for pattern in (*quoted, *own, *records):
            found = self.only(pattern)
            if found[0]:
                return found
        return None, None

    def only(self, pattern: str) -> Where:
        """The one line on which this is written; None where there is none, or there are several."""
        places = {
            (file, self.read(file).count("\n", 0, each.start()) + 1)
            for file in self.files
            for each in re.finditer(pattern, self.read(file))
        }
        return places.pop() if len(places) == 1 else (None, None)

    def read(self, file: Path) -> str:
        """A file's text, read once; what is not text is no place to look in."""
        if file not in self._texts:
            self._texts[file] = file.read_text(encoding="utf-8", errors="replace")
        return self._texts[file]


def sources_of(path: Path) -> Sources:
    """The files of the plugin in this folder or file, its tests left out."""
    if path.is_file():
        return Sources((path,))
    found = sorted(each for suffix in ("py", "toml") for each in path.rglob(f"*.{suffix}"))
    return Sources(tuple(each for each in found if not is_test(each.relative_to(path))))


def is_test(inside: Path) -> bool:
    """Whether a file of a plugin is of its tests."""
    return inside.parts[0] == "tests" or inside.name == "conftest.py" or inside.name.startswith("test_")
