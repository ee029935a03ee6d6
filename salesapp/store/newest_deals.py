"""The newest deals of each stage, or over all of them, in one statement that reads little however many there are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, or_, select, union

from salesapp.domain.permissions import Actor
from salesapp.store import deal_totals
from salesapp.store.deal_plans import Plan, Stock, has_a_choice, plan
from salesapp.store.deal_rows import CLOSE, DealFilter, bound, branches, conditions, owners_seen
from salesapp.store.engine import Executor
from salesapp.store.newest_statements import Ids, first, first_of_each, later, rows, statement
from salesapp.store.tables import deal

After = tuple[datetime, int]
"""Where a list goes on: the last row's `touched_at` and id."""
Rows = Sequence[Row[*tuple[Any, ...]]]

SEEN_PER_OWNED: Final = 4
"""For each deal somebody owns they reach about so many rows by helping, sharing, and owning the customer."""


def newest(
    x: Executor,
    actor: Actor,
    f: DealFilter,
    now: datetime,
    *,
    stages: Collection[str] | None,
    counts: Mapping[str, int] | None,
    after: After | None,
    limit: int,
) -> Rows:
    """The newest `limit` deals of each of these stages, or over all where `stages` is None; the latest touched first.

    `counts`, where the caller knows, says how many deals of the filter stand in each stage.
    """
    values = bound(f) | {"limit": limit}
    if after is not None:
        values |= {"after_at": after[0], "after_id": after[1]}
    if not owners_seen(actor, f) or (stages is None and f.process is None):
        return x.execute(_of_branches(x, actor, f, now, stages, values), values).all()
    made = _plan(x, f, stages, counts, limit)
    if not (made.walked or made.taken):
        return []
    owners = sorted(f.owners or ())
    values |= {f"walked_{place}": stage for place, stage in enumerate(made.walked)}
    values |= {"taken": made.taken, "owners": owners, "owner": owners[0] if owners else None}
    whose = "all" if f.owners is None else "one" if len(owners) == 1 else "several"
    made_of = (len(made.walked), bool(made.taken), made.by_close, whose, tuple(bound(f)), after is not None)
    return x.execute(statement(*made_of, together=stages is None), values).all()


def _plan(
    x: Executor, f: DealFilter, stages: Collection[str] | None, counts: Mapping[str, int] | None, limit: int
) -> Plan:
    if f.process is None and stages is not None:  # nothing to weigh with
        return Plan(tuple(stages))
    owned = counts
    if owned is None or (f.dated and has_a_choice(f)):
        owned = deal_totals.by_stage(x, f.process, f.state, f.owners)
    every = deal_totals.by_stage(x, f.process, f.state, None) if has_a_choice(f) else owned
    n = {stage: (owned if counts is None else counts).get(stage, 0) for stage in (owned if stages is None else stages)}
    return plan(f, n, {stage: Stock(every.get(stage, 0), owned.get(stage, 0)) for stage in n}, limit)


def _of_branches(
    x: Executor, actor: Actor, f: DealFilter, now: datetime, stages: Collection[str] | None, values: Mapping[str, Any]
) -> Ids:
    """Where shares and helping count, too. Who sees much finds enough on a walk through the stages; of who sees little
    every branch is taken by itself, so that each uses its own index."""
    ways, on = branches(actor, f, now), later("after_at" in values)
    asked = bound(f)
    if (walked := _worth_a_walk(x, actor, f, stages, values["limit"])) is not None:
        where = [*conditions(asked, unindexed=CLOSE), *on, or_(*ways)]
        return rows([first([*where, deal.c.stage == stage]) for stage in walked], together=stages is None)
    where = [*conditions(asked, unindexed=("process", "state", *CLOSE)), *on]
    if stages is None:
        return rows([union(*(first([*where, way]) for way in ways))], together=True)
    seen = union(*(select(deal.c.id).where(*where, way) for way in ways)).subquery()
    return rows([first_of_each([deal.c.id.in_(select(seen.c.id)), deal.c.stage.in_(stages)])], together=False)


def _worth_a_walk(
    x: Executor, actor: Actor, f: DealFilter, stages: Collection[str] | None, limit: int
) -> Sequence[str] | None:
    """The stages to walk, if that is cheaper; no days are asked for, as nobody knows how many deals they leave."""
    if f.process is None or f.dated or actor.people is None:
        return None
    every, mine = (deal_totals.by_stage(x, f.process, f.state, whose) for whose in (None, f.owners or actor.people))
    walked = [stage for stage in every if stages is None or stage in stages]
    steps = sum(min(every[stage], limit * every[stage] / max(1, mine.get(stage, 0))) for stage in walked)
    return walked if walked and steps < SEEN_PER_OWNED * sum(mine.values()) else None
