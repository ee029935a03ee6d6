"""What follow-up rules planned says why it is there, wherever it is shown; its form is asked, and what was missed while
nothing ran stands by itself."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import notice_letters, notices
from salesapp.services.work import work
from salesapp.store import follow_up_settings
from salesapp.store.engine import reading
from salesapp.store.tables import activity, notice
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web import today
from tests.plugging.plugin_files import write
from tests.services.deal_files import a_customer, a_deal
from tests.services.follow_up_rows import AFTER, CALLED, GREET, RULES, promised
from tests.services.mail_kit import choose, set_up
from tests.web.test_today import part, planned

ClientOf = Callable[[Actor], Browser]
WHY = "Because: rule “Call after the delivery”"
COUNTED = "within 24 hours after a deal of “Six stages” is won"


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """An installation with a plugin that brings two rules and a form."""
    write(tmp_path / "plugins", "bakery", RULES)
    return tmp_path


def selects(statements: list[str]) -> int:
    return len([each for each in statements if not each.startswith("BEGIN")])


# --- why it is there ---


def test_everybody_sees_why_it_is_there(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    deal_id = a_deal(app, cast.owner, customer_id)
    activity_id = promised(cast.owner, customer_id=customer_id, deal_id=deal_id)
    browser = client_of(cast.owner)
    lists = ("/today", "/activities", "/activities?c=kind&c=because")
    for path in lists:
        assert WHY in browser.get(path).text, path
    whole = (f"/customers/{customer_id}", f"/deals/{deal_id}", f"/activities/{activity_id}")
    for path in (*whole, f"/activities/{activity_id}/finish", f"/activities/{activity_id}/move"):
        page = browser.get(path).text
        assert WHY in page, path
        assert COUNTED in page, path


def test_it_says_so_when_it_is_done_and_on_the_timeline(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    activity_id = promised(cast.owner, GREET, customer_id=customer_id)
    browser = client_of(cast.owner)
    assert browser.send(f"/activities/{activity_id}/finish", {"outcome": "reached", "next_on": ""}).status_code == 303
    for path in (f"/activities/{activity_id}", "/activities?state=done", f"/customers/{customer_id}/timeline"):
        assert "Because: rule “Birthday”" in browser.get(path).text, path


def test_a_file_says_why_each_is_there(client_of: ClientOf, cast: Cast) -> None:
    promised(cast.owner)
    promised(cast.owner, state="late", missed_off=True)
    asked = {"state": "all", "who": "team", "format": "csv", "which": "all"}
    text = client_of(cast.manager).send("/lists/activity/export", asked).get_data(as_text=True)
    head, still, late = text.splitlines()
    for column in ("Why it is there", "Follow-up rule", "Rule’s deadline kept", "Rule’s deadline"):
        assert column in head
    assert "Call after the delivery" in still
    assert "Still in time" in still
    assert f"{WHY} · missed while off" in late
    assert "Late" in late


def test_a_rule_that_is_gone_is_called_by_its_key(client_of: ClientOf, cast: Cast) -> None:
    activity_id = promised(cast.owner, "vanished.rule")
    browser = client_of(cast.owner)
    for path in ("/today", f"/activities/{activity_id}"):
        assert "Because: rule “vanished.rule”" in browser.get(path).text


def test_lists_ask_which_rule_and_what_became_of_it(client_of: ClientOf, cast: Cast) -> None:
    promised(cast.owner)
    promised(cast.owner, due_at=NOW - timedelta(seconds=1))
    promised(cast.owner, GREET, state="kept", due_at=NOW - timedelta(days=3))
    browser = client_of(cast.owner)
    for query, expected in (
        (f"f0=rule&o0=is&v0={GREET}", 1),
        ("f0=rule_state&o0=is&v0=overdue", 1),
        ("f0=rule_state&o0=one_of&v0=overdue&v0=open", 2),
        ("f0=rule_due&o0=at_most&v0=2026-03-01", 1),
        ("f0=rule&o0=filled", 3),
        ("f0=rule&o0=empty", 0),
    ):
        page = browser.get(f"/activities?state=all&{query}")
        assert "more than was meant" not in page.text
        assert len(re.findall(r'class="row[ "]', page.text)) == expected, query
    assert "Call after the delivery" in browser.get("/lists/activity/filter?f0=rule").text


# --- the form ---


def test_the_form_of_the_rule_is_asked_and_its_topics_must_be_answered(
    app: Flask, client_of: ClientOf, cast: Cast
) -> None:
    activity_id = promised(cast.owner, form=CALLED, customer_id=a_customer(cast.owner))
    plain = planned(cast.owner, NOW + timedelta(hours=1), "x", kind="call")
    browser = client_of(cast.owner)
    assert "All of it arrived" in browser.get(f"/activities/{activity_id}/finish").text
    assert "All of it arrived" not in browser.get(f"/activities/{plain}/finish").text
    unclear = "answer.call.bakery.unclear"
    refused = browser.send(f"/activities/{activity_id}/finish", {"outcome": "reached", "next_on": "", unclear: "安装"})
    assert refused.status_code == 422
    assert "is needed." in refused.text
    assert "安装" in refused.text
    said = {"outcome": "reached", "next_on": "", unclear: "安装", "answer.call.bakery.arrived": "yes"}
    assert browser.send(f"/activities/{activity_id}/finish", said).status_code == 303
    with reading() as x:
        kept = x.scalar(select(activity.c.answers).where(activity.c.id == activity_id))
    assert kept == {"bakery": {"arrived": True, "unclear": "安装"}}
    page = browser.get(f"/activities/{activity_id}").text
    assert "All of it arrived" in page
    assert "安装" in page


def test_back_from_the_call_the_form_is_asked_too(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    promised(cast.owner, form=CALLED, customer_id=customer_id, due_at=NOW + timedelta(hours=1))
    assert "All of it arrived" in client_of(cast.owner).get(f"/activities/after?customer={customer_id}&kind=call").text


def test_who_was_not_reached_answers_nothing(client_of: ClientOf, cast: Cast) -> None:
    activity_id = promised(cast.owner, form=CALLED)
    said = {"outcome": "not_reached", "next_on": ""}
    assert client_of(cast.owner).send(f"/activities/{activity_id}/finish", said).status_code == 303


def test_a_form_that_is_gone_is_not_asked(client_of: ClientOf, cast: Cast) -> None:
    activity_id = promised(cast.owner, form="vanished.form")
    browser = client_of(cast.owner)
    assert browser.get(f"/activities/{activity_id}/finish").status_code == 200
    said = {"outcome": "reached", "next_on": ""}
    assert browser.send(f"/activities/{activity_id}/finish", said).status_code == 303


def test_who_was_slower_may_keep_what_they_wrote(client_of: ClientOf, cast: Cast) -> None:
    activity_id = promised(cast.owner, form=CALLED, state="kept", due_at=NOW - timedelta(hours=3))
    said = {"outcome": "reached", "note": "都到了", "answer.call.bakery.arrived": "yes", "next_on": ""}
    answer = client_of(cast.owner).send(f"/activities/{activity_id}/finish", said)
    assert answer.status_code == 409
    assert "都到了" in answer.text


# --- missed while off ---


def test_what_was_missed_while_nothing_ran_stands_by_itself(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "MISSED", 3)
    names = [f"客户{number}" for number in range(4)]
    for number, name in enumerate(names):
        at = NOW - timedelta(days=number, hours=1)
        promised(cast.owner, missed_off=True, due_at=at, customer_id=a_customer(cast.owner, name))
    promised(cast.owner, due_at=NOW - timedelta(days=2), customer_id=a_customer(cast.owner, "只是晚了"))
    browser = client_of(cast.owner)
    browser.get("/today")
    statements.clear()
    page = browser.get("/today").text
    assert selects(statements) <= 9  # one more than a day without
    missed = page.split("Missed while SalesApp was off <")[1].split("</section>")[0]
    assert ">4</span>" in missed[:60]
    assert [name in missed for name in names] == [False, True, True, True]  # what waits longest stands first
    assert "1 more" in missed
    overdue = page.split('class="bad">Overdue')[1].split("</section>")[0]
    assert "只是晚了" in overdue
    assert ">1</span>" in overdue[:30]
    assert "客户" not in overdue
    assert "客户0" not in part(page, "Today")
    listed = re.search(r'href="(/activities\?who=mine&amp;f0=missed_off[^"]*)"', page)
    assert listed is not None
    shown = browser.get(listed[1].replace("&amp;", "&")).text
    assert [name in shown for name in names] == [True] * 4
    assert "只是晚了" not in shown


def test_what_was_put_off_or_done_is_no_longer_missed(
    client_of: ClientOf, cast: Cast, clock: Clock, statements: list[str]
) -> None:
    first, second, third = (promised(cast.owner, missed_off=True, due_at=NOW - timedelta(days=1)) for _ in "abc")
    browser = client_of(cast.owner)
    browser.send(f"/activities/{first}/finish", {"outcome": "reached", "next_on": ""})
    later = {"outcome": "later", "next_on": "2026-03-02", "later_on": "2026-03-04"}
    browser.send(f"/activities/{second}/finish", later)
    browser.send(f"/activities/{third}/cancel")
    statements.clear()
    page = browser.get("/today").text
    assert selects(statements) <= 8
    assert "Missed while SalesApp was off" not in page


def test_a_manager_sees_what_the_team_missed_and_the_outsider_nothing(client_of: ClientOf, cast: Cast) -> None:
    promised(cast.owner, missed_off=True, due_at=NOW - timedelta(days=1), note="队员错过的")
    page = client_of(cast.manager).get("/today?who=team").text
    assert "队员错过的" in page.split("Missed while SalesApp was off")[1]
    assert "missed while off · Owner" in page
    for actor in (cast.colleague, cast.outsider, cast.other_manager):
        assert "队员错过的" not in client_of(actor).get("/today?who=team").text


def test_a_list_of_what_rules_planned_costs_no_more(client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    browser = client_of(cast.owner)
    counts: list[int] = []
    for rule in (AFTER, GREET):
        for _ in range(3):
            promised(cast.owner, rule)
        statements.clear()
        browser.get("/activities")
        counts.append(selects(statements))
    assert counts[0] == counts[1] <= 6


def test_a_letter_says_which_rule_it_was(app: Flask, cast: Cast) -> None:
    """What a notice about it is mailed as."""
    activity_id = promised(cast.owner)
    set_up(None, cast)
    choose(cast.owner, ways={"activity.given": "mail"})
    with work(cast.manager, NOW) as w:
        notices.tell(w, cast.owner.id, "activity.given", ("activity", activity_id))
    with reading() as x:
        found = notice_letters.due(x, x.scalars(select(notice.c.id)).one(), NOW)
    assert found is not None
    detail = notice_letters.of_notice(found).sections[0].lines[0].detail
    assert "原因：字" in detail  # the label of the rule in Chinese


def test_what_a_rule_took_back_says_why(client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    activity_id = promised(cast.owner, state="withdrawn", customer_id=customer_id)
    with work(SYSTEM, NOW) as w:
        data = {"kind": "call", "rule": AFTER, "why": "off"}
        w.event("activity.cancelled", "activity", activity_id, customer_id=customer_id, data=data)
    page = client_of(cast.owner).get(f"/customers/{customer_id}/timeline").text
    assert f"{WHY} · withdrawn: the rule is off" in page


def test_what_rules_are_called_comes_from_memory(client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    """A rule the owner calls otherwise is called so in every list at once."""
    promised(cast.owner, GREET)
    browser = client_of(cast.owner)
    assert "rule “Birthday”" in browser.get("/today").text
    with work(cast.admin, NOW) as w:
        named = {"en": "A day to greet", "zh_Hans": "问候", "zh_Hant": "問候", "ru": "Поздравить"}
        follow_up_settings.put(w.session, GREET, {"changes": {"label": named}, "at": NOW, "since": NOW})
        w.config_changed()
    assert "rule “A day to greet”" in browser.get("/today").text
    with work(cast.admin, NOW) as w:
        follow_up_settings.put(w.session, GREET, {"off": True, "at": NOW})
        w.config_changed()
    assert "rule “A day to greet”" in browser.get("/today").text  # off, and still known
