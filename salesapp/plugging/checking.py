"""Look a plugin over for its author: everything that is wrong with it at once, each with where it stands and what to
do. The house itself stops at the first thing that is wrong (`fitness.py`)."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from salesapp.domain.criteria import Condition, Not, Vocabulary
from salesapp.domain.deal_facts import deal_vocabulary
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.list_facts import vocabulary
from salesapp.domain.pack import Evidence, Field, IndustryPack, Option, Process
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.text import LANGUAGES, Text
from salesapp.plugging.follow_up_checks import Known, complaints, known_of
from salesapp.plugging.gate_sense import can_hold
from salesapp.plugging.sources import Sources
from salesapp.plugging.toml_records import near

PROBLEM: Final = "problem"
DOUBT: Final = "doubt"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (a problem), or to look at (a doubt): where it is, and in what words."""

    kind: str
    file: Path | None
    line: int | None
    words: str

    @property
    def place(self) -> str:
        """The file and the line, as editors take them."""
        if self.file is None:
            return ""
        return f"{self.file}:{self.line}" if self.line else str(self.file)


def records_findings(name: str, records: Iterable[object], sources: Sources) -> Iterator[Finding]:
    """What is wrong with records that each hold by themselves."""
    records = list(records)
    processes = processes_of(records)
    evidence = {f"{name}.{each.key}" for each in records if isinstance(each, Evidence)}
    for process in processes:
        yield from process_findings(process, sources)
        yield from evidence_findings(name, process, evidence, sources)
    known = known_of(name, records, processes)
    for record in records:
        if isinstance(record, ResultForm):
            yield from form_findings(name, record, processes, sources)
        if isinstance(record, FollowUp):
            yield from follow_up_findings(record, known, sources)
        yield from text_findings(record, sources)


def processes_of(records: Iterable[object]) -> list[Process]:
    """Every process, those in packs too."""
    found: list[Process] = []
    for record in records:
        found += (
            record.processes if isinstance(record, IndustryPack) else [record] if isinstance(record, Process) else []
        )
    return found


def evidence_findings(name: str, process: Process, known: Collection[str], sources: Sources) -> Iterator[Finding]:
    """Key steps that wait for something of this plugin that it nowhere puts into words."""
    for step in (each for stage in process.stages for each in stage.key_steps):
        for each in step.evidence:
            if each.startswith(f"{name}.") and each not in known:
                words = f"KeyStep {step.key!r}: there is no Evidence record for {each!r}{near(each, known)}"
                yield Finding(DOUBT, *sources.record("KeyStep", step.key), words)


def process_findings(process: Process, sources: Sources) -> Iterator[Finding]:
    """Gates nobody can pass, and fields nobody ever sees."""
    known = deal_vocabulary(process)
    for stage in process.stages:
        for gate in stage.gates:
            if not can_hold(gate.needs, known, process.fields):
                words = f"Gate {gate.key!r} of stage {stage.key!r}: no deal can pass it, its needs exclude each other"
                yield Finding(PROBLEM, *sources.record("Gate", gate.key), words)
    for each in process.fields:
        yield from unseen(each, each.visible_when, known, process.fields, sources)


def unseen(
    each: Field, condition: Condition | None, known: Vocabulary, fields: tuple[Field, ...], sources: Sources
) -> Iterator[Finding]:
    """A field whose `visible_when` can never hold."""
    others = [other for other in fields if other.key != each.key]
    if condition is not None and not can_hold(condition, known, others):
        words = f"Field {each.key!r}: it is never shown, its visible_when excludes itself"
        yield Finding(PROBLEM, *sources.record("Field", each.key), words)


def form_findings(name: str, form: ResultForm, processes: list[Process], sources: Sources) -> Iterator[Finding]:
    """A form for a process that is not there is never asked."""
    plugin, _, key = (form.process or "").partition(".")
    known = [each.key for each in processes]
    if plugin == name and key not in known:
        words = f"ResultForm {form.key!r}: this plugin has no process {key!r}{near(key, known)}"
        yield Finding(PROBLEM, *sources.record("ResultForm", form.key), words)


def follow_up_findings(rule: FollowUp, known: Known, sources: Sources) -> Iterator[Finding]:
    """What a rule names that is not there, and why it might never plan anything."""
    place = sources.record("FollowUp", rule.key)
    wrong = list(complaints(rule, known))
    yield from (Finding(PROBLEM, *place, words) for words in wrong)
    facts = vocabulary(rule.subject, known.fields_of(rule.subject))
    if not wrong and rule.unless is not None and not can_hold(Not(rule.unless), facts):
        yield Finding(PROBLEM, *place, f"FollowUp {rule.key!r}: it never plans anything, its unless always holds")


# --- texts ---


def text_findings(record: object, sources: Sources) -> Iterator[Finding]:
    """Labels that were not translated. A name, as of a brand among options, may be the same everywhere."""
    for owner, name, text in texts_in(record):
        same = [language for language in LANGUAGES[1:] if getattr(text, language) == text.en]
        if not same or not any(letter.islower() for letter in text.en):
            continue
        everywhere = len(same) == len(LANGUAGES) - 1
        kind = PROBLEM if everywhere and not isinstance(owner, Option) else DOUBT
        which = "all languages" if everywhere else " and ".join(["en", *same])
        words = f"{called(owner)}: its {name} is {text.en!r} in {which}"
        yield Finding(kind, *sources.text(text.en), words)


def called(record: Any) -> str:
    """A record by its kind and key."""
    key = getattr(record, "key", None) or getattr(record, "name", None)
    return f"{type(record).__name__} {key!r}" if key else type(record).__name__


def texts_in(record: Any) -> Iterator[tuple[Any, str, Text]]:
    """Every label at any depth, with whose it is and what it is there."""
    for each in fields(record) if is_dataclass(record) and not isinstance(record, Condition) else ():
        value = getattr(record, each.name, None)
        if isinstance(value, Text):
            yield record, each.name, value
            continue
        for inner in value if isinstance(value, tuple) else (value,):
            if is_dataclass(inner) and not isinstance(inner, type):
                yield from texts_in(inner)
