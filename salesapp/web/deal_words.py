"""Deals in the person's words: labels of processes and stages, the stay, the next step."""

from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from salesapp.domain.activity_kinds import KINDS_BY_KEY
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.deal_values import PREFIX, field_called, plugin_of
from salesapp.domain.errors import Msg
from salesapp.domain.pack import Evidence, Process, Stage
from salesapp.domain.record_values import is_field_key
from salesapp.domain.stages import gate_in_words
from salesapp.web import plugin_words, record_fields, rule_words
from salesapp.web.field_inputs import in_words
from salesapp.web.i18n import gettext, ngettext, say, show_date, show_day, show_moment, show_number, today
from salesapp.web.inputs import day_of, full_amount
from salesapp.web.request import catalog, current_now

_BETWEEN: Final = " ·,，、:：-–—|/"
"""What people put between a customer's name and what the deal is about."""


def besides(title: str | None, customer: str | None) -> str:
    """What a deal's title says besides its customer's name, where both stand in a row: "极光 5" of "罗敏 · 极光 5"."""
    if not title or not customer or not title.startswith(customer):
        return title or ""
    rest = title.removeprefix(customer)
    return rest.lstrip(_BETWEEN) if rest[:1] in _BETWEEN else title


def process_label(key: str) -> str:
    """The process's label; its key where nobody ever knew it."""
    process = catalog().shown_process(key)
    return say(process.label) if process else key


def pack_label(process_key: str) -> str:
    """What the plugin that brought the process is called: the heading of its fields."""
    return plugin_words.title_of(plugin_of(process_key))


def stage_of(process_key: str, stage_key: str) -> Stage | None:
    """The stage's record, where its process has it."""
    process = catalog().shown_process(process_key)
    return process.stage(stage_key) if process else None


def stage_label(process_key: str, stage_key: str) -> str:
    """The stage's label; its key where nobody ever knew it."""
    stage = stage_of(process_key, stage_key)
    return say(stage.label) if stage else _gone(process_key, "stage", stage_key)


def _gone(process_key: str, kind: str, key: str) -> str:
    """What something was called that the owner switched off, or the plugin has no longer."""
    process = catalog().shown_process(process_key)
    label = process.gone_label(kind, key) if process else None
    return say(label) if label else key


def step_label(process: Process | None, key: str) -> str:
    """A key step's label; its key where nobody knows it any more."""
    if process is None:
        return key
    steps = {step.key: step.label for stage in process.stages for step in stage.key_steps}
    label = steps.get(key) or process.gone_label("step", key)
    return say(label) if label else key


def gate_words(process_key: str, keys: Sequence[str]) -> list[str]:
    """What these gates of a process need, in words; their keys where nobody knows them."""
    process = catalog().shown_process(str(process_key))
    gates = {gate.key: gate for stage in process.stages for gate in stage.gates} if process else {}
    known = deal_vocabulary(process) if process else {}
    return [say(gate_in_words(gates[key], known)) if key in gates else key for key in keys]


def evidence_label(evidence: str) -> str:
    """What ticked a key step by itself: the kind of activity, or the plugin's own name for it."""
    group, _, kind = evidence.partition(".")
    if group == "activity":
        return kind_label(kind)
    named = catalog().of(Evidence).get(evidence)
    return say(named.label) if named else plugin_words.label_of(group)  # it rests: its own words are not known


def reason_label(process_key: str, reason: str | None) -> str:
    """Why a deal was lost."""
    process = catalog().shown_process(process_key)
    found = next((each for each in process.lost_reasons if each.key == reason), None) if process else None
    if not reason:
        return gettext("no reason given")
    return say(found.label) if found else _gone(process_key, "reason", reason)


def stay_duration(secs: int) -> str:
    """A stay in the largest sensible unit."""
    days, hours, minutes = secs // 86400, secs // 3600, max(1, secs // 60)
    if days:
        return ngettext("%(num)s day", "%(num)s days", days) % {"num": show_number(days)}
    if hours:
        return ngettext("%(num)s hour", "%(num)s hours", hours) % {"num": show_number(hours)}
    return ngettext("%(num)s minute", "%(num)s minutes", minutes) % {"num": show_number(minutes)}


def changes(
    data: Mapping[str, Any], personal: Mapping[str, Any], people: Mapping[int, str]
) -> list[tuple[str, str, str]]:
    """What a change of a deal's facts was, from what to what: label, old, new."""
    labels = {
        "title": gettext("Deal name"),
        "amount_minor": gettext("Amount"),
        "currency": gettext("Currency"),
        "expected_close": gettext("Expected close"),
        "owner_id": gettext("Owner"),
    }
    process = catalog().shown_process(str(data.get("process")))
    found: list[tuple[str, str, str]] = []
    for name, (was, became) in personal.items():
        if is_field_key(name):
            continue
        field = field_called(process, name) if name.startswith(PREFIX) else None
        old, new = (in_words(field, value) if field else str(value or "") for value in (was, became))
        found.append((say(field.label) if field else labels.get(name, name.removeprefix(PREFIX)), old, new))
    found += record_fields.change_words("deal", personal)
    if "to_owner" in data:
        old, new = (people.get(data[key], gettext("nobody")) for key in ("from_owner", "to_owner"))
        found.append((labels["owner_id"], old, new))
    changed = data.get("changes") or {}
    currency = data.get("currency") or "CNY"
    currencies = changed.get("currency") or (currency, currency)
    for name, pair in changed.items():
        old, new = (_changed_value(name, value, str(code)) for value, code in zip(pair, currencies, strict=True))
        found.append((labels.get(name, name), old, new))
    return found


def _changed_value(name: str, value: Any, currency: str) -> str:
    if value is None:
        return ""
    if name == "amount_minor":
        return full_amount(value, currency)
    if name == "expected_close":
        return show_date(date.fromisoformat(value))
    return str(value)


def kind_label(kind: str) -> str:
    """An activity's kind."""
    return say(KINDS_BY_KEY[kind].label) if kind in KINDS_BY_KEY else kind


def kind_icon(kind: str) -> str:
    """The sign of an activity's kind."""
    return KINDS_BY_KEY[kind].icon if kind in KINDS_BY_KEY else "clock"


def because_text(because: Mapping[str, Any] | None) -> str:
    """Why an activity is there: "because …" in the person's language."""
    if not because:
        return ""
    if because.get("words"):
        return str(because["words"])
    if because.get("rule"):
        return rule_words.in_short(because)
    reason = say(Msg(str(because.get("source", "")), because.get("values") or {})) if because.get("source") else ""
    return gettext("Because: %(reason)s") % {"reason": reason} if reason else ""


def why_text(because: Mapping[str, Any] | None) -> str:
    """The same where the activity itself is shown: of a rule also what it counts from."""
    return " · ".join(filter(None, [because_text(because), rule_words.in_full(because)]))


def planned_text(moment: datetime | None, all_day: bool) -> str:
    """When something is planned: a day, with its hour where it has one."""
    if moment is None:
        return ""
    return show_day(moment) if all_day else show_moment(moment)


def is_late(moment: datetime | None, all_day: bool) -> bool:
    """Whether the time for it has passed: the day for a day, the hour for an hour."""
    if moment is None:
        return False
    return day_of(moment) < today() if all_day else moment < current_now()


def stay_text(days: int, limit: int | None) -> str:
    """How long a deal has been in its stage, of how long it should be."""
    if limit is None:
        return ngettext("%(num)s day in this stage", "%(num)s days in this stage", days) % {"num": show_number(days)}
    words = ngettext("%(days)s of %(num)s day", "%(days)s of %(num)s days", limit)
    return words % {"days": show_number(days), "num": show_number(limit)}


def next_text(step: Any | None) -> str:
    """The next step of a deal in one line: when, and what."""
    if step is None:
        return gettext("No next step")
    when = planned_text(step.planned_at, step.all_day)
    return gettext("%(when)s: %(what)s") % {"when": when, "what": kind_label(step.kind)}


def nexts(steps: Mapping[int, Any]) -> dict[int, tuple[str, bool]]:
    """The next steps of customers, each in one line and whether it is late."""
    return {key: (next_text(step), is_late(step.planned_at, step.all_day)) for key, step in steps.items()}


def register(words: MutableMapping[str, Any]) -> None:
    """Give templates the words of the timeline's sentences about deals and activities."""
    words.update(
        stage_word=lambda process, stage: stage_label(str(process), str(stage)),
        step_word=lambda process, step: step_label(catalog().shown_process(str(process)), str(step)),
        reason_word=lambda process, reason: reason_label(str(process), reason or None),
        gate_words=gate_words,
        evidence_word=lambda evidence: evidence_label(str(evidence)),
        activity_word=lambda kind: kind_label(str(kind)),
        planned_word=lambda data: planned_text(datetime.fromisoformat(data["planned_at"]), data["all_day"]),
        stay_word=lambda secs: stay_duration(int(secs)),
        rule_text=rule_words.in_short,
        deal_changes=changes,
    )
