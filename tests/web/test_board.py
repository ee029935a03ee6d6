"""The board and the list of deals: what their filters ask for, whole and in parts; and who sees what."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from salesapp.app import create_app
from salesapp.config import Settings
from salesapp.domain.decisions import DEAL_LOST
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import deal_moves as moves
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.work import work
from salesapp.store import people
from salesapp.store.engine import db, engines
from salesapp.store.inserts import insert_row
from salesapp.store.tables import decision
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.periods import close_days
from tests.services.deal_files import SIX, a_customer, a_deal, ready

ClientOf = Callable[[Actor], Browser]
HTMX = {"HX-Request": "true"}
BOARD = HTMX | {"HX-Target": "board"}
DEALS = HTMX | {"HX-Target": "deals"}


def queries(statements: list[str]) -> int:
    """Statements that cost something: not the BEGIN of each connection."""
    return len([each for each in statements if not each.startswith("BEGIN")])


def cards(page: str) -> int:
    return page.count('class="card"')


def link_behind(page: str, words: str) -> str:
    """The address of the last link before these words."""
    return unescape(page.split(words)[0].rsplit('href="', 1)[1].split('"')[0])


def further(page: str) -> str:
    return unescape(page.split('class="more"')[1].split('href="')[1].split('"')[0])


def shown(browser: Browser, query: str, titles: str) -> str:
    """Which of these one-letter titles the board shows."""
    page = browser.get(f"/deals?{query}")
    assert page.status_code == 200, query
    return "".join(title for title in titles if f'draggable="false">{title}<' in page.text)


# --- who ---


@pytest.mark.parametrize("path", ["/deals", "/deals?view=list", f"/deals?process={SIX}&stage=contact&after=1.1"])
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True)


@pytest.mark.parametrize("query", ["", "who=team", "who=seen", "view=list&who=team"])
def test_the_outsider_finds_nothing(app: Flask, client_of: ClientOf, cast: Cast, query: str) -> None:
    a_deal(app, cast.owner, a_customer(cast.owner))
    assert "卢沟桥" not in client_of(cast.outsider).get(f"/deals?{query}").text


def test_a_board_is_of_one_of_a_team_or_of_all_one_sees(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    a_deal(app, cast.owner, title="甲")
    a_deal(app, cast.colleague, title="乙")
    a_deal(app, cast.outsider, title="丙")
    a_deal(app, cast.admin, customer_id, title="丁")
    titles = "甲乙丙丁"

    def seen(actor: Actor, who: str) -> str:
        listed = client_of(actor).get(f"/deals?view=list&who={who}").text
        return "".join(each for each in titles if f">{each}<" in listed)

    north, owner = f"t{cast.owner.team_id}", str(cast.owner.id)
    assert [seen(cast.manager, who) for who in ("", "team", "seen", owner, "mine")] == [
        "甲乙",
        "甲乙",
        "甲乙丁",
        "甲",
        "",
    ]
    assert [seen(cast.admin, who) for who in ("", "seen", "mine", north)] == ["甲乙丙丁", "甲乙丙丁", "丁", "甲乙"]
    assert [seen(cast.owner, who) for who in ("", "team", "seen", north)] == ["甲", "甲丁", "甲丁", ""]
    assert seen(cast.reader, "") == "甲乙"


def test_only_those_who_lead_are_offered_others(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    south = f'value="t{cast.outsider.team_id}"'
    by_admin, by_manager, by_owner = (
        client_of(who).get("/deals").text for who in (cast.admin, cast.manager, cast.owner)
    )
    assert south in by_admin
    assert '<optgroup label="Teams">' not in by_manager  # one team only: that is "my team's" already
    assert '<optgroup label="People">' in by_manager
    assert ">Colleague</option>" in by_manager
    assert ">Outsider</option>" not in by_manager
    assert "optgroup" not in by_owner
    assert ">All I see</option>" in by_owner


def test_somebody_who_left_still_has_a_board(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.owner, title="监护仪")
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.owner.id or 0), {"deactivated_at": NOW})
    manager = client_of(cast.manager)
    assert ">Owner</option>" not in manager.get("/deals").text
    page = manager.get(f"/deals?who={cast.owner.id}").text
    assert f'value="{cast.owner.id}" selected>Owner</option>' in page
    assert "监护仪" in page
    assert "监护仪" in client_of(cast.admin).get(f"/deals?who=t{cast.owner.team_id}").text


# --- what is shown ---


def test_the_board_counts_all_and_shows_twenty_a_stage(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    customer_id = a_customer(cast.owner)
    for number in range(22):
        a_deal(app, cast.owner, customer_id, title=f"监护仪{number:02}", amount_minor=120_000_00, currency="CNY")
    a_deal(app, cast.owner, title="出口", amount_minor=5_00, currency="USD")
    browser = client_of(cast.owner)
    statements.clear()
    page = browser.get("/deals")
    assert queries(statements) <= 4
    assert page.text.count("<span>23 deals</span>") == 2  # of the process, and of its first stage
    assert page.text.count('<span class="money-full">CN¥2,640,000</span>') == 2
    assert page.text.count('<span class="money-short">CN¥2.6M</span>') == 2
    assert page.text.count('<span class="money">$5</span>') == 3
    assert cards(page.text) == 20
    more = further(page.text)
    rest = browser.get(more)
    assert cards(rest.text) == 3
    assert "监护仪21" not in rest.text
    assert "监护仪00" in rest.text
    assert rest.text.count('data-stage="') == 1  # nobody is told that the other stages are empty
    statements.clear()
    part = browser.get(more, headers=HTMX)
    assert queries(statements) <= 4
    assert part.text.startswith('<article class="card"')
    assert cards(part.text) == 3
    assert 'class="more"' not in part.text


def test_a_manager_sees_the_board_of_the_team_in_as_few_statements(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    a_deal(app, cast.owner, title="监护仪")
    a_deal(app, cast.colleague, title="呼吸机")
    browser = client_of(cast.manager)
    for path, most in (("/deals", 7), ("/deals?view=list", 7), (f"/deals?who=t{cast.owner.team_id}", 8)):
        statements.clear()
        page = browser.get(path)
        assert queries(statements) <= most, path
        assert "监护仪" in page.text
        assert "呼吸机" in page.text
    statements.clear()
    browser.get("/deals", headers=BOARD)
    assert queries(statements) <= 6


def test_a_card_says_how_long_what_is_missing_and_what_is_next(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    deal_id = a_deal(app, cast.owner)
    clock.advance(days=14)
    page = client_of(cast.owner).get("/deals").text
    assert "14 of 14 days" in page
    assert '<progress value="100" max="100" aria-hidden="true">' in page
    assert 'class="late"' not in page
    assert 'class="bad strong"' not in page
    clock.advance(days=6)
    page = client_of(cast.owner).get("/deals").text
    assert '<span class="bad strong">20 of 14 days</span>' in page
    assert '<progress class="late" value="1" aria-hidden="true">' in page
    assert "Missing: Set the target market and the ideal customer; Create the customer file and 2 more" in page
    assert '<span class="bad">No next step</span>' in page
    client_of(cast.owner).send(f"/deals/{deal_id}/steps/customer_file", {"done": "1"})
    page = client_of(cast.owner).get("/deals").text
    assert "Create the customer file" not in page
    assert "Missing: Set the target market and the ideal customer; " in page
    with work(cast.owner, clock.now) as w:
        plan_activity(w, NewActivity(deal_id=deal_id, planned_at=clock.now + timedelta(days=1)))
    assert "<span>tomorrow: Call</span>" in re.sub(r" \d+:\d+.[AP]M", "", client_of(cast.owner).get("/deals").text)
    listed = client_of(cast.owner).get("/deals?view=list").text
    assert '<span class="bad">20 of 14 days</span>' in listed
    assert 'class="row row-late"' in listed


def test_a_card_says_that_it_waits_for_a_yes(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    deal_id = a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    assert "Waiting for a yes" not in browser.get("/deals").text
    asked = {"kind": DEAL_LOST, "subject_kind": "deal", "subject_id": deal_id, "deal_id": deal_id, "state": "pending"}
    with work(SYSTEM, NOW) as w:
        insert_row(w.session, decision, asked | {"snapshot": {}, "snapshot_hash": "", "asked_at": NOW})
    assert "Waiting for a yes" in browser.get("/deals").text
    assert "Waiting for a yes" in browser.get("/deals?view=list").text


def test_the_reader_is_not_shown_how_to_move(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.owner)
    page = client_of(cast.reader).get("/deals").text
    assert cards(page) == 1
    assert "/move" not in page
    assert 'draggable="true"' not in page
    assert 'draggable="true"' in client_of(cast.owner).get("/deals").text


def test_the_list_and_the_states(app: Flask, client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    won, _open = a_deal(app, cast.owner, title="已赢", amount_minor=100), a_deal(app, cast.owner, title="进行")
    ready(cast.owner, won)
    with work(cast.owner, NOW) as w:
        moves.win_deal(w, won, 1)
    browser = client_of(cast.owner)
    listed = browser.get("/deals?view=list").text
    assert "进行" in listed
    assert "已赢" not in listed
    assert "已赢" in browser.get("/deals?view=list&state=won&period=month").text
    clock.advance(days=30)
    browser = client_of(cast.owner)
    assert "已赢" not in browser.get("/deals?view=list&state=won&period=month").text
    assert "已赢" in browser.get("/deals?state=won&period=year").text
    assert "进行" in browser.get("/deals?view=list&period=month").text  # when it was closed is asked of closed ones


def test_the_list_goes_on(app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesapp.web.board_parts.LISTED", 2)
    for number in range(3):
        a_deal(app, cast.owner, title=f"第{number}", now=NOW + timedelta(minutes=number))
    browser = client_of(cast.owner)
    page = browser.get("/deals?view=list").text
    assert "第0" not in page
    part = browser.get(further(page), headers=HTMX).text
    assert part.lstrip().startswith('<li class="row')
    assert "第0" in part
    assert "第1" not in part
    assert 'class="more"' not in part


# --- the filters ---


def test_the_days_each_choice_stands_for() -> None:
    def days(choice: str, day: date) -> tuple[str, str]:
        first, last = close_days(choice, day)
        return str(first), str(last)

    monday, sunday, new_year = date(2026, 3, 2), date(2026, 3, 8), date(2027, 1, 1)
    assert days("overdue", monday) == ("None", "2026-03-01")
    assert days("week", monday) == days("week", sunday) == ("2026-03-02", "2026-03-08")
    assert days("month", sunday) == ("2026-03-01", "2026-03-31")
    assert days("next_month", date(2026, 1, 31)) == ("2026-02-01", "2026-02-28")
    assert days("next_month", date(2026, 12, 31)) == ("2027-01-01", "2027-01-31")
    assert days("quarter", monday) == ("2026-01-01", "2026-03-31")
    assert days("quarter", date(2026, 12, 31)) == ("2026-10-01", "2026-12-31")
    assert days("week", new_year) == ("2026-12-28", "2027-01-03")
    assert days("none", monday) == days("", monday) == ("None", "None")


def test_by_when_they_are_expected_to_close(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    days = {"a": date(2026, 2, 27), "b": date(2026, 3, 1), "c": date(2026, 3, 2), "d": date(2026, 3, 8)}
    days |= {"e": date(2026, 3, 9), "f": date(2026, 3, 31), "g": date(2026, 4, 1), "h": date(2026, 4, 30)}
    for title, day in [*days.items(), ("i", None)]:
        a_deal(app, cast.owner, title=title, expected_close=day)
    browser = client_of(cast.owner)
    expected = {"": "abcdefghi", "overdue": "ab", "week": "cd", "month": "bcdef", "next_month": "gh"}
    expected |= {"quarter": "abcdef", "none": "i", "dates": "abcdefghi"}
    assert {choice: shown(browser, f"close={choice}", "abcdefghi") for choice in expected} == expected
    own = {
        "close_from=2026-03-02&close_to=2026-03-08": "cd",
        "close_from=2026-03-31": "fgh",
        "close_to=2026-02-27": "a",
    }
    assert {days: shown(browser, f"close=dates&{days}", "abcdefghi") for days in own} == own
    assert shown(browser, "close=week&close_from=2026-04-01", "abcdefghi") == "cd"  # own days left over from before
    assert "3 deals" in browser.get("/deals?close=dates&close_from=2026-03-31").text  # the totals are filtered, too


def test_a_month_begins_where_the_person_is(app: Flask, client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    a_deal(app, cast.owner, title="a", expected_close=date(2026, 3, 31))
    a_deal(app, cast.owner, title="b", expected_close=date(2026, 4, 1))
    clock.now = datetime(2026, 3, 31, 17, tzinfo=UTC)  # the first of April in Shanghai
    assert shown(client_of(cast.owner), "close=month", "ab") == "b"


def test_by_how_long_they_are_in_their_stage_and_not_how_old(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    ages = {"a": timedelta(days=7, hours=23), "b": timedelta(days=8, hours=9), "c": timedelta(days=30, hours=23)}
    ages |= {"d": timedelta(days=31), "e": timedelta(days=90, hours=12), "f": timedelta(days=91)}
    for title, age in ages.items():
        a_deal(app, cast.owner, title=title, now=NOW - age)
    old = a_deal(app, cast.owner, title="g", now=NOW - timedelta(days=300))
    ready(cast.owner, old)
    with work(cast.owner, NOW) as w:
        moves.move_deal(w, old, "contact", 1)
    browser = client_of(cast.owner)
    expected = {"": "abcdefg", "to7": "ag", "to30": "abcg", "over30": "def", "over90": "f", "dates": "abcdefg"}
    assert {choice: shown(browser, f"entered={choice}", "abcdefg") for choice in expected} == expected
    on_the_day = "entered=dates&entered_from=2026-02-22&entered_to=2026-02-22"
    assert shown(browser, on_the_day, "abcdefg") == "ab"  # a day of Shanghai, which begins earlier than in UTC
    assert shown(browser, "entered=to7&close=none", "abcdefg") == "ag"
    assert shown(browser, "entered=to7&close=week", "abcdefg") == ""


@pytest.mark.parametrize(
    ("query", "says", "kept"),
    [
        ("close=dates&close_from=morgen&close_to=2026-03-05", "“morgen” is not a date.", 'value="morgen"'),
        ("close=dates&close_from=2026-03-05&close_to=2026-03-01", "This day is before the first one.", "2026-03-01"),
        ("entered=dates&entered_to=2026-02-30", "“2026-02-30” is not a date.", 'value="2026-02-30"'),
        ("view=list&entered=dates&entered_to=x&who=team", "“x” is not a date.", 'value="x"'),
    ],
)
def test_a_mistyped_date_is_told_at_its_field_and_filters_nothing(
    app: Flask, client_of: ClientOf, cast: Cast, query: str, says: str, kept: str
) -> None:
    a_deal(app, cast.owner, title="监护仪")
    page = client_of(cast.owner).get(f"/deals?{query}")
    assert page.status_code == 200
    assert f"<span>{says}</span>" in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert kept in page.text
    assert 'id="filters-fold" data-closes open>' in page.text
    assert "监护仪" in page.text
    assert "chip-off" not in page.text


UNKNOWN = """
state=x view=x who=x who=t who=t99 who=99 after=x after=1.x state=won&period=x close=x entered=x stage=x process=x
process=general.none who=mine&process=general.none&close=week
""".split()


@pytest.mark.parametrize("query", UNKNOWN)
def test_an_address_nobody_gave_out_is_not_found(client_of: ClientOf, cast: Cast, query: str) -> None:
    assert client_of(cast.owner).get(f"/deals?{query}").status_code == 404
    if query not in ("state=won&period=x", "entered=x"):
        assert client_of(cast.admin).get(f"/deals?{query}", headers=HTMX).status_code == 404


def test_others_boards_are_not_found(client_of: ClientOf, cast: Cast) -> None:
    south, outsider = f"t{cast.outsider.team_id}", cast.outsider.id
    for actor in (cast.manager, cast.owner):
        assert client_of(actor).get(f"/deals?who={south}").status_code == 404
        assert client_of(actor).get(f"/deals?who={outsider}").status_code == 404


def test_further_cards_are_of_one_stage_of_one_process(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    assert browser.get(f"/deals?process={SIX}&after=1.1", headers=HTMX).status_code == 404
    assert browser.get("/deals?stage=contact&after=1.1", headers=HTMX).status_code == 404
    assert browser.get(f"/deals?process={SIX}&stage=contact&after=1.1", headers=HTMX).status_code == 200


def test_every_filter_stands_in_the_address_and_can_be_taken_off(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.owner, title="监护仪")
    browser = client_of(cast.owner)
    query = f"process={SIX}&who=mine&state=open&close=dates&close_from=2026-03-01&close_to=&entered=to7&period=all"
    answer = browser.get(f"/deals?{query}", headers=DEALS)
    address = f"/deals?process={SIX}&who=mine&close=dates&close_from=2026-03-01&entered=to7"
    assert answer.headers["HX-Push-Url"] == address
    page = browser.get(address).text
    assert page.count("chip-off") == 2
    assert 'aria-label="2 active"' in page
    assert '<option value="to7" selected>' in page
    assert link_behind(page, "Expected close: from Mar 1, 2026<") == f"/deals?process={SIX}&who=mine&entered=to7"
    without = f"/deals?process={SIX}&who=mine&close=dates&close_from=2026-03-01"
    assert link_behind(page, "Time in this stage: Up to 7 days<") == without
    assert link_behind(page, ">Clear</a>") == f"/deals?process={SIX}&who=mine"
    assert "Nothing matches this choice" in page
    assert "chip-off" not in browser.get("/deals").text


def test_htmx_gets_the_part_it_puts_in_place(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    a_deal(app, cast.owner)
    browser = client_of(cast.owner)
    board = browser.get("/deals", headers=BOARD)
    assert board.text.lstrip().startswith('<div id="board">')
    assert "<form" not in board.text
    assert "HX-Push-Url" not in board.headers
    both = browser.get("/deals?view=list", headers=DEALS)
    assert both.text.lstrip().startswith('<div id="deals">')
    assert both.text.count('<div id="board">') == both.text.count("<form class=") == 1
    assert '<p id="deals-said" hx-swap-oob="innerHTML">1 deal</p>' in both.text  # a screen reader hears what is left


def test_a_process_whose_plugin_is_gone_keeps_its_board(
    app: Flask, client_of: ClientOf, cast: Cast, database_url: str, tmp_path: Path, clock: Clock
) -> None:
    a_deal(app, cast.owner, title="监护仪", amount_minor=100)
    bare = create_app(Settings(instance=tmp_path, database_url=database_url), plugins=[], clock=clock, testing=True)
    bare.test_client_class = Browser
    with bare.app_context():
        browser = bare.test_client()
        assert isinstance(browser, Browser)
        browser.sign_in(cast.owner)
        assert "监护仪" in browser.get("/deals").text
        assert "Nothing matches" in browser.get(f"/deals?process={SIX}&state=won").text
        assert browser.get("/deals?process=general.seven").status_code == 404
        db.session.remove()
        engines().read.dispose()
