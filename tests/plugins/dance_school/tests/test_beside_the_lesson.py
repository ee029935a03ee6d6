"""Who gives the lesson, who dances with whom, how long people wait for it, and what they sign afterwards."""

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image

from salesapp.plugin_api import work
from salesapp.testing import NOW, Cast, Kit

pytest_plugins = ["salesapp.testing"]


def a_photo() -> tuple[io.BytesIO, str]:
    """A small picture, as a phone would send it."""
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "JPEG")
    content.seek(0)
    return content, "form.jpg"


def test_who_gives_the_lesson_is_chosen_and_shown(kit: Kit, client_of: Any, cast: Cast, room: int, trials: Any) -> None:
    deal = kit.a_deal("dance_school.course", customer=kit.a_customer("沈月"))
    owner, where = client_of(cast.owner), f"/p/dance_school/deals/{deal.id}/book"
    assert f'<option value="{cast.colleague.id}">Colleague</option>' in owner.get(where).text
    typed = {"room": str(room), "day": "2026-03-04"}
    stranger = owner.send(where, typed | {"teacher": str(cast.outsider.id)})
    assert (stranger.status_code, "Choose somebody who works here." in stranger.text) == (422, True)
    assert owner.send(where, typed | {"teacher": str(cast.colleague.id)}).status_code == 303
    assert [each.teacher_id for each in trials()] == [cast.colleague.id]
    assert "Big hall · Colleague" in owner.get("/p/dance_school/trials").text


def test_who_dances_with_whom_is_seen_from_both_sides(kit: Kit, client_of: Any, cast: Cast) -> None:
    girl, boy = kit.a_customer("沈月"), kit.a_customer("顾晨")
    owner = client_of(cast.owner)
    with work(cast.owner, kit.clock.now, plugin="dance_school") as w:
        w.change_customer(girl.id, {"dance_school.partner": boy.id})
    panel = owner.get(f"/customers/{boy.id}").text.partition("Dances with:")[2]
    assert f'<a href="/customers/{girl.id}">沈月</a>' in panel
    assert "Dances with:" not in owner.get(f"/customers/{girl.id}").text


def test_how_long_people_wait_for_their_lesson(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    for days in (2, 3):
        deal = booked(f"Pair {days}", day=NOW.date() + timedelta(days=days))
        kit.clock.now = NOW + timedelta(days=days)
        kit.move(deal, "trial")
        kit.clock.now = NOW
    kit.clock.now = NOW + timedelta(days=5)
    page = client_of(cast.manager).get("/reports/p/dance_school.until_lesson?period=year").text
    row = page.partition("2026-03</")[2].partition("</tr>")[0]
    assert (">2<" in row, ">2.5<" in row) == (True, True)


def test_what_they_sign_is_photographed(kit: Kit, client_of: Any, cast: Cast, booked: Any) -> None:
    deal = booked(day=date(2026, 3, 2))
    owner, where = client_of(cast.owner), f"/p/dance_school/deals/{deal.id}/signed"
    kit.move(deal, "trial")
    assert where not in owner.get(f"/customers/{deal.customer_id}").text
    kit.an_activity(deal, kind="demo", answers={"felt": "glad"})
    kit.move(deal, "place")
    assert where in owner.get(f"/customers/{deal.customer_id}").text
    assert client_of(cast.outsider).get(where).status_code == 404

    empty = owner.send(where, {}, content_type="multipart/form-data")
    assert (empty.status_code, empty.text.count("Choose a photo of the form.")) == (422, 2)
    text = owner.send(where, {"photos": (io.BytesIO(b"MZ\x90"), "form.exe")}, content_type="multipart/form-data")
    assert (text.status_code, 'href="#f-photos"' in text.text) == (422, True)
    assert owner.send(where, {"photos": a_photo()}, content_type="multipart/form-data").status_code == 303
    shown = owner.get(f"/deals/{deal.id}").text
    assert "已签字的报名表" in shown  # in the language of the company: its owner chose none
    assert "form.jpg" in owner.get(f"/deals/{deal.id}/files").text


def test_the_book_knows_the_lesson_that_was_danced_and_with_whom(
    kit: Kit, client_of: Any, cast: Cast, booked: Any, trials: Any
) -> None:
    deal = booked(day=NOW.date())
    owner, customer = client_of(cast.owner), f"/customers/{deal.customer_id}"
    came = owner.send(f"{customer}/contacts/new", {"name": "顾晨"})
    assert came.status_code == 303
    contact = owner.get(customer).text.partition('href="/contacts/')[2].partition('"')[0].partition("/")[0]
    kit.move(deal, "trial")
    lesson = kit.an_activity(deal, kind="demo", answers={"felt": "glad"}, contact_id=int(contact))
    kit.an_activity(deal)  # a call is no lesson
    kit.run_jobs()
    assert [(each.danced_id, each.danced_with_id) for each in trials()] == [(lesson.id, int(contact))]
    assert "Big hall" in owner.get(f"/contacts/{contact}/edit").text
    assert owner.send(f"/activities/{lesson.id}/undo").status_code in (200, 303)
    kit.run_jobs()
    assert [(each.danced_id, each.danced_with_id) for each in trials()] == [(None, None)]
