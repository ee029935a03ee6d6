"""A new activity: something that happened is noted, something to come is planned. What becomes of it afterwards:
activity_finish, activity_changes, activity_undo."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from salesapp.domain.activity_kinds import DIRECTIONS, KINDS_BY_KEY, OUTCOMES
from salesapp.domain.agenda import check_length
from salesapp.domain.errors import N_, Msg, Problem, Refused, problem
from salesapp.domain.result_forms import Answers, filled
from salesapp.services import notices, plugin_checks
from salesapp.services.activity_checks import check_day, check_note, check_passed
from salesapp.services.activity_fields import fields_of, told
from salesapp.services.activity_marks import done_event, note_event, planned_data, show, touch
from salesapp.services.field_values import FieldChange
from salesapp.services.result_forms import check_result
from salesapp.services.work import Work
from salesapp.store import activities, customers, deals
from salesapp.store.tables import deal
from salesapp.store.visibility import customer_access, deal_access, require


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActivity:
    """An activity of a kind of the list, one that happened (`at`, `outcome`) or is planned (`planned_at`; `all_day` for
    a day without an hour, then `planned_at` is that day's noon, the same day in neighbouring zones). `answers` to its
    result forms, {plugin: {key: value}}; None where nobody was asked, as in an import. `minutes` is how long it takes,
    None as long as its kind usually does. `form` is the full key of a result form that is asked besides, as a rule asks
    it."""

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
    fields: Mapping[str, Any] | None = None
    """Answers to the fields every activity has, by full key; None where nobody was asked."""
    form: str | None = None


def note_activity(w: Work, new: NewActivity) -> int:
    """Note something that happened. An outgoing contact that reached somebody is the customer's last contact."""
    at = new.at or w.now
    problems = _check(new) + check_passed(w, at)
    if new.outcome is not None and new.outcome not in OUTCOMES:
        problems.append(problem("outcome", N_("Choose how it went.")))
    fields = fields_of(w, None, new.kind, {}, new.fields, done=new.outcome != "not_reached")
    problems += fields.problems
    answers = filled(new.answers or {})
    done = {"state": "done", "at": at, "all_day": False, "outcome": new.outcome, "answers": answers}
    values = _values(w, new, problems) | done
    _ask_plugins(w, values, fields)
    activity_id = activities.insert(w.session, values | fields.columns())
    fields.link(w, activity_id)
    row = activities.load(w.session, w.actor, activity_id, w.now)
    done_event(w, row, answers, at=at, before=told(fields))
    show(w, row)
    touch(w, row, at=at)
    w.done("activity", activity_id)
    return activity_id


def plan_activity(w: Work, new: NewActivity, *, tell: bool = True) -> int:
    """Plan something for a day or an hour. Whoever is to do it is told, unless it is one of many (`tell`)."""
    problems = _check(new)
    if new.planned_at is None:
        problems.append(problem("planned_on", N_("Choose a day.")))
    else:
        problems += check_day(w, new.planned_at, "planned_on")
    fields = fields_of(w, None, new.kind, {}, new.fields, done=False)
    problems += fields.problems
    values = _values(w, new, problems) | {"state": "planned", "planned_at": new.planned_at, "all_day": new.all_day}
    _ask_plugins(w, values, fields)
    activity_id = activities.insert(w.session, values | fields.columns())
    fields.link(w, activity_id)
    row = activities.load(w.session, w.actor, activity_id, w.now)
    note_event(w, row, "activity.planned", planned_data(row), personal=told(fields))
    if tell:
        notices.tell(w, row.owner_id, "activity.given", ("activity", row.id))
    touch(w, row)
    w.done("activity", activity_id)
    return activity_id


_SAID: Final = frozenset({"scope_owner_id", "noted_at", "created_by", "because", "form"})
"""Columns that nobody said anything about."""


def _ask_plugins(w: Work, values: Mapping[str, Any], fields: FieldChange) -> None:
    said = {name: value for name, value in values.items() if name not in _SAID}
    if problems := plugin_checks.activity_save(w, None, said | fields.new):
        raise Refused(problems)


def _check(new: NewActivity) -> list[Problem]:
    problems = [*check_note(new.note), *check_length(new.minutes)]
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
    if new.form is not None and new.form not in w.catalog.result_forms:
        raise ValueError(f"there is no ResultForm {new.form!r}")
    if new.customer_id is None and new.deal_id is None:
        plugin_checks.narrow_customer(w, "activity.add", None)
    customer_id, scope_owner_id = new.customer_id, new.owner_id if new.owner_id is not None else w.actor.id
    owner_id, process = scope_owner_id, None
    if new.deal_id is not None:
        customers.lock_of(w.session, deal, new.deal_id)
        require(w.actor, "activity.add", deal_access(w.session, w.actor, new.deal_id, w.now))
        plugin_checks.narrow_deal(w, "activity.add", new.deal_id)
        its_deal = deals.load(w.session, w.actor, new.deal_id, w.now)
        if customer_id is not None and its_deal.customer_id != customer_id:
            problems.append(problem("deal", N_("This deal belongs to another customer.")))
        customer_id = its_deal.customer_id
        process, scope_owner_id = its_deal.process, deals.scope_owner(w.session, new.deal_id)
    if customer_id is not None:
        customers.lock(w.session, customer_id)  # first: its owner must not change before the activity has its scope
        require(w.actor, "activity.add", customer_access(w.session, w.actor, customer_id, w.now))
        if new.deal_id is None:
            plugin_checks.narrow_customer(w, "activity.add", customer_id)
        found = customers.load(w.session, w.actor, customer_id, w.now)
        scope_owner_id = found.owner_id if found.owner_id is not None else owner_id
    if new.contact_id is not None and not activities.is_contact_of(w.session, new.contact_id, customer_id):
        problems.append(problem("contact", N_("This contact belongs to another customer.")))
    if owner_id is not None and (not deals.team_of(w.session, owner_id)[0] or not w.actor.sees(owner_id)):
        problems.append(problem("owner_id", N_("Choose an owner from the list.")))
    problems += check_result(w, new.kind, new.outcome, process, new.answers, new.form)
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
        "form": new.form,
        "created_by": w.actor.id,
    }


def _because(reason: Msg | str | None) -> dict[str, Any] | None:
    """Why it is there: a sentence to translate, or somebody's own words."""
    if isinstance(reason, Msg):
        return {"source": reason.source, "values": dict(reason.values)}
    return {"words": reason} if reason else None
