"""Is this customer here already? Asked while somebody types, and again when they save.

Who may see the other one is told which it is; anybody else only that it exists. That answer is limited and written
down, because it could be used to find out whose customer a number is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from salesapp.domain.contact_points import ContactPoint
from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.permissions import Access, Actor
from salesapp.services import plugin_checks
from salesapp.services.work import Work
from salesapp.store import contact_points, customer_files, customers, pools, throttles, visibility
from salesapp.store.engine import Executor

BLIND_ANSWERS: Final = 60
WINDOW: Final = timedelta(minutes=15)

By = Literal["phone", "email", "wechat", "link", "name", "plugin"]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A customer who is here already. `customer_id` and `name` only for those who may see it; `pooled` says it is
    there to be claimed."""

    by: By
    customer_id: int | None = None
    name: str = ""
    pooled: bool = False


def find_duplicates(
    w: Work, *, name: str = "", company: str = "", points: Collection[ContactPoint] = ()
) -> tuple[list[Duplicate], bool]:
    """Living customers with the same number, address or name; and whether this person asked too often."""
    found: dict[int, By] = {}
    for row in contact_points.holders(w.session, points):
        found.setdefault(row.customer_id, row.kind)
    if name:
        for customer_id in customers.named(w.session, name, company):
            found.setdefault(customer_id, "name")
    for customer_id in plugin_checks.matches(w, name, company, points):
        found.setdefault(customer_id, "plugin")
    answers = [_answer(w, customer_id, by) for customer_id, by in found.items()]
    blind = sum(1 for answer in answers if answer.customer_id is None)
    if blind and too_often(w):
        return [answer for answer in answers if answer.customer_id is not None], True
    for customer_id, answer in zip(found, answers, strict=True):
        if answer.customer_id is None:
            w.event("customer.asked_for", "customer", customer_id, data={"by": answer.by})
    seen = [answer for answer in answers if answer.customer_id is not None]
    return seen + list(dict.fromkeys(answer for answer in answers if answer.customer_id is None)), False


def _answer(w: Work, customer_id: int, by: By) -> Duplicate:
    view = customers.read(w.session, customer_id)
    if visibility.customer_access(w.session, w.actor, customer_id, w.now) is Access.NONE:
        open_pools = {each.id for each in pools.seen(w.session, w.actor)} if view.pool_id is not None else set()
        return Duplicate(by, pooled=view.pool_id in open_pools and view.archived_at is None)
    return Duplicate(by, customer_id, view.name or view.company, view.pool_id is not None)


def same_as(x: Executor, actor: Actor, customer_id: int, now: datetime) -> list[Duplicate]:
    """Living customers this person sees who may be this one twice, and why: for merging. Nothing is written down, as
    they are told of nobody they do not see."""
    file = customer_files.open_file(x, actor, customer_id, now)
    found: dict[int, By] = {}
    for row in contact_points.holders(x, [ContactPoint(p.kind, p.shown, p.normalised) for p in file.points]):
        found.setdefault(row.customer_id, row.kind)
    if file.view.name:
        for other in customers.named(x, file.view.name, file.view.company):
            found.setdefault(other, "name")
    found.pop(customer_id, None)
    answers = []
    for other, by in found.items():
        if visibility.customer_access(x, actor, other, now) is Access.WORK:
            view = customers.read(x, other)
            if view.archived_at is None:
                answers.append(Duplicate(by, other, view.name or view.company, view.pool_id is not None))
    return answers


def too_often(w: Work) -> bool:
    """Count one question whose answer may be about somebody else's customer; whether there were too many lately."""
    return throttles.count(w.session, f"duplicates:{w.actor.id}", WINDOW, w.now) > BLIND_ANSWERS


def taken(w: Work, point: ContactPoint, place: str) -> Problem:
    """The sentence for a number or address somebody has: who, when this person may see them."""
    holder = contact_points.holder(w.session, point.kind, point.normalised)
    if holder is not None and visibility.customer_access(w.session, w.actor, holder, w.now) is not Access.NONE:
        view = customers.read(w.session, holder)
        name = view.name or view.company or point.shown
        return problem(
            place, N_("%(shown)s belongs to %(name)s already."), shown=point.shown, name=name, customer=holder
        )
    return problem(
        place,
        N_("%(shown)s belongs to a customer of somebody else. If they share it, tick that it is shared."),
        shown=point.shown,
    )
