"""Somebody signs up: on the web, where it makes a customer and a deal, or on paper, which is photographed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from salesapp.plugin_api import N_, NewActivity, NewCustomer, NewDeal, NotFound, Problem, Refused, Text, Work, problem

from .courses import COURSE, DANCE

SIGNED = Text("Registration form, signed", "已签字的报名表", "已簽名的報名表", "Подписанная заявка на курс")


def missing(typed: Mapping[str, str]) -> Iterator[Problem]:
    """What the form lacks, from top to bottom."""
    if not typed["name"]:
        yield problem("name", N_("Please tell us your name."))
    if not typed["phone"]:
        yield problem("phone", N_("Please tell us how to reach you."))
    if typed["dance"] not in {each.key for each in DANCE.options}:
        yield problem("dance", N_("Choose a dance."))
    if day_of(typed["day"]) is None:
        yield problem("day", N_("Choose a day."))


def take_sign_up(w: Work, name: str, phone: str, wishes: dict[str, Any]) -> None:
    """Who asks becomes a customer with a deal; who asks again has both already, and only the wishes are new."""
    new = NewCustomer(name=name, phones=[phone], source="web_form", owner_id=None)
    customer_id = w.take_enquiry(new)
    deal = w.reads.visible_deals()
    known = select(deal.c.id).where(
        deal.c.customer_id == customer_id,
        deal.c.process == COURSE,
        deal.c.state == "open",
        deal.c.archived_at.is_(None),
    )
    deal_id = next((row.id for row in w.reads.execute(known)), None)
    if deal_id is None:
        customer = w.reads.customer(customer_id)
        owner_id = customer.owner_id if customer else None
        deal_id = w.add_deal(NewDeal(customer_id=customer_id, title=name, process=COURSE, owner_id=owner_id))
    w.change_deal(deal_id, wishes)


def take_signed_form(w: Work, deal_id: int, photos: Sequence[Any]) -> None:
    """The form they signed, photographed: a note of the deal that has it."""
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != COURSE or deal.customer_id is None:
        raise NotFound
    if not photos:
        raise Refused([problem("photos", N_("Choose a photo of the form."))])
    note = w.reads.in_words(SIGNED, deal.owner_id)
    noted = NewActivity(kind="task", customer_id=deal.customer_id, deal_id=deal_id, note=note, at=w.now)
    w.attach(w.log_activity(noted), photos)


def day_of(text: str) -> date | None:
    """The day that was typed, if it is one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
