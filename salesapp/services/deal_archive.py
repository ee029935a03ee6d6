"""A deal is put away, or brought back: it counts nowhere meanwhile, and nothing of it is lost."""

from salesapp.domain.errors import N_, Refused, problem
from salesapp.services import permits
from salesapp.services.deal_changes import for_change, note, save
from salesapp.services.work import Work
from salesapp.store import decisions, search

PENDING = N_("A decision about this deal is pending. Take the request back first, or wait for it.")


def archive_deal(w: Work, deal_id: int) -> None:
    """Put a deal away: out of lists, boards, figures and search. One that waits for a decision stays."""
    deal = for_change(w, "deal.edit", deal_id)
    if deal_id in decisions.pending_for(w.session, [deal_id]):
        raise Refused([problem("", PENDING)])
    after = save(w, deal, {"archived_at": w.now})
    search.archive(w.session, "deal", deal_id, w.now)
    note(w, after, "deal.archived", {"process": deal.process})


def restore_deal(w: Work, deal_id: int) -> None:
    """Bring an archived deal back to where it was; one that is there already stays as it is."""
    deal = permits.deal(w, "deal.edit", deal_id)
    if deal.archived_at is None:
        return
    after = save(w, deal, {"archived_at": None})
    search.archive(w.session, "deal", deal_id, None)
    note(w, after, "deal.restored", {"process": deal.process})
