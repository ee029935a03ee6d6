"""Writing what follow-up rules plan: activities with the occurrences that make each exist once, and their events; for
many at once, and for several rules that follow the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row

from salesapp.domain.company import Company
from salesapp.domain.follow_up import FollowUp, OnEvent, OnStage
from salesapp.domain.follow_up_times import MOMENT, Clock, Due, next_escalation
from salesapp.domain.placeholders import OF_RULES, filled
from salesapp.plugging.follow_up_rules import Running
from salesapp.services import notices, plugin_events
from salesapp.services.work import Work
from salesapp.store import events, follow_up_about, follow_up_people, follow_up_rows, follow_up_watches
from salesapp.store.follow_up_watches import Watch

Subject = Row[*tuple[Any, ...]]
EXCEPTED_FOR: Final = timedelta(days=7)
"""How long a rule whose exception holds, or whose occurrence is settled, waits until it looks again."""
_LANGUAGES: Final = {"CN": "zh_Hans", "SG": "zh_Hans", "TW": "zh_Hant", "HK": "zh_Hant", "MO": "zh_Hant", "RU": "ru"}


@dataclass(frozen=True, slots=True)
class Coming:
    """What comes next for a watch: its key, when it is due, and the number it has among its like."""

    key: str
    due: Due
    n: int = 0


@dataclass(frozen=True, slots=True)
class One:
    """A watch with all that its occurrence needs."""

    running: Running
    watch: Watch
    subject: Subject
    doer: int | None
    clock: Clock


Planned = tuple[One, Coming]


def make(w: Work, made: Sequence[Planned], *, tell: bool = False) -> int:
    """The activities, their occurrences and events, and the watches that now wait for them to be settled; how many.
    `tell` those who get one."""
    if not made:
        return 0
    there = _there(w, made)
    settled = [(one, each) for one, each in made if _stands(there, one, each)]
    new = [(one, each) for one, each in made if not _stands(there, one, each)]
    follow_up_watches.move(w.connection, [(one.watch, _onwards(w, one.running.rule, each)) for one, each in settled])
    if not new:
        return 0
    people = follow_up_people.everybody(w.session)
    words = _Words(w, people, follow_up_about.dates_of(w.session, {one.watch.part for one, _ in new}))
    activities = [_activity(w, one, each, words) for one, each in new]
    ids = follow_up_rows.add_activities(w.connection, activities)
    _note_occurrences(w, list(zip(new, ids, strict=True)), there, people)
    tell_all(w, [_planned_event(w, each, one) for each, one in zip(activities, ids, strict=True)])
    follow_up_watches.move(w.connection, [(one.watch, {"n": each.n, "look_at": None}) for one, each in new])
    if tell:
        told = [(one.doer, ("activity", activity_id)) for (one, _), activity_id in zip(new, ids, strict=True)]
        notices.tell_each(w, "activity.given", told)
    return len(new)


There = Mapping[tuple[str, int, str], Any]
"""Occurrences that were planned before, by rule, subject and key."""


def _there(w: Work, made: Sequence[Planned]) -> There:
    """What is written of these already."""
    rules = {one.running.key for one, _ in made}
    found: dict[tuple[str, int, str], Any] = {}
    for kind in sorted({one.subject.kind for one, _ in made}):
        ids = {one.subject.id for one, _ in made if one.subject.kind == kind}
        found |= follow_up_rows.existing(w.connection, rules, kind, ids)
    return found


def _stands(there: There, one: One, coming: Coming) -> bool:
    """Whether this occurrence was planned before, and not withdrawn."""
    found = there.get((one.running.key, one.subject.id, coming.key))
    return found is not None and found.state != "withdrawn"


def _onwards(w: Work, rule: FollowUp, coming: Coming) -> dict[str, Any]:
    """An occurrence that is settled is not planned again: the one after it is next."""
    if isinstance(rule.when, OnStage | OnEvent):
        if rule.every is None:
            return {"ended": "done", "look_at": None}
        return {"n": coming.n + 1, "look_at": w.now}
    return {"n": coming.n, "look_at": max(coming.due.due_at + MOMENT, w.now + EXCEPTED_FOR)}


def _activity(w: Work, one: One, coming: Coming, words: "_Words") -> dict[str, Any]:
    subject, rule = one.subject, one.running.rule
    because: dict[str, Any] = {"rule": one.running.key, "occurrence": coming.key}
    if coming.due.due_at <= w.now:
        because["missed_off"] = True
    scope = subject.customer_owner_id if subject.customer_id is not None else subject.scope_owner_id
    return {
        "kind": rule.do.kind,
        "customer_id": subject.customer_id,
        "contact_id": day.id if (day := words.dates.get(one.watch.part)) else None,
        "deal_id": subject.deal_id,
        "owner_id": one.doer,
        "scope_owner_id": one.doer if scope is None else scope,
        "state": "planned",
        "planned_at": coming.due.planned_at,
        "all_day": coming.due.all_day,
        "noted_at": w.now,
        "note": words.about(one, coming),
        "because": because,
        "form": rule.do.form,
    }


def planned_values(w: Work, one: One, coming: Coming) -> dict[str, Any]:
    """The activity of one occurrence, with its text."""
    words = _Words(w, follow_up_people.everybody(w.session), follow_up_about.dates_of(w.session, {one.watch.part}))
    return _activity(w, one, coming, words)


def _note_occurrences(w: Work, made: Sequence[tuple[Planned, int]], there: There, people: Mapping[int, Any]) -> None:
    """The rows by which each exists once; one that was withdrawn is the same again."""
    new, back = [], []
    for (one, coming), activity_id in made:
        team = people.get(one.doer or 0)
        values = {
            "activity_id": activity_id,
            "owner_id": one.doer,
            "team_id": team.team_id if team is not None else None,
            "due_at": coming.due.due_at,
            "planned_at": w.now,
            "escalate_at": next_escalation(one.running.rule, coming.due.due_at, w.now - MOMENT),
            "missed_off": coming.due.due_at <= w.now,
        }
        known = there.get((one.running.key, one.subject.id, coming.key))
        if known is not None:
            back.append((known.id, values))
            continue
        key = {"rule": one.running.key, "subject_kind": one.subject.kind, "subject_id": one.subject.id}
        new.append({**key, "occurrence": coming.key, "customer_id": one.subject.customer_id, **values})
    follow_up_rows.add(w.connection, new)
    follow_up_rows.again(w.session, back)


def _planned_event(w: Work, values: Mapping[str, Any], activity_id: int) -> dict[str, Any]:
    data = {
        "kind": values["kind"],
        "planned_at": values["planned_at"].isoformat(),
        "all_day": values["all_day"],
        "rule": values["because"]["rule"],
    }
    return event_of(w, "activity.planned", activity_id, values, data)


def event_of(w: Work, kind: str, activity_id: int, about: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """An event of an activity that a rule did something with: nobody did it."""
    return {
        "kind": kind,
        "subject_kind": "activity",
        "subject_id": activity_id,
        "customer_id": about["customer_id"],
        "deal_id": about["deal_id"],
        "actor_id": None,
        "owner_id": about["owner_id"],
        "team_id": None,
        "batch_id": w.batch_id,
        "at": w.now,
        "noted_at": w.now,
        "data": dict(data),
    }


def tell_all(w: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Write many events down, and have the plugins hear of them that listen."""
    one_of_many = w.batch_id is not None
    if not any(w.hooks.ears(kind, one_of_many=one_of_many) for kind in {row["kind"] for row in rows}):
        events.add_all(w.connection, rows)
        return
    if len(rows) == 1:
        ids = [events.insert(w.connection, rows[0], None)]
    else:
        ids = events.insert_all(w.connection, rows, [None] * len(rows))
    plugin_events.tell(w.connection, w.hooks, zip(ids, rows, strict=True))


class _Words:
    """What the activities are about, in the language of whoever does each."""

    def __init__(self, w: Work, people: Mapping[int, Any], dates: Mapping[str, Any]) -> None:
        self.people, self.dates = people, dates
        self.company = follow_up_people.calendars(w.session)[1]

    def about(self, one: One, coming: Coming) -> str:
        """The rule's text with what it names."""
        person = self.people.get(one.doer or 0)
        language = (person.language if person is not None else None) or language_of(self.company)
        subject = one.subject
        customer = subject.customer_name or subject.company or subject.title or ""
        day = self.dates.get(one.watch.part)
        given = {
            "customer": customer,
            "contact": day.name if day is not None and day.id is not None else customer,
            "deal": subject.title or customer,
            "salesperson": subject.salesperson_name or "",
            "company": self.company.name,
            "date": one.clock.day(coming.due.due_at).isoformat(),
            "about": day.about if day is not None else "",
        }
        return filled(one.running.rule.do.text.in_language(language), given, OF_RULES)


def language_of(company: Company) -> str:
    """In which language somebody is written to who chose none."""
    return company.languages[0] if company.languages else _LANGUAGES.get(company.country, "en")
