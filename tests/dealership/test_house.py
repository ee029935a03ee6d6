"""The house's own pages, while a whole industry is on: each opens."""

from collections.abc import Iterator
from typing import Any

from flask import Flask

from salesapp.testing import Browser, Cast

OTHERS = ("/p/", "/static", "/sign-out", "/first-run", "/o/")


def addresses(app: Flask) -> Iterator[str]:
    """Every page, of record 1 where it is about one."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(OTHERS):
            continue
        values = {name: "teams" if name == "tree" else 1 for name in rule.arguments}
        built = rule.build(values)
        assert built is not None, rule
        yield built[1]


def test_every_page_of_the_house_opens(app: Flask, filled: None, client_of: Any, cast: Cast) -> None:
    browser: Browser = client_of(cast.admin)
    found = {path: browser.get(path).status_code for path in addresses(app)}
    assert len(found) > 100
    assert [path for path, status in found.items() if status >= 500] == []
    assert {found[path] for path in ("/today", "/customers", "/deals", "/import", "/reports", "/settings")} == {200}
