"""Today: what it shows, in the person's own zone, in few statements."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.work import work
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web import today
from tests.services.deal_files import a_customer, a_deal

ClientOf = Callable[[Actor], Browser]


def planned(actor: Actor, at: datetime, note: str, **values: Any) -> int:
    with work(actor, min(NOW, at)) as w:  # what is overdue now was planned when it was not
        return plan_activity(w, NewActivity(planned_at=at, note=note, **values))


def part(page: str, title: str) -> str:
    """The section under a title."""
    return page.split(f"<h2>{title}")[1].split("</section>")[0] if f"<h2>{title}" in page else ""


def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast) -> None:
    assert client.get("/today").location.startswith("/sign-in")
    assert client.get("/more").location.startswith("/sign-in")


def test_the_house_opens_with_the_day(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    assert browser.get("/").location == "/today"
    page = browser.get("/today").text
    assert "Good morning, Owner" in page
    assert "Your day fills up" in page


def test_the_parts_of_a_day(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    customer_id = a_customer(cast.owner, phones=("13800138000",))
    planned(cast.owner, NOW - timedelta(days=1), "过期的")
    planned(cast.owner, NOW + timedelta(hours=5), "下午的", all_day=False, customer_id=customer_id)
    planned(cast.owner, NOW + timedelta(hours=2), "全天的")
    planned(cast.owner, NOW + timedelta(days=6), "下周的")
    planned(cast.owner, NOW + timedelta(days=9), "以后的")
    done = planned(cast.owner, NOW, "做完的")
    with work(cast.owner, NOW) as w:
        finish_activity(w, done, "reached", "")
    a_deal(app, cast.owner, title="没有下一步")
    browser = client_of(cast.owner)
    statements.clear()
    page = browser.get("/today").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 8
    due = part(page, "Today")
    assert due.index("下午的") < due.index("全天的")
    assert "tel:" in due
    assert "下周的" in part(page, "The coming 7 days")
    assert "以后的" not in page
    assert "没有下一步" in part(page, "Deals without a next step")
    assert "过期的" in page.split('class="bad">Overdue')[1].split("</section>")[0]
    assert "4 things today" in page  # two due, one done, and the late one
    assert "1 done" in page
    assert "做完的" in page.split("Done today")[-1]


@pytest.mark.parametrize(("hour_utc", "is_today"), [(15, True), (17, False)])
def test_a_day_begins_at_midnight_where_the_person_is(
    app: Flask, client_of: ClientOf, cast: Cast, hour_utc: int, is_today: bool
) -> None:
    planned(cast.owner, NOW.replace(hour=hour_utc), "夜里的", all_day=False)  # 23:00 and 01:00 in Shanghai
    page = client_of(cast.owner).get("/today").text
    assert ("夜里的" in part(page, "Today")) is is_today
    assert ("夜里的" in part(page, "The coming 7 days")) is not is_today


def test_a_manager_looks_at_the_team_and_the_outsider_at_nothing(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    planned(cast.owner, NOW, "队员的")
    assert "队员的" not in client_of(cast.manager).get("/today?who=mine").text
    assert "队员的" in client_of(cast.manager).get("/today?who=team").text
    for actor in (cast.outsider, cast.colleague, cast.other_manager):
        assert "队员的" not in client_of(actor).get("/today?who=team").text
    assert client_of(cast.outsider).get(f"/today?who={cast.owner.id}").status_code == 404


def test_what_waits_longest_stands_first(client_of: ClientOf, cast: Cast) -> None:
    for days in (2, 9, 5):
        planned(cast.owner, NOW - timedelta(days=days), f"{days} 天前的")
    page = client_of(cast.owner).get("/today").text
    assert page.index("9 天前的") < page.index("5 天前的") < page.index("2 天前的")


def test_more_leads_everywhere_and_out(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.owner).get("/more").text
    for address in ("/activities", "/pool", "/reports", "/search", "/settings", "/account", "/sign-out", "/language"):
        assert f'"{address}"' in page


def test_a_manager_switches_to_one_of_the_team(client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    """Whoever has most overdue comes first."""
    planned(cast.owner, NOW - timedelta(days=1), "逾期的")
    planned(cast.owner, NOW + timedelta(hours=2), "今天的")
    planned(cast.colleague, NOW + timedelta(hours=3), "同事的")
    planned(cast.outsider, NOW, "别队的")
    browser = client_of(cast.manager)
    page = browser.get("/today?who=team").text
    switch = page.split('class="strip people"')[1].split("</nav>")[0]
    assert switch.index(f"/today?who={cast.owner.id}") < switch.index(f"/today?who={cast.colleague.id}")
    assert f"who={cast.outsider.id}" not in switch
    assert re.findall(r'class="num">(\d+)</span>', switch) == ["2", "1"]
    assert switch.count("1 overdue") == 1
    statements.clear()
    page = browser.get(f"/today?who={cast.colleague.id}").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 10
    assert "同事的" in page
    assert "今天的" not in page
    assert 'href="/today?who=team" aria-current="true"' in page  # a second tap leads back to the team
    assert browser.get(f"/today?who={cast.outsider.id}").status_code == 404


def test_a_salesperson_has_no_switch(client_of: ClientOf, cast: Cast) -> None:
    planned(cast.owner, NOW, "我的")
    assert 'class="strip people"' not in client_of(cast.owner).get("/today").text


def test_who_leads_and_has_nothing_to_do_begins_with_the_team(client_of: ClientOf, cast: Cast) -> None:
    planned(cast.owner, NOW + timedelta(hours=2), "队员的")
    browser = client_of(cast.manager)
    assert "队员的" in browser.get("/today").text
    assert "队员的" not in browser.get("/today?who=mine").text
    planned(cast.manager, NOW + timedelta(hours=3), "自己的")
    page = browser.get("/today").text
    assert "自己的" in page
    assert "队员的" not in page


def test_a_full_day_shows_its_beginning_and_leads_to_the_rest(
    client_of: ClientOf, cast: Cast, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "LATE", 2)
    monkeypatch.setattr(today, "AHEAD", 3)
    for number in range(4):
        planned(cast.owner, NOW - timedelta(days=1, hours=number), f"逾期{number}")
        planned(cast.owner, NOW + timedelta(hours=1 + number), f"今天{number}")
    planned(cast.owner, NOW + timedelta(days=2), "后天的")
    browser = client_of(cast.manager)
    browser.get("/today")
    statements.clear()
    page = browser.get("/today").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 10
    assert [f"逾期{n}" in page for n in range(4)] == [False, False, True, True]  # what waits longest comes first
    assert [f"今天{n}" in page for n in range(4)] == [True, True, True, False]
    heads = re.findall(r'<h2[^>]*>(\w+) <span class="n">([\d+]+)</span></h2>(<a href="[^"]*">)?', page)
    assert heads == [
        ("Overdue", "4", '<a href="/activities?who=team">'),
        ("Today", "4", '<a href="/activities?who=team">'),
    ]
    monkeypatch.setattr(today, "AHEAD", 9)
    page = browser.get("/today").text
    assert "后天的" in page
    assert "今天3" in page


def test_deals_without_a_next_step_past_the_first_lead_to_their_list(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    browser = client_of(cast.owner)
    for number in range(today.FAULTS):
        a_deal(app, cast.owner, title=f"没有下一步{number:02}")
    assert "f0=planned" not in part(browser.get("/today").text, "Deals without a next step")
    for number in range(today.FAULTS, today.FAULTS + 2):
        a_deal(app, cast.owner, title=f"没有下一步{number:02}")
    has_one = a_deal(app, cast.owner, title="有下一步")
    planned(cast.owner, NOW + timedelta(days=1), "", deal_id=has_one)
    faults = part(browser.get("/today").text, "Deals without a next step")
    assert ">10+<" in faults
    found = re.search(r'href="(/deals/list[^"]+)"', faults)
    assert found is not None
    listed = browser.get(found[1].replace("&amp;", "&")).text
    assert all(f"没有下一步{number:02}" in listed for number in range(today.FAULTS + 2))
    assert "有下一步<" not in listed
