"""Files of a plugin's own page: taken in, attached, shown again, and refused at their input."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.plugin_api import Reads
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast, make_cast
from tests.plugging.hook_kit import Plugged, plugged
from tests.services.deal_files import a_customer
from tests.services.file_kit import HTML, PDF, an_activity, photo

__all__ = ["plugged"]
ClientOf = Callable[[Actor], Browser]

GARAGE = """
from flask import Blueprint, render_template_string, request
pages = Blueprint("pages", __name__)
SHOW = '''{% for f in files %}<a href="{{ f.address }}">{% if f.preview %}<img src="{{ f.preview }}"
alt="{{ f.name }}">{% else %}{{ f.name }}{% endif %}</a>{% endfor %}'''

@pages.get("/<int:activity_id>")
def show(activity_id):
    with reading() as reads:
        return render_template_string(SHOW, files=reads.files(activity_id))

@pages.post("/<int:activity_id>")
@takes_files
def add(activity_id):
    try:
        kept = take_files(request.files.getlist("photos"), "photos")
        with work(asking().actor, asking().now) as w:
            w.attach(activity_id, kept)
    except Refused as refused:
        return " ".join(f"{each.place}: {say(each.message)}" for each in refused.problems), 422
    return go_to(f"/p/garage/{activity_id}")

@hookimpl
def salesapp_records():
    return [Routes("pages", lambda: pages, verb="deal.see", verbs={"add": "activity.add"})]
"""


@pytest.fixture
def cast(plugged: Plugged) -> Cast:
    plugged(garage=GARAGE)
    return make_cast()


def sent(*files: tuple[str, bytes]) -> dict[str, Any]:
    return {"photos": [(io.BytesIO(content), name) for name, content in files]}


def names(actor: Actor, activity_id: int) -> list[str]:
    with reading() as x:
        return [each.name for each in Reads("garage", actor, NOW, x).files(activity_id)]


def test_a_picture_is_attached_and_its_preview_shown(cast: Cast, client_of: ClientOf) -> None:
    activity_id = an_activity(cast.owner, a_customer(cast.owner))
    browser, path = client_of(cast.owner), f"/p/garage/{activity_id}"
    assert browser.send(path, sent(("left.jpg", photo()), ("合同.pdf", PDF))).status_code == 303
    page = browser.get(path).text
    assert '<a href="/files/1"><img src="/files/1/preview"' in page
    assert '<a href="/files/2/download">合同.pdf</a>' in page
    for address, kind in (("1", "text"), ("1/preview", "image"), ("2/download", "application")):
        with browser.get(f"/files/{address}") as answer:
            assert (answer.status_code, answer.mimetype.split("/")[0]) == (200, kind)


def test_what_is_wrong_is_said_at_the_input_of_the_page_and_nothing_is_attached(
    cast: Cast, client_of: ClientOf, app: Flask
) -> None:
    activity_id = an_activity(cast.owner, a_customer(cast.owner))
    browser, path = client_of(cast.owner), f"/p/garage/{activity_id}"
    strange = browser.send(path, sent(("good.pdf", PDF), ("bad.html", HTML), ("empty.pdf", b"")))
    assert (strange.status_code, strange.text.count("photos: ")) == (422, 2)
    app.extensions["salesapp_settings"] = replace(app.extensions["salesapp_settings"], max_file_bytes=1000)
    large = browser.send(path, sent(("large.pdf", PDF + b" " * 1000)))
    assert (large.status_code, large.text.startswith("photos: large.pdf")) == (422, True)
    assert names(cast.owner, activity_id) == []


def test_whoever_may_not_change_the_activity_attaches_and_sees_nothing(cast: Cast, client_of: ClientOf) -> None:
    activity_id = an_activity(cast.owner, a_customer(cast.owner))
    path = f"/p/garage/{activity_id}"
    client_of(cast.owner).send(path, sent(("left.jpg", photo())))
    for actor, answer in ((cast.reader, 403), (cast.outsider, 404)):
        assert client_of(actor).send(path, sent(("more.jpg", photo()))).status_code == answer
    outsider = client_of(cast.outsider)
    assert "left.jpg" not in outsider.get(path).text
    assert outsider.get("/files/1/preview").status_code == 404
    assert names(cast.outsider, activity_id) == []
    assert names(cast.owner, activity_id) == ["left.jpg"]


def test_who_is_not_signed_in_is_sent_to_the_door(cast: Cast, client: Browser) -> None:
    with client.session_transaction() as session:
        session["csrf"] = client.csrf = "test-token"
    answer = client.send("/p/garage/1", sent(("left.jpg", photo())))
    assert (answer.status_code, answer.location.startswith("/sign-in")) == (303, True)
