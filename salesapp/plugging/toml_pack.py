"""A plugin without Python: what a pack brings, as one file, `car_wash.toml` or `pack.toml` in a folder `car_wash`.

    [manifest]               # as Manifest
    [pack]                   # as IndustryPack; its processes are all of the file, unless `processes` names some
    [[processes]]            # as Process: [[processes.stages]], [[processes.fields]], [[processes.stages.to_leave]]
    [[result_forms]]         # as ResultForm
    [[follow_ups]]           # as FollowUp, with `when = { kind = "stage", … }`: toml_records.py has the words
    [[customer_fields]]      # as Field: what every customer has; also contact_, deal_ and activity_fields
    [[evidence]]             # as Evidence
    [[date_kinds]]           # as DateKind
    [[import_maps]]          # as ImportMap
    [settings]               # as SettingsForm, with [[settings.fields]]
    [terms]                  # as Terms, with [terms.messages]

It is read into the records a Python plugin would have made, and loaded like every plugin.
"""

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from salesapp.domain.date_kinds import DateKind
from salesapp.domain.follow_up import FollowUp
from salesapp.domain.import_map import ImportMap
from salesapp.domain.pack import Evidence, Field, Fields, IndustryPack, Process
from salesapp.domain.result_forms import ResultForm
from salesapp.domain.settings_form import SettingsForm
from salesapp.domain.terms import Terms
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.manifest import Manifest
from salesapp.plugging.toml_lines import Path as Place
from salesapp.plugging.toml_lines import line_of, lines_of
from salesapp.plugging.toml_records import Reader, near, place_in, told

FIELD_SECTIONS: Final = {f"{kind}_fields": kind for kind in ("customer", "contact", "deal", "activity")}
SECTIONS: Final[dict[str, type]] = {
    "result_forms": ResultForm,
    "follow_ups": FollowUp,
    "evidence": Evidence,
    "date_kinds": DateKind,
    "import_maps": ImportMap,
    "settings": SettingsForm,
    "terms": Terms,
}
"""Tables, or lists of them, besides the processes and the fields of every record; and what each becomes."""
PARTS: Final = ("manifest", "pack", "processes", *SECTIONS, *FIELD_SECTIONS)
_LINE: Final = re.compile(r"\(at line (\d+)|end of document")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong in a file, where, and in what words."""

    file: Path
    line: int
    words: str

    def __str__(self) -> str:
        return f"{self.file.name}, line {self.line}: {self.words}"


@dataclass(frozen=True, slots=True)
class Pack:
    """What a file says: the card and the records, as far as they could be read, and every mistake in it."""

    manifest: Manifest | None = None
    records: tuple[Any, ...] = ()
    mistakes: tuple[Mistake, ...] = ()


def read_pack(name: str, file: Path) -> Pack:
    """Everything in a file, and everything wrong with it; `name` is the plugin's."""
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Pack(mistakes=(Mistake(file, line, "this is not UTF-8: save the file as UTF-8"),))
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found and found[1] else len(text.rstrip().splitlines()) or 1
        return Pack(mistakes=(Mistake(file, line, f"this is not TOML: {str(error).partition(' (at')[0]}"),))
    return pack_of(name, file, data, lines_of(text))


def pack_of(name: str, file: Path, data: dict[str, Any], lines: dict[Place, int]) -> Pack:
    """The records of what was read."""
    reader = Reader()
    for strange in data.keys() - set(PARTS):
        reader.note((strange,), f"a pack has no {strange!r}{near(strange, PARTS) or told(PARTS)}")
    if "manifest" not in data:
        reader.note((), "[manifest] is missing: name, version, label and description of the plugin")
    manifest = reader.record(Manifest, data["manifest"], ("manifest",)) if "manifest" in data else None
    records = records_of(reader, data)
    if not reader.mistakes:
        check_together(reader, name, data, records)
    found = {(line_of(lines, each.path), each.words): each for each in reader.mistakes}
    return Pack(manifest, tuple(records), tuple(Mistake(file, *key) for key in sorted(found)))


def records_of(reader: Reader, data: dict[str, Any]) -> list[Any]:
    """Every record of the file."""
    processes = [each for each in several(reader, Process, data, "processes") if each is not None]
    found: list[Any] = []
    if "pack" in data:
        pack, processes = pack_with(reader, data["pack"], processes)
        found += [pack] if pack else []
    found += processes
    for section, kind in SECTIONS.items():
        found += several(reader, kind, data, section)
    for section, kind_of_record in FIELD_SECTIONS.items():
        fields = several(reader, Field, data, section)
        if fields and None not in fields:
            try:
                found.append(Fields(kind_of_record, tuple(fields)))  # type: ignore[arg-type]
            except ValueError as error:
                reader.note(place_in({section: data[section]}, (), str(error)) or (section,), str(error))
    return found


def several(reader: Reader, kind: type, data: dict[str, Any], section: str) -> list[Any]:
    """The records of one list of tables; None for each that is wrong."""
    tables = data.get(section, [])
    if isinstance(tables, dict) and section in SECTIONS:
        return [reader.record(kind, tables, (section,))]
    if not isinstance(tables, list):
        reader.note((section,), f"{section} is a list of tables: begin each with [[{section}]]")
        return []
    return [reader.record(kind, table, (section, number)) for number, table in enumerate(tables)]


def pack_with(reader: Reader, table: Any, processes: list[Process]) -> tuple[IndustryPack | None, list[Process]]:
    """The pack with its processes, and those that are in no pack."""
    known = {each.key: each for each in processes}
    named = table.get("processes", list(known)) if isinstance(table, dict) else []
    if not isinstance(named, list):
        reader.note(("pack", "processes"), "processes must be a list of keys, as in ['fleet']")
        return None, processes
    if lost := [each for each in named if each not in known]:
        if not reader.mistakes:  # else it may be one that could not be read
            reader.note(("pack", "processes"), f"{lost[0]!r} is no process of this file{near(str(lost[0]), known)}")
        return None, processes
    inside = [each for name in named for each in processes if each.key == name]  # two of a name are complained about
    whole = table | {"processes": inside} if isinstance(table, dict) else table
    return reader.record(IndustryPack, whole, ("pack",)), [each for each in processes if each.key not in named]


_OWNED: Final = re.compile(r"the field '(\w+)' of the [a-z ]+ '(\w+)' differs")


def check_together(reader: Reader, name: str, data: dict[str, Any], records: list[Any]) -> None:
    """What only shows when the records of the file meet in one catalogue."""
    try:
        Catalog().with_records(name, records)
    except ValueError as error:
        words = str(error).replace(f"{name}.", "")
        if owned := _OWNED.match(words):  # in the second of the two, as the first was there first
            words = f"{owned[2]!r}, {owned[1]!r}: key"
        reader.note(place_in(data, (), words), str(error))
