"""What the plugins say to a save, a move, a claim: asked inside the transaction, with what it is about locked.

Where nobody listens, nothing is asked and nothing is read.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import Problem, Refused
from salesapp.domain.views import ActivityView, CustomerFacts, CustomerView, DealView, read_only
from salesapp.plugging.answers import ids_in
from salesapp.plugging.asking import Facade
from salesapp.plugging.hooks import Checked
from salesapp.services.plugin_reads import Reads
from salesapp.services.work import Work
from salesapp.store import activities, customers, deals

NARROW: Final = "salesapp_narrow"
View = CustomerView | DealView | ActivityView


def facade(w: Work) -> Facade:
    """What a plugin may read in this transaction."""
    return lambda plugin: Reads(plugin, w.actor, w.now, w.session)


def checked(w: Work, hook: str, given: Mapping[str, object]) -> Checked:
    """What the plugins say; what only is to be shown with it waits in the work until it is through."""
    said = w.hooks.check(hook, {**given, "actor": w.actor, "now": w.now}, house=lambda: w.catalog, facade=facade(w))
    w.notes.extend(note for note in said.notes if note not in w.notes)
    return said


def customer_save(w: Work, customer: CustomerView | None, changes: Mapping[str, Any]) -> list[Problem]:
    """What speaks against saving a customer."""
    given = {"customer": customer, "changes": read_only(changes)}
    return list(checked(w, "salesapp_check_customer_save", given).problems)


def deal_save(w: Work, deal: DealView | None, changes: Mapping[str, Any]) -> list[Problem]:
    """What speaks against saving a deal."""
    return list(checked(w, "salesapp_check_deal_save", {"deal": deal, "changes": read_only(changes)}).problems)


def activity_save(w: Work, activity: ActivityView | None, changes: Mapping[str, Any]) -> list[Problem]:
    """What speaks against saving an activity."""
    given = {"activity": activity, "changes": read_only(changes)}
    return list(checked(w, "salesapp_check_activity_save", given).problems)


def activity_change(w: Work, row: Any, changes: Mapping[str, Any]) -> list[Problem]:
    """What speaks against changing an activity, whose row is read already."""
    hook = "salesapp_check_activity_save"
    if not w.hooks.concerns(hook):
        return []
    before = activities.view_of(row)
    return activity_save(w, before, {name: to for name, to in changes.items() if getattr(before, name, None) != to})


def deal_move(w: Work, deal: DealView, to: str) -> Checked:
    """What speaks against moving a deal, and what is to be said with it."""
    return checked(w, "salesapp_check_deal_move", {"deal": deal, "to": to})


def claim(w: Work, customer_id: int) -> list[Problem]:
    """What speaks against the actor taking a customer out of its pool."""
    hook = "salesapp_check_claim"
    if not w.hooks.concerns(hook):
        return []
    return list(checked(w, hook, {"customer": customers.read(w.session, customer_id)}).problems)


def normalised(points: Iterable[ContactPoint]) -> dict[str, tuple[str, ...]]:
    """Ways to reach somebody as plugins are told them: `phones`, `emails`, `wechats`, `links`, as they are compared."""
    found: dict[str, list[str]] = {"phone": [], "email": [], "wechat": [], "link": []}
    for point in points:
        found[point.kind].append(point.normalised)
    return {f"{kind}s": tuple(values) for kind, values in found.items()}


def matches(w: Work, name: str, company: str, points: Iterable[ContactPoint]) -> list[int]:
    """Living customers that a plugin says may be the same as somebody who is about to be added."""
    facts = CustomerFacts(name, company, **normalised(points))
    given = {"facts": facts, "now": w.now}
    answers = w.hooks.ask("salesapp_match_customer", ids_in, given, house=lambda: w.catalog, facade=facade(w))
    ids = [one for answer in answers for one in answer.value or ()]
    return list(customers.living(w.session, ids)) if ids else []


# --- narrowing a permission ---


def narrow(w: Work, verb: str, subject: Callable[[], View | None]) -> None:
    """Stop here when a plugin says that this person may not do this, or cannot say whether they may."""
    if not w.hooks.concerns(NARROW):
        return
    given = {"verb": verb, "subject": subject()}
    if problems := w.hooks.refuses(NARROW, {**given, "actor": w.actor, "now": w.now}, lambda: w.catalog, facade(w)):
        raise Refused(problems)


def narrow_customer(w: Work, verb: str, customer_id: int | None) -> None:
    """The same about a customer."""
    narrow(w, verb, lambda: None if customer_id is None else customers.read(w.session, customer_id))


def narrow_deal(w: Work, verb: str, deal_id: int) -> None:
    """The same about a deal."""
    narrow(w, verb, lambda: deals.read(w.session, deal_id))
