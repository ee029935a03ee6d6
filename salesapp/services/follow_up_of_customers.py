"""What an event of a customer means for what follow-up rules planned about them and their deals."""

from salesapp.domain.follow_up import OnDate
from salesapp.domain.follow_up_exceptions import of_fields
from salesapp.services.follow_up_beginning import Some, Values
from salesapp.services.follow_up_changed import asks, renew_each, spare
from salesapp.services.follow_up_ends import UNSUBSCRIBED, refusals_of, unsubscribed
from salesapp.services.follow_up_renewing import look_at_batch
from salesapp.services.follow_up_settling import part_of, rest, withdraw
from salesapp.services.work import Work
from salesapp.store import follow_up_open, follow_up_settled, follow_up_watches


def changed(w: Work, values: Values, rules: Some) -> None:
    """Their fields, their grade."""
    said = set(values["data"].get("fields", ()))
    renew_each(w, values, [each for each in rules if asks(each, "customer", said)], values["subject_id"])
    spare(w, rules, "customer", values["subject_id"], lambda fact: of_fields(fact, said))


def dates(w: Work, values: Values, rules: Some) -> None:
    """One of their dates came, moved or went."""
    found = [each for each in rules if isinstance(each.rule.when, OnDate) and each.rule.when.of.startswith("date.")]
    renew_each(w, values, found, values["customer_id"])


def archived(w: Work, values: Values, _rules: Some) -> None:
    """With the customer rests all that follows up on them, and their deals."""
    customer_id, why = values["subject_id"], values["kind"].partition(".")[2]
    follow_up_watches.rest(w.session, "customer", customer_id, why)
    withdraw(w, follow_up_open.open_of(w.session, "customer", customer_id), why)


def erased(w: Work, values: Values, rules: Some) -> None:
    customer_id = values["subject_id"]
    gone = follow_up_open.no_longer_planned(w.session, customer_id)
    follow_up_settled.settle(w.session, gone, "withdrawn", w.now)
    archived(w, values, rules)


def restored(w: Work, values: Values, _rules: Some) -> None:
    """What rested with the customer goes on."""
    follow_up_watches.wake(w.session, "customer", values["subject_id"], ["archived"], w.now)


def reachable(w: Work, values: Values, rules: Some) -> None:
    """There may be a way to reach them again: looking says whether there is."""
    if values["data"].get("opt_out"):
        return refused(w, values, rules)
    follow_up_watches.wake(w.session, "customer", values["customer_id"], [UNSUBSCRIBED], w.now)


def refused(w: Work, values: Values, rules: Some) -> None:
    """They may want to hear no more: nobody is to call because a rule had planned it before they said so."""
    customer_id = values["customer_id"]
    watches = [row for row in follow_up_watches.of_customer(w.session, customer_id) if row.ended is None]
    if not watches:
        return
    open_, known = follow_up_open.open_of(w.session, "customer", customer_id), refusals_of(w.session, [customer_id])
    for each in rules:
        out = set(unsubscribed(w.session, each, [row for row in watches if row.rule == each.key], known))
        ended = [row for row in watches if row.rule == each.key and (row.subject_id, row.part) in out]
        gone = [row for row in open_ if row.rule == each.key and (row.subject_id, part_of(row.occurrence)) in out]
        rest(w, gone, ended, UNSUBSCRIBED)


def owned(w: Work, values: Values, _rules: Some) -> None:
    """Whose the customer is: what is open went along, what rested while they were nobody's goes on."""
    customer_id = values["subject_id"]
    follow_up_settled.follow_owners(w.session, customer_id)
    follow_up_watches.wake(w.session, "customer", customer_id, ["pooled"], w.now)


def released(w: Work, values: Values, _rules: Some) -> None:
    """Nobody has the customer: what is about them rests."""
    customer_id = values["subject_id"]
    own = [row for row in follow_up_watches.of_customer(w.session, customer_id) if row.subject_kind == "customer"]
    open_ = follow_up_open.open_of(w.session, "customer", customer_id)
    rest(w, [row for row in open_ if row.subject_kind == "customer"], own, "pooled")
    follow_up_settled.follow_owners(w.session, customer_id)


def merged(w: Work, values: Values, rules: Some) -> None:
    """What came over goes on; of what both have, the one that is due first is kept."""
    kept, lost = values["subject_id"], values["data"]["other"]
    both = follow_up_watches.of_subject(w.session, "customer", lost)
    follow_up_watches.of_subject(w.session, "customer", kept)  # locked, before what is open of them is read
    known = sorted({row.rule for row in both})
    rest(w, follow_up_open.open_of_rules(w.session, known, "customer", lost), both, "merged")
    seen: set[tuple[str, str]] = set()
    twice = []
    for row in follow_up_open.open_of_rules(w.session, known, "customer", kept):
        key = (row.rule, part_of(row.occurrence))
        twice += [row] if key in seen else []
        seen.add(key)
    withdraw(w, twice, "merged")
    follow_up_settled.follow_owners(w.session, kept)
    follow_up_watches.look(w.session, "customer", kept, w.now)
    as_of_many = {**values, "batch_id": 0}  # the job plans what is new: a merge may be taken back
    renew_each(w, as_of_many, [each for each in rules if each.rule.subject == "customer"], kept)


def unmerged(w: Work, values: Values, rules: Some) -> None:
    """Each of the two is told of, and has its own again."""
    customer_id = values["subject_id"]
    follow_up_watches.wake(w.session, "customer", customer_id, ["merged", "archived"], w.now)
    follow_up_watches.look(w.session, "customer", customer_id, w.now)
    as_of_many = {**values, "batch_id": 0}  # nothing is planned at once: two who are apart again are as they were
    renew_each(w, as_of_many, [each for each in rules if each.rule.subject == "customer"], customer_id)


def imported(w: Work, values: Values, rules: Some) -> None:
    """What a file changed of those who were here is looked at by the job; who is new is gone through anyway."""
    for each in rules:
        look_at_batch(w, each, values["subject_id"])
