"""Reports on the real data of ../shared/data, imported as a new user would: its README's figures, exactly."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import import_runs as runs
from salesapp.services.sources import add_source
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast
from tests.services.import_kit import asked, imported
from tests.services.maven import import_maven
from tests.web.test_reports import HREF, figure, table_of

ClientOf = Callable[[Actor], Browser]
LEADS = Path(__file__).parents[3] / "shared" / "data" / "xeducation" / "Leads.csv"


def test_the_deals_of_maven(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    import_maven(app, NOW)
    browser = client_of(cast.admin)
    statements.clear()
    page = browser.get("/reports?period=all").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 22
    assert figure(page, "Opportunities") == "8,800"
    assert (figure(page, "Won"), figure(page, "Lost"), figure(page, "Win rate")) == ("4,238", "2,473", "63.2%")
    assert "63.15% (4,238 of 6,711" in page
    assert "48.16% (4,238 of 8,800" in page
    assert "$10,005,534" in figure(page, "Revenue won").replace("US$", "$")
    assert "$2,360.91" in figure(page, "Average value").replace("US$", "$")
    assert "$1,117" in page.split('id="report-money"')[1]
    assert "On average: 51.78 days; in the middle: 57 days" in page
    assert "about" not in page.split('class="stats report-figures"')[1].split("</div>\n</div>")[0]
    money = table_of(browser, "money", period="all")
    assert [row[:5] for row in money] == [["USD", "4238", "10005534", "2360.91", "1117"]]
    funnel = [row[1:6] for row in table_of(browser, "funnel", period="all")]
    assert funnel[1] == ["8300", "4238", "51.1%", "1589", "2473"]
    products = {row[0]: row[1:3] for row in table_of(browser, "choices", period="all", by="own.product")}
    assert sum(int(won) for won, _ in products.values()) == 4238
    assert products["GTX Pro"] == ["729", "418"]
    part = page.split('id="report-funnel"')[1].split("</section>")[0]
    for href, number in HREF.findall(part):
        found = browser.get(href.replace("&amp;", "&")).text
        said = "More than 1,000 deals" if int(number.replace(",", "")) > 1000 else f"{number} deal"
        assert said in found, href


def test_the_leads_of_xeducation(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    if not LEADS.is_file():
        pytest.skip("the real leads (../shared/data/xeducation) are not here")
    with LEADS.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        header = list(rows.fieldnames or ())
        words = sorted({row["Lead Source"] for row in rows} - {""})
    with work(SYSTEM, NOW) as w:
        keys = {word: add_source(w, "online", "en", word) for word in words}
    columns = {"Prospect ID": "key", "Lead Number": "name", "Lead Source": "source", "Converted": "state"}
    asks = asked(
        "customer",
        {place: columns[name] for place, name in enumerate(header) if name in columns},
        values={"source": keys, "state": {"1": "customer", "0": "lead"}},
        options={"kind": "person"},
    )
    with LEADS.open("rb") as stream:
        kept = runs.keep(stream, LEADS.name)
    with work(SYSTEM, NOW) as w:
        run_id = runs.begin(w, kept, LEADS.name, asks)
    assert imported(SYSTEM, run_id, NOW).added == 9240
    found = {row[0]: row[1:] for row in table_of(client_of(cast.admin), "sources", period="all")}
    assert found["Google"] == ["2868", "1147", "39.99%"]
    assert found["google"][0] == "5"
    assert found["Reference"] == ["534", "490", "91.76%"]
    assert found["Organic Search"] == ["1154", "436", "37.78%"]
    assert found["All together"] == ["9240", "3561", "38.54%"]
