"""What goes along when a customer is handed from one person to another: the open work of who had it."""

from salesapp.services.deal_changes import note, save
from salesapp.services.work import Work
from salesapp.store import activities, deals


def give_open_work(w: Work, customer_id: int, before: int, after: int) -> dict[str, int]:
    """Open deals and planned activities of `before` with this customer are `after`'s from now on; how many of each.

    What colleagues do with the customer stays theirs, and so does what is done and closed: figures count it for them.
    """
    ids = deals.open_of(w.session, customer_id, before)
    given = activities.give(w.session, customer_id, before, after)  # first: with a deal go the calls of its rules
    for deal_id in ids:
        deal = deals.read(w.session, deal_id)
        save(w, deal, {"owner_id": after, "team_id": deals.team_of(w.session, after)[1]})
        data = {"fields": ["owner_id"], "changes": {}, "from_owner": before, "to_owner": after, "process": deal.process}
        note(w, deal, "deal.changed", data)
    return {"deals": len(ids), "activities": given}
