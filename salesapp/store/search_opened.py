"""What each person chose among the hits of the search: it comes first the next time, and before anything is typed."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, and_, select
from sqlalchemy.dialects import postgresql, sqlite

from salesapp.domain.permissions import Actor
from salesapp.store import search_reach
from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.tables import opened, search_row

SHOWN: Final = 12
LOOKED_AT: Final = 60
"""Of the last choices: some were put away since, or are no longer theirs to see."""


def note(x: Executor, actor: Actor, kind: str, subject_id: int, now: datetime) -> bool:
    """This person chose this record; whether it is there, and theirs to see."""
    row = and_(search_row.c.kind == kind, search_row.c.subject_id == subject_id, search_row.c.archived_at.is_(None))
    if x.execute(select(search_row.c.id).where(row, search_reach.visible(actor)), {"now": now}).first() is None:
        return False
    add = (postgresql if dialect_name(x) == "postgresql" else sqlite).insert(opened)
    values = {"person_id": actor.id, "kind": kind, "subject_id": subject_id, "times": 1, "last_at": now}
    again = {"times": opened.c.times + 1, "last_at": now}
    x.execute(add.values(values).on_conflict_do_update(index_elements=list(opened.primary_key), set_=again))
    return True


def last(x: Executor, actor: Actor, now: datetime) -> list[Row[*tuple[Any, ...]]]:
    """What this person chose last and may still see, as (kind, subject_id)."""
    choices = (
        select(opened.c.kind, opened.c.subject_id, opened.c.last_at)
        .where(opened.c.person_id == actor.id)
        .order_by(opened.c.last_at.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    same = and_(search_row.c.kind == choices.c.kind, search_row.c.subject_id == choices.c.subject_id)
    query = (
        select(choices.c.kind, choices.c.subject_id)
        .select_from(choices.join(search_row, same))
        .where(search_row.c.archived_at.is_(None), search_reach.visible(actor))
        .order_by(choices.c.last_at.desc(), search_row.c.id.desc())
        .limit(SHOWN)
    )
    return list(x.execute(query, {"now": now}).all())
