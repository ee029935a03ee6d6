"""The catalogue as this house has it: the plugins' records, with what the owner added and changed on top.

What the owner sets are rows. Whoever changes one gives the configuration a new name in the same transaction; every
process sees that name with its next request and reads the rows anew.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from salesapp.domain.own_fields import OwnField
from salesapp.domain.process_changes import Changes, applied
from salesapp.domain.sources import sources_with
from salesapp.plugging.catalog import Catalog
from salesapp.store import own_fields, process_changes, settings
from salesapp.store.engine import Executor

SOURCES: Final = "sources"
"""The setting with what the owner changed of the sources."""


class House:
    """The catalogue of one application, kept by the name of the configuration it was made from.

    The name is random and not a number: one that was rolled back never comes again for other rows.
    """

    def __init__(self, brought: Catalog) -> None:
        self.brought = brought
        self._kept: tuple[str, Catalog] = ("", brought)

    def known(self, version: str) -> Catalog | None:
        """The catalogue of the configuration called `version` ("" where nothing was ever changed), if it was read."""
        kept, catalog = self._kept
        return catalog if kept == version else None

    def read(self, x: Executor, version: str) -> Catalog:
        """The catalogue of the configuration called `version`, from its rows where it is not known."""
        catalog = self.known(version)
        if catalog is None:
            catalog = changed(self.brought, x)
            self._kept = (version, catalog)
        return catalog


def changed(catalog: Catalog, x: Executor) -> Catalog:
    """What the plugins brought, with the rows of the owner on top."""
    sources = MappingProxyType(sources_with(settings.get(x, SOURCES) or {}))
    catalog = replace(catalog, sources=sources)
    return with_own_fields(with_process_changes(catalog, process_changes.every(x)), own_fields.living(x))


def with_own_fields(catalog: Catalog, rows: Iterable[OwnField]) -> Catalog:
    """The catalogue with the owner's fields behind those of the plugins. One that this version cannot read, as a newer
    one wrote it, is left out; its values stay."""
    fields = {kind: dict(known) for kind, known in catalog.fields.items()}
    for row in rows:
        with suppress(ValueError):
            fields.setdefault(row.kind, {})[row.full_key] = row.field()
    return replace(catalog, fields=MappingProxyType({kind: MappingProxyType(each) for kind, each in fields.items()}))


def with_process_changes(catalog: Catalog, changes: Mapping[str, Changes]) -> Catalog:
    """The catalogue with its processes as the owner wants them; what no longer fits waits in its rows."""
    processes = {
        key: applied(process, changes[key]).process if key in changes else process
        for key, process in catalog.processes.items()
    }
    return replace(catalog, processes=MappingProxyType(processes))
