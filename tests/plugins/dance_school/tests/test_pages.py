"""What people see: the form, the book of trial lessons, the panel, the card, the report; in every language."""

import re
from datetime import date
from typing import Any

import pytest

from salesapp.testing import Browser, Cast, Kit

pytest_plugins = ["salesapp.testing"]
TODAY = date(2026, 3, 2)
LANGUAGES = {"zh-CN": "体验课", "zh-TW": "體驗課", "ru": "Пробные уроки"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Please tell us your name."),
        ({"phone": ""}, "Please tell us how to reach you."),
        ({"phone": "?"}, 'href="#f-phone"'),
        ({"dance": "polka"}, "Choose a dance."),
        ({"day": "soon"}, "Choose a day."),
    ],
)
def test_the_form_says_what_is_missing_and_keeps_the_rest(sign_up: Any, typed: dict[str, str], said: str) -> None:
    answer = sign_up(**typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="沈月"' in answer.text or typed.get("name") == ""


def test_asking_twice_makes_one_customer_and_one_deal(kit: Kit, sign_up: Any, client_of: Any, cast: Cast) -> None:
    sign_up()
    assert sign_up(dance="waltz").status_code == 303
    assert kit.deal(1).custom["dance_school"]["dance"] == "waltz"
    admin = client_of(cast.admin)
    assert (admin.get("/customers/2").status_code, admin.get("/deals/2").status_code) == (404, 404)


def test_who_may_not_see_a_deal_sees_no_lesson(client_of: Any, cast: Cast, booked: Any, client: Browser) -> None:
    deal = booked()
    owner, outsider = client_of(cast.owner), client_of(cast.outsider)
    assert "沈月" in owner.get("/p/dance_school/trials").text
    assert "沈月" not in outsider.get("/p/dance_school/trials").text
    assert outsider.get(f"/p/dance_school/deals/{deal.id}/book").status_code == 404
    reader = client_of(cast.reader)
    assert reader.get(f"/p/dance_school/deals/{deal.id}/book").status_code == 403
    assert (
        "/cancel" in owner.get("/p/dance_school/trials").text,
        "/cancel" in reader.get("/p/dance_school/trials").text,
    ) == (True, False)
    assert client.get("/p/dance_school/trials").status_code == 303


def test_the_panel_leads_to_the_form(kit: Kit, client_of: Any, cast: Cast, booked: Any, room: int) -> None:
    asked = kit.fill(kit.a_deal("dance_school.course", customer=kit.a_customer()), wished_day="2026-03-05")
    owner = client_of(cast.owner)
    assert f"/p/dance_school/deals/{asked.id}/book" in owner.get(f"/customers/{asked.customer_id}").text
    assert 'value="2026-03-05"' in owner.get(f"/p/dance_school/deals/{asked.id}/book").text
    assert "Big hall" in owner.get(f"/customers/{booked().customer_id}").text


def test_today_and_the_report(client_of: Any, cast: Cast, booked: Any, enrol: Any) -> None:
    enrol(booked(day=TODAY))
    manager = client_of(cast.manager)
    assert "Dancing tonight" in client_of(cast.owner).get("/today").text
    report = manager.get("/reports/p/dance_school.rooms?period=year").text
    assert "Trial lessons booked in each room" in report
    assert _words(report).split("Signed up")[-1].split()[:2] == ["1", "1"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_speaks_every_language(
    client_of: Any, cast: Cast, booked: Any, client: Browser, language: str
) -> None:
    deal, owner, asks = booked(), client_of(cast.owner), {"Accept-Language": language}
    pages = ["/p/dance_school/trials", "/customers", f"/customers/{deal.customer_id}", "/reports"]
    for path in pages:
        assert LANGUAGES[language] in owner.get(path, headers=asks).text, path
    texts = [client.get(path, headers=asks).text for path in ("/p/dance_school/", "/p/dance_school/thanks")]
    texts += [owner.get(f"/p/dance_school/deals/{deal.id}/{each}", headers=asks).text for each in ("book", "signed")]
    for text in texts:
        words = _words(text)
        assert not re.findall(r"[A-Za-z]{3,}", words), words


def _words(page: str) -> str:
    """What a page says, without its tags and the names in it."""
    main = page.split("<main id=")[-1].partition(">")[2].split("</main")[0]
    return re.sub(r"<[^>]+>|沈月|SalesApp|Big hall|Colleague|Manager|Owner|Reader", " ", main)


def test_customers_are_students(kit: Kit, client_of: Any, cast: Cast) -> None:
    assert "Students" in client_of(cast.owner).get("/customers").text


def test_its_place_in_the_settings_says_what_it_brings(client_of: Any, cast: Cast) -> None:
    page = client_of(cast.admin).get("/settings/plugins/dance_school").text
    assert re.findall(r"(\d+) (processes|follow-up rules|reports)", page) == [
        ("2", "processes"),
        ("9", "follow-up rules"),
        ("2", "reports"),
    ]
