"""Which fields a list, an export or a bulk change may ask about: those its person may read."""

from salesapp.domain.list_facts import Fields
from salesapp.domain.list_query import Kind
from salesapp.plugging.catalog import Catalog


def list_fields(catalog: Catalog, role: str, kind: Kind) -> Fields:
    """By full key ("own.budget"): those every record of the kind has, and of deals those of all their processes, too.

    A plugin's processes mean the same by a key, so one field stands for all of them. Those of plugins that do not run
    are among them: their values are still there to be found.
    """
    found = catalog.shown_fields(kind)
    if kind == "deal":
        for key, process in catalog.shown_processes.items():
            plugin = key.partition(".")[0]
            found |= {
                f"{plugin}.{field.key}": field for field in process.fields if f"{plugin}.{field.key}" not in found
            }
    return {key: field for key, field in found.items() if field.is_read_by(role)}
