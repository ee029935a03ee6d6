"""The house while a whole industry is on: its own pages open, and a house in which nobody leads is asked, too."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from salesapp.plugin_api import SYSTEM, work
from salesapp.services import process_settings
from salesapp.services.work import work as house_work
from salesapp.store.tables import person
from salesapp.testing import Browser, Cast, Kit

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


def test_where_nobody_leads_the_owner_of_the_house_is_asked(kit: Kit, cast: Cast) -> None:
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(person).where(person.c.role == "manager").values(deactivated_at=kit.clock.now))
    kit.clock.now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    kit.run_jobs(until=datetime(2026, 4, 1, 3, tzinfo=UTC))
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        done = w.reads.visible_activities()
        asked = [row.owner_id for row in w.reads.execute(select(done.c.owner_id).where(done.c.kind == "task"))]
    assert asked == [cast.admin.id]


def test_reasons_of_losses_are_those_the_house_offers_now(kit: Kit, client_of: Any, cast: Cast) -> None:
    process = "automotive.showroom"
    with house_work(cast.admin, kit.clock.now) as w:
        own = process_settings.add_reason(w, process, "en", "Moved away")
        process_settings.rename(w, process, "reason.price.label", {"en": "Too dear"})
    for name, reason in (("沈月", own), ("方原", "price")):
        deal = kit.a_deal(process, customer=kit.a_customer(name))
        kit.lose(kit.fill(deal, rival="none", remark="x"), reason)
    report = client_of(cast.admin).get("/reports/p/automotive.figures?period=all").text
    assert [f"Lost · {each}" in report for each in ("Moved away", "Too dear", "Price")] == [True, True, False]
    listed = client_of(cast.admin).get(f"/p/automotive/figures/lost?group={own}").text
    assert ("Moved away" in listed, "1 / 2" in listed) == (True, True)
    assert "Too dear" in client_of(cast.admin).get("/p/automotive/again").text
    with house_work(cast.admin, kit.clock.now) as w:
        process_settings.switch(w, process, "reason.price.off", off=True)
    assert "Lost · Too dear" in client_of(cast.admin).get("/reports/p/automotive.figures?period=all").text
