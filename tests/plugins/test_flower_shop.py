"""One file of at most forty lines, and a new industry runs: a deal goes through it, in the browser."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from salesapp import places
from salesapp.domain.permissions import Actor
from salesapp.plugging.author_check import examine, plugins_in
from salesapp.testing import Browser, Cast, Kit, refused

FILE = Path(__file__).with_name("flower_shop.py")


def test_it_has_forty_lines_at_most_and_nothing_to_mend() -> None:
    assert len(FILE.read_text(encoding="utf-8").splitlines()) <= 40
    (found,) = plugins_in([places.PLUGINS], str(FILE))
    assert examine(found, [places.PLUGINS]) == []


def test_a_wedding_is_won(kit: Kit) -> None:
    assert kit.why_set_aside("flower_shop") == ""
    bride = kit.a_customer("王芳", fields={"flower_shop.allergy": "lilies"})
    deal = kit.a_deal("flower_shop.wedding", customer=bride)
    with refused("field.guests", "step"):
        kit.move(deal, "offered")
    with refused("answer.visit.flower_shop.liked"):
        kit.an_activity(deal, kind="visit")
    kit.an_activity(deal, kind="visit", answers={"liked": "peonies"})
    deal = kit.move(kit.fill(deal, guests=80), "offered")
    assert (deal.stage, deal.done_steps) == ("offered", {"seen"})
    with refused("amount", "expected_close"):
        kit.win(deal)
    kit.fill(deal, amount=12_800, expected_close=date(2026, 5, 2))
    assert kit.win(deal).state == "won"
    assert kit.customer(bride.id).state == "customer"
    assert kit.customer(bride.id).custom["flower_shop"] == {"allergy": "lilies"}


def test_its_pages_speak_every_language(kit: Kit, cast: Cast, client_of: Callable[[Actor], Browser]) -> None:
    deal = kit.a_deal("flower_shop.wedding", customer=kit.a_customer("王芳"))
    browser = client_of(cast.owner)
    board = browser.get("/deals?process=flower_shop.wedding").text
    assert "Offered" in board
    page = browser.get(f"/deals/{deal.id}").text
    assert "See the hall" in page
    assert "Guests" in page
    for language, step in (("zh-CN", "看场地"), ("zh-TW", "看場地"), ("ru", "Осмотреть зал")):
        shown = browser.get(f"/deals/{deal.id}", headers={"Accept-Language": language}).text
        assert step in shown
