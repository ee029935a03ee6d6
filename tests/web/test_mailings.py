"""The pages of messages to a group: from a list to what came of it; and the page with which its reader ends them."""

import itertools
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select, update

from salesapp.domain.contact_points import ContactPoint, parse_contact_point
from salesapp.domain.mailing_times import Timing
from salesapp.domain.permissions import Actor
from salesapp.services.contacts import add_point, archive_point
from salesapp.services.pool import assign_customer
from salesapp.services.privacy import erase_customer, note_consent
from salesapp.services.public_pages import MOST
from salesapp.services.work import work
from salesapp.store import mailing_choosing, settings
from salesapp.store.engine import reading
from salesapp.store.tables import consent, contact_point
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.render import STATIC
from tests.services import mailing_kit as kit
from tests.services.customer_kit import added
from tests.services.mail_kit import Box, mail_server, set_up
from tests.web.test_fields import fields_in

ClientOf = Callable[..., Browser]
TYPED = {"way": "email", "name": "五月", "subject": "{客户}您好", "body": "您好", "when": "now"}


@pytest.fixture
def box(app: Flask, cast: Cast) -> Iterator[Box]:
    """A mail server that is set up."""
    with mail_server() as found:
        set_up(found, cast)
        yield found


def whom(text: str) -> str:
    """What the form says of whom it is for."""
    found = re.search(r'name="query" value="([^"]*)"', text)
    assert found is not None
    return found[1].replace("&#34;", '"')


def test_from_the_list_to_the_timeline(client_of: ClientOf, cast: Cast, clock: Clock, box: Box) -> None:
    one = added(cast.owner, name="王建国", emails=["wang@example.com"], grade="A")
    added(cast.owner, name="李芳", emails=["li@example.com"], grade="B")
    browser = client_of(cast.owner)
    listed = browser.get("/customers?grade=A").text
    assert 'href="/mailings/new?grade=A"' in listed
    form = browser.get("/mailings/new?grade=A").text
    assert "1 customer" in form
    answer = browser.send("/mailings/new", {**TYPED, "query": whom(form)})
    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "王建国您好" in page
    assert "wang@example.com" in page
    assert "Send to 1 customer" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    assert browser.send(f"{answer.location}/send", {"version": version[1]}).status_code == 303
    assert "Take it back" in browser.get(answer.location).text
    kit.let_run(clock, seconds=30)
    kit.let_run(clock, minutes=2)
    assert box.to == [["wang@example.com"]]
    assert "1 gone out" in browser.get(answer.location).text
    timeline = browser.get(f"/customers/{one}/timeline?show=activities").text
    assert "wrote to many by e-mail, this customer among them: 王建国您好" in timeline


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def a_draft(actor: Actor, **values: Any) -> int:
    """A draft about one customer of this person."""
    added(actor, name="王建国", emails=["wang@example.com"], phones=["13800138000"])
    return kit.drafted(actor, **values)


def test_ticked_customers_are_written_to(client_of: ClientOf, cast: Cast) -> None:
    one, two = (added(cast.owner, name=name, emails=[f"{name}@example.com"]) for name in ("a", "b"))
    added(cast.owner, name="c", emails=["c@example.com"])
    browser = client_of(cast.owner)
    assert 'value="write"' in browser.get("/customers?select=1").text
    assert 'value="write"' not in browser.get("/deals/list?select=1").text
    answer = browser.send("/bulk", {"of": "customer", "what": "write", "ids": [str(one), str(two)]})
    assert answer.status_code == 200
    assert "2 customers" in answer.text
    page = browser.send("/mailings/new", {**TYPED, "query": whom(answer.text)})
    assert 'Whom it reaches <span class="n">2</span>' in browser.get(page.location).text
    assert browser.send("/bulk", {"of": "customer", "what": "write"}).status_code == 422


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"subject": ""}, "subject"),
        ({"body": "{nobody}"}, "body"),
        ({"name": ""}, "name"),
        ({"way": "pigeon"}, "way"),
        ({"when": ""}, "when"),
        ({"when": "later"}, "when"),
        ({"when": "once", "first": ""}, "first"),
        ({"when": "once", "first": "soon"}, "first"),
        ({"when": "once", "first": "2026-03-01"}, "first"),
        ({"when": "once", "first": "2026-03-02", "hour": "10"}, "first"),  # it is ten
        ({"when": "every", "first": "2026-05-01", "count": "0", "unit": "month"}, "count"),
        ({"when": "every", "first": "2026-05-01", "count": "1", "unit": "aeon"}, "unit"),
        ({"when": "feast", "first": "", "feast": "unknown"}, "feast"),
        ({"when": "feast", "feast": "new_year", "before": "999"}, "before"),
        ({"when": "once", "first": "2026-05-01", "hour": "25"}, "hour"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_all_is_kept(
    client_of: ClientOf, cast: Cast, wrong: dict[str, str], place: str
) -> None:
    browser = client_of(cast.owner)
    query = whom(browser.get("/mailings/new").text)
    more = {"first": "2026-05-01", "hour": "9", "count": "1", "unit": "month", "feast": "", "before": "0"}
    typed = {**TYPED, **more, "subject": "五一快乐", "body": "来店有礼", **wrong}
    answer = browser.send("/mailings/new", {**typed, "query": query})
    assert answer.status_code == 422
    assert f'href="#f-{place}"' in answer.text
    assert whom(answer.text) == query
    for name in ("subject", "body"):
        assert typed[name] in answer.text
    assert kit.told("mailing.added") == []


def test_times_are_said_in_words_and_shown_again(client_of: ClientOf, cast: Cast) -> None:
    mailing_id = a_draft(cast.owner)
    browser = client_of(cast.owner)
    form = browser.get(f"/mailings/{mailing_id}/edit").text
    feast = {"when": "feast", "first": "2026-05-01", "hour": "10", "feast": "mid_autumn", "before": "3"}
    typed = {**TYPED, **feast, "version": version_on(form)}
    answer = browser.send(f"/mailings/{mailing_id}/edit", typed)
    assert answer.status_code == 303
    assert "3 days before Mid-Autumn Festival, every year, at 10:00" in browser.get(answer.location).text
    again = browser.get(f"/mailings/{mailing_id}/edit").text
    assert '<option value="mid_autumn" selected>' in again


def test_what_belongs_to_a_time_is_not_folded_away(client_of: ClientOf, cast: Cast) -> None:
    form = client_of(cast.owner).get("/mailings/new").text.split('action="/mailings/new"')[1].split("</form>")[0]
    assert "<details" not in form
    for name, part in {"first": "timed", "count": "timed-every", "feast": "timed-feast"}.items():
        assert f'name="{name}"' in form.split(f'<div class="field-pair {part}">')[1].split("</div></div>")[0]
    rules = (STATIC / "app.css").read_text(encoding="utf-8")
    assert 'form:has([name="when"][value="now"]:checked) .timed,' in rules


def test_two_windows_lose_nothing(client_of: ClientOf, cast: Cast, box: Box) -> None:
    mailing_id, browser = a_draft(cast.owner), client_of(cast.owner)
    edit = f"/mailings/{mailing_id}/edit"
    seen = fields_in(browser.get(edit).text)
    first, second = ({name: each[0] for name, each in seen.items()} | {"subject": each} for each in ("甲", "乙"))
    assert browser.send(edit, first).status_code == 303
    answer = browser.send(edit, {**second, "way": "sms"})
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "changed this meanwhile to “甲”. Yours is in the field; save again to keep it." in page
    assert "changed this meanwhile to “By e-mail”" in page
    assert fields_in(answer.text)["subject"] == ["乙"]
    assert browser.send(edit, {**second, "version": version_on(answer.text)}).status_code == 303
    assert fields_in(browser.get(edit).text)["subject"] == ["乙"]
    assert browser.send(edit, second).status_code == 303  # the older version, which says just the same
    kit.begun(cast.owner, mailing_id)
    assert "perhaps you in another window" in browser.send(edit, first).text


def test_what_cannot_be_read_writes_nothing(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    for query in ("", "[]", "{", '{"ids": ["1"]}', '{"ids": [true]}', '{"list": {"kind": "deal"}}', "[" * 50_000):
        assert browser.send("/mailings/new", {**TYPED, "query": query}).status_code == 422, query[:20]
    gone = '{"list": {"kind": "customer", "where": {"field": "field.own.gone", "op": "filled"}}}'
    assert browser.send("/mailings/new", {**TYPED, "query": gone}).status_code == 422
    assert browser.get("/mailings/new?f0=nothing_known&o0=is").status_code == 422
    assert browser.send("/mailings/new", {**TYPED, "query": '{"ids": []}'}).status_code == 422


def test_who_sees_it_and_who_does_not(client_of: ClientOf, client: Browser, cast: Cast) -> None:
    mailing_id = a_draft(cast.owner, body="机密之事")
    paths = [f"/mailings/{mailing_id}", f"/mailings/{mailing_id}/edit"]
    for path in ["/mailings", "/mailings/new", *paths]:
        assert client.get(path).status_code == 303, path
    for path in paths:
        assert client_of(cast.outsider).get(path).status_code == 404, path
    assert "五月促销" not in client_of(cast.outsider).get("/mailings").text
    manager = client_of(cast.manager)
    assert "机密之事" in manager.get(paths[0]).text
    assert "/send" not in manager.get(paths[0]).text
    assert manager.get(paths[1]).status_code == 403
    for press in ("send", "take-back", "stop", "archive", "restore", "copy", "runs/1/again", "runs/1/sent"):
        path = f"/mailings/{mailing_id}/{press}"
        assert client_of(cast.outsider).send(path, {}).status_code == 404, press
    assert client_of(cast.reader).get("/mailings/new").status_code == 403
    assert "Write to these" not in client_of(cast.reader).get("/customers").text


def test_nobody_picks_customers_that_are_not_theirs(client_of: ClientOf, cast: Cast) -> None:
    foreign = added(cast.outsider, name="机密甲", emails=["secret@example.com"])
    browser = client_of(cast.owner)
    page = browser.send("/mailings/new", {**TYPED, "query": f'{{"ids": [{foreign}]}}'})
    text = browser.get(page.location).text
    assert "机密甲" not in text
    assert "secret@example.com" not in text
    assert browser.send(f"{page.location}/send", {"version": "1"}).status_code == 422


def test_texts_are_data_wherever_they_stand(client_of: ClientOf, cast: Cast) -> None:
    nasty = "<img src=x onerror=alert(1)> {{ 7*7 }} {{ config }} {% raw %}"
    added(cast.owner, name=nasty, emails=["wang@example.com"])
    mailing_id = kit.drafted(cast.owner, name=nasty[:60], body="<img src=x> {客户}")
    for path in (f"/mailings/{mailing_id}", "/mailings", f"/mailings/{mailing_id}/edit"):
        text = client_of(cast.owner).get(path).text
        assert "<img src=x" not in text, path
        assert "49" not in re.sub(r'"[^"]*"', "", text.split("<main")[1]), path


def test_what_is_going_can_be_stopped_copied_and_put_away(
    client_of: ClientOf, cast: Cast, clock: Clock, box: Box
) -> None:
    mailing_id = a_draft(cast.owner)
    browser, path = client_of(cast.owner), f"/mailings/{mailing_id}"
    kit.begun(cast.owner, mailing_id)
    assert browser.send(f"{path}/take-back", {}).status_code == 303
    assert browser.send(f"{path}/send", {"version": version_on(browser.get(path).text)}).status_code == 303
    assert browser.send(f"{path}/archive", {}).status_code == 422
    assert browser.send(f"{path}/stop", {}).status_code == 303
    assert "This was stopped" in browser.get(path).text
    copied = browser.send(f"{path}/copy", {})
    assert "Send to 1 customer" in browser.get(copied.location).text
    assert browser.send(f"{path}/archive", {}).location == "/mailings"
    assert f'href="{path}"' not in browser.get("/mailings").text
    assert browser.send(f"{path}/restore", {}).status_code == 303
    assert f'href="{path}"' in browser.get("/mailings").text


def test_it_is_said_as_how_many_sms_it_goes(client_of: ClientOf, cast: Cast) -> None:
    path = f"/mailings/{a_draft(cast.owner, way='sms', subject='', body='{客户}' + '好' * 68)}"
    assert "71 characters: sent as 2 SMS." in client_of(cast.owner).get(path).text
    assert "sent as" not in client_of(cast.owner).get(f"/mailings/{kit.drafted(cast.owner)}").text


def test_every_message_is_found_again(client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesapp.web.mailings.LISTED", 2)
    ids = [a_draft(cast.owner, name="一"), *(kit.drafted(cast.owner, name=name) for name in "二三四")]
    browser = client_of(cast.owner)
    for one in ids[:3]:
        browser.send(f"/mailings/{one}/archive", {})

    def listed(path: str) -> list[int]:
        return [int(one) for one in re.findall(r'href="/mailings/(\d+)"', browser.get(path).text)]

    assert listed("/mailings") == ids[3:]
    assert 'href="/mailings?archived=1"' in browser.get("/mailings").text
    assert listed("/mailings?archived=1") == [ids[2], ids[1]]
    assert f'href="/mailings?before={ids[1]}&amp;archived=1"' in browser.get("/mailings?archived=1").text
    assert listed(f"/mailings?before={ids[1]}&archived=1") == [ids[0]]
    browser.send(f"/mailings/{ids[0]}/restore", {})
    assert listed("/mailings") == [ids[3], ids[0]]


def test_the_list_of_links_for_a_phone(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    one = added(cast.owner, name="王建国", phones=["13800138000"])
    mailing_id = kit.drafted(cast.owner, way="sms", subject="", body="{客户}您好 & 再见?")
    assert "No SMS service is there" in client_of(cast.owner).get(f"/mailings/{mailing_id}").text
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    browser, path = client_of(cast.owner), f"/mailings/{mailing_id}"
    text = browser.get(path).text
    assert f"sms:+8613800138000?body={quote('王建国您好 & 再见?')}" in text
    run = kit.runs()[0].id
    assert browser.send(f"{path}/runs/{run}/sent", {"customer": str(one)}).status_code == 303
    assert "1 gone out" in browser.get(path).text
    assert browser.send(f"{path}/runs/{run}/sent", {"customer": "987654"}).status_code == 404
    assert browser.get(f"{path}?run=987654").status_code == 404


def test_who_is_with_others_by_now_is_not_named(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    mine, theirs, out = (
        added(cast.owner, name=name, phones=[phone])
        for name, phone in (("王建国", "13800138000"), ("机密甲", "13800138001"), ("李芳", "13800138002"))
    )
    mailing_id = kit.drafted(cast.owner, way="sms", subject="", body="您好")
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    browser, path = client_of(cast.owner), f"/mailings/{mailing_id}"
    assert "sms:+8613800138001" in browser.get(path).text
    with work(cast.admin, clock.now) as w:
        assign_customer(w, theirs, cast.outsider.id)
        w.session.execute(update(contact_point).where(contact_point.c.customer_id == out).values(opt_out=True))
    text = browser.get(f"{path}?show=open").text
    assert "sms:+8613800138000" in text
    assert "sms:+8613800138002" not in text
    assert "A customer you no longer see" in text
    for hidden in ("机密甲", "13800138001", f"/customers/{theirs}"):
        assert hidden not in text, hidden
    run = kit.runs()[0].id
    assert browser.send(f"{path}/runs/{run}/sent", {"customer": str(mine)}).status_code == 303
    assert kit.outcome() == {
        mine: ("sent", None),
        theirs: ("skipped", "not_allowed"),
        out: ("skipped", "opted_out"),
    }
    assert kit.runs()[0].state == "done"


def test_how_long_it_takes_is_said_before_it_goes(
    client_of: ClientOf, cast: Cast, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(40):
        added(cast.owner, name=f"{n}", emails=[f"a{n}@example.com"])
    path = f"/mailings/{kit.drafted(cast.owner)}"
    timed = f"/mailings/{kit.drafted(cast.owner, timing=Timing(NOW.date(), 9, feast='women'))}"
    browser = client_of(cast.owner)
    assert "to leave" not in browser.get(path).text
    set_up(box, cast, per_minute=1)
    assert "It takes about 40 minutes to leave." in browser.get(path).text
    monkeypatch.setattr(mailing_choosing, "counts", lambda *_: {"": 1600})
    assert "It takes about 27 hours to leave." in browser.get(path).text
    assert "left out." not in browser.get(path).text.split("27 hours")[1][:80]
    assert "27 hours to leave. What has not left a day after its time is left out." in browser.get(timed).text


def test_pages_ask_a_bounded_number_of_questions(
    client_of: ClientOf, cast: Cast, clock: Clock, statements: list[str]
) -> None:
    browser, number = client_of(cast.owner), itertools.count(8000)

    def asked(n: int) -> list[int]:
        for _ in range(n):
            added(cast.owner, name="王建国", phones=[f"1380013{next(number)}"])
        mailing_id = kit.drafted(cast.owner, way="sms", subject="", body="您好 {客户}")
        found = [_count(browser, statements, f"/mailings/{mailing_id}")]
        kit.begun(cast.owner, mailing_id, clock.now)
        kit.let_run(clock, seconds=30)
        paths = [f"/mailings/{mailing_id}", f"/mailings/{mailing_id}?show=open", "/mailings"]
        return found + [_count(browser, statements, path) for path in paths]

    asked(1)
    few, many = asked(2), asked(9)
    assert few == many
    assert max(many) <= 14


def _count(browser: Browser, statements: list[str], path: str) -> int:
    browser.get(path)
    before = len(statements)
    assert browser.get(path).status_code == 200
    return len(statements) - before


# --- the page of who gets them ---


def the_link(box: Box) -> str:
    body = box.mails[-1].get_body(("plain",))
    assert body is not None
    found = re.search(r"https://crm\.example\.com(/no-more/\S+)", body.get_content())
    assert found is not None
    return found[1]


@pytest.fixture
def link(client: Browser, cast: Cast, clock: Clock, box: Box) -> str:
    """What a reader's mail leads to, and their browser has opened it."""
    kit.begun(cast.owner, a_draft(cast.owner))
    kit.let_run(clock, seconds=30)
    found = the_link(box)
    client.get(found)
    with client.session_transaction() as session:
        client.csrf = session["csrf"]
    return found


def points() -> list[tuple[str, bool]]:
    with reading() as x:
        query = select(contact_point.c.normalised, contact_point.c.opt_out).order_by(contact_point.c.id)
        return [(row.normalised, row.opt_out) for row in x.execute(query)]


def test_a_reader_ends_it_with_a_press_and_not_by_looking(
    client: Browser, client_of: ClientOf, cast: Cast, clock: Clock, box: Box, link: str
) -> None:
    token = link.rpartition("/")[2]
    assert len(token) >= 43
    assert token not in str(kit.items())  # stored as a hash
    page = client.get(link)
    assert page.status_code == 200
    assert "w…@example.com" in page.text
    assert "wang" not in page.text
    assert "王建国" not in page.text
    assert dict(points())["wang@example.com"] is False
    for _ in range(2):
        assert "gets no more messages" in client.send(link, {}).text
    assert dict(points()) == {"wang@example.com": True, "+8613800138000": False}
    assert "gets no more messages" in client.get(link).text
    assert len(kit.told("customer.point_changed")) == 1
    customer_id = kit.items()[0].customer_id
    assert (
        "asked for no more messages to wang@example.com" in client_of(cast.owner).get(f"/customers/{customer_id}").text
    )
    mailing_id = kit.drafted(cast.owner)
    text = client_of(cast.owner).get(f"/mailings/{mailing_id}").text
    assert "asked for no more" in text
    assert "There is nobody" in client_of(cast.owner).send(f"/mailings/{mailing_id}/send", {"version": "1"}).text


def test_a_reader_who_ends_it_takes_their_consent_back(client: Browser, cast: Cast, box: Box, link: str) -> None:
    customer_id = kit.items()[0].customer_id
    with work(cast.admin, NOW) as w:
        note_consent(w, customer_id, "news", "form", NOW.date())
        note_consent(w, customer_id, "keep", "form", NOW.date())
    client.send(link, {})
    with reading() as x:
        rows = x.execute(select(consent.c.purpose, consent.c.withdrawn_at).order_by(consent.c.id)).all()
    assert [(row.purpose, row.withdrawn_at is None) for row in rows] == [("news", False), ("keep", True)]


def test_an_address_that_was_put_away_stays_one_that_wants_no_more(
    client: Browser, cast: Cast, box: Box, link: str
) -> None:
    customer_id = kit.items()[0].customer_id
    with reading() as x:
        (old,) = x.scalars(select(contact_point.c.id).where(contact_point.c.kind == "email"))
    with work(cast.owner, NOW) as w:
        archive_point(w, old)
    assert "gets no more messages" in client.send(link, {}).text
    point = parse_contact_point("email", "wang@example.com")
    assert isinstance(point, ContactPoint)
    with work(cast.owner, NOW) as w:
        add_point(w, customer_id, point)
    assert [out for address, out in points() if address == "wang@example.com"] == [True, True]


def test_the_link_of_somebody_erased_leads_nowhere(client: Browser, cast: Cast, box: Box, link: str) -> None:
    other = added(cast.owner, name="李芳", emails=["li@example.com"])
    for customer_id, name in ((kit.items()[0].customer_id, "王建国"), (other, "李芳")):
        with work(cast.admin, NOW) as w:
            erase_customer(w, customer_id, name)
    assert client.get(link).status_code == 404
    assert client.send(link, {}).status_code == 404
    assert not any(out for _, out in points())
    assert kit.told("customer.point_changed") == []


def test_a_link_that_is_none_says_so_and_nothing_else(client: Browser, cast: Cast, link: str) -> None:
    for wrong in (f"{link}x", "/no-more/x", f"/no-more/{'x' * 5000}", "/no-more/%F0%9F%98%80"):
        answer = client.get(wrong)
        assert answer.status_code == 404, wrong
        assert client.send(wrong, {}).status_code == 404
    assert not any(out for _, out in points())


def test_who_presses_too_often_waits(client: Browser, cast: Cast, link: str) -> None:
    answers = [client.send("/no-more/x", {}).status_code for _ in range(MOST + 1)]
    assert answers == [404] * MOST + [429]
    assert client.send(link, {}).status_code == 429
    assert not any(out for _, out in points())


ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ELSEWHERE = {"Origin": "https://mail.example.net", "Sec-Fetch-Site": "cross-site"}


def test_a_mail_program_ends_it_with_one_click(app: Flask, client: Browser, cast: Cast, box: Box, link: str) -> None:
    assert box.mails[-1]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    program = app.test_client()  # no session, no token of a form
    for wrong in (f"{link}x", f"{link[:-1]}"):
        assert program.post(wrong, data=ONE_CLICK).status_code == 404
    assert not any(out for _, out in points())
    assert program.post(link, data=ONE_CLICK).status_code == 200
    assert dict(points())["wang@example.com"] is True
    answers = [program.post(link, data=ONE_CLICK).status_code for _ in range(MOST + 1)]
    assert set(answers) == {200}  # one maker of mail programs presses for many
    tried = [program.post("/no-more/x", data=ONE_CLICK).status_code for _ in range(MOST + 1)]
    assert tried[-1] == 429


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("", {}),
        ("", {"List-Unsubscribe": "Two-Clicks"}),
        ("", {**ONE_CLICK, "more": "1"}),
        ("", {"List-Unsubscribe": ["One-Click", "One-Click"]}),
        ("?a=1", ONE_CLICK),
    ],
)
def test_nothing_else_gets_past_the_guard(
    app: Flask, client: Browser, cast: Cast, link: str, path: str, data: dict[str, Any]
) -> None:
    assert app.test_client().post(link + path, data=data).status_code == 400
    assert app.test_client().post(link + path, data=data, headers=ELSEWHERE).status_code == 403
    assert not any(out for _, out in points())


def test_the_owner_says_how_many_leave_in_a_minute(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    page = browser.get("/settings/mail").text
    assert 'name="per_minute" value="30"' in page or re.search(r'name="per_minute"[^>]*value="30"', page)
    for typed, kept in (("5", 5), ("", 30), ("600", 600)):
        assert browser.send("/settings/mail", {"host": "", "per_minute": typed}).status_code == 303
        with reading() as x:
            assert settings.get(x, "mail")["per_minute"] == kept
    for typed in ("0", "601", "1.5", "viel"):
        wrong = browser.send("/settings/mail", {"host": "", "per_minute": typed})
        assert (wrong.status_code, f'value="{typed}"' in wrong.text) == (422, True)
        assert "A whole number from 1 to 600, please." in wrong.text


def test_who_wrote_it_reads_what_came_to_nothing(client_of: ClientOf, cast: Cast, clock: Clock, box: Box) -> None:
    a_draft_id = a_draft(cast.owner, timing=Timing(NOW.date(), 9, feast="women", before=1))
    kit.begun(cast.owner, a_draft_id)
    kit.let_run(clock, days=8)
    page = client_of(cast.owner).get("/notices").text
    assert "SalesApp was off when its time came, so nothing went out this time: 五月促销" in page
    assert client_of(cast.manager).get("/notices").text.count("五月促销") == 0


def test_how_far_it_is_counts_those_it_is_for(client_of: ClientOf, cast: Cast, clock: Clock, box: Box) -> None:
    for n in range(3):
        added(cast.owner, name=f"{n}", emails=[f"a{n}@example.com"])
    added(cast.owner, name="乙")
    mailing_id = kit.drafted(cast.owner)
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    page = client_of(cast.owner).get(f"/mailings/{mailing_id}").text
    assert f"{len(box.mails)} of 3 done." in page
    assert len(box.mails) < 3


def test_where_it_would_reach_nobody_there_is_nothing_to_press(client_of: ClientOf, cast: Cast, box: Box) -> None:
    added(cast.owner, name="乙", emails=["b@example.com"])
    with work(cast.owner, NOW) as w:
        w.session.execute(update(contact_point).values(opt_out=True))
    browser, path = client_of(cast.owner), f"/mailings/{kit.drafted(cast.owner)}"
    page = browser.get(path).text
    assert "There is nobody it would reach." in page
    assert f"{path}/send" not in page
    pressed = browser.send(f"{path}/send", {"version": "1"})
    assert (pressed.status_code, pressed.text.count("There is nobody it would reach.")) == (422, 1)
    again = kit.drafted(cast.owner, timing=Timing(NOW.date(), 9, feast="women"))
    assert f"/mailings/{again}/send" in browser.get(f"/mailings/{again}").text


def test_tasks_are_planned_and_counted(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    for name in ("甲", "乙"):
        added(cast.owner, name=name)
    mailing_id = kit.drafted(cast.owner, way="task", subject="", body="问候 {客户}")
    kit.begun(cast.owner, mailing_id)
    kit.let_run(clock, seconds=30)
    assert "2 tasks planned" in client_of(cast.owner).get(f"/mailings/{mailing_id}").text
