"""Two records of one customer become one; for a day that can be taken back (merge_undo).

What referred to the one refers to the other from then on, whichever table it stands in. The record that is put away
stays, archived, and knows where it went. What happened is not rewritten: `store/timeline.py` reads both. Whom it was
shared with was let into that record and not into the other: its shares end.
"""

from typing import Any

from salesapp.domain.errors import Refused, Stale
from salesapp.services.merge_checks import Wanted, checked, require
from salesapp.services.merge_fields import Joined, filled, joined, pair
from salesapp.services.plugin_checks import narrow_customer
from salesapp.services.work import Work
from salesapp.store import bulk, customers, deals, merge_links, merge_moves, merges, search_subjects, source_sums
from salesapp.store.merges import Side
from salesapp.store.references import Reference
from salesapp.store.tables import contact, customer


def merge_customers(w: Work, kept_id: int, lost_id: int, wanted: Wanted | None = None) -> int:
    """Let one customer become a part of another; the merge's id. Refused before anything is written."""
    wanted = wanted or Wanted()
    bulk.lock(w.session, (kept_id, lost_id))  # first: whose they are must not change after the question
    for customer_id in (kept_id, lost_id):
        require(w.session, w.actor, customer_id, w.now)
        narrow_customer(w, "customer.merge", customer_id)
    kept, lost = merges.side(w.session, kept_id), merges.side(w.session, lost_id)
    if wanted.seen is not None and wanted.seen != (kept.row.version, lost.row.version):
        raise Stale
    two = pair(w.session, "customer", kept.row, lost.row, w.catalog.fields_of("customer"))
    become = joined(two, w.actor, wanted.fields)
    references, problems = checked(w, kept, lost, wanted, become.columns)
    if problems:
        raise Refused(problems)
    merge_id = merges.insert(
        w.session, {"kept_id": kept_id, "lost_id": lost_id, "actor_id": w.actor.id, "at": w.now, "counts": {}}
    )
    with source_sums.recounted(w.session, (kept_id, lost_id)):
        moved = _move(w, merge_id, references, kept, lost, wanted, become)
    merges.set_counts(w.session, merge_id, moved)
    settle(w, kept_id, lost_id)
    w.event(
        "customer.merged",
        "customer",
        kept_id,
        customer_id=kept_id,
        owner_id=kept.row.owner_id,
        data={"other": lost_id, "merge": merge_id, "moved": moved, "fields": sorted([*become.columns, *become.links])},
        personal={"name": lost.row.name or lost.row.company},
    )
    w.done("customer", kept_id)
    return merge_id


def _move(
    w: Work, merge_id: int, references: list[Reference], kept: Side, lost: Side, wanted: Wanted, become: Joined
) -> dict[str, int]:
    """Contacts first, as what hangs on them hangs on the customer, too; the two records themselves last."""
    x, kept_id, lost_id = w.session, kept.row.id, lost.row.id
    people = {each.id: each for each in (*kept.contacts, *lost.contacts)}
    for theirs, mine in wanted.same.items():
        _merge_contacts(w, merge_id, people[theirs], people[mine])
    merge_moves.retire_twins(x, merge_id, lost_id, kept_id, w.now)
    merge_moves.end_shares(x, merge_id, lost_id, w.now)
    moved: dict[str, int] = {}
    for each in references:
        stay = list(wanted.same) if each.name == "contact" else []
        n = merge_moves.move(x, merge_id, each, lost_id, kept_id, stay)
        moved[each.name] = max(moved.get(each.name, 0), n)
    merge_links.take_over(x, merge_id, "customer", lost_id, kept_id, become.links)
    merge_moves.change(x, merge_id, customer, kept_id, become.columns)
    merge_moves.change(x, merge_id, customer, lost_id, {"archived_at": w.now, "merged_into_id": kept_id})
    return {name: n for name, n in moved.items() if n}


def _merge_contacts(w: Work, merge_id: int, theirs: Any, mine: Any) -> None:
    """One person twice: what the kept one leaves open comes from the other, who is archived and stays behind."""
    become = filled(pair(w.session, "contact", mine, theirs, w.catalog.fields_of("contact")), w.actor)
    for each in merge_moves.of_contact(w.session):
        merge_moves.move(w.session, merge_id, each, theirs.id, mine.id)
    merge_links.take_over(w.session, merge_id, "contact", theirs.id, mine.id, become.links)
    merge_moves.change(w.session, merge_id, contact, mine.id, become.columns)
    merge_moves.change(w.session, merge_id, contact, theirs.id, {"archived_at": w.now})


def settle(w: Work, kept_id: int, lost_id: int) -> None:
    """Whose everything is, and what it is found by, says the same as the rows do now."""
    for customer_id in (lost_id, kept_id):
        customers.rescope(w.session, customer_id)
        customers.reindex(w.session, customer_id)
        deals.reindex_of_customer(w.session, customer_id)
        search_subjects.reindex_of_customer(w.session, customer_id)
    customers.set_values(w.session, lost_id, {})  # the versions go up: a form that was open sees that something is new
    customers.set_values(w.session, kept_id, {})
    customers.touched(w.session, kept_id, w.now)
