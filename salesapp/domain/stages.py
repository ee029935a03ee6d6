"""Moving through the stages of a process: what forbids a move, what comes next, what is still to do."""

from dataclasses import dataclass

from salesapp.domain.errors import N_, Problem, problem
from salesapp.domain.pack import KeyStep, Process, Stage
from salesapp.domain.views import DealView


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One key step of a stage, and whether it is done."""

    step: KeyStep
    done: bool


def check_move(process: Process, deal: DealView, to: str) -> list[Problem]:
    """Everything that forbids moving `deal` to the stage `to`, all at once; back is as good as forward."""
    problems = []
    if deal.archived_at is not None:
        problems.append(problem("", N_("This deal is archived. Restore it before you move it.")))
    if deal.state != "open":
        problems.append(problem("", N_("This deal is closed. Open it again before you move it.")))
    if process.stage(to) is None:
        problems.append(problem("to", N_("This process has no stage “%(stage)s”."), stage=to))
    elif to == deal.stage:
        problems.append(problem("to", N_("The deal is in this stage already.")))
    return problems


def next_stages(process: Process, stage: str) -> tuple[Stage, ...]:
    """The stages after `stage`, in order; all of them for a stage the process no longer has, so nobody is stuck."""
    keys = [each.key for each in process.stages]
    return process.stages[keys.index(stage) + 1 :] if stage in keys else process.stages


def checklist(stage: Stage, done: frozenset[str]) -> tuple[ChecklistItem, ...]:
    """The key steps of `stage` in their order, each with whether it is among the deal's `done` ones."""
    return tuple(ChecklistItem(step, step.key in done) for step in stage.key_steps)
