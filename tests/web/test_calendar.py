"""The calendar's pages: what stands where, whose it is, moving and taking that back, clashes in words, two zones."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Row, select, update

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.agenda import clashing
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.sign_ins import actor_of
from salesapp.store.tables import activity, event, person
from salesapp.testing import NOW, Browser, Cast, Clock
from tests.services.deal_files import a_customer

ClientOf = Callable[[Actor], Browser]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/calendar?on=2026-03-02"}


def planned(actor: Actor, hours: float = 1, **values: Any) -> int:
    """A call, by default at eleven in Shanghai on Monday the second of March."""
    with work(actor, NOW) as w:
        new: dict[str, Any] = {"planned_at": NOW + timedelta(hours=hours), "all_day": False, "note": "打电话"} | values
        return plan_activity(w, NewActivity(**new))


def row(activity_id: int) -> Row[*tuple[Any, ...]]:
    with reading() as x:
        return x.execute(select(activity).where(activity.c.id == activity_id)).one()


def item(page: str, activity_id: int) -> str:
    """The list item of an activity, as markup."""
    found = [each for each in re.findall(r"<li.*?</li>", page, re.DOTALL) if f'id="cal-{activity_id}"' in each]
    return found[0] if found else ""


def day(page: str, iso: str) -> str:
    return page.split(f'data-day="{iso}"')[1].split("</section>")[0]


@pytest.mark.parametrize("path", ["/calendar", "/calendar?view=day&on=2026-03-02", "/activities/1/move"])
def test_who_is_not_signed_in_is_asked_to(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).location.startswith("/sign-in")


def test_the_outsider_finds_nothing(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner, note="秘密")
    browser = client_of(cast.outsider)
    for address in ("/calendar", "/calendar?who=team"):
        assert "秘密" not in browser.get(address).text
    assert browser.get(f"/calendar?who={cast.owner.id}").status_code == 404
    assert browser.get(f"/activities/{activity_id}/move").status_code == 404
    data = {"on": "2026-03-03", "at": "10:00", "version": "1"}
    assert browser.send(f"/activities/{activity_id}/move", data).status_code == 404
    undo = f"/activities/{activity_id}/move/undo?was=1772420400000000.{activity_id}&version=1"
    assert browser.send(undo).status_code == 404
    assert client_of(cast.reader).send(f"/activities/{activity_id}/move", data).status_code == 403
    assert row(activity_id).planned_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    "query", ["on=bald", "on=0001-01-01", "view=year", "who=x", "who=team&p=x", "who=team&p=999999"]
)
def test_an_address_nobody_gave_out(client_of: ClientOf, cast: Cast, query: str) -> None:
    assert client_of(cast.manager).get(f"/calendar?{query}").status_code == 404


def test_the_week_and_the_day_in_few_statements(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    customer_id = a_customer(cast.owner)
    timed = planned(cast.owner, customer_id=customer_id)
    whole = planned(cast.owner, 50, all_day=True, note="送样品")
    late = planned(cast.owner, 12, kind="visit", note="夜里的")  # 22:00 for an hour
    done = planned(cast.owner, 2, note="做完的")
    with work(cast.owner, NOW) as w:
        finish_activity(w, done, "not_reached", "")
    browser = client_of(cast.owner)
    statements.clear()
    page = browser.get("/calendar").text
    asked = [each for each in statements if not each.startswith("BEGIN")]
    assert len([each for each in asked if "FROM activity" in each]) == 2
    assert len(asked) <= 5
    monday = day(page, "2026-03-02")
    assert "at-12 for-2 lane-0-1" in item(monday, timed)  # 11:00, from 8:00 on
    assert "卢沟桥医院" in item(monday, timed)
    assert "11:00" in item(monday, timed)
    assert "at-56 for-4" in item(monday, late)
    assert 'data-hours="15"' in page  # from 8 to 23
    assert "cal-done" in item(monday, done)
    assert "not reached" in item(monday, done)
    assert 'draggable="true"' not in item(monday, done)
    assert "cal-now at-8" in monday
    assert "cal-now" not in day(page, "2026-03-03")
    assert f'id="cal-{whole}"' in day(page, "2026-03-04").split("cal-times")[0]
    one = browser.get("/calendar?view=day&on=2026-03-02").text
    assert one.count("data-day=") == 1
    assert "Wednesday, March 4, 2026: 1 activity" in one.replace("\u202f", " ")


def test_a_team_and_a_switch_per_person(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    planned(cast.owner, note="我的")
    planned(cast.colleague, note="他的")
    manager = client_of(cast.manager)
    assert "我的" not in manager.get("/calendar").text
    statements.clear()
    both = manager.get("/calendar?who=team").text
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 6
    assert "我的" in both
    assert "他的" in both
    assert "Colleague" in item(both, 2)
    only = manager.get(f"/calendar?who=team&p={cast.colleague.id}").text
    assert "我的" not in only
    assert "他的" in only
    assert f'value="{cast.colleague.id}" checked' in re.sub(r' id="[^"]*"', "", only)
    assert manager.get(f"/calendar?who=team&p={cast.outsider.id}").status_code == 404
    assert f"p={cast.colleague.id}" in only.split('rel="next"')[0]


def test_moving_and_taking_it_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner, customer_id=a_customer(cast.owner), minutes=45)
    browser = client_of(cast.owner)
    form = browser.get(f"/activities/{activity_id}/move").text
    for value in ('value="2026-03-02"', 'value="11:00"', 'value="45" selected', 'name="version" value="1"'):
        assert value in form
    data = {"on": "2026-03-04", "at": "15:30", "minutes": "", "version": "1", "next": "/calendar?on=2026-03-02"}
    assert browser.send(f"/activities/{activity_id}/move", data).location == "/calendar?on=2026-03-02"
    moved = row(activity_id)
    assert (moved.planned_at, moved.minutes, moved.all_day) == (datetime(2026, 3, 4, 7, 30, tzinfo=UTC), None, False)
    page = browser.get("/calendar").text
    assert "卢沟桥医院 moved" in page
    undo = re.search(r'action="(/activities/\d+/move/undo[^"]*)"', page)
    assert undo
    assert browser.send(undo[1].replace("&amp;", "&")).location == "/calendar?on=2026-03-02"
    back = row(activity_id)
    assert (back.planned_at, back.minutes, back.all_day, back.version) == (NOW + timedelta(hours=1), 45, False, 3)
    assert browser.send(undo[1].replace("&amp;", "&")).status_code == 409
    with reading() as x:
        kinds = x.execute(select(event.c.kind, event.c.data).where(event.c.subject_kind == "activity")).all()
    assert [each.kind for each in kinds] == ["activity.planned"] * 3
    assert kinds[1].data["was"] == (NOW + timedelta(hours=1)).isoformat()


def test_dragging_and_keys_get_the_calendar_anew(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner, minutes=45)
    browser = client_of(cast.owner)
    path = f"/activities/{activity_id}/move"
    answer = browser.send(path, {"on": "2026-03-03", "at": "10:22", "version": "1", "by_hand": "1"}, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == "#calendar"
    assert answer.headers["HX-Trigger"] == "closeSheet"
    assert 'hx-swap-oob="beforeend"' in answer.text
    assert f'id="cal-{activity_id}"' in day(answer.text, "2026-03-03")
    moved = row(activity_id)
    assert (moved.planned_at, moved.minutes) == (
        datetime(2026, 3, 3, 2, 15, tzinfo=UTC),
        45,
    )  # snapped, as long as before
    keys = {"on": "2026-03-09", "at": "", "version": "2", "by_hand": "1", "by_keys": "1"}
    answer = browser.send(path, keys, headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/calendar?on=2026-03-09"
    assert row(activity_id).all_day
    elsewhere = browser.send(
        path, {"on": "2026-03-09", "version": "3"}, headers=HTMX | {"HX-Current-URL": "http://localhost/today"}
    )
    assert elsewhere.headers["HX-Redirect"] == "/calendar?on=2026-03-09"


def test_a_form_that_arrives_twice_moves_once(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner)
    data = {"on": "2026-03-04", "at": "15:30", "version": "1", "request_key": "once"}
    browser = client_of(cast.owner)
    for _ in range(2):
        assert browser.send(f"/activities/{activity_id}/move", data).status_code == 303
    assert row(activity_id).version == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"on": "", "at": "10:00"}, "Choose a day"),
        ({"on": "bald", "at": "25:99"}, "is not a date"),
        ({"on": "2026-03-01", "at": "10:00"}, "That day is over"),
        ({"on": "2036-03-01", "at": "10:00"}, "five years"),
        ({"on": "2026-03-04", "at": "10:00", "minutes": "lang"}, "Choose how long"),
        ({"on": "2026-03-04", "at": "10:00", "minutes": "721"}, "5 minutes to 12 hours"),
        ({"on": "2026-03-04", "at": "10:00", "minutes": "99999999"}, "5 minutes to 12 hours"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    app: Flask, client_of: ClientOf, cast: Cast, data: dict[str, str], said: str
) -> None:
    activity_id = planned(cast.owner)
    answer = client_of(cast.owner).send(f"/activities/{activity_id}/move", data | {"version": "1"})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{data["on"]}"' in answer.text
    assert row(activity_id).version == 1


def test_somebody_was_faster(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = planned(cast.owner)
    browser, path = client_of(cast.manager), f"/activities/{activity_id}/move"
    client_of(cast.owner).send(path, {"on": "2026-03-05", "at": "09:00", "version": "1"})
    answer = browser.send(path, {"on": "2026-03-06", "at": "16:00", "version": "1"}, headers=HTMX)
    assert answer.status_code == 409
    assert "Thursday" in answer.text
    assert 'value="16:00"' in answer.text
    assert 'name="version" value="2"' in answer.text
    with work(cast.owner, NOW) as w:
        finish_activity(w, activity_id, "reached", "")
    answer = browser.send(path, {"on": "2026-03-06", "at": "16:00", "version": "2"})
    assert answer.status_code == 409
    assert "This is done" in answer.text


def test_a_time_that_is_taken_is_said_and_not_refused(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    first = planned(cast.owner, 4, kind="visit", note="张江")  # 14:00 to 15:00
    second = planned(cast.owner, 1, kind="visit", note="浦东")
    planned(cast.colleague, 4, kind="visit", note="别人的")
    browser = client_of(cast.owner)
    assert "At the same time" not in browser.get("/calendar").text
    browser.send(f"/activities/{second}/move", {"on": "2026-03-02", "at": "14:30", "version": "1"})
    page = browser.get("/calendar").text
    toast = page.split("data-toast")[1]
    assert "At the same time" in toast
    assert "张江" in toast
    assert "别人的" not in toast
    assert "move/undo" in toast
    for one, other in ((first, "浦东"), (second, "张江")):
        assert f"At the same time: {other}" in item(page, one)
    assert {"lane-0-2", "lane-1-2"} == set(re.findall(r"lane-\d-2", day(page, "2026-03-02")))
    assert "2:00\u202fPM 张江 and 2:30\u202fPM 浦东" in page
    assert "At the same time" in browser.get(f"/activities/{first}/move").text


def test_whose_time_it_is_stays_with_those_who_see_it(app: Flask, cast: Cast) -> None:
    first = planned(cast.owner, kind="visit")
    planned(cast.owner, kind="visit", note="秘密")
    with reading() as x:
        for actor, n in ((cast.owner, 1), (cast.manager, 1), (cast.outsider, 0), (cast.colleague, 0)):
            assert len(clashing(x, actor, row(first))) == n


def test_what_is_over_or_done_does_not_clash(app: Flask, client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    planned(cast.owner, 1, kind="visit")
    done = planned(cast.owner, 1, kind="visit")
    planned(cast.owner, 26, kind="visit")
    planned(cast.owner, 26, kind="visit", all_day=True)
    with work(cast.owner, NOW) as w:
        finish_activity(w, done, "reached", "")
    assert "At the same time" not in client_of(cast.owner).get("/calendar").text
    planned(cast.owner, 1, kind="visit")
    assert "At the same time" in client_of(cast.owner).get("/calendar").text
    clock.advance(hours=3)
    assert "At the same time" not in client_of(cast.owner).get("/calendar").text


def test_what_reaches_over_the_midnight_before_the_week_clashes(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    sunday = planned(cast.owner, kind="visit", planned_at=datetime(2026, 3, 8, 11, 0, tzinfo=UTC), minutes=12 * 60)
    monday = planned(cast.owner, kind="visit", planned_at=datetime(2026, 3, 8, 22, 30, tzinfo=UTC))  # 6:30 in Shanghai
    page = client_of(cast.owner).get("/calendar?on=2026-03-09").text
    assert "At the same time" in item(page, monday)
    assert item(page, sunday) == ""
    assert "1 activity" in page
    assert "2 activities" not in page


def test_an_empty_place_leads_to_a_form_that_knows_when(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id = a_customer(cast.owner)
    planned(cast.owner, 29, kind="visit", note="张江")  # Tuesday, 15:00
    browser = client_of(cast.owner)
    slots = re.findall(r'<a class="cal-slot[^>]*href="([^"]*)"', day(browser.get("/calendar").text, "2026-03-03"))
    address = next(each for each in slots if "at=15%3A00" in each or "at=15:00" in each).replace("&amp;", "&")
    form = browser.get(address).text
    assert f'formaction="/activities/new/customer" name="customer" value="{customer_id}"' in form
    hidden = dict(re.findall(r'<input type="hidden" name="(next|suggested)" value="([^"]*)"', form))
    typed = {"mode": "plan", "kind": "call", "planned_on": "2026-03-03", "planned_time": "15:00", **hidden}
    form = browser.send("/activities/new/customer", typed | {"customer": customer_id}).text
    for value in (
        'name="mode" value="plan" checked',
        'value="2026-03-03"',
        'value="15:00"',
        'name="next" value="/calendar',
    ):
        assert value in re.sub(r' id="[^"]*"', "", form)
    data = {
        "mode": "plan",
        "kind": "call",
        "customer": customer_id,
        "planned_on": "2026-03-03",
        "planned_time": "15:30",
    }
    answer = browser.send("/activities/new", data | {"minutes": "45", "next": "/calendar?on=2026-03-03"})
    assert answer.location == "/calendar?on=2026-03-03"
    assert row(2).minutes == 45
    toast = browser.get("/calendar?on=2026-03-03").text.split("data-toast")[1].split("</form>")[0]
    assert "At the same time" in toast
    assert "张江" in toast
    assert "/activities/2/undo" in toast
    assert '<a href="/activities/2/move">Move it</a>' in toast
    wrong = browser.send("/activities/new", data | {"minutes": "3"})
    assert wrong.status_code == 422
    assert "5 minutes to 12 hours" in wrong.text
    assert "planned_time" in browser.get("/activities/new?mode=plan&on=bald&at=25:00&next=//elsewhere.example").text


def test_more_than_there_is_room_for(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    for number in range(8):
        planned(cast.owner, 1, note=f"第{number}件")
    browser = client_of(cast.owner)
    week = browser.get("/calendar").text
    assert "<b>+6</b>" in week
    assert item(week, 2)
    assert not item(week, 8)
    one = browser.get("/calendar?view=day&on=2026-03-02").text
    assert "<b>+3</b>" in one
    assert "第7件" in one.split('id="cal-rest"')[1]


@pytest.fixture
def in_berlin(cast: Cast) -> Actor:
    """The owner, living where the clocks change."""
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(person).where(person.c.id == cast.owner.id).values(zone="Europe/Berlin"))
    with reading() as x:
        found = actor_of(x, int(cast.owner.id or 0))
    assert found is not None
    return found


def test_the_days_on_which_the_clocks_change(app: Flask, client_of: ClientOf, in_berlin: Actor) -> None:
    """On 29 March 2026 the hour after 1:59 is 3:00; on 25 October two o'clock comes twice."""
    last = planned(in_berlin, planned_at=datetime(2026, 3, 29, 21, 30, tzinfo=UTC))  # 23:30, the day's last hour
    after = planned(in_berlin, planned_at=datetime(2026, 3, 29, 22, 30, tzinfo=UTC))  # 0:30 on Monday
    browser = client_of(in_berlin)
    week = browser.get("/calendar?on=2026-03-29").text
    assert "11:30" in item(day(week, "2026-03-29"), last)
    assert item(week, after) == ""
    assert item(day(browser.get("/calendar?on=2026-03-30").text, "2026-03-30"), after)
    path = f"/activities/{after}/move"
    browser.send(path, {"on": "2026-03-29", "at": "02:30", "version": "1"})  # there is no such time that night
    assert row(after).planned_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert "3:30" in item(day(browser.get("/calendar?on=2026-03-29").text, "2026-03-29"), after)
    browser.send(path, {"on": "2026-03-28", "at": "10:00", "version": "2"})
    assert row(after).planned_at == datetime(2026, 3, 28, 9, tzinfo=UTC)
    browser.send(path, {"on": "2026-03-30", "at": "10:00", "version": "3"})  # the same hour on the clock, not 24 hours
    assert row(after).planned_at == datetime(2026, 3, 30, 8, tzinfo=UTC)
    visit = planned(in_berlin, kind="visit", planned_at=datetime(2026, 3, 29, 0, 30, tzinfo=UTC), minutes=60)
    spring = day(browser.get("/calendar?on=2026-03-29").text, "2026-03-29")
    assert re.findall(r"\d+:30", item(spring, visit))[:2] == [
        "1:30",
        "3:30",
    ]  # an hour later on the clock of that night
    once, twice = (planned(in_berlin, planned_at=datetime(2026, 10, 25, hour, 15, tzinfo=UTC)) for hour in (0, 1))
    autumn = day(browser.get("/calendar?on=2026-10-25").text, "2026-10-25")
    assert "At the same time" not in autumn  # they are an hour apart
    assert all("2:15" in item(autumn, each) for each in (once, twice))
    assert {"lane-0-2", "lane-1-2"} == set(re.findall(r"lane-\d-2", autumn))


def test_what_is_done_never_reaches_ahead_of_when_it_was_noted(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    before = planned(cast.owner, 0, kind="visit", note="拜访")  # 10:00 for an hour
    now = planned(cast.owner, 8, kind="visit", note="提前的")  # 18:00, done before
    with work(cast.owner, NOW + timedelta(hours=3)) as w:
        finish_activity(w, before, "reached", "")
        finish_activity(w, now, "reached", "")
    clock.advance(hours=3)
    monday = day(client_of(cast.owner).get("/calendar").text, "2026-03-02")
    assert "at-8 for-4" in item(monday, before)  # where it stood
    assert "at-16 for-4" in item(monday, now)  # 12:00 to 13:00, when it was noted
    assert "12:00" in item(monday, now)


def test_the_note_of_a_taken_time_shows_names_as_they_are(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    planned(cast.owner, note="<b>早会</b>")
    browser = client_of(cast.owner)
    data = {"mode": "plan", "kind": "call", "note": "x", "planned_on": "2026-03-02", "planned_time": "11:00"}
    browser.send("/activities/new", data)
    toast = browser.get("/calendar").text.split("data-toast")[1].split("</form>")[0]
    assert "&lt;b&gt;早会" in toast
    assert '<a href="/activities/2/move">' in toast


def test_days_off_and_worked_weekends_are_said(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.owner).get("/calendar?on=2026-04-06&view=week").text
    assert page.count("cal-day cal-off") == 3  # Qingming on Monday, and the weekend
    assert "Tomb-Sweeping Day" in page or "Qingming" in page
    page = client_of(cast.owner).get("/calendar?on=2026-09-20&view=week").text
    assert page.count("cal-day cal-off") == 1
    assert ">worked<" in page


def test_planning_on_a_day_off_says_so(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    ask = client_of(cast.owner).get
    assert "A day off:" in ask("/activities/beside?planned_on=2026-04-06&planned_time=&kind=call").text
    assert "A day off:" in ask("/activities/beside?planned_on=2026-04-06&planned_time=10:00&kind=call").text
    assert "A day off:" not in ask("/activities/beside?planned_on=2026-04-07&planned_time=10:00&kind=call").text
