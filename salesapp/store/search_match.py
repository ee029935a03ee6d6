"""What is asked of the token index, in each database's own language for it."""

from collections.abc import Mapping, Sequence
from typing import Final

from salesapp.store.engine import Executor
from salesapp.store.inserts import dialect_name
from salesapp.store.search_index import plain

NOTHING: Final = "0"
"""What the index knows nothing of: each of its entries begins with a kind, or says whose."""


def match(x: Executor, words: Sequence[str], scopes: Mapping[str, Sequence[str]]) -> str:
    """For one of these kinds all tokens of the query and one of those that say whose, quoted so that nothing typed is
    taken for syntax."""
    sqlite = dialect_name(x) == "sqlite"
    both, either = (" AND ", " OR ") if sqlite else (" & ", " | ")
    spelled = [plain(word) if sqlite else word for word in words]
    of_each = []
    for kind, whose in scopes.items():
        one_of = [f"({either.join(whose)})"] if whose else []
        of_each.append(f"({both.join([*(_quoted(kind + word, sqlite) for word in spelled), *one_of])})")
    return either.join(of_each)


def _quoted(word: str, sqlite: bool) -> str:
    if sqlite:
        return '"{}"'.format(word.replace('"', '""'))
    return "'{}'".format(word.replace("\\", "\\\\").replace("'", "''"))
