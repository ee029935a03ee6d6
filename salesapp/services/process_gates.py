"""The owner's own gates of a stage: what must hold before a deal comes in or goes on, beside what the plugin asks.

All of a stage's stand in one change (`stage.K.own_gates`), so they are undone, shown and put back like every other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from salesapp.domain.criteria import check, from_data
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.errors import N_, NotFound, Problem, Refused, Stale, problem
from salesapp.domain.pack import Process
from salesapp.domain.people import one_line
from salesapp.domain.process_changes import OWN, applied
from salesapp.domain.text import LANGUAGES
from salesapp.plugging import running
from salesapp.services.process_settings import GOAL_LENGTH, kept_list, opened, put, stage_of
from salesapp.services.work import Work
from salesapp.store import process_changes as rows
from salesapp.store.engine import Executor

MOST_GATES: Final = 20
State = Literal["used", "off", "waiting"]


@dataclass(frozen=True, slots=True)
class NewGate:
    """A gate as it was typed: the condition as data, words of one's own by language, and where it stands."""

    needs: Mapping[str, Any] | None
    hint: Mapping[str, str] = field(default_factory=dict)
    enter: bool = False

    def data(self, key: str) -> dict[str, Any]:
        """As the change keeps it."""
        words = {name: one_line(self.hint.get(name, "")) for name in LANGUAGES}
        hint = {name: text for name, text in words.items() if text}
        return {"key": key, "needs": dict(self.needs or {}), "enter": self.enter} | ({"hint": hint} if hint else {})


@dataclass(frozen=True, slots=True)
class OwnGate:
    """One gate of the owner's: what is stored, and whether it is in use, off, or waits as what it asks for is gone."""

    key: str
    data: Mapping[str, Any]
    state: State


def own_gates(x: Executor, process: Process, key: str, stage_key: str) -> list[OwnGate]:
    """The owner's gates of a stage; `process` is as it is used now, `key` its own."""
    changes = rows.every(x).get(key, {})
    stage = process.stage(stage_key)
    used = {gate.key for gate in stage.gates} if stage else set()
    return [
        OwnGate(each["key"], each, _state(changes, used, each["key"])) for each in changes.get(_path(stage_key), [])
    ]


def _state(changes: Mapping[str, Any], used: set[str], gate: str) -> State:
    return "used" if gate in used else "off" if changes.get(f"gate.{gate}.off") else "waiting"


def _path(stage_key: str) -> str:
    return f"stage.{stage_key}.own_gates"


def add_gate(w: Work, key: str, stage_key: str, new: NewGate) -> str:
    """One more gate before or behind a stage; its key, which no other gate of the process has or had."""
    process = opened(w, key)
    stage_of(process, stage_key)
    own = kept_list(w, key, _path(stage_key))
    if len(own) >= MOST_GATES:
        raise Refused([problem("", N_("%(most)s gates are the most."), most=MOST_GATES)])
    gate_key = f"{OWN}{_next_number(rows.every(w.session).get(key, {}))}"
    _write(w, process, key, stage_key, [*own, new.data(gate_key)], new)
    return gate_key


def change_gate(w: Work, key: str, stage_key: str, gate_key: str, new: NewGate, seen: Mapping[str, Any]) -> None:
    """Another condition, other words or another place; Stale when somebody else changed it since it was `seen`."""
    process = opened(w, key)
    stage_of(process, stage_key)
    own = kept_list(w, key, _path(stage_key))
    before = next((each for each in own if each["key"] == gate_key), None)
    if before is None:
        raise NotFound
    after = new.data(gate_key)
    if before not in (seen, after):
        raise Stale("", ["needs"])
    _write(w, process, key, stage_key, [after if each is before else each for each in own], new)


def _next_number(changes: Mapping[str, Any]) -> int:
    """Numbers are never given twice: what a change said of an earlier gate must not be said of a new one."""
    lists = (value for path, value in changes.items() if path.endswith(".own_gates"))
    keys = [each["key"] for gates in lists for each in gates]
    keys += [path.split(".")[1] for path in changes if path.startswith(f"gate.{OWN}")]
    numbers = (each.removeprefix(OWN) for each in keys)
    return 1 + max((int(each) for each in numbers if each.isdigit()), default=0)


def _write(w: Work, process: Process, key: str, stage_key: str, gates: Sequence[Any], new: NewGate) -> None:
    problems = _problems(process, stage_key, new)
    if not problems and not _fits(w, key, stage_key, gates):
        problems.append(problem("needs", N_("The rest of the process does not hold together then.")))
    if problems:
        raise Refused(problems)
    put(w, key, _path(stage_key), list(gates))


def _problems(process: Process, stage_key: str, new: NewGate) -> list[Problem]:
    problems = []
    if new.needs is None:
        problems.append(problem("needs", N_("Say what has to hold: one condition at least.")))
    elif not _can_be_asked(process, new.needs):
        problems.append(problem("needs", N_("This asks for something the deals of this process do not have.")))
    if new.enter and process.stages[0].key == stage_key:
        text = N_("Deals are opened in the first stage, so nothing can be asked before they come in.")
        problems.append(problem("enter", text))
    for name, text in new.hint.items():
        if len(one_line(text)) > GOAL_LENGTH:
            long = N_("This is too long: %(length)s characters, at most %(max)s.")
            problems.append(problem(f"hint_{name}", long, length=len(one_line(text)), max=GOAL_LENGTH))
    return problems


def _can_be_asked(process: Process, needs: Mapping[str, Any]) -> bool:
    try:
        check(from_data(needs), deal_vocabulary(process))
    except ValueError:
        return False
    return True


def _fits(w: Work, key: str, stage_key: str, gates: Sequence[Any]) -> bool:
    """Whether nothing has to wait because of it: neither these gates nor another change."""
    brought = running.house().brought.process(key)
    if brought is None:
        raise NotFound
    now = rows.every(w.session).get(key, {})
    after = applied(brought, {**now, _path(stage_key): list(gates)})
    return set(after.waiting) <= set(applied(brought, now).waiting)
