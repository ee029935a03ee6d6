"""A deal is somebody else's: what follow-up rules planned for its salesperson, and is open, is the new one's to do."""

from salesapp.services.follow_up_beginning import Some, Values
from salesapp.services.follow_up_making import event_of, tell_all
from salesapp.services.follow_up_people import Want, doers
from salesapp.services.work import Work
from salesapp.store import batch_marks, bulk_activities, file_scope, follow_up_about, follow_up_open, follow_up_settled


def follow_salesperson(w: Work, values: Values, rules: Some) -> None:
    """What somebody gave to a colleague by hand stays theirs, and so does what the manager or a department does."""
    deal_id, before = values["deal_id"], values["data"].get("from_owner")
    keys = {each.key for each in rules if each.rule.subject == "deal" and each.rule.who == "salesperson"}
    rows = follow_up_open.open_of_rules(w.session, keys, "deal", deal_id) if keys and before is not None else []
    rows = [row for row in rows if row.activity_owner_id == before]
    if not rows:
        return
    subject = follow_up_about.subjects(w.session, "deal", [deal_id])[deal_id]
    (after,) = doers(w.session, [Want("salesperson", subject.customer_owner_id, subject.salesperson_id)])
    if after is None or after == before:
        return
    bulk_activities.change(w.session, [(row.activity_id, {"owner_id": after}) for row in rows])
    told = []
    for row in rows:
        follow_up_settled.give(w.session, row.id, after)
        batch_marks.rescope_activity(w.session, row.activity_id)
        file_scope.follow(w.session, activity_id=row.activity_id)
        about = {"customer_id": row.customer_id, "deal_id": row.deal_id, "owner_id": after}
        data = {"kind": row.activity_kind, "from_owner": before, "to_owner": after, "rule": row.rule}
        told.append(event_of(w, "activity.given", row.activity_id, about, data))
    tell_all(w, told)
