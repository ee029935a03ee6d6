"""Moving through the stages of a process: what forbids a move, what comes next, what is still to do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from salesapp.domain import criteria
from salesapp.domain.criteria import AllOf, Condition
from salesapp.domain.deal_facts import deal_facts, deal_vocabulary
from salesapp.domain.deal_values import PREFIX, is_empty, value_of
from salesapp.domain.errors import N_, Msg, Problem, problem
from salesapp.domain.pack import Field, Gate, KeyStep, Process, Stage
from salesapp.domain.views import DealView

WON: Final = ":won"
LOST: Final = ":lost"
"""How a deal's path ends. No stage of a process can be called so, as keys begin with a letter."""
ARCHIVED: Final = N_("This deal is archived. Restore it first.")


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One key step of a stage, and whether it is done."""

    step: KeyStep
    done: bool


def check_move(process: Process, deal: DealView, to: str) -> list[Problem]:
    """Everything that forbids moving `deal` to the stage `to`, all at once; back is as good as forward."""
    problems = []
    if deal.archived_at is not None:
        problems.append(problem("", ARCHIVED))
    if deal.state != "open":
        problems.append(problem("", N_("This deal is closed. Open it again before you move it.")))
    if process.stage(to) is None:
        problems.append(problem("to", N_("This process has no stage “%(stage)s”."), stage=to))
    elif to == deal.stage:
        problems.append(problem("to", N_("The deal is in this stage already.")))
    return problems


def is_stage(key: str) -> bool:
    """Whether a deal can stand there: an end of its path is no stage."""
    return bool(key) and not key.startswith(":")


def next_stages(process: Process, stage: str) -> tuple[Stage, ...]:
    """The stages after `stage`, in order; all of them for a stage the process no longer has, so nobody is stuck."""
    keys = [each.key for each in process.stages]
    return process.stages[keys.index(stage) + 1 :] if stage in keys else process.stages


def checklist(stage: Stage, done: frozenset[str]) -> tuple[ChecklistItem, ...]:
    """The key steps of `stage` in their order, each with whether it is among the deal's `done` ones."""
    return tuple(ChecklistItem(step, step.key in done) for step in stage.key_steps)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing a gate needs, whether it holds, and the facts (`amount`, `field.budget`) to fill in where it does
    not."""

    gate: Gate
    needs: Condition
    holds: bool
    asks: tuple[str, ...] = ()


def gates_ahead(process: Process, stage: str, to: str) -> tuple[Gate, ...]:
    """The gates between `stage` and `to` (a stage, WON or LOST), in the order they stand on the way.

    A deal that skips stages passes their gates, too: a gate that can be walked around is none. Backwards there are
    none, nor to a loss, nor from a stage the process no longer has. From what can be no stage at all, all of them:
    nothing shows that the deal ever passed one.
    """
    keys = [each.key for each in process.stages]
    if not is_stage(stage):
        stage = keys[0]
    if stage not in keys or to not in (*keys, WON):
        return ()
    start, end = keys.index(stage), len(keys) if to == WON else keys.index(to)
    way = process.stages[start : end + 1]
    gates: list[Gate] = []
    for place, each in enumerate(way):
        gates += each.to_enter if place else ()
        gates += each.to_leave if to == WON or place < len(way) - 1 else ()
    return tuple(gates)


def steps_needed(process: Process, stage: str) -> frozenset[str]:
    """The key steps that the gates between this stage and the next ask about."""
    ahead = next_stages(process, stage)
    gates = gates_ahead(process, stage, ahead[0].key if ahead else WON)
    asked = (fact for gate in gates for fact in criteria.fields_of(gate.needs))
    return frozenset(fact.removeprefix("step.") for fact in asked if fact.startswith("step."))


def requirements(process: Process, deal: DealView, gates: Iterable[Gate], today: date) -> tuple[Requirement, ...]:
    """What these gates need, each thing by itself, and whether the deal has it."""
    facts = deal_facts(deal, process)
    return tuple(
        Requirement(gate, needs, not asks, asks)
        for gate in gates
        for needs in _parts(gate.needs)
        for asks in [_asks(needs, facts, today)]
    )


def _parts(needs: Condition) -> tuple[Condition, ...]:
    """A gate that needs several things at once can be told, and filled in, one by one."""
    return tuple(part for each in needs.conditions for part in _parts(each)) if isinstance(needs, AllOf) else (needs,)


def _asks(needs: Condition, facts: criteria.Facts, today: date) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.field for each in criteria.unmet(needs, facts, today)))


def unmet_problems(process: Process, unmet: Sequence[Requirement]) -> list[Problem]:
    """What is missing, each at the field where it can be filled in; the same thing asked by two gates once."""
    known = deal_vocabulary(process)
    problems: list[Problem] = []
    for each in unmet:
        words = words_of(each, known)
        told = words if each.gate.hint else Msg(N_("Needed: %(what)s"), {"what": words})
        found = Problem(place_of(each.asks[0]), told)
        if found not in problems:
            problems.append(found)
    return problems


def words_of(requirement: Requirement, known: criteria.Vocabulary) -> Msg:
    """What is required, in words: of a gate with words of its author's own these, else the condition's."""
    gate = requirement.gate
    return criteria.explain(requirement.needs, known) if gate.hint is None else gate_in_words(gate, known)


def gate_in_words(gate: Gate, known: criteria.Vocabulary) -> Msg:
    """What the whole gate needs."""
    return criteria.explain(gate.needs, known) if gate.hint is None else Msg("%(hint)s", {"hint": gate.hint})


def place_of(fact: str) -> str:
    """The form field where a fact is filled in: key steps are ticked in one list."""
    return "step" if fact.startswith("step.") else {"owner": "owner_id"}.get(fact, fact)


def lost_fields(process: Process | None, deal: DealView, today: date) -> list[Field]:
    """What must be answered when this deal is given up; a missing process asks nothing."""
    if process is None or not process.lost_asks:
        return []
    by_key, facts = {each.key: each for each in process.fields}, deal_facts(deal, process)
    asked = [by_key[key] for key in process.lost_asks]
    return [each for each in asked if each.visible_when is None or criteria.holds(each.visible_when, facts, today)]


def lost_problems(process: Process | None, deal: DealView, today: date) -> list[Problem]:
    """What a loss asks for and the deal does not say, each at its place."""
    missing = [
        each for each in lost_fields(process, deal, today) if is_empty(value_of(deal.custom, deal.process, each.key))
    ]
    text = N_("%(label)s is needed.")
    return [problem(f"{PREFIX}{each.key}", text, label=each.label) for each in missing]
