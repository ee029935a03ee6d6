"""A field that names somebody who leaves names their successor: the record it is in tells so."""

from salesapp.services.work import Work
from salesapp.store import hand_over


def tell(w: Work, link_id: int, before: int, after: int, *, taken_back: bool = False) -> None:
    """Write it down at the record, whose version goes up: what somebody typed meanwhile does not pass unseen."""
    row = hand_over.link(w.session, link_id)
    if row is None:
        return
    about = hand_over.named_anew(w.session, row.subject_kind, row.subject_id)
    data = {"fields": [row.field], "changes": {}} | ({"taken_back": True} if taken_back else {})
    kind, personal = f"{row.subject_kind}.changed", {row.field: [before, after]}
    w.event(
        kind,
        row.subject_kind,
        row.subject_id,
        customer_id=about["customer_id"],
        deal_id=about["deal_id"],
        data=data,
        personal=personal,
    )
