"""What every save of a customer, contact, deal or activity does with its fields: who may write which, what is needed,
what is asked at all, what somebody else changed meanwhile."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from salesapp.domain.conditions import Facts
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.field_values import canonical, check_value, is_empty
from salesapp.domain.pack import Field
from salesapp.domain.permissions import Access, Actor
from salesapp.domain.record_facts import record_facts
from salesapp.domain.record_values import FieldsByKey, is_field_key, is_link, is_visible, plain, same, value_at
from salesapp.domain.record_values import with_values_at as whole
from salesapp.services.work import Work
from salesapp.store import field_links, visibility
from salesapp.store.engine import Executor

NEEDED = N_("%(label)s is needed.")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a save changes of a record's fields: by full key, what was there and what will be."""

    kind: str
    custom: dict[str, Any]
    new: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    named: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    clashes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def columns(self) -> dict[str, Any]:
        """What the record's row gets."""
        return {"custom": self.custom} if set(self.new) - set(self.named) else {}

    def told(self) -> dict[str, list[Any]]:
        """From what to what, for the personal part of an event."""
        return {key: [self.before[key], value] for key, value in self.new.items()}

    def link(self, w: Work, subject_id: int) -> None:
        """Write whom the record's fields name."""
        field_links.put(w.session, self.kind, subject_id, self.named)


def values_of(
    x: Executor, kind: str, subject_id: int | None, custom: Mapping[str, object], fields: FieldsByKey
) -> dict[str, Any]:
    """The values of a record's fields by full key, with the people and customers they name."""
    links = {key for key, each in fields.items() if is_link(each)}
    named = field_links.of(x, kind, subject_id) if links and subject_id is not None else {}
    return {key: named.get(key) if key in links else value_at(custom, key) for key in fields}


def readable(fields: FieldsByKey, actor: Actor) -> dict[str, Field]:
    """The fields whose values this person gets."""
    return {key: each for key, each in fields.items() if each.is_read_by(actor.role)}


def asked_of(fields: FieldsByKey, actor: Actor) -> dict[str, Field]:
    """The fields this person may fill in."""
    return {key: each for key, each in fields.items() if each.is_written_by(actor.role)}


def changed(
    w: Work,
    kind: str,
    subject_id: int | None,
    custom: Mapping[str, object],
    record: Mapping[str, Any],
    wanted: Mapping[str, Any],
    seen: Mapping[str, Any],
    asked: Collection[str] = (),
    was: Mapping[str, Any] | None = None,
) -> FieldChange:
    """What this save does. `record` is what every record of the kind has, as it will be; `wanted` may hold other names
    than those of fields; of the fields in `asked`, those that are required must have a value. So must those that this
    save itself calls up, where it comes from a form and `was`, the record as it is, is given."""
    fields = w.catalog.fields_of(kind)
    before = values_of(w.session, kind, subject_id, custom, fields)
    new, problems = _new(w, fields, before, wanted)
    _drop_hidden(new, before, fields, record, _today(w))
    clashes = [key for key in new if key in seen and not same(fields[key], seen[key], before[key])]
    problems += [each for key, value in new.items() for each in _wrong(w, key, fields[key], value)]
    facts = record_facts(record, before | new, fields)
    if was is not None:
        asked = {*asked, *_called_up(fields, record_facts(was, before, fields), facts, _today(w))}
    problems += _missing(w, fields, {key: {**before, **new}.get(key) for key in fields if key in asked}, facts)
    named: dict[str, tuple[str, int | None]] = {
        key: (fields[key].type, _id(new[key])) for key in new if is_link(fields[key])
    }
    kept = {key: value for key, value in new.items() if key not in named}
    return FieldChange(kind, whole(custom, kept), new, {key: before[key] for key in new}, named, clashes, problems)


def _new(
    w: Work, fields: FieldsByKey, before: Mapping[str, Any], wanted: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """The values that are not what is there already. Who may not read a field is told that there is none."""
    new: dict[str, Any] = {}
    problems: list[Problem] = []
    for key in filter(is_field_key, wanted):
        found = fields.get(key)
        if found is None or not found.is_read_by(w.actor.role):
            problems.append(problem("", N_("This form has no field “%(name)s”."), name=key[:80]))
        elif not same(found, wanted[key], before[key]):
            new[key] = plain(canonical(found, wanted[key]))
    return new, problems


def _id(value: Any) -> int | None:
    return value if type(value) is int else None


def _today(w: Work) -> date:
    """The calendar day where the person is."""
    return w.now.astimezone(ZoneInfo(w.actor.zone)).date()


def _wrong(w: Work, key: str, found: Field, value: Any) -> list[Problem]:
    if not found.is_written_by(w.actor.role):
        return [Problem(key, Msg(N_("“%(label)s” is not yours to change."), {"label": found.label}))]
    if wrong := check_value(found, value):
        return [Problem(key, wrong)]
    if is_link(found) and not is_empty(value) and not _is_known(w, found, value):
        return [Problem(key, Msg(N_("%(label)s: please choose one of the list."), {"label": found.label}))]
    return []


def _is_known(w: Work, found: Field, value: int) -> bool:
    """Nobody finds out by this whether there is a customer they may not know of."""
    if found.type == "person":
        return field_links.works_here(w.session, value)
    return visibility.customer_access(w.session, w.actor, value, w.now) is not Access.NONE


def _drop_hidden(
    new: dict[str, Any], before: Mapping[str, Any], fields: FieldsByKey, record: Mapping[str, Any], today: date
) -> None:
    """An answer to what is no longer asked, as something else in the same form was changed, is not taken in."""
    while True:
        facts = record_facts(record, {**before, **new}, fields)
        hidden = [key for key in new if is_empty(before[key]) and not is_visible(fields[key], facts, today)]
        if not hidden:
            return
        for key in hidden:
            del new[key]


def _called_up(fields: FieldsByKey, before: Facts, now: Facts, today: date) -> set[str]:
    """What was not asked when the form was opened, and is with the answers it was sent with."""
    return {
        key
        for key, each in fields.items()
        if each.required and is_visible(each, now, today) and not is_visible(each, before, today)
    }


def _missing(w: Work, fields: FieldsByKey, values: Mapping[str, Any], facts: Facts) -> list[Problem]:
    today = _today(w)
    return [
        Problem(key, Msg(NEEDED, {"label": fields[key].label}))
        for key, value in values.items()
        if fields[key].required
        and is_empty(value)
        and fields[key].is_written_by(w.actor.role)
        and is_visible(fields[key], facts, today)
    ]
