"""A plugin that is off, gone, or has done away with a part of itself: every page that has its data opens, says why it
is only shown, and changes nothing of it."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from salesapp.domain.permissions import SYSTEM, Actor
from salesapp.places import PLUGINS
from salesapp.plugging.remembered import remember
from salesapp.services import plugin_states
from salesapp.services.activities import NewActivity, note_activity
from salesapp.services.customers import change_customer
from salesapp.services.deal_moves import lose_deal, move_deal
from salesapp.services.deals import change_deal
from salesapp.services.work import work
from salesapp.store import customers, deals
from salesapp.store.engine import reading
from salesapp.testing import NOW, Browser, Cast
from salesapp.web import deal_words
from tests.plugging.rental import PROCESS, SECOND, become, write_rental
from tests.services.deal_files import a_customer, a_deal
from tests.web.imports_kit import form_of, uploaded, worked_off
from tests.web.test_fields import fields_in

ClientOf = Callable[[Actor], Browser]
OFF = "“Car rental” is switched off."
GONE = "“Car rental” is not installed any more."


@dataclass(frozen=True, slots=True)
class Rented:
    """A customer with the plugin's fields, an open and a lost deal in its process."""

    customer: int
    deal: int
    lost: int


@pytest.fixture
def plugin_paths(tmp_path: Path) -> list[Path]:
    return [write_rental(tmp_path / "plugins")]


@pytest.fixture
def rented(app: Flask, cast: Cast) -> Rented:
    customer = a_customer(cast.owner)
    with work(SYSTEM, NOW) as w:
        remember(w.session, app.extensions["salesapp_plugins"])
    with work(cast.admin, NOW) as w:
        own = {
            "rental.licence": "B 12345",
            "rental.credit": "Rating AAA",
            "rental.class": "van",
            "rental.counted": 4321,
        }
        change_customer(w, customer, own, {})
    deal = a_deal(app, cast.owner, customer, process=PROCESS, title="A van for June")
    lost = a_deal(app, cast.owner, customer, process=PROCESS, title="Another van")
    answers = {"rental": {"damage": "a scratch", "fuel": 40}}
    with work(cast.owner, NOW) as w:
        for each in (deal, lost):
            change_deal(
                w, each, {"field.days": 31, "field.insured": "full", "rental.size": 7, "amount_minor": 5000}, {}
            )
        move_deal(w, deal, "handed", deals.version(w.session, deal))
        lose_deal(w, lost, "rain", "", deals.version(w.session, lost))
        new = NewActivity(kind="visit", customer_id=customer, deal_id=deal, outcome="reached", answers=answers)
        note_activity(w, new)
    return Rented(customer, deal, lost)


def switch(cast: Cast, off: bool) -> None:
    with work(cast.admin, NOW) as w:
        plugin_states.switch(w, "rental", off)


def text_of(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return unescape(answer.text)


def pages(rented: Rented) -> dict[str, tuple[str, ...]]:
    """Each page with its data, and what must stand there while the plugin is off."""
    deal, customer = f"/deals/{rented.deal}", f"/customers/{rented.customer}"
    full = ("Rent a car", "Keys handed over")
    return {
        customer: ("Rental pack", "Driving licence", "B 12345", "Van", "4,321", "Damage seen", "a scratch"),
        f"{customer}/edit": ("Rental pack", "Driving licence", "B 12345"),
        deal: (*full, "Rental days", "31", "Full cover", "Group size", "Damage seen", "a scratch", "Rental asked"),
        f"{deal}/move": ("Keys handed over",),
        f"{deal}/edit": ("Rental days", "31", "Full cover", "Group size"),
        f"/deals/{rented.lost}": ("It rained", "Rental asked"),
        f"/deals?process={PROCESS}": (*full, "A van for June"),
        f"/deals?process={PROCESS}&view=list": ("A van for June", "Keys handed over"),
        "/lists/customer/filter?f0=field.rental.licence&o0=filled": ("Driving licence",),
        "/customers?f0=field.rental.licence&o0=filled&c=name&c=field.rental.licence": ("B 12345", "Driving licence"),
        "/deals/list?c=title&c=field.rental.days&c=stage": ("Rental days", "31", "Keys handed over"),
        f"/reports?process={PROCESS}&period=all": ("Rent a car", "Rental asked", "It rained"),
    }


QUIET = ("/filter",)
"""Pages where nothing is shown of a value, so nothing is said."""


@pytest.mark.parametrize("why", [OFF, GONE])
def test_every_page_with_its_data_opens_and_says_why_it_is_only_shown(
    app: Flask, client_of: ClientOf, cast: Cast, rented: Rented, why: str
) -> None:
    if why == OFF:
        switch(cast, True)
    else:
        become(app, PLUGINS / "general")
    browser = client_of(cast.owner)
    for path, texts in pages(rented).items():
        page = text_of(browser, path)
        for text in texts:
            assert text in page, (path, text)
        if not any(part in path for part in QUIET):
            assert why in page, path
    for path in (
        "/today",
        "/activities",
        "/calendar",
        "/customers",
        "/deals",
        "/deals/new",
        "/search?q=van",
    ):
        text_of(browser, path)
    text_of(client_of(cast.admin), "/import")


def test_who_may_not_read_a_field_does_not_while_it_rests(
    app: Flask, client_of: ClientOf, cast: Cast, rented: Rented
) -> None:
    path = f"/customers/{rented.customer}"
    for off in (False, True):
        switch(cast, off)
        assert "Rating AAA" not in text_of(client_of(cast.owner), path)
        assert "Rating AAA" in text_of(client_of(cast.manager), path)
        listed = "/customers?c=name&c=field.rental.credit"
        assert "Rating AAA" not in text_of(client_of(cast.owner), listed)
        assert "Rating AAA" in text_of(client_of(cast.manager), listed)


def test_editing_what_is_there_besides_leaves_it_alone(
    app: Flask, client_of: ClientOf, cast: Cast, rented: Rented
) -> None:
    browser, customer, deal = client_of(cast.owner), f"/customers/{rented.customer}", f"/deals/{rented.deal}"
    opened = {path: fields_in(browser.get(f"{path}/edit").text) for path in (customer, deal)}
    switch(cast, True)
    # Forms that were opened before, with the plugin's fields in them, and what was typed there
    sent = opened[customer] | {"note": "new", "rental.licence": "C 1"}
    assert browser.send(f"{customer}/edit", sent).status_code == 303
    sent = opened[deal] | {"title": "Two vans", "field.days": "5", "rental.size": "9"}
    assert browser.send(f"{deal}/edit", sent).status_code == 303
    for path, more in ((customer, {"note": "newer"}), (deal, {"title": "Three vans"})):  # forms that are opened now
        form = fields_in(browser.get(f"{path}/edit").text)
        assert not [name for name in form if "rental." in name or "field." in name]
        answer = browser.send(f"{path}/edit", form | more)
        assert answer.status_code == 303, unescape(answer.text).split("<main")[1]
    with reading() as x:
        found, of_deal = customers.read(x, rented.customer), deals.read(x, rented.deal)
    kept = {"licence": "B 12345", "credit": "Rating AAA", "class": "van", "counted": 4321}
    assert (found.note, found.custom["rental"]) == ("newer", kept)
    assert (of_deal.title, of_deal.custom["rental"]) == ("Three vans", {"days": 31, "insured": "full", "size": 7})
    switch(cast, False)
    assert fields_in(browser.get(f"{customer}/edit").text)["rental.licence"] == ["B 12345"]
    assert fields_in(browser.get(f"{deal}/edit").text)["field.days"] == ["31"]


def test_nothing_moves_nor_is_ticked(app: Flask, client_of: ClientOf, cast: Cast, rented: Rented) -> None:
    browser = client_of(cast.owner)
    switch(cast, True)
    with reading() as x:
        version = deals.version(x, rented.deal)
    for to in ("offered", ":won"):
        refused = browser.send(f"/deals/{rented.deal}/move", {"to": to, "version": str(version)})
        assert refused.status_code == 422
        assert "so the deal stays in its stage" in unescape(refused.text)
    page = text_of(browser, f"/deals/{rented.deal}")
    assert "Talked it over" in page
    assert "/steps/" not in page
    board = text_of(browser, f"/deals?process={PROCESS}")
    assert f"/deals/{rented.deal}/move" not in board


def test_what_ticked_a_step_is_said_by_the_name_of_a_plugin_that_rests(app: Flask, cast: Cast, rented: Rented) -> None:
    switch(cast, True)
    with app.test_request_context():
        assert deal_words.evidence_label("rental.signed") == "Car rental"


def test_an_export_still_has_it(app: Flask, client_of: ClientOf, cast: Cast, rented: Rented) -> None:
    switch(cast, True)
    sent = {"c": ["name", "field.rental.licence", "field.rental.class"]}
    answer = client_of(cast.admin).send("/lists/customer/export", sent)
    assert answer.status_code == 200
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0][1:3] == ["Driving licence", "Car class"]
    assert rows[1][1:3] == ["B 12345", "Van"]
    report = client_of(cast.admin).send("/reports/export", {"process": PROCESS, "period": "all", "table": "funnel"})
    assert report.status_code == 200
    assert "Keys handed over" in report.data.decode("utf-8-sig")


def test_a_stage_the_new_version_has_not_is_on_the_board_and_can_be_left(
    app: Flask, client_of: ClientOf, cast: Cast, rented: Rented, tmp_path: Path
) -> None:
    become(app, PLUGINS / "general", write_rental(tmp_path / "new", SECOND))
    browser = client_of(cast.owner)
    board = text_of(browser, f"/deals?process={PROCESS}")
    for text in ("Rental wanted", "Keys handed over", "A van for June"):
        assert text in board, text
    assert f"/deals/{rented.deal}/move" in board
    page = text_of(browser, f"/deals/{rented.deal}")
    assert "Keys handed over" in page
    assert "Full cover" in page  # an option nobody can choose any more
    assert "Fuel left" in page  # a question nobody asks any more
    assert "It rained" in text_of(browser, f"/deals/{rented.lost}")
    customer = text_of(browser, f"/customers/{rented.customer}")
    assert "Times rented" in customer
    assert "“Car rental” does not ask for this any more." in customer
    assert "Rating AAA" not in customer  # a field that is gone is still not theirs to read
    with reading() as x:
        version = deals.version(x, rented.deal)
    moved = browser.send(f"/deals/{rented.deal}/move", {"to": "driven", "version": str(version)})
    assert moved.status_code == 303
    with reading() as x:
        assert deals.read(x, rented.deal).stage == "driven"


def test_how_many_statements_the_pages_take(
    app: Flask, client_of: ClientOf, cast: Cast, rented: Rented, statements: list[str]
) -> None:
    browser = client_of(cast.owner)
    taken: dict[str, list[int]] = {}
    for off in (False, True):
        switch(cast, off)
        for path in (f"/customers/{rented.customer}", f"/deals/{rented.deal}", f"/deals?process={PROCESS}"):
            browser.get(path)
            statements.clear()
            browser.get(path)
            taken.setdefault(path, []).append(len(statements))
    for path, (running, resting) in taken.items():
        assert resting <= running, path


def test_the_difference_to_the_new_version_is_shown_and_one_press_goes_back(
    app: Flask, client_of: ClientOf, cast: Cast, tmp_path: Path
) -> None:
    here = f"/settings/processes/{PROCESS}"
    browser = client_of(cast.admin)
    for path, words in (("stage.asked.label", "They called"), ("stage.handed.label", "On the road")):
        change = {"what": "rename", "path": path, "label_en": words}
        assert browser.send(f"{here}/change", change).status_code == 303
    become(app, PLUGINS / "general", write_rental(tmp_path / "new", SECOND))
    page = text_of(browser, here)
    assert "<del>Rental wanted</del> <ins>They called</ins>" in page
    assert "the plugin changed this since" in page
    assert "<ins>On the road</ins>" in page
    assert "does not fit the plugin any more, so it waits" in page
    assert browser.send(f"{here}/change", {"what": "revert", "path": "stage.asked.label"}).status_code == 303
    assert "They called" not in text_of(browser, here)


FILE = "name,Driving licence\nAnn,B 777\n"


@pytest.mark.parametrize("when", ["uploaded", "checked"])
def test_a_file_whose_column_rests_is_brought_in_without_it(
    app: Flask, client_of: ClientOf, cast: Cast, when: str
) -> None:
    browser = client_of(cast.admin)
    run_id = uploaded(browser, FILE, "people.csv")
    here = f"/import/{run_id}"
    form = form_of(browser.get(here).text)
    assert form["c1"] == "rental.licence"
    if when == "checked":
        assert browser.send(here, form).status_code == 303
        worked_off(run_id)
    switch(cast, True)
    text_of(browser, here)
    if when == "uploaded":
        form = form_of(browser.get(here).text)
        assert "rental.licence" not in form.values()
        assert browser.send(here, form).status_code == 303
        worked_off(run_id)
    browser.send(f"{here}/start")
    assert worked_off(run_id).state == "done"
    text_of(browser, here)
    listed = text_of(browser, "/customers?c=name&c=field.rental.licence")
    assert "Ann" in listed
    assert "B 777" not in listed
