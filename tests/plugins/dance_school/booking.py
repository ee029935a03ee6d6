"""Trial lessons are booked and cancelled: one for a deal, and never more in a room than it has places."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from salesapp.plugin_api import N_, NotFound, Reads, Refused, Work, problem

from .courses import COURSE
from .tables import ROOM, TRIAL


def book(w: Work, deal_id: int, room_id: int, day: date, comes_with: str = "", teacher_id: int | None = None) -> int:
    """Book a trial lesson for a deal; its id. The key step that waits for it ticks itself."""
    _hold(w, room_id)
    deal = w.reads.deal(deal_id)
    if deal is None or deal.process != COURSE or deal.customer_id is None:
        raise NotFound
    wrong = [*_of_the_day(w, day), *_of_the_room(w.reads, room_id, day), *_of_the_deal(w.reads, deal_id)]
    wrong += _of_the_teacher(w.reads, teacher_id)
    if wrong:
        raise Refused(wrong)
    row = {"room_id": room_id, "day": day, "customer_id": deal.customer_id, "deal_id": deal_id}
    row |= {"comes_with": comes_with[:80], "teacher_id": teacher_id}
    made = w.session.execute(insert(TRIAL).values(row).returning(TRIAL.c.id))
    trial_id = made.scalar_one()
    w.push_evidence(deal_id, "dance_school.booked", trial_id)
    return int(trial_id)


def cancel(w: Work, trial_id: int) -> int:
    """They do not come after all: the place is free and the key step open again; the deal's id."""
    for trial in seen_trials(w.reads, TRIAL.c.id == trial_id):
        w.take_back_evidence(trial.deal_id, "dance_school.booked", trial_id)
        w.session.execute(delete(TRIAL).where(TRIAL.c.id == trial_id))
        return int(trial.deal_id)
    raise NotFound


def note_danced(w: Work, activity_id: int) -> None:
    """Which activity was the lesson, and which contact of theirs came; neither, once it is taken back."""
    lesson = w.reads.activity(activity_id)
    if lesson is None or lesson.kind != "demo":
        return
    w.session.execute(update(TRIAL).where(TRIAL.c.danced_id == lesson.id).values(danced_id=None, danced_with_id=None))
    if lesson.state == "done":
        values = {"danced_id": lesson.id, "danced_with_id": lesson.contact_id}
        w.session.execute(update(TRIAL).where(TRIAL.c.deal_id == lesson.deal_id).values(values))


def _hold(w: Work, room_id: int) -> None:
    """Whoever else books this room waits here, so that what is counted next stays true."""
    held = w.session.execute(update(ROOM).where(ROOM.c.id == room_id).values(places=ROOM.c.places))
    if not held.rowcount:
        raise Refused([problem("room", N_("Choose a room."))])


def _of_the_day(w: Work, day: date) -> list[Any]:
    ahead = w.settings()["days_ahead"]
    if 0 <= (day - today_of(w)).days <= ahead:
        return []
    return [problem("day", N_("Choose a day within the next %(days)s days."), days=ahead)]


def _of_the_room(reads: Reads, room_id: int, day: date) -> list[Any]:
    taken = select(func.count()).where(TRIAL.c.room_id == room_id, TRIAL.c.day == day).scalar_subquery()
    (row,) = reads.execute(select(ROOM.c.name, ROOM.c.places, taken.label("taken")).where(ROOM.c.id == room_id))
    full = N_("%(room)s is full on that day: choose another day or room.")
    return [problem("room", full, room=row.name)] if row.taken >= row.places else []


def _of_the_deal(reads: Reads, deal_id: int) -> list[Any]:
    known = trials_of(reads, TRIAL.c.deal_id == deal_id)
    return [problem("day", N_("A trial lesson is booked already: cancel it first."))] if known else []


def _of_the_teacher(reads: Reads, teacher_id: int | None) -> list[Any]:
    if teacher_id is None or teacher_id in teachers(reads):
        return []
    return [problem("teacher", N_("Choose somebody who works here."))]


def teachers(reads: Reads) -> dict[int, str]:
    """Who may dance with them: the whole team of whoever asks, by name."""
    return {each.id: each.name for each in reads.people(team=True)}


def today_of(asked: Work | Reads) -> date:
    """The calendar day of whoever asks."""
    reads = asked if isinstance(asked, Reads) else asked.reads
    return reads.now.astimezone(reads.zone).date()


def trials_of(reads: Reads, *where: Any) -> Sequence[Any]:
    """Every trial lesson with its room, whoever it is of: for rules, which hold for all."""
    found = select(TRIAL, ROOM.c.name.label("room")).join(ROOM, ROOM.c.id == TRIAL.c.room_id).where(*where)
    return list(reads.execute(found.order_by(TRIAL.c.day, TRIAL.c.id)))


def seen_trials(reads: Reads, *where: Any) -> Sequence[Any]:
    """Trial lessons of deals that this person sees: for pages."""
    deal = reads.visible_deals()
    found = select(TRIAL, ROOM.c.name.label("room"), deal.c.title, deal.c.state, deal.c.owner_id)
    found = found.join(ROOM, ROOM.c.id == TRIAL.c.room_id).join(deal, deal.c.id == TRIAL.c.deal_id)
    return list(reads.execute(found.where(*where).order_by(TRIAL.c.day, TRIAL.c.id)))


def rooms(reads: Reads) -> Sequence[Any]:
    """Every room, by name."""
    return list(reads.execute(select(ROOM).order_by(ROOM.c.name)))
