"""Offers: a total that is that of the lines, versions that stay as they were given, and discounts somebody released."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from salesapp.plugin_api import SYSTEM, Actor, Refused, work
from salesapp.testing import Browser, Cast, Kit, refused

pytest_plugins = ["salesapp.testing"]
HOME = "/p/automotive/offers"
CAR = {"vehicle": "", "model": "A6L", "colour": "白", "price": "300,000", "valid_until": "2026-03-09"}
ASKED = {"demands": "送脚垫"}


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def rows(kit: Kit, table: str) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        its = getattr(parts(kit).tables, table)
        return w.reads.execute(select(its).order_by(its.c.id))


@pytest.fixture
def deal(kit: Kit) -> Any:
    return kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))


def a_draft(browser: Browser, deal: Any, **car: str) -> str:
    """A draft of an offer; its address."""
    answer = browser.send(f"{HOME}/deals/{deal.id}", CAR | car)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def add(browser: Browser, offer: str, kind: str, amount: str, text: str = "") -> Any:
    return browser.send(f"{offer}/lines", {"kind": kind, "amount": amount, "text": text})


def give(kit: Kit, browser: Browser, offer: str, **more: str) -> Any:
    seen = next(each.total_minor for each in rows(kit, "OFFER") if str(each.id) == offer.rsplit("/", 1)[1])
    return browser.send(f"{offer}/give", {"seen": str(seen)} | ASKED | more)


def test_lines_make_the_total_and_giving_it_makes_the_deal_worth_that(
    kit: Kit, client_of: Any, cast: Cast, deal: Any
) -> None:
    owner = client_of(cast.owner)
    kit.fill(deal, demands="", no_drive="knows")
    offer = a_draft(owner, deal)
    for kind, amount, text in (
        ("option", "12,000", "天窗"),
        ("insurance", "6500.50", ""),
        ("accessory", "0", "脚垫"),
        ("plates", "800", ""),
        ("trade_in", "8万", "旧车"),
        ("discount", "5000", ""),
    ):
        assert add(owner, offer, kind, amount, text).status_code == 303
    assert rows(kit, "OFFER")[0].total_minor == 234_300_50
    page = owner.get(offer).text
    assert "¥234,300.50" in page
    assert "-CN¥80,000" in page
    line = next(each.id for each in rows(kit, "OFFER_LINE") if each.kind == "option")
    assert owner.send(f"{offer}/lines/{line}/remove").status_code == 303
    car = rows(kit, "OFFER_LINE")[0].id
    owner.send(f"{offer}/lines/{car}/remove")
    assert rows(kit, "OFFER")[0].total_minor == 222_300_50
    unsaid = give(kit, owner, offer, demands="")
    assert (unsaid.status_code, 'href="#f-demands"' in unsaid.text) == (422, True)
    assert give(kit, owner, offer).status_code == 303
    after: Any = kit.deal(deal.id)
    assert (after.amount_minor, after.custom["automotive"]["demands"]) == (222_300_50, "送脚垫")
    assert "offered" in after.done_steps
    assert "222,300.50" in owner.get(f"/deals/{deal.id}").text


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["option", "insurance", "trade_in", "discount"]), st.integers(0, 10**9))))
def test_the_total_is_always_that_of_the_lines(kit: Kit, deal: Any, cast: Cast, lines: list[tuple[str, int]]) -> None:
    module, expected = parts(kit), 300_000_00
    with work(cast.owner, kit.clock.now, plugin="automotive") as w:
        car = {"vehicle_id": None, "model": "A6L", "colour": "", "valid_until": None, "note": ""}
        offer = module.offers.begin(w, deal.id, car, expected)
        for kind, amount in lines[:50]:
            taken_off = kind in ("trade_in", "discount")
            if taken_off and amount >= expected:
                with pytest.raises(Refused, match="nothing to pay"):
                    module.sale.offer_lines.add(w, offer, kind, "x", amount)
                continue
            module.sale.offer_lines.add(w, offer, kind, "x", amount)
            expected += -amount if taken_off else amount
        found = module.sale.offer_lines.sheet(w.reads, offer)
        assert (found.row.total_minor, found.total.minor) == (expected, expected)
        module.offers.discard(w, offer)


def test_a_given_one_stays_and_the_next_version_takes_its_place(
    kit: Kit, client_of: Any, cast: Cast, deal: Any
) -> None:
    owner = client_of(cast.owner)
    first = a_draft(owner, deal)
    assert owner.send(f"{HOME}/deals/{deal.id}", CAR).status_code == 422  # one draft at a time
    give(kit, owner, first)
    assert add(owner, first, "plates", "800").status_code == 422
    assert owner.send(f"{first}/car", CAR | {"price": "1"}).status_code == 422
    second = str(owner.send(f"{first}/next").location)
    add(owner, second, "plates", "800")
    assert [(each.version, each.state) for each in rows(kit, "OFFER")] == [(1, "given"), (2, "draft")]
    give(kit, owner, second)
    found = [(each.version, each.state, each.total_minor) for each in rows(kit, "OFFER")]
    assert found == [(1, "superseded", 300_000_00), (2, "given", 300_800_00)]
    assert owner.send(f"{first}/answer", {"to": "accepted"}).status_code == 422
    assert owner.send(f"{second}/answer", {"to": "accepted"}).status_code == 303


def test_what_was_typed_wrong_is_said_at_its_place_and_kept(client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    wrong = owner.send(f"{HOME}/deals/{deal.id}", CAR | {"price": "about 30", "valid_until": "2026-03-01"})
    assert (wrong.status_code, 'value="about 30"' in wrong.text) == (422, True)
    assert 'href="#f-price"' in wrong.text
    assert 'href="#f-valid_until"' in wrong.text
    offer = a_draft(owner, deal)
    nameless = add(owner, offer, "option", "5")
    assert (nameless.status_code, 'href="#f-text"' in nameless.text, 'value="5"' in nameless.text) == (422, True, True)
    assert add(owner, offer, "car", "5").status_code == 422
    much = add(owner, offer, "discount", "99999999")
    assert (much.status_code, 'href="#f-amount"' in much.text, 'value="99999999"' in much.text) == (422, True, True)
    loan = owner.send(f"{offer}/loan", {"months": "36", "down": "299999", "rate": "3.999"})
    assert (loan.status_code, 'href="#f-rate"' in loan.text, 'value="299999"' in loan.text) == (422, True, True)
    assert 'href="#f-down"' in owner.send(f"{offer}/loan", {"months": "36", "down": "299999", "rate": "4"}).text


def test_a_loan_follows_the_total_until_it_does_not_fit(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    offer = a_draft(owner, deal)
    assert owner.send(f"{offer}/loan", {"months": "36", "down": "20万", "rate": "3,99"}).status_code == 303
    assert "¥2,951.95" in owner.get(offer).text
    assert "¥2,951.95" in owner.get(f"{offer}/print").text
    owner.send(f"{offer}/loan", {"months": "36", "down": "20万", "rate": "0", "fee": "3600"})
    assert "¥2,877.78" in owner.get(offer).text
    (loan,) = [each for each in rows(kit, "OFFER_LINE") if each.kind == "finance"]
    assert loan.facts == {"months": 36, "down_minor": 200_000_00, "rate_bp": 0}
    assert loan.amount_minor == 3600_00
    add(owner, offer, "trade_in", "10.35万")
    late = give(kit, owner, offer)
    assert (late.status_code, 'href="#f-down"' in late.text) == (422, True)


def test_a_discount_above_the_limit_waits_for_the_manager(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner, manager = client_of(cast.owner), client_of(cast.manager)
    offer = a_draft(owner, deal)
    add(owner, offer, "discount", "15000")
    assert "/ask" not in owner.get(offer).text  # five percent are anybody's
    add(owner, offer, "discount", "0.01")
    assert 'href="#f-release"' in give(kit, owner, offer).text
    yes = {"say": "yes", "seen": "28499999"}
    assert owner.send(f"{offer}/release", yes).status_code == 403
    assert owner.send(f"{offer}/ask").status_code == 303
    assert deal.title in manager.get(f"{HOME}/waiting").text
    assert "A discount waits for your release." in manager.get("/notices").text
    bare = manager.send(f"{offer}/release", yes | {"say": "no"})
    assert (bare.status_code, 'href="#f-remark"' in bare.text) == (422, True)
    assert manager.send(f"{offer}/release", yes | {"say": "no", "remark": "最多 4%"}).status_code == 303
    assert "最多 4%" in owner.get(offer).text
    owner.send(f"{offer}/ask")
    assert manager.send(f"{offer}/release", yes | {"seen": "1"}).status_code == 422  # not what they saw
    assert manager.send(f"{offer}/release", yes).status_code == 303
    assert (rows(kit, "OFFER")[0].release, rows(kit, "OFFER")[0].released_by) == ("released", cast.manager.id)
    add(owner, offer, "discount", "1")  # another offer than the one that was released
    assert give(kit, owner, offer).status_code == 422
    manager.send(f"{offer}/release", yes | {"seen": "28499899"})
    assert give(kit, owner, offer).status_code == 303
    assert deal.title not in manager.get(f"{HOME}/waiting").text
    assert "Your discount is released." in owner.get("/notices").text


def test_of_two_who_give_at_once_one_does_and_the_other_is_told(
    kit: Kit, client_of: Any, cast: Cast, deal: Any
) -> None:
    offer = int(a_draft(client_of(cast.owner), deal).rsplit("/", 1)[1])
    module, together, said = parts(kit).offers, threading.Barrier(2), []

    def try_it(who: Actor) -> None:
        with kit.app.app_context():
            together.wait()
            try:
                with work(who, kit.clock.now, plugin="automotive") as w:
                    module.give(w, offer, 300_000_00, "送脚垫")
                said.append("given")
            except Refused as no:
                said.append(no.problems[0].message.source)

    both = [threading.Thread(target=try_it, args=(who,)) for who in (cast.owner, cast.manager)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(said) == ["This version was given: what changes is the next version.", "given"]
    assert [each.state for each in rows(kit, "OFFER")] == ["given"]


def test_what_somebody_changed_meanwhile_is_looked_at_before_it_goes_out(client_of: Any, cast: Cast, deal: Any) -> None:
    offer = a_draft(client_of(cast.owner), deal)
    add(client_of(cast.manager), offer, "plates", "800")
    assert client_of(cast.owner).send(f"{offer}/give", ASKED | {"seen": "30000000"}).status_code == 422


def test_it_expires_after_its_last_day(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    owner = client_of(cast.owner)
    offer = a_draft(owner, deal)
    give(kit, owner, offer)
    kit.clock.advance(days=7)  # its last day
    module = parts(kit).offers
    with work(cast.owner, kit.clock.now + timedelta(days=1), plugin="automotive") as w, refused(""):
        module.answer(w, 1, "accepted")
    kit.run_jobs()
    assert rows(kit, "OFFER")[0].state == "given"
    kit.clock.advance(days=2)
    kit.run_jobs()
    assert rows(kit, "OFFER")[0].state == "expired"
    assert client_of(cast.owner).send(f"{offer}/next").status_code == 303
    assert str(rows(kit, "OFFER")[1].valid_until) == "2026-03-18"


def test_a_car_of_stock_brings_its_model_and_price(kit: Kit, client_of: Any, cast: Cast, deal: Any) -> None:
    with work(SYSTEM, kit.clock.now) as w:
        car = {"model": "Q5", "trim": "45", "colour": "蓝", "price_minor": 400_000_00, "currency": deal.currency}
        w.session.execute(insert(parts(kit).tables.VEHICLE).values(**car, state="in_stock"))
        w.session.execute(insert(parts(kit).tables.VEHICLE).values(model="Q7", state="reserved"))
    owner = client_of(cast.owner)
    assert owner.send(f"{HOME}/deals/{deal.id}", CAR | {"vehicle": "2"}).status_code == 422
    a_draft(owner, deal, vehicle="1", price="")
    (row,) = rows(kit, "OFFER")
    assert (row.model, row.colour, row.total_minor, row.vehicle_id) == ("Q5 45", "蓝", 400_000_00, 1)


def test_the_sheet_names_house_and_customer_in_the_readers_language(client_of: Any, cast: Cast, deal: Any) -> None:
    offer = a_draft(client_of(cast.owner), deal, note="<b>面谈</b>")
    for language, words in (("zh-CN", "报价"), ("ru", "Предложение"), ("en", "Offer")):
        page = client_of(cast.owner).get(f"{offer}/print", headers={"Accept-Language": language}).text
        assert words in page
        assert "沈月" in page
        assert "&lt;b&gt;面谈" in page


def test_who_is_let_in(client_of: Any, cast: Cast, deal: Any, client: Browser) -> None:
    offer = a_draft(client_of(cast.owner), deal)
    assert client.get(offer).status_code == 303
    for path in (offer, f"{offer}/print", f"{HOME}/deals/{deal.id}"):
        assert client_of(cast.outsider).get(path).status_code == 404
        assert client_of(cast.reader).get(path).status_code == 200
    for path in ("car", "lines", "loan", "give", "answer", "next", "discard", "ask"):
        assert client_of(cast.outsider).send(f"{offer}/{path}", CAR).status_code == 404
        assert client_of(cast.reader).send(f"{offer}/{path}", CAR).status_code == 403
    assert client_of(cast.other_manager).send(f"{offer}/release", {"say": "yes"}).status_code == 404
    assert client_of(cast.owner).get(f"{HOME}/waiting").status_code == 403
