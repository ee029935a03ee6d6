"""One of every record, owned by one salesperson, with texts that appear nowhere else."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.deals import NewDeal, open_deal
from salesapp.services.work import work
from salesapp.testing import NOW, Cast

SECRETS = ("机密甲", "机密乙", "机密丙", "机密丁", "13800138000", "138 0013 8000", "secret@example.com")
"""What nobody may read who is not meant to: names, numbers and notes of the records below."""


@dataclass(frozen=True, slots=True)
class Records:
    """The ids of the records, by the names they have in addresses."""

    customer_id: int
    contact_id: int
    deal_id: int
    activity_id: int
    done_id: int


def fill(app: Flask, cast: Cast) -> Records:
    """Write the records as their owner would."""
    catalog = app.extensions["salesapp_plugins"].catalog
    with work(cast.owner, NOW - timedelta(days=1)) as w:
        new = NewCustomer(name="机密甲", phones=["13800138000"], emails=["secret@example.com"], note="机密乙")
        customer_id = add_customer(w, new)
        contact_id = add_contact(w, customer_id, NewContact(name="机密丙"))
        deal_id = open_deal(w, catalog, NewDeal(customer_id=customer_id, title="机密丁", process="general.six"))
        planned = NewActivity(customer_id=customer_id, note="机密乙", planned_at=NOW + timedelta(days=1))
        activity_id = plan_activity(w, planned)
        done_id = note_activity(w, NewActivity(customer_id=customer_id, note="机密乙", outcome="reached"))
    return Records(customer_id, contact_id, deal_id, activity_id, done_id)
