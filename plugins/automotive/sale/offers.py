"""Offers: what a car costs with all that belongs to it, in versions. One that was given is never changed."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from salesapp.plugin_api import (
    N_,
    CustomerView,
    DealView,
    Every,
    Line,
    MenuItem,
    Money,
    Msg,
    NotFound,
    PluginJob,
    Problem,
    Reads,
    Refused,
    Text,
    Work,
    problem,
)

from ..evidence import OFFERED
from ..fields import answered
from ..sending import today_of, too_long
from ..showroom import KEY
from ..tables import CONTRACT, OFFER
from .offer_lines import KINDS, Sheet, hold, put_car, put_lines, sheet
from .offer_release import RELEASES, SETTINGS, check_released

__all__ = ["KINDS", "RECORDS", "RELEASES", "SETTINGS", "STATES"]

STATES: Final[Mapping[str, Text]] = {
    "draft": Text("Draft", "草稿", "草稿", "Черновик"),
    "given": Text("Given", "已报价", "已報價", "Вручено"),
    "accepted": Text("Accepted", "已接受", "已接受", "Принято"),
    "declined": Text("Declined", "已谢绝", "已婉拒", "Отклонено"),
    "expired": Text("Expired", "已过期", "已過期", "Истекло"),
    "superseded": Text("Superseded", "已被新版取代", "已被新版取代", "Заменено новым"),
}
WAYS: Final[Mapping[str, tuple[str, ...]]] = {"given": ("accepted", "declined"), "accepted": ("declined",)}
"""What a customer's answer makes of an offer."""
VALID: Final = timedelta(days=7)
"""As long as a new offer stands where nobody says otherwise."""
LONGEST: Final = 5000
"""Characters of what they ask for: as many as its field on the deal's page takes."""


def deal_of(w: Work, deal_id: int) -> DealView:
    """An open car deal, this person's to work on and nobody else's to change meanwhile."""
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != KEY:
        raise NotFound
    w.change_deal(deal_id, {})  # changes nothing: it asks for the right, and locks
    if deal.state != "open":
        raise Refused([problem("", N_("This deal is closed: open it again first."))])
    return w.reads.deal(deal_id) or deal


def begin(w: Work, deal_id: int, values: Mapping[str, Any], price_minor: int) -> int:
    """A new draft for a car of stock, or for a model that is ordered; its id. `values` as `change` takes them."""
    deal = deal_of(w, deal_id)
    _no_contract(w.reads, deal_id)
    offer_id = _insert(w, deal_id, {**values, "currency": deal.currency})
    put_car(w, offer_id, values["model"], price_minor)
    return offer_id


def _insert(w: Work, deal_id: int, values: Mapping[str, Any]) -> int:
    newest = select(func.coalesce(func.max(OFFER.c.version), 0)).where(OFFER.c.deal_id == deal_id).scalar_subquery()
    row = {"deal_id": deal_id, "version": newest + 1, "state": "draft", "total_minor": 0, "made_at": w.now}
    row |= {"made_by": w.actor.id, **values}
    try:
        with w.session.begin_nested():
            return int(w.session.execute(insert(OFFER).values(row).returning(OFFER.c.id)).scalar_one())
    except IntegrityError:
        raise Refused([problem("", N_("There is a draft of the next version already: change that one."))]) from None


def change(w: Work, offer_id: int, values: Mapping[str, Any], price_minor: int) -> None:
    """Another car, price, day or note of a draft: vehicle_id, model, colour, valid_until, note."""
    row = hold(w, offer_id)
    w.session.execute(update(OFFER).where(OFFER.c.id == row.id).values(**values))
    put_car(w, offer_id, values["model"], price_minor)


def next_version(w: Work, offer_id: int) -> int:
    """A draft like this one, to be changed and given in its place; its id."""
    was = sheet(w.reads, offer_id)
    deal_of(w, was.row.deal_id)
    _no_contract(w.reads, was.row.deal_id)
    kept = {name: getattr(was.row, name) for name in ("vehicle_id", "model", "colour", "currency", "note")}
    until = max(filter(None, (was.row.valid_until, today_of(w) + VALID)))
    made = _insert(w, was.row.deal_id, {**kept, "valid_until": until})
    put_lines(w, made, was.lines)
    return made


def discard(w: Work, offer_id: int) -> None:
    """A draft that is not needed."""
    row = hold(w, offer_id)
    w.session.execute(delete(OFFER).where(OFFER.c.id == row.id, OFFER.c.state == "draft"))


def give(w: Work, offer_id: int, seen_minor: int, demands: str = "") -> None:
    """Hand it to the customer as it was seen. What they ask for is noted before, or now; the deal is worth this much
    from here on, and what was given before is superseded."""
    row = hold(w, offer_id)
    found = sheet(w.reads, offer_id)
    if wrong := _before_giving(w, found, demands):
        raise Refused(wrong)
    mine = OFFER.c.id == offer_id
    old = update(OFFER).where(OFFER.c.deal_id == row.deal_id, OFFER.c.state.in_(("given", "accepted")))
    w.session.execute(old.values(state="superseded"))
    given = update(OFFER).where(mine, OFFER.c.state == "draft", OFFER.c.total_minor == seen_minor)
    if not w.session.execute(given.values(state="given", given_at=w.now).returning(OFFER.c.id)).first():
        raise Refused([problem("", N_("Somebody changed it meanwhile. Look at it again, then give it."))])
    facts: dict[str, Any] = {"amount_minor": found.total.minor, "currency": row.currency}
    w.change_deal(row.deal_id, facts | ({"field.demands": demands} if demands else {}))
    w.push_evidence(row.deal_id, OFFERED, offer_id, lasting=True)


def _before_giving(w: Work, found: Sheet, demands: str) -> list[Problem]:
    deal = deal_of(w, found.row.deal_id)
    _no_contract(w.reads, deal.id)
    wrong = too_long({"demands": demands}, demands=LONGEST)
    if not demands and not answered(deal, "demands"):
        wrong.append(problem("demands", N_("Note first what they ask for: price and other demands.")))
    if found.row.valid_until is None or found.row.valid_until < today_of(w):
        wrong.append(problem("valid_until", N_("Say until when it is valid, today or later.")))
    if found.total.minor <= 0:
        wrong.append(problem("", N_("There is nothing to pay: look at what is taken off.")))
    if found.loan_is_wrong:
        wrong.append(problem("down", N_("The loan does not fit the total any more: change the down payment.")))
    return wrong + check_released(w, found)


def answer(w: Work, offer_id: int, to: str) -> None:
    """What the customer says to an offer they were given: "accepted" or "declined"."""
    row = sheet(w.reads, offer_id).row
    deal_of(w, row.deal_id)
    _no_contract(w.reads, row.deal_id)
    if to not in ("accepted", "declined"):
        raise Refused([problem("", N_("Say whether they accept it or decline it."))])
    if to == "accepted" and (row.valid_until is None or row.valid_until < today_of(w)):
        raise Refused([problem("", N_("It is valid no more: give the next version."))])
    before = [state for state, ways in WAYS.items() if to in ways]
    said = update(OFFER).where(OFFER.c.id == offer_id, OFFER.c.state.in_(before)).values(state=to)
    if not w.session.execute(said.returning(OFFER.c.id)).first():
        raise Refused([problem("", N_("Somebody else was quicker. Look at the offer again."))])


def contract_of(reads: Reads, deal_id: int) -> int | None:
    """The contract a deal has, by its id; None while there is none, or after it was cancelled."""
    live = select(CONTRACT.c.id).where(CONTRACT.c.deal_id == deal_id, CONTRACT.c.state != "cancelled")
    return next((int(row.id) for row in reads.execute(live)), None)


def _no_contract(reads: Reads, deal_id: int) -> None:
    if contract_of(reads, deal_id) is not None:
        raise Refused([problem("", N_("There is a contract: whoever leads can cancel it, then offer anew."))])


def expire(w: Work, _args: Mapping[str, Any]) -> None:
    """Offers nobody answered, once their last day is over everywhere on earth; accepting asks for the exact day."""
    over = (w.now - timedelta(hours=12)).date()
    late = update(OFFER).where(OFFER.c.state == "given", OFFER.c.valid_until < over)
    w.session.execute(late.values(state="expired"))


def erases(customer: CustomerView, w: Work) -> None:
    """What was written beside their offers."""
    deal = w.reads.visible_deals()
    theirs = OFFER.c.deal_id.in_(select(deal.c.id).where(deal.c.customer_id == customer.id))
    w.session.execute(update(OFFER).where(theirs).values(note="", release_note=""))


def of_deal(reads: Reads, deal_id: int) -> Any:
    """The offers of a deal this person sees, the newest first."""
    deal = reads.visible_deals()
    found = select(OFFER).join(deal, deal.c.id == OFFER.c.deal_id).where(OFFER.c.deal_id == deal_id)
    return reads.execute(found.order_by(OFFER.c.version.desc()))


TITLE = Text("Offer", "报价", "報價", "Предложение")
FITS = ("presentation", "test_drive", "negotiation", "closing")
NEXT: Final = {
    "draft": N_("%(total)s · version %(version)s is a draft: give it"),
    "asked": N_("%(total)s · version %(version)s waits for the manager's yes"),
    "refused": N_("%(total)s · the discount was refused: change version %(version)s"),
    "given": N_("%(total)s · version %(version)s given: what do they say?"),
    "accepted": N_("%(total)s · version %(version)s accepted: sign the contract"),
    "declined": N_("%(total)s · version %(version)s declined: offer anew"),
    "expired": N_("%(total)s · version %(version)s expired: offer anew"),
    "signed": N_("%(total)s · version %(version)s, signed"),
}
"""What stands on the deal's page, with the next thing to do."""


def lines(reads: Reads, deal: DealView) -> Iterable[Line]:
    """The newest offer with its total and state, and where the next thing is done."""
    rows, home = of_deal(reads, deal.id), f"/p/automotive/offers/deals/{deal.id}"
    if not rows:
        words = Text("make an offer", "做一份报价", "做一份報價", "сделать предложение")
        return [Line(TITLE, words, home)] if deal.state == "open" and deal.stage in FITS else ()
    newest = rows[0]
    says = newest.release if newest.state == "draft" and newest.release in NEXT else newest.state
    if says == "accepted" and contract_of(reads, deal.id) is not None:
        says = "signed"
    total = Money(newest.total_minor, newest.currency)
    value = Msg(NEXT[says], {"total": total, "version": newest.version})
    return [Line(TITLE, value, f"/p/automotive/offers/{newest.id}")]


def default_until(today: date) -> date:
    """How long a new offer is valid."""
    return today + VALID


RECORDS: tuple[Any, ...] = (
    MenuItem(
        "releases",
        Text("Discounts to release", "待批优惠", "待核優惠", "Скидки на согласовании"),
        "/p/automotive/offers/waiting",
        icon="hand",
        verb="decision.make",
    ),
    PluginJob(
        "offers_expire",
        Text("Offers that expire", "报价过期", "報價過期", "Истечение предложений"),
        expire,
        Every(timedelta(hours=1)),
    ),
)
