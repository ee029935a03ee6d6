"""May this person change this record? It is locked, then the house is asked, then the plugins, who may only narrow what
it allows. Changes of a customer, a deal or an activity begin here; merges and bulk changes ask `narrow` themselves.
Only consent, export and erasing (privacy.py) are nobody's to narrow: they are the customer's own right."""

from typing import Any

from sqlalchemy import Row

from salesapp.domain.views import DealView
from salesapp.services.plugin_checks import narrow, narrow_customer
from salesapp.services.work import Work
from salesapp.store import activities, customers, deals, visibility


def customer(w: Work, verb: str, customer_id: int) -> None:
    """The customer, locked, for the one who may do this to it."""
    customers.lock(w.session, customer_id)  # first: whose it is must not change after the question
    visibility.require(w.actor, verb, visibility.customer_access(w.session, w.actor, customer_id, w.now))
    narrow_customer(w, verb, customer_id)


def deal(w: Work, verb: str, deal_id: int) -> DealView:
    """The deal, locked, for the one who may do this to it."""
    view = deals.load_for_change(w.session, w.actor, verb, deal_id, w.now)
    narrow(w, verb, lambda: view)
    return view


def activity(w: Work, activity_id: int) -> Row[*tuple[Any, ...]]:
    """The activity, locked, for the one who may change it."""
    row = activities.load_for_change(w.session, w.actor, activity_id, w.now)
    narrow(w, "activity.edit", lambda: activities.view_of(row))
    return row
