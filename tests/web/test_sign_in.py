"""Signing in and out, as a browser does it; and what guards every form and every answer."""

import gzip
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from salesapp.domain.permissions import SYSTEM
from salesapp.services import sign_in as service
from salesapp.services.sign_in import token_hash
from salesapp.services.work import work
from salesapp.store import people, sign_ins
from salesapp.store.engine import reading
from salesapp.store.tables import sign_in, throttle
from salesapp.testing import NOW, PASSWORD, Browser, Cast, Clock
from salesapp.web.guard import safe_next

ClientOf = Callable[..., Browser]


@pytest.fixture
def visitor(client: Browser, cast: Cast) -> Browser:
    """Somebody at the sign-in page."""
    return at_the_door(client)


def at_the_door(browser: Browser) -> Browser:
    """This browser with the token of the sign-in page's form."""
    browser.get("/sign-in")
    with browser.session_transaction() as session:
        browser.csrf = session["csrf"]
    return browser


def try_in(browser: Browser, name: str = "owner@example.com", password: str = PASSWORD, **more: str) -> int:
    """The status of one attempt: 303 in, 422 not."""
    return int(browser.send("/sign-in", {"name": name, "password": password, **more}).status_code)


def test_signing_in_with_the_right_password_opens_the_house(visitor: Browser) -> None:
    answer = visitor.send("/sign-in", {"name": "owner@example.com", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.location) == (303, "/account")
    assert visitor.get("/account").status_code == 200


@pytest.mark.parametrize("typed", ["13800138000", "+86 138-0013-8000", "138 0013 8000", " OWNER@Example.com "])
def test_people_sign_in_by_phone_or_mail_however_they_type_it(visitor: Browser, cast: Cast, typed: str) -> None:
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.owner.id or 0), {"phone": "+8613800138000"})
    assert try_in(visitor, typed) == 303


def test_a_wrong_password_an_unknown_name_and_a_former_person_get_the_same_page(visitor: Browser, cast: Cast) -> None:
    with work(SYSTEM, NOW) as w:
        people.update_person(w.session, int(cast.outsider.id or 0), {"deactivated_at": w.now})
    texts = set()
    for name, password in (
        ("owner@example.com", "not that one"),
        ("nobody@example.com", "not that one"),
        ("outsider@example.com", PASSWORD),
        ("", ""),
        ("'; DROP TABLE person; --", "x"),
        ("x" * 50_000, "y" * 50_000),
    ):
        answer = visitor.send("/sign-in", {"name": name, "password": password, "request_key": "k"})
        assert answer.status_code == 422
        assert "do not match" in answer.text
        start, end = answer.text.index('<div class="errors"'), answer.text.index('<input type="hidden" name="next"')
        texts.add(answer.text[start:end].replace(answer.text[answer.text.index('request_key" value="') :][:37], ""))
    assert len({text.split("<form")[0] for text in texts}) == 1
    assert PASSWORD not in "".join(texts)


def test_a_wrong_try_keeps_the_name_and_never_the_password(visitor: Browser) -> None:
    answer = visitor.send("/sign-in", {"name": "owner@example.com", "password": "a secret try", "next": "/deals"})
    assert 'value="owner@example.com"' in answer.text
    assert 'value="/deals"' in answer.text
    assert "a secret try" not in answer.text


def test_the_eleventh_try_is_refused_even_with_the_right_password(visitor: Browser, clock: Clock) -> None:
    for _ in range(10):
        assert try_in(visitor, password="wrong") == 422
    assert try_in(visitor) == 422
    assert "Too many tries" in visitor.send("/sign-in", {"name": "owner@example.com", "password": PASSWORD}).text
    another = at_the_door(Browser(visitor.application, visitor.application.response_class))
    assert try_in(another, "colleague@example.com") == 303  # nobody else is locked out
    clock.advance(minutes=14, seconds=59)
    assert try_in(visitor) == 422
    clock.advance(seconds=1)
    assert try_in(visitor) == 303


def test_tries_are_counted_in_the_database_whatever_came_of_them(visitor: Browser) -> None:
    try_in(visitor, password="wrong")
    with reading() as x:
        counts = {key: n for key, n in x.execute(select(throttle.c.key, throttle.c.count))}  # noqa: C416
    assert counts == {"sign-in:name:owner@example.com:127.0.0.1": 1, "sign-in:address:127.0.0.1": 1}


def test_one_address_cannot_try_many_names(visitor: Browser) -> None:
    for n in range(50):
        try_in(visitor, f"p{n}@example.com")
    assert "Too many tries" in visitor.send("/sign-in", {"name": "owner@example.com", "password": PASSWORD}).text


def test_signing_in_gives_a_new_session_and_forgets_the_visit_before(visitor: Browser) -> None:
    before = visitor.csrf
    with visitor.session_transaction() as session:
        session["planted"] = "by somebody else"
    try_in(visitor)
    visitor.get("/account")
    with visitor.session_transaction() as session:
        assert "planted" not in session
        assert session["csrf"] != before


def test_a_copied_cookie_is_worth_nothing_after_signing_out(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    with browser.session_transaction() as session:
        copied = dict(session)
    assert browser.send("/sign-out").location == "/sign-in"
    with browser.session_transaction() as session:
        session.update(copied)
    assert browser.is_out()


def test_a_cookie_of_ones_own_making_opens_nothing(client: Browser, cast: Cast) -> None:
    for token in ("", "1", "x" * 43, "'"):
        with client.session_transaction() as session:
            session["_user_id"] = token
        assert client.get("/account").status_code == 303


def test_a_sign_in_ends_after_seven_idle_days(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    browser = client_of(cast.owner)
    for _ in range(3):
        clock.advance(days=6, hours=23)
        assert browser.get("/account").status_code == 200
    clock.advance(days=7)
    assert browser.is_out()


def test_a_sign_in_ends_after_thirty_days_however_busy(client_of: ClientOf, cast: Cast, clock: Clock) -> None:
    browser = client_of(cast.owner)
    for _ in range(29):
        clock.advance(days=1)
        assert browser.get("/account").status_code == 200
    clock.advance(days=1)
    assert browser.is_out()


def test_reading_a_page_notes_the_visit_at_most_every_five_minutes(
    client_of: ClientOf, cast: Cast, clock: Clock
) -> None:
    def seen() -> object:
        with reading() as x:
            return x.execute(select(sign_in.c.seen_at)).scalar_one()

    browser, start = client_of(cast.owner), clock.now
    clock.advance(minutes=4)
    browser.get("/settings")
    assert seen() == start
    clock.advance(minutes=1)
    browser.get("/settings")
    assert seen() == clock.now


@given(st.text() | st.from_regex(r"[/\\\t\n\r a-z.:@%0-9?#]{0,12}", fullmatch=True))
def test_after_signing_in_nobody_is_sent_to_another_site(target: str) -> None:
    result = safe_next(target, "/today")
    parts = urlsplit(result)
    assert (parts.scheme, parts.netloc) == ("", "")
    assert result == "/today" or (result == target and result[0] == "/" and result[1:2] not in ("/", "\\"))
    assert not any(sign in result for sign in "\\\t\r\n")


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x", ""]
)
def test_the_page_itself_sends_nobody_away(visitor: Browser, target: str) -> None:
    answer = visitor.send("/sign-in", {"name": "owner@example.com", "password": PASSWORD, "next": target})
    assert answer.location == "/today"


def test_a_form_without_or_with_a_wrong_token_changes_nothing(client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    for token in ({}, {"csrf_token": ""}, {"csrf_token": "wrong"}, {"csrf_token": "测试"}):
        assert browser.post("/sign-out", data=token).status_code == 400
    assert browser.get("/account").status_code == 200
    assert browser.post("/sign-out", headers={"X-CSRF-Token": browser.csrf}).status_code == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Origin": "http://localhost"}, 303),
    ],
)
def test_only_our_own_pages_send_forms(client_of: ClientOf, cast: Cast, headers: dict[str, str], status: int) -> None:
    assert client_of(cast.owner).send("/sign-out", headers=headers).status_code == status


def test_every_answer_has_the_safe_headers(client_of: ClientOf, client: Browser, cast: Cast) -> None:
    browser = client_of(cast.admin)
    answers = [
        client.get("/sign-in"),
        client.get("/account"),  # a redirect
        client.get("/link/nothing"),
        client.get("/healthz"),
        client.post("/sign-in"),  # without a token
        browser.get("/account"),
        browser.get("/settings/people"),
        browser.get("/nowhere"),
        browser.send("/account", {"name": ""}),
        browser.send("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}),
        client_of(cast.reader).get("/settings/people"),
        browser.get("/account", headers={"HX-Request": "true"}),
        browser.put("/account", headers={"X-CSRF-Token": browser.csrf}),
    ]
    assert [each.status_code for each in answers] == [200, 303, 404, 200, 400, 200, 200, 404, 422, 403, 403, 200, 405]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert {"Cookie", "HX-Request"} <= {each.strip() for each in answer.headers["Vary"].split(",")}
        assert answer.headers["Referrer-Policy"] == "same-origin"


def test_static_files_may_be_kept_but_are_as_safe(client: Browser) -> None:
    answer = client.get("/static/icon.svg?v=1")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Browser) -> None:
    answer = visitor.send("/sign-in", {"name": "owner@example.com", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_door_speaks_four_languages(visitor: Browser) -> None:
    page = visitor.get("/sign-in?next=/deals").text
    for name in ("English", "简体中文", "繁體中文", "Русский"):
        assert name in page
    answer = visitor.send("/language", {"language": "ru", "next": "/sign-in?next=/deals"})
    assert answer.location == "/sign-in?next=/deals"
    assert '<html lang="ru"' in visitor.get("/sign-in").text
    assert visitor.send("/language", {"language": "../../x", "next": "//evil.example"}).location == "/sign-in"
    assert try_in(visitor) == 303
    assert '<html lang="ru"' in visitor.get("/account").text


def test_the_door_takes_few_statements(visitor: Browser, statements: list[str]) -> None:
    statements.clear()
    visitor.get("/sign-in")
    assert len([each for each in statements if not each.startswith("BEGIN")]) <= 2


def test_a_nul_in_an_address_or_form_is_refused_not_an_error(visitor: Browser) -> None:
    assert try_in(visitor, "a\0b") == 400
    assert visitor.get("/sign-in?next=/%00").status_code == 400
    assert visitor.get("/link/%00").status_code == 400


def test_a_function_given_to_somebody_holds_with_their_next_request(
    client_of: Callable[..., Browser], cast: Cast
) -> None:
    browser = client_of(cast.owner)
    with work(SYSTEM, NOW) as w:
        people.set_functions(w.session, int(cast.owner.id or 0), frozenset({"finance", "legal"}))
    with browser.session_transaction() as session:
        token = session["_user_id"]
    with reading() as x:
        found = sign_ins.load(x, token_hash(token), NOW)
    assert found is not None
    assert found.actor.functions == {"finance", "legal"}


def test_a_password_changed_while_the_old_one_is_checked_opens_nothing(
    visitor: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = service._matches

    def slow(stored: str | None, password: str) -> bool:
        held = matches(stored, password)
        with work(SYSTEM, NOW) as w:
            service.set_password(w, cast.owner.id or 0, "another sentence")
        return held

    monkeypatch.setattr(service, "_matches", slow)
    assert try_in(visitor) == 422
    with reading() as x:
        assert sign_ins.current(x, cast.owner.id or 0, NOW) == []


def test_who_gets_in_starts_counting_anew(visitor: Browser) -> None:
    for _ in range(2):
        assert [try_in(visitor, password="wrong one") for _ in range(9)] == [422] * 9
        assert try_in(visitor) == 303
        visitor.get("/sign-in")
        with visitor.session_transaction() as session:
            visitor.csrf = session["csrf"] = "token"
        visitor.send("/sign-out")
        at_the_door(visitor)


@pytest.mark.parametrize(
    ("path", "accepts", "packed"),
    [("/sign-in", "gzip", True), ("/sign-in", "br", False), ("/healthz", "gzip", False)],
)
def test_pages_travel_packed_where_it_pays(visitor: Browser, path: str, accepts: str, packed: bool) -> None:
    answer = visitor.get(path, headers={"Accept-Encoding": accepts})
    assert (answer.headers.get("Content-Encoding") == "gzip") is packed
    body = gzip.decompress(answer.data) if packed else answer.data
    assert len(body) > len(answer.data) if packed else body == answer.data


def test_who_is_sent_to_the_door_is_told_why(client: Browser, cast: Cast) -> None:
    sent = client.get("/customers", follow_redirects=True).text
    assert "back where you were" in sent
    assert "back where you were" not in client.get("/sign-in").text
