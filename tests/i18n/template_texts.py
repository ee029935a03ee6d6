"""Finds words in templates that no translator ever sees."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from jinja2 import Environment, nodes

SHOWN: Final = {"alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder", "title"}
"""Attributes people see or hear."""
NAMES: Final = {"SalesApp", "entry-good", "entry-bad"}
"""What reads the same in every language, and two classes that a macro returns."""

_HOLE = "\x00"  # where the template puts something in
_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")
_PROSE = re.compile(r"[A-Z][a-z]+(?:,? [A-Za-z’]+)*")  # class names and keys begin with a small letter
_VERBATIM: Final = {"code", "kbd", "samp", "script", "style"}  # commands and keys are the same in every language


def environment() -> Environment:
    """Jinja as the product uses it, as far as reading is concerned."""
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)


def markup_of(source: str) -> str:
    """The template's own markup: what is put in becomes a hole, blocks and comments vanish, so does {% trans %}."""
    kept, in_trans, block = [], False, ""
    for _line, kind, value in environment().lexer.tokeniter(source, None):
        if kind == "block_begin":
            block = ""
        elif kind == "name" and not block:
            block = value
        elif kind == "block_end":
            kept.append(" ")
            in_trans = (in_trans or block == "trans") and block != "endtrans"
        elif kind == "variable_begin":
            kept.append(_HOLE)
        elif kind == "data" and not in_trans:
            kept.append(value)
        if kind in ("data", "raw_begin", "raw_end") or (kind == "variable_end"):
            block = ""
    return "".join(kept)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.verbatim += tag in _VERBATIM
        for name, value in attrs:
            button = tag == "input" and name == "value" and ("type", "submit") in attrs
            if (name in SHOWN or button) and _foreign(value or ""):
                self.found.append(f"{name}={value}".replace(_HOLE, "…"))

    def handle_endtag(self, tag: str) -> None:
        self.verbatim -= tag in _VERBATIM

    def handle_data(self, data: str) -> None:
        if not self.verbatim and _foreign(data):
            self.found.append(" ".join(data.replace(_HOLE, "…").split()))


def _foreign(text: str) -> bool:
    return any(word not in NAMES for word in _WORD.findall(text))


def visible_words(source: str) -> list[str]:
    """Text between tags, and in attributes people see, that is written out and not marked for translation."""
    reader = _Reader()
    reader.feed(markup_of(source))
    reader.close()
    return reader.found


def spoken_strings(source: str) -> Iterator[str]:
    """Strings in expressions that read like a label but are not marked: `ui.button("Save")`."""
    tree = environment().parse(source)
    marked = {id(each) for call in tree.find_all(nodes.Call) if _marks(call) for each in call.find_all(nodes.Const)}
    for const in tree.find_all(nodes.Const):
        if id(const) in marked or not isinstance(const.value, str) or const.value in NAMES:
            continue
        if _PROSE.fullmatch(const.value.rstrip(".:…?")):
            yield f"{const.lineno}: {const.value}"


def unmarkable(source: str) -> Iterator[str]:
    """Calls of `_` and `ngettext` with anything but plain strings: not collected, and trusted as markup."""
    for call in environment().parse(source).find_all(nodes.Call):
        if _marks(call):
            counted = isinstance(call.node, nodes.Name) and call.node.name == "ngettext"
            first = call.args[: 2 if counted else 1]
            if not first or not all(isinstance(arg, nodes.Const) and isinstance(arg.value, str) for arg in first):
                yield f"{call.lineno}: a text that is not written out"


def _marks(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext")
