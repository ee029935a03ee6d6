"""However much there is, a list of the dealership asks the database as often."""

from functools import partial
from itertools import count
from typing import Any, Final

import pytest

from salesapp.testing import Browser, Cast, Kit

LISTS: Final = (
    "/p/automotive/visits?day=all",
    "/p/automotive/drives",
    "/p/automotive/vehicles",
    "/p/automotive/offers/waiting",
    "/p/automotive/contracts?state=all",
    "/p/automotive/deliveries",
    "/p/automotive/matters",
    "/p/automotive/referrals",
    "/p/automotive/again",
    "/p/automotive/figures/visits?period=all",
    "/reports/p/automotive.figures?period=all",
    "/today",
)


def asked(browser: Browser, statements: list[str], path: str) -> int:
    """How many statements a page takes, everything kept that is kept."""
    browser.get(path)
    statements.clear()
    assert browser.get(path).status_code == 200
    return len(statements)


def test_lists_ask_as_often_whatever_there_is(
    kit: Kit, client_of: Any, cast: Cast, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    demo: Any = kit.app.extensions["salesapp_plugins"].plugin("automotive").module.demo
    browser: Browser = client_of(cast.admin)
    counts = []
    for deals, seed in ((12, 3), (24, 4)):
        monkeypatch.setattr(demo, "DEALS", deals)
        monkeypatch.setattr(demo, "count", partial(count, 1000 * seed))  # nobody's number twice
        kit.fill_demo("zh_Hans", seed=seed)
        counts.append({path: asked(browser, statements, path) for path in LISTS})
    few, many = counts
    assert few == many
