"""Reading and writing many deals at once, for imports: a few statements for a portion of rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Table, bindparam, select, update

from salesapp.store import events, next_ids, search_index
from salesapp.store.bulk_parties import Found, portions
from salesapp.store.bulk_parties import of_ids as parties_of_ids
from salesapp.store.engine import Executor
from salesapp.store.follow_up_open import is_by_rule
from salesapp.store.inserts import insert_many
from salesapp.store.search_index import Parts
from salesapp.store.tables import (
    activity,
    deal,
    deal_step,
    event,
    person,
    search_row,
    stage_event,
)

OF_THE_PATH: Final = ("deal.opened", "deal.moved", "deal.won", "deal.lost", "deal.reopened", "deal.taken_back")
"""Events that say how a deal came to where it is."""


def insert_with_ids(x: Executor, table: Table, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    """New rows of the same columns; their ids in the same order."""
    rows = list(rows)
    ids = next_ids.take(x, table, len(rows))
    insert_many(x, table, [{"id": one, **row} for one, row in zip(ids, rows, strict=True)])
    return ids


def add_path(x: Executor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows of the paths deals took."""
    insert_many(x, stage_event, rows)


def add_events(x: Executor, rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any] | None]]) -> None:
    """Events in this order, each with its erasable part or None."""
    events.insert_all(x, [row for row, _ in rows], [personal for _, personal in rows])


def add_search_rows(x: Executor, rows: Sequence[tuple[Mapping[str, Any], Parts]]) -> None:
    """Make new records findable; each its columns of `search_row` but the texts, and what it is found by."""
    values = []
    for columns, parts in rows:
        words, tokens = search_index.words_of(parts)
        values.append({**columns, "title": columns["title"][:200], "haystack": words, "tokens": tokens})
    ids = insert_with_ids(x, search_row, values)
    known = [(one, row["kind"], row["scope_owner_id"], row["tokens"]) for one, row in zip(ids, values, strict=True)]
    search_index.index_many(x, known)


# --- what is there ---

_facts = (
    deal.c.id,
    deal.c.version,
    deal.c.external_key,
    deal.c.archived_at,
    deal.c.customer_id,
    deal.c.title,
    deal.c.process,
    deal.c.stage,
    deal.c.state,
    deal.c.owner_id,
    deal.c.team_id,
    deal.c.scope_owner_id,
    deal.c.amount_minor,
    deal.c.currency,
    deal.c.expected_close,
    deal.c.lost_reason,
    deal.c.custom,
    deal.c.created_at,
    deal.c.closed_at,
    deal.c.stage_entered_at,
)


def by_key(x: Executor, keys: Collection[str]) -> dict[str, Row[*tuple[Any, ...]]]:
    """Deals by what a file called them; the living one before one that was put away."""
    found: dict[str, Row[*tuple[Any, ...]]] = {}
    for some in portions(keys):
        rows = x.execute(select(*_facts).where(deal.c.external_key.in_(some)).order_by(deal.c.id))
        for row in rows:
            if row.archived_at is None or row.external_key not in found:
                found[row.external_key] = row
    return found


def by_number(x: Executor, numbers: Collection[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    """Deals by their own numbers."""
    rows = (row for some in portions(numbers) for row in x.execute(select(*_facts).where(deal.c.id.in_(some))))
    return {row.id: row for row in rows}


def twins(x: Executor, titles: Collection[str]) -> dict[tuple[int | None, str], list[tuple[int, datetime]]]:
    """Living deals of these names: by customer and name, each with its id and when it was opened."""
    found: dict[tuple[int | None, str], list[tuple[int, datetime]]] = {}
    columns = (deal.c.id, deal.c.customer_id, deal.c.title, deal.c.created_at)
    for some in portions(titles):
        query = select(*columns).where(deal.c.title.in_(some), deal.c.archived_at.is_(None)).order_by(deal.c.id)
        for one, customer_id, title, created_at in x.execute(query):
            found.setdefault((customer_id, title), []).append((one, created_at))
    return found


_path = (
    select(stage_event)
    .where(stage_event.c.deal_id.in_(bindparam("deals", expanding=True)), stage_event.c.undone_at.is_(None))
    .order_by(stage_event.c.deal_id, stage_event.c.id)
)


def paths(x: Executor, deal_ids: Collection[int]) -> dict[int, list[Row[*tuple[Any, ...]]]]:
    """The rows of the paths of these deals, in order."""
    found: dict[int, list[Row[*tuple[Any, ...]]]] = {one: [] for one in deal_ids}
    for some in portions(sorted(deal_ids)):
        for row in x.execute(_path, {"deals": list(some)}):
            found[row.deal_id].append(row)
    return found


def moved_here(x: Executor, deal_ids: Collection[int]) -> set[int]:
    """Which of these deals did not come to where they are by imports alone: somebody opened or moved them here."""
    found: set[int] = set()
    for some in portions(sorted(deal_ids)):
        of_them = (event.c.deal_id.in_(some), event.c.subject_kind == "deal", event.c.kind.in_(OF_THE_PATH))
        rows = x.execute(select(event.c.deal_id, event.c.data).where(*of_them))
        found.update(one for one, data in rows if not (data or {}).get("import"))
    return found


def teams_of(x: Executor, person_ids: Collection[int]) -> dict[int, int | None]:
    """The teams of these people."""
    rows = x.execute(select(person.c.id, person.c.team_id).where(person.c.id.in_(sorted(person_ids))))
    return {row.id: row.team_id for row in rows}


# --- changing some ---


def lock(x: Executor, deal_ids: Collection[int]) -> None:
    """Let nobody else change these deals until the transaction ends; in the order of ids."""
    for some in portions(sorted(deal_ids)):
        x.execute(select(deal.c.id).where(deal.c.id.in_(some)).order_by(deal.c.id).with_for_update())


def change(x: Executor, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """New values of deals, each at its next version. Rows with the same columns go together."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one, values in rows:
        columns = tuple(sorted(values))
        by_columns.setdefault(columns, []).append({"of_deal": one, **{f"to_{name}": values[name] for name in columns}})
    for columns, some in sorted(by_columns.items()):
        new = {name: bindparam(f"to_{name}", type_=deal.c[name].type) for name in columns}
        statement = update(deal).where(deal.c.id == bindparam("of_deal"))
        x.execute(statement.values({**new, "version": deal.c.version + 1}), some)


def undo_entries(x: Executor, ids: Collection[int], undone_at: datetime | None) -> None:
    """These rows of paths count no more; or, with None, again."""
    for some in portions(sorted(ids)):
        x.execute(update(stage_event).where(stage_event.c.id.in_(some)).values(undone_at=undone_at))


def entries(x: Executor, ids: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """These rows of paths."""
    return x.execute(select(stage_event).where(stage_event.c.id.in_(sorted(ids))).order_by(stage_event.c.id)).all()


# --- taking some back ---


def of_id(x: Executor, deal_id: int) -> Row[*tuple[Any, ...]] | None:
    """The facts of one living deal."""
    return x.execute(select(*_facts).where(deal.c.id == deal_id, deal.c.archived_at.is_(None))).first()


def of_ids(x: Executor, deal_ids: Collection[int]) -> list[Row[*tuple[Any, ...]]]:
    """The facts of those of these deals that live."""
    living = deal.c.archived_at.is_(None)
    return [
        row
        for some in portions(sorted(deal_ids))
        for row in x.execute(select(*_facts).where(deal.c.id.in_(some), living).order_by(deal.c.id))
    ]


def is_worked_on(x: Executor, deal_id: int) -> bool:
    """Whether something was done or planned with it, or ticked."""
    return bool(worked_on(x, [deal_id]))


def worked_on(x: Executor, deal_ids: Collection[int]) -> set[int]:
    """With which of these deals something was; what a rule planned by itself is nobody's work."""
    found: set[int] = set()
    for some in portions(sorted(deal_ids)):
        meant = (activity.c.deal_id.in_(some), activity.c.state != "cancelled", ~is_by_rule)
        done = select(activity.c.deal_id).where(*meant)
        ticked = select(deal_step.c.deal_id).where(deal_step.c.deal_id.in_(some))
        found.update(one for query in (done, ticked) for one in x.scalars(query) if one is not None)
    return found


def leave_customer(x: Executor, deal_id: int, scope_owner_id: int | None) -> None:
    """What was done and planned for a deal belongs to no customer any more, as the deal does not."""
    its = activity.c.deal_id == deal_id
    x.execute(update(activity).where(its).values(customer_id=None, scope_owner_id=scope_owner_id))


def customers_of(x: Executor, ids: Collection[int]) -> list[Found]:
    """These customers."""
    return list(parties_of_ids(x, ids).values())
