"""A plugin with a broken gate never stops a page: what it breaks is noted, and the sale goes on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.store import deals
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.plugin_files import GOOD, write
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]
RAISES = (
    GOOD
    + """
@hookimpl
def salesapp_check_deal_move(deal, to, now):
    raise RuntimeError("the gate fell off its hinges")
"""
)
SAYS = """
@hookimpl
def salesapp_check_deal_move(deal, to, now):
    return [problem("", WORDS)]
"""
BROKEN_RECORDS = {
    "unknown fact": 'Gate("g", When("colour_of_the_moon", "filled"))',
    "a fact of another process": 'Gate("g", When("step.sign_contract", "is", True))',
    "wrong operator": 'Gate("g", When("amount", "contains", "x"))',
    "wrong value": 'Gate("g", When("contacts", "at_least", "many"))',
    "no condition": 'Gate("g", "amount")',
    "a condition of its own": 'Gate("g", type("Mine", (type(When("amount", "filled")).__mro__[1],), {})())',
    "a gate that raises": 'Gate("g", 1 / 0)',
}
GATED = """
@hookimpl
def salesapp_records():
    stage = Stage("only", words("Only"), words("Goal"), (), 50, to_leave=({gate},))
    return [Process("short", words("Short"), (stage,), (LostReason("price", words("Price")),))]
"""
PAGES = ("/today", "/deals", "/deals?view=list", "/deals/new", "/customers", "/reports", "/settings/plugins", "/more")


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The body of the plugin and what its manifest says more."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def tmp_path(tmp_path: Path, broken: tuple[str, str]) -> Path:
    """An installation with the broken plugin."""
    body, more = broken
    if body.startswith('"'):
        body = SAYS.replace("WORDS", body)
    write(tmp_path / "plugins", "broken", body % {"name": "broken"} if "%(name)s" in body else body, more=more)
    return tmp_path


@pytest.fixture
def live(app: Flask) -> Flask:
    """The application as it is for people: in tests a failure is otherwise raised for the author."""
    app.extensions["salesapp_hooks"].raise_errors = False
    return app


def all_pages_open(browser: Browser, deal_id: int) -> None:
    for path in (*PAGES, f"/deals/{deal_id}", f"/deals/{deal_id}/move", f"/deals/{deal_id}/edit"):
        assert browser.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "broken", [(GATED.format(gate=gate), "") for gate in BROKEN_RECORDS.values()], indirect=True, ids=BROKEN_RECORDS
)
def test_a_gate_that_cannot_be_is_set_aside_with_its_reason_and_the_house_opens(
    live: Flask, client_of: ClientOf, cast: Cast, broken: tuple[str, str]
) -> None:
    deal_id = a_deal(live, cast.owner, a_customer(cast.owner))
    browser = client_of(cast.admin)
    all_pages_open(browser, deal_id)
    plugins = live.extensions["salesapp_plugins"]
    assert [each.name for each in plugins.set_aside] == ["broken"]
    assert "broken.short" not in plugins.catalog.processes
    assert "broken" in browser.get("/settings/plugins").text
    assert browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"}).status_code == 303


@pytest.mark.parametrize("broken", [(RAISES, "")], indirect=True)
def test_a_check_that_raises_lets_the_deal_move_and_says_so(live: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(live, cast.owner)
    browser = client_of(cast.owner)
    assert browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"}).status_code == 303
    page = browser.get(f"/deals/{deal_id}")
    assert "The plugin “broken” could not check this move; it was made without." in page.text
    assert "hinges" not in page.text
    all_pages_open(client_of(cast.admin), deal_id)
    with reading() as x:
        assert deals.load(x, cast.owner, deal_id, NOW).stage == "contact"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (('"Discount of %(share).1f %% is too high.", share=12.5', ""), "Discount of 12.5 % is too high."),
        (('"%(n)d pieces", n=2.0', ""), "2 pieces"),
        (('"From %(day)s: %(share)s", day=now, share=1234.5', ""), "1,234.5"),
    ],
    indirect=["broken"],
)
def test_a_plugins_words_about_numbers_break_no_page(live: Flask, client_of: ClientOf, cast: Cast, said: str) -> None:
    deal_id = a_deal(live, cast.owner)
    answer = client_of(cast.owner).send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"})
    assert (answer.status_code, said in answer.text) == (422, True)


@pytest.mark.parametrize(
    "broken", [("def broken(:", ""), (f"{RAISES}\nraise RuntimeError", ", critical=True")], indirect=True
)
def test_what_a_plugin_that_does_not_load_should_have_checked_is_said(
    live: Flask, client_of: ClientOf, cast: Cast, broken: tuple[str, str]
) -> None:
    deal_id = a_deal(live, cast.owner)
    browser = client_of(cast.owner)
    answer = browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1", "step": "target_market"})
    if "critical" in broken[1]:
        assert (answer.status_code, "so the deal stays" in answer.text) == (422, True)
    else:
        assert answer.status_code == 303
        assert "The plugin “broken” could not check this move" in browser.get(f"/deals/{deal_id}").text


@pytest.mark.parametrize("broken", [(RAISES, ", critical=True")], indirect=True)
def test_a_critical_check_that_raises_keeps_the_deal_and_what_was_typed(
    live: Flask, client_of: ClientOf, cast: Cast
) -> None:
    deal_id = a_deal(live, cast.owner)
    browser = client_of(cast.owner)
    answer = browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1", "step": "target_market"})
    assert answer.status_code == 422
    assert "The check of the plugin “broken” failed, so the deal stays." in answer.text
    with reading() as x:
        kept = deals.load(x, cast.owner, deal_id, NOW)
    assert (kept.stage, kept.done_steps) == ("identification", frozenset())
