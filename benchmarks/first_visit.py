"""What a browser fetches that was never here: a page and every file it names."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from benchmarks.asking import Line, Request

_LINK: Final = re.compile(rb'<(?:link|script|img|use)\b[^>]*?(?:href|src)="([^"#]+)')
_LATER: Final = (b'rel="apple-touch-icon"',)  # only asked for when somebody puts it on their home screen
_CSS: Final = re.compile(rb'url\(["\']?([^"\')#]+)')


@dataclass(frozen=True, slots=True)
class Visit:
    """How many requests, and how many bytes went over the wire, heads included; the files with theirs."""

    requests: int
    wire: int
    files: dict[str, int]


def visit(line: Line, path: str) -> Visit:
    """Open a page with an empty cache; where it leads elsewhere, that is a request, too."""
    files: dict[str, int] = {}
    answer = line.ask(Request(path))
    while answer.location:
        files[path] = answer.wire
        path = urljoin(path, answer.location)
        answer = line.ask(Request(path))
    files[path] = answer.wire
    waiting = [_address(each) for each in _LINK.finditer(answer.body) if not _is_later(each)]
    while waiting:
        each = waiting.pop(0)
        if each in files:
            continue
        found = line.ask(Request(each))
        files[each] = found.wire
        if each.partition("?")[0].endswith(".css"):
            waiting += [urljoin(each, url.group(1).decode()) for url in _CSS.finditer(found.body)]
    return Visit(len(files), sum(files.values()), files)


def _address(found: re.Match[bytes]) -> str:
    return found.group(1).decode().replace("&amp;", "&")


def _is_later(found: re.Match[bytes]) -> bool:
    return any(mark in found.group(0) for mark in _LATER)
