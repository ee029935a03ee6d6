"""A customer and a deal to begin with, for the tests of deals and activities."""

from datetime import datetime
from typing import Any

from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.deals import NewDeal, open_deal
from salesapp.services.work import work
from salesapp.store import deal_steps, deals
from salesapp.testing import NOW

SIX = "general.six"


def a_customer(actor: Actor, name: str = "卢沟桥医院", now: datetime = NOW, **values: Any) -> int:
    """A customer of this person."""
    with work(actor, now) as w:
        return add_customer(w, NewCustomer(name=name, kind="organisation", **values))


def a_deal(app: Flask, actor: Actor, customer_id: int | None = None, now: datetime = NOW, **values: Any) -> int:
    """An open deal of this person, in the first of six stages."""
    values = {"title": "监护仪", "process": SIX, "customer_id": customer_id} | values
    with work(actor, now) as w:
        return open_deal(w, NewDeal(**values))


def ready(actor: Actor, deal_id: int, now: datetime = NOW) -> None:
    """Tick every key step, so that only an amount can still be missing at a gate."""
    with work(actor, now) as w:
        process = w.catalog.process(deals.read(w.session, deal_id).process)
        for stage in process.stages if process else ():
            for step in stage.key_steps:
                deal_steps.tick(w.session, deal_id, step.key, actor.id, now)
