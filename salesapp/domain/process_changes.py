"""What the owner changed of a process, on top of what its plugin brings.

A change is a path and a value, both as JSON, so that the plugin's next version keeps it and a page can show both:

    "label", "stage.K.label", "stage.K.goal", "step.K.label", "reason.K.label"   {language: text}, the languages changed
    "stage.K.probability", "stage.K.longest_stay_days" (None: it may stay)       a whole number
    "stage.K.off", "step.K.off", "gate.K.off", "reason.K.off"                    true or false
    "lost_needs_yes", "lost_needs_call"                                          true or false
    "order"                                                                      the keys of all stages
    "own_stages", "own_reasons", "stage.K.own_steps"                             [{"key", "label", …}], what is new; a
                                                    stage stands "after" another where no order says otherwise
    "stage.K.own_gates"                                                          [{"key", "needs", "hint", "enter"}]

Keys of what the owner adds begin with "own_", so no version of a plugin can bring the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from salesapp.domain.condition_data import from_data
from salesapp.domain.pack import Gate, KeyStep, LostReason, Process, Stage
from salesapp.domain.text import own_text, text_with

Changes = Mapping[str, Any]
OWN: Final = "own_"
NEW_STAGE_PROBABILITY: Final = 50
_IN_TURN: Final = ("own_stages", "own_reasons", "own_steps", "label", "gate", "order", "own_gates", "own_gate", "off")
"""What is new comes first, as other changes speak of it; switching off comes last. The order stands between the
plugin's gates and the owner's, as it says which stage is the first one, before which there can be none."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The process with its changes, and the paths that do not fit it any more: a new version of the plugin may have
    done away with what they change. Those wait, and change nothing."""

    process: Process
    waiting: tuple[str, ...] = ()


def applied(process: Process, changes: Changes) -> Applied:
    """The process as the owner wants it; each change either fits, or waits by itself."""
    waiting = []
    for path in sorted(changes, key=_turn):
        for part in _parts(path, changes[path]):
            try:
                process = with_change(process, path, part)
            except (ValueError, KeyError, TypeError, AttributeError):
                waiting.append(path)
    return Applied(process, tuple(dict.fromkeys(waiting)))


def _parts(path: str, value: Any) -> Sequence[Any]:
    """Each gate by itself: one that asks for something that is gone must not open the others."""
    return [[gate] for gate in value] if path.endswith(".own_gates") and isinstance(value, list) else [value]


def _turn(path: str) -> tuple[int, str]:
    last = path.rsplit(".", 1)[-1]
    kind = ("own_gate" if path.startswith(f"gate.{OWN}") else "gate") if path.startswith("gate.") else last
    return (_IN_TURN.index(kind) if kind in _IN_TURN else _IN_TURN.index("label")), path


def with_change(process: Process, path: str, value: Any) -> Process:
    """The process with one thing changed; a ValueError where the whole would not hold together."""
    head, _, rest = path.partition(".")
    key, _, what = rest.rpartition(".")
    if not rest:
        return _OF_PROCESS[path](process, value)
    if head == "stage":
        return _with_stage(process, key, what, value)
    return _OF_PART[f"{head}.{what}"](process, key, value)


# --- the whole process ---


def _order(process: Process, keys: Sequence[str]) -> Process:
    """In the owner's order; a stage the order does not know, as the plugin brought it later, follows the one it
    follows there."""
    stages = {stage.key: stage for stage in process.stages}
    wanted = [key for key in keys if key in stages]
    before = ""
    for key in stages:
        if key not in wanted:
            wanted.insert(wanted.index(before) + 1 if before else 0, key)
        before = key
    return replace(process, stages=tuple(stages[key] for key in wanted))


def _own_stages(process: Process, stages: Sequence[Mapping[str, Any]]) -> Process:
    whole = list(process.stages)
    for each in stages:
        keys = [stage.key for stage in whole]
        after = each.get("after")
        place = keys.index(after) + 1 if after in keys else 0 if after == "" else len(keys)
        new = Stage(each["key"], own_text(each["label"]), own_text(each["goal"]), (), NEW_STAGE_PROBABILITY)
        whole.insert(place, new)
    return replace(process, stages=tuple(whole))


def _own_reasons(process: Process, reasons: Sequence[Mapping[str, Any]]) -> Process:
    new = tuple(LostReason(each["key"], own_text(each["label"])) for each in reasons)
    return replace(process, lost_reasons=(*process.lost_reasons, *new))


_OF_PROCESS: Final[Mapping[str, Callable[[Process, Any], Process]]] = {
    "label": lambda process, value: replace(process, label=text_with(process.label, value)),
    "lost_needs_yes": lambda process, value: replace(process, lost_needs_yes=bool(value)),
    "lost_needs_call": lambda process, value: replace(process, lost_needs_call=bool(value)),
    "order": _order,
    "own_stages": _own_stages,
    "own_reasons": _own_reasons,
}

# --- one stage ---


def _with_stage(process: Process, key: str, what: str, value: Any) -> Process:
    stage = _the(process.stages, key)
    if what == "off":
        return _without_stage(process, stage) if value else process
    return _put(process, _OF_STAGE[what](stage, value))


def _without_stage(process: Process, stage: Stage) -> Process:
    left = tuple(each for each in process.stages if each is not stage)
    names = [(f"step.{step.key}", step.label) for step in stage.key_steps]
    return replace(process, stages=left, gone=(*process.gone, (f"stage.{stage.key}", stage.label), *names))


def _put(process: Process, stage: Stage) -> Process:
    stages = tuple(stage if each.key == stage.key else each for each in process.stages)
    return replace(process, stages=stages)


def _own_steps(stage: Stage, steps: Sequence[Mapping[str, Any]]) -> Stage:
    new = tuple(KeyStep(each["key"], own_text(each["label"])) for each in steps)
    return replace(stage, key_steps=(*stage.key_steps, *new))


def _own_gates(stage: Stage, gates: Sequence[Mapping[str, Any]]) -> Stage:
    def of(enter: bool) -> tuple[Gate, ...]:
        chosen = (each for each in gates if bool(each.get("enter")) is enter)
        return tuple(map(own_gate, chosen))

    return replace(stage, to_enter=(*stage.to_enter, *of(True)), to_leave=(*stage.to_leave, *of(False)))


def own_gate(gate: Mapping[str, Any]) -> Gate:
    """A gate of the owner's, as it is stored."""
    hint = own_text(gate["hint"]) if gate.get("hint") else None
    return Gate(gate["key"], from_data(gate["needs"]), hint)


_OF_STAGE: Final[Mapping[str, Callable[[Stage, Any], Stage]]] = {
    "label": lambda stage, value: replace(stage, label=text_with(stage.label, value)),
    "goal": lambda stage, value: replace(stage, goal=text_with(stage.goal, value)),
    "probability": lambda stage, value: replace(stage, probability=value),
    "longest_stay_days": lambda stage, value: replace(stage, longest_stay_days=value),
    "own_steps": _own_steps,
    "own_gates": _own_gates,
}

# --- a key step, a gate, a reason ---


def _step_label(process: Process, key: str, value: Any) -> Process:
    stage = _stage_with(process, key)
    steps = (replace(s, label=text_with(s.label, value)) if s.key == key else s for s in stage.key_steps)
    return _put(process, replace(stage, key_steps=tuple(steps)))


def _step_off(process: Process, key: str, value: Any) -> Process:
    stage = _stage_with(process, key)
    if not value:
        return process
    step = _the(stage.key_steps, key)
    steps = tuple(each for each in stage.key_steps if each is not step)
    return replace(_put(process, replace(stage, key_steps=steps)), gone=(*process.gone, (f"step.{key}", step.label)))


def _gate_off(process: Process, key: str, value: Any) -> Process:
    if not any(gate.key == key for stage in process.stages for gate in stage.gates):
        raise KeyError(key)
    if not value:
        return process

    def others(gates: Sequence[Gate]) -> tuple[Gate, ...]:
        return tuple(gate for gate in gates if gate.key != key)

    stages = (replace(s, to_enter=others(s.to_enter), to_leave=others(s.to_leave)) for s in process.stages)
    return replace(process, stages=tuple(stages))


def _reason_label(process: Process, key: str, value: Any) -> Process:
    _the(process.lost_reasons, key)
    reasons = (replace(r, label=text_with(r.label, value)) if r.key == key else r for r in process.lost_reasons)
    return replace(process, lost_reasons=tuple(reasons))


def _reason_off(process: Process, key: str, value: Any) -> Process:
    reason = _the(process.lost_reasons, key)
    if not value:
        return process
    left = tuple(each for each in process.lost_reasons if each is not reason)
    return replace(process, lost_reasons=left, gone=(*process.gone, (f"reason.{key}", reason.label)))


_OF_PART: Final[Mapping[str, Callable[[Process, str, Any], Process]]] = {
    "step.label": _step_label,
    "step.off": _step_off,
    "gate.off": _gate_off,
    "reason.label": _reason_label,
    "reason.off": _reason_off,
}


def _the(records: Sequence[Any], key: str) -> Any:
    for each in records:
        if each.key == key:
            return each
    raise KeyError(key)


def _stage_with(process: Process, step: str) -> Stage:
    for stage in process.stages:
        if any(each.key == step for each in stage.key_steps):
            return stage
    raise KeyError(step)
