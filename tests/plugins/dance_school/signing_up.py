"""Somebody signs up on the web: what they must say, and the customer and deal it makes."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from salesapp.plugin_api import N_, NewCustomer, NewDeal, Problem, Work, problem

from .courses import COURSE, DANCE


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


def day_of(text: str) -> date | None:
    """The day that was typed, if it is one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
