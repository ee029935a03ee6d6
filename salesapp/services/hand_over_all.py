"""Handing over everything of somebody who leaves: to one person, split among several, or with customers into a pool.

What belongs together stays together: a customer goes with their open deals and plans, and what is theirs with a
colleague's customer goes to one successor. The same choice always gives the same plan, so that what was shown is what
is done; what changed hands meanwhile is left out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from salesapp.domain import bulk
from salesapp.domain.errors import N_, Problem, Refused, problem
from salesapp.domain.permissions import Actor
from salesapp.services import bulk as bulk_service
from salesapp.services import people as people_service
from salesapp.services.work import Work
from salesapp.store import batches, customer_files, hand_over, people, pools
from salesapp.store.engine import Executor
from salesapp.store.hand_over import Belongings

MOST_SUCCESSORS: Final = 50
Target = tuple[str, int, int | None]
"""A record and who gets it; None is the pool."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who takes over: `people` one or several; with `pool_id`, customers without an open deal go there, and all else
    to those people."""

    people: tuple[int, ...] = ()
    pool_id: int | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one successor (None: the pool) gets, in numbers."""

    person_id: int | None
    customers: int = 0
    deals: int = 0
    activities: int = 0
    decisions: int = 0
    views: int = 0
    links: int = 0


def plan(found: Belongings, wish: Wish) -> list[Target]:
    """Who gets which record. Customers with the most deals are dealt out first, round and round."""
    turn = _Turns(wish.people)
    targets: list[Target] = []
    with_one: dict[int, int] = {}
    for customer_id in sorted(found.customers, key=lambda one: (-found.deals_of[one], one)):
        pooled = wish.pool_id is not None and not found.deals_of[customer_id]
        targets.append(("customer", customer_id, None if pooled else turn.next()))
    with_others = [("deal", *row) for row in found.deals] + [("activity", *row) for row in found.activities]
    for kind, record_id, belongs_to in with_others:
        together = belongs_to if belongs_to is not None else -record_id
        if together not in with_one:
            with_one[together] = turn.next()
        targets.append((kind, record_id, with_one[together]))
    targets += [("decision", one, turn.next()) for one in found.asked]
    rest = [("view", one) for one in found.views] + [("link", one) for one in found.links]
    return targets + [(kind, one, wish.people[0]) for kind, one in rest]


class _Turns:
    """Whose turn it is: one after the other."""

    def __init__(self, people: Sequence[int]) -> None:
        self.people = people
        self.n = 0

    def next(self) -> int:
        self.n += 1
        return self.people[(self.n - 1) % len(self.people)]


def preview(found: Belongings, wish: Wish) -> list[Share]:
    """What each successor would get: their share of everything that hangs on the customers, too."""
    counts: dict[int | None, Counter[str]] = {}
    for kind, record_id, to in plan(found, wish):
        mine = counts.setdefault(to, Counter())
        mine[kind] += 1
        if kind == "customer":
            mine["deal"] += found.deals_of[record_id]
            mine["activity"] += found.planned_of[record_id]
    order: list[int | None] = [*wish.people, *([None] if wish.pool_id is not None else [])]
    empty: Counter[str] = Counter()
    kinds = ("customer", "deal", "activity", "decision", "view", "link")
    return [Share(to, *(counts.get(to, empty)[kind] for kind in kinds)) for to in order]


def check(x: Executor, actor: Actor, person_id: int, wish: Wish) -> list[Problem]:
    """What speaks against this wish."""
    if not wish.people:
        return [problem("people", N_("Choose who takes over."))]
    if len(wish.people) > MOST_SUCCESSORS:
        return [problem("people", N_("At most %(most)s people at once."), most=MOST_SUCCESSORS)]
    there = {row.id for row in customer_files.colleagues(x, actor)} - {person_id}
    if not set(wish.people) <= there:
        return [problem("people", N_("This person cannot own customers, or is not in your team."))]
    if wish.pool_id is not None and not pools.exists_one(x, wish.pool_id):
        return [problem("pool", N_("There is no such pool."))]
    return []


def hand_over_all(w: Work, person_id: int, wish: Wish, *, deactivate: bool = False) -> int:
    """Hand over everything of this person as one bulk change; its id. With `deactivate` they are signed out at once."""
    w.require("people.manage")
    people.load(w.session, w.actor, person_id, lock=not deactivate)
    if problems := check(w.session, w.actor, person_id, wish):
        raise Refused(problems)
    if deactivate:
        people_service.deactivate(w, person_id)
    found = hand_over.belongings(w.session, person_id)
    targets = plan(found, wish)
    if not targets:
        raise Refused([problem("", N_("Nothing is left to hand over."))])
    if len(targets) > bulk.MOST:
        raise Refused([problem("", N_("At most %(most)s at once."), most=bulk.MOST)])
    args: Mapping[str, Any] = {"from": person_id, "pool": wish.pool_id}
    values = {"kind": "hand_over", "actor_id": w.actor.id, "at": w.now, "state": bulk.RUNNING}
    batch_id = batches.add(w.session, values | {"data": {"change": "", "args": dict(args)}}, targets)
    bulk_service.work_off(w, batch_id, len(targets))
    w.done("batch", batch_id)
    return batch_id
