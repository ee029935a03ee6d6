"""Settings: the index, the company, the trees and functions."""

import re
from collections.abc import Callable

import pytest

from salesapp.services.work import work
from salesapp.store import settings, teams
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast

ClientOf = Callable[..., Browser]
PAGES = (
    "/settings/company",
    "/settings/teams",
    "/settings/teams/2",
    "/settings/territories",
    "/settings/functions",
    "/settings/plugins",
    "/settings/results",
    "/settings/intervals",
    "/settings/jobs",
)
POSTS = (
    "/settings/company",
    "/settings/teams",
    "/settings/teams/2",
    "/settings/teams/2/archive",
    "/settings/teams/2/restore",
    "/settings/territories",
    "/settings/territories/1",
    "/settings/functions",
    "/settings/functions/own_1",
    "/settings/functions/own_1/archive",
    "/settings/functions/own_1/restore",
    "/settings/results",
    "/settings/results/q1",
    "/settings/results/q1/archive",
    "/settings/results/q1/up",
    "/settings/intervals",
    "/settings/jobs/1/retry",
)
COMPANY = {"name": "", "currency": "CNY", "country": "CN", "zone": "Asia/Shanghai"}


def company_form(**typed: str) -> dict[str, str]:
    """The company's form as the page sends it."""
    return COMPANY | {f"seen-{field}": value for field, value in COMPANY.items()} | typed


@pytest.mark.parametrize("path", ["/settings", *PAGES])
def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).location == f"/sign-in?next={path}"


@pytest.mark.parametrize("who", ["manager", "owner", "reader"])
def test_who_may_set_nothing_is_neither_offered_it_nor_let_in(client_of: ClientOf, cast: Cast, who: str) -> None:
    browser = client_of(getattr(cast, who))
    index = browser.get("/settings").text
    assert "/account" in index
    assert 'href="/settings/' not in index
    for path in PAGES:
        assert browser.get(path).status_code == 403
    for path in POSTS:
        assert browser.send(path, {"name": "X"}).status_code == 403


@pytest.mark.parametrize("path", ["/settings", *PAGES])
def test_the_pages_take_few_statements(client_of: ClientOf, cast: Cast, statements: list[str], path: str) -> None:
    browser = client_of(cast.admin)
    statements.clear()
    assert browser.get(path).status_code == 200
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 4


# --- company ---


def test_the_company_changes_for_everybody_with_the_next_request(
    client_of: ClientOf, client: Browser, cast: Cast
) -> None:
    browser, other = client_of(cast.admin), client_of(cast.owner)
    typed = company_form(name="Acme", currency="RUB", country="RU", zone="Europe/Moscow")
    assert browser.send("/settings/company", typed).status_code == 303
    with reading() as x:
        assert settings.company(x).currency == "RUB"
    assert "Moscow" in other.get("/account").text
    assert "Acme" in client.get("/sign-in").text


def test_a_wrong_company_form_says_everything_and_keeps_what_was_typed(client_of: ClientOf, cast: Cast) -> None:
    wrong = {"name": "N" * 201, "currency": "XXZ", "country": "QQ", "zone": "Mars/Olympus"}
    answer = client_of(cast.admin).send("/settings/company", company_form(**wrong))
    assert answer.status_code == 422
    for field, value in wrong.items():
        assert f'href="#f-{field}"' in answer.text
        assert value in answer.text
    with reading() as x:
        assert settings.company(x).zone == "Asia/Shanghai"


def test_two_administrators_at_different_settings_both_hold_at_the_same_one_is_told(
    client_of: ClientOf, cast: Cast
) -> None:
    browser = client_of(cast.admin)
    assert browser.send("/settings/company", company_form(name="Acme")).status_code == 303
    assert browser.send("/settings/company", company_form(currency="EUR")).status_code == 303
    answer = browser.send("/settings/company", company_form(name="Other"))
    assert answer.status_code == 409
    assert "Admin changed this meanwhile to “Acme”" in answer.text
    assert 'value="Other"' in answer.text
    assert '<option value="EUR" selected' in answer.text
    with reading() as x:
        assert (settings.company(x).name, settings.company(x).currency) == ("Acme", "EUR")


# --- trees ---


@pytest.mark.parametrize("tree", ["teams", "territories"])
def test_a_tree_grows_moves_and_shrinks_by_its_forms(client_of: ClientOf, cast: Cast, tree: str) -> None:
    browser, at = client_of(cast.admin), f"/settings/{tree}"
    for name in ("East", "West"):
        assert browser.send(at, {"name": name, "parent_id": ""}).status_code == 303
    with reading() as x:
        ids = {node.name: node.id for node in teams.nodes(x, tree)}
    moved = {"name": "Far East", "parent_id": str(ids["West"])}
    assert browser.send(f"{at}/{ids['East']}", moved).status_code == 303
    assert re.search(
        rf'tree-2"><div class="row-text"><div class="row-line"><a class="row-who" href="{at}/{ids["East"]}">Far East',
        browser.get(at).text,
    )
    full = browser.send(f"{at}/{ids['West']}/archive")
    assert full.status_code == 422
    assert "“West” is not empty" in full.text
    assert browser.send(f"{at}/{ids['East']}/archive").status_code == 303
    page = browser.get(at).text
    assert f'action="{at}/{ids["East"]}/restore"' in page  # as undo, and among the archived
    assert browser.send(f"{at}/{ids['East']}/restore").status_code == 303


def test_a_wrong_tree_form_keeps_what_was_typed(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answer = browser.send("/settings/teams", {"name": "north", "parent_id": "1"})
    assert answer.status_code == 422
    assert "There is one with this name already." in answer.text
    assert 'value="north"' in answer.text
    ring = browser.send("/settings/teams/1", {"name": "Company", "parent_id": "2"})
    assert ring.status_code == 422
    assert "cannot be moved below itself" in ring.text
    for bad in ("x", "9" * 30, "999"):
        assert browser.send("/settings/teams", {"name": "New", "parent_id": bad}).status_code == 422


def test_a_form_that_arrives_twice_adds_once(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for _ in range(2):
        answer = browser.send("/settings/territories", {"name": "West", "request_key": "same"})
        assert (answer.status_code, answer.location) == (303, "/settings/territories")


def test_unknown_nodes_and_trees_are_404(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for path in ("/settings/teams/999", f"/settings/teams/{2**63}", "/settings/villages", "/settings/territories/1"):
        assert browser.get(path).status_code == 404


# --- functions ---


def test_functions_are_added_renamed_archived_and_restored(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    assert browser.send("/settings/functions", {"name": "Interpreter"}).status_code == 303
    found = re.search(r'action="(/settings/functions/own_\w+)" class="form"', browser.get("/settings/functions").text)
    assert found is not None
    taken = browser.send(found[1], {"name": "Finance"})
    assert taken.status_code == 422
    assert "There is one with this name already." in taken.text
    assert browser.send(found[1], {"name": "Guide"}).status_code == 303
    assert "Guide" in browser.get("/settings/people/new").text
    assert browser.send(f"{found[1]}/archive").status_code == 303
    assert "Guide" not in browser.get("/settings/people/new").text
    assert browser.send(f"{found[1]}/restore").status_code == 303
    assert browser.send("/settings/functions/finance/archive").status_code == 404
    empty = browser.send("/settings/functions", {"name": " "})
    assert (empty.status_code, "Please give a name." in empty.text) == (422, True)


# --- markup ---


def test_names_with_markup_stay_text(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    with work(cast.admin, NOW) as w:
        teams.add(w.session, "teams", "<script>x</script>", None)
        teams.add(w.session, "territories", "<script>x</script>", None)
    for path in ("/settings/teams", "/settings/teams/4", "/settings/territories", "/settings/people/new"):
        text = browser.get(path).text
        assert "&lt;script&gt;x" in text
        assert "<script>x" not in text
