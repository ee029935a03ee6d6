"""Reports: the figures are what happened, and only of deals this person may see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.domain.stages import LOST, WON
from salesapp.services import deal_moves as service
from salesapp.services.work import work
from salesapp.store import reports
from salesapp.store.engine import reading
from salesapp.store.reports import ReportFilter, StageFigures
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.reports import stay_in_days
from tests.services.deal_files import SIX, a_deal, ready

ClientOf = Callable[[Actor], Browser]
STAGES = ("identification", "contact", "needs", "solution", "negotiation", "closing")


def go(app: Flask, actor: Actor, *steps: tuple[str, int], reason: str = "price") -> int:
    """A deal that takes these steps, each so many days after its beginning."""
    deal_id = a_deal(app, actor, amount_minor=100_00)
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


def figures(actor: Actor, f: ReportFilter) -> dict[str, StageFigures]:
    with reading() as x:
        return reports.funnel(x, actor, f, STAGES, NOW, won=WON, lost=LOST)


def about(**figures: int) -> StageFigures:
    """Figures whose median is read from classes, and so is right within a tenth."""
    return StageFigures(**figures | {"median_secs": pytest.approx(figures["median_secs"], rel=0.1)})


def test_the_funnel_counts_deals_and_takes_the_middle_stay(app: Flask, cast: Cast) -> None:
    go(app, cast.owner, ("contact", 1), ("needs", 3), (WON, 10))
    go(app, cast.owner, ("contact", 2), (LOST, 6))
    go(app, cast.owner, ("contact", 9), ("identification", 10), ("contact", 11))
    found = figures(cast.owner, ReportFilter(SIX))
    day = 86400
    assert found["identification"] == about(entered=3, went_on=3, lost=0, median_secs=int(1.5 * day))
    assert found["contact"] == about(entered=3, went_on=1, lost=1, median_secs=2 * day)
    assert found["needs"] == about(entered=1, went_on=1, lost=0, median_secs=7 * day)
    assert found["closing"] == StageFigures()
    late = figures(cast.owner, ReportFilter(SIX, since=NOW + timedelta(days=9)))
    assert late["contact"].entered == 1
    # Of those that entered since the second day none went on; one that did had entered before.
    assert figures(cast.owner, ReportFilter(SIX, since=NOW + timedelta(days=2)))["contact"] == about(
        entered=2, went_on=0, lost=1, median_secs=2 * day
    )
    assert figures(cast.outsider, ReportFilter(SIX))["contact"].entered == 0
    assert figures(cast.manager, ReportFilter(SIX, owner=cast.colleague.id))["contact"].entered == 0


def test_a_move_that_was_taken_back_counts_nowhere(app: Flask, cast: Cast) -> None:
    deal_id = go(app, cast.owner, ("contact", 1), ("needs", 3))
    with work(cast.owner, NOW + timedelta(days=3, minutes=5)) as w:
        service.take_back(w, deal_id, "contact", 3)
    found = figures(cast.owner, ReportFilter(SIX))
    assert found["identification"].went_on == found["contact"].entered == 1
    assert found["contact"] == StageFigures(entered=1)
    assert found["needs"] == StageFigures()


def test_stays_are_of_the_people_whose_records_one_sees(app: Flask, cast: Cast) -> None:
    go(app, cast.owner, ("contact", 1))
    go(app, cast.outsider, ("contact", 5))
    day = 86400
    for actor, owner, median in (
        (cast.owner, None, day),
        (cast.outsider, None, 5 * day),
        (cast.manager, None, day),
        (cast.manager, cast.outsider.id, None),
        (cast.admin, None, 3 * day),
        (cast.admin, cast.outsider.id, 5 * day),
    ):
        assert figures(actor, ReportFilter(SIX, owner))["identification"].median_secs == median


def test_the_page_has_the_figures_and_links_to_what_they_count(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock, statements: list[str]
) -> None:
    go(app, cast.owner, (WON, 1))
    go(app, cast.owner, (WON, 1))
    go(app, cast.owner, (LOST, 2), reason="timing")
    clock.advance(days=3)
    browser = client_of(cast.manager)
    statements.clear()
    page = browser.get("/reports?period=month").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 12
    assert "who=seen" in page  # what is counted is all they see, not only what the team owns
    for text in ("67%", "Wrong time", "By person", "CN¥200"):
        assert text in page
    link = page.split('class="stat-value"><a href="')[1].split('"')[0].replace("&amp;", "&")
    assert "state=won" in link
    assert browser.get(link).text.count('class="row ') + browser.get(link).text.count('class="row"') == 2
    outsider = client_of(cast.outsider).get("/reports?period=all").text
    assert "67%" not in outsider
    assert "–" in outsider


def test_who_is_not_signed_in_is_asked_to_and_nonsense_is_not_found(
    client: Browser, client_of: ClientOf, cast: Cast
) -> None:
    assert client.get("/reports").location.startswith("/sign-in")
    for query in ("period=x", "who=x"):
        assert client_of(cast.owner).get(f"/reports?{query}").status_code == 404


@pytest.mark.parametrize(
    ("days", "said"), [(4.6, "4,6 дня"), (1.04, "1 день"), (5.02, "5 дней"), (2.5, "2,5 дня"), (21.3, "21 день")]
)
def test_a_stay_takes_the_form_of_the_number_shown(app: Flask, days: float, said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "ru"}):
        assert stay_in_days(int(days * 86400)).replace("\xa0", " ") == said
