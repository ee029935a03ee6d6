"""A planned activity is done, and the next one planned."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.activity_kinds import KINDS_BY_KEY, OUTCOMES
from salesapp.domain.errors import N_, Refused, Stale, problem
from salesapp.domain.result_forms import Answers, filled
from salesapp.services import notices, plugin_checks
from salesapp.services.activity_changes import put_off
from salesapp.services.activity_checks import check_day, check_note, check_passed
from salesapp.services.activity_fields import fields_of, told
from salesapp.services.activity_marks import done_event, note_event, open_planned, planned_data, show, touch
from salesapp.services.follow_up_retrying import chosen, retry_after
from salesapp.services.result_forms import check_result, joined
from salesapp.services.work import Work
from salesapp.store import activities

AFTER_REACHED: Final = N_("it is time again for a customer of this grade")
AFTER_MISSED: Final = N_("not reached the last time")


def finish_activity(
    w: Work,
    activity_id: int,
    outcome: str | None,
    note: str,
    next_at: datetime | None = None,
    *,
    at: datetime | None = None,
    all_day: bool = True,
    by_rhythm: bool = False,
    answers: Answers | None = None,
    fields: Mapping[str, Any] | None = None,
) -> int | None:
    """A planned activity is done, `at` an earlier moment than now if it says one. With `next_at` the next one of its
    kind is planned; its id. `answers` to its result forms, `fields` to those every activity has; None where nobody was
    asked."""
    row = open_planned(w, activity_id)
    at = at or w.now
    problems = check_note(note) + check_passed(w, at)
    kind = KINDS_BY_KEY.get(row.kind)
    if outcome not in OUTCOMES and (outcome is not None or kind is None or kind.reaches):
        problems.append(problem("outcome", N_("Choose how it went.")))
    if next_at is not None:
        problems += check_day(w, next_at, "next_on")
    problems += check_result(w, row.kind, outcome, row.deal_process, answers, row.form)
    own = fields_of(w, activity_id, row.kind, row.custom or {}, fields, done=outcome != "not_reached")
    problems += own.problems
    if problems:
        raise Refused(problems)
    text, said = note.strip() or row.note, filled(answers or {})
    values = {"state": "done", "at": at, "outcome": outcome, "note": text, "answers": joined(row.answers, said)}
    if problems := plugin_checks.activity_change(w, row, values | own.new):
        raise Refused(problems)
    values |= own.columns()
    if not activities.update_from(w.session, activity_id, "planned", values):
        raise Stale(fields=["state"])
    own.link(w, activity_id)
    notices.activity_off(w, activity_id)
    done = activities.load(w.session, w.actor, activity_id, w.now)
    before = {"planned_note": row.note} if row.note != text else {}  # reopening puts it back
    before |= {"planned_answers": row.answers} if row.answers else {}
    before |= {"planned_fields": own.before} if own.new else {}
    done_event(w, done, said, at=at, before=before | told(own))
    show(w, done)
    touch(w, done, at=at)
    w.done("activity", activity_id)
    if next_at is None:
        return None
    return plan_next(w, done, next_at, all_day=all_day, by_rhythm=by_rhythm, for_=row.note)


def plan_next(
    w: Work,
    done: Row[*tuple[Any, ...]],
    next_at: datetime,
    *,
    all_day: bool = True,
    by_rhythm: bool = False,
    for_: str = "",
) -> int:
    """Plan the next activity after one that is done; taking that one back takes this one along. `by_rhythm` when the
    day is the one the customer's grade suggests: a day of one's own choosing has no other reason. `for_`: what the one
    that is done was planned for, which the next try still is, with its form."""
    if problems := check_day(w, next_at, "next_on"):
        raise Refused(problems)
    if (again := retry_after(w, done)) is not None:
        put_off(w, again, chosen(again, done.id, next_at, all_day))
        return int(again.id)
    because: dict[str, Any] = {"after": done.id}
    again_for: dict[str, Any] = {}
    if done.outcome == "not_reached":
        because["source"] = AFTER_MISSED
        again_for = {"note": for_, "form": done.form}
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
        **again_for,
    }
    next_id = activities.insert(w.session, values)
    row = activities.load(w.session, w.actor, next_id, w.now)
    note_event(w, row, "activity.planned", planned_data(row))
    notices.tell(w, row.owner_id, "activity.given", ("activity", row.id))
    return next_id
