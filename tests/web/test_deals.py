"""The pages of a deal: form, page, moving; without script and for htmx; and who may not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.permissions import Actor
from salesapp.domain.views import DealView
from salesapp.services import deal_moves
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.store import deals
from salesapp.store.engine import db, engines, reading
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.inputs import plain_amount
from tests.services.deal_files import SIX, a_customer, a_deal, ready

ClientOf = Callable[[Actor], Browser]
HTMX = {"HX-Request": "true"}


def view(actor: Actor, deal_id: int) -> DealView:
    with reading() as x:
        return deals.load(x, actor, deal_id, NOW)


def queries(statements: list[str]) -> int:
    """Statements that cost something: not the BEGIN of each connection."""
    return len([each for each in statements if not each.startswith("BEGIN")])


@pytest.mark.parametrize("path", ["/deals", "/deals/new", "/deals/1", "/deals/1/edit", "/deals/1/move"])
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("path", ["", "/edit", "/move"])
def test_the_outsider_finds_nothing(app: Flask, client_of: ClientOf, cast: Cast, path: str) -> None:
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner))
    browser = client_of(cast.outsider)
    assert browser.get(f"/deals/{deal_id}{path}").status_code == 404
    assert browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"}).status_code == 404
    assert browser.send(f"/deals/{deal_id}/edit", {"title": "x"}).status_code == 404
    assert browser.send(f"/deals/{deal_id}/steps/target_market", {"done": "1"}).status_code == 404
    assert browser.send(f"/deals/{deal_id}/undo?to=contact&version=1").status_code == 404
    assert browser.send(f"/deals/{deal_id}/reopen", {"version": "1"}).status_code == 404
    assert "卢沟桥" not in browser.get("/deals?who=team").text


def test_the_reader_sees_and_cannot_change(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.reader)
    page = browser.get(f"/deals/{deal_id}")
    assert page.status_code == 200
    assert "/move" not in page.text
    assert browser.get("/deals/new").status_code == 403
    assert browser.get(f"/deals/{deal_id}/edit").status_code == 403
    assert browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"}).status_code == 403


def test_a_new_deal_for_a_customer(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    browser = client_of(cast.owner)
    form = browser.get(f"/deals/new?customer={customer_id}").text
    assert 'value="卢沟桥医院"' in form
    data = {"customer": str(customer_id), "title": "", "process": SIX, "amount": "218,000", "currency": "CNY"}
    answer = browser.send("/deals/new", data | {"expected_close": "2026-04-01", "request_key": "k"})
    assert answer.status_code == 303
    again = browser.send("/deals/new", data | {"request_key": "k"})
    assert again.location == answer.location
    found = view(cast.owner, int(answer.location.rsplit("/", 1)[1]))
    assert (found.title, found.amount_minor, str(found.expected_close)) == ("卢沟桥医院", 21_800_000, "2026-04-01")
    assert client_of(cast.outsider).get(f"/deals/new?customer={customer_id}").status_code == 404


def test_everything_wrong_with_the_form_is_said_and_everything_typed_is_kept(client_of: ClientOf, cast: Cast) -> None:
    data = {"title": "", "process": "x", "amount": "много", "currency": "CNY", "expected_close": "morgen"}
    answer = client_of(cast.owner).send("/deals/new", data)
    assert answer.status_code == 422
    for text in (
        "Give the deal a name",
        "Choose a sales process",
        "“много” is not an amount",
        "“morgen” is not a date",
    ):
        assert text in answer.text
    assert 'value="много"' in answer.text


def test_the_page_of_a_deal(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    deal_id = a_deal(app, cast.owner, a_customer(cast.owner), amount_minor=21_800_000)
    browser = client_of(cast.owner)
    browser.send(f"/deals/{deal_id}/move", {"to": "needs", "version": "1", "step": ["target_market"]})
    browser.get(f"/deals/{deal_id}")
    statements.clear()
    page = browser.get(f"/deals/{deal_id}").text
    assert queries(statements) <= 10
    for text in ("CN¥218,000", "Owner moved", "Owner ticked off", "Nothing is planned", "Stages so far"):
        assert text in page
    assert page.count("stage-done") == 1
    assert page.count("stage-current") == 1


def test_a_closed_deal_shows_no_next_step(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=1)
    ready(cast.owner, deal_id)
    with work(cast.owner, NOW) as w:
        plan_activity(w, NewActivity(deal_id=deal_id, planned_at=NOW + timedelta(days=1)))
    browser = client_of(cast.owner)
    assert "Next step" in browser.get(f"/deals/{deal_id}").text
    with work(cast.owner, NOW) as w:
        deal_moves.win_deal(w, deal_id, 1)
    assert "Next step" not in browser.get(f"/deals/{deal_id}").text


def test_a_step_is_ticked_with_and_without_script(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    plain = browser.send(f"/deals/{deal_id}/steps/target_market", {"done": "1"})
    assert plain.status_code == 303
    fragment = browser.send(f"/deals/{deal_id}/steps/customer_file", {"done": "1"}, headers=HTMX)
    assert fragment.text.lstrip().startswith("<section")
    assert fragment.text.count('aria-pressed="true"') == 2
    assert view(cast.owner, deal_id).done_steps == {"target_market", "customer_file"}
    assert browser.send(f"/deals/{deal_id}/steps/nonsense", {"done": "1"}).status_code == 422


def test_a_move_without_script_and_its_undo(app: Flask, client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    sheet = browser.get(f"/deals/{deal_id}/move").text
    assert "Set the target market" in sheet
    assert 'value=":won"' in sheet
    data = {"to": "contact", "version": "1", "step": ["target_market", "customer_file"]}
    clock.advance(days=3)
    assert browser.send(f"/deals/{deal_id}/move", data).location == f"/deals/{deal_id}"
    moved = view(cast.owner, deal_id)
    assert moved.stage == "contact"
    assert moved.done_steps == {"target_market", "customer_file"}
    page = browser.get(f"/deals/{deal_id}").text
    undo = page.split(f'action="/deals/{deal_id}/undo')[1].split('"')[0].replace("&amp;", "&")
    assert browser.send(f"/deals/{deal_id}/undo{undo}").status_code == 303
    back = view(cast.owner, deal_id)
    assert (back.stage, back.stage_entered_at) == ("identification", NOW)


def test_htmx_gets_the_board_again_and_the_undo(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    assert browser.get(f"/deals/{deal_id}/move", headers=HTMX).text.count("<html") == 0
    headers = HTMX | {"HX-Current-URL": "http://localhost/deals?who=mine"}
    answer = browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"}, headers=headers)
    assert answer.status_code == 200
    assert (answer.headers["HX-Retarget"], answer.headers["HX-Trigger"]) == ("#board", "closeSheet")
    assert answer.text.lstrip().startswith('<div id="board"')
    assert f"/deals/{deal_id}/undo?to=identification" in answer.text


def test_lost_asks_for_the_reason_there_and_keeps_what_was_typed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    data = {"to": ":lost", "version": "1", "note": "差两万", "step": ["customer_file"]}
    answer = browser.send(f"/deals/{deal_id}/move", data)
    assert answer.status_code == 422
    assert "Choose why the deal was lost" in answer.text
    assert "差两万" in answer.text
    assert view(cast.owner, deal_id).done_steps == frozenset()
    assert browser.send(f"/deals/{deal_id}/move", data | {"reason": "price"}).status_code == 303
    page = browser.get(f"/deals/{deal_id}").text
    assert "Price too high" in page
    assert "差两万" in page
    assert browser.send(f"/deals/{deal_id}/reopen", {"version": "2"}).status_code == 303
    assert view(cast.owner, deal_id).state == "open"


def test_the_second_of_two_sees_the_fresh_card_and_who_it_was(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    with work(cast.manager, NOW) as w:
        deal_moves.move_deal(w, deal_id, "needs", 1)
    data = {"to": "contact", "version": "1", "step": ["target_market"]}
    answer = client_of(cast.owner).send(f"/deals/{deal_id}/move", data, headers=HTMX)
    assert answer.status_code == 409
    assert "Manager changed this deal meanwhile" in answer.text
    assert "Needs analysis" in answer.text
    assert 'name="version" value="2"' in answer.text


def test_a_save_is_stale_only_where_the_same_field_changed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner, amount_minor=100_00)
    seen = {
        "seen-title": "监护仪",
        "seen-amount": "100",
        "seen-currency": "CNY",
        "seen-expected_close": "",
        "seen-owner_id": str(cast.owner.id),
    }
    same = {name.removeprefix("seen-"): value for name, value in seen.items()}
    manager, owner = client_of(cast.manager), client_of(cast.owner)
    assert manager.send(f"/deals/{deal_id}/edit", seen | same | {"amount": "120"}).status_code == 303
    assert owner.send(f"/deals/{deal_id}/edit", seen | same | {"title": "呼吸机"}).status_code == 303
    stale = owner.send(f"/deals/{deal_id}/edit", seen | same | {"amount": "150"})
    assert stale.status_code == 409
    assert "changed this meanwhile to “CN¥120”" in stale.text
    assert 'name="title" id="f-title" value="呼吸机"' in stale.text  # saving again takes nothing back
    assert 'name="amount" id="f-amount"' in stale.text
    assert 'value="150"' in stale.text
    assert 'name="seen-amount" value="120"' in stale.text
    found = view(cast.owner, deal_id)
    assert (found.title, found.amount_minor) == ("呼吸机", 120_00)
    wrong = owner.send(f"/deals/{deal_id}/edit", seen | same | {"title": "", "amount": "-1"})
    assert wrong.status_code == 422
    assert owner.send(f"/deals/{deal_id}/edit", seen | same | {"owner_id": "9" * 30}).status_code == 422


def test_a_form_shows_an_amount_to_the_last_unit_of_its_currency() -> None:
    shown = [plain_amount(*each) for each in ((1234, "KWD"), (21_800_000, "CNY"), (105, "CNY"), (7, "JPY"))]
    assert shown == ["1.234", "218000", "1.05", "7"]
    assert plain_amount(None, "CNY") == ""


@pytest.mark.parametrize("path", ["/deals/new", "/activities/new"])
def test_a_form_opened_from_the_plus_offers_the_customers_one_sees(
    app: Flask, client_of: ClientOf, cast: Cast, path: str
) -> None:
    customer_id = a_customer(cast.owner)
    here = f'name="customer" value="{customer_id}"'
    assert here in client_of(cast.owner).get(path).text
    assert here in client_of(cast.owner).get(f"{path}?q=卢沟").text
    assert "Nobody found for “北京”" in client_of(cast.owner).get(f"{path}?q=北京").text
    assert "卢沟桥医院" not in client_of(cast.outsider).get(f"{path}?q=卢沟").text


def test_choosing_the_customer_last_keeps_what_was_typed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    typed = {"title": "监护仪", "amount": "777", "currency": "USD", "process": "general.seven", "expected_close": "x"}
    page = client_of(cast.owner).send("/deals/new/customer", typed | {"customer": str(customer_id)})
    assert page.status_code == 200
    for kept in ('value="监护仪"', 'value="777"', 'value="x"', f'name="customer" value="{customer_id}"'):
        assert kept in page.text
    unnamed = client_of(cast.owner).send("/deals/new/customer", {"title": " ", "customer": str(customer_id)})
    assert 'value="卢沟桥医院"' in unnamed.text
    assert client_of(cast.outsider).send("/deals/new/customer", {"customer": str(customer_id)}).status_code == 404
    assert client_of(cast.reader).send("/deals/new/customer", {"customer": str(customer_id)}).status_code == 403


def test_a_step_sent_twice_loads_the_page_and_no_page_within_the_page(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    data = {"done": "1", "request_key": "twice"}
    first, second = (browser.send(f"/deals/{deal_id}/steps/target_market", data, headers=HTMX) for _ in "12")
    assert first.status_code == 200
    assert (second.status_code, second.headers["HX-Redirect"]) == (204, f"/deals/{deal_id}")


def test_without_any_plugin_pages_say_so_and_still_work(
    app: Flask, client_of: ClientOf, cast: Cast, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    deal_id = a_deal(app, cast.owner)
    bare = create_app(Settings(instance=tmp_path, database_url=database_url), plugins=[], clock=clock, testing=True)
    bare.test_client_class = Browser
    with bare.app_context():
        browser = bare.test_client()
        assert isinstance(browser, Browser)
        browser.sign_in(cast.owner)
        board = browser.get("/deals").text
        assert "No sales process is installed" in board
        assert "监护仪" in board
        page = browser.get(f"/deals/{deal_id}")
        assert page.status_code == 200
        assert "The plugin that brings this deal" in page.text
        assert "No sales process yet" in browser.get("/deals/new").text
        assert "No sales process yet" in browser.get("/reports").text
        assert browser.send(f"/deals/{deal_id}/move", {"to": "contact", "version": "1"}).status_code == 422
        db.session.remove()
        engines().read.dispose()


def test_a_refusal_htmx_gets_is_said_over_the_page_and_takes_nothing_typed_away(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    answer = browser.send(f"/deals/{deal_id}/steps/nonsense", {"done": "1"}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"], answer.headers["HX-Reswap"]) == (
        422,
        "#toasts",
        "beforeend",
    )
    assert answer.text.strip().startswith('<div class="toast')
    assert "<html" not in answer.text
    gone = browser.get("/deals/99999/move", headers=HTMX)
    assert (gone.status_code, gone.headers["HX-Retarget"]) == (404, "#main")
    in_sheet = browser.send(f"/deals/{deal_id}/move", headers=HTMX | {"HX-Target": "sheet-body", "X-CSRF-Token": "old"})
    assert (in_sheet.status_code, in_sheet.headers["HX-Retarget"]) == (400, "#sheet-body")
    assert in_sheet.text.strip().startswith('<div role="alert"')
