"""The pages of notices: the list and its badge, my choices, the mail server with its test."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from salesapp.domain.notices import KINDS, MAIL, OFF, way_field
from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.services import mail, notices
from salesapp.services.pool import assign_customer
from salesapp.services.work import work
from salesapp.store import notice_choices, people
from salesapp.store.engine import reading
from salesapp.store.notices import PAGE
from salesapp.store.tables import notice
from salesapp.testing import NOW, Browser, Cast, Clock
from salesapp.web.inputs import cursor
from tests.services.deal_files import a_customer
from tests.services.decision_kit import requested
from tests.services.mail_kit import SECRET, USER, mail_server, rows, set_up

ClientOf = Callable[..., Browser]
PAGES = ("/notices", "/account/notices", "/settings/mail")


def given(cast: Cast, name: str = "卢沟桥医院") -> int:
    """A customer the manager gives to the colleague."""
    customer_id = a_customer(cast.manager, name)
    with work(cast.manager, NOW) as w:
        assign_customer(w, customer_id, cast.colleague.id)
    return customer_id


def many(actor: Actor, n: int, **values: Any) -> None:
    """Notices of the system, one a minute."""
    common: dict[str, Any] = {
        "person_id": actor.id,
        "kind": "customer.given",
        "subject_kind": "customer",
        "subject_id": 1,
        "data": {},
    }
    with work(SYSTEM, NOW) as w:
        for each in range(n):
            at = NOW - timedelta(minutes=each)
            w.session.execute(insert(notice).values(**common, occurrence=f"{values}{each}", at=at, **values))


def queries(statements: list[str]) -> int:
    return len([each for each in statements if not each.startswith("BEGIN")])


def badge(page: str) -> str:
    found = re.search(r'data-go="notices".*?</a>', page, re.DOTALL)
    assert found is not None
    number = re.search(r'class="count"[^>]*>([^<]*)<', found[0])
    return number[1] if number else ""


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_visitors_are_asked_to_sign_in(client: Browser, cast: Cast, path: str) -> None:
    assert client.get(path).location == f"/sign-in?next={path}"


def test_an_empty_list_says_what_will_stand_there(client_of: ClientOf, cast: Cast) -> None:
    page = client_of(cast.owner).get("/notices").text
    assert "Nothing new" in page
    assert "Mark all read" not in page
    assert badge(page) == ""


def test_a_notice_is_opened_by_a_form_which_marks_it_read(client_of: ClientOf, cast: Cast) -> None:
    customer_id = given(cast)
    browser = client_of(cast.colleague)
    page = browser.get("/notices").text
    assert "Manager gave you a customer: 卢沟桥医院" in page
    assert badge(page) == badge(browser.get("/customers").text) == "1"
    answer = browser.send(f"/notices/{rows()[0].id}/open")
    assert (answer.status_code, answer.location) == (303, f"/customers/{customer_id}")
    assert browser.send(f"/notices/{rows()[0].id}/open").status_code == 303  # the same tap twice
    page = browser.get("/notices").text
    assert badge(page) == ""
    assert f'<a class="row-who" href="/customers/{customer_id}">' in page


def test_the_badge_stops_counting(client_of: ClientOf, cast: Cast) -> None:
    many(cast.owner, 120)
    assert badge(client_of(cast.owner).get("/more").text) == "99+"


def test_the_badge_costs_no_statement_of_its_own(client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    browser = client_of(cast.owner)
    statements.clear()
    browser.get("/settings")
    before = queries(statements)
    many(cast.owner, 20)
    statements.clear()
    assert badge(browser.get("/settings").text) == "20"
    assert queries(statements) == before


def test_nobody_opens_somebody_elses_notice(client_of: ClientOf, cast: Cast) -> None:
    given(cast)
    browser = client_of(cast.outsider)
    assert browser.get("/notices").text.count("row-who") == 0
    foreign, missing = (browser.send(f"/notices/{each}/open") for each in (rows()[0].id, 10**9))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert browser.send("/notices/read", read_form(str(rows()[0].id))).status_code == 303
    assert rows()[0].read_at is None


def test_who_may_no_longer_see_it_reads_neither_name_nor_way(client_of: ClientOf, cast: Cast) -> None:
    customer_id = given(cast)
    with work(cast.admin, NOW + timedelta(hours=1)) as w:
        assign_customer(w, customer_id, cast.outsider.id)
    browser = client_of(cast.colleague)
    page = browser.get("/notices").text
    assert "This was about something you can no longer see" in page
    assert "卢沟桥医院" not in page
    assert f"/customers/{customer_id}" not in page
    notice_id = rows(person_id=cast.colleague.id)[0].id
    assert browser.send(f"/notices/{notice_id}/open").location == "/notices"
    assert "Mark read" not in browser.get("/notices").text


def test_a_request_is_no_longer_shown_where_the_deal_is_not(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    requested(app, cast)
    assert "监护仪" in client_of(cast.manager).get("/notices").text
    with work(SYSTEM, NOW) as w:
        w.session.execute(
            update(notice).values(person_id=cast.outsider.id).where(notice.c.person_id == cast.manager.id)
        )
    page = client_of(cast.outsider).get("/notices").text
    assert "监护仪" not in page
    assert "/decisions/" not in page


def test_the_unread_come_first_and_pages_go_on_where_the_last_ended(client_of: ClientOf, cast: Cast) -> None:
    many(cast.owner, PAGE + 5, read_at=NOW)
    many(cast.owner, PAGE + 5)
    with work(SYSTEM, NOW) as w:
        w.session.execute(update(notice).where(notice.c.read_at.is_(None)).values(at=NOW - timedelta(days=9)))
    browser, path, seen = client_of(cast.owner), "/notices", []
    for _ in range(3):
        page = browser.get(path).text
        seen.append((page.count('class="row"'), page.count('class="row row-done"')))
        found = re.search(r'href="(/notices\?after=[^"]+)"', page)
        path = found[1] if found else ""
    assert seen == [(PAGE, 0), (5, PAGE - 5), (0, 10)]
    assert path == ""


@pytest.mark.parametrize("after", ["x", "u", "z1.1", "u1", "r1.x", "u" + "9" * 40 + ".1"])
def test_an_address_nobody_gave_out_is_not_found(client_of: ClientOf, cast: Cast, after: str) -> None:
    assert client_of(cast.owner).get(f"/notices?after={after}").status_code == 404


def test_all_that_was_shown_is_marked_read_and_nothing_newer(client_of: ClientOf, cast: Cast) -> None:
    many(cast.owner, 3)
    browser = client_of(cast.owner)
    form = shown_in(browser.get("/notices").text)
    with work(cast.admin, NOW) as w:
        notices.tell(w, cast.owner.id, "deal.given", ("deal", 1))
    assert browser.send("/notices/read", form).status_code == 303
    assert browser.send("/notices/read", form).status_code == 303
    assert badge(browser.get("/notices").text) == "1"
    for wrong in ({"shown": "x"}, {"shown": ""}, {"drawn": ""}, {"drawn": "x"}, {"shown": "1," * PAGE + "1"}):
        assert browser.send("/notices/read", form | wrong | {"request_key": "l"}).status_code == 404


def read_form(shown: str) -> dict[str, str]:
    return {"shown": shown, "drawn": cursor(NOW, 0), "request_key": "k"}


def shown_in(page: str) -> dict[str, str]:
    """What the button "Mark all read" sends."""
    fields = dict(re.findall(r'name="(shown|drawn)" value="([^"]+)"', page))
    return fields | {"request_key": "k"}


def test_all_read_marks_nothing_that_was_not_there_yet(client_of: ClientOf, cast: Cast) -> None:
    many(cast.owner, 1, id=5)
    browser = client_of(cast.owner)
    form = shown_in(browser.get("/notices").text)
    assert form["shown"] == "5"
    with work(SYSTEM, NOW) as w:  # a change that began earlier, and was through after the page was made
        values: dict[str, Any] = {"person_id": cast.owner.id, "kind": "customer.given", "subject_id": 1}
        values |= {"subject_kind": "customer", "data": {}, "occurrence": "late", "at": NOW - timedelta(seconds=30)}
        w.session.execute(insert(notice).values(id=3, **values))
        w.session.execute(insert(notice).values(id=4, **values | {"occurrence": "old", "at": NOW - timedelta(hours=1)}))
    browser.send("/notices/read", form | {"drawn": cursor(NOW + timedelta(days=1), 0)})  # nobody looks into the future
    assert [row.id for row in rows() if row.read_at is None] == [3]


def test_all_read_marks_those_of_the_next_pages_too(client_of: ClientOf, cast: Cast) -> None:
    many(cast.owner, PAGE + 15)
    browser = client_of(cast.owner)
    assert browser.send("/notices/read", shown_in(browser.get("/notices").text)).status_code == 303
    assert [row.id for row in rows() if row.read_at is None] == []


def test_a_long_list_takes_as_few_statements_as_a_short_one(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]
) -> None:
    for n in range(8):
        given(cast, f"客户{n}")
    many(cast.colleague, 40)
    for kind, subject in (("deal.given", "deal"), ("activity.given", "activity"), ("decision.waits", "decision")):
        with work(SYSTEM, NOW) as w:
            notices.tell(w, cast.colleague.id, kind, (subject, 1))
    browser = client_of(cast.colleague)
    statements.clear()
    assert browser.get("/notices").status_code == 200
    assert queries(statements) <= 7


# --- my choices ---


def choices_form(**typed: str) -> dict[str, str]:
    usual = {way_field(kind.key): kind.usual for kind in KINDS}
    return usual | {"digest_hour": "8", "quiet_from": "21", "quiet_to": "7"} | typed


def choices_of(actor: Actor) -> Any:
    with reading() as x:
        found = notice_choices.recipient(x, int(actor.id or 0))
    assert found is not None
    return found.choices


def test_everybody_chooses_for_themselves(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.reader)
    answer = browser.send("/account/notices", choices_form(way_customer_given="off", digest_hour=""))
    assert (answer.status_code, answer.location) == (303, "/account/notices")
    assert (choices_of(cast.reader).way("customer.given"), choices_of(cast.reader).digest_hour) == (OFF, None)
    assert choices_of(cast.owner).way("customer.given") == MAIL
    page = browser.get("/account/notices").text
    assert re.search(r'name="way_customer_given".*?value="off" selected', page, re.DOTALL)
    assert "way_job_parked" not in page
    assert "way_job_parked" in client_of(cast.admin).get("/account/notices").text


def test_wrong_choices_come_back_as_they_were_typed(client_of: ClientOf, cast: Cast) -> None:
    answer = client_of(cast.owner).send("/account/notices", choices_form(quiet_to="", way_deal_given="off"))
    assert answer.status_code == 422
    assert "Choose both hours, or neither." in answer.text
    assert re.search(r'name="way_deal_given".*?value="off" selected', answer.text, re.DOTALL)
    assert choices_of(cast.owner).way("deal.given") == MAIL


def test_it_says_why_no_mail_can_come(client_of: ClientOf, cast: Cast) -> None:
    assert "the mail server is not set up" in client_of(cast.owner).get("/account/notices").text
    assert 'href="/settings/mail"' not in client_of(cast.owner).get("/account/notices").text
    assert 'href="/settings/mail"' in client_of(cast.admin).get("/account/notices").text
    set_up(None, cast)
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.owner.id or 0), {"email": None, "phone": "1"})
    assert "Your account has no mail address" in client_of(cast.owner).get("/account/notices").text


def test_the_pages_lead_there_and_take_few_statements(client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    browser = client_of(cast.admin)
    assert 'href="/account/notices"' in browser.get("/account").text
    assert 'href="/settings/mail"' in browser.get("/settings").text
    for path in ("/account/notices", "/settings/mail"):
        statements.clear()
        assert browser.get(path).status_code == 200
        assert queries(statements) <= 3, path


# --- the mail server ---


def mail_form(**typed: str) -> dict[str, str]:
    form = {"host": "smtp.example.com", "port": "587", "security": "starttls", "user": "", "password": ""}
    return form | {"sender": "crm@example.com", "base_url": "https://crm.example.com"} | typed


@pytest.mark.parametrize("who", ["manager", "owner", "outsider", "reader"])
def test_only_who_manages_the_settings_sets_up_mail(client_of: ClientOf, cast: Cast, who: str) -> None:
    browser = client_of(getattr(cast, who))
    assert browser.get("/settings/mail").status_code == 403
    assert browser.send("/settings/mail", mail_form()).status_code == 403
    assert browser.send("/settings/mail/test").status_code == 403


def test_mail_is_set_up_and_the_password_never_shown(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answer = browser.send("/settings/mail", mail_form(user="crm", password="geheim123"))
    assert (answer.status_code, answer.location) == (303, "/settings/mail")
    page = browser.get("/settings/mail").text
    assert 'value="smtp.example.com"' in page
    assert "geheim" not in page
    assert "One is stored and is never shown." in page
    answer = browser.send("/settings/mail", mail_form(user="crm", password="geheim456", port="x", host="h h"))
    assert answer.status_code == 422
    assert 'value="h h"' in answer.text
    assert "geheim" not in answer.text
    with reading() as x:
        assert mail.load(x).password == "geheim123"


def test_where_links_lead_is_guessed_from_how_the_page_was_reached(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    assert 'value="http://localhost"' in browser.get("/settings/mail").text


def test_the_address_of_the_configuration_comes_first(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    own = replace(app.extensions["salesapp_settings"], base_url="https://own.example/")
    app.extensions["salesapp_settings"] = own
    assert "Links in mails begin with https://own.example" in client_of(cast.admin).get("/settings/mail").text
    assert mail.public_address(set_up(None, cast)) == "https://own.example"


def test_two_who_set_it_up_at_once(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    browser.send("/settings/mail", mail_form())
    old = {f"seen-{name}": value for name, value in mail_form(sender="old@example.com").items()}
    answer = browser.send("/settings/mail", mail_form(sender="mine@example.com") | old)
    assert answer.status_code == 409
    assert "Admin changed this meanwhile" in answer.text
    assert 'value="mine@example.com"' in answer.text


def test_a_test_mail_arrives(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    with mail_server() as box:
        set_up(box, cast)
        answer = browser.send("/settings/mail/test")
    assert (answer.status_code, box.to) == (303, [["admin@example.com"]])
    assert "Sent to admin@example.com." in browser.get("/settings/mail").text
    assert box.mails[0]["Subject"] == "A test from SalesApp"


def test_a_test_says_in_plain_words_what_went_wrong(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    set_up(None, cast)
    answer = browser.send("/settings/mail/test")
    assert answer.status_code == 422
    assert "Nothing answers at this port of the server." in answer.text
    with mail_server() as box:
        set_up(box, cast)
        box.says = "554 <b>spam</b>"
        answer = browser.send("/settings/mail/test")
    assert "The server said: 554 &lt;b&gt;spam&lt;/b&gt;" in answer.text


def test_a_wrong_password_is_named_and_not_shown(client_of: ClientOf, cast: Cast) -> None:
    with mail_server(asks=True) as box:
        set_up(box, cast, user=USER, password="not-it")
        answer = client_of(cast.admin).send("/settings/mail/test")
        assert "The server refused the user name or the password." in answer.text
        assert "not-it" not in answer.text
        set_up(box, cast, user=USER, password=SECRET)
        assert client_of(cast.admin).send("/settings/mail/test").status_code == 303


def test_a_test_needs_a_server_and_an_address(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.admin)
    assert "Fill in the server and save first." in browser.send("/settings/mail/test").text
    set_up(None, cast)
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.admin.id or 0), {"email": None, "phone": "1"})
    answer = browser.send("/settings/mail/test")
    assert answer.status_code == 422
    assert "There is no mail address in your account" in answer.text


def test_a_password_that_cannot_be_read_any_more_is_asked_for(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    set_up(None, cast, user=USER, password=SECRET)
    assert "Please type the password again" not in client_of(cast.admin).get("/settings/mail").text
    app.config["SECRET_KEY"] = "another"
    browser = client_of(cast.admin)
    page = browser.get("/settings/mail")
    assert page.status_code == 200
    assert "Please type the password again: the stored one cannot be read" in page.text
    answer = browser.send("/settings/mail/test")
    assert answer.status_code == 422
    assert answer.text.count("Please type the password again") == 1


def test_nobody_knocks_at_doors_with_it(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    browser = client_of(cast.admin)
    answers = [browser.send("/settings/mail/test").status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
