"""The owner bends a process to the house: other words, other numbers, another order, more stages, steps and reasons.

Each change is one row on top of what the plugin brings (`salesapp/domain/process_changes.py`), so the plugin's next
version keeps it, and one press goes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.pack import Process, Stage
from salesapp.domain.people import one_line
from salesapp.domain.process_changes import OWN, applied, with_change
from salesapp.domain.text import LANGUAGES, Text, named_in
from salesapp.domain.whole_numbers import is_between
from salesapp.plugging import running
from salesapp.services.work import Work
from salesapp.store import events, settings
from salesapp.store import process_changes as rows
from salesapp.store.engine import Executor

STAGE_FIELDS: Final = (
    *(f"label_{language}" for language in LANGUAGES),
    *(f"goal_{language}" for language in LANGUAGES),
    "probability",
    "longest_stay_days",
)
LABEL_LENGTH: Final = 60
GOAL_LENGTH: Final = 300
LONGEST_STAY: Final = 3650
MOST_STAGES: Final = 20
_NAME: Final = Text("Name", "名称", "名稱", "Название")
_GOAL: Final = Text("Goal", "目标", "目標", "Цель")
NEEDED: Final = N_("This stays: a gate asks for it. Switch that gate off first.")


@dataclass(frozen=True, slots=True)
class Changed:
    """One difference between the plugin's process and the house's: `brought` is what the plugin has now, `then` what
    it had when the owner changed it, `waiting` that it fits the plugin's process no longer."""

    path: str
    value: Any
    brought: Any
    then: Any
    by: str
    at: datetime
    waiting: bool


def differences(x: Executor, key: str) -> list[Changed]:
    """Everything the owner changed of a process, for the page that shows both."""
    process = running.house().brought.process(key)
    found = rows.of_process(x, key)
    waits = applied(process, {row.path: row.value for row in found}).waiting if process else ()
    return [
        Changed(
            row.path,
            row.value,
            value_at(process, row.path) if process else None,
            row.brought,
            row.name or "",
            row.at,
            row.path in waits or process is None,
        )
        for row in found
    ]


def value_at(process: Process, path: str) -> Any:
    """What a process has at a path, as a change would say it; None for what it does not have."""
    head, _, rest = path.partition(".")
    key, _, what = rest.rpartition(".")
    if what == "off":
        return False
    if not rest:
        plain: dict[str, Any] = {"label": _languages(process.label)}
        plain |= {name: getattr(process, name) for name in ("lost_needs_yes", "lost_needs_call")}
        return plain.get(path, [stage.key for stage in process.stages] if path == "order" else None)
    records: dict[str, Sequence[Any]] = {
        "stage": process.stages,
        "step": [step for stage in process.stages for step in stage.key_steps],
        "reason": process.lost_reasons,
    }
    record = next((each for each in records.get(head, ()) if each.key == key), None)
    if record is None or what.startswith(OWN):
        return None
    value = getattr(record, what)
    return _languages(value) if what in ("label", "goal") else value


def _languages(text: Any) -> dict[str, str]:
    return {language: text.in_language(language) for language in LANGUAGES}


def stage_shown(stage: Stage) -> dict[str, str]:
    """A stage as its form shows it: label and goal in each language, probability, longest stay ("" for none)."""
    texts = {f"label_{language}": stage.label.in_language(language) for language in LANGUAGES}
    texts |= {f"goal_{language}": stage.goal.in_language(language) for language in LANGUAGES}
    stay = "" if stage.longest_stay_days is None else str(stage.longest_stay_days)
    return texts | {"probability": str(stage.probability), "longest_stay_days": stay}


def change_stage(w: Work, key: str, stage_key: str, changed: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Other words or numbers for a stage; Stale when somebody else changed the same one meanwhile."""
    process = opened(w, key)
    stage = stage_of(process, stage_key)
    before = stage_shown(stage)
    typed = {field: one_line(text) for field, text in changed.items()}
    problems = [*text_problems(typed), *_number_problems(typed)]
    if problems:
        raise Refused(problems)
    stale = [field for field, text in typed.items() if before[field] not in (seen.get(field, before[field]), text)]
    if stale:
        raise Stale("", stale)
    new = {field: text for field, text in typed.items() if text != before[field]}
    for part in ("label", "goal"):
        words = {field.removeprefix(f"{part}_"): text for field, text in new.items() if field.startswith(f"{part}_")}
        if words:
            _put_words(w, key, f"stage.{stage_key}.{part}", words)
    for part in ("probability", "longest_stay_days"):
        if part in new:
            put(w, key, f"stage.{stage_key}.{part}", int(new[part]) if new[part] else None)


def text_problems(typed: Mapping[str, str]) -> list[Problem]:
    """What is wrong with names and goals, at their fields."""
    problems = []
    for field, text in typed.items():
        if field.startswith(("label_", "goal_")):
            most = LABEL_LENGTH if field.startswith("label_") else GOAL_LENGTH
            if not text:
                problems.append(problem(field, N_("%(label)s is needed."), label=_called(field)))
            elif len(text) > most:
                problems.append(
                    problem(
                        field,
                        N_("%(label)s can hold %(max)s characters; this has %(length)s."),
                        label=_called(field),
                        length=len(text),
                        max=most,
                    )
                )
    return problems


def _called(field: str) -> Text:
    """Which field it is, for a line that stands far from it."""
    part, _, language = field.partition("_")
    return named_in(_GOAL if part == "goal" else _NAME, language)


def _number_problems(typed: Mapping[str, str]) -> list[Problem]:
    problems = []
    probability, stay = typed.get("probability", "0"), typed.get("longest_stay_days", "")
    if not is_between(probability, 0, 100):
        problems.append(problem("probability", N_("A whole number from 0 to 100 is needed.")))
    if stay and not is_between(stay, 1, LONGEST_STAY):
        text = N_("Days are a whole number from 1 to %(most)s; leave it empty where a deal may stay.")
        problems.append(problem("longest_stay_days", text, most=LONGEST_STAY))
    return problems


def rename(w: Work, key: str, path: str, words: Mapping[str, str]) -> None:
    """Other words for the process, a key step or a reason; `words` by language, those that change."""
    process = opened(w, key)
    typed = {language: one_line(text) for language, text in words.items()}
    if problems := text_problems({f"label_{language}": text for language, text in typed.items()}):
        raise Refused(problems)
    if value_at(process, path) is None:
        raise NotFound
    _put_words(w, key, path, typed)


def switch(w: Work, key: str, path: str, off: bool) -> None:
    """Use a stage, a key step, a gate or a reason no longer, or again."""
    process = opened(w, key)
    if not off:
        put(w, key, path, False)
        return
    if problems := _switch_problems(w, process, key, path):
        raise Refused(problems)
    put(w, key, path, True)


def _switch_problems(w: Work, process: Process, key: str, path: str) -> list[Problem]:
    head, _, rest = path.partition(".")
    name = rest.removesuffix(".off")
    if head == "stage":
        stage_of(process, name)
        n = rows.deals_in(w.session, key, name)
        if n:
            return [problem("", N_("%(num)s open deals stand in this stage. Move them first."), num=n)]
        if len(process.stages) == 1:
            return [problem("", N_("A process needs at least one stage."))]
    if head == "reason" and len(process.lost_reasons) == 1:
        return [problem("", N_("At least one reason is needed."))]
    try:
        with_change(process, path, True)
    except KeyError:
        raise NotFound from None
    except ValueError:
        return [problem("", NEEDED if head in ("step", "stage") else UNFIT)]
    return []


UNFIT: Final = N_("The rest of the process does not hold together then.")


def move_stage(w: Work, key: str, stage_key: str, by: int) -> None:
    """One place earlier (-1) or later (1)."""
    process = opened(w, key)
    order = [stage.key for stage in process.stages]
    here = order.index(stage_of(process, stage_key).key)
    there = here + by
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    try:
        with_change(process, "order", order)
    except ValueError:
        raise Refused(
            [problem("", N_("A stage with a gate before it cannot be the first: deals are opened there."))]
        ) from None
    put(w, key, "order", order)


def add_stage(w: Work, key: str, language: str, label: str, goal: str, after: str) -> str:
    """A stage of the house's own, behind `after` ("" for the beginning); its key."""
    process = opened(w, key)
    label, goal = one_line(label), one_line(goal)
    problems = [*text_problems({"label_": label}), *text_problems({"goal_": goal or label})]
    if problems:
        raise Refused(
            [problem(each.place.rstrip("_"), each.message.source, **each.message.values) for each in problems]
        )
    if len(process.stages) >= MOST_STAGES:
        raise Refused([problem("", N_("%(most)s stages are the most."), most=MOST_STAGES)])
    own = kept_list(w, key, "own_stages")
    new = f"{OWN}{_next_number(own)}"
    order = [stage.key for stage in process.stages]
    after = after if after in order else ""
    if kept_list(w, key, "order"):
        place = order.index(after) + 1 if after else 0
        put(w, key, "order", [*order[:place], new, *order[place:]])
    words = {"label": {language: label}, "goal": {language: goal or label}}
    put(w, key, "own_stages", [*own, {"key": new, **words, "after": after}])
    return new


def add_step(w: Work, key: str, stage_key: str, language: str, label: str) -> str:
    """A key step of the house's own at the end of a stage's checklist; its key."""
    stage_of(opened(w, key), stage_key)
    return _add(w, key, f"stage.{stage_key}.own_steps", language, label, f"{OWN}{stage_key}_")


def add_reason(w: Work, key: str, language: str, label: str) -> str:
    """One more reason for a loss; its key."""
    opened(w, key)
    return _add(w, key, "own_reasons", language, label, OWN)


def _add(w: Work, key: str, path: str, language: str, label: str, prefix: str) -> str:
    label = one_line(label)
    if problems := text_problems({"label_": label}):
        raise Refused([replace(each, place="label") for each in problems])
    own = kept_list(w, key, path)
    new = f"{prefix[:33]}{_next_number(own)}"
    put(w, key, path, [*own, {"key": new, "label": {language: label}}])
    return new


def needs_yes(w: Work, key: str, wanted: bool) -> None:
    """Whether somebody who leads agrees before a deal of this process counts as lost."""
    opened(w, key)
    put(w, key, "lost_needs_yes", wanted)


def needs_call(w: Work, key: str, wanted: bool) -> None:
    """Whether somebody else calls the customer before anybody can agree that a deal of this process is lost."""
    opened(w, key)
    put(w, key, "lost_needs_call", wanted)


def revert(w: Work, key: str, path: str) -> None:
    """Back to what the plugin brings."""
    opened(w, key)
    before = _kept_value(w, key, path)
    if before is None or not rows.remove(w.session, key, path):
        raise NotFound
    _tell(w, key, path, before[0], None)


def undo(w: Work, key: str, event_id: int) -> None:
    """Take one change back, while nobody changed the same since."""
    process = opened(w, key)
    said = events.data_of(w.session, "process.changed", event_id)
    if said is None or said["process"] != key:
        raise NotFound
    path, before = said["path"], said["before"]
    kept = _kept_value(w, key, path)
    brought = value_at(_brought_or_now(w, key), path)
    if said["after"] not in ((kept[0] if kept else None), (kept[0] if kept else brought)):
        raise Refused([problem("", N_("Somebody changed this since, so it stays."))])
    if path.endswith(".off") and before and (problems := _switch_problems(w, process, key, path)):
        raise Refused(problems)
    put(w, key, path, brought if before is None else before)


# --- what all of them do ---


def opened(w: Work, key: str) -> Process:
    """The process as it is, nobody else's to change until the end of the transaction."""
    w.require("settings.manage")
    settings.locked(w.session, settings.CONFIG, "")
    return _now(w, key)


def _now(w: Work, key: str) -> Process:
    if w.catalog.process(key) is None:  # its plugin may be there and be switched off
        raise NotFound
    brought = running.house().brought.process(key)
    assert brought is not None
    return applied(brought, rows.every(w.session).get(key, {})).process


def stage_of(process: Process, key: str) -> Stage:
    """A stage of the process; NotFound where it has none of that key."""
    stage = process.stage(key)
    if stage is None:
        raise NotFound
    return stage


def _kept_value(w: Work, key: str, path: str) -> tuple[Any] | None:
    found = next((row for row in rows.of_process(w.session, key) if row.path == path), None)
    return None if found is None else (found.value,)


def kept_list(w: Work, key: str, path: str) -> list[Any]:
    """What the owner added at a path."""
    found = _kept_value(w, key, path)
    return list(found[0]) if found else []


def _next_number(own: Sequence[Mapping[str, Any]]) -> int:
    """Keys are never given twice: what is switched off stays in the list."""
    return 1 + max((int(each["key"].rpartition("_")[2]) for each in own), default=0)


def _put_words(w: Work, key: str, path: str, words: Mapping[str, str]) -> None:
    brought = value_at(_brought_or_now(w, key), path) or {}
    kept = _kept_value(w, key, path)
    merged = {**(kept[0] if kept else {}), **words}
    put(w, key, path, {language: text for language, text in merged.items() if brought.get(language) != text})


def _brought_or_now(w: Work, key: str) -> Process:
    found = running.house().brought.process(key)
    return found if found is not None else _now(w, key)


def put(w: Work, key: str, path: str, value: Any) -> None:
    """Write the change, or take its row away where it says what the plugin says."""
    brought = value_at(_brought_or_now(w, key), path)
    before = _kept_value(w, key, path)
    if value == brought or value in ({}, []):
        if not rows.remove(w.session, key, path):
            return
    elif before is not None and before[0] == value:
        return
    else:
        rows.put(w.session, key, path, value, brought, w.actor.id, w.now)
    _tell(w, key, path, before[0] if before else brought, value)


def _tell(w: Work, key: str, path: str, before: Any, after: Any) -> None:
    data = {"process": key, "path": path, "before": before, "after": after}
    w.done("event", w.event("process.changed", "process", 0, data=data))
    w.config_changed()
