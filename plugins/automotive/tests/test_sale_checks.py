"""Offers and contracts: nothing typed is cut or lost, and no way around a release or past a delivery."""

from typing import Any

import pytest
from sqlalchemy import insert, select, update

from salesapp.plugin_api import SYSTEM, work
from salesapp.testing import Browser, Cast, Kit

pytest_plugins = ["salesapp.testing"]
OFFERS, CONTRACTS = "/p/automotive/offers", "/p/automotive/contracts"
CAR = {"vehicle": "", "model": "A6L", "colour": "白", "price": "300,000", "valid_until": "2026-03-09"}
SIGNED = {"number": "HT-1", "day": "2026-03-02", "hour": "09:30", "deposit": "10,000"}
SEEN = {"seen": "30000000"}


def parts(kit: Kit) -> Any:
    """The plugin, as it was loaded."""
    return kit.app.extensions["salesapp_plugins"].plugin("automotive").module


def rows(kit: Kit, table: str) -> Any:
    with work(SYSTEM, kit.clock.now) as w:
        its = getattr(parts(kit).tables, table)
        return w.reads.execute(select(its).order_by(its.c.id))


def a_car(kit: Kit, **values: Any) -> int:
    with work(SYSTEM, kit.clock.now) as w:
        table = parts(kit).tables.VEHICLE
        made = insert(table).values(model="A6L", state="in_stock", **values).returning(table.c.id)
        return int(w.session.execute(made).scalar_one())


@pytest.fixture
def deal(kit: Kit) -> Any:
    return kit.a_deal("automotive.showroom", customer=kit.a_customer("沈月"))


@pytest.fixture
def owner(client_of: Any, cast: Cast) -> Browser:
    found: Browser = client_of(cast.owner)
    return found


@pytest.fixture
def offer(owner: Browser, deal: Any) -> str:
    """A draft of 300,000; its address."""
    return str(owner.send(f"{OFFERS}/deals/{deal.id}", CAR).location)


def signed(owner: Browser, offer: str) -> str:
    """It is given, accepted and signed; the contract's address."""
    owner.send(f"{offer}/give", SEEN | {"demands": "送脚垫"})
    owner.send(f"{offer}/answer", {"to": "accepted"})
    return str(owner.send(f"{CONTRACTS}/sign/{offer.rsplit('/', 1)[1]}", SIGNED).location)


def is_said(answer: Any, place: str, typed: str) -> tuple[int, bool, bool]:
    """Whether a refusal stands at its place, with what was typed."""
    return answer.status_code, f'href="#f-{place}"' in answer.text, typed in answer.text


REFUSED = (422, True, True)


def test_what_is_too_long_is_said_and_never_cut(
    kit: Kit, client_of: Any, cast: Cast, owner: Browser, deal: Any, offer: str
) -> None:
    manager = client_of(cast.manager)
    demands, words = "送" * 5001, "长" * 501
    assert is_said(owner.send(f"{offer}/give", SEEN | {"demands": demands}), "demands", demands) == REFUSED
    line = {"kind": "option", "amount": "1", "text": "长" * 201}
    assert is_said(owner.send(f"{offer}/lines", line), "text", line["text"]) == REFUSED
    owner.send(f"{offer}/lines", {"kind": "discount", "amount": "20000"})
    owner.send(f"{offer}/ask")
    said = {"say": "no", "seen": "28000000", "remark": words}
    assert is_said(manager.send(f"{offer}/release", said), "remark", words) == REFUSED
    owner.send(f"{offer}/lines/{rows(kit, 'OFFER_LINE')[-1].id}/remove")
    contract = signed(owner, offer)
    assert is_said(owner.send(f"{contract}/pay", {"amount": "5", "note": words}), "note", words) == REFUSED
    owner.send(f"{contract}/pay", {"amount": "5"})
    assert is_said(owner.send(f"{contract}/back", {"why": words}), "why", words) == REFUSED
    assert is_said(manager.send(f"{contract}/cancel", {"reason": words}), "reason", words) == REFUSED
    assert rows(kit, "CONTRACT")[0].state == "effective"


def test_as_many_words_as_the_deals_page_takes(kit: Kit, owner: Browser, deal: Any, offer: str) -> None:
    assert owner.send(f"{offer}/give", SEEN | {"demands": "送" * 5000}).status_code == 303
    assert kit.deal(deal.id).custom["automotive"]["demands"] == "送" * 5000  # type: ignore[index]


@pytest.mark.parametrize("rate", ["1e999999", "1e99999999999999999999", "1e-999999", "-1", "inf"])
def test_a_rate_nobody_can_reckon_with(owner: Browser, offer: str, rate: str) -> None:
    loan = {"months": "36", "down": "200000", "rate": rate}
    assert is_said(owner.send(f"{offer}/loan", loan), "rate", f'value="{rate}"') == REFUSED


@pytest.mark.parametrize("seen", ["--5", "-", "", "30000000.0", "9" * 30])
def test_a_total_nobody_saw_is_none(kit: Kit, owner: Browser, offer: str, seen: str) -> None:
    assert owner.send(f"{offer}/give", {"seen": seen, "demands": "送脚垫"}).status_code == 422
    assert rows(kit, "OFFER")[0].state == "draft"


def test_an_answer_nobody_gives_is_said(owner: Browser, offer: str) -> None:
    owner.send(f"{offer}/give", SEEN | {"demands": "送脚垫"})
    answer = owner.send(f"{offer}/answer", {"to": "signed"})
    assert (answer.status_code, "Say whether they accept it or decline it." in answer.text) == (422, True)


def test_a_car_below_its_list_price_is_a_discount(kit: Kit, owner: Browser, deal: Any, offer: str) -> None:
    car = {"vehicle": str(a_car(kit, price_minor=300_000_00, currency=deal.currency))}
    owner.send(f"{offer}/car", CAR | car | {"price": "285,000"})
    assert "/ask" not in owner.get(offer).text  # five percent are anybody's
    owner.send(f"{offer}/car", CAR | car | {"price": "284,999.99"})
    page = owner.get(offer).text
    assert ("/ask" in page, "5.1 % off" in page) == (True, True)  # never as much as is allowed
    less = owner.send(f"{offer}/give", {"seen": "28499999", "demands": "送脚垫"})
    assert (less.status_code, 'href="#f-release"' in less.text) == (422, True)
    owner.send(f"{offer}/car", CAR | car | {"price": "310,000"})
    owner.send(f"{offer}/lines", {"kind": "discount", "amount": "15,500"})
    assert "/ask" not in owner.get(offer).text  # of what it is offered for, where that is more


@pytest.mark.parametrize(("typed", "limit"), [(None, 5), (-1, 5), (0, 0), (8, 8)])
def test_a_limit_below_zero_is_none(kit: Kit, typed: int | None, limit: int) -> None:
    assert parts(kit).sale.offer_release.limit({"discount_limit": typed}) == limit


def test_what_waits_for_release_is_asked_in_as_many_statements_for_three_as_for_one(
    kit: Kit, client_of: Any, cast: Cast, owner: Browser, statements: list[str]
) -> None:
    manager, counts = client_of(cast.manager), []
    for n in range(3):
        deal = kit.a_deal("automotive.showroom", customer=kit.a_customer(f"沈{n}"))
        offer = str(owner.send(f"{OFFERS}/deals/{deal.id}", CAR).location)
        owner.send(f"{offer}/lines", {"kind": "discount", "amount": f"{20 + n}000"})
        owner.send(f"{offer}/ask")
        manager.get(f"{OFFERS}/waiting")
        statements.clear()
        page = manager.get(f"{OFFERS}/waiting").text
        counts.append(len(statements))
    assert counts == counts[:1] * 3
    assert [f"{percent}% off" in page for percent in ("6.7", "7", "7.4")] == [True] * 3


def test_a_car_that_was_delivered_stays_in_its_contract(kit: Kit, owner: Browser, deal: Any, offer: str) -> None:
    contract, other = signed(owner, offer), a_car(kit)
    with work(SYSTEM, kit.clock.now) as w:
        delivery = parts(kit).tables.DELIVERY
        out = {"deal_id": deal.id, "checks": {}, "explained": [], "delivered_at": kit.clock.now}
        w.session.execute(insert(delivery).values(out))
    answer = owner.send(f"{contract}/car", {"vehicle": str(other)})
    assert (answer.status_code, "The car was delivered: take that back first." in answer.text) == (422, True)
    assert rows(kit, "VEHICLE")[0].state == "in_stock"
    with work(SYSTEM, kit.clock.now) as w:
        w.session.execute(update(delivery).values(delivered_at=None))
    assert owner.send(f"{contract}/car", {"vehicle": str(other)}).status_code == 303


def test_a_moment_nobody_means_is_no_day_of_signing(owner: Browser, offer: str) -> None:
    owner.send(f"{offer}/give", SEEN | {"demands": "送脚垫"})
    owner.send(f"{offer}/answer", {"to": "accepted"})
    for day in ("0001-01-01", "9999-12-31", "2026-02-30", ""):
        answer = owner.send(f"{CONTRACTS}/sign/1", SIGNED | {"day": day})
        assert (answer.status_code, 'href="#f-day"' in answer.text) == (422, True), day


def test_who_is_erased_leaves_no_words_with_offers_and_contracts(
    kit: Kit, owner: Browser, deal: Any, offer: str
) -> None:
    owner.send(f"{offer}/car", CAR | {"note": "沈太太的脚垫"})
    contract = signed(owner, offer)
    owner.send(f"{contract}/pay", {"amount": "5", "note": "沈太太转账"})
    with work(SYSTEM, kit.clock.now, plugin="automotive") as w:
        parts(kit).salesapp_erase(kit.customer(deal.customer_id), w)
    assert [each.note for each in rows(kit, "OFFER")] == [""]
    assert [(each.note, each.paid_minor) for each in rows(kit, "CONTRACT_STEP")] == [("", None), ("", 5_00)]
