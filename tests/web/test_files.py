"""Files in the browser: choosing, sending, what comes back when something is wrong, lists, the timeline."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from salesapp.domain.permissions import Actor
from salesapp.services import file_disk
from salesapp.services.activities import NewActivity, plan_activity
from salesapp.services.activity_finish import finish_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.work import work
from salesapp.store.engine import reading
from salesapp.store.tables import activity
from salesapp.testing import NOW, Browser, Cast
from salesapp.web import uploads
from tests.services.deal_files import a_customer, a_deal
from tests.services.file_kit import HTML, PDF, an_activity, attached, photo

ClientOf = Callable[[Actor], Browser]


def sent(*files: tuple[str, bytes], **fields: Any) -> dict[str, Any]:
    return {"files": [(io.BytesIO(content), name) for name, content in files], **fields}


def tokens(text: str) -> list[str]:
    return re.findall(r'name="kept" value="([^"]+)"', text)


def test_several_files_at_once_and_then_they_are_listed(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id = an_activity(cast.owner, a_customer(cast.owner))
    browser = client_of(cast.owner)
    assert 'enctype="multipart/form-data"' in browser.get(f"/activities/{activity_id}/files").text
    answer = browser.send(f"/activities/{activity_id}/files", sent(("合同.pdf", PDF), ("a.jpg", photo())))
    assert (answer.status_code, answer.location) == (303, f"/activities/{activity_id}")
    page = browser.get(f"/activities/{activity_id}/files").text
    assert "合同.pdf" in page
    assert "/files/2/preview" in page


def test_htmx_is_sent_on_and_gets_the_form_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id, browser = an_activity(cast.owner), client_of(cast.owner)
    path, htmx = f"/activities/{activity_id}/files", {"HX-Request": "true"}
    assert "<html" not in browser.get(path, headers=htmx).text
    wrong = browser.send(path, sent(("a.html", HTML)), headers=htmx)
    assert (wrong.status_code, "<html" in wrong.text) == (422, False)
    done = browser.send(path, sent(("a.pdf", PDF), next="/today"), headers=htmx)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/today")
    away = browser.send(path, sent(("a.pdf", PDF), next="//elsewhere.example"), headers=htmx)
    assert away.headers["HX-Redirect"] == f"/activities/{activity_id}"


def test_what_was_fine_is_kept_while_the_rest_is_mended(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id, browser = an_activity(cast.owner), client_of(cast.owner)
    path = f"/activities/{activity_id}/files"
    wrong = browser.send(path, sent(("good.pdf", PDF), ("bad.svg", b"<svg/>")))
    assert wrong.status_code == 422
    assert "bad.svg" in wrong.text
    (token,) = tokens(wrong.text)
    assert browser.send(path, {"kept": token}).status_code == 303
    assert browser.send(path, {"kept": token}).status_code == 303  # a second time changes nothing
    assert browser.get(path).text.count('class="file-name">good.pdf') == 1


def test_a_kept_file_is_its_senders_for_half_a_day_and_cannot_be_forged(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Any
) -> None:
    mine, theirs = an_activity(cast.owner), an_activity(cast.colleague)
    browser, other = client_of(cast.owner), client_of(cast.colleague)
    (token,) = tokens(browser.send(f"/activities/{mine}/files", sent(("a.pdf", PDF), ("b", b"x"))).text)
    assert other.send(f"/activities/{theirs}/files", {"kept": token}).status_code == 422
    for forged in (token[:-2], "x", token.replace(".", "", 1), "é" * 9):
        assert browser.send(f"/activities/{mine}/files", {"kept": forged}).status_code == 422
    clock.advance(hours=13)
    assert browser.send(f"/activities/{mine}/files", {"kept": token}).status_code == 422


def test_nothing_chosen_is_said_in_words(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    answer = client_of(cast.owner).send(f"/activities/{an_activity(cast.owner)}/files", sent(("", b"")))
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_a_form_that_arrives_twice_attaches_once(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id, browser = an_activity(cast.owner), client_of(cast.owner)
    for _ in range(2):
        answer = browser.send(f"/activities/{activity_id}/files", sent(("a.pdf", PDF), request_key="same"))
        assert answer.location == f"/activities/{activity_id}"
    assert browser.get(f"/activities/{activity_id}/files").text.count('class="file-name"') == 1


def test_taking_away_can_be_taken_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id, browser = an_activity(cast.owner), client_of(cast.owner)
    (file_id,) = attached(cast.owner, activity_id, ("a.pdf", PDF))
    answer = browser.send(f"/files/{file_id}/archive")
    assert answer.status_code == 303
    assert f"/files/{file_id}/restore" in browser.get(answer.location).text
    assert browser.get(f"/files/{file_id}").status_code == 404
    assert browser.send(f"/files/{file_id}/restore").status_code == 303
    assert browser.get(f"/files/{file_id}").status_code == 200


def test_a_reader_sees_files_and_no_way_to_change_them(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    activity_id, browser = an_activity(cast.owner), client_of(cast.reader)
    (file_id,) = attached(cast.owner, activity_id, ("a.pdf", PDF))
    for path in (f"/files/{file_id}", f"/activities/{activity_id}/files"):
        page = browser.get(path)
        assert (page.status_code, "multipart" in page.text, "/archive" in page.text) == (200, False, False)
    assert browser.send(f"/activities/{activity_id}/files", sent(("a.pdf", PDF))).status_code == 403
    assert browser.send(f"/files/{file_id}/archive").status_code == 403


# --- where they show ---


def test_they_stand_on_the_timeline_where_they_were_brought(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    noted = an_activity(cast.owner, customer_id)
    attached(cast.owner, noted, ("with-the-form.pdf", PDF), together=True)
    attached(cast.owner, noted, ("later.pdf", PDF))
    for path in (f"/customers/{customer_id}/timeline", f"/customers/{customer_id}/timeline?show=activities"):
        page = browser.get(path).text
        entries = page.split("<li class=")[1:]
        names = [
            re.findall(r'class="file-name">([^<]+)', entry) for entry in re.split(r'<span class="entry-dot">', page)
        ]
        assert [each for each in names if each] == [["later.pdf"], ["with-the-form.pdf"]], path
        assert len(entries) >= 2
        assert page.count("added to") == 1


def test_the_customers_page_shows_the_newest_and_leads_to_all(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    assert 'id="files"' not in browser.get(f"/customers/{customer_id}").text
    deal_id = a_deal(app, cast.owner, customer_id)
    activity_id = an_activity(cast.owner, customer_id, deal_id=deal_id)
    attached(cast.owner, activity_id, *[(f"n{n}.pdf", PDF) for n in range(8)])
    page = browser.get(f"/customers/{customer_id}").text
    section = page[page.index('id="files"') : page.index('id="timeline"')]
    assert re.findall(r"n\d", section) == ["n7", "n6", "n5", "n4", "n3", "n2"]
    assert f"/customers/{customer_id}/files" in section
    for path in (f"/customers/{customer_id}/files", f"/deals/{deal_id}/files"):
        assert re.findall(r'"file-name">(n\d)', browser.get(path).text) == [f"n{n}" for n in range(7, -1, -1)]


def test_lists_go_on(app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesapp.web import files as pages

    monkeypatch.setattr(pages, "LISTED", 2)
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    ids = attached(cast.owner, an_activity(cast.owner, customer_id), *[(f"n{n}.pdf", PDF) for n in range(3)])
    first = browser.get(f"/customers/{customer_id}/files").text
    assert f'href="/customers/{customer_id}/files?after={ids[1]}"' in first
    assert re.findall(r'"file-name">(n\d)', browser.get(f"/customers/{customer_id}/files?after={ids[1]}").text) == [
        "n0"
    ]


def test_files_cost_a_page_one_statement(app: Flask, client_of: ClientOf, cast: Cast, statements: list[str]) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    for _ in range(5):
        attached(cast.owner, an_activity(cast.owner, customer_id), ("a.jpg", photo()), ("b.pdf", PDF))
    for path in (f"/customers/{customer_id}", f"/customers/{customer_id}/timeline"):
        browser.get(path)
        statements.clear()
        assert browser.get(path).status_code == 200
        assert len([each for each in statements if "FROM file" in each]) == 1, path


@pytest.mark.parametrize("path", ["/files/1", "/files/1/download", "/files/1/picture", "/files/1/preview"])
def test_a_file_costs_few_statements(
    app: Flask, client_of: ClientOf, cast: Cast, statements: list[str], path: str
) -> None:
    attached(cast.owner, an_activity(cast.owner, a_customer(cast.owner)), ("a.jpg", photo()))
    browser = client_of(cast.owner)
    browser.get(path, buffered=True)
    statements.clear()
    assert browser.get(path, buffered=True).status_code == 200
    assert len([each for each in statements if each.startswith("SELECT")]) <= 8


# --- in the forms of activities ---


def _new(customer_id: int, **fields: Any) -> dict[str, Any]:
    today = {"mode": "done", "kind": "visit", "outcome": "reached", "note": "看了展厅", "at_on": "2026-03-02"}
    return {"customer": str(customer_id), **today, **fields}


def test_a_photo_comes_with_what_is_noted(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    assert 'type="file"' in browser.get(f"/activities/new?customer={customer_id}").text
    answer = browser.send("/activities/new", sent(("a.jpg", photo()), **_new(customer_id)))
    assert answer.status_code == 303
    page = browser.get(f"/customers/{customer_id}/timeline").text
    assert (page.count('class="file-name">a.jpg'), page.count("added to")) == (1, 0)


def test_files_and_words_are_kept_when_the_form_comes_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    wrong = browser.send("/activities/new", sent(("a.pdf", PDF), ("b.exe", b"MZ"), **_new(customer_id, at_on="x")))
    assert wrong.status_code == 422
    assert "看了展厅" in wrong.text
    assert "b.exe" in wrong.text
    (token,) = tokens(wrong.text)
    assert browser.send("/activities/new", _new(customer_id, kept=token)).status_code == 303
    assert browser.get(f"/customers/{customer_id}").text.count('class="file-name">a.pdf') == 2  # timeline and section


@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_a_photo_comes_with_finishing(app: Flask, client_of: ClientOf, cast: Cast, htmx: dict[str, str]) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    with work(cast.owner, NOW) as opened:
        activity_id = plan_activity(opened, NewActivity(customer_id=customer_id, planned_at=NOW))
    path = f"/activities/{activity_id}/finish"
    assert 'type="file"' in browser.get(path, headers=htmx).text
    wrong = browser.send(path, sent(("a.jpg", photo()), outcome="", note="没人接"), headers=htmx)
    assert (wrong.status_code, "没人接" in wrong.text) == (422, True)
    done = browser.send(path, {"kept": tokens(wrong.text)[0], "outcome": "not_reached"}, headers=htmx)
    assert done.status_code == (204 if htmx else 303)
    page = browser.get(f"/activities/{activity_id}").text
    assert page.count('class="file-name">a.jpg') == 1
    assert f"/activities/{activity_id}/files" in page


def test_what_waited_too_long_or_is_gone_is_to_be_chosen_again(
    app: Flask, client_of: ClientOf, cast: Cast, clock: Any
) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    sends = sent(("a.pdf", PDF), ("b.jpg", photo()), **_new(customer_id, at_on="x"))
    kept = tokens(browser.send("/activities/new", sends).text)
    clock.advance(hours=7)
    again = browser.send("/activities/new", _new(customer_id, at_on="x", kept=kept))
    assert tokens(again.text) == kept  # signed when it came, not when the form did
    clock.advance(hours=6)
    late = browser.send("/activities/new", _new(customer_id, kept=tokens(again.text)))
    assert (late.status_code, tokens(late.text)) == (422, [])
    for name in ("a.pdf", "b.jpg"):
        assert f"{name} did not wait until now. Choose it again." in late.text
    assert "A file did not wait until now." in browser.send("/activities/new", _new(customer_id, kept="x")).text
    before = set(file_disk.folder().rglob("?" * 32))
    large = sent(("b.jpg", photo(size=(900, 700))), **_new(customer_id, at_on="x"))
    (token,) = tokens(browser.send("/activities/new", large).text)
    preview = min(set(file_disk.folder().rglob("?" * 32)) - before, key=lambda path: path.stat().st_size)
    preview.unlink()
    gone = browser.send("/activities/new", _new(customer_id, kept=token))
    assert (gone.status_code, "b.jpg did not wait until now" in gone.text) == (422, True)


def test_a_photo_that_comes_with_later_can_be_put_back(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    browser = client_of(cast.owner)
    with work(cast.owner, NOW) as opened:
        planned = NewActivity(customer_id=a_customer(cast.owner), planned_at=NOW, note="报价")
        activity_id = plan_activity(opened, planned)
    off = sent(("a.jpg", photo()), outcome="later", next_on="2026-03-09", note="在开会")
    assert browser.send(f"/activities/{activity_id}/finish", off).status_code == 303
    page = browser.get(f"/activities/{activity_id}").text
    assert "在开会" in page
    (back,) = re.findall(r'action="(/activities/\d+/put-back[^"]*)"', page)
    assert browser.send(back).status_code == 303
    page = browser.get(f"/activities/{activity_id}").text
    assert ("在开会" in page, "a.jpg" in page) == (False, True)
    assert browser.send(back).status_code == 422  # the second time it would be put off again


def test_who_was_slower_keeps_what_was_typed_as_a_new_one(app: Flask, client_of: ClientOf, cast: Cast) -> None:
    customer_id, browser = a_customer(cast.owner), client_of(cast.owner)
    with work(cast.owner, NOW) as opened:
        contact_id = add_contact(opened, customer_id, NewContact(name="采购部主任"))
        new = NewActivity(customer_id=customer_id, contact_id=contact_id, kind="visit", planned_at=NOW)
        activity_id = plan_activity(opened, new)
    with work(cast.manager, NOW) as opened:
        finish_activity(opened, activity_id, "reached", "")
    typed = {"outcome": "not_reached", "note": "门口没人", "next_on": ""}
    answer = browser.send(f"/activities/{activity_id}/finish", sent(("a.pdf", PDF), **typed))
    assert (answer.status_code, answer.text.index("Somebody was faster") < answer.text.index("门口没人")) == (409, True)
    (form,) = re.findall(r'<form[^>]*action="/activities/new".*?</form>', answer.text, re.DOTALL)
    fields = dict(re.findall(r'type="(?:hidden|checkbox)" name="([^"]+)" value="([^"]*)"', form))
    assert browser.send("/activities/new", fields | {"note": "门口没人"}).status_code == 303
    with reading() as x:
        last = x.execute(select(activity).order_by(activity.c.id.desc())).first()
    assert last is not None
    assert (last.customer_id, last.contact_id) == (customer_id, contact_id)
    assert (last.kind, last.outcome) == ("visit", "not_reached")
    assert "a.pdf" in browser.get(f"/activities/{last.id}").text


def test_nothing_is_taken_in_from_whom_may_not(
    app: Flask, client_of: ClientOf, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer_id = a_customer(cast.owner)
    with work(cast.owner, NOW) as opened:
        activity_id = plan_activity(opened, NewActivity(customer_id=customer_id, planned_at=NOW))
    monkeypatch.setattr(uploads, "take_in", lambda *_: pytest.fail("it was taken in"))
    for actor, status in ((cast.outsider, 404), (cast.reader, 403)):
        browser = client_of(actor)
        for path, fields in (("/activities/new", _new(customer_id)), (f"/activities/{activity_id}/finish", {})):
            assert browser.send(path, sent(("a.pdf", PDF), **fields)).status_code == status
    deal_id = a_deal(app, cast.owner)
    answer = client_of(cast.outsider).send("/activities/new", sent(("a.pdf", PDF), **_new(customer_id), deal=deal_id))
    assert answer.status_code == 404


def test_every_bad_file_of_a_form_is_named(app: Flask, client_of: Any, cast: Cast) -> None:
    data = {
        "mode": "done",
        "kind": "call",
        "customer": str(a_customer(cast.owner)),
        "at_on": "2026-03-02",
        "outcome": "reached",
        "files": [(io.BytesIO(b"MZ"), "a.exe"), (io.BytesIO(b"MZ2"), "b.exe"), (io.BytesIO(b""), "c.txt")],
    }
    answer = client_of(cast.owner).send("/activities/new", data, content_type="multipart/form-data")
    assert answer.status_code == 422
    summary = answer.text.split('class="errors"')[1].split("</ul>")[0]
    for name in ("a.exe", "b.exe", "c.txt"):
        assert name in summary
