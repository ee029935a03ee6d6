"""Which key steps of a deal are done, by whom or by what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, or_, select, update

from salesapp.store.engine import Executor
from salesapp.store.inserts import insert_or_ignore, rows_changed
from salesapp.store.tables import activity, deal_evidence, deal_step, event, person

_its_ticks = (
    select(deal_step.c.step, deal_step.c.done_at, deal_step.c.evidence, person.c.name)
    .outerjoin(person, person.c.id == deal_step.c.done_by)
    .where(deal_step.c.deal_id == bindparam("deal_id"))
)


def ticks(x: Executor, deal_id: int) -> dict[str, Row[*tuple[Any, ...]]]:
    """Each tick of one deal: when, by whom (`name`), by which evidence."""
    return {row.step: row for row in x.execute(_its_ticks, {"deal_id": deal_id})}


def tick(
    x: Executor,
    deal_id: int,
    step: str,
    person_id: int | None,
    now: datetime,
    *,
    evidence: str | None = None,
    evidence_id: int | None = None,
) -> bool:
    """Note a key step as done; whether it was not yet."""
    values = {"deal_id": deal_id, "step": step, "done_at": now, "done_by": person_id}
    return insert_or_ignore(x, deal_step, values | {"evidence": evidence, "evidence_id": evidence_id})


def untick(x: Executor, deal_id: int, step: str) -> bool:
    """Take a key step back; whether it was done. The events remember that it once was."""
    return bool(rows_changed(x, delete(deal_step).where(deal_step.c.deal_id == deal_id, deal_step.c.step == step)))


def untick_by(x: Executor, deal_id: int, evidence: str, evidence_id: int) -> list[str]:
    """Take back what this piece of evidence ticked; the key steps it was."""
    of_it = (
        deal_step.c.deal_id == deal_id,
        deal_step.c.evidence == evidence,
        deal_step.c.evidence_id == evidence_id,
    )
    steps = list(x.scalars(select(deal_step.c.step).where(*of_it).order_by(deal_step.c.step)))
    if steps:
        x.execute(delete(deal_step).where(*of_it))
    return steps


def told_done(x: Executor, deal_id: int, step: str) -> int | None:
    """The event that last told of this key step that it is done."""
    ticked = (event.c.subject_kind == "deal", event.c.subject_id == deal_id, event.c.kind == "step.done")
    rows = x.execute(select(event.c.id, event.c.data).where(*ticked).order_by(event.c.id.desc()).limit(50))
    return next((row.id for row in rows if row.data.get("step") == step), None)


def standing(x: Executor, deal_id: int, kind: str) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was done for the deal, of this kind of activity, and did not miss whom it was meant for: id and at."""
    heard = or_(activity.c.outcome.is_(None), activity.c.outcome != "not_reached")
    done = (activity.c.deal_id == deal_id, activity.c.kind == kind, activity.c.state == "done", heard)
    return x.execute(select(activity.c.id, activity.c.at).where(*done).order_by(activity.c.at, activity.c.id)).all()


# --- when it took place, for what follows of it ---


def note_evidence(x: Executor, deal_id: int, kind: str, evidence_id: int, at: datetime) -> datetime | None:
    """It took place then; what was said of this piece before, which is corrected."""
    key = {"deal_id": deal_id, "kind": kind, "evidence_id": evidence_id}
    if insert_or_ignore(x, deal_evidence, {**key, "at": at}):
        return None
    piece = _piece(deal_id, kind, evidence_id)
    was: datetime | None = x.scalar(select(deal_evidence.c.at).where(*piece).with_for_update())
    x.execute(update(deal_evidence).where(*piece).values(at=at))
    return was


def forget_evidence(x: Executor, deal_id: int, kind: str, evidence_id: int) -> bool:
    """It did not take place after all; whether anybody had said so."""
    return bool(rows_changed(x, delete(deal_evidence).where(*_piece(deal_id, kind, evidence_id))))


def last_evidence(x: Executor, deal_id: int, kind: str) -> datetime | None:
    """When the last of its kind took place."""
    of_kind = (deal_evidence.c.deal_id == deal_id, deal_evidence.c.kind == kind)
    latest = func.max(deal_evidence.c.at, type_=deal_evidence.c.at.type)
    found: datetime | None = x.scalar(select(latest).where(*of_kind))
    return found


def _piece(deal_id: int, kind: str, evidence_id: int) -> tuple[Any, ...]:
    its = deal_evidence.c
    return its.deal_id == deal_id, its.kind == kind, its.evidence_id == evidence_id
