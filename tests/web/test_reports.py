"""Reports: the figures are what happened, each opens the list it counts, and only of people whose records one sees."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.permissions import Actor
from salesapp.domain.stages import LOST, WON
from salesapp.services import deal_moves as service
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.customers import change_customer
from salesapp.services.deal_archive import archive_deal
from salesapp.services.own_fields import add_field
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import deal, event, own_field
from salesapp.testing import NOW, Browser, Cast
from salesapp.web import report_asking
from salesapp.web.report_words import stay_in_days
from tests.services.deal_files import a_customer, a_deal, ready

ClientOf = Callable[[Actor], Browser]
HREF = re.compile(r'href="(/(?:deals/list|activities|customers)\?[^"]*)">([\d,]+)</a>')


def go(app: Flask, actor: Actor, *steps: tuple[str, float], reason: str = "price", **values: Any) -> int:
    """A deal that takes these steps, each so many days after its beginning."""
    deal_id = a_deal(app, actor, **{"amount_minor": 100_00} | values)
    ready(actor, deal_id)
    for version, (to, days) in enumerate(steps, 1):
        with work(actor, NOW + timedelta(days=days)) as w:
            if to == WON:
                service.win_deal(w, deal_id, version)
            elif to == LOST:
                service.lose_deal(w, deal_id, reason, "", version)
            else:
                service.move_deal(w, deal_id, to, version)
    return deal_id


def later(app: Flask) -> None:
    """Forty days have passed since the sales began: it is April."""
    app.extensions["salesapp_clock"].advance(days=40)


def some_sales(app: Flask, cast: Cast) -> None:
    """Three people with deals that went different ways, one over the end of a month."""
    go(app, cast.owner, ("contact", 1), ("needs", 3), (WON, 10))
    go(app, cast.owner, ("contact", 2), (LOST, 6), reason="timing")
    go(app, cast.owner, ("contact", 9), ("identification", 10), ("contact", 11))
    go(app, cast.owner, (WON, 29.65), amount_minor=300_00)  # the first of April in Shanghai, the 31st of March of UTC
    go(app, cast.colleague, ("needs", 4), (WON, 35), amount_minor=50_00)
    go(app, cast.colleague, (LOST, 36), currency="RUB")
    go(app, cast.outsider, ("contact", 3), (WON, 30), currency="USD")
    gone = go(app, cast.owner, (WON, 8))
    with work(cast.owner, NOW + timedelta(days=9)) as w:
        archive_deal(w, gone)
    for actor, source in (
        (cast.owner, "web_form"),
        (cast.owner, None),
        (cast.colleague, "web_form"),
        (cast.outsider, "trade_show"),
    ):
        customer_id = a_customer(actor, f"Hospital {actor.id} {source}", source=source)
        with work(actor, NOW + timedelta(days=2)) as w:
            note_activity(w, NewActivity(kind="call", customer_id=customer_id, outcome="reached", at=w.now))


def rows_of(browser: Browser, href: str) -> int:
    """How many records the list behind an address shows; all that was asked is asked."""
    page = browser.get(unescape(href))
    assert page.status_code == 200, href
    assert "more than was meant" not in page.text, href
    return len(re.findall(r'class="row[ "]', page.text))


def test_every_number_is_the_number_of_records_its_list_shows(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    seen: dict[tuple[str, str], int] = {}
    people = [(cast.admin, ("team", "mine", f"t{cast.owner.team_id}", str(cast.owner.id)))]
    people += [(cast.manager, ("team", f"t{cast.owner.team_id}", str(cast.colleague.id))), (cast.owner, ("mine",))]
    for actor, scopes in people:
        browser = client_of(actor)
        for who in scopes:
            for period in ("period=all", OWN_DATES) if who == scopes[0] else (OWN_DATES,):
                page = browser.get(f"/reports?who={who}&{period}").text
                for href, number in HREF.findall(page):
                    if (actor.name, href) not in seen:
                        seen[actor.name, href] = rows_of(browser, href)
                    assert seen[actor.name, href] == int(number), (actor.name, who, period, href)
    assert {urlsplit(href).path for _, href in seen} == {"/deals/list", "/activities", "/customers"}


OWN_DATES = "period=dates&from=2026-03-10&to=2026-04-01"


def test_days_are_those_of_who_looks_and_not_of_utc(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    assert figure(client_of(cast.owner).get("/reports?period=month").text, "Won") == "1"  # April, in Shanghai
    assert figure(client_of(cast.owner).get("/reports?period=last_month").text, "Won") == "1"
    march = "/reports?period=dates&from=2026-03-12&to=2026-04-01"
    assert figure(client_of(cast.owner).get(march).text, "Won") == "2"


def figure(page: str, label: str) -> str:
    """What stands under a label in the head."""
    found = re.search(rf'class="stat-label">{label} .*?class="stat-value">(.*?)</div>', page, re.DOTALL)
    assert found is not None, label
    return unescape(re.sub("<[^>]*>", " ", found[1])).strip()


def test_the_head_says_what_was_won_and_how_that_is_counted(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    page = client_of(cast.admin).get("/reports?period=all").text
    assert (figure(page, "Won"), figure(page, "Lost"), figure(page, "Win rate")) == ("4", "2", "66.7%")
    assert "66.67% (4 of 6" in page
    assert "57.14% (4 of 7" in page  # won of all
    assert figure(page, "Opportunities") == "7"
    assert "CN¥450" in figure(page, "Revenue won")
    assert "CN¥150" in figure(page, "Average value")
    assert "and 1 other currency" in page
    assert figure(page, "Activities done") == "4"


def test_the_funnel_says_where_deals_are_now(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    browser = client_of(cast.admin)
    first, contact, needs = table_of(browser, "funnel", period="all")[:3]
    assert first[1:6] == ["7", "6", "85.7%", "0", "1"]
    assert contact[1:6] == ["4", "2", "50%", "1", "1"]
    assert needs[1:6] == ["2", "2", "100%", "0", "0"]


def table_of(browser: Browser, table: str, **asked: str) -> list[list[str]]:
    """A table as its file has it, without the head."""
    sent = browser.send("/reports/export", {"table": table, **asked})
    assert sent.status_code == 200, sent.status_code
    return list(csv.reader(io.StringIO(sent.text.removeprefix("\ufeff"))))[1:]


def test_people_reasons_months_and_sources(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    browser = client_of(cast.manager)
    people = {row[0]: row[1:] for row in table_of(browser, "people", period="all")}
    assert people == {
        "Owner": ["2", "1", "66.7%", "CN¥400", "2"],
        "Colleague": ["1", "1", "50%", "CN¥50", "1"],
    }
    assert table_of(browser, "lost", period="all") == [["Price too high", "1", "50%"], ["Wrong time", "1", "50%"]]
    assert [row[1:3] for row in table_of(browser, "months", period="all")][-2:] == [["1", "1"], ["2", "1"]]
    assert [row[1:] for row in table_of(browser, "sources", period="all")][-1] == ["3", "0", "0%"]


def test_deals_are_told_apart_by_where_their_customer_came_from(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    web, show, none = (
        a_customer(cast.owner, f"Hospital {source}", source=source) for source in ("web_form", "trade_show", None)
    )
    go(app, cast.owner, (WON, 10), customer_id=web)
    go(app, cast.owner, (WON, 29.65), customer_id=web, amount_minor=50_00)  # on a border: counted live in March
    go(app, cast.owner, (LOST, 11), customer_id=show)
    go(app, cast.owner, (WON, 12), customer_id=none, amount_minor=7_00)
    later(app)
    browser = client_of(cast.manager)
    both = {"table": "deals_by_source", "period": "all"}
    assert {row[0]: row[1:] for row in table_of(browser, **both)} == {
        "Website form": ["2", "0", "100%", "CN¥150"],
        "no source given": ["1", "0", "100%", "CN¥7"],
        "Trade show": ["0", "1", "0%", "–"],
    }
    march = {"table": "deals_by_source", "period": "dates", "from": "2026-03-01", "to": "2026-03-31"}
    assert ["Website form", "1", "0", "100%", "CN¥100"] in table_of(browser, **march)
    part = browser.get("/reports?period=all").text.split('id="report-deals_by_source"')[1].split("</section>")[0]
    assert len(set(HREF.findall(part))) == 3
    for href, number in HREF.findall(part):
        assert rows_of(browser, href) == int(number), href
    with work(cast.owner, NOW) as w:
        change_customer(w, web, {"source": "trade_show"}, {})
    assert {row[0]: row[1:3] for row in table_of(browser, **both)}["Trade show"] == ["2", "1"]


def test_the_first_report_begins_where_something_happened(
    app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_sales(app, cast)
    browser = client_of(cast.owner)
    assert "Nothing came in or was closed this quarter" not in browser.get("/reports").text
    app.extensions["salesapp_clock"].advance(days=200)
    browser = client_of(cast.owner)
    assert "so you see all time" in browser.get("/reports").text
    monkeypatch.setattr(report_asking, "LITTLE", 1)
    page = browser.get("/reports").text
    assert 'name="from" id="f-from" value="2026-01-01"' in page
    assert 'name="to" id="f-to" value="2026-03-31"' in page
    assert "the newest one in which something did" in page
    assert "No figures for this time" in browser.get("/reports?period=quarter").text


def test_a_choice_field_breaks_the_closed_deals_down(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    with work(cast.admin, NOW) as w:
        field_id = add_field(w, "deal", "choice", {"label": "Product", "options": "Bed\nPump"})
        field = w.session.execute(select(own_field).where(own_field.c.id == field_id)).one()
        key, bed = field.key, field.options[0][0]
        w.session.execute(update(deal).where(deal.c.amount_minor == 100_00).values(custom={"own": {key: bed}}))
    browser = client_of(cast.admin)
    page = browser.get(f"/reports?period=all&by=own.{key}").text
    assert "By “Product”" in page
    found = [row[1:4] for row in table_of(browser, "choices", period="all", by=f"own.{key}")]
    assert found == [["2", "0", "100%"], ["2", "2", "50%"]]
    part = page.split('id="report-choices"')[1].split("</section>")[0]
    assert HREF.findall(part)
    for href, number in HREF.findall(part):
        assert rows_of(browser, href) == int(number), href
    assert browser.get("/reports?by=own.none").status_code == 404


def test_a_table_is_saved_as_a_file_by_who_may_and_that_is_noted(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    asked = {"table": "people", "period": "all"}
    assert client_of(cast.owner).send("/reports/export", asked).status_code == 403
    assert "/reports/export" not in client_of(cast.owner).get("/reports?period=all").text
    sent = client_of(cast.manager).send("/reports/export", asked)
    assert sent.headers["Content-Type"].startswith("text/csv")
    assert client_of(cast.manager).send("/reports/export", {"table": "none"}).status_code == 404
    with reading() as x:
        found = x.execute(select(event).where(event.c.kind == "report.exported")).all()
    assert [each.data["table"] for each in found] == ["people"]


def test_each_sees_figures_of_their_own_people_only(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    for actor, won in (
        (cast.owner, "2"),
        (cast.colleague, "1"),
        (cast.outsider, "1"),
        (cast.manager, "3"),
        (cast.reader, "3"),
        (cast.other_manager, "1"),
        (cast.admin, "4"),
    ):
        assert figure(client_of(actor).get("/reports?period=all").text, "Won") == won, actor.name
    assert client_of(cast.owner).get(f"/reports?who={cast.colleague.id}").status_code == 404
    assert client_of(cast.manager).get(f"/reports?who=t{cast.outsider.team_id}").status_code == 404
    assert client_of(cast.manager).get("/reports?who=seen&period=all").text.count("Outsider") == 0


def test_the_number_of_statements_is_bounded(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    some_sales(app, cast)
    later(app)
    browser = client_of(cast.admin)
    for query in ("", "?period=all", f"?{OWN_DATES}", f"?who=t{cast.owner.team_id}"):
        statements.clear()
        browser.get(f"/reports{query}")
        assert len([each for each in statements if not each.startswith("BEGIN")]) <= 25, query


def test_charts_say_in_words_what_they_show_and_have_a_table(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some_sales(app, cast)
    later(app)
    page = client_of(cast.admin).get("/reports?period=all").text
    drawn = re.findall(r"<svg class=\"chart-bar\".*?</svg>", page) + re.findall(
        r"<figure class=\"chart\".*?</svg>", page, re.S
    )
    assert len(drawn) > 8
    assert all('role="img" aria-label="' in each and "<title>" in each for each in drawn)
    assert " style=" not in page.split("<main")[1]
    assert page.count("Show as table") >= 4


def test_an_empty_time_says_what_to_do(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.owner).get("/reports").text
    assert "No figures for this time" in page
    assert 'href="/reports?period=all"' in page


def test_who_is_not_signed_in_is_asked_to_and_nonsense_is_not_found(
    client: Browser, client_of: ClientOf, cast: Cast
) -> None:
    assert client.get("/reports").location.startswith("/sign-in")
    for query in ("period=x", "who=x", "by=x"):
        assert client_of(cast.owner).get(f"/reports?{query}").status_code == 404


def test_a_mistyped_day_is_told_and_kept(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    page = browser.get("/reports?period=dates&from=2026-03-40&to=").text
    assert "is not a date" in page
    assert 'value="2026-03-40"' in page
    assert "before the first one" in browser.get("/reports?period=dates&from=2026-03-05&to=2026-03-01").text


@pytest.mark.parametrize(
    ("days", "said"), [(4.6, "4,6 дня"), (1.04, "1 день"), (5.02, "5 дней"), (2.5, "2,5 дня"), (21.3, "21 день")]
)
def test_a_stay_takes_the_form_of_the_number_shown(app: Flask, days: float, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "ru"}):
        assert stay_in_days(int(days * 86400)).replace("\xa0", " ") == said
