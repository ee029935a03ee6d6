"""What a plugin was last known to bring: names enough to show its data when it does not run any more, or when its next
version has done away with a part of it.

Only what showing needs is kept: labels, options, types, who may read; no gates, no conditions, no code. What a version
no longer brings stays here for good, as deals may still stand in it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar

from salesapp.domain.date_kinds import DateKind
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.follow_up_data import from_data, to_data
from salesapp.domain.pack import Field, FieldKind, Fields, IndustryPack, Option, Process
from salesapp.domain.record_data import Known, field_data, field_from, process_data, process_from, words
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.text import Text, own_text

R = TypeVar("R")
KEPT: Final = "kept"
"""The key of the form that holds the questions nobody asks any more; it is read, never asked."""


def known_of(label: Text, records: Iterable[object], before: Known) -> dict[str, Any]:
    """What to remember of a plugin that brings these records now and was known to bring `before`."""
    found = with_names(records, before)
    found += retired(found, before)
    forms = [each for each in found if isinstance(each, ResultForm)]
    dates = [each for each in found if isinstance(each, DateKind)]
    return {
        "label": words(label),
        "packs": _part(before, "packs") | {each.key: words(each.label) for each in packs_of(found)},
        "processes": {each.key: process_data(each) for each in processes_of(found)},
        "fields": [[kind, field_data(each)] for kind, each in fields_of(found)],
        "answers": list({each.key: field_data(each) for form in forms for each in form.fields}.values()),
        "follow_ups": {each.key: to_data(each) for each in found if isinstance(each, FollowUp)},
        "dates": {each.key: [words(each.label), each.yearly] for each in dates},
    }


def packs_of(records: Iterable[object]) -> list[IndustryPack]:
    """The packs among records."""
    return [each for each in records if isinstance(each, IndustryPack)]


def processes_of(records: Sequence[object]) -> list[Process]:
    """The processes among records, those inside a pack too."""
    packed = [process for pack in packs_of(records) for process in pack.processes]
    return [*packed, *(each for each in records if isinstance(each, Process))]


def fields_of(records: Iterable[object]) -> list[tuple[FieldKind, Field]]:
    """The fields among records that every record of a kind has."""
    return [(each.kind, one) for each in records if isinstance(each, Fields) for one in each.fields]


def label_of(known: Known) -> Text | None:
    """What the plugin called itself."""
    return _read(own_text, known["label"]) if known.get("label") else None


def all_known(known: Known) -> list[object]:
    """The records of a plugin that is not there, as far as they were kept."""
    packs = [_read(_pack, key, text) for key, text in _part(known, "packs").items()]
    return [*(each for each in packs if each), *retired((), known)]


def _pack(key: str, text: Known) -> IndustryPack:
    return IndustryPack(key, own_text(text), ())


# --- parts that earlier versions had ---


def with_names(records: Iterable[object], known: Known) -> list[object]:
    """The plugin's records; each also knows what the parts were called that an earlier version had."""
    return [_read(_with_names, each, known) or each for each in records]


def _with_names(record: object, known: Known) -> object:
    if isinstance(record, IndustryPack):
        return replace(record, processes=tuple(_process(each, known) for each in record.processes))
    if isinstance(record, Process):
        return _process(record, known)
    if isinstance(record, Fields):
        before = {data["key"]: data for kind, data in known.get("fields", ()) if kind == record.kind}
        return replace(record, fields=_fields(record.fields, before))
    if isinstance(record, ResultForm):
        return replace(record, fields=_fields(record.fields, {each["key"]: each for each in known.get("answers", ())}))
    return record


def _process(process: Process, known: Known) -> Process:
    before = _part(known, "processes")
    fields = {each["key"]: each for data in before.values() for each in data["fields"]}
    here = {name for name, _ in _names(process)}
    old = _kept_names(before[process.key]) if process.key in before else []
    gone = tuple((name, own_text(text)) for name, text in old if name not in here)
    return replace(process, fields=_fields(process.fields, fields), gone=(*process.gone, *gone))


def _names(process: Process) -> list[tuple[str, Text]]:
    """Everything a deal refers to by its key, with its label."""
    found = [(f"stage.{stage.key}", stage.label) for stage in process.stages]
    found += [(f"step.{step.key}", step.label) for stage in process.stages for step in stage.key_steps]
    return [*found, *((f"reason.{each.key}", each.label) for each in process.lost_reasons), *process.gone]


def _kept_names(data: Known) -> list[tuple[str, Any]]:
    found = [(f"stage.{stage['key']}", stage["label"]) for stage in data["stages"]]
    found += [(f"step.{key}", text) for stage in data["stages"] for key, text in stage["steps"]]
    return [*found, *((f"reason.{key}", text) for key, text in data["reasons"]), *map(tuple, data["gone"])]


def _fields(fields: Sequence[Field], before: Mapping[str, Known]) -> tuple[Field, ...]:
    return tuple(_field(each, before[each.key]) if each.key in before else each for each in fields)


def _field(field: Field, before: Known) -> Field:
    """The field with the words of options it had and offers no longer."""
    here = {each.key for each in (*field.options, *field.gone)}
    old = [Option(key, own_text(text)) for key, text in (*before["options"], *before["gone"]) if key not in here]
    return replace(field, gone=(*field.gone, *old)) if old and field.options else field


# --- whole records that earlier versions had ---


def retired(records: Sequence[object], known: Known) -> list[object]:
    """The processes, fields and questions that earlier versions brought and these records do not."""
    processes = {each.key for each in processes_of(records)}
    before = _part(known, "processes").items()
    found = [_read(process_from, data) for key, data in before if key not in processes]
    fields = _read(_gone_fields, records, known, processes) or []
    fields += [*_gone_dates(records, known), *_gone_rules(records, known)]
    return [*(each for each in found if each), *fields, *(_read(_gone_answers, records, known) or [])]


def _gone_rules(records: Sequence[object], known: Known) -> list[object]:
    """The rules by which activities of earlier versions were planned, so that they say why they are there."""
    here = {each.key for each in records if isinstance(each, FollowUp)}
    before = _part(known, "follow_ups").items()
    found = [_read(from_data, key, data) for key, data in before if key not in here]
    return [each for each in found if each]


def _gone_dates(records: Sequence[object], known: Known) -> list[object]:
    here = {each.key for each in records if isinstance(each, DateKind)}
    before = _part(known, "dates").items()
    found = [_read(_date_kind, key, data) for key, data in before if key not in here]
    return [each for each in found if each]


def _date_kind(key: str, data: Sequence[Any]) -> DateKind:
    return DateKind(key, own_text(data[0]), data[1])


def _gone_fields(records: Sequence[object], known: Known, processes: set[str]) -> list[object]:
    """Those of a process that is still there are shown like fields of every deal."""
    before = _part(known, "processes").items()
    asked = [("deal", data) for key, process in before if key in processes for data in process["fields"]]
    theirs = {data["key"] for key, process in before if key not in processes for data in process["fields"]}
    here = {(kind, each.key) for kind, each in fields_of(records)} | {("deal", key) for key in theirs}
    here |= {("deal", each.key) for process in processes_of(records) for each in process.fields}
    gone = {(kind, data["key"]): data for kind, data in (*known.get("fields", ()), *asked)}
    found = [_read(_one_field, kind, data) for (kind, key), data in gone.items() if (kind, key) not in here]
    return [each for each in found if each]


def _one_field(kind: FieldKind, data: Known) -> Fields:
    return Fields(kind, (field_from(data),))


def _gone_answers(records: Sequence[object], known: Known) -> list[object]:
    here = {each.key for form in records if isinstance(form, ResultForm) for each in form.fields}
    found = [_read(field_from, data) for data in known.get("answers", ()) if data["key"] not in here]
    fields = tuple(each for each in found if each)
    return [ResultForm(KEPT, label_of(known) or own_text({"en": KEPT}), "call", fields)] if fields else []


def _read(make: Callable[..., R], *given: Any) -> R | None:
    """What another version of the house kept may have another shape: then it is not shown."""
    with suppress(ValueError, TypeError, KeyError, AttributeError, StopIteration):
        return make(*given)
    return None


def _part(known: Known, name: str) -> dict[str, Any]:
    found = known.get(name)
    return dict(found) if isinstance(found, Mapping) else {}
