"""What one does with an activity: note it, plan it, finish it, put it off, cancel it, take that back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from salesapp.domain.activity_kinds import DIRECTIONS, KINDS_BY_KEY, OUTCOMES, counts_as_contact
from salesapp.domain.agenda import check_length
from salesapp.domain.errors import N_, Msg, Problem, Refused, Stale, problem
from salesapp.domain.result_forms import Answers, filled
from salesapp.services import notices
from salesapp.services.deal_steps import push_evidence, take_back_evidence
from salesapp.services.result_forms import check_result, joined, told
from salesapp.services.work import Work
from salesapp.store import activities, customers, deals, search_subjects
from salesapp.store.tables import activity, deal
from salesapp.store.visibility import customer_access, deal_access, require

NOTE_LENGTH: Final = 5000
AHEAD: Final = timedelta(days=366 * 5)
CLOCKS_DIFFER: Final = timedelta(minutes=5)

AFTER_REACHED: Final = N_("it is time again for a customer of this grade")
AFTER_MISSED: Final = N_("not reached the last time")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivity:
    """An activity that happened (`at`, `outcome`) or is planned (`planned_at`; `all_day` for a day without an hour,
    then `planned_at` is that day's noon, so that it is the same day in neighbouring zones). `answers` to its result
    forms, {plugin: {key: value}}; None where nobody was asked, as in an import. `minutes` is how long
    it takes, None as long as its kind usually does."""

    kind: str = "call"
    customer_id: int | None = None
    contact_id: int | None = None
    deal_id: int | None = None
    note: str = ""
    direction: str = "out"
    outcome: str | None = None
    at: datetime | None = None
    planned_at: datetime | None = None
    all_day: bool = True
    minutes: int | None = None
    owner_id: int | None = None
    because: Msg | str | None = None
    answers: Answers | None = None


def note_activity(w: Work, new: NewActivity) -> int:
    """Note something that happened. An outgoing contact that reached somebody is the customer's last contact."""
    at = new.at or w.now
    problems = _check(new)
    if at > w.now + CLOCKS_DIFFER:
        problems.append(problem("at", N_("That is still to come. Plan it instead.")))
    if new.outcome is not None and new.outcome not in OUTCOMES:
        problems.append(problem("outcome", N_("Choose how it went.")))
    values = _values(w, new, problems)
    answers = filled(new.answers or {})
    activity_id = activities.insert(
        w.session, values | {"state": "done", "at": at, "all_day": False, "outcome": new.outcome, "answers": answers}
    )
    row = activities.load(w.session, w.actor, activity_id, w.now)
    _done_event(w, row, answers, at=at)
    _show(w, row)
    _touch(w, row, at=at)
    w.done("activity", activity_id)
    return activity_id


def plan_activity(w: Work, new: NewActivity) -> int:
    """Plan something for a day or an hour."""
    problems = _check(new)
    if new.planned_at is None:
        problems.append(problem("planned_on", N_("Choose a day.")))
    else:
        problems += check_day(w, new.planned_at, "planned_on")
    values = _values(w, new, problems)
    planned = {"state": "planned", "planned_at": new.planned_at, "all_day": new.all_day}
    activity_id = activities.insert(w.session, values | planned)
    row = activities.load(w.session, w.actor, activity_id, w.now)
    _event(w, row, "activity.planned", _planned_data(row))
    notices.tell(w, row.owner_id, "activity.given", ("activity", row.id))
    _touch(w, row)
    w.done("activity", activity_id)
    return activity_id


def finish_activity(
    w: Work,
    activity_id: int,
    outcome: str | None,
    note: str,
    next_at: datetime | None = None,
    *,
    all_day: bool = True,
    by_rhythm: bool = False,
    answers: Answers | None = None,
) -> int | None:
    """A planned activity is done. With `next_at` the next one of its kind is planned; its id. `answers` to its result
    forms; None where nobody was asked."""
    row = _planned(w, activity_id)
    problems = _check_note(note)
    kind = KINDS_BY_KEY.get(row.kind)
    if outcome not in OUTCOMES and (outcome is not None or kind is None or kind.reaches):
        problems.append(problem("outcome", N_("Choose how it went.")))
    if next_at is not None:
        problems += check_day(w, next_at, "next_on")
    problems += check_result(w, row.kind, outcome, row.deal_process, answers)
    if problems:
        raise Refused(problems)
    text, said = note.strip() or row.note, filled(answers or {})
    values = {"state": "done", "at": w.now, "outcome": outcome, "note": text, "answers": joined(row.answers, said)}
    if not activities.update_from(w.session, activity_id, "planned", values):
        raise Stale(fields=["state"])
    notices.activity_off(w, activity_id)
    done = activities.load(w.session, w.actor, activity_id, w.now)
    before = {"planned_note": row.note} if row.note != text else {}  # reopening puts it back
    before |= {"planned_answers": row.answers} if row.answers else {}
    _done_event(w, done, said, before=before)
    _show(w, done)
    _touch(w, done, at=w.now)
    w.done("activity", activity_id)
    return plan_next(w, done, next_at, all_day=all_day, by_rhythm=by_rhythm) if next_at is not None else None


def plan_next(
    w: Work, done: Row[*tuple[Any, ...]], next_at: datetime, *, all_day: bool = True, by_rhythm: bool = False
) -> int:
    """Plan the next activity after one that is done; taking that one back takes this one along. `by_rhythm` when the
    day is the one the customer's grade suggests: a day of one's own choosing has no other reason."""
    if problems := check_day(w, next_at, "next_on"):
        raise Refused(problems)
    because: dict[str, Any] = {"after": done.id}
    if done.outcome == "not_reached":
        because["source"] = AFTER_MISSED
    elif by_rhythm:
        because["source"] = AFTER_REACHED
    values = {
        "kind": done.kind,
        "customer_id": done.customer_id,
        "contact_id": done.contact_id,
        "deal_id": done.deal_id,
        "owner_id": done.owner_id,
        "scope_owner_id": done.scope_owner_id,
        "state": "planned",
        "planned_at": next_at,
        "all_day": all_day,
        "noted_at": w.now,
        "because": because,
        "created_by": w.actor.id,
    }
    next_id = activities.insert(w.session, values)
    row = activities.load(w.session, w.actor, next_id, w.now)
    _event(w, row, "activity.planned", _planned_data(row))
    notices.tell(w, row.owner_id, "activity.given", ("activity", row.id))
    return next_id


def postpone_activity(w: Work, activity_id: int, planned_at: datetime, *, all_day: bool = True, note: str = "") -> None:
    """Put a planned activity off to another time. `note`, why or until what, goes below what it is about."""
    row = _planned(w, activity_id)
    text = "\n".join(filter(None, [row.note, note.strip()]))
    problems = [*_check_note(text), *check_day(w, planned_at, "next_on", was=row.planned_at)]
    if problems:
        raise Refused(problems)
    _put_off(w, row, {"planned_at": planned_at, "all_day": all_day, "note": text}, note.strip())


def _put_off(w: Work, row: Row[*tuple[Any, ...]], values: Mapping[str, Any], note: str = "") -> None:
    _change(w, row.id, "planned", values)
    was = {"was": row.planned_at.isoformat() if row.planned_at else None, "was_all_day": row.all_day}
    data = {"kind": row.kind, "planned_at": values["planned_at"].isoformat(), "all_day": values["all_day"], **was}
    _event(w, row, "activity.planned", data, personal={"note": note, "planned_note": row.note} if note else None)
    _touch(w, row)


def put_back_activity(w: Work, activity_id: int, seen_version: int | None = None) -> None:
    """Take back that it was put off: it is planned for when it was before."""
    row = _planned(w, activity_id)
    _check_seen(row, seen_version)
    last = activities.last_told(w.session, activity_id)
    if last.get("was") is None or last.get("planned_at") != row.planned_at.isoformat():
        raise Refused([problem("", N_("This was not put off, or somebody changed it since."))])
    before = activities.written_over(w.session, activity_id, "activity.planned")
    was = {"planned_at": datetime.fromisoformat(last["was"]), "all_day": last.get("was_all_day", True)}
    _put_off(w, row, was | {"note": before.get("planned_note", row.note)})


def take_back(w: Work, activity_id: int, seen_version: int | None = None) -> None:
    """Take back what was last done: a plan is dropped, done or cancelled is planned again. With the version it had
    then, only that: what somebody did since is not taken back by accident."""
    row = activities.load_for_change(w.session, w.actor, activity_id, w.now)
    _check_seen(row, seen_version)
    if row.state == "planned":
        cancel_activity(w, activity_id)
    else:
        reopen_activity(w, activity_id)


def _check_seen(row: Row[*tuple[Any, ...]], seen_version: int | None) -> None:
    if seen_version is not None and row.version != seen_version:
        text = N_("This was changed since, so it was not taken back. Have a look at it first.")
        raise Refused([problem("", text)])


def cancel_activity(w: Work, activity_id: int) -> None:
    """A planned activity will not happen."""
    row = _planned(w, activity_id)
    _change(w, activity_id, "planned", {"state": "cancelled"})
    notices.activity_off(w, activity_id)
    _event(w, row, "activity.cancelled", {"kind": row.kind})
    _touch(w, row)


def reopen_activity(w: Work, activity_id: int) -> None:
    """Take back that an activity is done or cancelled. One that was never planned is cancelled instead; what was
    planned because of it goes with it."""
    row = activities.load_for_change(w.session, w.actor, activity_id, w.now)
    if row.state == "planned":
        raise Refused([problem("", N_("This activity is still planned."))])
    if row.planned_at is None and row.state == "cancelled":
        raise Refused([problem("", N_("This was taken back already."))])
    if row.planned_at is None:
        _change(w, activity_id, row.state, {"state": "cancelled", "answers": {}})
        _event(w, row, "activity.cancelled", {"kind": row.kind})
    else:
        values: dict[str, Any] = {"state": "planned", "at": None, "outcome": None}
        if row.state == "done":
            before = activities.written_over(w.session, activity_id, "activity.done")
            values["note"] = before.get("planned_note", row.note)
            values["answers"] = before.get("planned_answers", {})
        _change(w, activity_id, row.state, values)
        notices.activity_on(w, activity_id)
        _event(w, row, "activity.reopened", {"kind": row.kind, "from": row.state})
    if row.state == "done":
        if row.deal_id is not None:
            take_back_evidence(w, row.deal_id, f"activity.{row.kind}", activity_id)
        for follow_up in activities.planned_after(w.session, activity_id, row.customer_id, row.deal_id):
            cancel_activity(w, follow_up)
        if row.customer_id is not None and counts_as_contact(row.kind, row.direction, row.outcome):
            activities.uncontacted(w.session, row.customer_id, row.at)
    _touch(w, row)


def _show(w: Work, row: Row[*tuple[Any, ...]]) -> None:
    """What is done with a deal may be what one of its key steps waits for; who was not reached heard nothing."""
    if row.deal_id is not None and row.outcome != "not_reached":
        push_evidence(w, row.deal_id, f"activity.{row.kind}", row.id, at=row.at)


def check_day(w: Work, at: datetime, place: str, *, was: datetime | None = None) -> list[Problem]:
    """What is wrong with the day something is planned for: it is over, or too far ahead. On the day it `was` planned
    for it may stay."""
    zone = ZoneInfo(w.actor.zone)
    day = at.astimezone(zone).date()
    if was is not None and was.astimezone(zone).date() == day:
        return []
    if day < w.now.astimezone(zone).date():
        return [problem(place, N_("That day is over."))]
    return [problem(place, N_("That is more than five years ahead."))] if at > w.now + AHEAD else []


def _check_note(note: str) -> list[Problem]:
    if len(note) <= NOTE_LENGTH:
        return []
    return [problem("note", N_("The note can have at most %(most)s characters."), most=NOTE_LENGTH)]


def _check(new: NewActivity) -> list[Problem]:
    problems = [*_check_note(new.note), *check_length(new.minutes)]
    if new.kind not in KINDS_BY_KEY:
        problems.append(problem("kind", N_("Choose what kind of activity it is.")))
    if new.direction not in DIRECTIONS:
        problems.append(problem("direction", N_("Choose who got in touch with whom.")))
    if new.customer_id is None and new.deal_id is None and not new.note.strip():
        problems.append(problem("note", N_("Say what it is about, or choose a customer.")))
    return problems


def _values(w: Work, new: NewActivity, problems: list[Problem]) -> dict[str, Any]:
    """The columns both kinds of new activities share; raises Refused with all problems."""
    w.require("activity.add")
    customer_id, scope_owner_id = new.customer_id, new.owner_id if new.owner_id is not None else w.actor.id
    owner_id, process = scope_owner_id, None
    if new.deal_id is not None:
        customers.lock_of(w.session, deal, new.deal_id)
        require(w.actor, "activity.add", deal_access(w.session, w.actor, new.deal_id, w.now))
        its_deal = deals.load(w.session, w.actor, new.deal_id, w.now)
        if customer_id is not None and its_deal.customer_id != customer_id:
            problems.append(problem("deal", N_("This deal belongs to another customer.")))
        customer_id = its_deal.customer_id
        process, scope_owner_id = its_deal.process, deals.scope_owner(w.session, new.deal_id)
    if customer_id is not None:
        customers.lock(w.session, customer_id)  # first: its owner must not change before the activity has its scope
        require(w.actor, "activity.add", customer_access(w.session, w.actor, customer_id, w.now))
        found = customers.load(w.session, w.actor, customer_id, w.now)
        scope_owner_id = found.owner_id if found.owner_id is not None else owner_id
    if new.contact_id is not None and not activities.is_contact_of(w.session, new.contact_id, customer_id):
        problems.append(problem("contact", N_("This contact belongs to another customer.")))
    if owner_id is not None and (not deals.team_of(w.session, owner_id)[0] or not w.actor.sees(owner_id)):
        problems.append(problem("owner_id", N_("Choose an owner from the list.")))
    problems += check_result(w, new.kind, new.outcome, process, new.answers)
    if problems:
        raise Refused(problems)
    return {
        "kind": new.kind,
        "customer_id": customer_id,
        "contact_id": new.contact_id,
        "deal_id": new.deal_id,
        "owner_id": owner_id,
        "scope_owner_id": scope_owner_id,
        "noted_at": w.now,
        "direction": new.direction,
        "minutes": new.minutes,
        "note": new.note.strip(),
        "because": _because(new.because),
        "created_by": w.actor.id,
    }


def _because(reason: Msg | str | None) -> dict[str, Any] | None:
    """Why it is there: a sentence to translate, or somebody's own words."""
    if isinstance(reason, Msg):
        return {"source": reason.source, "values": dict(reason.values)}
    return {"words": reason} if reason else None


def _planned(w: Work, activity_id: int) -> Row[*tuple[Any, ...]]:
    row = activities.load_for_change(w.session, w.actor, activity_id, w.now)
    if row.state != "planned":
        raise Stale(row.owner_name or "", ["state"])
    return row


def _change(w: Work, activity_id: int, state: str, values: Mapping[str, Any]) -> None:
    if not activities.update_from(w.session, activity_id, state, values):
        raise Stale(fields=["state"])


def _planned_data(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {"kind": row.kind, "planned_at": row.planned_at.isoformat(), "all_day": row.all_day}


def _done_event(
    w: Work,
    row: Row[*tuple[Any, ...]],
    answers: Answers,
    *,
    at: datetime | None = None,
    before: Mapping[str, Any] | None = None,
) -> None:
    codes, written = told(w, row.kind, row.deal_process, answers)
    data = {"kind": row.kind, "outcome": row.outcome, **codes}
    _event(w, row, "activity.done", data, at=at, personal={**written, **(before or {})})


def _event(
    w: Work,
    row: Row[*tuple[Any, ...]],
    kind: str,
    data: Mapping[str, Any],
    *,
    at: datetime | None = None,
    personal: Mapping[str, Any] | None = None,
) -> None:
    note = {"note": row.note} if row.note and kind == "activity.done" else {}
    w.event(
        kind,
        "activity",
        row.id,
        customer_id=row.customer_id,
        deal_id=row.deal_id,
        owner_id=row.owner_id,
        at=at,
        data=data,
        personal={**note, **(personal or {})} or None,
    )


def _touch(w: Work, row: Row[*tuple[Any, ...]], at: datetime | None = None) -> None:
    """The customer and the deal move up in lists; `at` is when a contact that counts took place."""
    search_subjects.reindex_activities(w.session, activity.c.id == row.id)
    if row.deal_id is not None:
        deals.touched(w.session, row.deal_id, w.now)
    if row.customer_id is not None:
        customers.touched(w.session, row.customer_id, w.now)
        if at is not None and counts_as_contact(row.kind, row.direction, row.outcome):
            activities.contacted(w.session, row.customer_id, at)
