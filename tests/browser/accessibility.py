"""axe-core on the page as it stands, against WCAG 2.2 AA."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from playwright.sync_api import Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
EVERYTHING: Final = {"type": "tag", "values": TAGS}
COLOURS: Final = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Evaluated through the debugger, which the page's content policy does not bind; loads nothing by itself.
RUN: Final = """rules => axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false})"""


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def violations(page: Page, rules: Mapping[str, Any] = EVERYTHING) -> list[str]:
    """What axe objects to: rule, what is wrong, where."""
    if not page.evaluate("() => Boolean(window.axe)"):  # it is half a megabyte, and one page is asked more than once
        page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate(RUN, rules)
    return [
        f"{each['id']}: {each['help']}: {node['target']} {node['html'][:160]} {node.get('failureSummary', '')}"
        for each in found["violations"]
        for node in each["nodes"]
    ]
