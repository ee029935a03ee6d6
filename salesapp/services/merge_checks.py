"""Whether two records can become one, who may say so, and what would move: asked before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from salesapp.domain.errors import N_, NotAllowed, Problem, problem
from salesapp.domain.permissions import Access, Actor, can
from salesapp.plugging import running
from salesapp.plugging.own_tables import OwnTables
from salesapp.services.contacts import NEEDED
from salesapp.services.lengths import length_problems
from salesapp.services.work import Work
from salesapp.store import contact_points, merge_moves, merges, settings, visibility
from salesapp.store.engine import Executor
from salesapp.store.merges import Side
from salesapp.store.references import Reference
from salesapp.store.tables import customer

NOT_DECLARED: Final = N_(
    "These two cannot become one: both have rows in the table “%(table)s”, and nobody said what becomes of them. "
    "Please tell who looks after the plugin it belongs to."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Two records that can become one, and how many rows of each table would come over."""

    kept: Side
    lost: Side
    counts: Mapping[str, int]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody chose: "kept", "lost" or "both" by field, and which contacts are the same person (theirs → mine).
    `seen` are the versions of the two records they chose by."""

    fields: Mapping[str, str] = field(default_factory=dict)
    same: Mapping[int, int] = field(default_factory=dict)
    seen: tuple[int, int] | None = None


def plan(x: Executor, actor: Actor, kept_id: int, lost_id: int, now: datetime) -> Plan:
    """Both records side by side, and what would move; NotFound or NotAllowed where one is not theirs to merge."""
    for customer_id in (kept_id, lost_id):
        require(x, actor, customer_id, now)
    kept, lost = merges.side(x, kept_id), merges.side(x, lost_id)
    problems = _state_problems(kept, lost)
    if problems:
        return Plan(kept, lost, {}, tuple(problems))
    references, stuck = _references(x, lost_id, kept_id)
    return Plan(kept, lost, merge_moves.counts(x, references, lost_id, kept_id), tuple(stuck))


def require(x: Executor, actor: Actor, customer_id: int, now: datetime) -> None:
    """Only one's own customers become one, or those of people one hands customers out to: helping with somebody's
    customer is not enough."""
    access = visibility.customer_access(x, actor, customer_id, now)
    if access is not Access.NONE and merges.merged_into(x, customer_id) is not None:
        raise NotAllowed(N_("This record is a part of another one since they were merged."))
    visibility.require(actor, "customer.merge", access)
    owner_id = merges.side(x, customer_id).row.owner_id
    if owner_id != actor.id and not (can(actor, "customer.assign") and actor.sees(owner_id)):
        raise NotAllowed(N_("Only its owner, or their manager, merges a customer."))


def _state_problems(kept: Side, lost: Side) -> list[Problem]:
    if kept.row.id == lost.row.id:
        return [problem("with", N_("That is the same customer. Choose the other one."))]
    if kept.row.archived_at is not None or lost.row.archived_at is not None:
        return [problem("with", N_("One of them is archived. Bring it back first."))]
    return []


def _references(x: Executor, lost_id: int, kept_id: int) -> tuple[list[Reference], list[Problem]]:
    try:
        references = merge_moves.of_customer(x)
    except ValueError as error:
        return [], [problem("", NOT_DECLARED, table=str(error))]
    table = merge_moves.blocked(x, references, lost_id, kept_id, _staying(x))
    return references, [] if table is None else [problem("", NOT_DECLARED, table=table)]


def _staying(x: Executor) -> set[str]:
    """Tables of plugins that are on, where a row that both records have stays with the one that is put away."""
    catalog = running.house().read(x, settings.config_version(x))
    return {name for each in catalog.of(OwnTables).values() for name in each.stays}


def checked(
    w: Work, kept: Side, lost: Side, wanted: Wanted, values: Mapping[str, Any]
) -> tuple[list[Reference], list[Problem]]:
    """What would move, and everything that is against it."""
    problems = _state_problems(kept, lost)
    if problems:
        return [], problems
    references, problems = _references(w.session, lost.row.id, kept.row.id)
    ids = (lost.row.id, kept.row.id)
    if not values.get("name", kept.row.name).strip() and not any(contact_points.has_phone(w.session, i) for i in ids):
        problems.append(problem("name", NEEDED))
    problems += length_problems(customer, {name: text for name, text in values.items() if isinstance(text, str)})
    mine, theirs = {each.id for each in kept.contacts}, {each.id for each in lost.contacts}
    if not (set(wanted.same) <= theirs and set(wanted.same.values()) <= mine):
        problems.append(problem("same", N_("One of these contacts is not here any more. Have another look.")))
    if len(set(wanted.same.values())) < len(wanted.same):
        problems.append(problem("same", N_("Two contacts cannot both be the same third one.")))
    return references, problems + _contact_problems(w, wanted)


def _contact_problems(w: Work, wanted: Wanted) -> list[Problem]:
    if not wanted.same:
        return []
    try:
        references = merge_moves.of_contact(w.session)
    except ValueError as error:
        return [problem("", NOT_DECLARED, table=str(error))]
    tables = (merge_moves.blocked(w.session, references, theirs, mine) for theirs, mine in wanted.same.items())
    return [problem("", NOT_DECLARED, table=table) for table in tables if table is not None][:1]
