"""The report on follow-up rules: what was done in time, late or not, by rule and person; each number opens its list."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services import plugin_states
from salesapp.services.activity_owner import assign_activity
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import event
from salesapp.testing import NOW, Browser, Cast
from tests.plugging.plugin_files import write
from tests.services.follow_up_rows import AFTER, GREET, RULES, promised
from tests.web.test_reports import figure, rows_of

ClientOf = Callable[[Actor], Browser]
PATH = "/reports/follow-ups"
HREF = re.compile(r'href="(/activities\?[^"]*)">(?:[^<]* )?([\d,]+)</a>')
PAST = NOW - timedelta(days=5)
EMPTY = "period=dates&from=2026-01-01&to=2026-01-02"


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    write(tmp_path / "plugins", "bakery", RULES)
    return tmp_path


def some(cast: Cast) -> None:
    """What two rules planned for three people, and what became of it."""
    promised(cast.owner, AFTER, due_at=PAST, state="skipped")  # in time, so it was not missed
    for state, n in {"kept": 3, "late": 1, "missed": 1, "withdrawn": 2}.items():
        for _ in range(n):
            promised(cast.owner, AFTER, due_at=PAST, state=state)
    promised(cast.owner, AFTER, due_at=NOW - timedelta(minutes=1))
    promised(cast.owner, AFTER, due_at=NOW + timedelta(minutes=1))
    promised(cast.owner, GREET, due_at=NOW - timedelta(days=200), state="late")
    promised(cast.colleague, GREET, due_at=PAST, state="kept")
    promised(cast.colleague, "vanished.rule", due_at=PAST, state="late")
    promised(cast.outsider, GREET, due_at=PAST, state="missed")


def table_of(browser: Browser, table: str, **asked: str) -> list[list[str]]:
    """A table as its file has it, with its head."""
    sent = browser.send(f"{PATH}/export", {"table": table, **asked})
    assert sent.status_code == 200
    return [line.split(",") for line in sent.get_data(as_text=True).lstrip("\ufeff").splitlines()]


def test_who_may_look(client: Browser, client_of: ClientOf, cast: Cast) -> None:
    assert client.get(PATH).location.startswith("/sign-in")
    assert client_of(cast.owner).get(f"{PATH}?who={cast.outsider.id}").status_code == 404
    assert client_of(cast.manager).get(f"{PATH}?rule=no.such").status_code == 404
    assert client_of(cast.manager).send(f"{PATH}/export", {"table": "no"}).status_code == 404
    assert client_of(cast.owner).send(f"{PATH}/export", {"table": "rules"}).status_code == 403


def test_days_that_cannot_be_read_are_said(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.manager).get(f"{PATH}?period=dates&from=2026-03-40&to=2026-03-01").text
    assert "These days cannot be read" in page
    assert "2026-03-40" in page


def test_nothing_planned_leads_on(client_of: ClientOf, cast: Cast) -> None:
    promised(cast.owner, state="withdrawn")  # by the rule itself: nobody's fault or merit
    assert "No figures for this time" in client_of(cast.manager).get(PATH).text


def test_what_became_of_it_by_rule_and_person(client_of: ClientOf, cast: Cast) -> None:
    some(cast)
    browser = client_of(cast.manager)
    page = browser.get(f"{PATH}?period=all").text
    assert figure(page, "Done in time") == "44.4%"  # four of nine
    assert [figure(page, each) for each in ("In time", "Late", "Missed", "Overdue", "Still in time", "Called off")] == [
        *("4", "3", "1", "1", "1", "1")
    ]
    head, *rules = table_of(browser, "rules", period="all")
    assert head == ["Rule", "In time", "Late", "Missed", "Overdue", "Still in time", "Called off", "Done in time"]
    assert rules == [
        ["Call after the delivery", "3", "1", "1", "1", "1", "1", "50%"],
        ["Birthday", "1", "1", "0", "0", "0", "0", "50%"],
        ["vanished.rule", "0", "1", "0", "0", "0", "0", "0%"],
    ]
    assert table_of(browser, "people", period="all")[1:] == [
        ["Owner", "3", "2", "1", "1", "1", "1", "42.9%"],
        ["Colleague", "1", "1", "0", "0", "0", "0", "50%"],
    ]
    assert [row[:3] for row in table_of(browser, "each", period="all")[1:]] == [
        ["Call after the delivery", "Owner", "3"],
        ["Birthday", "Owner", "0"],
        ["vanished.rule", "Colleague", "0"],
        ["Birthday", "Colleague", "1"],
    ]


def test_the_worst_rule_comes_first_with_its_people_inside(client_of: ClientOf, cast: Cast) -> None:
    promised(cast.owner, AFTER, due_at=PAST, state="missed")
    for person, states in ((cast.owner, ("late",) * 5), (cast.colleague, ("kept", "late"))):
        for state in states:
            promised(person, GREET, due_at=PAST, state=state)
    page = unescape(client_of(cast.manager).get(f"{PATH}?period=all").text)
    folds = page.split('id="report-folds"')[1].split('id="report-rules"')[0].split('<details class="rule-fold"')[1:]
    assert ["Call after the delivery" in folds[0], "Birthday" in folds[1]] == [True, True]  # missed weighs more
    summary, _, inside = folds[1].partition("</summary>")
    assert '<progress value="1" max="7" aria-label="Birthday: Done in time"' in summary
    assert "14.3%" in summary
    assert ">Late 6</a>" in inside.split("<ul")[0]
    assert inside.index(">Owner</a>") < inside.index(">Late 5</a>") < inside.index(">Colleague</a>")
    head, *rest = page.split('class="rule-fold"')
    assert "report-figures" in head  # the totals come first
    assert "Tables and files" in rest[-1]
    assert 'class="late"' in folds[0]
    assert 'class="late"' not in folds[1]


def test_every_number_is_the_number_of_records_its_list_shows(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    some(cast)
    seen = 0
    people: list[tuple[Actor, tuple[str, ...]]] = [(cast.admin, ("team", f"t{cast.owner.team_id}", str(cast.owner.id)))]
    people += [(cast.manager, ("team", str(cast.colleague.id))), (cast.owner, ("mine",))]
    for actor, scopes in people:
        browser = client_of(actor)
        for who in scopes:
            for more in ("period=all", "period=quarter", f"period=all&rule={AFTER}"):
                page = browser.get(f"{PATH}?who={who}&{more}").text
                for href, number in sorted(set(HREF.findall(page))):
                    assert rows_of(browser, href) == int(number), (actor.name, who, more, unescape(href))
                    seen += 1
    assert seen > 60


def test_it_counts_for_whoever_has_it_now(client_of: ClientOf, cast: Cast) -> None:
    activity_id = promised(cast.owner, due_at=NOW - timedelta(hours=1))
    with work(cast.manager, NOW) as w:
        assign_activity(w, activity_id, int(cast.colleague.id or 0))
    assert [row[0] for row in table_of(client_of(cast.manager), "people", period="all")[1:]] == ["Colleague"]


def test_an_outsider_counts_nothing_of_others(client_of: ClientOf, cast: Cast) -> None:
    some(cast)
    page = client_of(cast.outsider).get(f"{PATH}?period=all").text
    assert figure(page, "Missed") == "1"
    assert figure(page, "In time") == "0"
    assert "Call after the delivery" not in page.split("report-figures")[1]


def test_a_row_leads_to_the_page_of_its_rule_and_its_person(client_of: ClientOf, cast: Cast) -> None:
    some(cast)
    browser = client_of(cast.manager)
    page = unescape(browser.get(f"{PATH}?period=all").text)
    for more in (f"rule={GREET}", f"who={cast.colleague.id}"):
        assert f"period=all&{more}" in page or f"{more}&period=all" in page
    assert "rule=vanished" not in page.split("<form")[0]
    own = browser.get(f"{PATH}?period=all&rule={GREET}").text
    assert figure(own, "Late") == "1"
    assert 'id="report-each"' not in own
    assert 'id="report-people"' in own
    assert 'id="report-people"' not in browser.get(f"{PATH}?period=all&who={cast.owner.id}").text


def test_of_a_plugin_that_is_off_only_what_it_planned_is_offered(client_of: ClientOf, cast: Cast) -> None:
    some(cast)
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "bakery", off=True)
    browser, asked = client_of(cast.manager), re.compile(r'<option value="(bakery\.\w+)"')
    assert asked.findall(browser.get(f"{PATH}?period=all").text) == [AFTER, GREET]
    assert asked.findall(browser.get(f"{PATH}?{EMPTY}").text) == []
    assert asked.findall(browser.get(f"{PATH}?{EMPTY}&rule={GREET}").text) == [GREET]


def test_who_took_a_file_along_is_written_down(client_of: ClientOf, cast: Cast) -> None:
    some(cast)
    table_of(client_of(cast.manager), "rules", period="all", rule=AFTER)
    with reading() as x:
        told = x.scalars(select(event.c.data).where(event.c.kind == "report.exported")).all()
    assert told == [{"table": "follow_ups.rules", "n": 1, "asked": {"who": "team", "period": "all", "rule": AFTER}}]


def test_the_page_asks_few_statements(client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    some(cast)
    browser = client_of(cast.manager)
    browser.get(PATH)
    statements.clear()
    page = browser.get(f"{PATH}?period=all").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 5
    assert "Counted is what rules planned" in page  # the definition, on tap
    assert "Called off after the deadline" in page
    assert PATH in browser.get("/reports").text
