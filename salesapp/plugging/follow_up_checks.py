"""Does a follow-up rule name only what there is? A process, a stage, a field, a form, a function that is misspelt would
never be met, and nobody would ever wonder why. Each complaint is for the author of the plugin."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from salesapp.domain.criteria import Condition, fields_of
from salesapp.domain.customer_labels import DATE_KINDS
from salesapp.domain.date_kinds import DateKind
from salesapp.domain.events import KINDS as EVENT_KINDS
from salesapp.domain.follow_up import (
    DATES_OF_DEALS,
    FUNCTION,
    LOST,
    WON,
    ByLevel,
    Do,
    FollowUp,
    OnDate,
    OnEvent,
    OnStage,
    subject_of,
)
from salesapp.domain.functions import FUNCTIONS_BY_KEY
from salesapp.domain.list_facts import ENTERED, vocabulary
from salesapp.domain.pack import Evidence, Field, Fields, Process, check_condition
from salesapp.domain.result_forms import ResultForm
from salesapp.plugging.slot_checks import meant

if TYPE_CHECKING:
    from salesapp.plugging.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Known:
    """What rules can name, all by full key. Only names of `plugins` can be wrong: another one may come tomorrow."""

    processes: Mapping[str, Process]
    forms: Mapping[str, ResultForm]
    fields: Mapping[str, Mapping[str, Field]]
    evidence: Iterable[str]
    plugins: frozenset[str]
    dates: Mapping[str, DateKind] = field(default_factory=dict)
    whole: bool = True
    """Whether every plugin that runs was looked at: a condition can only be answered with all of its fields there."""

    def judges(self, name: str) -> bool:
        """Whether it can be said of a name that nothing is called so."""
        return name.partition(".")[0] in self.plugins

    def fields_of(self, kind: str) -> dict[str, Field]:
        """The fields of customers or deals; of deals those of their processes, too."""
        found = dict(self.fields.get(kind, {}))
        for key, process in self.processes.items() if kind == "deal" else ():
            found |= {f"{key.partition('.')[0]}.{each.key}": each for each in process.fields}
        return found


def shown_by(processes: Iterable[Process]) -> set[str]:
    """What ticks the key steps of these processes."""
    steps = [step for process in processes for stage in process.stages for step in stage.key_steps]
    return {name for step in steps for name in step.evidence}


def known_in(catalog: "Catalog", plugins: Iterable[str]) -> Known:
    """What a catalogue has for rules to name; `plugins` are those that are there."""
    pushed = {*catalog.of(Evidence), *shown_by(catalog.processes.values())}
    return Known(
        catalog.processes, catalog.result_forms, catalog.fields, pushed, frozenset(plugins), catalog.of(DateKind)
    )


def known_of(name: str, records: Iterable[object], processes: Iterable[Process]) -> Known:
    """What the records of one plugin have for its rules to name."""
    found = list(records)
    fields: dict[str, dict[str, Field]] = {}
    for each in found:
        if isinstance(each, Fields):
            fields.setdefault(each.kind, {}).update({f"{name}.{one.key}": one for one in each.fields})
    forms = {f"{name}.{each.key}": each for each in found if isinstance(each, ResultForm)}
    pushed = [f"{name}.{each.key}" for each in found if isinstance(each, Evidence)]
    named = {f"{name}.{each.key}": each for each in processes}
    dates = {f"{name}.{each.key}": each for each in found if isinstance(each, DateKind)}
    return Known(named, forms, fields, {*pushed, *shown_by(named.values())}, frozenset({name}), dates, whole=False)


def check_follow_ups(plugin: str, catalog: "Catalog") -> None:
    """The rules `plugin` brought into this catalogue name only what there is."""
    known = known_in(catalog, catalog.on)
    for key, rule in catalog.of(FollowUp).items():
        if key.startswith(f"{plugin}."):
            for words in complaints(rule, known):
                raise ValueError(words)


def complaints(rule: FollowUp, known: Known) -> Iterator[str]:
    """Everything a rule names that is not there."""
    me = f"FollowUp {rule.key!r}"
    yield from _about_when(f"{me}, when", rule.when, known)
    yield from _about_form(f"{me}, do", rule, known)
    for name, who in (("who", rule.who), ("escalate", rule.escalate.to if rule.escalate else "")):
        function = who.removeprefix(FUNCTION)
        if function != who and function not in FUNCTIONS_BY_KEY:
            yield f"{me}, {name}: there is no function {function!r}{_or_told(function, FUNCTIONS_BY_KEY)}"
    if rule.unless is not None:
        yield from _about_unless(f"{me}, unless", rule, rule.unless, known)


def _about_unless(me: str, rule: FollowUp, unless: Condition, known: Known) -> Iterator[str]:
    asked = fields_of(unless)
    if any(each.startswith("step.") for each in asked):
        yield f"{me}: rules do not know key steps; ask for the stage behind one: When('entered.STAGE', 'filled')"
    elif known.whole or not _strange(unless, known):
        try:
            check_condition(me, unless, vocabulary(rule.subject, known.fields_of(rule.subject)))
        except ValueError as error:
            yield str(error)
    yield from _about_entered(
        me, rule, [each.removeprefix(ENTERED) for each in asked if each.startswith(ENTERED)], known
    )


def _about_entered(me: str, rule: FollowUp, stages: Iterable[str], known: Known) -> Iterator[str]:
    """A stage that no deal the rule is about can have been in would never be an exception."""
    its = known.processes.get(rule.when.process) if isinstance(rule.when, OnStage) else None
    if its is None and not known.whole:
        return
    there = [stage.key for process in ([its] if its else known.processes.values()) for stage in process.stages]
    for each in stages:
        if each not in there:
            yield f"{me}: no deal it is about enters a stage {each!r}{_or_told(each, dict.fromkeys(there))}"


def foreign(rule: FollowUp) -> list[str]:
    """The full names a rule uses, whoever they are of: of processes, fields, forms and evidence."""
    found = [rule.do.form] if rule.do.form else []
    match rule.when:
        case OnStage(process=name) | ByLevel(field=name):
            found.append(name)
        case OnEvent(kind=name) if name not in EVENT_KINDS:
            found.append(name)
        case OnDate(of=name) if name.count(".") > 1:
            found.append(name.partition(".")[2])
    return found


def _strange(condition: Condition, known: Known) -> list[str]:
    """The fields of other plugins, and of the owner, that a condition asks about."""
    asked = [each.removeprefix("field.") for each in fields_of(condition) if each.startswith("field.")]
    return [each for each in asked if not known.judges(each)]


def _about_when(me: str, when: object, known: Known) -> Iterator[str]:
    if isinstance(when, OnStage):
        yield from _about_stage(me, when, known)
    elif isinstance(when, OnEvent):
        yield from _about_event(me, when, known)
    elif isinstance(when, OnDate):
        yield from _about_date(me, when, known)
    elif isinstance(when, ByLevel) and known.judges(when.field):
        yield from _about_level(me, when, known)


def _about_stage(me: str, when: OnStage, known: Known) -> Iterator[str]:
    process = known.processes.get(when.process)
    if process is None:
        if known.judges(when.process):
            yield f"{me}: there is no process {when.process!r}{_or_told(when.process, known.processes)}"
    elif when.stage not in (WON, LOST) and process.stage(when.stage) is None:
        stages = [each.key for each in process.stages]
        yield f"{me}: the process {when.process!r} has no stage {when.stage!r}{_or_told(when.stage, stages)}"


def _about_event(me: str, when: OnEvent, known: Known) -> Iterator[str]:
    if when.kind not in EVENT_KINDS and known.judges(when.kind) and when.kind not in known.evidence:
        key = when.kind.partition(".")[2]
        near = meant(when.kind, known.evidence)
        yield f"{me}: nobody pushes {when.kind!r}{near or f': add Evidence({key!r}, …), and push it'}"


def _about_date(me: str, when: OnDate, known: Known) -> Iterator[str]:
    kind, _, name = when.of.partition(".")
    if kind == "date" and name not in DATE_KINDS and known.judges(name):
        yield from _about_kept(me, when, name, known)
    if kind != "date" and when.of not in DATES_OF_DEALS and known.judges(name):
        yield from _about_field(me, kind, name, "date", known)


def _about_kept(me: str, when: OnDate, name: str, known: Known) -> Iterator[str]:
    kind = known.dates.get(name)
    if kind is None:
        yield f"{me}: there is no kind of date {name!r}{_or_told(name, known.dates)}"
    elif kind.yearly and not when.yearly:
        yield f"{me}: {name!r} comes round each year: OnDate({when.of!r}, yearly=True)"


def _about_level(me: str, when: ByLevel, known: Known) -> Iterator[str]:
    wrong = list(_about_field(me, "deal", when.field, "choice", known))
    yield from wrong
    options = [] if wrong else [each.key for each in known.fields_of("deal")[when.field].options]
    for answer, _ in when.intervals if options else ():
        if answer not in options:
            yield f"{me}: the field {when.field!r} has no answer {answer!r}{_or_told(answer, options)}"


def _about_field(me: str, kind: str, name: str, type_: str, known: Known) -> Iterator[str]:
    fields = known.fields_of(kind)
    fits = [key for key, each in fields.items() if each.type == type_]
    if name not in fields:
        yield f"{me}: a {kind} has no field {name!r}{_or_told(name, fits)}"
    elif name not in fits:
        yield f"{me}: the field {name!r} is of type {fields[name].type}, and a {type_} is needed"


def _about_form(me: str, rule: FollowUp, known: Known) -> Iterator[str]:
    name = rule.do.form
    form = known.forms.get(name or "")
    if name is None or (form is None and not known.judges(name)):
        return
    if form is None:
        yield f"{me}: there is no result form {name!r}{_or_told(name, known.forms)}"
        return
    yield from _about_fit(me, rule.do, form)
    process = rule.when.process if isinstance(rule.when, OnStage) else None
    if form.process is not None and subject_of(rule.when) == "customer":
        yield f"{me}: the form {name!r} is for deals of {form.process!r}, and this rule is about customers"
    elif form.process is not None and process not in (None, form.process):
        yield f"{me}: the form {name!r} is for deals of {form.process!r}, and this rule is about {process!r}"


def _about_fit(me: str, do: Do, form: ResultForm) -> Iterator[str]:
    if form.kind != do.kind:
        yield f"{me}: the form {do.form!r} is for a {form.kind}, and a {do.kind} is planned"


def _or_told(word: str, known: Iterable[str]) -> str:
    """What may have been meant, or else what there is to choose from."""
    there = list(known)
    return meant(word, there) or (f"; there is {', '.join(there[:8])}" if there else "")
