"""Saved mappings of imports: kept under a name, recognised by the header of a file, put away and brought back."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from salesapp.domain.errors import N_, NotFound
from salesapp.domain.import_map import ImportMap
from salesapp.domain.importing import KINDS, ImportAsked
from salesapp.plugging.catalog import Catalog
from salesapp.plugging.own_rows import ImportRows
from salesapp.services.given_names import given_name
from salesapp.services.work import Work
from salesapp.store import import_mappings
from salesapp.store.engine import Executor
from salesapp.store.import_mappings import MappingView


def fingerprint(header: Sequence[str]) -> str:
    """What files with the same columns have in common, in whatever order and however they are spaced."""
    return hashlib.sha256("\x1f".join(sorted(_plain(name) for name in header)).encode()).hexdigest()


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def offered(x: Executor, header: Sequence[str]) -> list[MappingView]:
    """The mappings made for files with these columns, the newest first."""
    return import_mappings.for_header(x, fingerprint(header)) if header else []


def as_last_time(saved: MappingView, asked: ImportAsked, header: Sequence[str]) -> ImportAsked:
    """The saved question put to this file: columns by their names, as they may stand in another order. How this file is
    decoded and cut into cells stays; how its days and numbers are written is as it was."""
    then = ImportAsked.from_data(saved.asked)
    places = _places(header)
    columns: dict[int, str] = {}
    for at, name in sorted(then.columns.items()):
        found = places.get(_plain(saved.header[at]), []) if at < len(saved.header) else []
        if found:
            columns[found.pop(0)] = name
    shape = replace(asked.shape, date_order=then.shape.date_order, decimal=then.shape.decimal)
    return replace(then, shape=shape, columns=columns)


def brought(catalog: Catalog, header: Sequence[str]) -> dict[str, ImportMap]:
    """The maps of plugins for files with such columns, by full key."""
    there = {_plain(name) for name in header}
    known = {*KINDS, *catalog.of(ImportRows)}
    maps = {key: each for key, each in catalog.of(ImportMap).items() if each.kind in known}
    return {key: each for key, each in maps.items() if all(_plain(name) in there for name in each.told_by)}


def as_brought(each: ImportMap, asked: ImportAsked, header: Sequence[str]) -> ImportAsked:
    """A plugin's map put to this file; what it does not say of days, numbers and further columns stays as it was."""
    shape = replace(
        asked.shape,
        date_order=each.date_order or asked.shape.date_order,
        decimal=each.decimal or asked.shape.decimal,
    )
    saved = MappingView(0, each.key, each.kind, tuple(each.columns), each.asked(shape).to_data())
    found = as_last_time(saved, asked, header)
    if each.kind != asked.kind:
        return found
    taken = found.columns.values()
    others = {at: name for at, name in asked.columns.items() if at not in found.columns and name not in taken}
    return replace(found, columns={**found.columns, **others})


def _places(header: Sequence[str]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for at, name in enumerate(header):
        places.setdefault(_plain(name), []).append(at)
    return places


def save_mapping(w: Work, name: str, asked: ImportAsked, header: Sequence[str]) -> int:
    """Keep it under this name; the same name again is the same mapping, as it is now."""
    w.require("import")
    bare = given_name(name, N_("Give it a name to know it by."))
    values: dict[str, Any] = {
        "name": bare,
        "kind": asked.kind,
        "fingerprint": fingerprint(header),
        "header": list(header),
        "asked": asked.to_data(),
    }
    there = import_mappings.named(w.session, bare)
    if there is None:
        values |= {"person_id": w.actor.id, "created_at": w.now}
        mapping_id = import_mappings.insert(w.session, values)
    else:
        mapping_id = there.id
        import_mappings.set_values(w.session, mapping_id, values)
    _told(w, "saved", mapping_id, bare)
    w.done("mapping", mapping_id)
    return mapping_id


def put_away(w: Work, mapping_id: int) -> None:
    """Delete it; files with its header are guessed again."""
    _put_away(w, mapping_id, archive=True)


def bring_back(w: Work, mapping_id: int) -> None:
    """Undo that. A newer one of the same name stays what it is; then there are two."""
    _put_away(w, mapping_id, archive=False)


def _put_away(w: Work, mapping_id: int, *, archive: bool) -> None:
    w.require("import")
    saved = import_mappings.load(w.session, mapping_id)
    if import_mappings.put_away(w.session, mapping_id, w.now if archive else None):
        _told(w, "archived" if archive else "restored", mapping_id, saved.name)
    w.done("mapping", mapping_id)


def by_name(x: Executor, name: str) -> MappingView:
    """The one of this name; NotFound where there is none."""
    found = import_mappings.named(x, " ".join(name.split()))
    if found is None:
        raise NotFound
    return found


def _told(w: Work, what: str, mapping_id: int, name: str) -> None:
    personal: Mapping[str, Any] = {"name": name}
    w.event(f"import_mapping.{what}", "import_mapping", mapping_id, personal=personal)
