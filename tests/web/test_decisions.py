"""The pages of decisions: what waits, agreeing or not, taking back; on the deal's page, the day and "More"."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services import deal_moves
from salesapp.services.deals import change_deal
from salesapp.services.work import work
from salesapp.store import deals, settings
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast, Clock
from tests.services.deal_files import a_customer, a_deal
from tests.services.decision_kit import decide, found, give_up, requested, seen, withdraw
from tests.web.test_settings import company_form

ClientOf = Callable[[Actor], Browser]
HTMX = {"HX-Request": "true"}


def queries(statements: list[str]) -> int:
    """Statements that cost something: not the BEGIN of each connection."""
    return len([each for each in statements if not each.startswith("BEGIN")])


def state_of(deal_id: int) -> str:
    with reading() as x:
        return str(deals.read(x, deal_id).state)


# --- the doors ---


@pytest.mark.parametrize("path", ["/decisions", "/decisions/1"])
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_the_outsider_finds_nothing(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    _, decision_id = requested(app, cast, customer_id=a_customer(cast.owner))
    answer = {"yes": "1", "seen": seen(decision_id)}
    for actor in (cast.outsider, cast.colleague, cast.other_manager):
        browser = client_of(actor)
        assert "卢沟桥" not in browser.get("/decisions").text
        for there in (decision_id, 10**9):
            assert browser.get(f"/decisions/{there}").status_code == 404
            assert browser.send(f"/decisions/{there}/decide", answer).status_code == 404
            assert browser.send(f"/decisions/{there}/withdraw").status_code == 404
    assert found(cast.owner, decision_id).pending


def test_the_reader_sees_and_cannot_decide(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    browser = client_of(cast.reader)
    for path in (f"/decisions/{decision_id}", f"/deals/{deal_id}"):
        page = browser.get(path).text
        assert "Owner asks to count this deal as lost" in page
        assert f"/decisions/{decision_id}/" not in page
    assert browser.send(f"/decisions/{decision_id}/decide", {"yes": "1", "seen": seen(decision_id)}).status_code == 403
    assert browser.send(f"/decisions/{decision_id}/withdraw").status_code == 403
    assert found(cast.owner, decision_id).pending


# --- the list ---


def test_the_list_says_what_waits_and_why(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock, statements: list[str]
) -> None:
    customer_id = a_customer(cast.owner)
    requested(app, cast, customer_id=customer_id, amount_minor=21_800_000)
    clock.advance(hours=3)
    browser = client_of(cast.manager)
    page = browser.get("/decisions").text
    for text in (
        "Owner asks to count this deal as lost",
        "卢沟桥医院 · 监护仪",
        "CN¥218,000",
        "太贵了",
        "3 hours ago",
        "Because you lead Owner",
        "Waits for you",
    ):
        assert text in page
    for number in range(4):
        give_up(cast.owner, a_deal(app, cast.owner, title=f"第{number}单"))
    statements.clear()
    assert browser.get("/decisions").text.count('class="card') == 5
    assert queries(statements) <= 7  # sign-in 2, waiting, asked, decided, steps, deals: however many there are


def test_one_tap_agrees(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    browser = client_of(cast.manager)
    page = browser.get("/decisions").text
    form = page.split(f'action="/decisions/{decision_id}/decide"')[1].split("</form>")[0]
    data = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = browser.send(f"/decisions/{decision_id}/decide", data)
    assert (answer.status_code, answer.location) == (303, "/decisions")
    assert state_of(deal_id) == "lost"
    again = browser.send(f"/decisions/{decision_id}/decide", data)  # the same button twice
    assert (again.status_code, again.location) == (303, "/decisions")
    page = browser.get("/decisions").text
    assert "监护仪: agreed" in page
    assert "Nothing to decide" in page
    assert "Decided lately: 1" in page
    assert "Manager agreed" in page


def test_a_no_needs_words_and_keeps_what_was_typed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    browser, at = client_of(cast.manager), f"/decisions/{decision_id}/decide"
    answer = browser.send(at, {"yes": "0", "words": "  ", "seen": seen(decision_id)})
    assert answer.status_code == 422
    assert 'href="#f-words"' in answer.text
    assert 'id="f-words-error"' in answer.text
    answer = browser.send(at, {"yes": "0", "words": "再" * 501, "seen": seen(decision_id)})
    assert answer.status_code == 422
    assert "再" * 501 in answer.text
    assert browser.send(at, {"yes": "0", "words": "再谈一次", "seen": seen(decision_id)}).status_code == 303
    assert (state_of(deal_id), found(cast.owner, decision_id).state) == ("open", "refused")
    assert browser.send(at, {"yes": "perhaps"}).status_code == 400


def test_who_was_slower_sees_the_fresh_state_and_who_it_was(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast, amount_minor=100_00)
    browser, at = client_of(cast.manager), f"/decisions/{decision_id}/decide"
    data = {"yes": "1", "words": "可以", "seen": seen(decision_id)}
    with work(cast.owner, NOW) as w:
        change_deal(w, deal_id, {"amount_minor": 9_000_00}, {})
    answer = browser.send(at, data)
    assert answer.status_code == 409
    assert "Owner changed the deal meanwhile" in answer.text
    assert "Amount: CN¥100 → CN¥9,000" in answer.text
    assert "可以" in answer.text
    assert f'value="{seen(decision_id)}"' in answer.text
    decide(cast.admin, decision_id, yes=False, words="再谈一次")
    answer = browser.send(at, data | {"seen": seen(decision_id)})
    assert answer.status_code == 409
    for text in ("Admin was faster", "Admin did not agree", "再谈一次"):
        assert text in answer.text
    assert f"{at}" not in answer.text


def test_the_sheet_answers_htmx_with_its_part(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    browser, at = client_of(cast.manager), f"/decisions/{decision_id}"
    sheet = browser.get(at, headers=HTMX).text
    assert "<html" not in sheet
    assert f'hx-post="{at}/decide"' in sheet
    data = {"yes": "0", "seen": seen(decision_id)}
    wrong = browser.send(f"{at}/decide", data, headers=HTMX)
    assert wrong.status_code == 422
    assert "<html" not in wrong.text
    here = HTMX | {"HX-Current-URL": f"http://localhost/deals/{deal_id}"}
    right = browser.send(f"{at}/decide", data | {"words": "再谈一次"}, headers=here)
    assert (right.status_code, right.headers["HX-Redirect"]) == (204, f"/deals/{deal_id}")


@pytest.mark.parametrize("elsewhere", ["http://elsewhere.example/deals/1", "http://localhost/settings", ""])
def test_after_deciding_one_is_led_to_a_place_of_ours(
    app: Flask, client_of: ClientOf, cast: Cast, elsewhere: str
) -> None:
    _, decision_id = requested(app, cast)
    data = {"yes": "1", "seen": seen(decision_id)}
    answer = client_of(cast.manager).send(f"/decisions/{decision_id}/decide", data, headers={"Referer": elsewhere})
    assert answer.location == "/decisions"


def test_the_asker_takes_the_request_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    browser, at = client_of(cast.owner), f"/decisions/{decision_id}/withdraw"
    page = browser.get("/decisions").text
    assert "Asked by you" in page
    assert "Waits for a yes from: a manager" in page
    assert "/decide" not in page
    answer = browser.send(at, headers={"Referer": f"http://localhost/deals/{deal_id}"})
    assert (answer.status_code, answer.location) == (303, f"/deals/{deal_id}")
    assert "/withdraw" not in browser.get(f"/deals/{deal_id}").text
    answer = browser.send(at)
    assert answer.status_code == 409
    assert "Owner was faster" in answer.text
    assert "Taken back" in answer.text


# --- the deal's page ---


def test_the_deals_page_shows_the_request_to_each_what_they_may(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    deal_id, decision_id = requested(app, cast)
    at = f"/decisions/{decision_id}"
    for actor, decides, takes_back in (
        (cast.owner, False, True),
        (cast.manager, True, False),
        (cast.admin, True, False),
        (cast.reader, False, False),
    ):
        page = client_of(actor).get(f"/deals/{deal_id}").text
        assert "Owner asks to count this deal as lost" in page
        assert "太贵了" in page
        assert (f'action="{at}/decide"' in page) is decides, actor.name
        assert (f'action="{at}/withdraw"' in page) is takes_back, actor.name


def test_a_no_stands_on_the_deals_page_until_the_deal_moves_on(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    deal_id, decision_id = requested(app, cast)
    decide(cast.manager, decision_id, yes=False, words="再谈一次")
    browser = client_of(cast.owner)
    no = re.compile(r'id="decision".*?</section>', re.DOTALL)
    part = no.search(browser.get(f"/deals/{deal_id}").text)
    assert part is not None
    assert "Manager did not agree" in part[0]
    assert "再谈一次" in part[0]
    again = give_up(cast.owner, deal_id)
    assert again is not None
    withdraw(cast.owner, again)
    assert no.search(browser.get(f"/deals/{deal_id}").text)  # taking another request back unsays no answer
    clock.advance(days=1)
    with work(cast.manager, clock.now) as w:
        deal_moves.move_deal(w, deal_id, "contact", deals.read(w.session, deal_id).version, override="x")
    assert no.search(browser.get(f"/deals/{deal_id}").text) is None


def test_the_timeline_has_a_sentence_for_each_step(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id, decision_id = requested(app, cast)
    withdraw(cast.owner, decision_id)
    second = give_up(cast.owner, deal_id)
    assert second is not None
    decide(cast.manager, second, yes=False, words="再谈一次")
    third = give_up(cast.owner, deal_id)
    assert third is not None
    decide(cast.admin, third)
    page = client_of(cast.owner).get(f"/deals/{deal_id}").text.split("<h2>Timeline")[1]
    page = re.sub("<[^>]*>", "", page)
    for text in (
        "Owner asked for a yes: 监护仪 · Lost deal (Price too high)",
        "Owner took the request back: 监护仪 · Lost deal",
        "Manager did not agree: 监护仪 · Lost deal",
        "再谈一次",
        "Admin agreed: 监护仪 · Lost deal",
    ):
        assert text in page, text
    assert "decision." not in page


def test_a_loss_that_nobody_else_could_decide_says_so(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    requested(app, cast)
    deal_id = a_deal(app, cast.admin)
    give_up(cast.admin, deal_id)
    assert "Nobody else was there who could have agreed." in client_of(cast.admin).get(f"/deals/{deal_id}").text


# --- the day, "More", the company ---


def test_the_day_and_more_say_how_many_wait(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    requested(app, cast)
    give_up(cast.owner, a_deal(app, cast.owner))
    browser = client_of(cast.manager)
    statements.clear()
    page = browser.get("/today").text
    assert queries(statements) <= 10  # who leads and has nothing of their own is shown the team's day
    assert "2 decisions wait for you" in page
    assert "2 wait for you" in browser.get("/more").text
    other = client_of(cast.other_manager)
    assert "wait" not in other.get("/today").text
    assert 'href="/decisions"' in other.get("/more").text
    own = client_of(cast.owner)
    assert "wait for you" not in own.get("/today").text
    assert 'href="/decisions"' in own.get("/today").text  # the wide page's rail: what they asked for stands there
    assert 'href="/decisions"' in own.get("/more").text
    reader = client_of(cast.reader)
    assert "/decisions" not in reader.get("/more").text


def test_the_company_sets_it_and_takes_it_back(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    for value, needed in (("1", True), ("", False)):
        before = "" if value else "1"
        typed = company_form(**{"lost_needs_yes": value, "seen-lost_needs_yes": before})
        assert browser.send("/settings/company", typed).status_code == 303
        with reading() as x:
            assert settings.company(x).lost_needs_yes is needed
        chosen = f'name="lost_needs_yes" value="{value}"'
        assert re.search(rf"{chosen}[^>]* checked", browser.get("/settings/company").text)
    wrong = browser.send("/settings/company", company_form(lost_needs_yes="perhaps", name="Acme"))
    assert wrong.status_code == 422
    assert 'href="#f-lost_needs_yes"' in wrong.text
    assert 'value="Acme"' in wrong.text
