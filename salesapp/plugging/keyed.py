"""The kinds of records that the catalogue keeps by their full key and nothing more: `catalog.of(Kind)` gives them back.

A kind belongs here when it has a `key`, checks itself, and whoever uses it looks it up by its kind. Processes, result
forms and fields have rules among each other besides, which `catalog.py` knows.
"""

from typing import Final

KEYED: Final[tuple[type, ...]] = ()
