"""Everything the plugins brought, validated and findable: the one place that knows which processes and result forms
there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from salesapp.domain.date_kinds import DateKind
from salesapp.domain.errors import Msg
from salesapp.domain.pack import Field, Fields, IndustryPack, Process, check_condition
from salesapp.domain.record_facts import record_vocabulary
from salesapp.domain.result_forms import ResultForm, check_shared_questions
from salesapp.domain.sources import Source, sources_with
from salesapp.domain.text import Text
from salesapp.plugging.follow_up_checks import check_follow_ups
from salesapp.plugging.keyed import KEYED

if TYPE_CHECKING:
    from salesapp.domain.follow_up import FollowUp
    from salesapp.plugging.follow_up_rules import Running

R = TypeVar("R")
Away = Literal["off", "aside", "gone", "safe"]
"""Why a plugin does not run: switched off, set aside with a reason, not there any more, or only the core runs."""


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """Packs by key; processes and result forms by full key ("general.six": the plugin's name, a dot, the record's
    key); each in the order the plugins brought them. It equals only itself: what was made by it is kept for it."""

    packs: Mapping[str, IndustryPack] = field(default_factory=lambda: MappingProxyType({}))
    processes: Mapping[str, Process] = field(default_factory=lambda: MappingProxyType({}))
    pack_plugins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Which plugin brought a pack, by the pack's key."""
    result_forms: Mapping[str, ResultForm] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, Mapping[str, Field]] = field(default_factory=lambda: MappingProxyType({}))
    """Fields that every record of a kind ("customer", "contact", "deal", "activity") has, by full key ("own.budget" is
    one of the owner); a deal has those of its process besides."""

    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType(sources_with({})))
    """Where customers come from, by key, in the order they are offered; those no longer offered too."""

    others: Mapping[type, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """Records of the kinds in `plugging/keyed.py`, by kind and full key, in the order the plugins brought them."""

    follow_ups: "Mapping[str, Running]" = field(default_factory=lambda: MappingProxyType({}))
    """The follow-up rules that are on, as the owner wants them, by full key."""
    follow_ups_off: "Mapping[str, FollowUp]" = field(default_factory=lambda: MappingProxyType({}))
    """Those that are off: what they planned before says which rule it was."""
    follow_up_ears: "Mapping[str, tuple[Running, ...]]" = field(default_factory=lambda: MappingProxyType({}))
    """Which of them hear of an event of a kind; that of most kinds concerns none."""

    on: frozenset[str] = frozenset()
    """The plugins that run: their records stand above, and their hooks are asked."""
    hooks_off: frozenset[tuple[str, str]] = frozenset()
    """Hooks that failed too often in a row, as (plugin, hook): nobody asks them."""
    away: Mapping[str, Away] = field(default_factory=lambda: MappingProxyType({}))
    """The plugins that do not run but left something behind, and why."""
    reasons: Mapping[str, Msg] = field(default_factory=lambda: MappingProxyType({}))
    """Why those could not run that were loaded and are on."""
    labels: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))
    """What each plugin calls itself, those that are away too."""
    resting: "Catalog | None" = None
    """What nobody may use but everybody reads: the records of plugins that are away, and those that the newer version
    of a plugin has done away with."""

    @property
    def shown_processes(self) -> dict[str, Process]:
        """Every process deals may be in: those in use, then those at rest."""
        return {**(self.resting.processes if self.resting else {}), **self.processes}

    def shown_process(self, key: str) -> Process | None:
        """The process with this full key, to show its deals; also one at rest, which moves none."""
        return self.processes.get(key) or (self.resting.processes.get(key) if self.resting else None)

    def resting_fields(self, kind: str) -> Mapping[str, Field]:
        """The fields of this kind of record that are only shown, by full key."""
        return self.resting.fields_of(kind) if self.resting else {}

    def shown_fields(self, kind: str) -> dict[str, Field]:
        """Every field whose value a record of this kind may have."""
        return {**self.fields_of(kind), **self.resting_fields(kind)}

    @property
    def shown_dates(self) -> dict[str, DateKind]:
        """Every kind of date a plugin may have kept of a customer, by full key; also those at rest."""
        return {**(self.resting.of(DateKind) if self.resting else {}), **self.of(DateKind)}

    def of(self, kind: type[R]) -> Mapping[str, R]:
        """All records of one of these kinds, by full key: `catalog.of(Panel)`."""
        return self.others.get(kind, MappingProxyType({}))

    def fields_of(self, kind: str) -> Mapping[str, Field]:
        """The fields every record of this kind has, by full key, in the order they are shown."""
        return self.fields.get(kind, MappingProxyType({}))

    @property
    def offered_sources(self) -> dict[str, Source]:
        """The sources to choose from."""
        return {key: each for key, each in self.sources.items() if not each.off}

    def process(self, key: str) -> Process | None:
        """The process with this full key; None while its plugin is off, missing or set aside."""
        return self.processes.get(key)

    def with_records(self, plugin: str, records: Iterable[object]) -> Self:
        """This catalogue and what `plugin` brings; a ValueError when one of its records cannot be taken, and then
        none is, so a plugin is there entirely or not at all."""
        packs, processes, providers = dict(self.packs), dict(self.processes), dict(self.pack_plugins)
        forms = dict(self.result_forms)
        fields = {kind: dict(known) for kind, known in self.fields.items()}
        others = {kind: dict(known) for kind, known in self.others.items()}
        for record in records:
            # The exact type: a subclass could have skipped the record's own checks.
            if type(record) is IndustryPack:
                if record.key in packs:
                    raise ValueError(f"the pack {record.key!r} is brought by both {providers[record.key]} and {plugin}")
                packs[record.key], providers[record.key] = record, plugin
                for process in record.processes:
                    add_process(processes, plugin, process)
            elif type(record) is Process:
                add_process(processes, plugin, record)
            elif type(record) is ResultForm:
                add_result_form(forms, plugin, record)
            elif type(record) is Fields:
                add_fields(fields.setdefault(record.kind, {}), plugin, record)
            elif type(record) in KEYED:
                add_keyed(others.setdefault(type(record), {}), plugin, record)
            else:
                raise ValueError(f"salesapp_records gave {record!r}, which is not a record of the plugin API")
        check_fields(plugin, fields, processes)
        found = replace(
            self,
            packs=MappingProxyType(packs),
            processes=MappingProxyType(processes),
            pack_plugins=MappingProxyType(providers),
            result_forms=MappingProxyType(forms),
            fields=MappingProxyType({kind: MappingProxyType(known) for kind, known in fields.items()}),
            others=MappingProxyType({kind: MappingProxyType(known) for kind, known in others.items()}),
            on=self.on | {plugin},
        )
        check_follow_ups(plugin, found)
        return found


def add_keyed(known: dict[str, Any], plugin: str, record: Any) -> None:
    """Put a record of any other kind under its full key, once."""
    key = f"{plugin}.{record.key}"
    if key in known:
        raise ValueError(f"two records of the kind {type(record).__name__} are called {key!r}")
    known[key] = record


def add_process(processes: dict[str, Process], plugin: str, process: Process) -> None:
    """Put a process under its full key, once."""
    key = f"{plugin}.{process.key}"
    if key in processes:
        first, second = processes[key].label.en, process.label.en
        raise ValueError(f"two processes are called {key!r}: {first!r} and {second!r}")
    for other_key, other in processes.items():
        if other_key.startswith(f"{plugin}."):
            check_shared_fields(other, process)
    processes[key] = process


def add_result_form(forms: dict[str, ResultForm], plugin: str, form: ResultForm) -> None:
    """Put a result form under its full key, once."""
    key = f"{plugin}.{form.key}"
    if key in forms:
        first, second = forms[key].label.en, form.label.en
        raise ValueError(f"two result forms are called {key!r}: {first!r} and {second!r}")
    for other_key, other in forms.items():
        if other_key.startswith(f"{plugin}."):
            check_shared_questions(other, form)
    forms[key] = form


def add_fields(fields: dict[str, Field], plugin: str, record: Fields) -> None:
    """Put the fields of one kind of record under their full keys, each once."""
    for each in record.fields:
        key = f"{plugin}.{each.key}"
        if key in fields:
            first, second = fields[key].label.en, each.label.en
            raise ValueError(f"two fields of {record.kind} are called {key!r}: {first!r} and {second!r}")
        fields[key] = each


def check_fields(plugin: str, fields: Mapping[str, Mapping[str, Field]], processes: Mapping[str, Process]) -> None:
    """The fields of `plugin` ask, in `visible_when`, only for what records of their kind have; and a deal keeps one
    value under one key."""
    for kind, known in fields.items():
        vocabulary = record_vocabulary(kind, known)
        for key, each in known.items():
            if each.visible_when is not None and key.startswith(f"{plugin}."):
                check_condition(f"field {key!r} of {kind}, visible_when", each.visible_when, vocabulary)
    for name, process in processes.items():
        for each in process.fields if name.startswith(f"{plugin}.") else ():
            other = fields.get("deal", {}).get(f"{plugin}.{each.key}")
            if other is not None:
                first, second = each.label.en, other.label.en
                raise ValueError(
                    f"two fields of a deal are called {plugin}.{each.key}: {first!r} of the process {name!r} and "
                    f"{second!r} of every deal"
                )


def check_shared_fields(one: Process, other: Process) -> None:
    """A plugin's processes keep the values of their fields together, so one key means one thing in all of them."""
    known = {each.key: each for each in one.fields}
    for each in other.fields:
        if known.get(each.key, each) != each:
            raise ValueError(
                f"the field {each.key!r} of the process {other.key!r} differs from that of {one.key!r}: "
                "give it another key, or share one Field"
            )
