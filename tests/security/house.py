"""One of every record, owned by one salesperson, with texts that appear nowhere else."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from salesapp.services.activities import NewActivity, note_activity, plan_activity
from salesapp.services.company import change_company
from salesapp.services.contacts import NewContact, add_contact
from salesapp.services.customers import NewCustomer, add_customer
from salesapp.services.deals import NewDeal, change_deal, open_deal
from salesapp.services.lost_deals import ask_or_lose
from salesapp.services.work import work
from salesapp.store import deals, decisions
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
    decision_id: int
    seen: str
    """What a form sends back of the decision's subject as it is now."""


def fill(app: Flask, cast: Cast) -> Records:
    """Write the records as their owner would."""
    with work(cast.admin, NOW - timedelta(days=2)) as w:
        change_company(w, {"lost_needs_yes": "1"}, {})
    with work(cast.owner, NOW - timedelta(days=1)) as w:
        new = NewCustomer(name="机密甲", phones=["13800138000"], emails=["secret@example.com"], note="机密乙")
        customer_id = add_customer(w, new)
        contact_id = add_contact(w, customer_id, NewContact(name="机密丙"))
        deal_id = open_deal(w, NewDeal(customer_id=customer_id, title="机密丁", process="general.six"))
        planned = NewActivity(customer_id=customer_id, note="机密乙", planned_at=NOW + timedelta(days=1))
        activity_id = plan_activity(w, planned)
        done_id = note_activity(w, NewActivity(customer_id=customer_id, note="机密乙", outcome="reached"))
        change_deal(w, deal_id, {"field.need": "机密乙"}, {})
        decision_id = ask_or_lose(w, deal_id, "price", "机密乙", deals.read(w.session, deal_id).version)
        assert decision_id is not None
        seen = decisions.read(w.session, decision_id).snapshot_hash
    return Records(customer_id, contact_id, deal_id, activity_id, done_id, decision_id, seen)
