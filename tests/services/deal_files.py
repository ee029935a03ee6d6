"""A customer and a deal to begin with, for the tests of deals and activities."""

from datetime import datetime
from typing import Any

from flask import Flask

from salesapp.domain.permissions import Actor
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.hooks import Hooks
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.deals import NewDeal, open_deal
from salesapp.services.work import work
from salesapp.testing import NOW

SIX = "general.six"


def catalog(app: Flask) -> Catalog:
    """The records of the bundled plugins."""
    found: Catalog = app.extensions["salesapp_plugins"].catalog
    return found


def hooks(app: Flask) -> Hooks:
    """The contained calls of the bundled plugins."""
    return Hooks(app.extensions["salesapp_plugins"], raise_errors=True)


def a_customer(actor: Actor, name: str = "卢沟桥医院", now: datetime = NOW, **values: Any) -> int:
    """A customer of this person."""
    with work(actor, now) as w:
        return add_customer(w, NewCustomer(name=name, kind="organisation", **values))


def a_deal(app: Flask, actor: Actor, customer_id: int | None = None, now: datetime = NOW, **values: Any) -> int:
    """An open deal of this person, in the first of six stages."""
    values = {"title": "监护仪", "process": SIX, "customer_id": customer_id} | values
    with work(actor, now) as w:
        return open_deal(w, catalog(app), NewDeal(**values))
