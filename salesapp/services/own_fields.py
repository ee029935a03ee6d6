"""The owner's fields: added, changed, put in order, archived, brought back. Every process knows with its next
request."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from salesapp.domain.criteria import check, from_data
from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.field_values import LINKS
from salesapp.domain.own_fields import CHOSEN, KINDS, TYPES, OwnField, key_for
from salesapp.domain.pack import ALWAYS, FieldKind, FieldType
from salesapp.domain.people import one_line
from salesapp.domain.permissions import ROLES
from salesapp.domain.record_facts import record_vocabulary
from salesapp.domain.text import LANGUAGES
from salesapp.services.option_lines import option_lines
from salesapp.services.work import Work
from salesapp.store import own_fields, people, settings

CHANGED: Final = ("label", "labels", "help", "options", "required", "default", "visible_when", "readers", "writers")
"""What can be changed later. The type cannot, or what was written before would say nothing; nor can the key."""
LABEL_LENGTH: Final = 100
HELP_LENGTH: Final = 300
MOST_OPTIONS: Final = 100
MOST_FIELDS: Final = 60


def add_field(w: Work, kind: str, type_: str, typed: Mapping[str, Any]) -> int:
    """One more field of a kind of record, shown last; its id."""
    _opened(w)
    problems = [] if kind in KINDS else [problem("kind", N_("Choose what the field belongs to."))]
    if type_ not in TYPES:
        problems.append(problem("type", N_("Choose what kind of answer it takes.")))
    if problems:
        raise Refused(problems)
    living = [each for each in own_fields.living(w.session) if each.kind == kind]
    if len(living) >= MOST_FIELDS:
        problems.append(problem("", N_("%(most)s fields are the most; archive one first."), most=MOST_FIELDS))
    blank = OwnField(cast("FieldKind", kind), "new", cast("FieldType", type_), "")
    new = _changed(w, blank, typed, problems)
    new = replace(new, key=key_for(new.label, own_fields.keys_of(w.session, kind)))
    values = {"kind": kind, "key": new.key, "type": type_, "created_by": w.actor.id, "created_at": w.now}
    field_id = own_fields.insert(w.session, values | _columns(new))
    _told(w, "added", replace(new, id=field_id))
    w.done("field", field_id)
    return field_id


def change_field(w: Work, field_id: int, changed: Mapping[str, Any], seen: Mapping[str, Any]) -> None:
    """Other words, other options, other rules; what was written before stays, and keeps its words. Stale only when
    somebody else changed one of the same."""
    before = _found(w, field_id)
    now = typed_of(before)
    clashes = [name for name in changed if now[name] not in (seen.get(name, now[name]), changed[name])]
    new = _changed(w, before, {**now, **changed}, [])
    if clashes:
        raise Stale(people.who_changed(w.session, "own_field", field_id, clashes), clashes)
    if new != before:
        own_fields.set_values(w.session, field_id, _columns(new))
        _told(w, "changed", new, [name for name in CHANGED if typed_of(new)[name] != now[name]])
    w.done("field", field_id)


def move_field(w: Work, field_id: int, by: int) -> None:
    """One place up (-1) or down (1) among those shown with it."""
    found = _found(w, field_id)
    ids = [each.id for each in own_fields.living(w.session) if each.kind == found.kind]
    here = ids.index(field_id) if field_id in ids else -1
    if here >= 0 and 0 <= here + by < len(ids):
        ids[here], ids[here + by] = ids[here + by], ids[here]
        own_fields.set_order(w.session, ids)
        _told(w, "moved", found)


def archive_field(w: Work, field_id: int) -> None:
    """Ask for it no longer; what was written stays."""
    found = _found(w, field_id)
    if own_fields.set_archived(w.session, field_id, w.now):
        _told(w, "archived", found)


def restore_field(w: Work, field_id: int) -> None:
    """Ask for it again, with all that was written before."""
    found = _found(w, field_id)
    if own_fields.set_archived(w.session, field_id, None):
        _told(w, "restored", found)


def typed_of(found: OwnField) -> dict[str, Any]:
    """A field as forms send it: `options` one per line, `labels` by language, roles as tuples."""
    return {
        "label": found.label,
        "labels": {name: found.labels.get(name, "") for name in LANGUAGES},
        "help": found.help,
        "options": "\n".join(text for _, text in found.options),
        "required": found.required,
        "default": found.default,
        "visible_when": found.visible_when,
        "readers": found.readers,
        "writers": found.writers,
    }


def _opened(w: Work) -> None:
    """The fields are nobody else's to change until the end of the transaction: a change writes all of a field, and a
    new one's key must be free."""
    w.require("settings.manage")
    settings.locked(w.session, settings.CONFIG, "")


def _found(w: Work, field_id: int) -> OwnField:
    _opened(w)
    found = own_fields.get(w.session, field_id)
    if found is None:
        raise NotFound
    return found


def _told(w: Work, what: str, found: OwnField, fields: Sequence[str] = ()) -> None:
    w.config_changed()
    data = {"kind": found.kind, "key": found.key, "label": found.label, "fields": list(fields)}
    w.event(f"own_field.{what}", "own_field", found.id, data=data)


def _columns(found: OwnField) -> dict[str, Any]:
    return {
        "label": found.label,
        "labels": dict(found.labels),
        "help": found.help,
        "options": [list(pair) for pair in found.options],
        "gone": [list(pair) for pair in found.gone],
        "required": found.required,
        "default": found.default,
        "visible_when": found.visible_when,
        "readers": list(found.readers),
        "writers": list(found.writers),
    }


# --- what was typed ---


def _changed(w: Work, before: OwnField, typed: Mapping[str, Any], problems: list[Problem]) -> OwnField:
    """The field as it was typed; raises Refused with all that is wrong."""
    label, help_text = one_line(str(typed.get("label", ""))), str(typed.get("help", "")).strip()
    if not label:
        problems.append(problem("label", N_("Say what the field is called.")))
    elif len(label) > LABEL_LENGTH:
        problems.append(problem("label", N_("A label can have at most %(most)s characters."), most=LABEL_LENGTH))
    if len(help_text) > HELP_LENGTH:
        problems.append(problem("help", N_("The help can have at most %(most)s characters."), most=HELP_LENGTH))
    lines = option_lines(str(typed.get("options", "")), MOST_OPTIONS, problems) if before.type in CHOSEN else []
    options, gone = _options(before, lines)
    new = replace(
        before,
        label=label,
        labels=_labels(typed.get("labels") or {}, label),
        help=help_text,
        options=options,
        gone=gone,
        required=bool(typed.get("required")),
        default=typed.get("default") if before.type not in LINKS else None,
        visible_when=typed.get("visible_when"),
        readers=_roles(typed.get("readers")),
        writers=_roles(typed.get("writers")),
    )
    problems += _together(w, new)
    if problems:
        raise Refused(problems)
    return new


def _labels(typed: Mapping[str, str], label: str) -> dict[str, str]:
    """The words of the languages that have their own."""
    lines = {name: one_line(str(typed.get(name, "")))[:LABEL_LENGTH] for name in LANGUAGES}
    return {name: text for name, text in lines.items() if text and text != label}


def _roles(typed: Any) -> tuple[str, ...]:
    """The chosen roles in their order; the one that always may goes without saying."""
    return tuple(role for role in ROLES if role in (typed or ()) and role != ALWAYS)


def _options(before: OwnField, texts: Sequence[str]) -> tuple[Any, Any]:
    """The options with these words, each with the key it has or had, and those no longer offered."""
    known = (*before.options, *before.gone)
    keys = {text: key for key, text in known}
    for text in texts:
        if text not in keys:
            keys[text] = key_for(text, set(keys.values()))
    return tuple((keys[text], text) for text in texts), tuple(each for each in known if each[1] not in texts)


def _together(w: Work, new: OwnField) -> list[Problem]:
    """What is wrong with the parts that must fit each other."""
    problems = []
    if new.readers and set(new.writers) - set(new.readers):
        problems.append(problem("writers", N_("Who may change it must be able to read it, too.")))
    if not new.label or problems:
        return problems
    try:
        replace(new, visible_when=None, default=None).field()
    except ValueError:
        return []  # the options were refused already
    try:
        replace(new, visible_when=None).field()
    except ValueError:
        problems.append(problem("default", N_("This is not a value the field could have.")))
    return problems + _condition_problems(w, new)


def _condition_problems(w: Work, new: OwnField) -> list[Problem]:
    if new.visible_when is None:
        return []
    known = record_vocabulary(new.kind, w.catalog.fields_of(new.kind))
    try:
        condition = from_data(new.visible_when)
        check(condition, {key: fact for key, fact in known.items() if key != new.full_key})
    except ValueError:
        return [problem("visible_when", N_("Complete every line of the condition, or remove it."))]
    return []
