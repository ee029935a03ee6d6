"""On which line of a TOML file each thing stands: `tomllib` gives the values, this the places to name in a complaint.

A place is a path such as ("processes", 0, "stages", 1, "goal"): names of keys and numbers in lists.
"""

import re
from bisect import bisect_right
from typing import Final

Path = tuple[str | int, ...]

_KEY: Final = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*""")
_BLANK: Final = re.compile(r"(?:\s|#[^\n]*)*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'", re.DOTALL
)
_PLAIN: Final = re.compile(r"[^,\]}\n#]+")


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of the thing at `path`, or of the nearest one around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def lines_of(text: str) -> dict[Path, int]:
    """Every path of a text that `tomllib` could read, and its line."""
    scan = _Scan(text)
    scan.document()
    return scan.lines


class _Scan:
    """Walks once through a text that is known to be TOML, so it need not refuse anything."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.starts = [0, *(each.end() for each in re.finditer("\n", text))]
        self.lines: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.blank()
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self.header()
            else:
                self.pair(table)
            self.blank()

    def header(self) -> Path:
        """`[a.b]` or `[[a.b]]`: where the keys below it belong."""
        line, many = self.line(), self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        names = self.names()
        self.at += 2 if many else 1
        path = self.inside((), names[:-1]) + names[-1:]
        if many:
            number = self.counts[path] = self.counts.get(path, -1) + 1
            self.lines.setdefault(path, line)
            path = (*path, number)
        else:
            path = self.inside((), names)
        self.lines.setdefault(path, line)
        return path

    def inside(self, start: Path, names: Path) -> Path:
        """The path of these names, in the newest table of each list on the way."""
        path = start
        for name in names:
            path = (*path, name)
            if path in self.counts:
                path = (*path, self.counts[path])
        return path

    def pair(self, table: Path) -> None:
        """`key = value`."""
        line = self.line()
        path = table
        for name in self.names():
            path = (*path, name)
            self.lines.setdefault(path, line)
        self.at += 1  # the equals sign
        self.blank()
        self.value(path)

    def names(self) -> Path:
        found: list[str] = []
        while match := _KEY.match(self.text, self.at):
            found.append(match[1].strip("\"'"))
            self.at = match.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return tuple(found)

    def value(self, path: Path) -> None:
        self.lines.setdefault(path, self.line())
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.several(path)
        elif opening == "{":
            self.inline(path)
        else:
            match = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1

    def several(self, path: Path) -> None:
        self.at += 1
        number = 0
        while not self.ends("]"):
            self.value((*path, number))
            number += 1

    def inline(self, path: Path) -> None:
        self.at += 1
        while not self.ends("}"):
            self.pair(path)

    def ends(self, sign: str) -> bool:
        """Past a comma, if there is one; whether the list or table ends here."""
        self.blank()
        if self.text.startswith(",", self.at):
            self.at += 1
            self.blank()
        ended = self.at >= len(self.text) or self.text.startswith(sign, self.at)
        self.at += ended
        return ended

    def blank(self) -> None:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def line(self) -> int:
        return bisect_right(self.starts, self.at)
